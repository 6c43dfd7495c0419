"""A problem that a file calls active, too long ago to count or without a day: asked, and looked at as if it is so."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from .conftest import form_data
from .test_danger_roads import named
from .test_drug_in_doubt import page_of, use
from .test_upload import bundle, recent, upload

pytestmark = pytest.mark.django_db
PREGNANT_WITH_RAS = "EX-42"
WOMAN = {"gender": "female", "birthDate": "1994-05-06"}
LISINOPRIL = use("C09AA03", "Lisinopril 10 mg", dateAsserted=recent(3))
LISINOPRIL_UNDATED = use("C09AA03", "Lisinopril 10 mg")


def pregnancy(**more):
    return {
        "resourceType": "Condition", "subject": {"reference": "urn:uuid:p"},
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icpc-1-nl", "code": "W78"}], "text": "Zwangerschap"},
        **more,
    }  # fmt: skip


def began(days):
    return {"onsetDateTime": recent(days), "recordedDate": recent(days)}


@pytest.mark.parametrize("drug", [LISINOPRIL, LISINOPRIL_UNDATED])
@pytest.mark.parametrize("when", [began(70), {}, {"onsetDateTime": recent(70)}, began(294)])
def test_an_active_pregnancy_of_weeks_ago_with_a_ras_inhibitor_is_asked(people, when, drug):
    page = page_of(people.client("poh"), bundle(pregnancy(**when), drug, **WOMAN))
    assert PREGNANT_WITH_RAS in named(page) and "Klopt dit?" in page
    assert "in het bestand: Zwangerschap (actief genoemd, maar niet zeker of dat nu nog zo is" in page


@pytest.mark.parametrize(
    "problem",
    [pregnancy(**began(295)), pregnancy(onsetDateTime=recent(800), recordedDate=recent(70))],
)
def test_a_pregnancy_that_began_longer_ago_than_one_lasts_is_only_too_old(people, problem):
    page = page_of(people.client("poh"), bundle(problem, LISINOPRIL, **WOMAN))
    assert PREGNANT_WITH_RAS not in named(page)
    assert re.search(r"laatst ja op [\d-]+: te oud", page)


def test_of_this_month_it_is_filled_in_and_certain(people):
    page = page_of(people.client("poh"), bundle(pregnancy(**began(20)), LISINOPRIL, **WOMAN))
    assert PREGNANT_WITH_RAS in named(page) and "actief genoemd, maar niet zeker" not in page


def test_one_without_a_status_beside_it_does_not_hide_it(people):
    unclear = {**pregnancy(), "clinicalStatus": {"coding": [{"code": "unknown"}]}}
    page = page_of(people.client("poh"), bundle(unclear, pregnancy(**began(70)), LISINOPRIL, **WOMAN))
    assert PREGNANT_WITH_RAS in named(page)


def test_who_answers_no_is_not_asked_again(people, a_patient):
    a_patient.sex, a_patient.birth_date = "female", "1994-05-06"
    a_patient.save()
    client = people.client("poh")
    who = {**WOMAN, "bsn": a_patient.bsn, "name": [{"family": a_patient.family_name}]}
    upload(client, bundle(pregnancy(**began(70)), LISINOPRIL, **who))

    def answer(facts):
        data = form_data({"ace_inhibitor": True, **facts}, patient=str(a_patient.pk))
        return named(client.post(reverse("referrals:route"), data).content.decode())

    assert PREGNANT_WITH_RAS in answer({})
    assert PREGNANT_WITH_RAS not in answer({"pregnant": False})
