"""A folder of FHIR records as input of case finding: bundles per patient, or bulk NDJSON by resource type.

Each record goes through `exchange.fhir.read_record`, the same reader that fills the referral form; what it skips is
listed with its place and reason. Bulk lines are gathered per patient on disk, so memory stays at one record.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from anderhalf.exchange.fhir.bulk import BULK_SUFFIXES, Bulk, Record
from anderhalf.exchange.fhir.dictionary import system_name
from anderhalf.exchange.fhir.medication import MEDICATION_TYPES
from anderhalf.exchange.fhir.messages import in_both_languages, kind_in_both_languages
from anderhalf.exchange.fhir.problems import Reason
from anderhalf.exchange.fhir.reading import RecordReading, RecordRefused, read_record
from anderhalf.exchange.fhir.record import PatientDetails
from anderhalf.population.criteria import PREFIX_SYSTEMS, Criteria
from anderhalf.population.encoding import day_number, encode
from anderhalf.population.features import PERSON_SCHEMA, UNSURE
from anderhalf.population.kinds import Feature, Kind
from anderhalf.population.shapes import shape_of
from anderhalf.population.staged import ASIDE_SCHEMA, MAX_LISTED, NAMED_CODES, Staged, write_events

RECORD_SUFFIXES = (".json", ".json.gz", ".xml", ".xml.gz")
BATCH = 50_000
"""Events per file."""
_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\]")

Event = tuple[int, int, int | None, int, int]


def holds_fhir(folder: Path) -> bool:
    """Whether a folder holds FHIR records and none of the five files of an extract."""
    if not folder.is_dir() or any(shape_of(path.name) for path in folder.iterdir()):
        return False
    return any(path.name.lower().endswith((*RECORD_SUFFIXES, *BULK_SUFFIXES)) for path in folder.iterdir())


def stage_fhir(
    folder: Path,
    work: Path,
    *,
    criteria: Criteria,
    on: date,
    also_deceased: bool = False,
    meet: Callable[[str, PatientDetails], None] | None = None,
) -> Staged:
    """Read all records of a folder into `work`, as `population.staging.stage_extract` does for the five files.

    `also_deceased`: for looking back at old records; otherwise who has died is counted and not searched. `meet` is
    called with the name in the worklists and the particulars of everybody who is searched.
    """
    return _Stager(folder, work, criteria, on, also_deceased=also_deceased, meet=meet).stage()


class _Stager:
    def __init__(
        self,
        folder: Path,
        work: Path,
        criteria: Criteria,
        on: date,
        *,
        also_deceased: bool,
        meet: Callable[[str, PatientDetails], None] | None,
    ) -> None:
        self.folder, self.work, self.criteria, self.on = folder, work, criteria, on
        self.also_deceased, self.meet = also_deceased, meet
        self.staged = Staged(work)
        self.persons: list[tuple[int, str, int | None, str | None, int]] = []
        self.aside: list[tuple[str, int | None, str, str]] = []
        self.events: list[Event] = []
        self.part = 0
        self.seen: Counter[str] = Counter()
        self.sources: set[str] = set()
        """Sources of which anybody has something."""

    def stage(self) -> Staged:
        files = sorted(path for path in self.folder.iterdir() if path.is_file())
        records = [path for path in files if path.name.lower().endswith(RECORD_SUFFIXES)]
        bulk_files = [path for path in files if path.name.lower().endswith(BULK_SUFFIXES)]
        for path in records:
            self.take(Record(path.name, path.name.split(".")[0], path.read_bytes()))
        if bulk_files:
            bulk = Bulk(self.work / "bulk.sqlite", self.tell)
            try:
                for path in bulk_files:
                    bulk.read(path)
                for record in bulk.records():
                    self.take(record)
            finally:
                bulk.close()
            self.count_bulk(bulk)
        self.write_part()
        self.staged.patients = len(self.persons)
        self.staged.files = tuple(path.name for path in files if path in records or path in bulk_files)
        self.staged.unused = tuple(path.name for path in files if path.name not in self.staged.files)
        self.staged.missing = tuple(source for source in UNSURE if source not in self.sources)
        self.staged.aside = +self.staged.aside
        pq.write_table(_table(self.persons, PERSON_SCHEMA), self.work / "persons.parquet")
        pq.write_table(_table(self.aside, ASIDE_SCHEMA), self.work / "set_aside.parquet")
        return self.staged

    def count_bulk(self, bulk: Bulk) -> None:
        self.staged.rows["lines"] = bulk.lines
        self.staged.not_asked["resources"] = bulk.not_asked.total()
        self.staged.codes["resources"] = bulk.not_asked.most_common(NAMED_CODES)
        if bulk.damaged:
            self.sources.clear()  # what stood in the lost part may be about anybody

    def tell(self, file: str, line: int | None, why: str, shown: str, *, counted: str = "") -> None:
        """List and count something that is not used."""
        if len(self.aside) < MAX_LISTED:
            self.aside.append((file, line, why, shown))
        self.staged.aside[counted or f"{file}: {why}"] += 1

    def take(self, record: Record) -> None:
        """Read one record."""
        file = record.file
        self.staged.rows["records"] += 1
        try:
            # The folder was made for this search: a file without a day of its own is of today.
            dictionary = self.criteria.pathway.dictionary
            reading = read_record(record.raw, dictionary=dictionary, on=self.on, as_of=self.on)
        except RecordRefused as refused:
            counted = f"records: {kind_in_both_languages(refused.reason)}"
            self.tell(
                file, _line(record, refused.where), in_both_languages(refused), record.name, counted=counted
            )
            return
        for item in reading.skipped:
            counted = f"items: {kind_in_both_languages(item.reason)}"
            self.tell(file, _line(record, item.where), in_both_languages(item), record.name, counted=counted)
        if reading.skipped_beyond:
            self.staged.aside["items: not listed, the list is full"] += reading.skipped_beyond
        patient = reading.patient
        if patient is None or (patient.deceased and not self.also_deceased):
            self.staged.left += 1
            return
        self.seen[record.name] += 1
        if self.seen[record.name] > 1:
            again = "this patient is in the folder more than once"
            self.tell(file, _line(record, ""), again, record.name, counted=f"records: {again}")
            return
        if self.meet is not None:
            self.meet(record.name, patient)
        row, born = len(self.persons), patient.birth_date
        number = None if born is None else born.year * 10000 + born.month * 100 + born.day
        self.persons.append((row, record.name, number, patient.sex, self.doubts(record, reading)))
        self.events += _events(reading, row, self.criteria)
        if len(self.events) > BATCH:
            self.write_part()

    def doubts(self, record: Record, reading: RecordReading) -> int:
        """The bits of `UNSURE` for sources of which something about this person could not be used."""
        found = set(reading.unsure)
        if reading.conditions:
            self.sources.add("problems")
        if reading.medication:
            self.sources.add("medication")
        # What could not be read, whoever it is about, may be what is looked for.
        kinds = {item.kind for item in reading.skipped if item.reason is not Reason.WITHDRAWN}
        if "Condition" in kinds:
            found.add("problems")
        if kinds.intersection(MEDICATION_TYPES):
            found.add("medication")
        if reading.skipped_beyond:
            found.update(UNSURE)
        self.sources |= found
        return sum(UNSURE[source] for source in found)

    def write_part(self) -> None:
        write_events(self.work / f"events-{self.part:05d}.parquet", self.events)
        self.staged.events += len(self.events)
        self.part, self.events = self.part + 1, []


def _line(record: Record, where: str) -> int | None:
    """The line in its file on which an entry of a gathered record stands."""
    found = _ENTRY.match(where)
    at = int(found[1]) if found is not None and len(record.places) > 1 else 0
    return record.places[at][1] if at < len(record.places) else None


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )


def _events(reading: RecordReading, row: int, criteria: Criteria) -> Iterator[Event]:
    """The events of one record, by feature."""
    for place, feature in enumerate(criteria.features):
        described = feature.name not in criteria.pathway.dictionary
        if not described:
            # The reader has chosen the newest; earlier values would only matter if it had not.
            item = reading.facts.get(feature.name)
            if item is not None:
                value = encode(feature.fact, item.value)
                minute = item.at.hour * 60 + item.at.minute if item.at is not None else 0
                day = None if item.on is None else day_number(item.on)
                yield row, place, day, minute, int(value or 0)
            continue
        for day in _days(reading, feature):
            yield row, place, None if day is None else day_number(day), 0, 1


def _days(reading: RecordReading, feature: Feature) -> Iterator[date | None]:
    """When something with one of a feature's codes happened."""
    if feature.source == "medication":
        for item in reading.medication:
            if any(_matches(feature, "atc", code) for code in item.atc):
                yield item.held_on if item.active and feature.kind is Kind.RECENT else item.started
    elif feature.source == "problems":
        for condition in reading.conditions:
            if any(
                _matches(feature, system_name(coding.system), coding.code) for coding in condition.codings
            ):
                yield condition.recorded or condition.onset
    elif feature.source == "measurements":
        everything = [
            *reading.facts.values(),
            *(item for items in reading.history.values() for item in items),
        ]
        for fact in everything:
            if _matches(feature, system_name(fact.code.system), fact.code.code):
                yield fact.on


def _matches(feature: Feature, system: str, code: str) -> bool:
    return any(
        code == known or (system in PREFIX_SYSTEMS and code.startswith(known))
        for known in feature.codes.get(system, ())
    )
