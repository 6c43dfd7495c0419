"""What would change the answer: for every fact, the values with which the tables would say something else.

Tables are taken in order; the first that answers something else than line "none" gives line and urgency. A
fact has only a few regions of values that the tables can tell apart, so all of them are tried, one fact at a
time, on the bitmasks of the rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from anderhalf.core.decisions.facts import FactValues, Value, usable_value
from anderhalf.core.decisions.feel import UnaryTest
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.policy import Status, bits, policy_of
from anderhalf.core.decisions.regions import MISSING, Region, regions_of, write_regions

Masks = tuple[int, int]
"""Rules whose cell is true, and rules whose cell is true or undecided (bit i: rule i)."""

UNKNOWN = (None, None)
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """With a value of `fact` that fits `cell` the answer would be `line` and `urgency`."""

    fact: str
    cell: str
    known: bool
    """Whether the fact has a value now."""
    line: str | None
    urgency: str | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe."""
        return {
            "fact": self.fact,
            "cell": self.cell,
            "known": self.known,
            "line": self.line,
            "urgency": self.urgency,
        }


def find_changes(tables: Sequence[DecisionTable], facts: FactValues, *, on: date) -> tuple[Change, ...]:
    """Every change of one fact that would change line or urgency; facts that are missing come first."""
    names = list(dict.fromkeys(fact.name for table in tables for fact in table.inputs))
    values = {name: usable_value(_fact(tables, name), facts, on=on) for name in names}
    now_masks = [
        {fact.name: _masks(table, fact.name, values[fact.name]) for fact in table.inputs} for table in tables
    ]
    now = _answer(tables, now_masks)
    missing: list[Change] = []
    known: list[Change] = []
    for name in names:
        found: dict[tuple[Any, Any], list[Region]] = {}
        for region in _regions(tuple(tables), name):
            masks = [
                masks | {name: _masks(table, name, region.example)} if name in masks else masks
                for table, masks in zip(tables, now_masks, strict=True)
            ]
            answer = _answer(tables, masks)
            if answer not in (now, UNKNOWN):
                found.setdefault(answer, []).append(region)
        target = missing if values[name] is None else known
        for (line, urgency), regions in found.items():
            target.append(
                Change(
                    fact=name,
                    cell=write_regions(regions),
                    known=values[name] is not None,
                    line=line,
                    urgency=urgency,
                )
            )
    return (*missing, *known)


def _fact(tables: Sequence[DecisionTable], name: str) -> Any:
    return next(table.facts[name] for table in tables if name in table.facts)


@lru_cache(maxsize=1024)
def _regions(tables: tuple[DecisionTable, ...], name: str) -> tuple[Region, ...]:
    tests: list[UnaryTest] = [
        rule.cells[name] for table in tables if name in table.facts for rule in table.rules
    ]
    return tuple(region for region in regions_of(_fact(tables, name), tests) if region is not MISSING)


def _masks(table: DecisionTable, name: str, value: Value | None) -> Masks:
    true = possible = 0
    for at, rule in enumerate(table.rules):
        result = rule.cells[name].matches(value)
        true |= (result is True) << at
        possible |= (result is not False) << at
    return true, possible


def _answer(tables: Sequence[DecisionTable], masks: Sequence[Mapping[str, Masks]]) -> tuple[Any, Any]:
    """Line and urgency, or UNKNOWN; a fired rule with a line in an earlier table goes before the rest."""
    for at, (table, columns) in enumerate(zip(tables, masks, strict=True)):
        fired = possible = (1 << len(table.rules)) - 1
        for true, maybe in columns.values():
            fired &= true
            possible &= maybe
        last = at == len(tables) - 1
        if not last:
            certain = next((i for i in bits(fired) if table.rules[i].outputs.get("line") != NONE), None)
            if certain is not None:
                outputs = table.rules[certain].outputs
                return outputs.get("line"), outputs.get("urgency")
        answer = policy_of(table).answer(fired, possible & ~fired)
        if answer.status is not Status.DECIDED or isinstance(answer.outcome, tuple):
            return UNKNOWN
        if last:
            return answer.outcome.get("line"), answer.outcome.get("urgency")
    return UNKNOWN
