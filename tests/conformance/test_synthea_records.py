"""The 24 Synthea records with heart failure, read by the service and by a slow obvious twin that must agree.

The twin walks the JSON, compares by literal code and converts by literal factor; it shares no code with the reader
and doesn't look at the dictionary. What the reader finds beyond what the twin finds would be invented.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import tomllib
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.exchange.fhir.problems import Reason
from anderhalf.exchange.fhir.reading import read_record
from anderhalf.exchange.fhir.record import Why

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ANDERHALF_SHARED", ROOT.parent / "shared"))
FOLDER = SHARED / "data" / "synthea-heart-failure"
FILES = sorted(FOLDER.glob("*.json.gz"))
TODAY = date(2026, 11, 20)
DRUG_HOLDS = 92
"""Days for which the dictionary takes a drug for used after it was last said."""
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FOLDER_OF_PATHWAY = pathway_folder("heart_failure")

pytestmark = pytest.mark.skipif(not FILES, reason=f"no Synthea records in {FOLDER}; set ANDERHALF_SHARED")

# LOINC → fact, unit in the file → factor. Factors are those of the sources named in facts.toml. A plain mL/min is no
# eGFR per 1.73 m2, so it stands in no line.
NUMBERS = {
    "33762-6": ("nt_probnp", {"pg/mL": "1"}),
    "10230-1": ("lvef", {"%": "1"}),
    "38483-4": ("creatinine", {"mg/dL": "88.4"}),
    "8480-6": ("systolic_bp", {"mm[Hg]": "1"}),
    "8462-4": ("diastolic_bp", {"mm[Hg]": "1"}),
    "8867-4": ("heart_rate", {"/min": "1"}),
    "9279-1": ("respiratory_rate", {"/min": "1"}),
    "29463-7": ("weight", {"kg": "1"}),
    "8302-2": ("height", {"cm": "1"}),
    "39156-5": ("bmi", {"kg/m2": "1"}),
    "33914-3": ("egfr", {"mL/min/{1.73_m2}": "1"}),
    "6298-4": ("potassium", {"mmol/L": "1"}),
    "2947-0": ("sodium", {"mmol/L": "1"}),
    "718-7": ("haemoglobin", {"g/dL": "0.6206"}),
    "6690-2": ("leucocytes", {"10*3/uL": "1"}),
    "777-3": ("platelets", {"10*3/uL": "1"}),
    "2339-0": ("glucose", {"mg/dL": "0.05550744910"}),  # 10 / 180.156
    "2093-3": ("total_cholesterol", {"mg/dL": "0.02586318376"}),  # 10 / 386.65
    "18262-6": ("ldl", {"mg/dL": "0.02586318376"}),
    "1742-6": ("alt", {"U/L": "1"}),
    "4548-4": ("hba1c", {"%": "10.93"}),
}
ADDED = {"4548-4": "-23.5"}
KEPT = Decimal("0.0001")
"""A value is kept to so many decimals; never onto a rounder number."""
SMOKING = {"266919005": "never", "8517006": "former", "449868002": "current"}
PROBLEMS = {
    "88805009": "heart_failure_known",
    "49436004": "atrial_fibrillation",
    "38341003": "hypertension",
    "53741008": "coronary_disease",
    "44054006": "diabetes",
    "185086009": "copd",
    "230690007": "stroke_or_tia",
    "271737000": "anaemia",
}
SNOMED = "http://snomed.info/sct"
ECHO = {"system": SNOMED, "code": "433236007", "display": "Transthoracic echocardiography"}
DRUGS = {
    "866414": "beta_blocker",
    "315971": "loop_diuretic",
    "1719286": "loop_diuretic",
    "316049": "thiazide",
    "897718": "diltiazem_or_verapamil",
    "197604": "digoxin",
    "855332": "anticoagulant",
    "309362": "antiplatelet",
    "243670": "antiplatelet",
    "849574": "nsaid",
    "310965": "nsaid",
}
ALSO = {"855332": "vka", "866414": "metoprolol"}
"""A second fact that the same drug answers: warfarin is the anticoagulant, and which kind; which beta-blocker."""


def facts_of_drug(code: str) -> list[str]:
    return [table[code] for table in (DRUGS, ALSO) if code in table]


@pytest.fixture(scope="module")
def dictionary():
    return load_pathway(read_folder(FOLDER_OF_PATHWAY), str(FOLDER_OF_PATHWAY)).dictionary


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.name.rsplit("_", 1)[0])
def both(request, dictionary):
    """The reading of one record, and the same file as plain JSON with every number as it is written."""
    raw = request.param.read_bytes()
    text = gzip.decompress(raw).decode()
    return read_record(raw, dictionary=dictionary, on=TODAY), json.loads(text, parse_float=str, parse_int=str)


def day(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(AMSTERDAM).date()


def kept(exact: Decimal) -> Decimal:
    """Half up, and on the same side of every limit of fewer decimals: 29.99999 is kept as 29.9999."""
    near = exact.quantize(KEPT, ROUND_HALF_UP)
    if near != exact and near % (10 * KEPT) == 0:
        near += KEPT if exact > near else -KEPT
    return near.normalize()


def obvious_facts(record) -> dict[str, list[tuple]]:  # noqa: C901 - one plain walk, on purpose
    """All values per fact, oldest first: (moment, place in the file, value, day)."""
    found: dict[str, list[tuple]] = {}

    def add(name, moment, place, value):
        at = datetime.fromisoformat(moment).astimezone(UTC) if moment else datetime.min.replace(tzinfo=UTC)
        found.setdefault(name, []).append((at, place, value, day(moment) if moment else None))

    for place, entry in enumerate(record["entry"]):
        resource = entry["resource"]
        kind = resource["resourceType"]
        if kind == "Patient":
            add("birth_date", None, place, date.fromisoformat(resource["birthDate"]))
            add("sex", None, place, resource["gender"])
        elif kind == "Observation":
            assert resource["status"] == "final"
            for part in [resource, *resource.get("component", [])]:
                code = part["code"]["coding"][0]["code"]
                measured = part.get("valueQuantity", {})
                if code in NUMBERS and "value" in measured and measured.get("code") in NUMBERS[code][1]:
                    name, factors = NUMBERS[code]
                    exact = Decimal(measured["value"]) * Decimal(factors[measured["code"]])
                    add(
                        name,
                        resource["effectiveDateTime"],
                        place,
                        kept(exact + Decimal(ADDED.get(code, "0"))),
                    )
                if code == "72166-2":
                    answer = part["valueCodeableConcept"]["coding"][0]["code"]
                    add("smoking", resource["effectiveDateTime"], place, SMOKING[answer])
        elif kind == "Condition":
            code = resource["code"]["coding"][0]["code"]
            if code in PROBLEMS and resource["clinicalStatus"]["coding"][0]["code"] == "active":
                add(PROBLEMS[code], resource["recordedDate"], place, True)
        elif kind == "Procedure" and resource["code"]["coding"] == [ECHO]:
            # Other echos stand in these files as LOINC 34552-0 with SNOMED as its system: no code that exists.
            add("echo_done", resource["performedPeriod"]["end"], place, True)
        elif kind == "MedicationRequest" and resource["status"] == "active":
            code = resource["medicationCodeableConcept"]["coding"][0]["code"]
            for name in facts_of_drug(code) if holds(resource) else ():
                add(name, resource["authoredOn"], place, True)
    for values in found.values():
        values.sort(key=lambda value: (value[0], value[1]))
    return found


def holds(prescription) -> bool:
    """Whether a prescription of a file without a day of its own is so new that it says what is used now."""
    return (TODAY - day(prescription["authoredOn"])).days <= DRUG_HOLDS


def held_back(record) -> dict[str, Why]:
    """Facts of which nobody knows what holds now: the newest value has no usable unit, there are two of one moment, or
    a drug is called active that was prescribed long ago."""
    usable: dict[str, dict[str, set[str]]] = {}
    not_usable: dict[str, set[str]] = {}
    for entry in record["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Observation":
            for part in [resource, *resource.get("component", [])]:
                code, measured = part["code"]["coding"][0]["code"], part.get("valueQuantity", {})
                if code in NUMBERS and "value" in measured:
                    name, moment = NUMBERS[code][0], resource["effectiveDateTime"]
                    if measured.get("code") in NUMBERS[code][1]:
                        usable.setdefault(name, {}).setdefault(moment, set()).add(measured["value"])
                    else:
                        not_usable.setdefault(name, set()).add(moment)
    drugs = [
        one["resource"] for one in record["entry"] if one["resource"]["resourceType"] == "MedicationRequest"
    ]
    active = [one for one in drugs if one["status"] == "active"]
    in_use = {holds(one): set() for one in active}
    for one in active:
        in_use[holds(one)] |= set(facts_of_drug(one["medicationCodeableConcept"]["coding"][0]["code"]))
    held = dict.fromkeys(in_use.get(False, set()) - in_use.get(True, set()), Why.DRUG)
    for name in {*usable, *not_usable}:
        newest = max(usable.get(name, {}), default="")
        if max(not_usable.get(name, ()), default="") > newest:
            held[name] = Why.UNREADABLE
        elif len(usable[name][newest]) > 1:
            held[name] = Why.CONFLICT
    return held


def in_file(record, where: str):
    """What stands at a place such as Bundle.entry[3].resource.valueQuantity.value."""
    here = record
    for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", where):
        here = here[key] if key else here[int(index)]
    return here


def test_the_latest_value_of_every_fact_is_the_twin_s_and_none_is_invented(both):
    reading, record = both
    held = held_back(record)
    assert {name: ask.why for name, ask in reading.asks.items()} == held
    expected = {name: values for name, values in obvious_facts(record).items() if name not in held}
    assert {name: (found.value, found.on) for name, found in reading.facts.items()} == {
        name: (values[-1][2], values[-1][3]) for name, values in expected.items()
    }


def test_every_earlier_value_is_the_twin_s_too(both):
    reading, record = both
    expected = obvious_facts(record)
    for name, values in expected.items():
        earlier = [(found.value, found.on) for found in reading.history[name]]
        if name in held_back(record):
            earlier.remove((values[-1][2], values[-1][3]))
        # Of things that happened the same day the twin knows the hour, and the reader not always: as a bag.
        assert sorted(map(str, earlier)) == sorted(str((v[2], v[3])) for v in values[:-1]), name


def test_each_value_is_in_the_file_to_the_letter(both):
    reading, record = both
    for found in [
        *reading.facts.values(),
        *(value for values in reading.history.values() for value in values),
    ]:
        here = in_file(record, found.where)
        if found.where.endswith(".value"):
            assert here == found.original_value
            quantity = in_file(record, found.where.removesuffix(".value"))
            assert quantity["unit"] == found.original_unit
            observation = in_file(record, re.match(r"Bundle\.entry\[\d+\]\.resource", found.where)[0])
            assert datetime.fromisoformat(observation["effectiveDateTime"]) == found.at
        elif found.where.endswith(("birthDate", "gender")):
            assert here == found.original_value
        else:
            assert found.original_value == here["text"]


def test_what_has_no_unit_is_reported_and_not_guessed(both):
    """What can't be taken over: pressures without a unit, clearances that are no eGFR, two values of one moment."""
    reading, record = both
    without = {
        f"Bundle.entry[{place}].resource.component[{index}].valueQuantity.unit"
        for place, entry in enumerate(record["entry"])
        for index, part in enumerate(entry["resource"].get("component", []))
        if "valueQuantity" in part and "unit" not in part["valueQuantity"]
    }
    clearances = {
        f"Bundle.entry[{place}].resource.valueQuantity.code"
        for place, entry in enumerate(record["entry"])
        if entry["resource"].get("valueQuantity", {}).get("code") == "mL/min"
    }
    said = {reason: {item.where for item in reading.skipped if item.reason is reason} for reason in Reason}
    assert said[Reason.NO_UNIT] == without and said[Reason.UNKNOWN_UNIT] == clearances
    conflicts = {name for name, why in held_back(record).items() if why is Why.CONFLICT}
    assert {item.fact for item in reading.skipped if item.reason is Reason.CONFLICTING_VALUES} == conflicts
    taken = {Reason.NO_UNIT, Reason.UNKNOWN_UNIT, Reason.CONFLICTING_VALUES}
    assert {item.reason for item in reading.skipped} <= taken
    assert reading.skipped_beyond == 0


