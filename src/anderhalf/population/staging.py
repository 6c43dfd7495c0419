"""From an extract's files to events: (patient, feature, day, minute, value); what cannot be used is kept aside.

One statement per file reads it, joins the patient and what its code means, converts the unit exactly and writes
Parquet. A row that cannot be used gets the number of a reason in `why`; nothing is dropped in silence. Codes that
the criteria do not ask for are counted, not listed.
"""

# Values from files never become SQL text: only column names, quoted, and numbers made here.
# ruff: noqa: S608

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from anderhalf.population.cells import Source, text_of
from anderhalf.population.codebook import MEANING_SCHEMA, meanings
from anderhalf.population.criteria import Criteria
from anderhalf.population.encoding import day_number
from anderhalf.population.features import DAY_OFFSET, EVENT_SCHEMA
from anderhalf.population.shapes import SEXES, SHAPES, ExtractRefused, find_files
from anderhalf.population.tabular import read_header, read_rows

REASONS = {
    1: "this patient is not in the file of patients",
    2: "the date cannot be read",
    3: "dated after the day of the search",
    4: "the value is not a number",
    5: "the unit is not known for this code",
    6: "the value is impossible for this code",
    7: "the patient has no number",
    8: "the birth date cannot be read",
    9: "this patient is in the file more than once",
    10: "the answer is not one of the list",
    11: "the date is missing",
}
ASIDE_SCHEMA = pa.schema(
    [("file", pa.string()), ("line", pa.int64()), ("why", pa.string()), ("shown", pa.string())]
)
ROW_GROUP = 122_880
MAX_LISTED = 200_000
"""Broken lines listed one by one; those beyond are counted. A list may not take more memory than the extract."""
MAX_CODES = 100_000
"""No practice has as many different codes with units; a file that does is not what it says it is."""
CLUSTERED = 4.0
"""A file whose row groups together span more than this many times the patients is sorted before use."""


@dataclass
class Staged:
    """What was read: how many rows, of which file; what was set aside and what nobody asks for."""

    folder: Path
    patients: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    events: int = 0
    aside: Counter[str] = field(default_factory=Counter)
    """Rows set aside per "file: reason"."""
    not_asked: Counter[str] = field(default_factory=Counter)
    """Rows per file whose code the criteria do not ask for."""
    left: int = 0
    """Patients no longer registered."""
    files: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """JSON-safe."""
        return {
            "patients": self.patients, "rows": dict(self.rows), "events": self.events, "aside": dict(self.aside),
            "not_asked": dict(self.not_asked), "left": self.left, "files": list(self.files),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, folder: Path, data: Mapping[str, object]) -> Staged:
        """What `to_dict` wrote."""
        return cls(
            folder=folder,
            patients=data["patients"],  # type: ignore[arg-type]
            rows=Counter(data["rows"]),  # type: ignore[arg-type]
            events=data["events"],  # type: ignore[arg-type]
            aside=Counter(data["aside"]),  # type: ignore[arg-type]
            not_asked=Counter(data["not_asked"]),  # type: ignore[arg-type]
            left=data["left"],  # type: ignore[arg-type]
            files=tuple(data["files"]),  # type: ignore[arg-type]
        )


def stage_extract(
    folder: Path, work: Path, *, criteria: Criteria, on: date, connection: duckdb.DuckDBPyConnection
) -> Staged:
    """Read the extract in `folder` into `work`: persons.parquet, events-*.parquet and set_aside.parquet.

    Raises ExtractRefused when a file is missing or is not the table it should be.
    """
    files = find_files(folder)
    work.mkdir(parents=True, exist_ok=True)
    stager = _Stager(work, criteria, on, connection)
    for name, path in files.items():
        stager.open(name, path)
    stager.stage_patients()
    for name in files:
        if name != "patients":
            stager.stage_events(name)
    return stager.finish(tuple(path.name for path in files.values()))


