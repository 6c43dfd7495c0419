"""The questionnaire: made by itself after care, answered once without an account, friendly when it cannot be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from anderhalf.apps.insight.limits import WRONG_LINKS
from anderhalf.apps.insight.links import token_of
from anderhalf.apps.insight.models import Experience, Invitation
from anderhalf.apps.people import actions as people_actions
from anderhalf.apps.people.purposes import ConsentPurpose


@pytest.fixture(autouse=True)
def fresh_limits(db):
    cache.clear()


@pytest.fixture
def link(care, at, monkeypatch):
    episode = care.episode(outcome="returned")
    monkeypatch.setattr("django.utils.timezone.now", lambda: at + timedelta(hours=2))
    return reverse("insight:experience", args=[token_of(Invitation.objects.get(episode=episode).pk)])


ANSWER = {"mark": "8", "question_listened": "fully", "text": "Fijn geholpen."}


def test_answered_once_without_an_account(link):
    client = Client()
    page = client.get(link).content.decode()
    assert "Welk rapportcijfer geeft u deze zorg?" in page
    assert page.count('name="mark"') == 11
    assert client.post(link, ANSWER).url == reverse("insight:thanks")
    assert client.get(reverse("insight:thanks")).status_code == 200
    given = Experience.objects.get()
    assert (given.mark, given.answers, given.text) == (8, {"listened": "fully"}, "Fijn geholpen.")
    again = client.post(link, ANSWER | {"mark": "1"})
    assert again.status_code == 410
    assert "al ingevuld" in again.content.decode()
    assert Experience.objects.count() == 1


def test_in_english(link):
    client = Client()
    client.cookies["anderhalf_language"] = "en"
    page = client.get(link).content.decode()
    assert "What mark do you give this care?" in page
    assert "Were you listened to?" in page


@pytest.mark.parametrize(
    "bad", [{}, {"mark": "11"}, {"mark": "-1"}, {"mark": "8", "question_listened": "perhaps"}]
)
def test_what_is_not_an_answer_comes_back_with_the_form(link, bad):
    response = Client().post(link, bad)
    assert response.status_code == 422
    assert not Experience.objects.exists()


def test_expired_and_unknown_links_are_friendly(link, at, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: at + timedelta(days=31))
    expired = Client().get(link)
    assert expired.status_code == 410
    assert "verlopen" in expired.content.decode()
    unknown = Client().get(reverse("insight:experience", args=["A" * 32]))
    assert unknown.status_code == 404
    assert "Deze link klopt niet" in unknown.content.decode()


def test_guessing_is_slowed_down(link):
    for _ in range(WRONG_LINKS):
        assert Client().get(reverse("insight:experience", args=["B" * 32])).status_code == 404
    assert Client().get(reverse("insight:experience", args=["B" * 32])).status_code == 429
    assert Client(REMOTE_ADDR="10.0.0.9").get(link).status_code == 200


@pytest.mark.parametrize(
    ("outcome", "invited"),
    [("returned", 1), ("forwarded", 1), ("moved", 1), ("deceased", 0), ("under_control", 0)],
)
def test_who_is_invited(care, outcome, invited):
    care.episode(outcome=outcome)
    assert Invitation.objects.count() == invited


def test_who_objected_is_not_asked(care, people, at):
    patient = care.patient()
    people_actions.give_consent(
        by=people.viewer("gp"),
        at=at - timedelta(days=1),
        patient=patient.pk,
        purpose=ConsentPurpose.EXPERIENCE,
        given=False,
    )
    care.episode(patient=patient, outcome="returned")
    assert not Invitation.objects.exists()


def test_paper_with_the_link_for_the_centre_only(link, care, people):
    invitation = Invitation.objects.get()
    address = reverse("insight:handout", args=[invitation.episode_id])
    page = people.client("vs").get(address).content.decode()
    assert link in page
    assert '<svg class="qr"' in page
    assert invitation.episode.patient.family_name not in page
    assert people.client("vs", other=True).get(address).status_code == 403
    assert people.client("project_leader").get(address).status_code == 403


def test_the_patient_finds_it_in_the_own_overview(care, people, at, monkeypatch):
    patient = people.user("patient").patient
    client = people.client("patient")
    care.episode(patient=patient, outcome="returned")
    monkeypatch.setattr("django.utils.timezone.now", lambda: at + timedelta(hours=2))
    link = reverse("insight:experience", args=[token_of(Invitation.objects.get().pk)])
    assert link in client.get(reverse("people:my_record")).content.decode()
    Client().post(link, ANSWER)
    assert link not in client.get(reverse("people:my_record")).content.decode()
