"""The parts that decisions share: what a region of a fact's values, a set of fired rules, a set of missing facts mean.

Each is made once per table (`evaluate.Explainer`), cited by every decision to which it applies, and written once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from anderhalf.core.decisions.facts import Freshness, Value
from anderhalf.core.decisions.policy import Outcome, Status
from anderhalf.core.decisions.ranges import Range

FORMAT = 2
"""Format 1, in which every cell repeated its fact's value, can still be read."""


class RuleState(StrEnum):
    """What a rule did for this person."""

    FIRED = "fired"
    NOT_FIRED = "not_fired"
    UNDECIDED = "undecided"


class CellSaid(NamedTuple):
    """What one rule's cell says of a fact: True, False, or None when that is open."""

    rule: str
    text: str
    result: bool | None


@dataclass(frozen=True)
class ColumnSaid:
    """A fact with what all cells except `-` say of a region of its values; shared between decisions."""

    fact: str
    unit: str | None
    state: Freshness
    cells: tuple[CellSaid, ...]

    @cached_property
    def json(self) -> str:
        """As the beginning of a JSON object, up to the value."""
        cells = [{"rule": cell.rule, "text": cell.text, "result": cell.result} for cell in self.cells]
        told = {"name": self.fact, "unit": self.unit, "state": self.state.value, "cells": cells}
        return inside(told) + ', "value": '


class RuleSaid(NamedTuple):
    """One rule: what it did, whether it made the outcome, and where it comes from."""

    rule_id: str
    state: RuleState
    decisive: bool
    outputs: Mapping[str, Value | None]
    why: Mapping[str, str]
    source: str
    grade: str


@dataclass(frozen=True)
class TableSaid:
    """What a table says when these rules fire and those are undecided; shared between decisions."""

    table_id: str
    table_version: str
    table_hash: str
    status: Status
    outcome: Outcome
    rules: tuple[RuleSaid, ...]
    """Every rule in table order."""

    @cached_property
    def json(self) -> str:
        """As the inside of a JSON object."""
        return inside({
            "format": FORMAT,
            "table_id": self.table_id, "table_version": self.table_version, "table_hash": self.table_hash,
            "status": self.status.value,
            "outcome": [values_to_json(one) for one in self.outcome] if isinstance(self.outcome, tuple)
            else values_to_json(self.outcome),
            "rules": [
                {
                    "id": rule.rule_id, "state": rule.state.value, "decisive": rule.decisive,
                    "outputs": values_to_json(rule.outputs), "why": dict(rule.why), "source": rule.source,
                    "grade": rule.grade,
                }
                for rule in self.rules
            ],
        })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hinge:
    """A missing fact, why it counts as missing, and the rules that hinge on it."""

    fact: str
    state: Freshness
    rules: tuple[str, ...]


@dataclass(frozen=True)
class LeftOpen:
    """What the missing facts mean for an answer; shared between decisions."""

    missing: tuple[str, ...]
    hinges: tuple[Hinge, ...]

    @cached_property
    def json(self) -> str:
        """As the inside of a JSON object."""
        hinges = [
            {"fact": hinge.fact, "state": hinge.state.value, "rules": list(hinge.rules)}
            for hinge in self.hinges
        ]
        return inside({"facts_missing": list(self.missing), "would_change": hinges})


def value_to_json(value: Value | None) -> Any:
    """A value as JSON: text and booleans as they are, {"number": "4.8"}, {"date": …}, or the ends of a range."""
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Range):
        low, high = (None if end is None else str(end) for end in (value.low, value.high))
        return {"range": [low, value.low_closed, high, value.high_closed]}
    return value


def value_from_json(data: Any) -> Value | None:
    """The value that `value_to_json` wrote."""
    if isinstance(data, Mapping):
        if "range" in data:
            low, low_closed, high, high_closed = data["range"]
            return Range(
                None if low is None else Decimal(low), low_closed,
                None if high is None else Decimal(high), high_closed,
            )  # fmt: skip
        return Decimal(data["number"]) if "number" in data else date.fromisoformat(data["date"])
    if data is None or isinstance(data, bool | str):
        return data
    raise ValueError(f"{data!r} is not a stored value")


def inside(data: Mapping[str, Any]) -> str:
    """A JSON object without its braces, to be put together with others."""
    return json.dumps(data)[1:-1]


def values_to_json(values: Mapping[str, Value | None]) -> dict[str, Any]:
    return {name: value_to_json(value) for name, value in values.items()}


def values_from_json(data: Mapping[str, Any]) -> dict[str, Value | None]:
    return {name: value_from_json(value) for name, value in data.items()}
