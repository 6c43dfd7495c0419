"""A birth date that cannot be is refused wherever it enters, a rare one is asked, and no page falls over."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from anderhalf.apps.people.birth_dates import ASKED_ABOVE, OLDEST
from anderhalf.apps.people.models import Patient
from anderhalf.apps.referrals.models import Referral
from anderhalf.content import load_pathway, pathway_folder, read_folder
from tests.integration.referrals.conftest import ORDINARY, form_data
from tests.integration.referrals.test_upload import bundle, observation, recent, upload
from tests.support.people import submission

pytestmark = pytest.mark.django_db


def new_patient(people, client, born, **more):
    given = {
        "practice": str(people.organisation("praktijk_de_linde").pk),
        "bsn": "", "birth_date": born, "sex": "female", "family_name": "Proef", "submission": submission(), **more,
    }  # fmt: skip
    return client.post(reverse("people:patient_new"), given)


def new_referral(client, born, address="referrals:send", **more):
    person = {
        "concept": submission(),
        "bsn": "999901734",
        "family_name": "Proef",
        "initials": "P.",
        "birth_date": born,
        "sex": "female",
        **more,
    }
    return client.post(reverse(address), form_data(ORDINARY, submission=submission(), **person))


def test_the_limits_are_those_of_the_dictionary():
    for key in ("heart_failure", "atrial_fibrillation"):
        folder = pathway_folder(key)
        age = load_pathway(read_folder(folder), str(folder)).dictionary["age"]
        assert (age.maximum, age.usual_maximum) == (OLDEST, ASKED_ABOVE)


@pytest.mark.parametrize("born", ["01-01-1900", "01-01-1899", "01-01-2099"])
def test_an_impossible_birth_date_is_refused_for_a_new_patient(people, born):
    response = new_patient(people, people.client("poh"), born)
    assert response.status_code == 422 and not Patient.objects.exists()
    said = response.content.decode()
    assert ("staat in veel systemen voor onbekend" in said) is (born != "01-01-2099")


def test_a_rare_age_is_asked(people):
    client = people.client("poh")
    asked = new_patient(people, client, "03-05-1908")
    text = asked.content.decode()
    assert asked.status_code == 422 and "Klopt dat?" in text and 'name="birth_date_right"' in text
    assert not Patient.objects.exists()
    assert new_patient(people, client, "03-05-1908", birth_date_right="on").status_code == 302
    assert Patient.objects.get().birth_date == date(1908, 5, 3)


@pytest.mark.parametrize("address", ["referrals:route", "referrals:send"])
@pytest.mark.parametrize("born", ["01-01-1900", "01-01-1899"])
def test_the_referral_of_somebody_new_answers(people, born, address):
    response = new_referral(people.client("poh"), born, address)
    assert response.status_code == (422 if address == "referrals:send" else 200)
    if address == "referrals:send":
        assert "Zoek de echte datum op" in response.content.decode()
    assert not Patient.objects.exists() and not Referral.objects.exists()


@pytest.mark.parametrize("address", ["referrals:route", "referrals:send"])
def test_an_admission_before_birth_answers(people, a_patient, address):
    facts = {**ORDINARY, "heart_failure_known": True, "last_hf_admission_on": "01-01-1900"}
    posted = form_data(facts, submission=submission(), patient=str(a_patient.pk))
    response = people.client("poh").post(reverse(address), posted)
    assert response.status_code == (422 if address == "referrals:send" else 200)
    assert not Referral.objects.exists()


def test_somebody_who_is_registered_with_an_impossible_birth_date_can_still_be_referred(people, a_patient):
    """As it may stand in a database from before: the age is unknown, and asked for."""
    Patient.objects.filter(pk=a_patient.pk).update(birth_date=date(1899, 1, 1))
    client = people.client("poh")
    assert client.get(reverse("referrals:new"), {"patient": str(a_patient.pk)}).status_code == 200
    posted = form_data(ORDINARY, submission=submission(), patient=str(a_patient.pk))
    assert client.post(reverse("referrals:route"), posted).status_code == 200
    assert client.post(reverse("referrals:send"), posted).status_code in (302, 422)


def test_an_uploaded_record_with_an_impossible_birth_date_leaves_it_to_be_asked(people):
    client = people.client("poh")
    landed = upload(client, bundle(observation("2823-3", 4.8, "mmol/L", recent()), birthDate="1900-01-01"))
    assert landed.status_code == 302
    page = client.get(landed.url)
    text = page.content.decode()
    assert page.status_code == 200 and "Zoek de echte datum op" in text
    assert 'name="birth_date" value=' not in text
