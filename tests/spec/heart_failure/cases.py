"""Reads the small tables of the handbook: one row is one patient and what the agreement says about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from anderhalf.core.decisions.facts import FactType, FactValue, Value
from anderhalf.core.pathway.model import Pathway

TODAY = date(2025, 3, 3)


@dataclass(frozen=True)
class Case:
    rule: str
    """The rule that must answer, or the word `asks` when facts are missing."""
    facts: Mapping[str, str]
    outcome: str


def read_cases(text: str) -> list:
    """Rows `rule | patient | facts | outcome`; facts are `name = value`, separated by `;`."""
    found = []
    for line in text.strip().splitlines():
        if line.strip().startswith("#") or not line.strip():
            continue
        rule, patient, facts, outcome = (cell.strip() for cell in line.split("|"))
        pairs = dict(
            tuple(part.strip() for part in pair.split("=")) for pair in facts.split(";") if pair.strip()
        )
        found.append(pytest.param(Case(rule, pairs, outcome), id=f"{rule} {patient}"))
    return found


def values(pathway: Pathway, facts: Mapping[str, str], *, on: date = TODAY) -> dict[str, FactValue]:
    """Facts as text to values; `unknown` leaves a fact out, `4.8 @ 100` was measured 100 days ago."""
    found = {}
    for name, text in facts.items():
        value, _, age = (part.strip() for part in text.partition("@"))
        if value != "unknown":
            found[name] = FactValue(_value(pathway, name, value), on - timedelta(int(age or 0)))
    return found


def _value(pathway: Pathway, name: str, text: str) -> Value:
    match pathway.dictionary[name].type:
        case FactType.NUMBER:
            return Decimal(text)
        case FactType.BOOLEAN:
            return {"yes": True, "no": False}[text]
        case FactType.DATE:
            return (
                TODAY - timedelta(int(text.removesuffix(" days ago")))
                if "ago" in text
                else date.fromisoformat(text)
            )
    return text
