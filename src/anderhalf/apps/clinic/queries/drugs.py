"""The drugs of a pathway, from its ``doses.toml``: what can be chosen in the form, and which dose is the target."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import number_label

DOSES = "doses.toml"
TABLET = "tablet"
"""The unit of a combination tablet: which amounts it contains is not in the protocol."""


@dataclass(frozen=True, kw_only=True)
class Drug:
    """One drug of the pathway. Doses are per intake in ``unit``, as text; ``target`` is None when none was agreed."""

    key: str
    drug_class: str
    atc: str
    label: Mapping[str, str]
    unit: str = ""
    per_day: int | None = None
    steps: tuple[str, ...] = ()
    target: Decimal | None = None
    step_labels: Mapping[str, str] | None = None

    @property
    def target_per_day(self) -> Decimal | None:
        """The target dose of a whole day, the height of the dotted line in the chart."""
        return self.target * self.per_day if self.target is not None and self.per_day else None

    def dose_label(self, dose: Decimal) -> str:
        """How the dose is written: tablet strength for a combination (24/26), else the number."""
        return (self.step_labels or {}).get(format(dose.normalize(), "f"), number_label(dose))


_files: dict[str, str] = {}


def drugs_of(pathway: Pathway) -> Mapping[str, Drug]:
    """The drugs of a pathway by key, in the order of the file; empty for a pathway without doses."""
    _files.setdefault(pathway.hash, pathway.files.get(DOSES, ""))
    return _parsed(pathway.hash)


@lru_cache(maxsize=32)
def _parsed(content_hash: str) -> Mapping[str, Drug]:
    whole: Mapping[str, Any] = tomllib.loads(_files[content_hash])
    given: Mapping[str, Any] = whole.get("drugs", {})
    found = {key: _drug(key, entry) for key, entry in given.items()}
    for atc, entry in whole.get("combinations", {}).items():
        drug = _combination(atc, entry, found)
        found[drug.key] = drug
    return found


def _combination(atc: str, entry: Mapping[str, Any], drugs: Mapping[str, Drug]) -> Drug:
    """A tablet with more than one class: it stands under its first and is counted in tablets, without a target."""
    first = entry["contains"][0]
    return Drug(
        key=f"combination_{atc}", drug_class=drugs[first].drug_class if first in drugs else first, atc=atc,
        label=entry["label"], unit=TABLET, per_day=1, steps=("1",),
    )  # fmt: skip


def _drug(key: str, entry: Mapping[str, Any]) -> Drug:
    target = entry.get("target") if entry.get("agreed", True) else None
    per_day = entry.get("per_day")
    return Drug(
        key=key,
        drug_class=entry["class"],
        atc=entry["atc"],
        label=entry["label"],
        unit=entry.get("unit", ""),
        per_day=per_day if isinstance(per_day, int) else None,
        steps=tuple(entry.get("steps", ())),
        target=Decimal(target) if target is not None else None,
        step_labels=entry.get("step_labels"),
    )
