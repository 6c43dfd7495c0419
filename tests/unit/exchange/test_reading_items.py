"""One item at a time: what is taken over, what is not, and which reason and place are given."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from anderhalf.core.decisions.ranges import Range
from anderhalf.exchange.fhir.problems import Reason
from tests.unit.exchange.builders import (
    LOINC,
    PATIENT_URL,
    SNOMED,
    UCUM,
    bundle,
    coded,
    observation,
    quantity,
    read,
)

from .one_item import one, skipped

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


def test_the_values_go_into_the_decision_tables_with_their_place():
    values = one(observation()).fact_values()
    assert values["systolic_bp"].value == Decimal(120)
    assert values["systolic_bp"].origin == "Bundle.entry[1].resource.valueQuantity.value"
    assert PATIENT_URL not in str(values)