class _Stager:
    def __init__(
        self, work: Path, criteria: Criteria, on: date, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self.work = work
        self.criteria = criteria
        self.today = day_number(on)
        self.db = connection
        self.staged = Staged(work)
        self.sources: dict[str, Source] = {}
        self.listed: list[tuple[str, int, str, str]] = []
        self.names: dict[str, str] = {}

    def open(self, shape: str, path: Path) -> None:
        """Make a file readable by SQL; text is first cut into columns and kept as Parquet."""
        self.names[shape] = path.name
        if path.suffix == ".parquet":
            source = str(path / "*.parquet") if path.is_dir() else str(path)
        else:
            source = str(self.cut_text(shape, path))
        relation = f"read_parquet({text_of(source)}, file_row_number = true)"
        try:
            described = self.db.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        except duckdb.Error as error:
            raise ExtractRefused(path.name, f"this is not a readable Parquet file ({error})") from None
        types = {row[0]: row[1] for row in described}
        header = [name for name in types if name not in ("file_row_number", "line")]
        columns = SHAPES[shape].match(header, file=path.name)
        self.sources[shape] = Source(relation, columns, types)

    def cut_text(self, shape: str, path: Path) -> Path:
        """CSV -> Parquet of texts with line numbers; broken lines are listed."""
        header = read_header(path)
        SHAPES[shape].match(header.names, file=path.name)
        target = self.work / f"raw-{shape}.parquet"

        def aside(line: int, why: str, text: str) -> None:
            if len(self.listed) < MAX_LISTED:
                self.listed.append((path.name, line, why, text))
            self.staged.aside[f"{path.name}: {why}"] += 1

        schema = pa.schema([*((name, pa.string()) for name in header.names), ("line", pa.int64())])
        with pq.ParquetWriter(target, schema) as writer:
            for table in read_rows(path, header, aside):
                writer.write_table(table.cast(schema), row_group_size=ROW_GROUP)
        return target

    def stage_patients(self) -> None:
        source = self.sources["patients"]
        born, _ = source.day("birth_date")
        left, _ = source.day("left_on")
        sexes = " ".join(f"WHEN '{given}' THEN '{sex}'" for given, sex in SEXES.items())
        self.db.execute(
            f"""CREATE OR REPLACE TEMP TABLE everyone AS SELECT patient, line, born, sex, CASE
                WHEN patient IS NULL THEN 7 WHEN born IS NULL OR born > {self.today} OR born < {-DAY_OFFSET} THEN 8
                ELSE 0 END AS why, coalesce(left_on <= {self.today}, false) AS gone
            FROM (SELECT {source.text("patient")} AS patient, {source.line} AS line,
                {born} AS born, {left} AS left_on, CASE lower({source.text("sex")}) {sexes} END AS sex
                FROM {source.relation})"""
        )
        self.db.execute(
            """CREATE OR REPLACE TEMP TABLE twice AS SELECT patient, min(line) AS first FROM everyone
            WHERE why = 0 GROUP BY patient HAVING count(*) > 1"""
        )
        self.db.execute(
            """UPDATE everyone SET why = 9 FROM twice
            WHERE everyone.patient = twice.patient AND everyone.line > twice.first"""
        )
        self.staged.rows["patients"] = self.number("SELECT count(*) FROM everyone")
        self.staged.left = self.number("SELECT count(*) FROM everyone WHERE why = 0 AND gone")
        self.note_aside("patients", "SELECT line, why, patient AS shown FROM everyone WHERE why > 0")
        self.db.execute(
            """CREATE OR REPLACE TEMP TABLE persons AS
            SELECT (row_number() OVER (ORDER BY line) - 1)::INTEGER AS row, patient,
                (strftime(DATE '1970-01-01' + born, '%Y%m%d'))::INTEGER AS born, sex
            FROM everyone WHERE why = 0 AND NOT gone ORDER BY line"""
        )
        self.db.execute(
            "CREATE OR REPLACE TEMP TABLE gone AS SELECT patient FROM everyone WHERE why = 0 AND gone"
        )
        self.db.execute("DROP TABLE everyone")
        self.staged.patients = self.number("SELECT count(*) FROM persons")
        if not self.staged.patients:
            raise ExtractRefused(self.names["patients"], "no patient could be read")
        self.copy("SELECT * FROM persons ORDER BY row", self.work / "persons.parquet")

    def stage_events(self, shape: str) -> None:
        """One pass over a file: patient, meaning of the code, date, value."""
        source = self.sources[shape]
        code, unit = source.text("code"), source.text("unit" if shape == "measurements" else "kind")
        distinct = self.db.execute(
            f"SELECT {code} AS code, {unit} AS unit, count(*) FROM {source.relation} GROUP BY 1, 2 "
            f"LIMIT {MAX_CODES + 1}"
        ).fetchall()
        if len(distinct) > MAX_CODES:
            raise ExtractRefused(self.names[shape], f"more than {MAX_CODES} different codes")
        self.staged.rows[shape] = sum(number for _, _, number in distinct)
        book, asked = meanings(self.criteria, shape, [(code, unit) for code, unit, _ in distinct])
        self.staged.not_asked[shape] = sum(
            number for code, unit, number in distinct if (code, unit) not in asked
        )
        meaning = pa.Table.from_pylist(book, MEANING_SCHEMA)
        self.db.register("meaning", meaning)
        day, minute = source.day("date")
        end, _ = source.day("end")
        target = self.work / f"events-{shape}.parquet"
        self.copy(
            f"""SELECT CASE WHEN why = 0 THEN row END::INTEGER AS row, feature, day, minute,
                CASE WHEN why = 0 THEN value END::INTEGER AS value, why::TINYINT AS why,
                CASE WHEN why > 0 THEN line END AS line,
                CASE why WHEN 0 THEN NULL WHEN 1 THEN patient WHEN 2 THEN raw_day WHEN 3 THEN raw_day
                WHEN 5 THEN meant_unit ELSE nullif(trim(raw_value::VARCHAR), '') END AS shown
            FROM (SELECT *, CASE
                WHEN has_left THEN -1 WHEN patient IS NULL THEN 7 WHEN row IS NULL THEN 1
                WHEN raw_day IS NOT NULL AND given_day IS NULL THEN 2
                WHEN given_day IS NULL AND mode <> 'ever' THEN 11
                WHEN given_day > {self.today} THEN 3 WHEN given_day < {-DAY_OFFSET + 1} THEN 2
                WHEN unit_unknown THEN 5
                WHEN value IS NULL AND mode = 'answer' THEN 10 WHEN value IS NULL THEN 4
                WHEN value < lowest OR value > highest THEN 6 ELSE 0 END AS why
              FROM (SELECT persons.row AS row, given.*, gone.patient IS NOT NULL AS has_left,
                    CASE WHEN end_day IS NULL THEN given_day
                    ELSE least(greatest(end_day, given_day), {self.today}) END AS day, {_VALUE} AS value
                FROM (SELECT {source.text("patient")} AS patient, {source.line} AS line,
                        meaning.*, {day} AS given_day, {minute} AS minute, {end} AS end_day,
                        {source.unread_day("date")} AS raw_day, {source.raw("value")} AS raw_value,
                        {source.micro("value")} AS micro
                    FROM {source.relation} AS source JOIN meaning
                      ON meant_code = {code} AND meant_unit IS NOT DISTINCT FROM {unit}) AS given
                LEFT JOIN persons ON persons.patient = given.patient
                LEFT JOIN gone ON gone.patient = given.patient))
            WHERE why >= 0""",
            target,
        )
        self.db.unregister("meaning")
        self.note_aside(
            shape,
            f"SELECT DISTINCT line, why, shown FROM read_parquet({text_of(str(target))}) WHERE why > 0",
        )
        self.sort_if_scattered(target)

    def note_aside(self, shape: str, sql: str) -> None:
        """Count and list the rows that were set aside."""
        file = self.names[shape]
        for why, number in self.db.execute(f"SELECT why, count(*) FROM ({sql}) GROUP BY why").fetchall():
            self.staged.aside[f"{file}: {REASONS[why]}"] += number
        target = self.work / f"aside-{shape}.parquet"
        cases = " ".join(f"WHEN {why} THEN '{text}'" for why, text in REASONS.items())
        self.copy(
            f"""SELECT {text_of(file)} AS file, line, CASE why {cases} END AS why, left(shown, 40) AS shown
            FROM ({sql}) ORDER BY line, why""",
            target,
        )

    def sort_if_scattered(self, path: Path) -> None:
        """Chunks of patients are read by row group; a file in another order is sorted once, on disk if need be."""
        meta = pq.ParquetFile(path).metadata
        spans = 0
        for at in range(meta.num_row_groups):
            found = meta.row_group(at).column(0).statistics
            if found is not None and found.has_min_max:
                spans += found.max - found.min + 1
        if spans <= CLUSTERED * self.staged.patients or meta.num_row_groups < 2:
            return
        sorted_path = path.with_suffix(".sorted")
        self.copy(f"SELECT * FROM read_parquet({text_of(str(path))}) WHERE why = 0 ORDER BY row", sorted_path)
        sorted_path.replace(path)

    def finish(self, files: tuple[str, ...]) -> Staged:
        columns = list(zip(*self.listed, strict=True)) or [()] * len(ASIDE_SCHEMA)
        broken = pa.table(
            [pa.array(column, field.type) for column, field in zip(columns, ASIDE_SCHEMA, strict=True)],
            schema=ASIDE_SCHEMA,
        )
        parts = [
            broken,
            *(pq.read_table(path).cast(ASIDE_SCHEMA) for path in sorted(self.work.glob("aside-*.parquet"))),
        ]
        pq.write_table(pa.concat_tables(parts), self.work / "set_aside.parquet")
        for path in (*self.work.glob("raw-*.parquet"), *self.work.glob("aside-*.parquet")):
            path.unlink()
        events = sorted(str(path) for path in self.work.glob("events-*.parquet"))
        if events:
            self.staged.events = self.number(f"SELECT count(*) FROM read_parquet({events}) WHERE why = 0")
        self.staged.files = files
        for table in ("persons", "gone", "twice"):
            self.db.execute(f"DROP TABLE IF EXISTS {table}")
        return self.staged

    def copy(self, sql: str, target: Path) -> None:
        """Write a query to Parquet."""
        self.db.execute(
            f"COPY ({sql}) TO {text_of(str(target))} (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})"
        )

    def number(self, sql: str) -> int:
        """One number from SQL."""
        found = self.db.execute(sql).fetchone()
        return int(found[0]) if found else 0


# Millionths to the fact's scaled whole number, half up, exact: 128 bits only where a unit is converted.
_VALUE = """CASE WHEN mode <> 'number' THEN CASE WHEN mode = 'day' THEN given_day
        WHEN mode = 'answer' THEN answers[upper(trim(raw_value::VARCHAR))] ELSE 1 END
    WHEN plain THEN sign(micro) * ((2 * abs(micro) * above + 1000000) // 2000000)
    ELSE sign(micro) * ((2 * abs(micro)::HUGEINT * above + 1000000::HUGEINT * below) // (2000000::HUGEINT * below))
    END"""


def write_events(path: Path, events: Sequence[tuple[int, int, int | None, int, int]]) -> None:
    """Events of another origin (FHIR) in the form that `stage_extract` writes: row, feature, day, minute, value."""
    columns = list(zip(*events, strict=True)) or [()] * len(EVENT_SCHEMA)
    table = pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, EVENT_SCHEMA, strict=True)],
        schema=EVENT_SCHEMA,
    )
    table = table.append_column("why", pa.array([0] * len(events), pa.int8()))
    pq.write_table(table, path, row_group_size=ROW_GROUP)
