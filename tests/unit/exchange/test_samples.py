"""What the laboratory says about a sample: a haemolysed one is no result, and nothing older takes its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from anderhalf.exchange.fhir.problems import Reason
from anderhalf.exchange.fhir.record import Why
from tests.unit.exchange.builders import bundle, observation, quantity, read, resource

HEMOLYSED = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0493", "code": "HEM"}]}]


def sampled(day: str, value: float, condition: list | None) -> dict:
    """A result with its specimen inside."""
    specimen = {"resourceType": "Specimen", "id": "s1"} | ({"condition": condition} if condition else {})
    return observation(
        "14682-9", quantity(value, "umol/L"), effectiveDateTime=day, contained=[specimen],
        specimen={"reference": "#s1"},
    )  # fmt: skip


def test_a_haemolysed_sample_is_set_aside_and_no_older_value_steps_in():
    older, poor = sampled("2026-10-20", 94, None), sampled("2026-10-28", 163, HEMOLYSED)
    reading = read(bundle(older, poor))
    assert "creatinine" not in reading.facts
    assert [value.value for value in reading.history["creatinine"]] == [94], "it stays an earlier value"
    assert (reading.asks["creatinine"].why, reading.asks["creatinine"].on) == (
        Why.UNREADABLE,
        date(2026, 10, 28),
    )
    (item,) = reading.skipped
    assert (item.reason, item.fact, item.on) == (Reason.POOR_SAMPLE, "creatinine", date(2026, 10, 28))
    assert item.details == {"condition": "HEM"} and "163" in item.original


def test_a_better_sample_after_a_haemolysed_one_counts():
    poor, better = (
        sampled("2026-10-28T09:00:00+01:00", 163, HEMOLYSED),
        sampled("2026-10-28T11:00:00+01:00", 96, None),
    )
    assert read(bundle(poor, better)).facts["creatinine"].value == Decimal("96")


def test_a_specimen_of_its_own_is_found_and_other_conditions_do_no_harm():
    cooled = [{"coding": [{"system": HEMOLYSED[0]["coding"][0]["system"], "code": "COOL"}]}]
    for condition, kept in ((HEMOLYSED, False), (cooled, True)):
        specimen = resource("Specimen", id="s9", condition=condition)
        found = observation("14682-9", quantity(163, "umol/L"), specimen={"reference": "Specimen/s9"})
        assert ("creatinine" in read(bundle(specimen, found)).facts) is kept
