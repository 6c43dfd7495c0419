"""A record is uploaded, looked at, completed and sent; hostile files leave nothing behind."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from anderhalf.apps.people.models import Draft, Patient
from anderhalf.apps.record.models import Observation
from anderhalf.apps.referrals.models import Referral
from anderhalf.exchange import views
from tests.support.people import submission

from .conftest import ORDINARY, form_data

pytestmark = pytest.mark.django_db
URL = "/verwijzen/dossier-inlezen/"
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"


def bundle(*observations, bsn="", **patient):
    identifiers = [{"system": BSN, "value": bsn}] if bsn else []
    person = {
        "resourceType": "Patient", "id": "p", "identifier": identifiers, "gender": "male", "birthDate": "1948-03-14",
        "name": [{"family": "Voorbeeld", "given": ["Karel", "Jan"]}], **patient,
    }  # fmt: skip
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": "urn:uuid:p", "resource": person},
            *({"resource": one} for one in observations),
        ],
    }


def observation(code, value, unit, on, **more):
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": "urn:uuid:p"},
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "effectiveDateTime": on,
        "valueQuantity": {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"}, **more,
    }  # fmt: skip


def upload(client, content, name="dossier.json", **more):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(URL, {"record": SimpleUploadedFile(name, raw), **more})


def recent(days=10):
    from datetime import timedelta

    from django.utils import timezone

    return (timezone.localdate() - timedelta(days=days)).isoformat()


def test_recent_values_fill_the_form_with_unit_converted_and_nothing_is_stored(people):
    client = people.client("poh")
    response = upload(
        client,
        bundle(
            observation("33763-4", 99.12, "pmol/L", recent()),
            observation("2160-0", 1.1, "mg/dL", recent(400)),
        ),
    )
    assert response.status_code == 302 and "concept=" in response.url
    page = client.get(response.url).content.decode()
    assert 'name="f_nt_probnp" value="840"' in page
    assert 'name="f_creatinine" value=' not in page and "laatst 97,2 µmol/l" in page, (
        "older than the table allows"
    )
    assert "Bundle.entry[1].resource" in page and 'value="Voorbeeld"' in page and 'value="14-03-1948"' in page
    assert not (Patient.objects.exists() or Observation.objects.exists() or Referral.objects.exists())


def test_a_known_bsn_leads_to_that_patient_and_sending_keeps_the_original(people, a_patient):
    client = people.client("poh")
    who = {"bsn": a_patient.bsn, "name": [{"family": a_patient.family_name}]}
    response = upload(client, bundle(observation("33763-4", 99.12, "pmol/L", recent()), **who))
    assert response.url.endswith(f"patient={a_patient.pk}")
    client.get(response.url)
    facts = {**ORDINARY, "nt_probnp": "840"}
    day = "-".join(reversed(recent().split("-")))
    sent = client.post(
        reverse("referrals:send"),
        form_data(facts, patient=str(a_patient.pk), submission=submission(), d_nt_probnp=day),
    )
    assert sent.status_code == 302
    kept = Observation.objects.get(fact="nt_probnp")
    assert (kept.number, kept.origin, kept.value_as_given, kept.unit_as_given) == (
        Decimal(840),
        "imported",
        "99.12",
        "pmol/L",
    )
    assert kept.at.date().isoformat() == recent() and kept.original["where"].startswith("Bundle.entry[1]")
    assert Observation.objects.get(fact="potassium").origin == "typed"
    assert not Draft.objects.exists(), "draft and upload are forgotten once it is sent"


def test_a_bsn_of_another_practice_is_not_matched(people):
    elsewhere = people.patient(practice="praktijk_westerhof")
    response = upload(people.client("poh"), bundle(bsn=elsewhere.bsn))
    assert "concept=" in response.url and elsewhere.full_name not in response.content.decode()


def test_another_patients_record_is_refused(people, a_patient):
    other = people.patient(birth_date=a_patient.birth_date)
    client = people.client("poh")
    response = upload(client, bundle(bsn=other.bsn), patient=str(a_patient.pk))
    assert response.status_code == 422 and "van iemand anders" in response.content.decode()
    born = upload(client, bundle(birthDate="1950-01-01"), patient=str(a_patient.pk))
    assert born.status_code == 422 and not Draft.objects.exists()


DEEP = b'{"resourceType":"Bundle","x":' + b"[" * 500 + b"]" * 500 + b"}"
HOSTILE = {
    "not JSON": (b"{dit is geen JSON", "regel 1"),
    "empty": (b"", "Kies eerst een bestand|leeg"),
    "binary": (bytes(range(256)) * 10, "UTF-8"),
    "deep": (DEEP, "te diep"),
    "wrong resource": (b'{"resourceType":"Practitioner"}', "Practitioner"),
    "nothing in it": (b'{"resourceType":"Bundle","type":"collection","entry":[]}', "Bundle.entry"),
    "no patient": (
        b'{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Condition"}}]}',
        "geen patiënt",
    ),
    "two patients": (
        json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [
            {"resource": {"resourceType": "Patient", "id": i, "birthDate": "1948-03-14"}} for i in ("a", "b")]}).encode(),
        "meer dan één patiënt",
    ),
    "of another": (
        json.dumps(bundle({**observation("2160-0", 90, "umol/L", "2025-01-01"), "subject": {"reference": "Patient/q"}})).encode(),
        "Bundle.entry[1]",
    ),
    "impossible birth": (json.dumps(bundle(birthDate="1948-02-31")).encode(), "Bundle.entry[0].resource.birthDate"),
    "bomb": (gzip.compress(b" " * 60_000_000), "te groot"),
    "xxe": (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Bundle>&e;</Bundle>', "DOCTYPE"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_message_with_its_place_and_stores_nothing(people, name):
    content, message = HOSTILE[name]
    response = upload(people.client("poh"), content)
    text = response.content.decode()
    assert response.status_code == 422
    assert any(part in text for part in message.split("|")), text[text.find("<main") :][:1500]
    assert not (Draft.objects.exists() or Patient.objects.exists() or Observation.objects.exists())


def test_unknown_units_and_impossible_dates_in_one_value_skip_that_value_only(people):
    client = people.client("poh")
    response = upload(
        client,
        bundle(
            observation("33763-4", 99.12, "pmol/L", recent()),
            observation("2160-0", 90, "stone", recent()),
            observation("2823-3", 4.1, "mmol/L", "2031-02-30"),
        ),
    )
    page = client.get(response.url).content.decode()
    assert 'value="840"' in page and "stone" in page and "Deze datum bestaat niet" in page
    assert 'name="f_potassium" value' not in page


def test_markup_in_a_file_is_shown_as_text(people):
    client = people.client("poh")
    response = upload(client, bundle(name=[{"family": "<script>alert(1)</script>"}]), name="<b>x</b>.json")
    page = client.get(response.url).content.decode()
    assert "<script>alert(1)" not in page and "<b>x</b>" not in page


def test_a_file_that_says_it_is_too_large_is_not_even_read(people, monkeypatch):
    client = people.client("poh")
    monkeypatch.setattr(views, "_upload", lambda request: pytest.fail("the body was read"))
    response = client.generic(
        "POST",
        URL,
        BytesIO(b"x").getvalue(),
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(200 * 1024**2),
    )
    assert response.status_code == 413 and "te groot" in response.content.decode()


def test_a_file_that_grows_past_the_limit_is_stopped(people, monkeypatch):
    monkeypatch.setattr(views, "LIMITS", views.Limits(uploaded_bytes=100_000))
    response = upload(people.client("poh"), b" " * 150_000)
    assert response.status_code == 413


def test_uploading_needs_the_token_of_the_page(people):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.cookies = people.client("poh").cookies
    response = strict.post(URL, {"record": SimpleUploadedFile("x.json", b"{}")})
    assert response.status_code == 403


@pytest.mark.parametrize("role", ["vs", "project_leader", "patient"])
def test_only_who_refers_reads_records(people, role):
    assert people.client(role).get(URL).status_code == 403


def test_a_real_record_from_upload_to_sent_referral(people, shared_data):
    """Somebody else's data: the record of a Synthea patient who is alive, completed by hand and sent."""
    path = next((shared_data / "synthea-heart-failure").glob("Tommy_Friesen*"))
    client = people.client("poh")
    response = upload(client, path.read_bytes(), name=path.name)
    assert response.status_code == 302
    page = client.get(response.url).content.decode()
    assert 'value="Friesen"' in page and 'value="15-06-1947"' in page and "overleden" not in page
    key = response.url.split("concept=")[1]
    person = {
        "concept": key, "bsn": "999990019", "family_name": "Friesen", "initials": "T.", "birth_date": "15-06-1947",
        "sex": "male", "practice": str(people.organisation("praktijk_de_linde").pk),
    }  # fmt: skip
    sent = client.post(reverse("referrals:send"), form_data(ORDINARY, submission=submission(), **person))
    assert sent.status_code == 302
    referral = Referral.objects.get()
    imported = Observation.objects.filter(referral=referral.pk, origin="imported")
    assert imported.count() >= 10
    assert all(row.value_as_given and row.original["where"].startswith("Bundle.entry[") for row in imported)
    assert client.get(sent.url).status_code == 200
