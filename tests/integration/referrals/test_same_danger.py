"""The referral form and an uploaded record ask the same eye for danger as a contact: the same facts, the same answer."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anderhalf.core.pathway.danger import EXCLUSION
from tests.integration.clinic.test_danger_roads import ENDS, Undone
from tests.spec.cases.care import Care

from .conftest import form_data

LOINC = {
    "potassium": ("2823-3", "mmol/L"), "sodium": ("2951-2", "mmol/L"), "haemoglobin": ("59260-0", "mmol/L"),
    "systolic_bp": ("8480-6", "mm[Hg]"), "diastolic_bp": ("8462-4", "mm[Hg]"), "heart_rate": ("8867-4", "/min"),
    "oxygen_saturation": ("2708-6", "%"), "respiratory_rate": ("9279-1", "/min"),
}  # fmt: skip
"""What a record from outside can hold of these facts."""
FEW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
pytestmark = pytest.mark.django_db


@st.composite
def facts(draw: st.DrawFn, names: list[str]) -> dict[str, object]:
    chosen = draw(st.sets(st.sampled_from(names), min_size=1, max_size=4))
    return {name: draw(st.sampled_from(ENDS[name])) for name in sorted(chosen)}


def said(page: str) -> list[str]:
    """The rules of the red box, in the order in which they stand there."""
    box = re.search(r'<section class="red-alert".*?</section>', page, re.S)
    return re.findall(r"\b(EX-\d+)\b", box[0]) if box else []


def by_form(people, patient, given_facts) -> list[str]:
    """What the answer beside the form says when everything unusual was confirmed."""
    more = {f"c_{name}": "on" for name in given_facts}
    data = form_data(given_facts, patient=str(patient.pk), intent="titration", **more)
    return said(people.client("poh").post(reverse("referrals:route"), data).content.decode())


def by_upload(people, given_facts) -> tuple[list[str], list[str]]:
    """What the first page after an upload says, before anybody confirmed anything: rules, and those "if right"."""
    client = people.client("poh")
    content = json.dumps(record_of(given_facts, timezone.now())).encode()
    answer = client.post(
        "/verwijzen/dossier-inlezen/", {"record": SimpleUploadedFile("dossier.json", content)}
    )
    assert answer.status_code == 302, answer.content.decode()[:2000]
    page = client.get(answer.url).content.decode()
    box = re.search(r'<section class="red-alert".*?</section>', page, re.S)
    lines = re.findall(r"<li>.*?</li>", box[0], re.S) if box else []
    return said(page), [rule for line in lines if "klopt:" in line for rule in re.findall(r"EX-\d+", line)]


def record_of(given_facts, at) -> dict[str, object]:
    """A FHIR record of an invented person with these results, an hour old."""
    when = (at - timedelta(hours=1)).isoformat()
    person = {
        "resourceType": "Patient", "id": "1", "birthDate": "1950-02-03", "gender": "male",
        "name": [{"family": "Proefpersoon", "given": ["Test"]}],
    }  # fmt: skip
    results = [
        {
            "resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/1"},
            "effectiveDateTime": when,
            "code": {"coding": [{"system": "http://loinc.org", "code": LOINC[name][0]}]},
            "valueQuantity": {
                "value": float(Decimal(str(value))), "unit": LOINC[name][1], "code": LOINC[name][1],
                "system": "http://unitsofmeasure.org",
            },
        }
        for name, value in given_facts.items()
    ]  # fmt: skip
    entries = [
        {"fullUrl": f"urn:x:{one['resourceType']}/{one['id']}", "resource": one} for one in (person, *results)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


ON_THE_FORM = sorted(set(ENDS) - {"diastolic_bp"})


def by_contact(care: Care, given_facts) -> list[str]:
    """What a contact finds of the same table; the alarms of care are no part of a referral."""
    found: list[str] = []
    try:
        with transaction.atomic():
            care.contact(given_facts)
            seen = care.danger()
            found = [one.rule for one in seen.danger.signs if one.table == EXCLUSION] if seen else []
            raise Undone
    except Undone:
        return found


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


@FEW
@given(given_facts=facts(ON_THE_FORM))
def test_the_form_says_what_a_contact_says(people, care, given_facts):
    assert by_form(people, care.patient, given_facts) == by_contact(care, given_facts)


@FEW
@given(given_facts=facts(sorted(LOINC)))
def test_an_uploaded_record_says_what_a_contact_says_before_anybody_confirms(people, care, given_facts):
    found, if_right = by_upload(people, given_facts)
    assert found[:1] == (seen := by_contact(care, given_facts))[:1]
    assert sorted(found) == sorted(seen), "what is not confirmed yet comes after what is certain"
    assert set(if_right) <= set(found)


@FEW
@given(given_facts=facts(ON_THE_FORM), more=facts(ON_THE_FORM))
def test_on_the_form_more_facts_never_take_a_danger_away(people, care, given_facts, more):
    alone = set(by_form(people, care.patient, given_facts))
    assert alone <= set(by_form(people, care.patient, {**more, **given_facts}))
