"""The 24 real records through case finding: decided as the row engine decides each of them from its own reading."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from anderhalf.core.decisions.facts import FactType, FactValue, Freshness, freshness
from anderhalf.exchange.fhir.population import holds_fhir, stage_fhir
from anderhalf.exchange.fhir.reading import read_record
from anderhalf.population.casefind import decide_all, facts_of, find_cases
from anderhalf.population.engines import open_engine
from anderhalf.population.features import EVENT_SCHEMA
from anderhalf.population.kinds import Kind
from tests.support.population import criteria, decide_person, masks_of

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def records(shared_data: Path) -> Path:
    return shared_data / "synthea-heart-failure"


def row_facts(raw: bytes, on: date) -> dict[str, FactValue]:
    """One record's facts for the row engine, from the record reader alone."""
    chosen = criteria()
    reading = read_record(raw, dictionary=chosen.pathway.dictionary, on=on, as_of=on)
    known = dict(reading.fact_values())
    for feature in chosen.features:
        if feature.name in chosen.pathway.dictionary:
            stale = freshness(feature.fact, known.get(feature.name), on=on) is not Freshness.KNOWN
            unsure = feature.source in reading.unsure  # a drug that was not placed may be this one
            if stale and feature.absent_is_no and feature.fact.type is FactType.BOOLEAN and not unsure:
                known[feature.name] = FactValue(False, on)
            continue
        atc = [item for item in reading.medication if set(item.atc) & _codes(feature, item.atc)]
        if feature.source == "medication" and feature.kind is Kind.COUNT:
            known[feature.name] = FactValue(
                len([item for item in atc if item.started and item.started <= on]), on
            )  # type: ignore[arg-type]
        elif feature.source == "medication":
            days = [said for item in atc if (said := item.held_on if item.active else item.started)]
            fresh = any((on - day).days <= (feature.fact.max_age_days or 0) for day in days)
            if fresh or "medication" not in reading.unsure:  # a drug that was not placed may be this one
                known[feature.name] = FactValue(fresh, on)
        elif feature.source == "measurements" and feature.kind is Kind.EVER:
            wanted = set(feature.codes["loinc"])
            found = [
                fact
                for fact in (*reading.facts.values(), *sum(reading.history.values(), ()))
                if fact.code.code in wanted
            ]
            known[feature.name] = FactValue(bool(found), on)
        elif feature.absent_is_no:
            known[feature.name] = FactValue(False, on)
    first = known["heart_failure_known"].value is True
    known["referred_from"] = FactValue("first", on)
    known["question"] = FactValue("follow_up" if first else "diagnosis", on)
    return dict(chosen.pathway.dictionary.derive(known, on=on))


def _codes(feature, atc) -> set[str]:  # type: ignore[no-untyped-def]
    return {code for code in atc if any(code.startswith(known) for known in feature.codes.get("atc", ()))}


def last_day(raw: bytes) -> date:
    """The last day of somebody's life, or of the record: nothing in it is from the future then."""
    reading = read_record(raw, dictionary=criteria().pathway.dictionary, on=TODAY)
    assert reading.patient is not None
    return reading.patient.deceased_on or max(found.on for found in reading.facts.values() if found.on)


@pytest.mark.parametrize("engine_name", ["embedded", "duckdb", "polars"])
def test_every_record_is_decided_as_the_row_engine_decides_it(
    records: Path, tmp_path: Path, engine_name: str
) -> None:
    chosen, engine = criteria(), open_engine(engine_name)
    assert holds_fhir(records)
    compared, outcomes = 0, set()
    for path in sorted(records.iterdir()):
        folder, work = tmp_path / path.name / "in", tmp_path / path.name / "work"
        folder.mkdir(parents=True)
        work.mkdir()
        (folder / path.name).symlink_to(path)
        raw = path.read_bytes()
        on = last_day(raw)
        staged = stage_fhir(folder, work, criteria=chosen, on=on, also_deceased=True)
        assert staged.patients == 1
        persons, events = (
            pq.read_table(work / "persons.parquet"),
            pq.read_table(work / "events-00000.parquet"),
        )
        facts = facts_of(persons, events.select(EVENT_SCHEMA.names), criteria=chosen, on=on, engine=engine)
        decided, _ = decide_all(facts, criteria=chosen, engine=engine)
        for name, decision in decide_person(row_facts(raw, on), criteria=chosen, on=on).items():
            assert decided[name].pairs[decided[name].place[0]] == masks_of(decision), (path.name, name)
            outcomes.add((name, masks_of(decision)))
            compared += 1
    engine.close()
    assert compared == 24 * len(chosen.tables)
    assert len(outcomes) >= 2 * len(chosen.tables), "records that are all alike would show little"


