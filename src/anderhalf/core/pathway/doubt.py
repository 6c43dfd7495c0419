"""One table asked for each of some results that contradict each other.

One of them is right. What the table answers for every one of them is its answer; where they differ, what is unknown
is asked, and where the table would pass over an unknown the reading counts by which it holds back.
"""

from __future__ import annotations

from collections.abc import Sequence

from anderhalf.core.decisions.explain import Decision, RuleState
from anderhalf.core.decisions.model import DecisionTable


def for_every_reading(table: DecisionTable, unknown: Decision, each: Sequence[Decision]) -> Decision:
    """The decision that stands: `unknown` is the one without the contradicting facts, `each` one per reading.

    Where they differ the answer counts that holds back most: outputs stand in a table in that order, and so do rules.
    """
    if not each:
        return unknown
    if all(one.is_decided and one.outcome == each[0].outcome for one in each):
        return unknown if unknown.is_decided and unknown.outcome == each[0].outcome else each[0]
    if not unknown.is_decided:
        return unknown
    return min((unknown, *each), key=lambda one: (_boldness(table, one), _first_rule(one)))


def _boldness(table: DecisionTable, decision: Decision) -> float:
    """The place of the answer among those of the table; what can't be decided yet only goes before the boldest."""
    first = next((one for one in table.outputs if one.values), None)
    if first is None:
        return 0
    if not decision.is_decided:
        return len(first.values) - 1.5
    value = decision.value(first.name)
    return first.values.index(value) if value in first.values else 0


def _first_rule(decision: Decision) -> int:
    """The place of the first rule that speaks, or could."""
    states = (RuleState.FIRED, RuleState.UNDECIDED)
    rules = decision.said.rules
    return next((at for at, rule in enumerate(rules) if rule.state in states), len(rules))
