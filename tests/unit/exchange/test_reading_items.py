"""One item at a time: what is taken over, what is not, and which reason and place are given."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from anderhalf.core.decisions.ranges import Range
from anderhalf.exchange.fhir.problems import Reason
from tests.unit.exchange.builders import (
    ATC,
    LOINC,
    PATIENT_URL,
    RXNORM,
    SNOMED,
    UCUM,
    bundle,
    coded,
    observation,
    patient,
    quantity,
    read,
    resource,
)


def one(content):
    """The reading of a bundle with Anna and this one resource."""
    return read(bundle(content))


def skipped(reading) -> list[tuple[Reason, str]]:
    return [
        (item.reason, item.where.removeprefix("Bundle.entry[1].resource").removeprefix("."))
        for item in reading.skipped
    ]


# ---- measurements ----------------------------------------------------------------------------------------------


def test_a_value_is_kept_to_the_letter_beside_the_converted_one():
    text = (
        '{"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Patient","id":"p1"}},'
        '{"resource":{"resourceType":"Observation","status":"amended","subject":{"reference":"Patient/p1"},'
        '"code":{"coding":[{"system":"http://loinc.org","code":"2160-0","display":"Creatinine"}]},'
        '"effectiveDateTime":"2026-10-31T23:30:00Z",'
        '"valueQuantity":{"value":1.10,"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"}}}]}'
    )
    found = read(text).facts["creatinine"]
    assert (found.value, found.unit) == (Decimal("97.24"), "umol/L")  # 1.10 x 88.4
    assert (found.original_value, found.original_unit) == ("1.10", "mg/dL")
    assert found.on == date(2026, 11, 1), (
        "half past eleven in the evening in London is the next day in Amsterdam"
    )
    assert (found.code.code, found.code.display) == ("2160-0", "Creatinine")
    assert found.where == "Bundle.entry[1].resource.valueQuantity.value"
    assert found.dated_by == "effectiveDateTime"


def test_the_latest_counts_and_the_earlier_ones_are_history():
    reading = read(
        bundle(
            observation(value=quantity(130), effectiveDateTime="2026-11-02"),
            observation(value=quantity(150), effectiveDateTime="2026-11-02T16:00:00+01:00"),
            observation(value=quantity(110), effectiveDateTime="2025-01-01"),
            observation(value=quantity(140), effectiveDateTime="2026-11-02T09:00:00+01:00"),
        )
    )
    assert reading.facts["systolic_bp"].value == 150
    assert [found.value for found in reading.history["systolic_bp"]] == [140, 130, 110]


def test_a_blood_pressure_panel_gives_both_pressures():
    panel = observation(
        "85354-9",
        valueQuantity=None,
        component=[
            {"code": coded("8480-6"), "valueQuantity": quantity(142)},
            {"code": coded("8462-4"), "valueQuantity": quantity(86)},
            {"code": coded("8478-0"), "valueQuantity": quantity(105)},
        ],
    )
    reading = one(panel)
    assert {name: reading.facts[name].value for name in ("systolic_bp", "diastolic_bp")} == {
        "systolic_bp": 142,
        "diastolic_bp": 86,
    }
    assert reading.facts["diastolic_bp"].where.endswith("component[1].valueQuantity.value")
    assert not reading.skipped


def test_one_bad_component_does_not_spoil_the_other():
    panel = observation(
        "85354-9",
        valueQuantity=None,
        component=[
            {"code": coded("8480-6"), "valueQuantity": quantity(142)},
            {"code": coded("8462-4"), "valueQuantity": {"value": 86, "system": UCUM}},
        ],
    )
    reading = one(panel)
    assert reading.facts["systolic_bp"].value == 142
    assert skipped(reading) == [(Reason.NO_UNIT, "component[1].valueQuantity.unit")]
    assert (reading.skipped[0].fact, reading.skipped[0].original) == ("diastolic_bp", "86")
    assert reading.skipped[0].on == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("changes", "reason", "place"),
    [
        ({"valueQuantity": quantity(16, "kilopascal")}, Reason.UNKNOWN_UNIT, "valueQuantity.code"),
        ({"valueQuantity": {"value": 120, "unit": "mm"}}, Reason.UNKNOWN_UNIT, "valueQuantity.unit"),
        ({"valueQuantity": {"value": 120, "unit": ""}}, Reason.NO_UNIT, "valueQuantity.unit"),
        ({"valueQuantity": quantity(16, code="kPa")}, Reason.CONTRADICTING_UNIT, "valueQuantity.unit"),
        ({"valueQuantity": quantity(120, comparator="ad")}, Reason.INEQUALITY, "valueQuantity.comparator"),
        ({"valueQuantity": quantity(320, comparator=">")}, Reason.OUT_OF_RANGE, "valueQuantity.value"),
        ({"valueQuantity": quantity(1200)}, Reason.OUT_OF_RANGE, "valueQuantity.value"),
        ({"valueQuantity": quantity(300.4)}, Reason.OUT_OF_RANGE, "valueQuantity.value"),
        ({"valueQuantity": quantity(39.9)}, Reason.OUT_OF_RANGE, "valueQuantity.value"),
        ({"valueQuantity": quantity(-120)}, Reason.OUT_OF_RANGE, "valueQuantity.value"),
        ({"valueQuantity": quantity(1e29)}, Reason.OUT_OF_RANGE, "valueQuantity.value"),
        ({"valueQuantity": quantity("120")}, Reason.WRONG_TYPE, "valueQuantity.value"),
        ({"valueQuantity": quantity(True)}, Reason.WRONG_TYPE, "valueQuantity.value"),
        ({"valueQuantity": [quantity(120)]}, Reason.WRONG_TYPE, "valueQuantity"),
        ({"valueQuantity": None, "valueString": "120"}, Reason.NO_VALUE, ""),
        ({"valueQuantity": None}, Reason.NO_VALUE, ""),
        ({"effectiveDateTime": None}, Reason.NO_DATE, ""),
        ({"effectiveDateTime": "2023-02-30"}, Reason.IMPOSSIBLE_DATE, "effectiveDateTime"),
        ({"effectiveDateTime": "2026-13-01"}, Reason.IMPOSSIBLE_DATE, "effectiveDateTime"),
        ({"effectiveDateTime": "2026-11-01T24:30:00Z"}, Reason.IMPOSSIBLE_DATE, "effectiveDateTime"),
        ({"effectiveDateTime": "2026-11-01T10:30:00+19:00"}, Reason.IMPOSSIBLE_DATE, "effectiveDateTime"),
        ({"effectiveDateTime": "gisteren"}, Reason.IMPOSSIBLE_DATE, "effectiveDateTime"),
        ({"effectiveDateTime": "٢٠٢٦-11-01"}, Reason.IMPOSSIBLE_DATE, "effectiveDateTime"),
        ({"effectiveDateTime": "2026-11-21"}, Reason.FUTURE_DATE, "effectiveDateTime"),
        ({"effectiveDateTime": "1948-03-13"}, Reason.BEFORE_BIRTH, "effectiveDateTime"),
        ({"effectiveDateTime": "2026"}, Reason.INCOMPLETE_DATE, "effectiveDateTime"),
        ({"effectiveDateTime": 20261101}, Reason.WRONG_TYPE, "effectiveDateTime"),
        ({"status": "preliminary"}, Reason.NOT_FINAL, "status"),
        ({"status": None}, Reason.NOT_FINAL, "status"),
        ({"subject": None}, Reason.NO_SUBJECT, "subject"),
        ({"subject": {"reference": "#inside"}}, Reason.NO_SUBJECT, "subject"),
        ({"subject": {"reference": "Device/scales"}}, Reason.OTHER_SUBJECT, "subject"),
        ({"modifierExtension": [{"url": "x"}]}, Reason.UNKNOWN_MODIFIER, "modifierExtension"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_skipped_with_reason_and_place(changes, reason, place):
    reading = one(observation(**changes))
    assert "systolic_bp" not in reading.facts
    assert skipped(reading) == [(reason, place)]
    assert reading.skipped[0].fact == "systolic_bp"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (quantity(40), 40),
        (quantity(300), 300),
        (quantity(119.5), Decimal("119.5")),
        (quantity(119.99999), Decimal("119.9999")),
        (quantity(16, "kPa"), Decimal("120.0099")),
        (quantity(120, comparator=">"), Range.of(">", Decimal(120))),
        (quantity(16, "kPa", comparator="<="), Range.of("<=", Decimal("120.0099"))),
        (quantity(120, "mm Hg", code="mm[Hg]"), 120),
        ({"value": 120, "unit": "mmHg"}, 120),
        (quantity(120, "millimeter kwik", code="mm[Hg]"), 120),
        ({"value": 120, "unit": "mmHg", "system": "urn:other", "code": "kPa"}, 120),
    ],
)
def test_what_can_be_used(value, expected):
    reading = one(observation(value=value))
    assert reading.facts["systolic_bp"].value == expected
    assert not reading.skipped


def test_a_comparator_is_kept_to_the_letter():
    found = one(observation(value=quantity(120, comparator=">"))).facts["systolic_bp"]
    assert (found.original_value, str(found.value)) == ("> 120", "> 120")


def test_a_code_of_mass_with_a_unit_of_moles_is_set_aside():
    reading = one(observation("2160-0", value=quantity(90, "umol/L")))
    assert "creatinine" not in reading.facts
    assert skipped(reading) == [(Reason.CODE_AGAINST_UNIT, "valueQuantity.code")]


def test_a_fraction_for_a_percentage_is_set_aside():
    reading = one(observation("10230-1", value=quantity(0.35, "%")))
    assert "lvef" not in reading.facts
    assert skipped(reading) == [(Reason.FRACTION, "valueQuantity.value")]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("final", "final"), None),
        (("final", "corrected"), 143),
        (("amended", "final"), 120),
        (("corrected", "amended"), None),
    ],
)
def test_two_results_of_one_moment(statuses, expected, turned):
    values = [
        observation(value=quantity(number), status=status, effectiveDateTime=when)
        for number, status, when in (
            (120, statuses[0], "2026-11-02T10:00:05+01:00"),
            (143, statuses[1], "2026-11-02T09:00:59Z"),
        )
    ]
    older = observation(value=quantity(99), effectiveDateTime="2026-11-01")
    reading = read(bundle(older, *(reversed(values) if turned else values)))
    if expected is not None:
        assert reading.facts["systolic_bp"].value == expected
        return
    assert "systolic_bp" not in reading.facts, "neither the file's order nor an older value decides"
    (said,) = reading.skipped
    assert (said.reason, said.fact, said.on) == (Reason.CONFLICTING_VALUES, "systolic_bp", date(2026, 11, 2))
    assert set(said.original.split(" / ")) == {"120 mm[Hg]", "143 mm[Hg]"}


def test_the_same_result_twice_is_no_conflict():
    twice = observation(value=quantity(120), effectiveDateTime="2026-11-02T10:00:00+01:00")
    assert read(bundle(twice, twice | {"id": "other"})).facts["systolic_bp"].value == 120


def test_unusual_values_ask_for_confirmation():
    assert one(observation(value=quantity(44))).facts["systolic_bp"].unusual
    assert not one(observation(value=quantity(45))).facts["systolic_bp"].unusual
    assert one(observation(value=quantity(251))).facts["systolic_bp"].unusual


@pytest.mark.parametrize(
    ("status", "reason"), [("entered-in-error", Reason.WITHDRAWN), ("cancelled", Reason.CANCELLED)]
)
def test_what_was_taken_back_is_said_and_never_used(status, reason):
    reading = one(observation(status=status))
    assert "systolic_bp" not in reading.facts
    assert [item.reason for item in reading.skipped] == [reason]
    assert ("systolic_bp" in reading.asks) is (status == "cancelled"), (
        "a cancelled one has a value nobody knows"
    )


def test_codes_outside_the_dictionary_are_counted_not_listed():
    reading = read(
        bundle(observation("99999-9"), {"resourceType": "Claim"}, observation(coded("2160-0", "urn:other")))
    )
    assert reading.unread == {"Observation": 2, "Claim": 1}
    assert not reading.skipped


def test_a_code_of_two_facts_is_for_a_person():
    both = {"coding": [{"system": LOINC, "code": "8480-6"}, {"system": LOINC, "code": "8462-4"}]}
    assert skipped(one(observation(code=both))) == [(Reason.AMBIGUOUS_CODE, "code")] * 2, "for each of them"


def test_effective_date_goes_before_period_and_issued():
    everything = {
        "effectivePeriod": {"start": "2026-10-01", "end": "2026-10-03"},
        "issued": "2026-11-05T10:00:00Z",
    }
    assert one(observation(**everything)).facts["systolic_bp"].on == date(2026, 11, 1)
    later = one(observation(effectiveDateTime=None, **everything)).facts["systolic_bp"]
    assert (later.on, later.dated_by) == (date(2026, 10, 3), "effectivePeriod.end")
    last = one(observation(effectiveDateTime=None, issued="2026-11-05T10:00:00Z")).facts["systolic_bp"]
    assert (last.on, last.dated_by) == (date(2026, 11, 5), "issued")


def test_an_answer_from_a_closed_list():
    answer = observation(
        "88020-3", valueQuantity=None, valueCodeableConcept=coded("420913000", SNOMED, "NYHA III")
    )
    found = one(answer).facts["nyha"]
    assert (found.value, found.original_value) == ("III", "NYHA III")
    unknown = observation("88020-3", valueQuantity=None, valueCodeableConcept=coded("1", SNOMED, "klasse IX"))
    assert skipped(one(unknown)) == [(Reason.UNKNOWN_ANSWER, "valueCodeableConcept")]
    two = {"coding": coded("LA28405-1")["coding"] + coded("420913000", SNOMED)["coding"]}
    assert (
        skipped(one(observation("88020-3", valueQuantity=None, valueCodeableConcept=two)))[0][0]
        is Reason.UNKNOWN_ANSWER
    )


def test_copies_of_one_resource():
    first = observation(id="o1")
    assert len(read(bundle(first, dict(first))).history["systolic_bp"]) == 0
    reading = read(bundle(first, {**first, "valueQuantity": quantity(90)}))
    assert "systolic_bp" not in reading.facts
    assert [item.reason for item in reading.skipped] == [Reason.CONFLICTING_COPIES] * 2


def test_the_list_of_skipped_items_is_bounded():
    from anderhalf.exchange.fhir.unpack import Limits

    reading = read(
        bundle(*[observation(status="x", id=f"o{i}") for i in range(8)]), limits=Limits(skipped_items=3)
    )
    assert (len(reading.skipped), reading.skipped_beyond) == (3, 5)


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


# ---- medication ------------------------------------------------------------------------------------------------


def prescription(drug, **changes):
    return resource(
        "MedicationRequest",
        **{
            "status": "active",
            "intent": "order",
            "authoredOn": "2026-02-01",
            "medicationCodeableConcept": drug,
            "dosageInstruction": [{"text": "1x per dag 1"}],
            **changes,
        },
    )


BISOPROLOL = coded("C07AB07", ATC, "bisoprolol")


def test_atc_gives_the_drug_class():
    reading = one(prescription(BISOPROLOL))
    drug = reading.active_medication[0]
    assert (drug.atc, drug.classes, drug.dosage) == (("C07AB07",), ("beta_blocker",), "1x per dag 1")
    assert (reading.facts["beta_blocker"].value, reading.facts["beta_blocker"].on) == (True, date(2026, 2, 1))


def test_rxnorm_is_looked_up():
    drug = one(prescription(coded("315971", RXNORM, "Lasix 40mg"))).active_medication[0]
    assert (drug.atc, drug.classes) == (("C03CA01",), ("loop_diuretic",))
    unknown = one(prescription(coded("1", RXNORM, "Something"))).active_medication[0]
    assert (unknown.atc, unknown.classes, unknown.text) == ((), (), "Something")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "stopped"},
        {"status": "on-hold"},
        {"status": "entered-in-error"},
        {"intent": "proposal"},
        {"doNotPerform": True},
        {"modifierExtension": [{"url": "x"}]},
        {"medicationCodeableConcept": None},
    ],
)
def test_what_is_not_used_now_says_nothing(changes):
    reading = one(prescription(BISOPROLOL, **changes))
    assert "beta_blocker" not in reading.facts
    assert not reading.active_medication


def test_a_reported_use_that_ended_is_not_active():
    def use(end):
        return resource(
            "MedicationStatement",
            status="active",
            medicationCodeableConcept=BISOPROLOL,
            dateAsserted="2026-01-01",
            effectivePeriod={"start": "2025-01-01", "end": end},
        )

    assert not one(use("2026-11-19")).active_medication
    assert one(use("2026-11-20")).active_medication


def test_the_drug_may_stand_elsewhere_in_the_file():
    medicine = {"resourceType": "Medication", "id": "m1", "code": BISOPROLOL}
    elsewhere = prescription(None, medicationReference={"reference": "Medication/m1"})
    assert read(bundle(medicine, elsewhere)).active_medication[0].classes == ("beta_blocker",)
    inside = prescription(None, medicationReference={"reference": "#m1"}, contained=[medicine])
    assert one(inside).active_medication[0].classes == ("beta_blocker",)
    lost = prescription(None, medicationReference={"reference": "Medication/m2"})
    assert skipped(one(lost)) == [(Reason.NO_VALUE, "medicationReference.reference")]


def test_the_timestamp_of_the_record_says_until_when_it_was_active():
    content = bundle(prescription(BISOPROLOL))
    content["timestamp"] = "2026-11-10T12:00:00+01:00"
    assert read(content).facts["beta_blocker"].on == date(2026, 11, 10)
    content["timestamp"] = "2027-01-01T12:00:00+01:00"
    assert read(content).facts["beta_blocker"].on == date(2026, 2, 1)


def test_the_values_go_into_the_decision_tables_with_their_place():
    values = one(observation()).fact_values()
    assert values["systolic_bp"].value == Decimal(120)
    assert values["systolic_bp"].origin == "Bundle.entry[1].resource.valueQuantity.value"
    assert PATIENT_URL not in str(values)
