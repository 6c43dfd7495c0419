"""From an extract's files to events: (patient, feature, day, minute, value); what cannot be used is kept aside.

One statement per file reads it, joins the patient and what its code means, converts the unit exactly and writes
Parquet. A row that cannot be used gets the number of a reason in `why`; nothing is dropped in silence. Codes that
the criteria do not ask for are counted, not listed.
"""

# Values from files never become SQL text: only column names, quoted, and numbers made here.
# ruff: noqa: S608

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from anderhalf.population.cells import Source, text_of
from anderhalf.population.codebook import CODED, MEANING_SCHEMA, Pair, meanings
from anderhalf.population.criteria import Criteria
from anderhalf.population.cutting import cut_text
from anderhalf.population.encoding import SCALE, UNUSABLE, day_number
from anderhalf.population.exact import NUMBER, QUOTIENT, REST, VALUE
from anderhalf.population.features import DAY_OFFSET, UNSURE
from anderhalf.population.sayings import REASONS, UNDATED, UNREADABLE
from anderhalf.population.set_aside import why_not
from anderhalf.population.shapes import CORRECTED, SEXES, SHAPES, ExtractRefused, FoundFiles, find_files
from anderhalf.population.staged import ASIDE_SCHEMA, MAX_LISTED, NAMED_CODES, ROW_GROUP, Staged, scattered

SHOWN = 80
"""So many characters of a broken line are listed."""
LAST_MINUTE = 24 * 60
"""After every minute of a day: a measurement without a usable date may be newer than any other."""
MAX_CODES = 100_000
"""No practice has as many different codes with units; a file that does is not what it says it is."""


def stage_extract(
    folder: Path, work: Path, *, criteria: Criteria, on: date, connection: duckdb.DuckDBPyConnection
) -> Staged:
    """Read the extract in `folder` into `work`: persons.parquet, events-*.parquet and set_aside.parquet.

    Raises ExtractRefused when a file is missing or is not the table it should be.
    """
    files = find_files(folder)
    work.mkdir(parents=True, exist_ok=True)
    stager = _Stager(work, criteria, on, connection)
    try:
        return stager.stage(files)
    except (duckdb.Error, pa.ArrowException) as error:
        # Which of the files it was is not told by every error of the engine.
        raise ExtractRefused("", f"the files cannot be read as tables ({str(error)[:120]})") from None


