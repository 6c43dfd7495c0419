"""Messages on a referral and supplements are never silent."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.record.models import Observation, Task
from anderhalf.apps.referrals import actions
from anderhalf.apps.referrals.errors import WrittenDanger
from anderhalf.apps.referrals.models import Message, Referral
from tests.integration.referrals.conftest import ORDINARY, observations
from tests.spec.cases.test_free_text import asked

pytestmark = pytest.mark.django_db

TEXT = "Mevrouw heeft nu pijn op de borst en is net flauwgevallen, wat moet ik doen?"


@pytest.fixture
def sent(people, now):
    """A referral of the GP that waits for triage."""
    return actions.send(
        by=people.viewer("gp"), at=now, patient=people.patient().pk, items=observations(ORDINARY, now),
        content=actions.Content(intent="diagnosis", reason="Graag diagnostiek.", tests_asked=("echo",)),
    )  # fmt: skip


@pytest.fixture
def now():
    """Pages read the real clock."""
    from django.utils import timezone

    return timezone.localtime()


def posts(people, sent, role="gp", road="message", htmx=False, **more):
    headers = {"HX-Request": "true"} if htmx else {}
    return people.client(role).post(
        reverse(f"referrals:{road}", args=[sent.pk]), more, headers=headers, follow=not htmx
    )


@pytest.mark.parametrize("htmx", [False, True])
def test_a_message_is_asked_before_it_is_posted(people, sent, htmx):
    page = posts(people, sent, htmx=htmx, text=TEXT)
    html = page.content.decode()
    assert page.status_code == 422 and not Message.objects.filter(referral=sent).exists()
    assert len(asked(page)) == 2 and 'href="tel:112"' in html and TEXT in html


def test_a_message_that_is_so_goes_the_road_of_an_emergency(people, sent):
    questions = asked(posts(people, sent, text=TEXT))
    page = posts(people, sent, text=TEXT, **dict.fromkeys(questions, "yes"))
    assert "tel:112" in page.content.decode() and "Met wie belde u?" in page.content.decode()
    assert Message.objects.filter(referral=sent, text=TEXT).exists(), "the centre reads it too"
    assert Task.objects.filter(kind="emergency_advice", status="open", rank=0).exists(), "who sent it"
    care = Task.objects.filter(kind="danger", status="open", rank=0)
    assert {task.owner_organisation for task in care} == {sent.recipient}, "the centre"
    assert Referral.objects.get(pk=sent.pk).danger == 0


def test_a_message_that_is_not_so_now_is_posted(people, sent):
    questions = asked(posts(people, sent, text=TEXT))
    posts(people, sent, text=TEXT, **dict.fromkeys(questions, "no"))
    assert Message.objects.filter(referral=sent, text=TEXT).exists()
    assert not Task.objects.filter(kind__in=("danger", "emergency_advice"), status="open").exists()


def test_an_ordinary_message_is_posted(people, sent):
    posts(people, sent, text="Geen pijn op de borst, niet flauwgevallen. Is er al een afspraak?")
    assert Message.objects.filter(referral=sent).count() == 1


def test_the_centre_is_asked_too(people, sent):
    page = posts(people, sent, role="vs", text=TEXT)
    assert page.status_code == 422 and asked(page)
    posts(people, sent, role="vs", text=TEXT, **dict.fromkeys(asked(page), "yes"))
    assert Task.objects.filter(kind="danger", status="open", rank=0).exists()


def test_the_action_posts_nothing_that_nobody_was_asked_about(people, sent, now):
    with pytest.raises(WrittenDanger):
        actions.post_message(by=people.viewer("gp"), at=now, referral=sent.pk, text=TEXT)


def test_a_supplement_is_asked_before_it_is_sent(people, sent, now):
    actions.ask_more(by=people.viewer("vs"), at=now, referral=sent.pk, question="Hoe is het nu?")
    version = Referral.objects.get(pk=sent.pk).version
    page = posts(people, sent, road="supplement", text="Net flauwgevallen.", version=version)
    [question] = asked(page)
    assert page.status_code == 422 and 'href="tel:112"' in page.content.decode()
    assert Referral.objects.get(pk=sent.pk).status == "more_information"
    page = posts(
        people, sent, road="supplement", text="Net flauwgevallen.", version=version, **{question: "yes"}
    )
    assert Referral.objects.get(pk=sent.pk).danger == 0 and 'href="tel:112"' in page.content.decode()
    assert Observation.objects.filter(referral=sent.pk, fact="syncope").count() == 2


def test_a_supplement_that_is_not_so_now_keeps_who_said_so(people, sent, now):
    actions.ask_more(by=people.viewer("vs"), at=now, referral=sent.pk, question="Hoe is het nu?")
    version = Referral.objects.get(pk=sent.pk).version
    [question] = asked(posts(people, sent, road="supplement", text="Ooit flauwgevallen.", version=version))
    posts(people, sent, road="supplement", text="Ooit flauwgevallen.", version=version, **{question: "no"})
    found = Referral.objects.get(pk=sent.pk)
    assert found.status == "sent" and found.routing["not_now"]["said"][0]["fact"] == "syncope"
