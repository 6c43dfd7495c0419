"""Small tables and random ones for the tests of core/decisions.

A random cell is made as a pair: its text, and a plain Python predicate that says what it means. The twin in
the tests uses only the predicates, so it shares neither parser nor engine with the code under test.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import Fact, FactType, FactValue, Value
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OnUnknown, OutputSpec
from anderhalf.core.decisions.table import TableMeta, read_table

TODAY = date(2026, 6, 1)
POTASSIUM = Fact(
    name="potassium", type=FactType.NUMBER, label={"nl": "kalium", "en": "potassium"}, unit="mmol/L",
    minimum=Decimal(1), maximum=Decimal(10), decimals=1, max_age_days=30,
)  # fmt: skip
AGE = Fact(
    name="age", type=FactType.NUMBER, label={"nl": "leeftijd", "en": "age"}, unit="a",
    minimum=Decimal(0), maximum=Decimal(120),
)  # fmt: skip
RHYTHM = Fact(
    name="rhythm", type=FactType.CODE, label={"nl": "ritme", "en": "rhythm"},
    values={"sinus": {}, "af": {}, "paced": {}},
)  # fmt: skip
OEDEMA = Fact(name="oedema", type=FactType.BOOLEAN, label={"nl": "oedeem", "en": "oedema"})
ADMITTED = Fact(name="admitted", type=FactType.DATE, label={"nl": "opname", "en": "admission"})
NOTE = Fact(name="note", type=FactType.TEXT, label={"nl": "notitie", "en": "note"})
FACTS = {fact.name: fact for fact in (POTASSIUM, AGE, RHYTHM, OEDEMA, ADMITTED, NOTE)}


def table(
    rows: str,
    *,
    policy: HitPolicy = HitPolicy.FIRST,
    outputs: Mapping[str, OutputSpec] | None = None,
    on_unknown: OnUnknown = OnUnknown.NEEDS_DATA,
    strict: bool = True,
) -> DecisionTable:
    """A table from lines with ` | ` between cells, so that tests read without CSV's doubled quotes."""
    out = io.StringIO()
    writer = csv.writer(out)
    for line in rows.strip().splitlines():
        writer.writerow([cell.strip() for cell in line.split("|")])
    meta = TableMeta(id="t", version="1", hit_policy=policy, on_unknown=on_unknown, outputs=outputs or {})
    return read_table(out.getvalue(), meta=meta, facts=FACTS, strict=strict)


def patient(**values: Value | int | None) -> dict[str, FactValue]:
    """Facts measured today; None leaves a fact out."""
    return {name: FactValue(value, TODAY) for name, value in values.items() if value is not None}  # type: ignore[arg-type]


Predicate = Callable[[Value | None], bool | None]


@dataclass(frozen=True)
class Cell:
    """A cell's text and, independently, what it means."""

    text: str
    means: Predicate


@dataclass(frozen=True)
class RandomTable:
    """A table and the meaning of its cells by rule and fact, for the twin."""

    table: DecisionTable
    meanings: tuple[Mapping[str, Predicate], ...]


NUMBERS = [Decimal(text) for text in ("3.9", "4", "4.5", "5.0", "5.5")]
AGES = [Decimal(age) for age in (40, 49, 50, 65)]
DAYS = [date(2026, 1, 1), date(2026, 3, 1)]
CODES = ["sinus", "af", "paced"]


def _unless_missing(test: Callable[[Value], bool]) -> Predicate:
    return lambda value: None if value is None else test(value)


def _comparison(sign: str, end: Value, text: str) -> Cell:
    tests: dict[str, Callable[[Value], bool]] = {
        "<": lambda value: value < end,  # type: ignore[operator]
        "<=": lambda value: value <= end,  # type: ignore[operator]
        ">": lambda value: value > end,  # type: ignore[operator]
        ">=": lambda value: value >= end,  # type: ignore[operator]
        "": lambda value: value == end,
    }
    return Cell(f"{sign}{text}", _unless_missing(tests[sign]))


def _interval(low: Value, high: Value, left: str, right: str, write: Callable[[Value], str]) -> Cell:
    def inside(value: Value) -> bool:
        above = value >= low if left == "[" else value > low  # type: ignore[operator]
        below = value <= high if right == "]" else value < high  # type: ignore[operator]
        return above and below

    return Cell(f"{left}{write(low)}..{write(high)}{right}", _unless_missing(inside))


def _any_of(cells: list[Cell]) -> Cell:
    def means(value: Value | None) -> bool | None:
        found = [cell.means(value) for cell in cells]
        return True if True in found else (None if None in found else False)

    return Cell(", ".join(cell.text for cell in cells), means)


def _not(cell: Cell) -> Cell:
    def means(value: Value | None) -> bool | None:
        found = cell.means(value)
        return None if found is None else not found

    return Cell(f"not({cell.text})", means)


ANY = Cell("-", lambda value: True)
NULL = Cell("null", lambda value: value is None)


