"""Random tables and random patients: the same fired and undecided rules on every engine, and in a slow twin.

Values lie on, just below and just above every threshold, or are missing, stale, undated, from the future, NaN or
infinite. The twin (see `decision_builders`) shares neither parser nor engine with the code under test.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from anderhalf.core.decisions.compiled import compile_table
from anderhalf.core.decisions.facts import FactType, FactValue, Value, usable_value
from anderhalf.core.decisions.feel import ANY_CELL
from anderhalf.population.decide import decide, decide_raw, encode_rows, inputs_of
from anderhalf.population.encoding import column_type, day_number, encode
from anderhalf.population.engines import Engine, EngineUnavailable, PostgreSQLEngine, open_engine
from tests.unit.core.decisions.decision_builders import (
    ADMITTED,
    AGE,
    AGES,
    CODES,
    DAYS,
    NUMBERS,
    OEDEMA,
    POTASSIUM,
    RHYTHM,
    TODAY,
    RandomTable,
    random_tables,
    twin_truths,
)

FACTS = (POTASSIUM, AGE, RHYTHM, OEDEMA, ADMITTED)
NOT_NUMBERS = (float("nan"), float("inf"), float("-inf"))
POSTGRESQL = os.environ.get("ANDERHALF_POPULATION_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
EXAMPLES = {"embedded": 40, "duckdb": 30, "polars": 30, "postgresql": 12, "spark": 4}
FEWER = {"spark": 2}


@dataclass(frozen=True)
class Person:
    """A value and a date per fact; what is not a number is in `broken` and nowhere else."""

    known: dict[str, FactValue]
    broken: dict[str, float]


@st.composite
def people(draw: st.DrawFn) -> Person:
    """Someone with values around the thresholds, at the scale that the fact declares."""
    around: dict[str, list[Value]] = {
        "potassium": [
            end + step for end in NUMBERS for step in (-Decimal("0.1"), Decimal(0), Decimal("0.1"))
        ],
        "age": [age + step for age in AGES for step in (-1, 0, 1)],
        "rhythm": list(CODES),
        "oedema": [True, False],
        "admitted": [day + timedelta(step) for day in DAYS for step in (-1, 0, 1)],
    }
    known, broken = {}, {}
    for fact in FACTS:
        kind = draw(st.sampled_from(["value", "value", "value", "missing", "broken"]))
        if kind == "value":
            days = draw(st.sampled_from([0, 30, 31, None, -1]))
            on = None if days is None else TODAY - timedelta(days)
            known[fact.name] = FactValue(draw(st.sampled_from(around[fact.name])), on)
        elif kind == "broken" and fact.type is FactType.NUMBER:
            broken[fact.name] = draw(st.sampled_from(NOT_NUMBERS))
    return Person(known, broken)


def raw_rows(group: list[Person]) -> pa.Table:
    """People as an extract would hold them: numbers as floating point, each value with its day."""
    columns: dict[str, pa.Array] = {"row": pa.array(range(len(group)), pa.int64())}
    for fact in FACTS:
        values: list[object] = []
        days: list[int | None] = []
        for person in group:
            given_value = person.known.get(fact.name)
            value = None if given_value is None else encode(fact, given_value.value)
            if fact.type is FactType.NUMBER and given_value is not None:
                value = float(given_value.value)  # type: ignore[assignment, arg-type]
            values.append(person.broken.get(fact.name, value))
            on = None if given_value is None else given_value.on
            days.append(None if on is None else day_number(on))
            if fact.name in person.broken:
                days[-1] = day_number(TODAY)
        kind = pa.float64() if fact.type is FactType.NUMBER else column_type(fact)
        columns[fact.name] = pa.array(values, kind)
        columns[f"{fact.name}__on"] = pa.array(days, pa.int32())
    return pa.table(columns)


@pytest.fixture(scope="module", params=["embedded", "duckdb", "polars", "postgresql", "spark"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn; one that cannot run here is skipped with the reason."""
    try:
        if request.param == "postgresql":
            found: Engine = PostgreSQLEngine(POSTGRESQL)
        elif request.param == "spark":
            if shutil.which("java") is None:
                pytest.skip("no Java: the population engine Spark is NOT tested here")
            os.environ.setdefault("ANDERHALF_SPARK_MASTER", "local[2]")
            found = open_engine("spark", memory_gb=1)
        else:
            found = open_engine(request.param)
    except EngineUnavailable as reason:
        pytest.skip(f"{request.param} is NOT tested here: {reason}")
    yield found
    found.close()


