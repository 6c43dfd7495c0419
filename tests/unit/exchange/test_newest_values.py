"""Whatever is removed, doubled or put in another order: an older value never passes as the newest without a word."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from anderhalf.exchange.fhir.record import Why
from tests.unit.exchange.builders import bundle, observation, quantity, read, resource

DAYS = [f"2026-{month:02d}-{day:02d}" for month in (9, 10, 11) for day in (1, 9, 17)]
SPOILED = {
    "sign": {"comparator": "~"},
    "unit": {"unit": "furlong", "code": "furlong"},
    "none": {"unit": None, "code": None},
    "impossible": {"value": 99999},
}


SUBJECTS = {"nobody": None, "packed": {"reference": "#inside"}, "scales": {"reference": "Device/scales"}}
"""What names nobody may be this patient's; what is of something else is not."""


@st.composite
def results(draw):
    """One result of the pressure: its day or moment, its value, and whether it can be used."""
    day = draw(st.sampled_from(DAYS))
    when = draw(st.sampled_from([day, f"{day}T09:00:00+01:00", f"{day}T15:30:00+01:00"]))
    value = draw(st.sampled_from([70, 90, 130, 280]))
    kind = draw(
        st.sampled_from(
            ["fine", "fine", "fine", "corrected", "preliminary", *SPOILED, "absent", "withdrawn", *SUBJECTS]
        )
    )
    written = quantity(value) | (SPOILED.get(kind) or {})
    more = {
        "status": {
            "preliminary": "preliminary",
            "corrected": "corrected",
            "withdrawn": "entered-in-error",
        }.get(kind, "final")
    }
    if kind in SUBJECTS:
        more["subject"] = SUBJECTS[kind]
    if kind == "absent":
        more["dataAbsentReason"] = {"coding": [{"code": "error"}]}
    made = observation(
        "8480-6",
        {key: one for key, one in written.items() if one is not None},
        effectiveDateTime=when,
        **more,
    )
    return when, value, kind, made


def newest_day(found) -> str:
    """The last day on which anything was measured for this patient, usable or not."""
    return max(
        (when[:10] for when, _value, kind, _made in found if kind not in ("withdrawn", "scales")), default=""
    )


@settings(max_examples=300, deadline=None)
@given(
    found=st.lists(results(), min_size=1, max_size=6),
    removed=st.sets(st.integers(0, 5)),
    doubled=st.lists(st.integers(0, 5), max_size=3),
    order=st.randoms(use_true_random=False),
)
def test_an_older_value_never_passes_as_the_newest(found, removed, doubled, order):
    kept = [one for at, one in enumerate(found) if at not in removed] or found[:1]
    everything = [*kept, *(kept[at] for at in doubled if at < len(kept))]
    order.shuffle(everything)
    reading = read(json.loads(json.dumps(bundle(*(made for *_rest, made in everything)))))
    last = newest_day(everything)
    taken = reading.facts.get("systolic_bp")
    if taken is None:
        if last:
            ask = reading.asks["systolic_bp"]
            assert ask.why in (Why.UNREADABLE, Why.CONFLICT)
            assert ask.on is None or ask.on.isoformat() <= last
        return
    assert taken.on == date.fromisoformat(last), "a newer day was passed over"
    assert "systolic_bp" not in reading.asks
    same_day = [
        (when, value, kind)
        for when, value, kind, _made in everything
        if when[:10] == last and kind != "withdrawn"
    ]
    moments = {when for when, _value, _kind in same_day}
    newest = max(moments)
    at_newest = [(value, kind) for when, value, kind in same_day if when == newest]
    usable = {value for value, kind in at_newest if kind in ("fine", "corrected")}
    corrections = {value for value, kind in at_newest if kind == "corrected"}
    assert taken.value in (corrections or usable)
    if corrections:
        assert corrections == {taken.value}
    elif usable:
        assert usable == {taken.value}, "of two values of one moment neither is taken"


@settings(max_examples=100, deadline=None)
@given(found=st.lists(results(), min_size=1, max_size=5), order=st.randoms(use_true_random=False))
def test_the_order_in_the_file_decides_nothing(found, order):
    made = [one[3] for one in found]
    shuffled = list(made)
    order.shuffle(shuffled)
    one, other = read(bundle(*made)), read(bundle(*shuffled))
    value = {name: found.value for name, found in one.facts.items() if name == "systolic_bp"}
    assert value == {name: found.value for name, found in other.facts.items() if name == "systolic_bp"}
    assert {name: ask.why for name, ask in one.asks.items()} == {
        name: ask.why for name, ask in other.asks.items()
    }


def test_something_else_of_the_patient_does_not_hold_a_value_back():
    """Not measured, of somebody else, measured after death, or asked for and not come in: no newer result."""
    fine = observation("8480-6", quantity(94), effectiveDateTime="2026-10-01")
    later = {"effectiveDateTime": "2026-11-01"}
    not_done = observation("8480-6", **later) | {"dataAbsentReason": {"coding": [{"code": "not-performed"}]}}
    del not_done["valueQuantity"]
    ordered = observation("8480-6", status="registered", **later)
    del ordered["valueQuantity"]
    child = observation("8480-6", quantity(280), focus=[{"reference": "Patient/unborn"}], **later)
    for other in (not_done, ordered, child):
        reading = read(bundle(fine, other))
        assert reading.facts["systolic_bp"].value == 94 and "systolic_bp" not in reading.asks
        assert other is ordered or reading.skipped, "set aside and said"


def test_copies_that_contradict_each_other_hold_the_older_value_back():
    fine = observation("8480-6", quantity(94), effectiveDateTime="2026-10-01", id="a")
    copies = [
        observation("8480-6", quantity(value), effectiveDateTime="2026-11-01", id="b") for value in (90, 280)
    ]
    reading = read(bundle(fine, *copies))
    assert "systolic_bp" not in reading.facts and reading.asks["systolic_bp"].why is Why.UNREADABLE


def test_a_problem_or_drug_that_cannot_be_read_is_never_absent():
    sick = resource(
        "Condition",
        code={"coding": [{"system": "http://snomed.info/sct", "code": "84114007"}]},
        onsetDateTime="2031-01-01",
    )
    drug = resource(
        "MedicationRequest",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": "x"},
        authoredOn="2031-01-01",
    )
    reading = read(bundle(sick, drug))
    assert reading.asks["heart_failure_known"].why is Why.UNSURE
    assert reading.drugs_missed and reading.unsure == {"medication", "problems"}


def test_a_correction_takes_the_place_of_what_it_corrects_whatever_the_order():
    moment = "2026-11-01T09:00:00+01:00"
    wrong = observation(value=quantity(178), effectiveDateTime=moment)
    right = observation(value=quantity(148), effectiveDateTime=moment, status="corrected")
    for pair in ((wrong, right), (right, wrong)):
        reading = read(bundle(*pair))
        assert reading.facts["systolic_bp"].value == 148 and not reading.history["systolic_bp"]