class _Stager:
    def __init__(
        self, work: Path, criteria: Criteria, on: date, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self.work = work
        self.criteria = criteria
        self.today = day_number(on)
        self.until = on.year + 1  # two digits: 27 is next year, 85 is in the last century
        self.db = connection
        self.staged = Staged(work)
        self.sources: dict[str, Source] = {}
        self.listed: list[tuple[str, int, str, str]] = []
        self.names: dict[str, str] = {}
        self.silent: set[str] = set()
        """Files without a single code of their system."""
        self.unsure: dict[str, list[int]] = {}
        """Source -> persons of whom something in it could not be used."""

    def stage(self, files: FoundFiles) -> Staged:
        """Read all files."""
        for name, path in files.paths.items():
            self.open(name, path)
        self.stage_patients()
        for name in files.paths:
            if name != "patients":
                self.stage_events(name)
        self.write_persons()
        staged = self.finish(tuple(path.name for path in files.paths.values()))
        staged.missing = tuple(name for name in SHAPES if name in files.missing or name in self.silent)
        staged.unused = files.unused
        return staged

    def open(self, shape: str, path: Path) -> None:
        """Make a file readable by SQL; text is first cut into columns and kept as Parquet."""
        self.names[shape] = path.name
        if path.suffix.lower() == ".parquet":
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
        target = self.work / f"raw-{shape}.parquet"

        def aside(line: int, why: str, text: str) -> None:
            if len(self.listed) < MAX_LISTED:
                self.listed.append((path.name, line, why, text[:SHOWN]))
            self.staged.aside[f"{path.name}: {why}"] += 1

        titles = cut_text(path, SHAPES[shape], target, aside)
        if titles:
            lines = ", ".join(str(line) for line in titles)
            self.note(shape, f"line {lines} stands above the column names and was passed over")
        return target

    def stage_patients(self) -> None:
        source = self.sources["patients"]
        born, _ = source.day("birth_date")
        left, _ = source.day("left_on", until=self.until)
        sexes = " ".join(f"WHEN '{given}' THEN '{sex}'" for given, sex in SEXES.items())
        self.db.execute(
            f"""CREATE OR REPLACE TEMP TABLE everyone AS SELECT patient, line, born, sex, CASE
                WHEN patient IS NULL THEN 7 WHEN short_year THEN 12 WHEN born > {self.today} THEN 13
                WHEN born IS NULL OR born < {-DAY_OFFSET} THEN 8
                ELSE 0 END AS why, coalesce(left_on <= {self.today}, false) AS gone
            FROM (SELECT {source.text("patient")} AS patient, {source.line} AS line,
                {source.has_short_year("birth_date")} AS short_year,
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
        self.note_unread("patients", "left_on")
        self.note_aside("patients", "SELECT line, why, patient AS shown FROM everyone WHERE why > 0")
        self.forget_fillers()
        self.db.execute(
            """CREATE OR REPLACE TEMP TABLE persons AS
            SELECT (row_number() OVER (ORDER BY line) - 1)::INTEGER AS row, patient,
                (strftime(DATE '1970-01-01' + born, '%Y%m%d'))::INTEGER AS born, born AS birth_day, sex
            FROM everyone WHERE why = 0 AND NOT gone ORDER BY line"""
        )
        self.db.execute(
            "CREATE OR REPLACE TEMP TABLE gone AS SELECT patient FROM everyone WHERE why = 0 AND gone"
        )
        self.db.execute("DROP TABLE everyone")
        self.staged.patients = self.number("SELECT count(*) FROM persons")
        if not self.staged.patients:
            raise ExtractRefused(self.names["patients"], "no patient could be read")

    def forget_fillers(self) -> None:
        """A birth date of an age that nobody reaches (1 January 1900) was filled in for one that was not known."""
        age = self.criteria.pathway.dictionary.entries.get("age")
        if age is None or age.fact.maximum is None:
            return
        oldest = self.today - int((age.fact.maximum + 1) * Decimal("365.2425"))
        found = self.number(f"SELECT count(*) FROM everyone WHERE why = 0 AND NOT gone AND born <= {oldest}")
        if found:
            self.db.execute(f"UPDATE everyone SET born = NULL WHERE born <= {oldest}")
            self.note(
                "patients",
                f"{found} patients would be older than {age.fact.maximum}: the birth date was taken as not known",
            )

    def write_persons(self) -> None:
        """The patients who are searched, each with what is unsure about them."""
        bits = dict.fromkeys((row for rows in self.unsure.values() for row in rows), 0)
        for source, rows in self.unsure.items():
            for row in rows:
                bits[row] |= UNSURE[source]
        unsure = pa.table({"row": pa.array(bits, pa.int32()), "unsure": pa.array(bits.values(), pa.int16())})
        self.db.register("unsure", unsure)
        self.copy(
            """SELECT persons.row, patient, born, sex, coalesce(unsure.unsure, 0)::SMALLINT AS unsure
            FROM persons LEFT JOIN unsure ON unsure.row = persons.row ORDER BY persons.row""",
            self.work / "persons.parquet",
        )
        self.db.unregister("unsure")

    def note_unread(self, shape: str, column: str) -> None:
        """Say how many dates of a column that may be empty are there and cannot be read."""
        source = self.sources[shape]
        if source.type_of(column) == "VARCHAR":
            day, _ = source.day(column, until=self.until)
            unread = self.number(
                f"SELECT count(*) FROM {source.relation} WHERE {source.text(column)} NOTNULL AND {day} IS NULL"
            )
            if unread:
                self.note(
                    shape, f"{unread} dates in {source.columns[column]} cannot be read and do not count"
                )

    def note(self, shape: str, sentence: str) -> None:
        """Something about a file that a person should know of."""
        self.staged.notes.append(f"{self.names[shape]}: {sentence}")

    def stage_events(self, shape: str) -> None:
        """One pass over a file: patient, meaning of the code, date, value."""
        source = self.sources[shape]
        code, unit = source.text("code"), source.text("unit" if shape == "measurements" else "kind")
        distinct = self.db.execute(
            f"SELECT {code} AS code, {unit} AS unit, count(*) FILTER (WHERE {source.line} > 0) "
            f"FROM {source.relation} GROUP BY 1, 2 LIMIT {MAX_CODES + 1}"
        ).fetchall()
        if len(distinct) > MAX_CODES:
            raise ExtractRefused(self.names[shape], f"more than {MAX_CODES} different codes")
        self.staged.rows[shape] = sum(number for _, _, number in distinct)
        book, asked = meanings(self.criteria, shape, [(code, unit) for code, unit, _ in distinct])
        self.count_unasked(shape, distinct, asked)
        self.look_at_codes(shape)
        for entry in book:
            self.note_unit(shape, entry, distinct)
        meaning = pa.Table.from_pylist(book, MEANING_SCHEMA)
        self.db.register("meaning", meaning)
        day, minute = source.day("date", until=self.until)
        end, _ = source.day("end", until=self.until)
        self.note_unread(shape, "end")
        # Among drugs with an end one without may still be used, however long ago it began: that is unknown, not no.
        ends = self.number(f"SELECT count(*) FROM {source.relation} WHERE {end} NOTNULL") > 0
        maybe_still = f"coalesce({ends} AND end_day IS NULL AND given_day < {self.today} - max_age, false)"
        status, superseded = "''", "false"
        if source.type_of("status"):
            status = f"coalesce(lower({source.text('status')}), '')"
            corrected = f"(status IN {CORRECTED})::INTEGER"
            moment = "PARTITION BY persons.row, feature, given_day, minute"
            superseded = f"max({corrected}) OVER ({moment}) > {corrected}"
        target = self.work / f"events-{shape}.parquet"
        self.copy(
            f"""SELECT CASE WHEN why = 0 OR unreadable THEN row END::INTEGER AS row, feature,
                CASE WHEN undated THEN {self.today} ELSE day END::INTEGER AS day,
                CASE WHEN undated THEN {LAST_MINUTE} ELSE minute END::SMALLINT AS minute,
                CASE WHEN why = 0 AND NOT maybe_still THEN value
                WHEN why = 0 OR unreadable THEN {UNUSABLE} END::BIGINT AS value,
                why::TINYINT AS why, line,
                CASE WHEN why > 0 THEN row END::INTEGER AS unsure,
                CASE WHEN why = 0 THEN NULL WHEN why = 1 THEN patient WHEN why IN (2, 3, 15, 29) THEN raw_day
                WHEN why = 5 THEN meant_unit ELSE nullif(trim(raw_value::VARCHAR), '') END AS shown
            FROM (SELECT *, why IN {UNDATED} AS undated, why IN {UNREADABLE} AND mode IN ('number', 'answer')
                OR undated AND (mode IN ('number', 'answer') OR mode = 'day' AND why <> 3) AS unreadable
            FROM (SELECT *, {why_not(self.today)} AS why
              FROM (SELECT persons.row AS row, birth_day, given.*, gone.patient IS NOT NULL AS has_left,
                    {maybe_still} AS maybe_still, CASE WHEN {maybe_still} THEN {self.today} - max_age
                    WHEN end_day IS NULL THEN given_day
                    ELSE least(greatest(end_day, given_day), {self.today}) END AS day, {superseded} AS superseded,
                    {QUOTIENT} AS quotient, {REST} AS rest, quotient + (2 * rest >= below)::BIGINT AS nearest,
                    {NUMBER} AS number, {VALUE} AS value
                FROM (SELECT {source.text("patient")} AS patient, {source.line} AS line,
                        meaning.*, {day} AS given_day, {minute} AS minute, {end} AS end_day,
                        {source.unread_day("date")} AS raw_day, {source.raw("value")} AS raw_value,
                        {source.micro("value")} AS micro, {source.comparator("value")} AS sign,
                        {source.in_two_ways("value")} AS two_ways, {status} AS status
                    FROM {source.relation} AS source JOIN meaning
                      ON meant_code = {code} AND meant_unit IS NOT DISTINCT FROM {unit}) AS given
                LEFT JOIN persons ON persons.patient = given.patient
                LEFT JOIN gone ON gone.patient = given.patient)))
            WHERE why >= 0""",
            target,
        )
        self.db.unregister("meaning")
        events = f"read_parquet({text_of(str(target))})"
        aside = f"SELECT DISTINCT line, why, shown FROM {events} WHERE why > 0 AND line > 0"
        if shape == "measurements":
            aside += f""" UNION ALL SELECT line, 26, (value / {SCALE}.0)::VARCHAR FROM {events}
                SEMI JOIN (SELECT row, feature, day, minute FROM {events} WHERE why = 0
                    GROUP BY ALL HAVING min(value) <> max(value)) AS twice USING (row, feature, day, minute)
                WHERE why = 0"""
        self.note_aside(shape, aside)
        if shape in UNSURE:
            self.doubt(shape, f"SELECT DISTINCT unsure FROM {events} WHERE unsure NOTNULL")
        self.sort_if_scattered(target)

    def count_unasked(
        self, shape: str, distinct: Sequence[tuple[str | None, str | None, int]], asked: Collection[Pair]
    ) -> None:
        """Rows whose code nothing asks for, with the most frequent of those codes by name."""
        rows: Counter[str] = Counter()
        for code, unit, number in distinct:
            if number and (code, unit) not in asked:
                rows[(code or "").strip()[:40]] += number
        self.staged.not_asked[shape] = rows.total()
        self.staged.codes[shape] = rows.most_common(NAMED_CODES)

    def look_at_codes(self, shape: str) -> None:
        """Who has a row whose code does not say what it is: of those the absence of a group is no "no".

        A file without one code of its system (SNOMED for ICPC, G-Standaard for ATC) says nothing of anybody.
        """
        if shape not in CODED:
            return
        _key, system, looks = CODED[shape]
        source = self.sources[shape]
        code = f"upper({source.text('code')})"
        known = f"coalesce(regexp_matches({code}, '{looks}'), false)"
        good = self.number(f"SELECT count(*) FROM {source.relation} WHERE {known}")
        if self.staged.rows[shape] and not good:
            self.silent.add(shape)
            self.note(shape, f"no row has a code of {system}; the file says nothing about anybody")
        elif shape == "medication":
            placed = self.number(
                f"SELECT count(*) FROM {source.relation} WHERE NOT {known} AND {source.line} > 0"
            )
            if placed:
                self.note(
                    shape,
                    f"{placed} rows have no code of {system}: of these patients no drug counts as not used",
                )
            self.doubt(
                shape,
                f"""SELECT DISTINCT persons.row FROM persons JOIN (SELECT {source.text("patient")} AS number
                FROM {source.relation} WHERE NOT {known}) AS placed ON persons.patient = placed.number""",
            )

    def doubt(self, shape: str, sql: str) -> None:
        """Remember of which persons something in this file could not be used."""
        self.unsure.setdefault(shape, []).extend(row for (row,) in self.db.execute(sql).fetchall())

    def note_unit(
        self, shape: str, entry: Mapping[str, object], distinct: Sequence[tuple[str | None, str | None, int]]
    ) -> None:
        """Say of which code the unit was taken from its number."""
        if entry["unit_taken"]:
            code, unit = entry["meant_code"], entry["meant_unit"]
            rows = sum(number for one, other, number in distinct if (one, other) == (code, unit))
            fact = self.criteria.features[int(str(entry["feature"]))].fact
            self.note(
                shape, f"{rows} rows of code {code} have no unit; taken as {fact.unit_label or fact.unit}"
            )

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
        if not scattered(path, patients=self.staged.patients):
            return
        sorted_path = path.with_suffix(".sorted")
        self.copy(
            f"SELECT * FROM read_parquet({text_of(str(path))}) WHERE row NOTNULL ORDER BY row", sorted_path
        )
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
