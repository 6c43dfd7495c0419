"""A decision and its reasons as one object: shown, stored and replayed as a whole.

Nothing here decides; `evaluate.evaluate` fills these records. A decision holds each thing once: what was read of
every fact, with what each rule's cell said of it, and what the table said. `Decision.rules` shows the same rule by
rule. `Decision.to_json` writes everything, `Decision.from_dict` reads it back unchanged: numbers as text, so that
5.10 stays 5.10. The parts that are shared between decisions are written once and kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from anderhalf.core.decisions.facts import FactValue, FactValues, Freshness, Value
from anderhalf.core.decisions.policy import Outcome, Status
from anderhalf.core.decisions.said import (
    FORMAT,
    CellSaid,
    ColumnSaid,
    Hinge,
    LeftOpen,
    RuleSaid,
    RuleState,
    TableSaid,
    value_from_json,
    value_to_json,
    values_from_json,
)

__all__ = [
    "CellExplanation", "Decision", "FactUsed", "Hinge", "RuleExplanation", "RuleState", "value_from_json",
    "value_to_json",
]  # fmt: skip


_COUNTS = (Freshness.KNOWN, Freshness.IMPRECISE)


@dataclass(frozen=True, slots=True)
class CellExplanation:
    """One cell against one fact. `value` is what was given, also when it was too old to count."""

    fact: str
    text: str
    result: bool | None
    value: Value | None
    unit: str | None
    on: date | None
    age_days: int | None
    state: Freshness


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """One rule: what it did, by which cells, and where it comes from."""

    rule_id: str
    state: RuleState
    decisive: bool
    """Whether it made the outcome (a fired rule below the first one does not, under FIRST)."""
    cells: tuple[CellExplanation, ...]
    """All cells except `-`."""
    outputs: Mapping[str, Value | None]
    why: Mapping[str, str]
    source: str
    grade: str

    @property
    def local(self) -> bool:
        """Whether the rule is the network's own agreement."""
        return self.grade == "local"

    @property
    def undecided_by(self) -> tuple[str, ...]:
        """The facts whose absence, or want of precision, leaves the rule undecided."""
        if self.state is not RuleState.UNDECIDED:
            return ()
        return tuple(cell.fact for cell in self.cells if cell.result is None)

    @property
    def failed_by(self) -> tuple[str, ...]:
        """The facts because of which the rule did not fire."""
        return tuple(cell.fact for cell in self.cells if cell.result is False)


@dataclass(frozen=True, slots=True)
class FactUsed:
    """A fact as it was given for the decision."""

    name: str
    value: Value
    unit: str | None
    on: date | None
    age_days: int | None
    origin: str
    state: Freshness


