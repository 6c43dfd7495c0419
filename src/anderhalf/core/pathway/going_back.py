"""Whether a pathway still keeps a patient: its ``stable`` table, apart from what waiting alone mends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import lru_cache

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValues
from anderhalf.core.decisions.model import DecisionTable, Rule
from anderhalf.core.decisions.policy import Status

STABLE = "stable"
ADVICE, RETURN = "advice", "return"
HOLDS = "second_pathway_holds"
"""The fact by which the ``stable`` table of a patient's own pathway sees the other ones."""
LENGTHS_OF_TIME = frozenset({"d", "wk", "mo", "a"})
"""Units (UCUM) of facts that change by waiting alone."""


class Hold(StrEnum):
    """Whether a second pathway keeps the patient; the values of the fact `second_pathway_holds`."""

    NO = "no"
    YES = "yes"
    OPEN = "open"
    """It can't be said yet: a fact is missing that may make it keep the patient."""


def holds(table: DecisionTable, facts: FactValues, *, on: date) -> Hold:
    """Whether a second pathway's ``stable`` table keeps the patient, by a rule that tests more than a length of time.

    A term (six months of rate control) belongs to the road of that pathway's own patients; what it says about the
    patient of today (no anticoagulant, a drug that may not be used) holds whatever pathway he is in.
    """
    decision = evaluate(_reasons_to_stay(table), facts, on=on)
    if decision.is_decided:
        return Hold.YES
    return Hold.NO if decision.status is Status.NO_MATCH else Hold.OPEN


def waits_only(table: DecisionTable, decision: Decision) -> bool:
    """Whether what decided is about the passing of time alone."""
    tested = {cell.fact for rule in decision.decisive for cell in rule.cells}
    return all(table.facts[name].unit in LENGTHS_OF_TIME for name in tested)


@lru_cache(maxsize=32)
def _reasons_to_stay(table: DecisionTable) -> DecisionTable:
    kept = tuple(
        rule for rule in table.rules if rule.outputs.get(ADVICE) != RETURN and not _term(table, rule)
    )
    return replace(table, rules=kept)


def _term(table: DecisionTable, rule: Rule) -> bool:
    return all(cell.any or table.facts[name].unit in LENGTHS_OF_TIME for name, cell in rule.cells.items())
