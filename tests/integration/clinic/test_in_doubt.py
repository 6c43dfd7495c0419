"""Two results of one moment: what both ask for is advised, what one of them would hold back is not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from anderhalf.apps.clinic import queries
from anderhalf.core.pathway.titration.doubt import doubt_words
from tests.spec.cases.test_going_back import FULL, STABLE
from tests.spec.cases.titration_patient import DAY, TitrationPatient
from tests.support.titration import pathway

pytestmark = pytest.mark.django_db
REGIMEN = "enalapril 5 bid 60d; spironolactone 25 od 60d; bisoprolol 2.5 od 60d; dapagliflozin 10 od 60d"


@pytest.fixture
def patient(people):
    """Room upward in every class."""
    people.at = DAY
    return TitrationPatient(people)


def test_a_stop_that_both_results_ask_for_stays_a_stop(patient):
    patient.given(REGIMEN, potassium="6.4").measure(("potassium", "6.9", 0))
    for key in ("ace_inhibitor", "mra"):
        card = patient.card(key)
        assert card.kind == "stop", "6.4 and 6.9 both stop it"
        assert "tegenspreken" in card.why and "kalium" in card.why, "the doubt is shown"
    assert any("twee uitslagen" in line for line in patient.page().problems)


def test_a_step_up_waits_when_one_of_the_results_would_hold_it(patient):
    patient.given(REGIMEN, potassium="4.4").measure(("potassium", "5.9", 0))
    for key in ("ace_inhibitor", "mra"):
        card = patient.card(key)
        assert card.kind == "needs_data" and any("twee verschillende" in one for one in card.missing)


def test_a_step_up_that_both_results_allow_is_given_with_the_doubt(patient):
    patient.given(REGIMEN, potassium="4.4").measure(("potassium", "4.6", 0))
    card = patient.card("ace_inhibitor")
    assert card.kind == "increase" and "tegenspreken" in card.why


def test_what_is_worked_out_follows_each_of_the_results(patient):
    """Creatinine 90 before the step, 210 or 240 now: more than doubled either way."""
    patient.given(REGIMEN, creatinine=210, egfr=28).measure(("creatinine", 240, 0))
    assert patient.card("ace_inhibitor").kind == "stop"


def test_a_name_in_capitals_stays_so_in_the_middle_of_a_sentence():
    context: Any = SimpleNamespace(protocol=SimpleNamespace(facts=pathway().facts))
    answer: Any = SimpleNamespace(in_doubt=("egfr", "potassium"))
    said = doubt_words(context, answer, {"nl": "", "en": ""})
    assert "Over eGFR (CKD-EPI), kalium staan uitslagen" in said["nl"]


@pytest.mark.parametrize("first", [True, False])
def test_of_two_contradicting_answers_the_unsafe_one_holds_back(patient, first):
    patient.given(REGIMEN, hypotension_symptoms=first).measure(("hypotension_symptoms", not first, 0))
    kinds = {card.drug_class: card.kind for card in patient.page().cards}
    assert not {"start", "increase", "switch"} & {kinds[key] for key in ("ace_inhibitor", "beta_blocker")}
    assert kinds["ace_inhibitor"] == "needs_data"


def test_going_back_follows_each_of_the_results(patient):
    """4.9 and 5.1 both are an anaemia that is discussed first; with 5.1 and 8.6 nobody knows."""
    patient.given(FULL, **{**STABLE, "haemoglobin": "4.9"}).measure(("haemoglobin", "5.1", 0))
    decision = queries.stable_advice(patient.vs, patient.episode, at=DAY)
    assert decision.is_decided and decision.decisive[0].rule_id == "ST-17"
    other = TitrationPatient(patient.people)
    other.given(FULL, **{**STABLE, "haemoglobin": "5.1"}).measure(("haemoglobin", "8.6", 0))
    decision = queries.stable_advice(other.vs, other.episode, at=DAY)
    assert not decision.is_decided and "haemoglobin" in decision.facts_missing


def test_of_two_answers_the_one_that_keeps_a_patient_counts_where_unknown_would_be_passed_over(patient):
    """ST-24: an unknown device assessment counts as none; "yes" and "no" of one moment do as well."""
    patient.given(FULL, **STABLE, lvef=25).measure(("device_assessed", False, 0))
    assert queries.stable_advice(patient.vs, patient.episode, at=DAY).value("advice") == "discuss"


def test_a_danger_that_both_results_are_is_certain(people):
    people.at = DAY
    who = TitrationPatient(people)
    who.given("", potassium="6.4").measure(("potassium", "6.9", 0))
    found = queries.danger_of(who.episode.patient, who.episode.network_id, at=DAY)
    assert found.danger.certain
    other = TitrationPatient(people)
    other.given("", potassium="4.4").measure(("potassium", "6.9", 0))
    found = queries.danger_of(other.episode.patient, other.episode.network_id, at=DAY)
    assert found.danger.if_right and not found.danger.certain


def test_the_dose_of_an_anticoagulant_follows_each_of_the_results(people):
    """Dabigatran with a clearance of about 25 ml/min: not to be used whichever creatinine is right."""
    people.at = DAY
    who = TitrationPatient(people)
    who.given(
        "", rhythm="af", anticoagulant_drug="dabigatran", dialysis=False, mechanical_valve=False,
        mitral_stenosis=False, creatinine=290,
    )  # fmt: skip
    who.measure(("creatinine", 305, 0))
    (second,) = [one for one in queries.beside(who.vs, who.episode, at=DAY) if one.runs]
    dose = second.decisions["anticoagulant_dose"]
    assert dose.is_decided and dose.value("verdict") == "not", dose.facts_missing