@dataclass(frozen=True)
class Decision:
    """The answer of one table for one person on one day, never without its reasons."""

    said: TableSaid
    """The answer, and what every rule did."""
    given: tuple[FactValue | None, ...]
    """Per input of the table what was given, also what is too old to count."""
    ages: tuple[int | None, ...]
    """Per input the age of its value in days."""
    columns: tuple[ColumnSaid, ...]
    """Per input whether its value counts, and what each rule's cell says of it."""
    left_open: LeftOpen
    on: date

    @property
    def table_id(self) -> str:
        """The table that answered."""
        return self.said.table_id

    @property
    def table_version(self) -> str:
        """Its version."""
        return self.said.table_version

    @property
    def table_hash(self) -> str:
        """The identity of its meaning."""
        return self.said.table_hash

    @property
    def status(self) -> Status:
        """How the decision ended."""
        return self.said.status

    @property
    def outcome(self) -> Outcome:
        """Output name -> value; a tuple of those for R, O and C; empty unless `status` is decided."""
        return self.said.outcome

    @property
    def facts_missing(self) -> tuple[str, ...]:
        """With status needs_data: the facts that would settle it (absent, or not precise enough), and no others."""
        return self.left_open.missing

    @property
    def would_change(self) -> tuple[Hinge, ...]:
        """Per missing fact, the rules that would change this answer if they fired (or, for a rule that fired on
        `null`, stopped firing) once the fact is known. Empty: no missing fact can change the answer."""
        return self.left_open.hinges

    @cached_property
    def rules(self) -> tuple[RuleExplanation, ...]:
        """Every rule in table order, with its cells."""
        return self._explained(self.said.rules)

    def _explained(self, wanted: Sequence[RuleSaid]) -> tuple[RuleExplanation, ...]:
        """Some of the rules, with their cells: most tables have many rules, and few of them fire."""
        cells: dict[str, list[CellExplanation]] = {rule.rule_id: [] for rule in wanted}
        for column, given, age in zip(self.columns, self.given, self.ages, strict=True):
            value, on = (given.value, given.on) if given is not None else (None, None)
            for rule, text, result in column.cells if cells else ():
                if rule in cells:
                    cells[rule].append(
                        CellExplanation(column.fact, text, result, value, column.unit, on, age, column.state)
                    )
        return tuple(
            RuleExplanation(
                rule.rule_id, rule.state, rule.decisive, tuple(cells[rule.rule_id]), rule.outputs, rule.why,
                rule.source, rule.grade,
            )
            for rule in wanted
        )  # fmt: skip

    @cached_property
    def facts_used(self) -> tuple[FactUsed, ...]:
        """The inputs that counted; one that is not precise enough counts where the whole range decides."""
        return tuple(used for used in self._facts if used.state in _COUNTS)

    @cached_property
    def facts_set_aside(self) -> tuple[FactUsed, ...]:
        """Inputs that were given but count as missing: stale, undated or dated after `on`."""
        return tuple(used for used in self._facts if used.state not in _COUNTS)

    @property
    def _facts(self) -> tuple[FactUsed, ...]:
        return tuple(
            FactUsed(column.fact, given.value, column.unit, given.on, age, given.origin, column.state)
            for column, given, age in zip(self.columns, self.given, self.ages, strict=True)
            if given is not None
        )

    @property
    def fired(self) -> tuple[RuleExplanation, ...]:
        """The rules that fired, in table order."""
        return self._explained([rule for rule in self.said.rules if rule.state is RuleState.FIRED])

    @property
    def undecided(self) -> tuple[RuleExplanation, ...]:
        """The rules that could not be decided, in table order."""
        return self._explained([rule for rule in self.said.rules if rule.state is RuleState.UNDECIDED])

    @property
    def decisive(self) -> tuple[RuleExplanation, ...]:
        """The rules that made the outcome; empty when undecided or by default."""
        return self._explained([rule for rule in self.said.rules if rule.decisive])

    @property
    def is_decided(self) -> bool:
        """Whether there is an outcome."""
        return self.status is Status.DECIDED

    def value(self, output: str) -> Value | None:
        """One output of a single outcome; None when there is no outcome. TypeError for a list outcome."""
        if isinstance(self.outcome, tuple):
            raise TypeError(f"table {self.table_id} answers with a list of outcomes")
        return self.outcome.get(output)

    @property
    def facts_given(self) -> FactValues:
        """The facts as they were given, enough to decide again."""
        return {
            column.fact: given
            for column, given in zip(self.columns, self.given, strict=True)
            if given is not None
        }

    def to_json(self) -> str:
        """Everything as JSON text: each fact once, with its cells; each rule once."""
        facts = [
            f"{column.json}{_ABSENT}" if given is None
            else f'{column.json}{{"number": "{given.value!s}"}}{_when(given.on, age)}{_quoted(given.origin)}'
            if type(given.value) is Decimal
            else f"{column.json}{_value_text(given.value)}{_when(given.on, age)}{_quoted(given.origin)}"
            for column, given, age in zip(self.columns, self.given, self.ages, strict=True)
        ]  # fmt: skip
        every = f"[{{{'}, {'.join(facts)}}}]" if facts else "[]"
        return f'{{{self.said.json}, "on": "{self.on.isoformat()}", "facts": {every}, {self.left_open.json}}}'

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON-safe data."""
        found: dict[str, Any] = json.loads(self.to_json())
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Decision:
        """Read back what `to_json` wrote; ValueError for another format, KeyError for a missing part."""
        if data.get("format") not in (1, FORMAT):
            raise ValueError(f"decision format {data.get('format')!r} is not known")
        outcome = data["outcome"]
        said = TableSaid(
            data["table_id"], data["table_version"], data["table_hash"], Status(data["status"]),
            tuple(values_from_json(one) for one in outcome) if isinstance(outcome, list) else values_from_json(outcome),
            tuple(_rule_from(rule) for rule in data["rules"]),
        )  # fmt: skip
        facts = _facts_once(data) if data["format"] == 1 else data["facts"]
        return cls(
            said=said,
            given=tuple(_given_from(fact) for fact in facts),
            ages=tuple(fact["age_days"] for fact in facts),
            columns=tuple(_column_from(fact) for fact in facts),
            left_open=LeftOpen(
                tuple(data["facts_missing"]),
                tuple(
                    Hinge(hinge["fact"], Freshness(hinge["state"]), tuple(hinge["rules"]))
                    for hinge in data["would_change"]
                ),
            ),
            on=date.fromisoformat(data["on"]),
        )


_ABSENT = 'null, "on": null, "age_days": null, "origin": ""'


def _value_text(value: Value) -> str:
    """`value_to_json` as text."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value_to_json(value))


@lru_cache(maxsize=10_000)
def _when(on: date | None, age: int | None) -> str:
    return f', "on": {json.dumps(on and on.isoformat())}, "age_days": {json.dumps(age)}, "origin": '


def _rule_from(data: Mapping[str, Any]) -> RuleSaid:
    return RuleSaid(
        rule_id=data["id"], state=RuleState(data["state"]), decisive=data["decisive"],
        outputs=values_from_json(data["outputs"]), why=dict(data["why"]), source=data["source"], grade=data["grade"],
    )  # fmt: skip


def _given_from(data: Mapping[str, Any]) -> FactValue | None:
    value = value_from_json(data["value"])
    if value is None:
        if data["state"] != Freshness.MISSING:
            raise ValueError(f"fact {data['name']} is stored without a value")
        return None
    return FactValue(value, date.fromisoformat(data["on"]) if data["on"] else None, data["origin"])


def _column_from(data: Mapping[str, Any]) -> ColumnSaid:
    cells = tuple(CellSaid(cell["rule"], cell["text"], cell["result"]) for cell in data["cells"])
    return ColumnSaid(data["name"], data["unit"], Freshness(data["state"]), cells)


def _facts_once(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The facts of format 1, in which cells stood under their rules."""
    found = {fact["name"]: {**fact, "cells": []} for fact in (*data["facts_used"], *data["facts_set_aside"])}
    for rule in data["rules"]:
        for cell in rule["cells"]:
            absent = {"name": cell["fact"], "origin": "", "cells": []}
            fact = found.setdefault(
                cell["fact"],
                absent | {key: cell[key] for key in ("value", "unit", "on", "age_days", "state")},
            )
            fact["cells"].append({"rule": rule["id"], "text": cell["text"], "result": cell["result"]})
    return list(found.values())
