"""Deciding tables that feed each other, as the published tests of DMN ask: the order and the answers are the core's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from anderhalf.core.decisions.chain import feeding, order_tables
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValue, FactValues
from anderhalf.core.decisions.model import DecisionTable


def evaluate_all(tables: Iterable[DecisionTable], facts: FactValues, *, on: date) -> Mapping[str, Decision]:
    """Decide all tables for one person, by table id; answers feed the tables that ask for them.

    An answer is dated `on` and its origin is `table:<id>`. A table that is not decided leaves its outputs
    unknown.
    """
    tables = order_tables(tables)
    answered = feeding(tables)
    known = dict(facts)
    decisions: dict[str, Decision] = {}
    for table in tables:
        decision = decisions[table.id] = evaluate(table, known, on=on)
        if decision.is_decided and isinstance(decision.outcome, Mapping):
            for name, value in decision.outcome.items():
                if answered.get(name) == table.id and value is not None:
                    known[name] = FactValue(value, on, f"table:{table.id}")
    return decisions
