"""Digoxin in use and complaints of too much of it, without any level: somebody is called the same day, on every road.
Who uses no digoxin is not asked, and hears nothing for being sick."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import queries
from anderhalf.apps.clinic.actions.medication import agree
from anderhalf.apps.people.access import Right
from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.referrals.models import Referral
from tests.integration.referrals.conftest import ORDINARY, observations
from tests.spec.cases.care import Care
from tests.spec.cases.test_contact import pressed
from tests.spec.cases.test_free_text import Letter, asked
from tests.spec.cases.test_free_text_in_care import Contact
from tests.spec.cases.test_free_text_messages import posts
from tests.spec.cases.test_referral import KNOWN, Desk
from tests.spec.cases.titration_patient import DAY, TitrationPatient

pytestmark = pytest.mark.django_db

PATHWAYS = [("heart_failure", "EX-138", "EX-137"), ("atrial_fibrillation", "AX-213", "AX-212")]
TEXTS = [
    "Misselijk en geel zien.",
    "Is misselijk en ziet geel.",
    "Eet slecht en is verward.",
    "Ziet alles wazig.",
]


@pytest.fixture
def at():
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


@pytest.fixture
def on_digoxin(care, at) -> Care:
    agree(
        care.episode, by=care.vs, at=at, kind="reported", drug="digoxin", drug_name="digoxine", atc="C01AA05",
        reason="gebruikt al", from_at=at - timedelta(days=90), under=Right.WRITE_CLINICAL,
    )  # fmt: skip
    return care


def rules(care) -> set[str]:
    found = queries.danger_of(care.patient, care.episode.network_id, at=timezone.now())
    return {one.sign.rule for one in found.signs} if found else set()


@pytest.mark.parametrize(("pathway", "rule", "slow"), PATHWAYS)
def test_at_the_referral_it_waits_for_a_call(people, pathway, rule, slow):
    desk, facts = Desk(people), {**KNOWN, "digoxin": True, "digoxin_signs": True}
    assert rule in desk.says(facts, intent="titration", pathway=pathway)
    assert slow in desk.says({**facts, "heart_rate": "48"}, intent="titration", pathway=pathway)
    for other in ({"digoxin": False}, {"digoxin_signs": False}):
        said = desk.says({**facts, **other}, intent="titration", pathway=pathway)
        assert rule not in said and slow not in said
    if pathway == "heart_failure":
        assert desk.sends(facts, intent="titration") is None


@pytest.mark.parametrize("text", TEXTS)
def test_a_letter_about_who_uses_digoxin_is_asked(people, text):
    letter = Letter(people, digoxin=True)
    page = letter.sends(reason=text)
    assert page.status_code == 422 and len(asked(page)) == 1 and letter.sent is None
    letter.sends(reason=text, **{asked(page)[0]: "yes"})
    assert letter.sent is None


@pytest.mark.parametrize("text", [*TEXTS, "Misselijk."])
def test_a_letter_about_who_uses_none_is_not_asked(people, text):
    letter = Letter(people, digoxin=False)
    assert not asked(letter.sends(reason=text)) and letter.sent is not None


def test_a_list_that_names_digoxin_is_enough(people):
    letter = Letter(people)
    assert asked(letter.sends(reason="Misselijk en geel zien.", treatment_so_far="digoxine 0,125 mg 1dd"))


def test_a_contact_asks_it_of_who_uses_digoxin_only(care, people, at):
    address = reverse("clinic:encounter_new", args=[care.episode.pk])
    assert 'name="f_digoxin_signs"' not in people.client("vs").get(address).content.decode()
    agree(
        care.episode, by=care.vs, at=at, kind="reported", drug="digoxin", drug_name="digoxine", atc="C01AA05",
        reason="gebruikt al", from_at=at - timedelta(days=90), under=Right.WRITE_CLINICAL,
    )  # fmt: skip
    page = people.client("vs").get(address).content.decode()
    assert page.count('name="f_digoxin_signs"') == 3, "yes, no, unknown: once"


def test_in_a_contact_it_is_a_task_of_today(on_digoxin, people, at):
    page = pressed(people, on_digoxin, at, {"digoxin_signs": "true", "heart_rate": "72"})
    assert page.status_code == 200 and "EX-138" in rules(on_digoxin)
    assert on_digoxin.actions()[0] == "call_cardiologist"
    task = next(one for one in Task.objects.filter(kind="danger", status="open") if "EX-138" in one.rules)
    assert task.role and task.due_at <= at + timedelta(days=1)


def test_with_a_slow_pulse_it_is_now(on_digoxin, people, at):
    pressed(people, on_digoxin, at, {"digoxin_signs": "true", "heart_rate": "48"})
    assert "EX-137" in rules(on_digoxin)


def test_a_no_in_a_later_contact_ends_it(on_digoxin, people, at):
    on_digoxin.contact({"digoxin_signs": True}, at=at - timedelta(hours=3))
    on_digoxin.contact({"digoxin_signs": False}, at=at - timedelta(hours=1))
    assert "EX-138" not in rules(on_digoxin)


def test_the_words_of_a_contact_are_asked_of_who_uses_digoxin(on_digoxin, care):
    contact = Contact(on_digoxin)
    page = contact.posts(complaints="misselijk en geel zien")
    assert page.status_code == 422 and len(asked(page)) == 1


def test_the_words_of_a_contact_ask_nothing_of_who_uses_none(care):
    contact = Contact(care)
    page = contact.posts(complaints="misselijk, eet slecht")
    assert not asked(page) and contact.saved is not None


def test_at_home_it_is_asked_of_who_uses_digoxin_only(care, people, at):
    address = reverse("clinic:home_measurement", args=[care.patient.pk])
    assert "digoxine" not in people.client("patient").get(address).content.decode()
    assert care.typed_at_home(digoxin_signs=True, weight="80").status_code in (200, 422)
    assert "EX-138" not in rules(care)


def test_at_home_a_yes_is_a_task(on_digoxin, people):
    address = reverse("clinic:home_measurement", args=[on_digoxin.patient.pk])
    page = people.client("patient").get(address).content.decode()
    assert "U slikt digoxine. Bent u misselijk" in page
    on_digoxin.typed_at_home(digoxin_signs=True, weight="80", sure=True)
    assert "EX-138" in rules(on_digoxin) and on_digoxin.actions()[0] == "call_cardiologist"


def test_a_message_on_a_referral_is_asked(people, at):
    def sent(**more):
        return referrals.send(
            by=people.viewer("gp"), at=at, patient=people.patient().pk, items=observations({**ORDINARY, **more}, at),
            content=referrals.Content(intent="diagnosis", reason="Graag diagnostiek.", tests_asked=("echo",)),
        )  # fmt: skip

    page = posts(people, sent(digoxin=True), text="Is misselijk en ziet geel.")
    assert page.status_code == 422 and len(asked(page)) == 1
    without = sent(digoxin=False)
    assert not asked(posts(people, without, text="Is misselijk."))
    assert isinstance(without, Referral)


def test_the_card_of_digoxin_pauses_it(people):
    people.at = DAY
    who = TitrationPatient(people).given("digoxin 125 od 90d", digoxin_signs=True)
    card = who.card("digoxin")
    assert card.rule == "DIG-61", card
