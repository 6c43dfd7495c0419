"""A value of an uploaded record that was not taken over and would be a danger does not go along in silence."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.referrals.models import Referral

from .conftest import ORDINARY
from .test_danger import CALL
from .test_pages import post
from .test_upload import bundle as any_bundle
from .test_upload import observation, recent, upload

pytestmark = pytest.mark.django_db
FACTS = {name: value for name, value in ORDINARY.items() if name != "potassium"}


def bundle(*rows):
    return any_bundle(*rows, name=[])


def potassium(value, on, **more):
    return observation("2823-3", value, "mmol/L", on, **more)


def without_unit(on):
    found = potassium(6.8, on)
    found["valueQuantity"] = {"value": 6.8}
    return found


def as_text(on):
    found = potassium(6.8, on)
    del found["valueQuantity"]
    return {**found, "valueString": ">6.5"}


ROADS = {
    "registered": lambda on: [potassium(6.8, on, status="registered")],
    "preliminary": lambda on: [potassium(6.8, on, status="preliminary")],
    "two at one moment": lambda on: [potassium(6.8, on), potassium(4.4, on)],
    "no unit": lambda on: [without_unit(on)],
    "as text": lambda on: [as_text(on)],
}


@pytest.mark.parametrize("road", ROADS)
def test_it_is_not_sent_until_it_is_settled_or_somebody_called(people, a_patient, road):
    client = people.client("poh")
    answer = upload(client, bundle(*ROADS[road](recent(1))), patient=str(a_patient.pk))
    assert "Klopt dit?" in client.get(answer.url).content.decode()
    refused = post(client, FACTS, patient=a_patient)
    page = refused.content.decode()
    assert refused.status_code == 422 and not Referral.objects.exists()
    assert "niet overgenomen en zou gevaar zijn" in page and 'name="called_with"' in page
    old = "-".join(reversed(recent(20).split("-")))
    older = post(client, {**FACTS, "potassium": "4.4"}, patient=a_patient, d_potassium=old)
    assert older.status_code == 422, "an older value settles nothing"
    sent = post(
        client, FACTS, patient=a_patient, **CALL, chosen_line="intermediate", because="zo afgesproken"
    )
    assert sent.status_code == 302
    found = Referral.objects.get()
    assert "Niet overgenomen uit het ingelezen dossier" in found.further_information
    assert "Kalium" in found.further_information and "6," in found.further_information.replace("6.", "6,")
    assert found.danger == 1 and found.called_with == CALL["called_with"]
    for role in ("poh", "vs"):
        letter = people.client(role).get(sent.url).content.decode()
        assert "Als het klopt:" in letter and "EX-07" in letter and "niet bevestigd" in letter


@pytest.mark.parametrize("road", ROADS)
def test_a_newer_value_settles_it(people, a_patient, road):
    client = people.client("poh")
    upload(client, bundle(*ROADS[road](recent(1))), patient=str(a_patient.pk))
    today = f"{timezone.localdate():%d-%m-%Y}"
    sent = post(client, {**FACTS, "potassium": "4.4"}, patient=a_patient, d_potassium=today)
    assert sent.status_code == 302
    found = Referral.objects.get()
    assert found.danger is None and "Niet overgenomen" not in found.further_information


def test_what_is_no_danger_goes_along_in_the_letter(people, a_patient):
    client = people.client("poh")
    upload(client, bundle(potassium(5.2, recent(1), status="registered")), patient=str(a_patient.pk))
    assert (
        post(
            client, FACTS, patient=a_patient, chosen_line="intermediate", because="zo afgesproken"
        ).status_code
        == 302
    )
    assert "Kalium 5,2 mmol/l" in Referral.objects.get().further_information


def test_a_colleague_who_finishes_it_has_the_same_question(people, a_patient):
    client = people.client("poh")
    upload(client, bundle(potassium(6.8, recent(1), status="registered")), patient=str(a_patient.pk))
    assert post(client, FACTS, patient=a_patient, action="save").status_code == 302
    saved = Referral.objects.get()
    gp = people.client("gp")
    page = gp.get(reverse("referrals:new"), {"verwijzing": str(saved.pk)}).content.decode()
    assert "Klopt dit?" in page and "6,8 mmol/l" in page
    assert post(gp, FACTS, verwijzing=str(saved.pk)).status_code == 422
    saved.refresh_from_db()
    assert saved.status == "draft"
