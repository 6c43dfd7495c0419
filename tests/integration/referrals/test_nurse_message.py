"""A nurse who writes a message with a danger in it leaves the task with who may act on it, and reads with whom."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals import actions

from .conftest import ORDINARY, observations

pytestmark = pytest.mark.django_db
TEXT = "Mevrouw heeft nu pijn op de borst en is net flauwgevallen, wat moet ik doen?"


@pytest.fixture
def sent(people):
    now = timezone.localtime()
    return actions.send(
        by=people.viewer("gp"), at=now, patient=people.patient().pk, items=observations(ORDINARY, now),
        content=actions.Content(intent="diagnosis", reason="Graag diagnostiek.", tests_asked=("echo",)),
    )  # fmt: skip


def writes(people, sent, role, *, htmx=False):
    headers = {"HX-Request": "true"} if htmx else {}
    return people.client(role).post(
        reverse("referrals:message", args=[sent.pk]), {"text": TEXT}, headers=headers
    )


@pytest.mark.parametrize("htmx", [False, True])
def test_the_task_goes_to_who_may_and_the_nurse_is_told(people, sent, htmx):
    lead = people.viewer("vs")
    page = writes(people, sent, "hf_nurse", htmx=htmx).content.decode()
    assert f"Dit staat nu als taak bij {lead.name}" in page
    task = Task.objects.get(kind="emergency_advice", status="open")
    assert task.owner_id is None and task.owner_organisation == sent.recipient
    address = reverse("referrals:emergency", args=[task.pk])
    own = people.client("hf_nurse").get(reverse("home")).content.decode()
    assert address not in own, "no link that is refused"
    assert f"Wie handelt: {lead.name}" in own and 'href="tel:112"' in own
    assert people.client("vs").get(address).status_code == 200
    assert address in people.client("vs").get(reverse("home")).content.decode()


def test_who_may_act_keeps_it(people, sent):
    page = writes(people, sent, "gp").content.decode()
    assert "Dit staat nu als taak bij" not in page
    assert Task.objects.get(kind="emergency_advice", status="open").owner is not None


PLAIN = "De echo staat morgen om tien uur."


@pytest.mark.parametrize("again", [PLAIN, f"  {PLAIN.upper()} "])
@pytest.mark.parametrize("htmx", [False, True])
def test_the_same_message_twice_is_placed_once_and_says_since_when(people, sent, again, htmx):
    client, address = people.client("hf_nurse"), reverse("referrals:message", args=[sent.pk])
    headers = {"HX-Request": "true"} if htmx else {}
    client.post(address, {"text": PLAIN}, headers=headers)
    placed = sent.messages.get()
    page = client.post(address, {"text": again}, headers=headers, follow=True).content.decode()
    assert sent.messages.count() == 1
    since = f"{timezone.localtime(placed.at):%d-%m-%Y %H:%M}"
    assert f"Dit bericht staat er al sinds {since}. Het is niet nog eens geplaatst." in page


def test_another_text_another_writer_and_another_day_are_placed(people, sent):
    address = reverse("referrals:message", args=[sent.pk])
    for role, text in (("hf_nurse", PLAIN), ("gp", PLAIN), ("hf_nurse", "De echo gaat niet door.")):
        people.client(role).post(address, {"text": text})
    assert sent.messages.count() == 3
    sent.messages.update(at=timezone.now() - timedelta(days=1))
    people.client("hf_nurse").post(address, {"text": PLAIN})
    assert sent.messages.count() == 4


def test_what_is_confirmed_only_the_second_time_is_stored(people, sent):
    client, address = people.client("vs"), reverse("referrals:message", args=[sent.pk])
    asked = client.post(address, {"text": TEXT}).content.decode()
    names = sorted(set(re.findall(r'name="(said_[^"]+)"', asked)))
    client.post(address, {"text": TEXT, **dict.fromkeys(names, "no")})
    assert sent.messages.count() == 1
    client.post(address, {"text": TEXT, **dict.fromkeys(names, "yes")})
    assert (
        sent.messages.count() == 2 and Task.objects.filter(kind__in=("danger", "emergency_advice")).exists()
    )
    client.post(address, {"text": TEXT, **dict.fromkeys(names, "yes")})
    assert sent.messages.count() == 2
