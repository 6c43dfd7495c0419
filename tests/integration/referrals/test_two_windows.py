"""Two windows on one draft: the second one sees what the first changed, and nothing is written over unseen."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from anderhalf.apps.people.models import Draft
from anderhalf.apps.referrals.models import Referral
from tests.support.people import submission

from .conftest import ORDINARY, form_data

pytestmark = pytest.mark.django_db


def opened(client, address):
    """A window: what its page says that it is."""
    page = client.get(address).content.decode()
    names = ("draft_form", "draft_about", "draft_window", "draft_opened", "version")
    found = {name: re.search(rf'name="{name}"(?: value="([^"]*)")?', page) for name in names}
    return {name: (one[1] or "") for name, one in found.items() if one is not None}


def saved(client, window, **typed):
    return client.post(reverse("save_draft"), {**window, **typed})


def test_what_another_window_typed_is_not_overwritten(people, a_patient):
    client = people.client("gp")
    address = f"{reverse('referrals:new')}?patient={a_patient.pk}"
    first, second = opened(client, address), opened(client, address)
    assert saved(client, first, reason="Uit het eerste venster").status_code == 200
    assert saved(client, first, reason="Uit het eerste venster, verder").status_code == 200, (
        "its own window goes on"
    )
    late = saved(client, second, reason="Uit het tweede", proposal="Echo")
    assert late.status_code == 202 and "Uit het eerste venster, verder" in late.content.decode()
    assert "Uit het eerste venster, verder" in Draft.objects.get().data
    assert saved(client, second, reason="Uit het tweede", draft_over="1").status_code == 200
    assert "Uit het tweede" in Draft.objects.get().data
    assert saved(client, first, reason="Weer het eerste").status_code == 202


def test_sending_from_the_second_window_shows_the_first(people, a_patient):
    client = people.client("gp")
    address = f"{reverse('referrals:new')}?patient={a_patient.pk}"
    first, second = opened(client, address), opened(client, address)
    saved(client, first, reason="Let op: hond in huis", f_potassium="5,9")
    form = {**form_data(ORDINARY, patient=str(a_patient.pk)), **second}
    late = client.post(reverse("referrals:send"), {**form, "submission": submission()})
    page = late.content.decode()
    assert late.status_code == 409 and not Referral.objects.exists()
    assert "Let op: hond in huis" in page and "5,9" in page and "Kalium" in page
    assert form["reason"] in page
    form.update(opened_again(page))
    assert client.post(reverse("referrals:send"), {**form, "submission": submission()}).status_code == 302


def opened_again(page):
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1]
        for name in ("draft_window", "draft_opened")
    }


def test_an_emergency_is_never_held_up_by_another_window(people, a_patient):
    client = people.client("gp")
    address = f"{reverse('referrals:new')}?patient={a_patient.pk}"
    first, second = opened(client, address), opened(client, address)
    saved(client, first, reason="Uit het eerste venster")
    facts = {**ORDINARY, "chest_pain_at_rest": True}
    form = {**form_data(facts, patient=str(a_patient.pk)), **second}
    answer = client.post(reverse("referrals:send"), {**form, "submission": submission()})
    assert answer.status_code == 200 and "Spoed" in answer.content.decode()


def test_two_colleagues_with_a_saved_draft_open(people, a_patient):
    """As the browser does it: with the version that stands in the page."""
    nurse, doctor = people.client("poh"), people.client("gp")
    data = form_data({}, patient=str(a_patient.pk), action="save", reason="Eerste versie")
    nurse.post(reverse("referrals:send"), {**data, "submission": submission()})
    kept = Referral.objects.get()
    address = f"{reverse('referrals:new')}?verwijzing={kept.pk}"
    mine, theirs = opened(nurse, address), opened(doctor, address)
    assert mine["version"] == str(kept.version)
    change = {**data, "verwijzing": str(kept.pk)}
    doctor.post(
        reverse("referrals:send"), {**change, **theirs, "reason": "Van de arts", "submission": submission()}
    )
    late = nurse.post(
        reverse("referrals:send"), {**change, **mine, "reason": "Van de POH", "submission": submission()}
    )
    assert late.status_code == 409 and "Van de arts" in late.content.decode()
    kept.refresh_from_db()
    assert kept.reason == "Van de arts"
    assert opened(nurse, address)["version"] == str(kept.version), "opened anew it is the newest"
