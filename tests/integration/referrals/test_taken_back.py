"""What the source took back, cancelled or calls over is said: nothing of a file disappears without a word."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.people.models import AllergyIntolerance
from anderhalf.apps.referrals.models import Referral
from tests.support.people import submission

from .conftest import ORDINARY, form_data
from .test_upload import bundle, observation, recent, upload

pytestmark = pytest.mark.django_db
STATUS = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
VERIFIED = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"


def day(days):
    return "-".join(reversed(recent(days).split("-")))


def read(client, *resources, bsn=""):
    """The form that the upload leads to, and its address."""
    response = upload(client, bundle(*resources, bsn=bsn))
    assert response.status_code == 302, response.content.decode()[:500]
    return client.get(response.url).content.decode(), response.url


def above(page):
    """What is said above the form, before the folded list."""
    return page.split('id="imported"')[0]


def potassium(value, days, **more):
    return observation("2823-3", value, "mmol/L", recent(days), **more)


def test_a_newer_potassium_that_was_withdrawn_is_said_above_the_form(people):
    page, _url = read(people.client("gp"), potassium(4.6, 12), potassium(6.8, 3, status="entered-in-error"))
    assert 'name="f_potassium" value="4,6"' in page
    assert f"Kalium, {day(3)}: De bron heeft dit ingetrokken" in above(page)
    assert f"Ingevuld is de uitslag van {day(12)}" in above(page)


def test_a_newer_potassium_that_was_cancelled_without_a_result_is_said(people):
    without = potassium(6.8, 3, status="cancelled")
    del without["valueQuantity"]
    page, _url = read(people.client("gp"), potassium(4.6, 12), without)
    assert 'name="f_potassium" value="4,6"' in page
    assert f"Kalium, {day(3)}: Deze bepaling is geannuleerd" in above(page)


def test_a_cancelled_potassium_with_a_value_makes_it_unknown_and_rings_if_it_is_right(people):
    client = people.client("gp")
    page, _url = read(client, potassium(4.6, 12), potassium(6.8, 3, status="cancelled"))
    assert 'name="f_potassium" value=' not in page, "the older one may not fill in"
    assert f"er is een nieuwere uitslag ({day(3)}) die niet gelezen kon worden" in page
    assert "Als dit klopt (kalium 6,8 mmol/l)" in page, "if it is right it is a danger"


@pytest.mark.parametrize("status", ["resolved", "inactive"])
def test_an_allergy_that_is_over_comes_along_to_be_confirmed(people, a_patient, status):
    client = people.client("gp")
    allergy = {
        "resourceType": "AllergyIntolerance", "patient": {"reference": "urn:uuid:p"},
        "clinicalStatus": {"coding": [{"system": STATUS, "code": status}]}, "code": {"text": "enalapril"},
        "reaction": [{"manifestation": [{"text": "angio-oedeem"}]}],
    }  # fmt: skip
    response = upload(client, bundle(allergy, bsn=a_patient.bsn, name=[{"family": a_patient.family_name}]))
    page = client.get(response.url).content.decode()
    assert "enalapril: angio-oedeem (allergie, volgens het bestand voorbij; bevestig)" in above(page)
    assert 'name="allergy_0_what" value="enalapril"' in page
    sent = client.post(
        reverse("referrals:send"),
        form_data(
            ORDINARY,
            patient=str(a_patient.pk),
            submission=submission(),
            allergies_asked="known",
            allergy_0_what="enalapril",
        ),
    )
    assert sent.status_code == 302 and Referral.objects.get()
    kept = AllergyIntolerance.objects.get()
    assert kept.verification == "unconfirmed", "it counts until somebody judged it"
    assert "volgens het bestand voorbij" in kept.text


@pytest.mark.parametrize("verification", ["refuted", "entered-in-error"])
def test_an_allergy_that_was_withdrawn_is_in_the_list_of_what_was_not_taken_over(people, verification):
    allergy = {
        "resourceType": "AllergyIntolerance", "patient": {"reference": "urn:uuid:p"}, "code": {"text": "enalapril"},
        "verificationStatus": {"coding": [{"system": VERIFIED, "code": verification}]},
    }  # fmt: skip
    page, _url = read(people.client("gp"), allergy)
    assert "enalapril: De bron heeft dit ingetrokken of weerlegd" in page


DEAD = {
    "boolean": {"deceasedBoolean": True},
    "day": {"deceasedDateTime": recent(30)},
    "year": {"deceasedDateTime": "2026"},
}


def of(patient, *resources, **more):
    return bundle(*resources, bsn=patient.bsn, name=[{"family": patient.family_name}], **more)


@pytest.mark.parametrize("how", DEAD)
def test_who_has_died_according_to_the_file_is_not_sent_without_a_word(people, a_patient, how):
    client = people.client("gp")
    client.get(upload(client, of(a_patient, **DEAD[how])).url)
    form = form_data(ORDINARY, patient=str(a_patient.pk))
    refused = client.post(reverse("referrals:send"), {**form, "submission": submission()})
    assert refused.status_code == 422 and not Referral.objects.exists()
    assert "Volgens het ingelezen dossier is deze patiënt overleden" in refused.content.decode()
    sent = client.post(reverse("referrals:send"), {**form, "submission": submission(), "alive": "on"})
    assert sent.status_code == 302
    assert "de verwijzer heeft nagevraagd dat de patiënt leeft" in Referral.objects.get().further_information


def test_a_colleague_who_finishes_the_draft_is_asked_too(people, a_patient):
    client = people.client("poh")
    client.get(upload(client, of(a_patient, **DEAD["day"])).url)
    form = form_data(ORDINARY, patient=str(a_patient.pk))
    client.post(reverse("referrals:send"), {**form, "action": "save", "submission": submission()})
    kept = Referral.objects.get()
    colleague = people.client("gp")
    page = colleague.get(f"{reverse('referrals:new')}?verwijzing={kept.pk}").content.decode()
    assert "Volgens het dossier is deze patiënt overleden" in page
    again = {**form, "verwijzing": str(kept.pk), "version": kept.version, "submission": submission()}
    assert colleague.post(reverse("referrals:send"), again).status_code == 422
    kept.refresh_from_db()
    assert kept.status == "draft"


def test_a_new_patient_who_has_died_according_to_the_file_is_not_registered(people):
    from anderhalf.apps.people.models import Patient

    client = people.client("gp")
    response = upload(client, bundle(deceasedBoolean=True))
    key = response.url.split("concept=")[1]
    form = form_data(
        ORDINARY,
        concept=key,
        submission=submission(),
        family_name="Voorbeeld",
        birth_date="14-03-1948",
        sex="male",
    )
    refused = client.post(reverse("referrals:send"), form)
    assert refused.status_code == 422 and not Patient.objects.exists()
    assert "is deze patiënt overleden" in refused.content.decode()


def test_a_result_packed_in_another_resource_lets_no_older_one_pass(people):
    """A laboratory report that carries its results within itself."""
    report = {
        "resourceType": "DiagnosticReport", "status": "final", "subject": {"reference": "urn:uuid:p"},
        "code": {"text": "Lab"}, "contained": [{**potassium(6.8, 3), "id": "k"}], "result": [{"reference": "#k"}],
    }  # fmt: skip
    page, _url = read(people.client("gp"), potassium(4.6, 12), report)
    assert 'name="f_potassium" value=' not in page
    assert "zit in een ander onderdeel verpakt" in page and "6.8 mmol/L" in page
    assert "Als dit klopt (kalium 6,8 mmol/l)" in page, "if it is right it is a danger"


def test_results_that_are_pointed_at_and_not_there_are_said(people):
    report = {
        "resourceType": "DiagnosticReport", "status": "final", "subject": {"reference": "urn:uuid:p"},
        "code": {"text": "Lab"}, "result": [{"reference": "Observation/weg"}, {"reference": "urn:uuid:weg"}],
    }  # fmt: skip
    page, _url = read(people.client("gp"), potassium(4.6, 12), report)
    assert "Het bestand verwijst naar 2 uitslagen die er niet in staan" in above(page)
