"""The facts out of raw events: the matrix against the engine's own group-by on the same data."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import ibis
import numpy as np

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.population.criteria import read_criteria
from anderhalf.population.features import fill_matrix, grouped_query
from anderhalf.population.staging import stage_extract
from benchmarks.measure import Line, at_least, least
from benchmarks.population_data import write_extract

ON = date(2026, 11, 21)
CHUNK = 250_000


def run(*, patients: int = 500_000) -> Iterator[Line]:
    """Processor nanoseconds per event and per patient, one thread."""
    folder = pathway_folder("heart_failure")
    criteria = read_criteria(load_pathway(read_folder(folder), str(folder)))
    with tempfile.TemporaryDirectory() as place:
        extract, work = Path(place) / "extract", Path(place) / "work"
        write_extract(extract, patients=patients)
        db = duckdb.connect()
        db.execute("SET threads = 1")
        staging = least(
            lambda: stage_extract(extract, work, criteria=criteria, on=ON, connection=db), times=1
        )
        files = [str(path) for path in sorted(work.glob("events-*.parquet"))]
        events = db.execute("SELECT count(*) FROM read_parquet(?)", [files]).fetchone()[0]  # type: ignore[index]
        raw = patients * 12
        yield Line("events per patient", events / patients, "")
        yield Line(
            "reading the extract: codes, units, dates, setting aside", staging / raw * 1e9, "ns/measurement"
        )

        def matrix() -> None:
            for first in range(0, patients, CHUNK):
                columns = db.execute(
                    """SELECT row, feature, coalesce(day, 0) AS day, day IS NOT NULL AS dated,
                    coalesce(minute, 0)::BIGINT AS minute, value FROM read_parquet(?) WHERE row BETWEEN ? AND ?""",
                    [files, first, first + CHUNK - 1],
                ).fetchnumpy()
                plain = {name: np.asarray(column) for name, column in columns.items()}
                rows = min(CHUNK, patients - first)
                fill_matrix(plain, features=criteria.features, first_row=first, rows=rows, on=ON)

        source = f"(SELECT row, feature, day, minute, value FROM read_parquet({files}))"
        db.execute(f"CREATE VIEW events AS SELECT * FROM {source}")
        one_pass = ibis.to_sql(grouped_query(criteria.features, on=ON), dialect="duckdb")
        plain_sql = f"""SELECT row, feature, max_by(value, (day, minute)), max(day), count(*)
            FROM {source} WHERE day IS NULL OR day <= {(ON - date(1970, 1, 1)).days} GROUP BY row, feature"""
        # Consumed by a count over an aggregate of everything, so that no time goes into fetching rows.
        ours = least(matrix, times=3)
        plain_time = least(
            lambda: db.execute(f"SELECT count(*), sum(hash(g)) FROM ({plain_sql}) AS g").fetchall(), times=2
        )
        wide = least(
            lambda: db.execute(f"SELECT count(*), sum(hash(g)) FROM ({one_pass}) AS g").fetchall(), times=2
        )
        for name, seconds in (
            ("matrix, reading included", ours),
            ("DuckDB, plain group-by per patient and fact", plain_time),
            ("DuckDB, group-by per patient with a maximum per fact", wide),
        ):
            yield Line(f"{name}", seconds / events * 1e9, "ns/event")
            yield Line(f"{name}", seconds / patients * 1e9, "ns/patient")
        yield at_least("plain group-by / matrix", plain_time / ours, 1)
        yield at_least("group-by per patient / matrix", wide / ours, 1)
