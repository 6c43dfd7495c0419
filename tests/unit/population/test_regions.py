"""Deciding on columns in memory gives what DuckDB gives: many facts, many thresholds, open texts, files in parts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.feel import ANY_CELL, parse_cell
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.population import regions
from anderhalf.population.compile import compile_population
from anderhalf.population.decide import Decided, decide
from anderhalf.population.encoding import SCALE, column_type
from anderhalf.population.engines import open_engine
from tests.support.population import criteria

ROWS = 3000
SEED = 11


@pytest.fixture(scope="module")
def engines():
    found = open_engine("embedded"), open_engine("duckdb")
    yield found
    for engine in found:
        engine.close()


def random_rows(
    table: DecisionTable, *, rows: int = ROWS, texts: tuple[str, ...] = ("x", "y", "none")
) -> pa.Table:
    """Encoded values all over the range of each fact, 20 % missing."""
    draw = np.random.default_rng(SEED)
    columns = {"row": pa.array(range(rows), pa.int64())}
    for fact in table.inputs:
        missing = draw.random(rows) < 0.2
        kind = column_type(fact)
        if pa.types.is_boolean(kind):
            values = draw.random(rows) < 0.5
        elif pa.types.is_string(kind):
            values = draw.choice(np.array(texts), rows)
        elif fact.values:
            values = draw.integers(0, len(fact.values), rows)
        else:
            low, high = int(fact.minimum or 0), int(fact.maximum or 100)
            values = draw.integers(low * 10**fact.decimals, high * 10**fact.decimals + 1, rows)
        columns[fact.name] = pa.array(values, mask=missing).cast(kind)
    return pa.table(columns)


def spread(decided: Decided) -> list[tuple[int, int]]:
    return [decided.pairs[at] for at in decided.place.tolist()]


def referral() -> DecisionTable:
    return criteria().pathway.table("referral")


def check_same(table: DecisionTable, rows: object, engines: object) -> Decided:
    here, there = (decide([table], rows, engine=engine)[table.id] for engine in engines)  # type: ignore[attr-defined]
    assert spread(here) == spread(there)
    return here


def test_more_facts_than_one_table_of_combinations_holds(engines) -> None:
    assert len(regions.regions_of(referral()).combinations) > 1
    decided = check_same(referral(), random_rows(referral()), engines)
    assert len(decided.pairs) > 100


def test_only_pairs_that_occur_are_answered(engines) -> None:
    table = replace(referral(), inputs=referral().inputs[:3], rules=tuple(
        replace(rule, cells={fact.name: rule.cells[fact.name] for fact in referral().inputs[:3]})
        for rule in referral().rules
    ))  # fmt: skip
    decided = check_same(table, random_rows(table), engines)
    assert set(decided.place.tolist()) == set(range(len(decided.pairs)))
    assert sum(decided.counts.values()) == ROWS


def test_parts_of_files_in_another_order_come_back_in_row_order(engines, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(regions, "PART", 500)
    monkeypatch.setattr(regions, "BLOCK", 128)
    table, rows = referral(), random_rows(referral())
    shuffled = rows.take(pa.array(np.random.default_rng(SEED).permutation(ROWS)))
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet", tmp_path / "none.parquet"]
    for path, part in zip(paths, (shuffled[:1700], shuffled[1700:], shuffled[:0]), strict=True):
        pq.write_table(part, path, row_group_size=300)
    whole = decide([table], rows, engine=engines[0])[table.id]
    assert spread(check_same(table, paths, engines)) == spread(whole)
    assert spread(decide([table], shuffled, engine=engines[0])[table.id]) == spread(whole)


@pytest.mark.parametrize("rows", [0, 1, 9])
def test_slices_of_columns_are_read_from_where_they_begin(engines, rows: int) -> None:
    """Bits of booleans and of missing values do not begin at a whole byte."""
    part = random_rows(referral())[1003 : 1003 + rows]
    assert len(check_same(referral(), part, engines).place) == rows


def one_fact(fact: Fact, cells: list[str]) -> DecisionTable:
    rule = referral().rules[0]
    rules = tuple(
        replace(rule, id=f"R-{at}", cells={fact.name: ANY_CELL if text == "-" else parse_cell(text, fact)})
        for at, text in enumerate(cells)
    )
    return replace(referral(), id="one", inputs=(fact,), rules=rules)


def test_many_thresholds_and_many_rules(engines) -> None:
    """More thresholds than are counted one by one, more rules than one word, and a value on each."""
    fact = replace(referral().inputs[0], name="number", type=FactType.NUMBER, values={}, decimals=0,
                   minimum=Decimal(0), maximum=Decimal(400))  # fmt: skip
    table = one_fact(fact, [f"<{at * 4}" for at in range(1, 80)] + ["-"])
    assert len(compile_population(table).cuts[0].regions) > regions.FEW
    rows = pa.table({"row": pa.array(range(402), pa.int64()),
                     "number": pa.array([*(at * SCALE for at in range(401)), None], column_type(fact))})  # fmt: skip
    assert len(check_same(table, rows, engines).pairs) == 81


def test_text_that_no_cell_names_and_a_table_that_looks_at_nothing(engines, tmp_path: Path) -> None:
    fact = replace(referral().inputs[0], name="text", type=FactType.CODE, values={})
    table = one_fact(fact, ['"x"', 'not("x")', '"y", "z"'])
    assert len(check_same(table, random_rows(table), engines).pairs) == 4
    pq.write_table(random_rows(table), tmp_path / "text.parquet")
    assert len(check_same(table, [tmp_path / "text.parquet"], engines).pairs) == 4
    assert len(check_same(one_fact(fact, ["-"]), random_rows(table), engines).pairs) == 1