def check_same(engine: Engine, tables: list[RandomTable], group: list[Person]) -> None:
    """Engine, row engine and twin agree on every rule of every table for everybody."""
    named = [replace(random.table, id=f"t{at}") for at, random in enumerate(tables)]
    found = decide_raw(named, raw_rows(group), on=TODAY, engine=engine)
    for table, random in zip(named, tables, strict=True):
        compiled = compile_table(table)
        decided = found[table.id]
        for place, person in zip(decided.place, group, strict=True):
            fired, undecided = decided.pairs[place]
            truths = twin_truths(random, person.known)
            assert (fired, undecided) == (
                sum(1 << at for at, truth in enumerate(truths) if truth),
                sum(1 << at for at, truth in enumerate(truths) if truth is None),
            ), (engine.name, table.rules, person)
            values = compiled.values(person.known, on=TODAY)
            assert compiled.masks(*values) == (fired, undecided)
            assert decided.answers[place] == compiled.answer(person.known, on=TODAY)


def test_random_tables_decide_alike_on_every_engine(engine: Engine) -> None:
    tables_at_once = 8 if engine.name == "spark" else 3

    # A Spark job takes a second, so there a failing example is shown as it was found.
    phases = (Phase.generate,) if engine.name == "spark" else (Phase.generate, Phase.shrink)

    @settings(
        max_examples=EXAMPLES[engine.name],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=phases,
    )
    @given(
        st.lists(random_tables(), min_size=1, max_size=tables_at_once),
        st.lists(people(), min_size=1, max_size=40),
    )
    def same(tables: list[RandomTable], group: list[Person]) -> None:
        check_same(engine, tables, group)

    same()


def test_a_table_of_more_rules_than_fit_one_word(engine: Engine) -> None:
    @settings(
        max_examples=FEWER.get(engine.name, 3),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(
        st.lists(random_tables(max_rules=6, max_facts=5), min_size=14, max_size=14),
        st.lists(people(), min_size=20),
    )
    def same(tables: list[RandomTable], group: list[Person]) -> None:
        facts = {fact.name: fact for random in tables for fact in random.table.inputs}
        rules, meanings = [], []
        for at, random in enumerate(tables):
            for rule, meaning in zip(random.table.rules, random.meanings, strict=True):
                cells = {name: rule.cells.get(name, ANY_CELL) for name in facts}
                rules.append(replace(rule, id=f"{at}-{rule.id}", cells=cells))
                meanings.append(meaning)
        joined = replace(tables[0].table, inputs=tuple(facts.values()), rules=tuple(rules))
        check_same(engine, [RandomTable(joined, tuple(meanings))], group)

    same()


def test_encoded_columns_decide_as_raw_measurements_do(engine: Engine) -> None:
    @settings(
        max_examples=FEWER.get(engine.name, 5),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(random_tables(), st.lists(people(), min_size=1, max_size=40))
    def same(random: RandomTable, group: list[Person]) -> None:
        facts = inputs_of([random.table])
        rows = []
        for person in group:
            usable = {fact.name: usable_value(fact, person.known, on=TODAY) for fact in facts}
            rows.append({name: value for name, value in usable.items() if value is not None})
        raw = decide_raw([random.table], raw_rows(group), on=TODAY, engine=engine)["random"]
        encoded = decide([random.table], encode_rows(facts, rows), engine=engine)["random"]
        assert [raw.pairs[at] for at in raw.place] == [encoded.pairs[at] for at in encoded.place]

    same()


def test_every_kind_of_value_is_generated() -> None:
    """The tests above are worth nothing if the interesting values never occur."""
    seen: set[str] = set()
    thresholds = {
        "potassium": (NUMBERS, Decimal("0.1")), "age": (AGES, Decimal(1)), "admitted": (DAYS, timedelta(1)),
    }  # fmt: skip

    @settings(max_examples=200, deadline=None, derandomize=True, database=None)
    @given(people())
    def look(person: Person) -> None:
        for name, value in person.broken.items():
            seen.add(f"{name} {value}")
        for name, known in person.known.items():
            age = "undated" if known.on is None else str((TODAY - known.on).days)
            seen.add(f"{name} {age}")
            ends, step = thresholds.get(name, ([], 0))
            for where, distance in (("below", step), ("on", 0 * step), ("above", -step)):
                if ends and known.value + distance in ends:  # type: ignore[operator]
                    seen.add(f"{name} {where} a threshold")
        seen.update(f"{fact.name} missing" for fact in FACTS if fact.name not in person.known)
        if isinstance(person.known.get("admitted", FactValue(False)).value, date):
            seen.add("date")

    look()
    wanted = {
        f"potassium {text}" for text in ("nan", "inf", "-inf", "0", "30", "31", "-1", "undated", "missing")
    }
    wanted |= {f"{name} {where} a threshold" for name in thresholds for where in ("below", "on", "above")}
    assert wanted | {"age nan", "rhythm missing", "date"} <= seen
