"""A value that is a danger is measured again within days: the next contact and the checks of the finish say so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.queries.proposals import advice_about
from tests.spec.cases.care import Care
from tests.spec.cases.titration_patient import DAY, TitrationPatient

pytestmark = pytest.mark.django_db


def handled(who: TitrationPatient) -> None:
    found = queries.danger_of(who.episode.patient, who.episode.network_id, at=DAY)
    actions.answer_danger(
        by=who.vs, at=DAY, patient=who.episode.patient_id, bases=[one.basis for one in found.signs],
        steps=["called_cardiologist"], called="dr. De Vries", called_at=DAY, note="spironolacton gestopt",
    )  # fmt: skip


@pytest.fixture
def patient(people):
    people.at = DAY
    who = TitrationPatient(people)
    who.given("enalapril 5 bid 60d; spironolactone 25 od 60d; bisoprolol 2.5 od 60d")
    return who


@pytest.mark.parametrize(
    ("measured", "days", "rule"),
    [
        ((("potassium", "6.4", 0),), 1, "recheck_potassium_severe"),
        ((("potassium", "5.7", 0),), 3, "recheck_potassium_raised"),
        ((("creatinine", 100, 5), ("creatinine", 160, 0)), 2, "recheck_kidney"),
    ],
)
def test_the_next_contact_after_a_handled_danger_lies_within_days(patient, measured, days, rule):
    patient.measure(*measured, minutes=5)
    handled(patient)
    found = queries.next_contact(
        patient.vs, patient.episode, at=DAY, during=True, steps=["mra", "ace_inhibitor"]
    )
    assert found.rule.startswith(rule) and found.on <= DAY.date() + timedelta(days=days)


def test_the_checks_of_a_stop_say_the_same_days(patient):
    patient.measure(("potassium", "6.4", 0), minutes=5)
    cards = {one.drug_class: one for one in queries.proposals(patient.vs, patient.episode, at=DAY).cards}
    _protocol, _about, advice = advice_about(patient.episode, at=DAY)
    assert cards["mra"].kind == "stop"
    untils = [
        check.until_on for each in advice.proposals if each.drug_class == "mra" for check in each.checks
    ]
    assert untils and max(untils) <= DAY.date() + timedelta(days=1)


def test_a_newer_good_value_ends_it(patient):
    patient.measure(("potassium", "6.4", 2), ("potassium", "4.6", 0), minutes=5)
    found = queries.next_contact(patient.vs, patient.episode, at=DAY)
    assert found is None or not found.rule.startswith("recheck")


def test_in_atrial_fibrillation_too(people, at):
    care = Care.begin(people, at, pathway="atrial_fibrillation")
    care.result({"potassium": "5.7"})
    found = care.danger()
    actions.answer_danger(
        by=care.vs, at=at, patient=care.patient.pk, bases=[one.basis for one in found.signs], steps=["called_patient"],
        called="mevrouw zelf", called_at=at, note="bloed opnieuw",
    )  # fmt: skip
    following = queries.next_contact(care.vs, care.episode, at=at)
    assert following is not None and following.rule == "recheck_potassium_raised"
