"""A population decided from Parquet, against merely reading the same columns with the same engine, and against zen."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.decisions.facts import FactType
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.population.compile import compile_population
from anderhalf.population.decide import masks_query
from anderhalf.population.encoding import column_type
from anderhalf.population.engines import PolarsEngine
from anderhalf.population.regions import parts_of, regions_of
from benchmarks.measure import Line, at_least, at_most, least_of
from benchmarks.peers import Zen
from benchmarks.table import benchmark_table, people, plain

ZEN_SAMPLE = 20_000


def write_facts(table: DecisionTable, path: Path, *, rows: int, seed: int = 1) -> None:
    """Random encoded facts of a table, 15 % missing."""
    draw = np.random.default_rng(seed)
    schema = pa.schema([("row", pa.int64()), *((fact.name, column_type(fact)) for fact in table.inputs)])
    plain = path.with_suffix(".plain.parquet")
    with pq.ParquetWriter(plain, schema) as writer:
        for start in range(0, rows, 1_000_000):
            size = min(1_000_000, rows - start)
            columns = [pa.array(np.arange(start, start + size))]
            for fact in table.inputs:
                columns.append(_column(fact, draw, size).cast(column_type(fact)))
            writer.write_table(pa.table(columns, schema=schema))
    # Version 2 of the format packs small whole numbers in bits: half the size, and quicker to read for all engines.
    with duckdb.connect() as db:
        db.execute("SET preserve_insertion_order = true")
        db.execute(
            f"COPY (FROM '{plain}') TO '{path}' (FORMAT parquet, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880)"
        )
    plain.unlink()


def _column(fact, draw: np.random.Generator, size: int) -> pa.Array:  # type: ignore[no-untyped-def]
    missing = draw.random(size) < 0.15
    if fact.type is FactType.BOOLEAN:
        return pa.array(draw.random(size) < 0.3, mask=missing)
    if fact.type is FactType.CODE:
        return pa.array(draw.integers(0, len(fact.values), size), mask=missing)
    low = int((fact.minimum or 0) * 10**fact.decimals)
    high = min(int((fact.maximum or 100) * 10**fact.decimals), low + 5000)
    return pa.array(draw.integers(low, high, size), mask=missing)


def run(*, rows: int = 2_000_000) -> Iterator[Line]:
    """Processor nanoseconds per patient, one thread, and the ratios."""
    folder = pathway_folder("heart_failure")
    pathway = load_pathway(read_folder(folder), str(folder))
    zen = Zen(benchmark_table())
    sample = [plain(person) for person in people(ZEN_SAMPLE)]
    zens = {
        "zen": lambda: [zen.decide(person) for person in sample],
        "zen_batch": lambda: zen.batch(sample),
    }
    for name, table in (
        ("12 rules, 6 facts", benchmark_table()),
        ("referral table", pathway.table("referral")),
    ):
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "facts.parquet"
            write_facts(table, path, rows=rows)
            yield from _one(name, table, path, rows, zens if table.id == "bench" else {})


def _one(
    name: str, table: DecisionTable, path: Path, rows: int, zens: Mapping[str, Callable[[], object]]
) -> Iterator[Line]:
    names = [fact.name for fact in table.inputs]
    words = compile_population(table).columns()
    query = masks_query([table])
    counted = query.group_by(list(words)).agg(number=query.count())
    db = duckdb.connect()
    db.execute("SET threads = 1")
    db.execute(f"CREATE VIEW facts AS SELECT * FROM read_parquet('{path}')")
    sums = ", ".join(f'sum("{fact}"::INT)' for fact in names)
    sql = ibis.to_sql(counted, dialect="duckdb")
    import polars as pl

    frame = pl.scan_parquet(path)
    lazy = PolarsEngine().lazy(counted, [path])
    regions = regions_of(table)

    def decide_here() -> list[tuple[list[tuple[int, ...]], np.ndarray]]:
        return [regions.place(part) for part in parts_of([path], regions.names)]

    spent = least_of(
        {
            "DuckDB reads": lambda: db.execute(f"SELECT {sums} FROM facts").fetchall(),
            "DuckDB decides": lambda: db.execute(sql).to_arrow_table(),
            "Polars reads": lambda: frame.select(pl.col(names).sum()).collect(engine="streaming"),
            "Polars decides": lambda: lazy.collect(engine="streaming"),
            "embedded reads": lambda: [pl.from_arrow(part).sum() for part in parts_of([path], names)],
            "embedded decides": decide_here,
            **zens,
        }
    )
    took = {key: seconds / (ZEN_SAMPLE if key in zens else rows) * 1e9 for key, seconds in spent.items()}
    counts: Counter[tuple[int, ...]] = Counter()
    for keys, placed in decide_here():
        counts.update(dict(zip(keys, np.bincount(placed, minlength=len(keys)).tolist(), strict=True)))
    for engine in ("embedded", "DuckDB", "Polars"):
        shown = "embedded (the default)" if engine == "embedded" else engine
        what = "an answer per person" if engine == "embedded" else "people per distinct answer"
        ratio = took[f"{engine} decides"] / took[f"{engine} reads"]
        yield Line(f"{name}: {shown} reads the columns", took[f"{engine} reads"], "ns")
        yield Line(f"{name}: {shown} decides, {what}", took[f"{engine} decides"], "ns")
        if engine == "embedded":
            yield at_most(f"{name}: {shown} decides / reads", ratio, 2.5)
        else:
            yield Line(f"{name}: {shown} decides / reads", ratio, "x")
    same = all(
        counts == {tuple(row[:-1]): row[-1] for row in found}
        for found in (db.execute(sql).fetchall(), lazy.collect(engine="streaming").rows())
    )
    yield Line(
        f"{name}: {len(counts)} distinct answers, alike on all three", float(same), "1 = yes", "1", same
    )
    if zens:
        best = min(took[key] for key in zens)
        yield Line(f"{name}: zen at its best", best, "ns")
        yield at_least(f"{name}: zen / embedded, from Parquet", best / took["embedded decides"], 200)
        for engine in ("DuckDB", "Polars"):
            yield Line(f"{name}: zen / {engine}, from Parquet", best / took[f"{engine} decides"], "x")
