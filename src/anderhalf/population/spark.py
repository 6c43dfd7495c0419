"""The Spark engine: the same expressions on a Spark session, local or on a cluster (extra `spark`, needs Java)."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from anderhalf.population.engines import EngineUnavailable, Rows


class SparkEngine:
    """A Spark session; rows reach the executors as Parquet files, which all of them must be able to read."""

    name = "spark"
    decides_here = False

    def __init__(self, master: str, *, memory_gb: float = 2.0) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            raise EngineUnavailable('pyspark is missing: install the extra "spark"') from None
        if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
            raise EngineUnavailable("Spark needs Java 17; neither java nor JAVA_HOME was found")
        self._backend = ibis.pyspark  # touching it registers options without which Spark SQL is not written
        self._folder = Path(tempfile.mkdtemp(prefix="anderhalf-spark-"))
        self.session = (
            SparkSession.builder.master(master)
            .appName("anderhalf")
            .config("spark.driver.memory", f"{max(1, round(memory_gb * 1024))}m")
            .config("spark.driver.maxResultSize", "0")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.ansi.enabled", "true")  # an overflow is an error, never another number
            .config("spark.sql.execution.arrow.pyspark.enabled", "true")
            .config("spark.log.level", "ERROR")
            .getOrCreate()
        )

    def run(self, expression: ir.Table, rows: Rows, *, table: str = "facts") -> pa.Table:
        """Evaluate as one Spark SQL query and collect through Arrow."""
        if isinstance(rows, pa.Table):
            path = self._folder / "rows.parquet"
            pq.write_table(rows, path)
            paths = [path]
        else:
            paths = list(rows)
        self.session.read.parquet(*(path.absolute().as_uri() for path in paths)).createOrReplaceTempView(
            table
        )
        found = self.session.sql(ibis.to_sql(expression, dialect="pyspark")).toArrow()
        return (
            found.cast(expression.schema().to_pyarrow())
            if found.num_rows
            else expression.schema().to_pyarrow().empty_table()
        )

    def close(self) -> None:
        """Stop the session and remove its files."""
        self.session.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
