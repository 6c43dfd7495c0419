"""Who a record is about, and their problems, procedures and admissions."""

from __future__ import annotations

from datetime import date

import pytest

from anderhalf.exchange.fhir.problems import Reason
from tests.unit.exchange.builders import (
    SNOMED,
    bundle,
    coded,
    patient,
    read,
    resource,
)

from .one_item import one, skipped

# ---- the patient -----------------------------------------------------------------------------------------------

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"


@pytest.mark.parametrize(
    ("identifiers", "bsn", "reasons"),
    [
        ([(BSN, "999911259")], "999911259", []),
        ([("urn:oid:2.16.840.1.113883.2.4.6.3", "111222333")], "111222333", []),
        ([("http://hl7.org/fhir/sid/us-ssn", "999911259")], None, []),
        ([(BSN, "999911234")], None, [Reason.BAD_BSN]),
        ([(BSN, "000000000")], None, [Reason.BAD_BSN]),
        ([(BSN, "abc")], None, [Reason.BAD_BSN]),
        ([(BSN, "999911259"), (BSN, "999909587")], None, [Reason.CONFLICTING_COPIES]),
        ([(BSN, "999911259"), (BSN, "999911259")], "999911259", []),
    ],
)
def test_bsn_only_from_its_own_system_and_only_when_it_passes(identifiers, bsn, reasons):
    anna = patient(identifier=[{"system": system, "value": value} for system, value in identifiers])
    reading = read(bundle(anna, with_patient=False))
    assert reading.patient.bsn == bsn
    assert [item.reason for item in reading.skipped] == reasons
    assert all("9999" not in f"{item.original}{item.details}" for item in reading.skipped), (
        "a BSN is not repeated"
    )


def test_name_sex_and_birth_date():
    names = [
        {"use": "maiden", "family": "Bakker"},
        {"use": "official", "family": "Jansen", "given": ["Anna", None]},
    ]
    reading = read(bundle(patient(name=names), with_patient=False))
    assert (reading.patient.family, reading.patient.given) == ("Jansen", ("Anna",))
    assert reading.facts["birth_date"].value == date(1948, 3, 14)
    assert reading.facts["sex"].value == "female"
    unknown = read(bundle(patient(gender="unknown"), with_patient=False))
    assert "sex" not in unknown.facts
    odd = read(bundle(patient(gender="vrouw", birthDate="1948"), with_patient=False))
    assert {item.reason for item in odd.skipped} == {Reason.UNKNOWN_ANSWER, Reason.INCOMPLETE_DATE}
    assert odd.patient.birth_date is None


def test_a_deceased_patient_is_said_to_be():
    reading = read(bundle(patient(deceasedDateTime="2025-05-05"), with_patient=False))
    assert (reading.patient.deceased, reading.patient.deceased_on) == (True, date(2025, 5, 5))
    assert read(bundle(patient(deceasedBoolean=True), with_patient=False)).patient.deceased
    assert not read(bundle()).patient.deceased


# ---- problems, procedures, admissions --------------------------------------------------------------------------


def condition(**changes):
    made = {
        "code": coded("84114007", SNOMED, "Hartfalen"),
        "clinicalStatus": coded("active", "http://terminology.hl7.org/CodeSystem/condition-clinical"),
        "onsetDateTime": "2020-05",
        "recordedDate": "2024-01-02",
        **changes,
    }
    return resource("Condition", **made)


def test_an_active_problem_says_yes():
    reading = one(condition())
    found = reading.facts["heart_failure_known"]
    assert (found.value, found.on, found.original_value) == (True, date(2024, 1, 2), "Hartfalen")
    assert (reading.conditions[0].onset, reading.conditions[0].onset_text) == (None, "2020-05")


def test_an_icpc_subcode_counts():
    assert (
        one(condition(code=coded("K77.01", "http://hl7.org/fhir/sid/icpc-1-nl")))
        .facts["heart_failure_known"]
        .value
        is True
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"clinicalStatus": coded("resolved", "s")},
        {"clinicalStatus": None},
        {"verificationStatus": coded("provisional", "s")},
        {"verificationStatus": coded("refuted", "s")},
        {"verificationStatus": coded("entered-in-error", "s")},
        {"code": coded("84114007", "urn:other")},
        {"code": {"text": "hartfalen?"}},
    ],
)
def test_a_problem_that_is_not_sure_and_active_says_nothing(changes):
    assert "heart_failure_known" not in one(condition(**changes)).facts


def test_withdrawn_problems_and_allergies_are_not_listed():
    withdrawn = coded("entered-in-error", "s")
    assert one(condition(verificationStatus=withdrawn)).conditions == ()
    assert (
        one(resource("AllergyIntolerance", code=coded("1", SNOMED), verificationStatus=withdrawn)).allergies
        == ()
    )
    allergy = one(resource("AllergyIntolerance", code={"text": "penicilline"}, criticality="high")).allergies[
        0
    ]
    assert (allergy.text, allergy.criticality, allergy.active) == ("penicilline", "high", None)


def test_a_completed_echo_says_yes():
    echo = resource(
        "Procedure", code=coded("40701008", SNOMED), status="completed", performedDateTime="2026-09-09"
    )
    assert one(echo).facts["echo_done"].on == date(2026, 9, 9)
    assert "echo_done" not in one({**echo, "status": "not-done"}).facts
    assert skipped(one({**echo, "status": "in-progress"})) == [(Reason.NOT_FINAL, "status")]


def test_the_last_admission_and_what_it_was_for():
    def stay(start, end, **changes):
        return resource(
            "Encounter",
            status="finished",
            **{"class": {"code": "IMP"}},
            period={"start": start, "end": end},
            **changes,
        )

    for_heart_failure = stay("2026-08-01", "2026-08-06", reasonCode=[coded("84114007", SNOMED)])
    reading = read(
        bundle(for_heart_failure, stay("2026-10-01", "2026-10-02"), resource("Encounter", status="planned"))
    )
    assert reading.latest_admission.start == date(2026, 10, 1)
    assert reading.facts["last_hf_admission_on"].value == date(2026, 8, 6)
    assert skipped(one(stay("2026-08-06", "2026-08-01"))) == [(Reason.IMPOSSIBLE_DATE, "period.end")]
