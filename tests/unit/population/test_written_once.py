"""A query is written as SQL once; another question, or other rows, never gets the answer of the first."""

from __future__ import annotations

from datetime import timedelta

import ibis
import pyarrow as pa
import pytest

from anderhalf.population.engines import _duckdb_sql, open_engine
from anderhalf.population.features import facts_query
from tests.support.population import ON, criteria


def asked(limit: int) -> ibis.expr.types.Table:
    facts = ibis.table({"row": "int64", "value": "int64"}, name="facts")
    return facts.select(row=facts.row, high=facts.value > limit)


@pytest.mark.parametrize("engine", ["embedded", "duckdb"])
def test_other_rows_and_other_limits_are_answered_themselves(engine: str) -> None:
    first, second = (pa.table({"row": [1, 2], "value": values}) for values in ([5, 50], [500, 5]))
    running = open_engine(engine)
    try:
        for _again in range(2):
            for rows, limit, right in (
                (first, 10, [False, True]),
                (second, 10, [True, False]),
                (first, 1, [True, True]),
                (first, 60, [False, False]),
            ):
                assert running.run(asked(limit), rows).column("high").to_pylist() == right
    finally:
        running.close()


def test_an_equal_question_is_not_written_again_and_another_one_is() -> None:
    one = criteria()
    names = [feature.name for feature in one.features[:5]]

    def sql(on=ON, occurring=names) -> str:
        return _duckdb_sql(facts_query(one, on=on, occurring=occurring).op())

    first = sql()
    hits = _duckdb_sql.cache_info().hits
    assert sql() == first
    assert _duckdb_sql.cache_info().hits == hits + 1
    assert sql(on=ON + timedelta(days=1)) != first
    assert sql(occurring=names[1:]) != first
    assert str(ibis.to_sql(facts_query(one, on=ON, occurring=names), dialect="duckdb")) == first
