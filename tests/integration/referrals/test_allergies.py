"""What the patient can't have: from the file and the form into the register, to be confirmed; never lost on the way."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.people.models import AllergyIntolerance, Draft
from anderhalf.apps.people.queries import register_of
from anderhalf.apps.referrals.models import Referral
from tests.support.people import submission

from .conftest import ORDINARY, form_data
from .test_upload import bundle, upload

pytestmark = pytest.mark.django_db


def allergy(text, *, code="", system="http://www.whocc.no/atc", reaction="", reaction_code="", **more):
    return {
        "resourceType": "AllergyIntolerance", "patient": {"reference": "urn:uuid:p"},
        "code": {"text": text, "coding": [{"system": system, "code": code}] if code else []},
        "reaction": [{"manifestation": [{"text": reaction, "coding": [
            {"system": "http://snomed.info/sct", "code": reaction_code}] if reaction_code else []}]}] if reaction else [],
        **more,
    }  # fmt: skip


ANGIO = allergy("Enalapril", code="C09AA02", reaction="angio-oedeem", reaction_code="41291007")
PENICILLIN = allergy("Penicilline", reaction="anafylaxie")


def post(client, patient, **more):
    return client.post(
        reverse("referrals:send"),
        form_data(ORDINARY, patient=str(patient.pk), submission=submission(), **more),
    )


def about(patient):
    """Who the file is about."""
    return {"bsn": patient.bsn, "name": [{"family": patient.family_name}]}


def words(patient):
    return [(one.words, one.verification, one.origin) for one in register_of(patient.pk).entries]


def test_a_file_with_angio_oedema_fills_the_form_and_the_banner_says_it_after_sending(people, a_patient):
    client = people.client("poh")
    page = client.get(upload(client, bundle(ANGIO, PENICILLIN, **about(a_patient))).url).content.decode()
    assert 'value="Enalapril"' in page and 'value="Penicilline"' in page
    assert "niet nagevraagd" in page and not AllergyIntolerance.objects.exists()
    sent = post(
        client, a_patient, allergies_asked="known", allergy_0_what="Enalapril", allergy_0_reaction="angioedema",
        allergy_1_what="Penicilline",
    )  # fmt: skip
    assert sent.status_code == 302
    assert words(a_patient) == [
        ("Enalapril: angio-oedeem", "unconfirmed", "imported"),
        ("Penicilline: anafylaxie", "unconfirmed", "imported"),
    ]
    entry = AllergyIntolerance.objects.get(substance="Enalapril")
    assert (entry.atc, entry.original["where"]) == ("C09AA02", "Bundle.entry[1].resource")
    for role in ("poh", "vs"):
        shown = people.client(role).get(reverse("referrals:referral", args=[Referral.objects.get().pk]))
        text = shown.content.decode()
        assert "Enalapril: angio-oedeem" in text and "nog bevestigen" in text, role


def test_the_same_file_twice_gives_one_entry_also_after_it_was_rejected(people, a_patient):
    client = people.client("poh")
    for _ in range(2):
        client.get(upload(client, bundle(ANGIO, **about(a_patient))).url)
        post(client, a_patient, allergies_asked="known", allergy_0_what="Enalapril")
        AllergyIntolerance.objects.update(verification="refuted")
    assert AllergyIntolerance.objects.count() == 1


def test_what_is_typed_stands_in_the_register_as_to_be_confirmed(people, a_patient):
    sent = post(
        people.client("gp"), a_patient, allergies_asked="known", allergy_0_what="ramipril",
        allergy_0_reaction="cough", allergy_1_what="noten",
    )  # fmt: skip
    assert sent.status_code == 302
    assert words(a_patient) == [
        ("ramipril: hoest", "unconfirmed", "referral"), ("noten", "unconfirmed", "referral"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"allergies_asked": "none", "allergy_0_what": "ramipril"}, "U vulde hieronder iets in"),
        ({"allergies_asked": "known"}, "Vul in wat de patiënt niet verdraagt"),
        ({"allergy_0_reaction": "cough"}, "Vul in om welk middel het gaat"),
    ],
)
def test_an_answer_that_contradicts_itself_is_asked_again_and_nothing_is_lost(
    people, a_patient, given, message
):
    response = post(people.client("gp"), a_patient, reason="Deze tekst blijft staan.", **given)
    text = response.content.decode()
    assert response.status_code == 422 and message in text and "Deze tekst blijft staan." in text
    assert not Referral.objects.exists() and not AllergyIntolerance.objects.exists()


@pytest.mark.parametrize(("asked", "state"), [("none", "none"), ("", "not_asked")])
def test_not_asked_is_not_none(people, a_patient, asked, state):
    assert post(people.client("gp"), a_patient, allergies_asked=asked).status_code == 302
    assert register_of(a_patient.pk).state == state
    text = (
        people.client("vs")
        .get(reverse("referrals:referral", args=[Referral.objects.get().pk]))
        .content.decode()
    )
    assert ("geen bekend, nagevraagd" in text, "niet nagevraagd" in text) == (asked == "none", asked == "")


def test_a_file_that_says_none_known_fills_in_that_it_was_asked(people, a_patient):
    client = people.client("poh")
    nothing = allergy("Geen allergie bekend", code="716186003", system="http://snomed.info/sct")
    page = client.get(upload(client, bundle(nothing, **about(a_patient))).url).content.decode()
    assert 'value="none" checked' in page.replace(' id="id_allergies_asked_1"', "").replace(" required", "")


def test_a_file_read_after_something_was_typed_adds_to_it_and_what_was_taken_away_stays_away(
    people, a_patient
):
    client = people.client("poh")
    key = str(a_patient.pk)
    typed = {
        "draft_form": "referral",
        "draft_about": key,
        "allergies_asked": "known",
        "allergy_0_what": "noten",
    }
    assert client.post(reverse("save_draft"), typed).status_code in (200, 204)
    page = client.get(upload(client, bundle(ANGIO, **about(a_patient))).url).content.decode()
    assert 'value="noten"' in page and 'value="Enalapril"' in page
    read_at = page.split('name="allergies_file" value="')[1].split('"')[0]
    gone = {**typed, "allergies_file": read_at, "allergy_1_what": ""}
    client.post(reverse("save_draft"), gone)
    assert Draft.objects.exists()
    page = client.get(reverse("referrals:new"), {"patient": key}).content.decode()
    assert 'value="noten"' in page and 'value="Enalapril"' not in page
