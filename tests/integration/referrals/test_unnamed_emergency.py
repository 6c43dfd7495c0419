"""An emergency without a birth date: the danger stands, with a clock, with whatever is known of who it is."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from anderhalf.apps.people.models import Draft, Patient
from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals.actions.submitting import FORM
from anderhalf.apps.referrals.models import UnnamedEmergency
from tests.support.people import submission

from .conftest import ORDINARY, form_data

pytestmark = pytest.mark.django_db
KEY = "0d6e2c7e-7a0f-4b6e-8c25-9a4c5f1f1a77"
SPOED = {**ORDINARY, "chest_pain_at_rest": True}
WHO = {"bsn": "999900006", "family_name": "Naamloos", "initials": "P.", "birth_date": "", "sex": "male"}


def press(client, **who):
    form = form_data(SPOED, concept=KEY, submission=submission(), **{**WHO, **who})
    return client.post(reverse("referrals:send"), form)


def today(client):
    return " ".join(re.sub(r"<[^>]+>", " ", client.get("/").content.decode()).split())


@pytest.mark.parametrize("gone", ["birth_date", "family_name", "sex", "bsn", "everything"])
def test_the_danger_stands_on_today_of_the_practice_with_a_clock(people, gone):
    client = people.client("poh")
    who = dict.fromkeys(WHO, "") if gone == "everything" else {"birth_date": "14-03-1948", gone: ""}
    response = press(client, **who)
    assert response.status_code == 422 and "Bel nu" in response.content.decode()
    held = UnnamedEmergency.objects.get()
    assert held.due_at and held.rules and not Patient.objects.exists()
    assert Draft.objects.filter(about=KEY).exists(), "the form itself is kept"
    page = today(people.client("gp"))
    assert "Spoed: bel, en leg vast wat u deed" in page and "voor " in page
    assert ("nog zonder naam" if gone == "everything" else "P.") in page
    assert WHO["bsn"] not in page
    press(client, **who)
    assert UnnamedEmergency.objects.count() == 1, "pressed again it is the same one"


def test_it_is_answered_by_the_call_or_the_reason(people):
    press(people.client("poh"))
    held = UnnamedEmergency.objects.get()
    address = reverse("referrals:unnamed", args=[held.pk])
    doctor = people.client("gp")
    assert "P. Naamloos" in doctor.get(address).content.decode()
    assert doctor.post(address, {"not_called": "."}).status_code == 422
    assert doctor.post(address, {"called_with": "dr. Dienst"}).status_code == 422
    answered = doctor.post(address, {"called_with": "dr. Dienst", "called_agreed": "komt direct"})
    assert answered.status_code == 302
    held.refresh_from_db()
    assert held.done_at and "dr. Dienst" in held.note
    assert "Naamloos" not in today(doctor)
    assert people.client("vs").get(address).status_code == 403


def test_once_the_person_is_known_it_stands_with_the_patient(people):
    client = people.client("gp")
    press(client)
    practice = str(people.organisation("praktijk_de_linde").pk)
    response = press(client, birth_date="14-03-1948", practice=practice)
    assert response.status_code == 200
    assert Task.objects.get(kind="emergency_advice").status == "open"
    assert UnnamedEmergency.objects.get().done_at is not None
    stands = today(client).partition("Uw concepten")[0]
    assert stands.count("Naamloos") == 1


def test_throwing_the_draft_away_does_not_end_it(people):
    client = people.client("gp")
    press(client)
    client.post(reverse("referrals:discard"), {"about": KEY})
    assert "Naamloos" in today(client)


@pytest.mark.parametrize("known", [True, False])
def test_the_way_back_from_the_advice_leads_to_what_was_typed(people, known):
    """Also of somebody who was registered by this very form, and without the page having saved it meanwhile."""
    client = people.client("poh")
    about = (
        {"patient": str(people.patient().pk)}
        if known
        else {"concept": KEY, **WHO, "birth_date": "14-03-1948"}
    )
    about["practice"] = str(people.organisation("praktijk_de_linde").pk)
    response = client.post(
        reverse("referrals:send"),
        form_data(SPOED, submission=submission(), reason="Zakte ineen bij de bakker.", **about),
    )
    text = response.content.decode()
    assert response.status_code == 200 and "blijft als concept bewaard" in text
    (back,) = re.findall(r'href="([^"]+\?patient=[^"]+)"[^>]*>\s*Terug naar het formulier', text)
    again = client.get(back).content.decode()
    assert "Zakte ineen bij de bakker." in again
    assert Draft.objects.filter(form=FORM).count() == 1
