"""Where a danger or a wait that is too long asks for a call, the number to press stands beside it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.referrals import agreed
from anderhalf.apps.referrals import queries as referral_queries
from anderhalf.apps.referrals.models import Referral
from tests.support.people import submission

from .conftest import ORDINARY, form_data
from .test_danger import CALL, LOW
from .test_pages import post

pytestmark = pytest.mark.django_db
ON_DUTY = "tel:099-9990021"


def sent_with(people, patient, facts) -> Referral:
    response = post(
        people.client("poh"), facts, patient=patient, c_systolic_bp="on", chosen_line="intermediate",
        because="Na overleg.", **CALL,
    )  # fmt: skip
    assert response.status_code == 302, response.content.decode()[-3000:]
    return Referral.objects.get()


def test_the_page_and_the_list_of_a_danger_have_the_number_of_who_is_on_duty(people, a_patient):
    found = sent_with(people, a_patient, LOW)
    for role in ("vs", "poh"):
        page = people.client(role).get(reverse("referrals:referral", args=[found.pk])).content.decode()
        alert = page.split('<section class="red-alert')[1].split("</section>")[0]
        assert ON_DUTY in alert and "tel:112" not in alert, role
    row = people.client("vs").get(reverse("referrals:triage")).content.decode().split("<tbody>")[1]
    assert ON_DUTY in row and "tel:112" not in row


def test_112_stands_there_when_the_danger_asks_for_it(people, a_patient):
    found = sent_with(people, a_patient, {**ORDINARY, "dyspnoea_at_rest": True})
    client = people.client("vs")
    page = client.get(reverse("referrals:referral", args=[found.pk])).content.decode()
    alert = page.split('<section class="red-alert')[1].split("</section>")[0]
    row = client.get(reverse("referrals:triage")).content.decode().split("<tbody>")[1]
    assert "tel:112" in alert and ON_DUTY in alert and "tel:112" in row


def test_no_number_where_there_is_no_danger(people, sent):
    client = people.client("vs")
    assert "tel:" not in client.get(reverse("referrals:triage")).content.decode().split("<tbody>")[1]
    assert ON_DUTY not in client.get(reverse("referrals:referral", args=[sent.pk])).content.decode()


def waiting(page: str) -> str:
    return page.partition("De wachttijd is")[2][:600]


def test_a_wait_that_is_too_long_has_the_number_of_the_centre(people, a_patient, monkeypatch):
    monkeypatch.setattr(referral_queries, "waiting_time", lambda *_given, **_at: 30)
    monkeypatch.setattr(agreed, "closed_now", lambda *_given, **_at: None)  # closed: see test_closed_hours
    client = people.client("gp")
    data = form_data(ORDINARY, patient=str(a_patient.pk), submission=submission())
    live = client.post(reverse("referrals:route"), data).content.decode()
    client.post(reverse("referrals:send"), data)
    found = Referral.objects.get()
    page = client.get(reverse("referrals:referral", args=[found.pk])).content.decode()
    for text in (live, page):
        assert "Bel het centrum" in waiting(text) and 'href="tel:099-9990011"' in waiting(text), waiting(text)
    own = people.client("vs").get(reverse("referrals:referral", args=[found.pk])).content.decode()
    assert "Bel het centrum" not in own and "Maak hier een plek" in waiting(own)
    assert "tel:" not in waiting(own)