def test_who_has_died_is_counted_only_when_asked(records: Path, tmp_path: Path) -> None:
    def run(out: Path, also_deceased: bool):  # type: ignore[no-untyped-def]
        engine = open_engine("embedded")
        report = find_cases(
            records, out, criteria=criteria(), on=TODAY, engine=engine,
            stage=lambda work: stage_fhir(
                records, work, criteria=criteria(), on=TODAY, also_deceased=also_deceased
            ),
        )  # fmt: skip
        engine.close()
        return report

    first, living = run(tmp_path / "a", True), run(tmp_path / "b", False)
    assert first.counts["patients"] == first.counts["known"] == 24
    assert first.counts["treatment"] > 0
    assert (living.counts["patients"], living.staged.left) == (1, 23)


def test_the_command_reads_the_records_twice_alike_in_a_process_of_its_own(
    records: Path, tmp_path: Path
) -> None:
    """As a practice runs it: nothing but the command has been started, so nothing else has set up translations."""

    plain = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}

    def run(out: Path, language: str) -> dict[str, bytes]:
        subprocess.run(
            [str(Path(sys.executable).with_name("anderhalf")), "casefind", str(records), "--agreement", "voorbeeldstreek",
             "--on", TODAY.isoformat(), "--out", str(out), "--also-deceased", "--language", language],
            check=True, capture_output=True, text=True, env=plain,
        )  # fmt: skip
        return {path.name: path.read_bytes() for path in sorted(out.glob("*.csv"))}

    lists = run(tmp_path / "a", "nl")
    assert run(tmp_path / "b", "nl") == lists
    assert "Er staat geen eenheid bij." in lists["set_aside.csv"].decode()
    assert "Er staat geen eenheid bij." not in run(tmp_path / "c", "en")["set_aside.csv"].decode()


def test_bulk_lines_say_what_the_bundles_say(records: Path, tmp_path: Path) -> None:
    bulk, bundles = tmp_path / "bulk", tmp_path / "bundles"
    bulk.mkdir()
    bundles.mkdir()
    names: dict[str, str] = {}
    kinds: dict[str, list[str]] = {}
    for path in sorted(records.iterdir())[:6]:
        (bundles / path.name).symlink_to(path)
        bundle = json.loads(gzip.decompress(path.read_bytes()))
        text = json.dumps(bundle)
        for entry in bundle["entry"]:
            resource = entry["resource"]
            text = text.replace(f'"{entry["fullUrl"]}"', f'"{resource["resourceType"]}/{resource["id"]}"')
        for entry in json.loads(text)["entry"]:
            resource = entry["resource"]
            kinds.setdefault(resource["resourceType"], []).append(json.dumps(resource))
            if resource["resourceType"] == "Patient":
                names[resource["id"]] = path.name.split(".")[0]
    for kind in ("Patient", "Observation", "Condition", "MedicationRequest", "Encounter", "Procedure"):
        (bulk / f"{kind}.ndjson").write_text("\n".join(kinds.get(kind, [])) + "\n{geen json\n")
    from_bulk, from_bundles = tmp_path / "w1", tmp_path / "w2"
    for folder, work in ((bulk, from_bulk), (bundles, from_bundles)):
        work.mkdir()
        assert stage_fhir(folder, work, criteria=criteria(), on=TODAY, also_deceased=True).patients == 6
    broken = pq.read_table(from_bulk / "set_aside.parquet").to_pylist()
    assert sum(row["why"] == "this line is not JSON" for row in broken) == 6
    assert _events(from_bulk, names) == _events(from_bundles, {})


def _events(folder: Path, names: dict[str, str]) -> dict[str, list[tuple]]:
    people = {
        row["row"]: names.get(row["patient"], row["patient"])
        for row in pq.read_table(folder / "persons.parquet").to_pylist()
    }
    found: dict[str, list[tuple]] = {name: [] for name in people.values()}
    for path in folder.glob("events-*.parquet"):
        for row in pq.read_table(path).to_pylist():
            found[people[row["row"]]].append((row["feature"], row["day"], row["value"]))
    return {name: sorted(events, key=str) for name, events in found.items()}
