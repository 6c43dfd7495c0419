"""While a danger is open nothing goes up, the diuretic does not go down and nobody is sent back; told again it rings again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import OutcomeRefused
from anderhalf.apps.clinic.forms import DangerForm
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.clinic.views.danger import panel_of_danger
from anderhalf.apps.record.models import Task
from tests.spec.cases.care import Care
from tests.spec.cases.titration_patient import DAY, TitrationPatient
from tests.support.people import submission

pytestmark = pytest.mark.django_db
UPWARD = {"start", "increase", "switch"}


@pytest.fixture
def patient(people):
    """Dry, on furosemide, with room upward in every other class."""
    people.at = DAY
    who = TitrationPatient(people)
    who.given("enalapril 5 bid 60d; bisoprolol 2.5 od 60d; furosemide 40 od 60d")
    return who


def kinds(who: TitrationPatient) -> dict[str, str]:
    found = queries.proposals(who.vs, who.episode, at=DAY)
    return {card.drug_class: card.kind for card in found.cards}


def return_advice(who: TitrationPatient):
    return queries.stable_advice(who.vs, who.episode, at=DAY).value("advice")


def handled(who: TitrationPatient) -> None:
    found = queries.danger_of(who.episode.patient, who.episode.network_id, at=DAY)
    actions.answer_danger(
        by=who.vs, at=DAY, patient=who.episode.patient_id, bases=[one.basis for one in found.signs],
        steps=["called_cardiologist"], called="dr. De Vries", called_at=DAY, note="gezien, droog",
    )  # fmt: skip


def test_an_open_weight_alarm_holds_steps_up_and_the_lowering_of_the_diuretic(patient):
    before = kinds(patient)
    assert before["loop_diuretic"] == "decrease" and "increase" in before.values()
    patient.measure(("weight", 83, 0), minutes=5)
    assert Task.objects.filter(kind="danger", status="open").exists(), (
        "three kilos more than half an hour ago"
    )
    held = kinds(patient)
    assert not UPWARD & set(held.values()) and held["loop_diuretic"] == "keep"
    handled(patient)
    assert "increase" in kinds(patient).values(), "somebody looked and wrote it down"


def test_nobody_is_sent_back_or_ended_while_a_danger_is_open(patient):
    patient.measure(("weight", 83, 0), minutes=5)
    assert return_advice(patient) != "return"
    ending = {"by": patient.vs, "at": DAY, "episode": patient.episode.pk, "plan": "Controle bij de huisarts."}
    for outcome in ("returned", "forwarded", "declined"):
        with pytest.raises(OutcomeRefused, match="gevaar"):
            actions.end_episode(**ending, outcome=outcome)
    assert Episode.objects.get(pk=patient.episode.pk).ended_at is None
    handled(patient)
    actions.end_episode(**ending, outcome="returned")
    assert Episode.objects.get(pk=patient.episode.pk).ended_at == DAY


def test_a_complaint_that_is_told_again_rings_again(people, at):
    care = Care.begin(people, at)
    care.home({"chest_pain_at_rest": True})
    found = care.danger()
    actions.answer_danger(
        by=care.vs, at=at, patient=care.patient.pk, bases=[one.basis for one in found.signs], steps=["called_112"],
        called="meldkamer", called_at=at,
    )  # fmt: skip
    assert not care.danger() and care.tasks() == []
    later = at + timedelta(minutes=5)
    care.home({"weight": "80"}, at=later)
    assert care.tasks() == [], "another value: what was handled stays handled"
    care.home({"chest_pain_at_rest": True}, at=later + timedelta(minutes=5))
    assert [task.rank for task in care.tasks()] == [0] and care.danger(at=later + timedelta(minutes=6))


def test_the_page_and_today_name_one_clock_and_nobody_is_asked_whether_a_danger_is_open(people, at):
    care = Care.begin(people, at, pathway="atrial_fibrillation")
    care.result({"potassium": "5.7"})
    panel = panel_of_danger(
        care.vs, care.patient, care.danger(at=at + timedelta(days=1)), at=at + timedelta(days=1)
    )
    assert panel is not None and panel["due_at"] == care.tasks()[0].due_at
    page = people.client("vs").get(reverse("clinic:encounter_new", args=[care.episode.pk])).content.decode()
    assert 'name="f_open_danger"' not in page


def test_two_dangerous_results_of_one_moment_are_both_shown(people, at):
    care = Care.begin(people, at)
    care.result({"potassium": "6.4"})
    care.result({"potassium": "6.9"})
    (sign,) = care.danger().signs
    assert sorted(str(value.value) for _name, value in sign.values) == ["6.4", "6.9"]


def test_the_form_of_a_contact_asks_for_alarm_signs(people):
    people.at = now = timezone.now()  # pages read the real clock
    care = Care.begin(people, now)
    client, address = people.client("vs"), reverse("clinic:encounter_new", args=[care.episode.pk])
    page = client.get(address).content.decode()
    for name in ("chest_pain_at_rest", "dyspnoea_at_rest", "syncope", "hypoperfusion", "respiratory_rate"):
        assert f'name="f_{name}"' in page
    answer = client.post(address, {
        "submission": submission(), "version": care.episode.version, "kind": "phone",
        "happened_on": timezone.localdate(now).isoformat(), "f_chest_pain_at_rest": "true",
    })  # fmt: skip
    assert answer.status_code == 302
    assert [task.rank for task in care.tasks()] == [0]


def test_a_clock_that_is_a_minute_fast_is_not_a_day_late(at):
    typed = {
        "submission": submission(),
        "steps": ["called_112"],
        "called": "meldkamer",
        "called_time": f"{at + timedelta(minutes=1):%H:%M}",
    }
    form = DangerForm(typed, at=at)
    assert form.is_valid(), form.errors
    assert form.arguments()["called_at"] == at
    late = DangerForm({**typed, "called_time": f"{at + timedelta(hours=2):%H:%M}"}, at=at)
    assert late.is_valid() and late.arguments()["called_at"] == at + timedelta(hours=2) - timedelta(days=1)


def test_answers_that_contradict_each_other_are_named_as_people_say_them(people, at):
    care = Care.begin(people, at)
    care.contact({"dehydration": False})
    care.contact({"dehydration": True})
    problems = " ".join(queries.proposals(care.vs, care.episode, at=at).problems)
    assert "nee / ja" in problems and "False" not in problems
