"""Where a population is decided: in this process (default), or on DuckDB, Polars, PostgreSQL or Spark.

An engine takes an Ibis expression over one named table and the rows of that table (in memory as Arrow, or in Parquet
files) and gives the result back as Arrow. The expression is the same for all; only the SQL dialect differs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

# A column that others follow from is worked out once: a subquery of its own, not written out wherever it is used.
ibis.options.sql.fuse_selects = False

Rows = pa.Table | Sequence[Path]
ENGINES = ("embedded", "duckdb", "polars", "postgresql", "spark")
POSTGRESQL_URL = "ANDERHALF_POPULATION_URL"
SPARK_MASTER = "ANDERHALF_SPARK_MASTER"


class EngineUnavailable(RuntimeError):
    """The engine that was asked for cannot run here, and why."""


class Engine(Protocol):
    """Something that can evaluate column expressions."""

    name: str
    decides_here: bool
    """Whether tables are decided by `regions` instead of by column expressions."""

    def run(self, expression: ir.Table, rows: Rows, *, table: str = "facts") -> pa.Table:
        """Evaluate `expression`, in which the unbound table `table` stands for `rows`."""
        ...

    def close(self) -> None:
        """Give back connections, processes and temporary files."""
        ...


def open_engine(
    name: str, *, memory_gb: float = 2.0, temporary: Path | None = None, threads: int = 0
) -> Engine:
    """Open an engine by name; `memory_gb` bounds DuckDB, which spills to `temporary` beyond it.

    PostgreSQL is found through ANDERHALF_POPULATION_URL (or DATABASE_URL), Spark's master through
    ANDERHALF_SPARK_MASTER (default local[*]). Raises EngineUnavailable, ValueError for an unknown name.
    """
    match name:
        case "embedded":
            return EmbeddedEngine(memory_gb=memory_gb, temporary=temporary, threads=threads)
        case "duckdb":
            return DuckDBEngine(memory_gb=memory_gb, temporary=temporary, threads=threads)
        case "polars":
            return PolarsEngine()
        case "postgresql":
            return PostgreSQLEngine(os.environ.get(POSTGRESQL_URL) or os.environ.get("DATABASE_URL", ""))
        case "spark":
            from anderhalf.population.spark import SparkEngine  # starting Java only when asked for

            return SparkEngine(os.environ.get(SPARK_MASTER, "local[*]"), memory_gb=memory_gb)
    raise ValueError(f"engine {name!r} is not one of {', '.join(ENGINES)}")


@lru_cache(maxsize=32)
def _duckdb_sql(query: ops.Node) -> str:
    """The query as DuckDB's SQL. Writing it takes longer than answering it, and by the same criteria on the same day
    every search asks the same: queries are compared by what they ask. No value of anybody is in them."""
    return str(ibis.to_sql(query.to_expr(), dialect="duckdb"))


class DuckDBEngine:
    """DuckDB inside this process, with bounded memory."""

    name = "duckdb"
    decides_here = False

    def __init__(self, *, memory_gb: float = 2.0, temporary: Path | None = None, threads: int = 0) -> None:
        import duckdb

        self.connection = duckdb.connect()
        self.connection.execute(f"SET memory_limit = '{memory_gb:.2f}GB'")
        self.connection.execute("SET enable_progress_bar = false")
        if threads:
            self.connection.execute(f"SET threads = {int(threads)}")
        if temporary is not None:
            self.connection.execute("SET temp_directory = ?", [str(temporary)])

    def run(self, expression: ir.Table, rows: Rows, *, table: str = "facts") -> pa.Table:
        """Evaluate on Arrow memory or straight from Parquet."""
        sql = _duckdb_sql(expression.op())
        if isinstance(rows, pa.Table):
            relation = self.connection.from_arrow(rows)
        else:
            relation = self.connection.read_parquet([str(path) for path in rows])
        relation.create_view(table, replace=True)
        try:
            return self.connection.sql(sql).to_arrow_table()
        finally:
            self.connection.execute(f'DROP VIEW IF EXISTS "{table}"')

    def close(self) -> None:
        """Close the in-memory database."""
        self.connection.close()


class EmbeddedEngine(DuckDBEngine):
    """DuckDB for what asks for sorting and bounded memory; `regions` decides the tables."""

    name = "embedded"
    decides_here = True


class PolarsEngine:
    """Polars inside this process, streaming from Parquet."""

    name = "polars"
    decides_here = False

    def run(self, expression: ir.Table, rows: Rows, *, table: str = "facts") -> pa.Table:
        """Evaluate as one lazy query."""
        return self.lazy(expression, rows, table=table).collect(engine="streaming").to_arrow()

    def lazy(self, expression: ir.Table, rows: Rows, *, table: str = "facts"):  # type: ignore[no-untyped-def]
        """The query as a Polars LazyFrame, for a caller that wants to go on with it."""
        import polars as pl

        frame = pl.from_arrow(rows).lazy() if isinstance(rows, pa.Table) else pl.scan_parquet(list(rows))
        return ibis.polars.connect({table: frame}).compile(expression)

    def close(self) -> None:
        """Nothing to give back."""


class PostgreSQLEngine:
    """A PostgreSQL server: rows go into a temporary table through COPY and leave with the connection."""

    name = "postgresql"
    decides_here = False

    def __init__(self, url: str) -> None:
        import psycopg

        if not url.startswith(("postgres://", "postgresql://")):
            raise EngineUnavailable(f"set {POSTGRESQL_URL} to postgresql://user:password@host:port/database")
        try:
            self.connection = psycopg.connect(url, connect_timeout=10, autocommit=True)
        except psycopg.OperationalError as error:
            raise EngineUnavailable(f"PostgreSQL does not answer: {error}") from None

    def run(self, expression: ir.Table, rows: Rows, *, table: str = "facts") -> pa.Table:
        """Copy the rows in, evaluate, fetch."""
        sql = ibis.to_sql(expression, dialect="postgres")
        with self.connection.transaction(force_rollback=True), self.connection.cursor() as cursor:
            for at, part in enumerate(_parts(rows)):
                if at == 0:
                    columns = ", ".join(
                        f'"{field.name}" {_postgresql_type(field.type)}' for field in part.schema
                    )
                    cursor.execute(f'CREATE TEMPORARY TABLE "{table}" ({columns}) ON COMMIT DROP')
                with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy_columns = [column.to_pylist() for column in part.columns]
                    for row in zip(*copy_columns, strict=True):
                        copy.write_row(row)
            cursor.execute(sql)
            names = [column.name for column in cursor.description or ()]
            fetched = cursor.fetchall()
        schema = expression.schema().to_pyarrow()
        columns_out = list(zip(*fetched, strict=True)) or [()] * len(names)
        arrays = [
            pa.array(values, type=schema.field(name).type)
            for name, values in zip(names, columns_out, strict=True)
        ]
        return pa.table(dict(zip(names, arrays, strict=True)))

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def _parts(rows: Rows) -> Sequence[pa.Table]:
    if isinstance(rows, pa.Table):
        return [rows]
    return [
        pa.Table.from_batches([batch])
        for path in rows
        for batch in pq.ParquetFile(path).iter_batches(batch_size=100_000)
    ]


def _postgresql_type(arrow: pa.DataType) -> str:
    if pa.types.is_boolean(arrow):
        return "boolean"
    if pa.types.is_int8(arrow) or pa.types.is_int16(arrow):
        return "smallint"
    if pa.types.is_int32(arrow):
        return "integer"
    if pa.types.is_integer(arrow):
        return "bigint"
    return "double precision" if pa.types.is_floating(arrow) else "text"
