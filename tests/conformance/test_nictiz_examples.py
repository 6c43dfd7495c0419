"""Nictiz' own examples (XML): nl-core profiles of zib 2020 and the two GP referrals of R4-ELZ."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import pytest

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.exchange.fhir.problems import Reason, RecordRefused
from anderhalf.exchange.fhir.reading import read_record

SHARED = Path(os.environ.get("ANDERHALF_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
ZIB = SHARED / "data" / "nictiz-zib2020-r4"
ELZ = SHARED / "data" / "nictiz-elz-r4"
TODAY = date(2026, 11, 20)
FOLDER_OF_PATHWAY = pathway_folder("heart_failure")

pytestmark = pytest.mark.skipif(not ZIB.is_dir(), reason=f"no Nictiz examples in {ZIB}; set ANDERHALF_SHARED")


@pytest.fixture(scope="module")
def dictionary():
    return load_pathway(read_folder(FOLDER_OF_PATHWAY), str(FOLDER_OF_PATHWAY)).dictionary


@pytest.fixture
def read(dictionary):
    def read_(content: bytes | str, **more):
        raw = content.encode() if isinstance(content, str) else content
        return read_record(raw, dictionary=dictionary, on=TODAY, **more)

    return read_


def one(read, name: str):
    return read((ZIB / f"{name}.xml").read_bytes(), require_patient=False)


def bundle(*resources: str) -> str:
    """A collection in XML of examples that were uploaded separately."""
    bare = (re.sub(r"<\?xml[^>]*\?>", "", resource) for resource in resources)
    entries = "".join(f"<entry><resource>{resource}</resource></entry>" for resource in bare)
    return f'<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>{entries}</Bundle>'


def test_blood_pressure_with_all_its_dutch_detail(read):
    reading = one(read, "nl-core-BloodPressure-01")
    found = {
        name: (fact.value, fact.original_value, fact.original_unit) for name, fact in reading.facts.items()
    }
    assert found == {"systolic_bp": (125, "125", "mmHg"), "diastolic_bp": (75, "75", "mmHg")}
    assert reading.facts["systolic_bp"].on == date(2013, 2, 8)
    assert reading.facts["systolic_bp"].where == "Observation.component[0].valueQuantity.value"
    assert (reading.patient, reading.subject) == (None, "Patient/nl-core-Patient-01")


def test_heart_rate(read):
    assert one(read, "nl-core-HeartRate-01").facts["heart_rate"].value == 126


def test_the_weight_of_a_baby_is_no_weight_for_this_service(read):
    """2400 gram is converted to 2.4 kg, which is outside the range; it is reported, with what the file says."""
    reading = one(read, "nl-core-BodyWeight-01")
    assert not reading.facts
    (item,) = reading.skipped
    assert (item.reason, item.fact, item.original) == (Reason.OUT_OF_RANGE, "weight", "2400 gram")
    assert item.where == "Observation.valueQuantity.value"


def test_laboratory_results(read):
    """The code counts grams (718-7, mass) and the unit moles: the example contradicts itself, so a person is asked."""
    reading = one(read, "nl-core-LaboratoryTestResult-LaboratoryTest-05")
    (item,) = reading.skipped
    assert (item.reason, item.original, item.on) == (
        Reason.CODE_AGAINST_UNIT,
        "11.5 mmol/l",
        date(2022, 1, 2),
    )
    assert reading.asks["haemoglobin"].on == date(2022, 1, 2) and not reading.facts
    chloride = one(read, "nl-core-LaboratoryTestResult-02")
    assert (dict(chloride.facts), chloride.unread) == ({}, {"Observation": 1})


def test_a_problem(read):
    (problem,) = one(read, "nl-core-Problem-01").conditions
    assert (problem.text, problem.active, problem.onset, problem.abatement) == (
        "Oedeem",
        False,
        date(2012, 8, 10),
        date(2021, 1, 1),
    )


def test_a_patient_with_a_bsn_and_the_measurements_that_are_hers(read):
    """The examples share the patient nl-core-Patient-01, who is not among them; another example stands in, with a BSN."""
    bsn = '<identifier><system value="http://fhir.nl/fhir/NamingSystem/bsn"/><value value="111222333"/></identifier>'
    stand_in = (ZIB / "nl-core-CareTeam-01-Patient-01.xml").read_text()
    stand_in = stand_in.replace("nl-core-CareTeam-01-Patient-01", "nl-core-Patient-01").replace(
        "<name>", f"{bsn}<name>", 1
    )
    names = (
        "BloodPressure-01",
        "HeartRate-01",
        "BodyHeight-01",
        "LaboratoryTestResult-LaboratoryTest-05",
        "Problem-01",
    )
    parts = [(ZIB / f"nl-core-{name}.xml").read_text() for name in names]
    reading = read(bundle(stand_in, *parts))
    assert (reading.patient.bsn, reading.patient.prefix, reading.patient.family, reading.patient.given) == (
        "111222333",
        "de",
        "Jong-de Wit",
        ("Ingrid",),
    )
    assert set(reading.facts) >= {"systolic_bp", "diastolic_bp", "heart_rate"}
    assert [problem.text for problem in reading.conditions] == ["Oedeem"]
    with pytest.raises(RecordRefused) as refused:
        read(bundle((ZIB / "nl-core-CareTeam-01-Patient-01.xml").read_text(), *parts))
    assert (refused.value.reason, refused.value.where) == (
        Reason.OTHER_PATIENT,
        "Bundle.entry[1].resource.subject",
    )


@pytest.mark.parametrize(("number", "complaint"), [("01", "L15"), ("02", None)])
def test_the_two_complete_referrals(read, number, complaint):
    files = sorted(ELZ.glob(f"hg-*-{number}*.xml"))
    files = [path for path in files if re.match(rf"hg-Referral\w+-{number}(-|\.)", path.name)]
    assert len(files) == 13
    reading = read(bundle(*(path.read_text() for path in files)))
    assert "XXX_" in reading.patient.family
    assert reading.patient.birth_date is not None
    codes = [coding.code for problem in reading.conditions for coding in problem.codings]
    assert len(reading.conditions) == 1
    assert complaint is None or complaint in codes
    assert set(reading.facts) == {"birth_date", "sex"}, "a referral about a knee holds no heart-failure fact"
    assert not reading.skipped


@pytest.mark.parametrize(
    "path", sorted(ZIB.glob("*.xml")) + sorted(ELZ.glob("*.xml")), ids=lambda path: path.stem
)
def test_every_example_is_read_or_named_as_the_wrong_kind(read, path):
    try:
        reading = read(path.read_bytes(), require_patient=False)
    except RecordRefused as refused:
        assert refused.reason is Reason.WRONG_RESOURCE, f"{refused} {refused.details}"
        assert f"<{refused.details['found']} " in path.read_text()
        return
    assert reading.format == "xml"
    for found in reading.facts.values():
        assert not found.original_value or found.original_value in path.read_text()
