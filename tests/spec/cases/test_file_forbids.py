"""What an uploaded file says and what forbids a drug of its list: said or asked before sending. What the file says of no
allergy at all is no allergy, and a result in a unit that nobody knows is shown as it was sent."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.spec.cases.test_free_text import asked
from tests.spec.cases.test_pairs_at_referral import NAMES, record_with, said

pytestmark = pytest.mark.django_db

NAMES |= {"C09DX04": "Entresto 49/51", "C07AA05": "propranolol 40 mg", "B01AF01": "rivaroxaban 20 mg"}
ICPC = "http://hl7.org/fhir/sid/icpc-1-nl"


def upload(people, codes, *more):
    """The form after a file with these drugs and these resources."""
    whole = json.loads(record_with(codes, at=timezone.now()))
    for number, one in enumerate(more):
        about = "patient" if one["resourceType"] == "AllergyIntolerance" else "subject"
        own = {"id": f"x{number}", about: {"reference": "Patient/1"}, **one}
        whole["entry"].append({"fullUrl": f"urn:x:{number}", "resource": own})
    client = people.client("poh")
    file = SimpleUploadedFile("dossier.json", json.dumps(whole).encode())
    answer = client.post("/verwijzen/dossier-inlezen/", {"record": file})
    assert answer.status_code == 302, answer.content.decode()[:1000]
    return client.get(answer.url)


def problem(text, system="", code=""):
    coding = {"coding": [{"system": system, "code": code}]} if code else {}
    return {"resourceType": "Condition", "code": {"text": text, **coding},
            "clinicalStatus": {"coding": [{"code": "active"}]}}  # fmt: skip


def allergy(text):
    return {"resourceType": "AllergyIntolerance", "code": {"text": text},
            "clinicalStatus": {"coding": [{"code": "active"}]}}  # fmt: skip


def ended(name, code, days):
    on = timezone.localdate() - timedelta(days=days)
    return {"resourceType": "MedicationStatement", "status": "completed",
            "effectivePeriod": {"start": "2024-01-01", "end": on.isoformat()},
            "medicationCodeableConcept": {"text": name, "coding": [{"system": "http://www.whocc.no/atc", "code": code}]}}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "drug"),
    [("Mechanische aortaklepprothese", "B01AF02"), ("Mechanische mitralisklep", "B01AE07"), ("Hemodialyse", "B01AF01")],
)  # fmt: skip
def test_a_problem_in_words_is_asked(people, text, drug):
    assert len(asked(upload(people, [drug], problem(text)))) == 1
    assert not asked(upload(people, ["C09AA05"], problem(text)))


def test_a_problem_with_a_code_is_known(people):
    dialysis = problem("Afhankelijk van dialyse", "http://snomed.info/sct", "105502003")
    assert "EX-147" in said(upload(people, ["B01AF02"], dialysis).content.decode())
    asthma = problem("Astma", ICPC, "R96")
    assert "EX-149" in said(upload(people, ["C07AA05"], asthma).content.decode())


def test_an_ace_inhibitor_that_ended_yesterday_is_asked_with_an_arni(people):
    page = upload(people, ["C09DX04"], ended("enalapril 10 mg", "C09AA02", 1))
    assert (
        len(asked(page)) == 1 and "36 uur" in page.content.decode() and "EX-80" not in page.content.decode()
    )
    assert not asked(upload(people, ["C09DX04"], ended("enalapril 10 mg", "C09AA02", 9)))
    assert not asked(upload(people, ["C07AB07"], ended("enalapril 10 mg", "C09AA02", 1)))


@pytest.mark.parametrize(
    "text",
    ["Geen bekende allergieën", "geen allergieën bekend", "NKA", "NKDA", "No known allergies", "Allergieën: geen",
     "Geen bekende allergie of intolerantie.", "Geen medicatieallergieën bekend", "no known drug allergies"],
)  # fmt: skip
def test_no_known_allergy_in_words_is_no_allergy(people, text):
    page = upload(people, ["C09AA05"], allergy(text)).content.decode()
    assert 'value="' + text not in page and f">{text}<" not in page


@pytest.mark.parametrize(
    "text", ["Penicilline", "Geen penicilline, allergie", "Geen allergie voor noten, wel penicilline"]
)
def test_what_names_a_drug_stays_an_allergy(people, text):
    assert f'value="{text}"' in upload(people, ["C09AA05"], allergy(text)).content.decode()


def test_a_result_in_an_unknown_unit_is_said_as_it_was_sent(people):
    potassium = {
        "resourceType": "Observation", "status": "final", "effectiveDateTime": timezone.now().isoformat(),
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]},
        "valueQuantity": {"value": 6.4, "unit": "µg/L"},
    }  # fmt: skip
    page = said(upload(people, ["C09AA05"], potassium).content.decode())
    assert "Als dit klopt (kalium 6,4 µg/L" in page or "Als dit klopt (kalium 6.4 µg/L" in page, page[:1500]
    assert "kalium 6,4 mmol/l" not in page
