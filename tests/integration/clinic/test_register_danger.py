"""An absolute contra-indication of the register that meets a drug in use is a danger of the day, on every road."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.people import actions as people_actions
from anderhalf.apps.record.models import Task
from anderhalf.core.pathway.named import Named
from tests.spec.cases.titration_patient import DAY, TitrationPatient

pytestmark = pytest.mark.django_db
CONSULT = {"kind": "reported", "drug": "enalapril", "drug_name": "enalapril", "atc": "C09AA02",
           "drug_class": "ace_inhibitor", "reason": "gebruikt al", "dose": Decimal(5), "dose_unit": "mg", "times_per_day": 2}  # fmt: skip


@pytest.fixture
def patient(people):
    people.at = DAY
    return TitrationPatient(people)


def note(
    who,
    *,
    drug_class="ace_inhibitor",
    drug="enalapril",
    substance="enalapril",
    reaction="angioedema",
    text="2019",
    by=None,
):
    return people_actions.register_allergy(
        by=by or who.vs, at=DAY - timedelta(minutes=5), patient=who.episode.patient_id, substance=substance,
        drug_class=drug_class, drug=drug, reaction=reaction, text=text,
    )  # fmt: skip


def signs(who, *, at=DAY):
    found = queries.danger_of(who.episode.patient, who.episode.network_id, at=at)
    return {one.sign.rule: one for one in found.signs} if found else {}


def tasks():
    return list(Task.objects.filter(kind="danger", status="open"))


@pytest.mark.parametrize(("regimen", "rule"), [
    ("enalapril 10 bid 60d", "EX-70"), ("sacubitril_valsartan 49 bid 60d", "EX-70"), ("losartan 50 od 60d", "EX-71"),
])  # fmt: skip
def test_angio_oedema_noted_while_the_drug_is_in_use_makes_a_task_with_a_clock(patient, regimen, rule):
    patient.given(regimen)
    assert not signs(patient)
    note(patient)
    (task,) = tasks()
    assert rule in signs(patient) and task.rules == [rule] and task.due_at is not None
    assert task.rank == (1 if rule == "EX-70" else 2)


def test_another_reaction_another_drug_or_nothing_in_use_is_no_danger(patient):
    patient.given("enalapril 10 bid 60d")
    note(patient, reaction="")
    note(patient, substance="penicilline", drug_class="", drug="", text="angio-oedeem", reaction="angioedema")
    assert not [one for one in signs(patient).values() if one.sign.certain]


def test_an_entry_that_nobody_judged_says_if_this_is_right_call(patient):
    patient.given("enalapril 10 bid 60d")
    entry = note(
        patient, by=patient.people.viewer("gp"), drug_class="", drug="", substance="Enalapril: dikke tong"
    )
    (sign,) = signs(patient).values()
    assert sign.sign.rule == "EX-70" and not sign.sign.certain and tasks()
    actions.judge_tolerance(
        by=patient.vs,
        at=DAY,
        allergy=entry.pk,
        about=[Named("ace_inhibitor", "enalapril")],
        reaction="angioedema",
    )
    assert signs(patient)["EX-70"].sign.certain


def test_the_drug_that_is_written_down_after_the_entry_rings_too_and_stopping_it_ends_it(patient):
    patient.given("")
    note(patient)
    assert not signs(patient) and not tasks()
    step = actions.MedicationStep(**CONSULT)
    actions.record_encounter(by=patient.vs, at=DAY, episode=patient.episode.pk, medication=[step])
    assert "EX-70" in signs(patient) and len(tasks()) == 1
    stop = actions.MedicationStep(
        **{**CONSULT, "kind": "stop", "reason": "angio-oedeem", "dose": None, "times_per_day": None}
    )
    later = DAY + timedelta(minutes=5)
    actions.record_encounter(by=patient.vs, at=later, episode=patient.episode.pk, medication=[stop])
    assert not signs(patient, at=later) and not tasks()


def test_what_was_written_down_about_it_stays_settled_on_another_day(patient):
    patient.given("losartan 50 od 60d")
    note(patient)
    bases = [one.basis for one in signs(patient).values()]
    actions.answer_danger(
        by=patient.vs, at=DAY, patient=patient.episode.patient_id, bases=bases, steps=["called_cardiologist"],
        called="dr. De Vries", called_at=DAY, note="kwam door de ACE-remmer, ARB blijft",
    )  # fmt: skip
    assert not signs(patient, at=DAY + timedelta(days=40))
