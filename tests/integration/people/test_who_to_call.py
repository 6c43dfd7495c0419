"""Who to call for a lost code or for the GP, and where a professional records an allergy."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.people import actions as people_actions
from tests.spec.cases.care import Care

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2025, 11, 16, 13, 26, tzinfo=ZoneInfo("Europe/Amsterdam"))


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_header_leads_to_where_an_allergy_is_recorded(people):
    care = Care.begin(people, timezone.localtime())
    address = reverse("people:alerts", args=[care.patient.pk])

    def header(role: str) -> str:
        page = people.client(role).get(reverse("clinic:chart", args=[care.patient.pk])).content.decode()
        return page.partition("banner-facts")[2].partition("</dl>")[0]

    assert "niet nagevraagd" in header("vs") and address in header("vs")
    people_actions.ask_allergies(by=people.viewer("vs"), at=timezone.now(), patient=care.patient.pk)
    assert "geen bekend" in header("vs") and address in header("vs")


def test_the_number_of_the_practice_is_said_to_be_closed_on_sunday(people, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: SUNDAY)
    people.at = SUNDAY
    care = Care.begin(people, SUNDAY)
    page = people.client("patient").get(reverse("people:my_record")).content.decode()
    assert "nu gesloten" in words(page[page.index("Wie zorgt er voor") :]), care
