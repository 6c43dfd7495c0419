"""An advice can be kept as JSON and proved later; another protocol, or a changed answer, is found."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from anderhalf.core.decisions.explain import Decision
from anderhalf.core.pathway.titration import DrugUse, Patient, Tolerance
from anderhalf.core.pathway.titration.stored import (
    ReplayError,
    patient_from_dict,
    patient_to_dict,
    replay,
    store,
)
from tests.support.titration import TODAY, moment, patient, protocol
from tests.unit.core.pathway.titration.test_properties import patients

REGIMEN = "enalapril 5 bid 21d; bisoprolol 5 od 30d; spironolactone 25 od 60d"


def kept(**kwargs):
    return json.loads(json.dumps(store(protocol(), patient(REGIMEN, **kwargs), on=TODAY, at=moment())))


def test_a_stored_advice_replays():
    assert replay(protocol(), kept()) == ()


def test_a_changed_answer_is_named():
    stored = kept()
    changed = next(each for each in stored["advice"]["proposals"] if each["drug_class"] == "mra")
    changed["kind"] = "start"
    assert replay(protocol(), stored) == ("mra",)


def test_a_changed_measurement_is_found_out():
    stored = kept()
    potassium = next(each for each in stored["patient"]["observations"] if each["fact"] == "potassium")
    potassium["value"] = {"number": "5.8"}
    assert set(replay(protocol(), stored)) >= {"ace_inhibitor", "mra"}


def test_another_protocol_cannot_replay():
    other = protocol(("mra_stop_creatinine", "354"))
    with pytest.raises(ReplayError, match="another protocol"):
        replay(other, kept())
    with pytest.raises(ReplayError, match="format"):
        replay(protocol(), {**kept(), "format": 99})


def test_the_choices_are_kept_with_the_advice():
    assert kept()["choices"]["ras_first_choice"] == "ace_inhibitor"
    assert kept()["protocol"]["hash"] == protocol().texts_hash


def test_the_decisions_inside_are_whole():
    for each in kept()["advice"]["proposals"]:
        for decision in each["decisions"]:
            assert Decision.from_dict(decision).table_id.startswith("titration.")


def test_everything_about_a_patient_survives():
    one = Patient(
        medication=(
            DrugUse(
                atc="C09BX02", since=moment(3), components={"bisoprolol": Decimal("5.0")}, per_day=Decimal(1)
            ),
            DrugUse(
                atc="C09AA02",
                since=moment(90),
                until=moment(3),
                dose=Decimal("2.50"),
                stop_reason="hyperkalaemia",
            ),
        ),
        observations=patient("").observations,
        facts=patient("").facts,
        tolerances=(Tolerance(kind="allergy", drug_class="mra", drug="eplerenone", on=TODAY, reason="rash"),),
        max_tolerated=frozenset({"beta_blocker"}),
        restart_agreed=frozenset({"mra"}),
        rapid=True,
    )
    assert patient_from_dict(json.loads(json.dumps(patient_to_dict(one)))) == one


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(patients())
def test_any_patient_survives_and_replays(one):
    assert patient_from_dict(json.loads(json.dumps(patient_to_dict(one)))) == one
    assert replay(protocol(), json.loads(json.dumps(store(protocol(), one, on=TODAY)))) == ()
