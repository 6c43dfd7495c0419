"""Case finding: an extract in, worklists out; in chunks, so that memory is bounded and a killed run goes on.

Work is kept in `.work` inside the output folder with a manifest that says what is done. A run with the same
input, criteria, day and engine picks up after the last finished chunk; anything else starts anew. The worklists
appear only when all chunks are done, and `.work` is then removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from anderhalf.core.decisions.chain import feeding
from anderhalf.core.decisions.policy import Status
from anderhalf.core.spreadsheets import BOM, DELIMITER, FORMULA, NUMBER
from anderhalf.population.criteria import Criteria
from anderhalf.population.decide import Decided, decide, in_row_order
from anderhalf.population.encoding import column_type, encode
from anderhalf.population.engines import DuckDBEngine, Engine
from anderhalf.population.features import (
    EVENT_SCHEMA,
    NOTHING,
    Matrix,
    facts_query,
    fill_matrix,
    grouped_query,
    packed_table,
)
from anderhalf.population.staged import ASIDE_SCHEMA, Staged
from anderhalf.population.staging import stage_extract
from anderhalf.population.worklists import LISTS, Found, list_schema, make_worklists

CHUNK = 250_000
"""Patients at a time: some hundreds of megabytes, whatever the size of the population."""
FORMAT = 2
IN_ENGINE = ("postgresql", "spark")
"""Engines that also aggregate the events; the embedded ones get them through the matrix, which is quicker."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some of the patients with all that is known about them, for a caller that wants more than lists."""

    persons: pa.Table
    events: pa.Table
    facts: pa.Table
    """One row of encoded facts per person, with the answers of tables that feed others."""
    found: Found


Say = Callable[[str], str]
Progress = Callable[[str, int, int], None]
"""Phase ("read" or "decide"), chunks done, chunks in all."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a run found; the lists themselves are files."""

    out: Path
    staged: Staged
    counts: Mapping[str, int]
    missing: Mapping[str, int]
    resumed: bool
    """Whether part of the work had been done by an earlier run."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe."""
        return {"counts": dict(self.counts), "missing": dict(self.missing), "read": self.staged.to_dict()}