def test_patient_problems_medication_and_admissions(both):
    reading, record = both
    resources = [entry["resource"] for entry in record["entry"]]

    def of(kind):
        return [resource for resource in resources if resource["resourceType"] == kind]

    person = of("Patient")[0]
    assert (reading.patient.family, list(reading.patient.given)) == (
        person["name"][0]["family"],
        person["name"][0]["given"],
    )
    assert reading.patient.bsn is None, "an American social security number is no BSN"
    assert reading.patient.deceased == ("deceasedDateTime" in person)
    assert [item.text for item in reading.conditions] == [item["code"]["text"] for item in of("Condition")]
    assert [item.text for item in reading.allergies] == [
        item["code"]["text"] for item in of("AllergyIntolerance")
    ]
    assert sorted(item.text for item in reading.medication) == sorted(
        item["medicationCodeableConcept"]["text"] for item in of("MedicationRequest")
    )
    assert {item.text for item in reading.active_medication} == {
        item["medicationCodeableConcept"]["text"]
        for item in of("MedicationRequest")
        if item["status"] == "active"
    }
    stays = [item["period"]["start"] for item in of("Encounter") if item["class"]["code"] == "IMP"]
    assert (reading.latest_admission.start if reading.latest_admission else None) == (
        day(max(stays)) if stays else None
    )
    assert reading.latest_encounter.start == day(max(item["period"]["start"] for item in of("Encounter")))


