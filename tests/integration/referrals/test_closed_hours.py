"""On a closed Sunday the practice reads that nobody is there, until when, and who can be called; and a message shows
what was asked about its words, to both sides."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.referrals import actions
from anderhalf.apps.referrals import queries as referral_queries
from tests.support.people import submission

from .conftest import ORDINARY, form_data, observations

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2025, 11, 16, 13, 26, tzinfo=ZoneInfo("Europe/Amsterdam"))
MONDAY = datetime(2025, 11, 17, 10, 5, tzinfo=ZoneInfo("Europe/Amsterdam"))
CENTRE, POST, ON_DUTY = "tel:099-9990011", "tel:099-9990090", "tel:099-9990021"
TEXT = "Patiënt is net flauwgevallen en heeft nu pijn op de borst."


@pytest.fixture
def clock(monkeypatch):
    now = {"at": SUNDAY}
    monkeypatch.setattr(timezone, "now", lambda: now["at"])
    return now


@pytest.fixture
def sent(people, clock):
    people.at = SUNDAY
    return actions.send(
        by=people.viewer("poh"), at=SUNDAY, patient=people.patient().pk, items=observations(ORDINARY, SUNDAY),
        content=actions.Content(intent="diagnosis", reason="Graag diagnostiek.", tests_asked=("echo",)),
    )  # fmt: skip


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def of_form(people, patient) -> str:
    data = form_data(ORDINARY, patient=str(patient.pk), submission=submission())
    return people.client("poh").post(reverse("referrals:route"), data).content.decode()


def test_the_form_names_who_is_there_now(people, clock, monkeypatch):
    people.at = SUNDAY
    monkeypatch.setattr(referral_queries, "waiting_time", lambda *_given, **_at: 30)
    patient = people.patient()
    closed = of_form(people, patient)
    assert "is nu dicht, tot 17-11-2025 08:00" in words(closed) and "zodra het open is" in words(closed)
    assert CENTRE not in closed and POST in closed and ON_DUTY in closed
    clock["at"] = MONDAY
    opened = of_form(people, patient)
    assert CENTRE in opened and "is nu dicht" not in opened


def test_who_writes_to_a_closed_centre_is_told_so(people, sent, clock):
    address = reverse("referrals:referral", args=[sent.pk])
    page = people.client("poh").get(address).content.decode()
    form = page.partition('id="thread"')[2]
    assert "Tot dan leest niemand daar dit bericht" in words(form) and POST in form and ON_DUTY in form
    placed = people.client("poh").post(
        reverse("referrals:message", args=[sent.pk]), {"text": "De echo is morgen."}, headers={"HX-Request": "true"}
    ).content.decode()  # fmt: skip
    assert "Tot dan leest niemand daar dit bericht" in words(placed)
    assert "Tot dan leest niemand" not in people.client("vs").get(address).content.decode()
    clock["at"] = MONDAY
    assert "Tot dan leest niemand" not in people.client("poh").get(address).content.decode()


def test_both_sides_read_what_was_asked_about_the_words_and_answered(people, sent):
    client, address = people.client("poh"), reverse("referrals:message", args=[sent.pk])
    asked = client.post(address, {"text": TEXT}, headers={"HX-Request": "true"}).content.decode()
    names = sorted(set(re.findall(r'name="(said_[0-9a-f]+)"', asked)))
    assert len(names) == 2
    client.post(address, {"text": TEXT, **dict.fromkeys(names, "no")})
    who = people.viewer("poh").name
    for role in ("vs", "poh"):
        page = words(people.client(role).get(reverse("referrals:referral", args=[sent.pk])).content.decode())
        assert page.count("Gevraagd: In de tekst staat") == 2, role
        assert "‘flauwgevallen’" in page and "‘pijn op de borst’" in page
        assert f"Antwoord: nee, niet in de laatste 7 dagen, door {who}." in page
    english = words(
        people.client("vs", language="en").get(reverse("referrals:referral", args=[sent.pk])).content.decode()
    )
    assert english.count("Asked: The text says") == 2 and "Answer: no" in english


def test_what_was_confirmed_stands_there_too(people, sent):
    client, address = people.client("poh"), reverse("referrals:message", args=[sent.pk])
    asked = client.post(address, {"text": TEXT}, headers={"HX-Request": "true"}).content.decode()
    names = sorted(set(re.findall(r'name="(said_[0-9a-f]+)"', asked)))
    client.post(address, {"text": TEXT, **dict.fromkeys(names, "yes")})
    page = words(people.client("vs").get(reverse("referrals:referral", args=[sent.pk])).content.decode())
    assert page.count("Antwoord: ja:") == 2
