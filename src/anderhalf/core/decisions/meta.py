"""What pathway.toml says about a decision table, and how faults in tables are named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from anderhalf.core.decisions.facts import FactType, Value
from anderhalf.core.decisions.model import HitPolicy, OnUnknown, OutputSpec

_TABLE_KEYS = frozenset({"file", "hit_policy", "on_unknown", "title", "title_nl", "title_en", "outputs"})
_OUTPUT_KEYS = frozenset(
    {
        "type",
        "values",
        "labels",
        "title",
        "title_nl",
        "title_en",
        "label",
        "label_nl",
        "label_en",
        "unit",
        "default",
    }
)


@dataclass(frozen=True, slots=True)
class TableFault:
    """One thing wrong in a table: where (line counts from 1; 0 is the file as a whole) and what."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


class TableErrors(ValueError):
    """A table that cannot be used, with all its faults."""

    def __init__(self, faults: Collection[TableFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMeta:
    """What pathway.toml says about a table, apart from its rows."""

    id: str
    version: str
    hit_policy: HitPolicy
    on_unknown: OnUnknown = OnUnknown.NEEDS_DATA
    title: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, OutputSpec] = field(default_factory=dict)


def read_meta(
    data: Mapping[str, object],
    *,
    table_id: str,
    version: str,
    filename: str,
    also_known: Collection[str] = (),
) -> TableMeta:
    """Read the `[tables.<id>]` part of a pathway.toml.

    Keys: file, hit_policy (letter or DMN name), on_unknown, title_nl, title_en and
    `outputs.<name>` with type, values, labels (value -> {nl, en}), title_nl, title_en, unit, default.
    Keys in `also_known` belong to the caller; any other key is a fault, so that a misspelt `on_unknown`
    cannot pass unseen. Raises TableErrors.
    """
    faults: list[TableFault] = []

    def fault(key: str, message: str) -> None:
        faults.append(TableFault(filename, 0, f"tables.{table_id}.{key}", message))

    for key in sorted(set(data) - _TABLE_KEYS - set(also_known)):
        fault(key, "unknown key")
    policy = read_hit_policy(str(data.get("hit_policy", "")))
    if policy is None:
        fault("hit_policy", f"{data.get('hit_policy')!r} is not one of {', '.join(HitPolicy)}")
    on_unknown = read_on_unknown(str(data.get("on_unknown", OnUnknown.NEEDS_DATA)))
    if on_unknown is None:
        fault("on_unknown", f"{data.get('on_unknown')!r} is not one of {', '.join(OnUnknown)}")
    outputs: dict[str, OutputSpec] = {}
    given = data.get("outputs", {})
    for name, spec in given.items() if isinstance(given, Mapping) else ():
        if not isinstance(spec, Mapping):
            fault(f"outputs.{name}", "is not a table of keys")
            continue
        for key in sorted(set(spec) - _OUTPUT_KEYS - set(also_known)):
            fault(f"outputs.{name}.{key}", "unknown key")
        try:
            outputs[name] = _output_spec(name, spec)
        except (TypeError, ValueError) as error:
            fault(f"outputs.{name}", str(error))
    if faults or policy is None or on_unknown is None:
        raise TableErrors(faults)
    return TableMeta(
        id=table_id, version=version, hit_policy=policy, on_unknown=on_unknown,
        title=_by_language(data, "title"), outputs=outputs,
    )  # fmt: skip


def read_hit_policy(text: str) -> HitPolicy | None:
    """A hit policy from its letter (`F`, `C+`) or its DMN name (`FIRST`, `RULE ORDER`); None if neither."""
    text = text.strip().upper()
    for policy in HitPolicy:
        if text in (policy.value, policy.name, policy.name.replace("_", " ")):
            return policy
    return None


def read_on_unknown(text: str) -> OnUnknown | None:
    """What an `on_unknown` text says; None if it is not one of the two words."""
    return OnUnknown(text) if text in tuple(OnUnknown) else None


def _by_language(data: Mapping[str, object], key: str) -> dict[str, str]:
    found = data.get(key)
    texts = {str(lang): str(text) for lang, text in found.items()} if isinstance(found, Mapping) else {}
    return texts | {lang: str(data[f"{key}_{lang}"]) for lang in ("nl", "en") if f"{key}_{lang}" in data}


def _output_spec(name: str, data: Mapping[str, object]) -> OutputSpec:
    listed = data.get("values", [])
    if not isinstance(listed, list | tuple):
        raise TypeError("values is not a list")
    values = tuple(_toml_value(value) for value in listed)
    if len(set(values)) != len(values):
        raise ValueError("values holds the same value twice")
    labels = data.get("labels", {})
    if not isinstance(labels, Mapping):
        raise TypeError("labels is not a table of value = {nl, en}")
    fact_type = FactType(str(data["type"])) if "type" in data else None
    if fact_type is None and values and all(isinstance(value, str) for value in values):
        fact_type = FactType.CODE
    unit = data.get("unit")
    return OutputSpec(
        name=name, type=fact_type, values=values, unit=None if unit is None else str(unit),
        labels={str(value): dict(by_lang) for value, by_lang in labels.items()},
        title=_by_language(data, "title") or _by_language(data, "label"),
        default=_toml_value(data["default"]) if "default" in data else None,
    )  # fmt: skip


def _toml_value(value: object) -> Value:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, Decimal | bool | str):
        return value
    raise ValueError(f"{value!r} cannot be an output")
