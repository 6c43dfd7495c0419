"""A term that is the moment itself is "now", and too late only when its day went by."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from tests.integration.referrals.conftest import ORDINARY
from tests.integration.referrals.test_danger import post
from tests.spec.cases.care import Care

from .test_told_at_home import SUNDAY
from .test_told_at_home import clock as clock  # noqa: PLC0414  a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def care(people, clock) -> Care:
    people.at = SUNDAY
    return Care.begin(people, SUNDAY)


def shown(people, address: str, role: str) -> str:
    page = people.client(role).get(address).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") :])).split())


def test_an_unsent_emergency_is_for_now_a_minute_later_and_late_the_next_day(people, clock):
    people.at = SUNDAY
    patient, client = people.patient(), people.client("gp")
    facts = {**ORDINARY, "chest_pain_at_rest": True}
    post(client, facts, patient=patient)
    clock["at"] = SUNDAY + timedelta(minutes=1)
    home = shown(people, reverse("home"), "gp")
    assert "Spoed: bel" in home and "te laat" not in home and " nu " in home.partition("Spoed: bel")[2]
    task = patient.tasks.get(kind="emergency_advice")
    page = shown(people, reverse("referrals:emergency", args=[task.pk]), "gp")
    assert "Gezien door" in page and "Vastleggen vóór" not in page and "Bel nu" in page
    clock["at"] = SUNDAY + timedelta(days=1)
    assert "te laat" in shown(people, reverse("home"), "gp")


def test_at_the_centre_too(care, clock):
    care.contact({"chest_pain_at_rest": True})
    clock["at"] = SUNDAY + timedelta(minutes=2)
    pages = [(reverse("home"), "vs"), (reverse("clinic:due"), "vs"), (reverse("home"), "gp"),
             (reverse("clinic:danger", args=[care.patient.pk]), "vs"),
             (reverse("clinic:plan", args=[care.patient.pk]), "gp")]  # fmt: skip
    for address, role in pages:
        page = shown(care.people, address, role)
        assert "te laat" not in page and "had gemoeten" not in page, (address, role)
        assert "Uiterlijk 16-11-2025 13:26" not in page and "voor 16-11-2025 13:26" not in page, (
            address,
            role,
        )
    clock["at"] = SUNDAY + timedelta(days=1)
    assert "te laat: open sinds 16-11-2025" in shown(care.people, reverse("home"), "vs")


def test_a_term_of_an_hour_is_late_after_an_hour(care, clock):
    care.contact({"potassium": "6.4"})
    clock["at"] = SUNDAY + timedelta(minutes=61)
    assert "had gemoeten voor 16-11-2025 14:26" in shown(care.people, reverse("home"), "vs")
