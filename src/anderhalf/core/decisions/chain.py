"""Tables that feed tables: an output of one is an input of another, in the order that this requires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

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
