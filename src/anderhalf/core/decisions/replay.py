"""Proof that a stored decision still follows from its table and facts."""

from __future__ import annotations

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValues
from anderhalf.core.decisions.identity import table_hash
from anderhalf.core.decisions.model import DecisionTable


class ReplayDiffers(ValueError):
    """A stored decision does not follow from the table and facts: what is different."""


def check_replays(decision: Decision, table: DecisionTable, facts: FactValues | None = None) -> None:
    """Decide again on the same day; raises ReplayDiffers when the table or the answer is another one.

    Without `facts` those kept in the decision itself are used.
    """
    if table_hash(table) != decision.table_hash:
        raise ReplayDiffers(
            f"table {table.id} {table.version} is not the table that decided "
            f"({decision.table_id} {decision.table_version}): its meaning has another hash"
        )
    again = evaluate(table, decision.facts_given if facts is None else facts, on=decision.on)
    for name in ("status", "outcome", "facts_used", "facts_set_aside", "facts_missing", "would_change"):
        if getattr(again, name) != getattr(decision, name):
            raise ReplayDiffers(f"{name} is {getattr(again, name)!r}; stored was {getattr(decision, name)!r}")
    states = [(rule.rule_id, rule.state) for rule in sorted(again.rules, key=lambda rule: rule.rule_id)]
    stored = [(rule.rule_id, rule.state) for rule in sorted(decision.rules, key=lambda rule: rule.rule_id)]
    if states != stored:
        raise ReplayDiffers(f"rules did {states}; stored was {stored}")


def replays(decision: Decision, table: DecisionTable, facts: FactValues | None = None) -> bool:
    """Whether `check_replays` passes."""
    try:
        check_replays(decision, table, facts)
    except ReplayDiffers:
        return False
    return True
