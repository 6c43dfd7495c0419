"""Tables that feed tables: an output of one is an input of another, in the order that this requires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from graphlib import CycleError, TopologicalSorter

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValue, FactValues
from anderhalf.core.decisions.model import DecisionTable


class ChainError(ValueError):
    """Tables that cannot be put in order: a circle, or two that answer the same fact."""


def feeding(tables: Iterable[DecisionTable]) -> Mapping[str, str]:
    """Fact name -> id of the table that answers it, for every input that is another table's output.

    Raises ChainError when two tables answer the same input, or when a table with a list as answer would.
    """
    tables = tuple(tables)
    wanted = {fact.name for table in tables for fact in table.inputs}
    answered: dict[str, str] = {}
    for table in tables:
        for spec in table.outputs:
            if spec.name not in wanted:
                continue
            if spec.name in answered:
                raise ChainError(f"{spec.name} is answered by both {answered[spec.name]} and {table.id}")
            if table.hit_policy.is_list:
                raise ChainError(f"{table.id} answers a list and cannot give the fact {spec.name}")
            answered[spec.name] = table.id
    return answered


def order_tables(tables: Iterable[DecisionTable]) -> tuple[DecisionTable, ...]:
    """Tables in an order in which each comes after those it takes facts from; ChainError for a circle."""
    by_id = {table.id: table for table in tables}
    answered = feeding(by_id.values())
    sorter = TopologicalSorter(
        {
            table.id: [answered[fact.name] for fact in table.inputs if fact.name in answered]
            for table in by_id.values()
        }
    )
    try:
        return tuple(by_id[table_id] for table_id in sorter.static_order())
    except CycleError as error:
        raise ChainError(f"tables wait for each other: {' → '.join(error.args[1])}") from None


def evaluate_all(tables: Iterable[DecisionTable], facts: FactValues, *, on: date) -> Mapping[str, Decision]:
    """Decide all tables for one person, by table id; answers feed the tables that ask for them.

    An answer is dated `on` and its origin is `table:<id>`. A table that is not decided leaves its outputs
    unknown. Raises ChainError when `facts` already holds a fact that a table answers.
    """
    tables = order_tables(tables)
    answered = feeding(tables)
    known = dict(facts)
    for name in answered:
        if name in known:
            raise ChainError(f"{name} is given, and also answered by table {answered[name]}")
    decisions: dict[str, Decision] = {}
    for table in tables:
        decision = decisions[table.id] = evaluate(table, known, on=on)
        if decision.is_decided and isinstance(decision.outcome, Mapping):
            for name, value in decision.outcome.items():
                if answered.get(name) == table.id and value is not None:
                    known[name] = FactValue(value, on, f"table:{table.id}")
    return decisions


def settling_facts(
    decisions: Mapping[str, Decision], answered: Mapping[str, str], table_id: str
) -> tuple[str, ...]:
    """The facts to ask for to settle a decision, followed back through the tables that feed it.

    `decisions` is what `evaluate_all` gave, `answered` what `feeding` gave. A fact that another table answers
    is replaced by what that table misses; when that table is settled without an answer (no rule, conflict),
    the fact itself is named.
    """
    found: dict[str, None] = {}
    for name in decisions[table_id].facts_missing:
        source = answered.get(name)
        missing = settling_facts(decisions, answered, source) if source else ()
        found.update(dict.fromkeys(missing or (name,)))
    return tuple(found)