def _ordered(ends: list[Value], write: Callable[[Value], str]) -> st.SearchStrategy[Cell]:
    comparison = st.builds(
        lambda sign, end: _comparison(sign, end, write(end)),
        st.sampled_from(["<", "<=", ">", ">=", ""]),
        st.sampled_from(ends),
    )
    interval = st.builds(
        lambda pair, left, right: _interval(pair[0], pair[1], left, right, write),
        st.sampled_from([(low, high) for low in ends for high in ends if low < high]),  # type: ignore[operator]
        st.sampled_from(["[", "(", "]"]),
        st.sampled_from(["]", ")", "["]),
    )
    return comparison | interval


def cells(fact: Fact, *, with_null: bool = True) -> st.SearchStrategy[Cell]:
    """Random cells for a fact, with lists, not() and null."""
    if fact.type is FactType.NUMBER:
        ends: list[Value] = list(AGES if fact is AGE else NUMBERS)
        part = _ordered(ends, str)
    elif fact.type is FactType.DATE:
        part = _ordered(list(DAYS), lambda day: f'date("{day}")')
    elif fact.type is FactType.BOOLEAN:
        part = st.sampled_from([True, False]).map(lambda flag: _comparison("", flag, str(flag).lower()))
    else:
        part = st.sampled_from(CODES).map(lambda code: _comparison("", code, f'"{code}"'))
    if with_null:
        part = part | st.just(NULL)
    listed = st.lists(part, min_size=1, max_size=3).map(_any_of)
    return st.one_of(st.just(ANY), part, listed, listed.map(_not))


@st.composite
def random_tables(
    draw: st.DrawFn,
    *,
    policies: tuple[HitPolicy, ...] = tuple(HitPolicy),
    with_null: bool = True,
    with_on_unknown: bool = True,
    max_rules: int = 6,
    max_facts: int = 4,
) -> RandomTable:
    """A random valid table with the meaning of its cells."""
    policy = draw(st.sampled_from(policies))
    pool = [POTASSIUM, AGE, RHYTHM, OEDEMA, ADMITTED]
    facts = draw(
        st.lists(st.sampled_from(pool), min_size=1, max_size=max_facts, unique_by=lambda fact: fact.name)
    )
    answers = [Decimal(number) for number in (-1, 0, 1, 2)]
    count = draw(st.integers(1, max_rules))
    on_unknown = st.sampled_from(["", *OnUnknown]) if with_on_unknown else st.just("")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", *(fact.name for fact in facts), "out:answer", "on_unknown"])
    meanings = []
    for at in range(count):
        row = [draw(cells(fact, with_null=with_null)) for fact in facts]
        meanings.append({fact.name: cell.means for fact, cell in zip(facts, row, strict=True)})
        writer.writerow(
            [f"r{at}", *(cell.text for cell in row), draw(st.sampled_from(answers)), draw(on_unknown)]
        )
    meta = TableMeta(
        id="random", version="1", hit_policy=policy,
        outputs={"answer": OutputSpec(name="answer", values=tuple(answers))},
    )  # fmt: skip
    return RandomTable(read_table(out.getvalue(), meta=meta, facts=FACTS), tuple(meanings))


def _values(fact: Fact) -> st.SearchStrategy[Value | None]:
    """Values on, just below and just above each threshold, and missing."""
    tiny = Decimal("0.000000000001")
    if fact.type is FactType.NUMBER:
        ends = AGES if fact is AGE else NUMBERS
        return st.sampled_from([None, *(end + step for end in ends for step in (-tiny, Decimal(0), tiny))])
    if fact.type is FactType.DATE:
        return st.sampled_from([None, *(day + timedelta(step) for day in DAYS for step in (-1, 0, 1))])
    if fact.type is FactType.BOOLEAN:
        return st.sampled_from([None, True, False])
    return st.sampled_from([None, *CODES])


@st.composite
def random_patients(draw: st.DrawFn) -> dict[str, FactValue]:
    """A random person, with values that are fresh, exactly as old as allowed, one day older, or undated."""
    known = {}
    for fact in (POTASSIUM, AGE, RHYTHM, OEDEMA, ADMITTED):
        value = draw(_values(fact))
        if value is not None:
            days = draw(st.sampled_from([0, 30, 31, None, -1]))
            known[fact.name] = FactValue(value, None if days is None else TODAY - timedelta(days))
    return known


def twin_truths(random: RandomTable, facts: Mapping[str, FactValue]) -> list[bool | None]:
    """What each rule does, written out as slowly and plainly as possible."""
    truths: list[bool | None] = []
    for meaning in random.meanings:
        results = []
        for name, means in meaning.items():
            given = facts.get(name)
            value = None if given is None else given.value
            if given is not None and given.on is not None and given.on > TODAY:
                value = None
            if (
                given is not None
                and name == "potassium"
                and (given.on is None or given.on < TODAY - timedelta(30))
            ):
                value = None
            results.append(means(value))
        truths.append(False if False in results else (None if None in results else True))
    return truths


FIRST = """
id | potassium | age  | out:line
r1 | >5.5      | -    | "emergency"
r2 | -         | >=65 | "second"
r3 | -         | -    | "first"
"""
"""Three rules of which the first that holds decides."""


def decide(rows: str, policy: HitPolicy = HitPolicy.FIRST, /, **values: object) -> Decision:
    """A table of these rows for a patient with these values."""
    return evaluate(table(rows, policy=policy), patient(**values), on=TODAY)  # type: ignore[arg-type]
