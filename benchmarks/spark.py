"""Spark on a local cluster of separate processes: the same rows decided as the embedded engine decides them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from anderhalf.population.compile import compile_population
from anderhalf.population.decide import masks_query
from anderhalf.population.engines import DuckDBEngine, EngineUnavailable, open_engine
from benchmarks.measure import Line, stopwatch
from benchmarks.population import write_facts
from benchmarks.table import benchmark_table


def run(*, rows: int) -> Iterator[Line]:
    """Seconds on the clock, and the number of rows that differ (wanted: none)."""
    table = benchmark_table()
    (word,) = compile_population(table).columns()
    query = masks_query([table])
    # Two executors in processes of their own, as on a cluster; a real one by setting the variable.
    os.environ.setdefault("ANDERHALF_SPARK_MASTER", "local-cluster[2,1,1024]")
    try:
        spark = open_engine("spark", memory_gb=3)
    except EngineUnavailable as reason:
        yield Line(f"Spark did not run: {reason}", 0, "", "runs", False)
        return
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "facts.parquet"
        write_facts(table, path, rows=rows)
        clock = stopwatch()
        found = spark.run(query, [path])
        yield Line(
            f"Spark ({spark.session.sparkContext.master}), {rows / 1e6:g} million, rows collected",
            clock(),
            "s",
        )  # type: ignore[attr-defined]
        spark.close()
        embedded = DuckDBEngine(memory_gb=2)
        mine = embedded.run(query, [path])
        embedded.close()
        found, mine = found.sort_by("row"), mine.sort_by("row")
        different = rows - pc.sum(pc.equal(found.column(word), mine.column(word))).as_py()
        assert found.num_rows == mine.num_rows == pq.read_metadata(path).num_rows
        yield Line("rows that differ from DuckDB", float(different), "rows", "0", different == 0)
