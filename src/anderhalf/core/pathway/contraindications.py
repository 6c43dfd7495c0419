"""Absolute contra-indications of a pathway, read from `contraindications.toml`: kinds as data, each with its source.

What stands there is neither started nor raised by one person alone. Who asks it, and what happens then, is the
clinic's: see `apps/clinic/queries/prescribing.py`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from anderhalf.core.decisions.facts import FactValues

FILE = "contraindications.toml"


class ContraindicationError(ValueError):
    """A file of contra-indications that cannot be used: where and why."""


@dataclass(frozen=True, slots=True)
class Absolute:
    """One kind: a fact of the patient (or a reaction of the register) and classes, or rules of a table."""

    id: str
    classes: tuple[str, ...]
    fact: str
    reaction: str
    table: str
    rules: tuple[str, ...]
    why: Mapping[str, str]
    source: str


def read_contraindications(text: str, *, filename: str = FILE) -> tuple[Absolute, ...]:
    """Every kind of a pathway's file; none for an empty text. Raises ContraindicationError."""
    return tuple(_absolute(entry, filename) for entry in tomllib.loads(text).get("absolute", ()))


def at_hand(kinds: Collection[Absolute], classes: Collection[str], facts: FactValues) -> list[Absolute]:
    """The kinds that hold for a drug of these classes, by the facts that are certainly true."""
    return [
        one
        for one in kinds
        if one.fact
        and set(one.classes) & set(classes)
        and (given := facts.get(one.fact)) is not None
        and given.value is True
    ]


def _absolute(entry: Mapping[str, Any], filename: str) -> Absolute:
    where = f"{filename}, {entry.get('id', 'an entry without id')}"
    missing = [name for name in ("id", "why", "source") if not entry.get(name)]
    by_fact, by_rule = entry.get("classes") and entry.get("fact"), entry.get("table") and entry.get("rules")
    if missing or bool(by_fact) == bool(by_rule):
        raise ContraindicationError(
            f"{where}: {', '.join(missing) or 'classes with fact, or table with rules'} is missing"
        )
    if set(entry["why"]) != {"nl", "en"}:
        raise ContraindicationError(f"{where}: a text in nl and en is missing")
    return Absolute(
        id=entry["id"], classes=tuple(entry.get("classes", ())), fact=entry.get("fact", ""),
        reaction=entry.get("reaction", ""), table=entry.get("table", ""), rules=tuple(entry.get("rules", ())),
        why=entry["why"], source=entry["source"],
    )  # fmt: skip
