"""What a file calls active and does not end is in use, or is asked; it is never passed over for the age of its start."""

from __future__ import annotations

import json
from datetime import date

import pytest

from anderhalf.exchange.fhir.reading import read_record
from anderhalf.exchange.fhir.record import Why
from anderhalf.exchange.fhir.usage import Doubt
from tests.support.titration import pathway

from .builders import ATC, TODAY, bundle, coded, patient, resource

BISOPROLOL = coded("C07AB07", ATC, "bisoprolol")
PERIOD = "http://nictiz.nl/fhir/StructureDefinition/ext-TimeInterval.Period"


def use(**changes):
    return resource(
        "MedicationStatement",
        **{"status": "active", "medicationCodeableConcept": BISOPROLOL,
           "effectivePeriod": {"start": "2026-02-01"}, **changes},
    )  # fmt: skip


def order(**changes):
    return resource(
        "MedicationRequest",
        **{"status": "active", "intent": "order", "medicationCodeableConcept": BISOPROLOL,
           "authoredOn": "2026-02-01", **changes},
    )  # fmt: skip


OPEN = {
    "a use since months": use(),
    "a use of which only the first day is told": use(effectivePeriod=None, effectiveDateTime="2026-02-01"),
    "a use without any day": use(effectivePeriod=None),
    "a use stated long ago": use(dateAsserted="2026-02-01"),
    "a prescription of months ago": order(),
    "an agreement of the Dutch standard with only a start": order(
        authoredOn=None, extension=[{"url": PERIOD, "valuePeriod": {"start": "2026-02-01"}}]
    ),
    "a dosage with only a start": order(
        authoredOn=None,
        dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"start": "2026-02-01"}}}}],
    ),
}


def read(content, **more):
    dictionary = pathway("heart_failure").dictionary
    return read_record(json.dumps(content).encode(), dictionary=dictionary, on=TODAY, **more)


@pytest.mark.parametrize("name", OPEN)
def test_active_without_an_end_is_in_use_as_of_the_day_of_the_file(name):
    reading = read({**bundle(OPEN[name]), "timestamp": "2026-11-19T10:00:00+01:00"})
    assert reading.facts["beta_blocker"].on == date(2026, 11, 19) and "beta_blocker" not in reading.asks


@pytest.mark.parametrize("name", OPEN)
def test_in_a_file_of_an_unknown_day_it_is_asked_and_counts_as_possible(name):
    reading = read(bundle(OPEN[name]))
    ask = reading.asks["beta_blocker"]
    assert "beta_blocker" not in reading.facts
    assert (ask.why, ask.doubt, ask.values) == (Why.DRUG, Doubt.MAYBE_OLD, (True,))
    assert [drug.text for drug in reading.active_medication] == [drug.text for drug in reading.maybe_old]
    assert "medication" in reading.unsure, "nobody may take an absent drug for one that is not used"


def test_a_file_that_is_too_old_itself_asks_as_well():
    reading = read({**bundle(use()), "timestamp": "2026-03-01T10:00:00+01:00"})
    assert "beta_blocker" not in reading.facts and reading.asks["beta_blocker"].values == (True,)


def test_what_was_stated_lately_is_in_use_whatever_the_file_says():
    for item in (use(dateAsserted="2026-11-01"), order(authoredOn="2026-11-01")):
        assert read(bundle(item)).facts["beta_blocker"].on == date(2026, 11, 1)


@pytest.mark.parametrize(
    "file",
    [
        {
            "type": "document",
            "first": {"resourceType": "Composition", "date": "2026-11-18", "status": "final"},
        },
        {"type": "searchset", "meta": {"lastUpdated": "2026-11-18T09:00:00Z"}},
    ],
)
def test_the_day_of_a_file_is_also_that_of_its_document_or_of_the_search(file):
    first = [file.pop("first")] if "first" in file else []
    content = bundle(*first, patient(), use(subject={"reference": "Patient/p1"}), with_patient=False)
    if first:
        content["entry"].sort(key=lambda entry: entry["resource"]["resourceType"] != "Composition")
    assert read({**content, **file}).facts["beta_blocker"].on == date(2026, 11, 18)


def test_who_gathers_a_file_may_say_of_which_day_it_is():
    assert read(bundle(use()), as_of=TODAY).facts["beta_blocker"].on == TODAY
    dated = {**bundle(use()), "timestamp": "2026-11-10"}
    assert read(dated, as_of=TODAY).facts["beta_blocker"].on == date(2026, 11, 10)


def test_an_ended_use_is_neither_in_use_nor_asked():
    reading = read(bundle(use(effectivePeriod={"start": "2026-02-01", "end": "2026-03-01"})))
    assert "beta_blocker" not in reading.facts and "beta_blocker" not in reading.asks


@pytest.mark.parametrize(
    ("item", "counts"),
    [
        (order(status="unknown"), True),
        (resource("MedicationDispense", status="completed", medicationCodeableConcept=BISOPROLOL,
                  whenHandedOver="2026-11-01"), True),
        (resource("MedicationDispense", status="completed", medicationCodeableConcept=BISOPROLOL,
                  whenHandedOver="2024-11-01"), False),
        (order(status="on-hold"), False),
        (use(effectivePeriod={"start": "2026-12-24"}), False),
    ],
)  # fmt: skip
def test_another_doubt_counts_as_possible_when_it_may_be_used_now(item, counts):
    ask = read(bundle(item)).asks["beta_blocker"]
    assert ask.values == ((True,) if counts else ())