def test_the_rxnorm_table_says_what_the_records_say():
    """Each code of rxnorm_hf.toml occurs in these files with exactly that text."""
    seen = set()
    for path in FILES:
        for entry in json.loads(gzip.decompress(path.read_bytes()))["entry"]:
            for coding in entry["resource"].get("medicationCodeableConcept", {}).get("coding", []):
                seen.add((coding["code"], coding["display"]))
    table = tomllib.loads((ROOT / "src/anderhalf/exchange/fhir/rxnorm_hf.toml").read_text())["drug"]
    assert {(drug["rxnorm"], drug["text"]) for drug in table} <= seen


def test_the_rxnorm_table_and_the_dictionary_agree(dictionary):
    """A drug that the dictionary counts by RxNorm code counts the same by its ATC code, where that is in it too."""
    table = tomllib.loads((ROOT / "src/anderhalf/exchange/fhir/rxnorm_hf.toml").read_text())["drug"]
    for drug in table:
        by_rxnorm = {fact.name for fact in dictionary.with_code("rxnorm", drug["rxnorm"])}
        by_atc = {fact.name for fact in dictionary.with_code("atc", drug["atc"])}
        assert by_rxnorm == set(facts_of_drug(drug["rxnorm"]))
        assert by_atc <= by_rxnorm, drug


def test_the_table_of_facts_per_record(dictionary, capsys):
    """Prints what was found; each record has at least what a heart-failure referral asks first."""
    shown = ("nt_probnp", "lvef", "creatinine", "egfr", "potassium", "systolic_bp", "diastolic_bp", "weight")
    head = f"{'record':<18}" + "".join(f"{name:>13}" for name in shown) + "  facts skipped  medication (yes)"
    lines = [head, "-" * len(head)]
    classes = {name for code in DRUGS for name in facts_of_drug(code)}
    for path in FILES:
        reading = read_record(path.read_bytes(), dictionary=dictionary, on=TODAY)
        asked = {"nt_probnp", "lvef", "creatinine", "systolic_bp", "heart_failure_known"}
        assert asked <= set(reading.facts) | set(reading.asks)
        values = "".join(f"{reading.facts[n].value if n in reading.facts else '·':>13}" for n in shown)
        drugs = ", ".join(name for name in reading.facts if name in classes)
        name = path.name.rsplit("_", 1)[0]
        lines.append(f"{name:<18}{values}{len(reading.facts):>7}{len(reading.skipped):>8}  {drugs}")
    assert len(FILES) == 24
    with capsys.disabled():
        print("", *lines, sep="\n")