def find_cases(
    extract: Path,
    out: Path,
    *,
    criteria: Criteria,
    on: date,
    engine: Engine,
    stage: Callable[[Path], Staged] | None = None,
    chunk: int = CHUNK,
    lang: str = "nl",
    memory_gb: float = 2.0,
    progress: Progress | None = None,
    look: Callable[[Chunk], None] | None = None,
    say: Say | None = None,
) -> Report:
    """Search a population and write the worklists as CSV and Parquet in `out`.

    `stage` replaces the reading of the five files, for other input (FHIR); it fills the folder it is given as
    `staging.stage_extract` does. `look` sees every chunk that this run decides (not those that an earlier run did).
    `say` puts the reasons in `set_aside` in words of a language; without it they stay as the readers have them.
    Raises ExtractRefused when the extract as a whole cannot be used.
    """
    out.mkdir(parents=True, exist_ok=True)
    work = out / ".work"
    tell = progress or (lambda phase, done, total: None)
    manifest = _Manifest.open(work, _key(extract, criteria, on, engine, chunk, lang))
    resumed = bool(manifest.data.get("staged"))
    reader = DuckDBEngine(memory_gb=memory_gb, temporary=work / "spill")
    try:
        if not resumed:
            tell("read", 0, 1)
            staged = (
                stage(work)
                if stage is not None
                else stage_extract(extract, work, criteria=criteria, on=on, connection=reader.connection)
            )
            manifest.save(staged=staged.to_dict())
        staged = Staged.from_dict(work, manifest.data["staged"])
        criteria = criteria.without(staged.missing)
        chunks = -(-staged.patients // chunk)
        for at in range(chunks):
            tell("decide", at, chunks)
            if str(at) not in manifest.data["chunks"]:
                decided = _chunk(work, at * chunk, chunk, criteria, on, engine, reader, lang)
                if look is not None:
                    look(decided)
                found = decided.found
                _write_chunk(work, at, found)
                manifest.done(at, {"counts": dict(found.counts), "missing": dict(found.missing)})
        tell("decide", chunks, chunks)
        return _finish(out, work, manifest, staged, chunks, resumed=resumed, say=say)
    finally:
        reader.close()


def facts_of(
    persons: pa.Table, events: pa.Table, *, criteria: Criteria, on: date, engine: Engine, first_row: int = 0
) -> pa.Table:
    """One row of encoded facts per person, in the order of `persons`, from their events."""
    features = criteria.features
    if engine.name in IN_ENGINE:
        grouped = engine.run(
            grouped_query(features, on=on), events.select(EVENT_SCHEMA.names), table="events"
        )
        rows = grouped.column("row").to_numpy() - first_row
        columns = {}
        for feature in features:
            columns[feature.name] = np.full(persons.num_rows, NOTHING, dtype=np.int64)
            columns[feature.name][rows] = grouped.column(feature.name).to_numpy()
        matrix = Matrix(columns)
    else:
        day = events.column("day")
        raw = {
            "row": events.column("row").to_numpy(),
            "feature": events.column("feature").to_numpy(),
            "day": day.fill_null(0).to_numpy(),
            "dated": day.is_valid().to_numpy(),
            "minute": events.column("minute").fill_null(0).to_numpy().astype(np.int64),
            "value": events.column("value").to_numpy(),
        }
        matrix = fill_matrix(raw, features=features, first_row=first_row, rows=persons.num_rows, on=on)
    query = facts_query(criteria, on=on, occurring=matrix.columns)
    found = engine.run(query, packed_table(matrix, persons), table="packed")
    return in_row_order(found)


def decide_all(facts: pa.Table, *, criteria: Criteria, engine: Engine) -> tuple[dict[str, Decided], pa.Table]:
    """Decide every table in the order in which they feed each other; also the facts with the answers that feed."""
    answered = feeding(criteria.tables.values())
    decided: dict[str, Decided] = {}
    for level in criteria.levels:
        for name, source in answered.items():
            if source in decided and name not in facts.column_names:
                facts = facts.append_column(name, _fed(name, decided[source], criteria))
        inputs = {fact.name for table in level for fact in table.inputs}
        decided.update(decide(level, facts.select(["row", *sorted(inputs)]), engine=engine))
    return decided, facts


def _fed(name: str, decided: Decided, criteria: Criteria) -> pa.Array:
    """One table's answer as a fact column of the next: null where it was not decided."""
    fact = next(fact for table in criteria.tables.values() for fact in table.inputs if fact.name == name)
    values = [
        encode(fact, value) if answer.status is Status.DECIDED else None
        for answer, value in zip(decided.answers, decided.output(name), strict=True)
    ]
    return pa.array(values, column_type(fact)).take(pa.array(decided.place))


def _chunk(
    work: Path,
    first: int,
    size: int,
    criteria: Criteria,
    on: date,
    engine: Engine,
    reader: DuckDBEngine,
    lang: str,
) -> Chunk:
    db = reader.connection
    last = first + size - 1
    persons = db.execute(
        "SELECT * FROM read_parquet(?) WHERE row BETWEEN ? AND ? ORDER BY row",
        [str(work / "persons.parquet"), first, last],
    ).to_arrow_table()
    files = sorted(str(path) for path in work.glob("events-*.parquet"))
    events = EVENT_SCHEMA.empty_table()
    if files:
        events = db.execute(
            "SELECT row, feature, day, minute, value FROM read_parquet(?) WHERE row BETWEEN ? AND ?",
            [files, first, last],
        ).to_arrow_table()
    facts = facts_of(persons, events, criteria=criteria, on=on, engine=engine, first_row=first)
    decided, facts = decide_all(facts, criteria=criteria, engine=engine)
    found = make_worklists(criteria, decided, facts, persons.column("patient").combine_chunks(), lang=lang)
    return Chunk(persons=persons, events=events, facts=facts, found=found)


def _write_chunk(work: Path, at: int, found: Found) -> None:
    folder = work / f"chunk-{at:05d}.part"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, table in found.lists.items():
        pq.write_table(table, folder / f"{name}.parquet")
    done = folder.with_suffix("")
    shutil.rmtree(done, ignore_errors=True)  # left by a run that was killed before it told the manifest
    folder.rename(done)


def _finish(
    out: Path, work: Path, manifest: _Manifest, staged: Staged, chunks: int, *, resumed: bool, say: Say | None
) -> Report:
    counts: Counter[str] = Counter(patients=0, known=0)  # also when nobody could be read
    missing: Counter[str] = Counter()
    for at in range(chunks):
        counts.update(manifest.data["chunks"][str(at)]["counts"])
        missing.update(manifest.data["chunks"][str(at)]["missing"])
    for name in LISTS:
        parts = [work / f"chunk-{at:05d}" / f"{name}.parquet" for at in range(chunks)]
        _write(out / name, parts, list_schema(name))
    if (work / "set_aside.parquet").exists():
        _write(out / "set_aside", [work / "set_aside.parquet"], ASIDE_SCHEMA, say=say)
    ordered = dict(sorted(missing.items(), key=lambda item: (-item[1], item[0])))
    report = Report(
        out=out, staged=staged, counts=dict(sorted(counts.items())), missing=ordered, resumed=resumed
    )
    _replace(out / "summary.json", json.dumps(report.to_dict(), indent=1, ensure_ascii=False).encode())
    shutil.rmtree(work, ignore_errors=True)
    return report


def _write(target: Path, parts: Sequence[Path], schema: pa.Schema, *, say: Say | None = None) -> None:
    """One list as CSV for a Dutch spreadsheet and as Parquet, part by part. `say` puts the reasons in words."""
    csv_part, parquet_part = target.with_suffix(".csv.part"), target.with_suffix(".parquet.part")
    options = pa_csv.WriteOptions(delimiter=DELIMITER)
    with csv_part.open("wb") as file, pq.ParquetWriter(parquet_part, schema) as columns:
        file.write(BOM.encode())
        with pa_csv.CSVWriter(file, schema, write_options=options) as text:
            for part in parts:
                for batch in pq.ParquetFile(part).iter_batches():
                    said = batch if say is None else _said(batch, say)
                    text.write_batch(_guarded(said))
                    columns.write_batch(said)
    csv_part.replace(target.with_suffix(".csv"))
    parquet_part.replace(target.with_suffix(".parquet"))


def _said(batch: pa.RecordBatch, say: Say) -> pa.RecordBatch:
    """The batch with the column `why` in words."""
    words = pa.array([say(text or "") for text in batch.column("why").to_pylist()], pa.string())
    return batch.set_column(batch.schema.get_field_index("why"), "why", words)


def _guarded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch without texts that a spreadsheet takes for a formula, as `core.spreadsheets.guarded` has it."""
    columns = []
    for column in batch.columns:
        if pa.types.is_string(column.type):
            formula = pc.match_substring_regex(column, FORMULA)
            if pc.any(formula).as_py():
                number = pc.match_substring_regex(column, NUMBER)
                marked = pc.binary_join_element_wise(pa.scalar("'"), column, pa.scalar(""))
                column = pc.if_else(pc.and_not(formula, number), marked, column)  # noqa: PLW2901
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


class _Manifest:
    """What is done, on disk; replaced in one step, so that a kill leaves the old or the new one."""

    def __init__(self, path: Path, data: dict[str, Any]) -> None:
        self.path = path
        self.data = data

    @classmethod
    def open(cls, work: Path, key: str) -> _Manifest:
        path = work / "manifest.json"
        try:
            data = json.loads(path.read_text())
        except (OSError, ValueError):
            data = {}
        if data.get("key") != key:
            shutil.rmtree(work, ignore_errors=True)
            data = {"key": key, "staged": None, "chunks": {}}
        work.mkdir(parents=True, exist_ok=True)
        found = cls(path, data)
        found._save()
        return found

    def save(self, *, staged: dict[str, object]) -> None:
        self.data["staged"] = staged
        self._save()

    def done(self, chunk: int, figures: dict[str, Any]) -> None:
        self.data["chunks"][str(chunk)] = figures
        self._save()

    def _save(self) -> None:
        _replace(self.path, json.dumps(self.data).encode())


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _key(extract: Path, criteria: Criteria, on: date, engine: Engine, chunk: int, lang: str) -> str:
    """What a result depends on: content of the criteria, the files as they are now, day, engine, chunks."""
    files = [extract] if extract.is_file() else sorted(path for path in extract.rglob("*") if path.is_file())
    seen = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    whole = json.dumps([FORMAT, criteria.pathway.hash, on.isoformat(), engine.name, chunk, lang, seen])
    return hashlib.sha256(whole.encode()).hexdigest()
