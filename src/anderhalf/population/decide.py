"""Decide tables for a whole population: masks from the engine, hit policy once per distinct pair, joined back.

The engine gives one integer per row and word. Only some hundreds of different ones occur in millions of people, so
`core.decisions.policy` (the only place where hit policies live) is asked once per distinct value, and engines
cannot differ in what a hit policy means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.policy import Answer, Status, bits, policy_of
from anderhalf.population.compile import compile_population, from_double, unbound, usable
from anderhalf.population.encoding import column_type, encode
from anderhalf.population.engines import Engine, Rows
from anderhalf.population.regions import Places, decide_columns, distinct, row_order


@dataclass(frozen=True)
class Decided:
    """The answers of one table for all rows, in row order."""

    table: DecisionTable
    pairs: tuple[tuple[int, int], ...]
    """The distinct (fired, undecided) bitmasks."""
    place: Places
    """Per row the index in `pairs`."""

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """The hit policy's answer for each of `pairs`."""
        policy = policy_of(self.table)
        return tuple(policy.answer(fired, undecided) for fired, undecided in self.pairs)

    @cached_property
    def counts(self) -> Mapping[int, int]:
        """Rows per distinct pair."""
        numbers = np.bincount(self.place, minlength=len(self.pairs))
        return {at: int(number) for at, number in enumerate(numbers)}

    def per_row(self, values: Sequence[object], *, dtype: object = object) -> npt.NDArray:
        """A value per distinct pair, spread over the rows."""
        known = np.empty(len(values), dtype=dtype)
        known[:] = values
        return known[self.place]

    def where(self, status: Status) -> npt.NDArray[np.bool_]:
        """The rows whose decision ended like this."""
        return self.per_row([answer.status is status for answer in self.answers], dtype=bool)

    def output(self, name: str) -> list[Value | None]:
        """One output of a single outcome per distinct pair; None when there is no outcome."""
        return [
            answer.outcome.get(name) if isinstance(answer.outcome, Mapping) else None
            for answer in self.answers
        ]

    def asked_facts(self, at: int) -> int:
        """For distinct pair `at`: the inputs (bit per input) that blocking rules look at and a null leaves open."""
        found = 0
        for rule in self.answers[at].blocking:
            found |= self.left_open[rule]
        return found

    @cached_property
    def left_open(self) -> tuple[int, ...]:
        """Per rule the inputs whose absence leaves it undecided, bit per input."""
        return tuple(
            sum(
                (rule.cells[fact.name].matches(None) is None) << place
                for place, fact in enumerate(self.table.inputs)
            )
            for rule in self.table.rules
        )


def masks_query(tables: Sequence[DecisionTable], facts: Sequence[Fact] | None = None):  # type: ignore[no-untyped-def]
    """The Ibis expression over the unbound table `facts`: `row` and the packed masks of every table."""
    inputs = facts if facts is not None else inputs_of(tables)
    rows = unbound(inputs)
    columns = {fact.name: rows[fact.name] for fact in inputs}
    words = {}
    for table in tables:
        words.update(compile_population(table).expressions(columns))
    return rows.select(row=rows["row"], **words)


def raw_masks_query(tables: Sequence[DecisionTable], *, on: date):  # type: ignore[no-untyped-def]
    """The same over the unbound table `raw`: values as they were measured, each with the day it was true.

    Numbers are floating point and may be NaN; `<fact>__on` is a day number, null when undated. What is not a number
    or may not be used on the day `on` (stale, undated, from the future) counts as missing.
    """
    clean = clean_query(tables, on=on)
    columns = {fact.name: clean[fact.name] for fact in inputs_of(tables)}
    words = {}
    for table in tables:
        words.update(compile_population(table).expressions(columns))
    return clean.select(row=clean["row"], **words)


def clean_query(tables: Sequence[DecisionTable], *, on: date):  # type: ignore[no-untyped-def]
    """Over the unbound table `raw`: `row` and per fact the usable value, encoded, null when there is none.

    A select apart, so that each value is worked out once and not once per comparison.
    """
    inputs = inputs_of(tables)
    schema: dict[str, object] = {"row": "int64"}
    for fact in inputs:
        number = fact.type is FactType.NUMBER
        schema[fact.name] = "float64" if number else ibis.dtype(column_type(fact))
        schema[f"{fact.name}__on"] = "int32"
    raw = ibis.table(schema, name="raw")
    columns = {}
    for fact in inputs:
        value = from_double(fact, raw[fact.name]) if fact.type is FactType.NUMBER else raw[fact.name]
        columns[fact.name] = usable(fact, value, dated=raw[f"{fact.name}__on"], on=on)
    return raw.select(row=raw["row"], **columns)


def inputs_of(tables: Sequence[DecisionTable]) -> tuple[Fact, ...]:
    """The facts that tables look at, each once."""
    return tuple({fact.name: fact for table in tables for fact in table.inputs}.values())


def decide(tables: Sequence[DecisionTable], rows: Rows, *, engine: Engine) -> Mapping[str, Decided]:
    """Decide tables for all rows on an engine; table id -> answers.

    `rows` has `row` (0, 1, 2, …) and one column per input, encoded as `encoding` says, null when missing.
    """
    if engine.decides_here:
        return _decided_here(tables, rows)
    return _all_decided(tables, engine.run(masks_query(tables), rows))


def decide_raw(
    tables: Sequence[DecisionTable], rows: Rows, *, on: date, engine: Engine
) -> Mapping[str, Decided]:
    """Decide tables for raw measurements with their dates; columns as `raw_masks_query` says."""
    if engine.decides_here:
        return _decided_here(tables, engine.run(clean_query(tables, on=on), rows, table="raw"))
    return _all_decided(tables, engine.run(raw_masks_query(tables, on=on), rows, table="raw"))


def _all_decided(tables: Sequence[DecisionTable], found: pa.Table) -> Mapping[str, Decided]:
    found = in_row_order(found)
    words = {table.id: compile_population(table).columns() for table in tables}
    return {
        table.id: _decided(table, *distinct([found.column(name).to_numpy() for name in words[table.id]]))
        for table in tables
    }


def in_row_order(found: pa.Table) -> pa.Table:
    """A result ordered by its column `row`; engines may return rows in any order."""
    order = row_order(found)
    return found if order is None else found.take(pa.array(order))


def _decided_here(tables: Sequence[DecisionTable], rows: Rows) -> Mapping[str, Decided]:
    return {table.id: _decided(table, *decide_columns(table, rows)) for table in tables}


def _decided(table: DecisionTable, keys: Sequence[Sequence[int]], place: Places) -> Decided:
    compiled = compile_population(table)
    return Decided(table, tuple(compiled.masks(words) for words in keys), place)


def encode_rows(facts: Sequence[Fact], rows: Sequence[Mapping[str, Value]]) -> pa.Table:
    """Usable values of some people as an encoded table, for tests and small groups.

    Raises FactValueError for a value that cannot be encoded.
    """
    columns: dict[str, pa.Array] = {"row": pa.array(range(len(rows)), pa.int64())}
    for fact in facts:
        columns[fact.name] = pa.array([encode(fact, row.get(fact.name)) for row in rows], column_type(fact))
    return pa.table(columns)


def fired_rules(table: DecisionTable, answer: Answer) -> tuple[str, ...]:
    """The ids of the rules that made an answer."""
    return tuple(table.rules[at].id for at in answer.decisive)


def rule_indexes(mask: int) -> tuple[int, ...]:
    """The rules of a bitmask."""
    return tuple(bits(mask))
