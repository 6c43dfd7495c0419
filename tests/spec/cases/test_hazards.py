"""Hazards whose control was shown only by asking the engine: here by the record, a contact, and the proposals page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anderhalf.apps.clinic import actions
from anderhalf.apps.record import actions as record
from tests.support.titration import value_of

from .titration_patient import BASE, DAY, TitrationPatient

pytestmark = pytest.mark.django_db


@pytest.fixture
def base(people):
    return TitrationPatient(people)


def answered_in_a_contact(patient: TitrationPatient, **facts) -> None:
    items = [
        record.NewObservation(fact=name, value=value_of(value), at=DAY - timedelta(days=1))
        for name, value in facts.items()
    ]
    actions.record_encounter(
        by=patient.vs,
        at=DAY - timedelta(days=1),
        episode=patient.episode.pk,
        kind="visit",
        observations=items,
    )


@pytest.mark.parametrize(
    ("drug", "drug_class"), [("spironolactone 25 od 60d", "mra"), ("enalapril 5 bid 60d", "ace_inhibitor")]
)
def test_a_high_potassium_stops_while_nothing_else_is_known(base, drug, drug_class):
    everything = tuple(name for name in BASE if name != "potassium")
    base.given(drug, omit=everything, earlier=(), asked=False, potassium="6.2")
    assert base.card(drug_class).kind == "stop"


def test_a_potassium_that_is_no_danger_stops_nothing_while_the_rest_is_unknown(base):
    everything = tuple(name for name in BASE if name != "potassium")
    base.given("spironolactone 25 od 60d", omit=everything, earlier=(), asked=False, potassium="5.0")
    assert base.card("mra").kind in ("needs_data", "discuss")


@pytest.mark.parametrize("refused", [True, False])
def test_another_drug_begins_at_its_own_start_and_the_same_one_resumes(base, refused):
    tolerances = (("intolerance", "beta_blocker", "bisoprolol"),) if refused else ()
    base.given("bisoprolol 10 od 90d until 10d because acute_illness", tolerances=tolerances)
    card = base.card("beta_blocker")
    assert card.kind == "start"
    assert ("Carvedilol" in card.title and "3,125" in card.title) is refused, card.title
    assert ("Bisoprolol" in card.title and "10" in card.title) is not refused, card.title


@pytest.mark.parametrize(
    ("fact", "drug_class"),
    [
        ("asthma", "beta_blocker"),
        ("angioedema_history", "ace_inhibitor"),
        ("angioedema_now", "ace_inhibitor"),
    ],
)
def test_what_was_answered_in_a_contact_excludes_as_if_it_stood_in_the_register(base, fact, drug_class):
    base.given("", lvef=30)
    assert base.card(drug_class).kind != "not_indicated", "else it would prove nothing"
    answered_in_a_contact(base, **{fact: True})
    assert base.card(drug_class).kind == "not_indicated"
