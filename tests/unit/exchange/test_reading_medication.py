"""Drugs of a record: which class they count for, and whether they are used."""

from __future__ import annotations

from datetime import date

import pytest

from anderhalf.exchange.fhir.problems import Reason
from tests.unit.exchange.builders import (
    RXNORM,
    bundle,
    coded,
    read,
    resource,
)

from .one_item import BISOPROLOL, one, skipped

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
