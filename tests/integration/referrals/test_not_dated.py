"""A value of a file that is not taken over for its date, its status or its unit and would be a danger as it stands: the
eye looks at it first ("if this is right, call now"), and it never becomes a dated value."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from anderhalf.apps.record.models import Observation
from anderhalf.apps.referrals.models import Referral

from .test_not_taken_over import FACTS, bundle, potassium
from .test_pages import post
from .test_upload import observation, recent, upload

pytestmark = pytest.mark.django_db


def without(found, *names):
    return {name: value for name, value in found.items() if name not in names}


def ahead(days=3):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def with_unit(value, unit, on):
    return {**potassium(value, on), "valueQuantity": {"value": value, "unit": unit}}


def poor(value, on):
    sample = {"resourceType": "Specimen", "id": "s", "condition": [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0493", "code": "HEM"}]}]}  # fmt: skip
    return {**potassium(value, on), "contained": [sample], "specimen": {"reference": "#s"}}


ROADS = {
    "no date": lambda: [without(potassium(6.9, recent(1)), "effectiveDateTime")],
    "a date to come": lambda: [potassium(6.4, ahead())],
    "only a year": lambda: [potassium(6.9, recent(1)[:4])],
    "no date that exists": lambda: [potassium(6.9, "2026-02-31")],
    "before birth": lambda: [potassium(6.9, "1900-02-03")],
    "a modifier": lambda: [{**potassium(6.9, recent(1)), "modifierExtension": [{"url": "x", "valueBoolean": True}]}],
    "a poor sample": lambda: [poor(6.9, recent(1))],
    "a value and none": lambda: [{**potassium(6.9, recent(1)), "dataAbsentReason": {"text": "onbekend"}}],
    "an unknown unit": lambda: [with_unit(6.9, "eenheden", recent(1))],
    "undated beside a dated one": lambda: [without(potassium(6.9, recent(1)), "effectiveDateTime"), potassium(4.4, recent(2))],
    "dated beside an undated one": lambda: [without(potassium(4.4, recent(1)), "effectiveDateTime"), potassium(6.9, recent(2))],
    "preliminary beside an undated one": lambda: [
        without(potassium(4.4, recent(1)), "effectiveDateTime"), potassium(6.9, recent(2), status="preliminary")],
    "two versions of one result": lambda: [{**potassium(6.9, recent(1)), "id": "k"}, {**potassium(4.4, recent(1)), "id": "k"}],
}  # fmt: skip


@pytest.mark.parametrize("road", ROADS)
def test_it_is_asked_first_with_a_number_to_press_and_never_taken_over(people, a_patient, road):
    client = people.client("poh")
    answer = upload(client, bundle(*ROADS[road]()), patient=str(a_patient.pk))
    page = client.get(answer.url).content.decode()
    assert "Klopt dit?" in page and "EX-07" in page, page[:1500]
    danger = page.index("EX-07")
    assert 'href="tel:' in page[:danger] or 'href="tel:' in page[danger : danger + 3000]
    assert 'name="f_potassium" value="6' not in page
    refused = post(client, FACTS, patient=a_patient)
    assert refused.status_code == 422 and not Referral.objects.exists()
    assert not Observation.objects.filter(fact="potassium").exists()


@pytest.mark.parametrize("road", ROADS)
def test_a_value_of_today_settles_it(people, a_patient, road):
    client = people.client("poh")
    upload(client, bundle(*ROADS[road]()), patient=str(a_patient.pk))
    today = f"{timezone.localdate():%d-%m-%Y}"
    assert (
        post(client, {**FACTS, "potassium": "4.4"}, patient=a_patient, d_potassium=today).status_code == 302
    )
    assert Referral.objects.get().danger is None


@pytest.mark.parametrize(
    "row",
    [
        without(potassium(4.9, "2026-01-01"), "effectiveDateTime"),
        with_unit(4.9, "eenheden", "2026-01-01"),
        {
            **observation("718-7", 8.1, "mmol/L", recent(1)),
            "valueQuantity": {"value": 8.1, "unit": "eenheden"},
        },
        {**without(potassium(6.9, recent(1)), "effectiveDateTime"), "status": "entered-in-error"},
    ],
    ids=["no date", "no unit", "danger in one of two units", "withdrawn"],
)
def test_what_is_no_danger_or_no_result_asks_nobody_to_call(people, a_patient, row):
    client = people.client("poh")
    answer = upload(client, bundle(row), patient=str(a_patient.pk))
    page = client.get(answer.url).content.decode()
    assert "Als dit klopt" not in page and "EX-07" not in page and "EX-23" not in page
