"""A folder of FHIR records as input of case finding: bundles per patient, or bulk NDJSON by resource type.

Each record goes through `exchange.fhir.read_record`, the same reader that fills the referral form; what it skips is
listed with its place and reason. Bulk lines are gathered per patient on disk, so memory stays at one record.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from anderhalf.exchange.fhir.bundle import SUBJECT_KEYS
from anderhalf.exchange.fhir.dictionary import system_name
from anderhalf.exchange.fhir.messages import describe
from anderhalf.exchange.fhir.reading import RecordReading, RecordRefused, read_record
from anderhalf.exchange.fhir.record import PatientDetails
from anderhalf.population.criteria import PREFIX_SYSTEMS, Criteria, Feature, Kind
from anderhalf.population.encoding import day_number, encode
from anderhalf.population.features import PERSON_SCHEMA
from anderhalf.population.shapes import SHAPES
from anderhalf.population.staging import ASIDE_SCHEMA, Staged, write_events

RECORD_SUFFIXES = (".json", ".json.gz", ".xml", ".xml.gz")
BULK_SUFFIXES = (".ndjson", ".ndjson.gz")
BATCH = 50_000
"""Events per file."""

Event = tuple[int, int, int | None, int, int]


def holds_fhir(folder: Path) -> bool:
    """Whether a folder holds FHIR records and none of the five files of an extract."""
    if not folder.is_dir() or any(
        any(folder.glob(f"{shape.name}.*")) or any(folder.glob(f"{shape.dutch}.*"))
        for shape in SHAPES.values()
    ):
        return False
    return any(path.name.endswith((*RECORD_SUFFIXES, *BULK_SUFFIXES)) for path in folder.iterdir())


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
    staged = Staged(work)
    persons: list[tuple[int, str, int | None, str | None]] = []
    aside: list[tuple[str, int | None, str, str]] = []
    events: list[Event] = []
    seen: Counter[str] = Counter()
    part = 0
    for file, name, raw in _records(folder, work, aside):
        staged.rows["records"] += 1
        try:
            reading = read_record(raw, dictionary=criteria.pathway.dictionary, on=on)
        except RecordRefused as refused:
            aside.append((file, None, describe(refused), name))
            staged.aside[f"whole records: {refused.reason}"] += 1
            continue
        aside += [(file, None, describe(item), name) for item in reading.skipped]
        staged.aside.update(f"items: {item.reason}" for item in reading.skipped)
        staged.aside["items: not listed, the list is full"] += reading.skipped_beyond
        patient = reading.patient
        if patient is None or (patient.deceased and not also_deceased):
            staged.left += 1
            continue
        seen[name] += 1
        if seen[name] > 1:
            aside.append((file, None, "this patient is in the folder more than once", name))
            staged.aside["whole records: more than once"] += 1
            continue
        if meet is not None:
            meet(name, patient)
        row = len(persons)
        born = patient.birth_date
        persons.append(
            (
                row,
                name,
                None if born is None else born.year * 10000 + born.month * 100 + born.day,
                patient.sex,
            )
        )
        events += _events(reading, row, criteria, on)
        if len(events) > BATCH:
            write_events(work / f"events-{part:05d}.parquet", events)
            staged.events += len(events)
            part, events = part + 1, []
    write_events(work / f"events-{part:05d}.parquet", events)
    staged.events += len(events)
    staged.patients = len(persons)
    staged.files = tuple(sorted(path.name for path in folder.iterdir() if path.is_file()))
    staged.aside = +staged.aside
    pq.write_table(_table(persons, PERSON_SCHEMA), work / "persons.parquet")
    pq.write_table(_table(aside, ASIDE_SCHEMA), work / "set_aside.parquet")
    return staged


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )


def _events(reading: RecordReading, row: int, criteria: Criteria, on: date) -> Iterator[Event]:
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
        for day in _days(reading, feature, on):
            yield row, place, None if day is None else day_number(day), 0, 1


def _days(reading: RecordReading, feature: Feature, on: date) -> Iterator[date | None]:
    """When something with one of a feature's codes happened."""
    if feature.source == "medication":
        for item in reading.medication:
            if any(_matches(feature, "atc", code) for code in item.atc):
                yield (
                    on
                    if item.active and feature.kind is Kind.RECENT and item.started is None
                    else item.started
                )
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


def _records(
    folder: Path, work: Path, aside: list[tuple[str, int | None, str, str]]
) -> Iterator[tuple[str, str, bytes]]:
    """(file, patient's name in the worklists, record): bundles as they are, bulk lines gathered per patient."""
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    for path in paths:
        if path.name.endswith(RECORD_SUFFIXES):
            yield path.name, path.name.split(".")[0], path.read_bytes()
    bulk = [path for path in paths if path.name.endswith(BULK_SUFFIXES)]
    if not bulk:
        return
    store = sqlite3.connect(work / "bulk.sqlite")
    try:
        store.execute("CREATE TABLE IF NOT EXISTS line (patient TEXT, text TEXT)")
        store.execute("DELETE FROM line")
        for path in bulk:
            store.executemany("INSERT INTO line VALUES (?, ?)", _lines(path, aside))
        store.execute("CREATE INDEX IF NOT EXISTS by_patient ON line (patient)")
        for (patient,) in store.execute("SELECT DISTINCT patient FROM line ORDER BY patient").fetchall():
            texts = store.execute(
                "SELECT text FROM line WHERE patient = ? ORDER BY rowid", (patient,)
            ).fetchall()
            entries = ",".join(f'{{"resource":{text}}}' for (text,) in texts)
            yield (
                "bulk",
                patient,
                f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}'.encode(),
            )
    finally:
        store.close()
        (work / "bulk.sqlite").unlink(missing_ok=True)


def _lines(path: Path, aside: list[tuple[str, int | None, str, str]]) -> Iterator[tuple[str, str]]:
    read = partial(gzip.open, path, "rt") if path.suffix == ".gz" else path.open
    with read(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                patient = _patient_of(json.loads(line))
            except (ValueError, RecursionError):
                aside.append((path.name, number, "this line is not JSON", line[:40]))
                continue
            if patient is None:
                aside.append((path.name, number, "this resource names no patient", line[:40]))
            else:
                yield patient, line.strip()


def _patient_of(resource: object) -> str | None:
    if not isinstance(resource, dict):
        return None
    if resource.get("resourceType") == "Patient":
        found = resource.get("id")
        return found if isinstance(found, str) else None
    for key in SUBJECT_KEYS:
        subject = resource.get(key)
        reference = subject.get("reference") if isinstance(subject, dict) else None
        if isinstance(reference, str) and "Patient/" in reference:
            return reference.rsplit("Patient/", 1)[1].split("/")[0]
    return None
