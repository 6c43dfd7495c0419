"""Who types the unit behind the number is understood on every road: referral, contact, home and a correction; another
unit is an error, and what it would be as it stands is said before it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.record.models import Observation
from anderhalf.apps.record.queries import value_of
from tests.integration.referrals.conftest import form_data
from tests.spec.cases.care import Care
from tests.spec.cases.test_contact import pressed
from tests.spec.cases.test_referral import KNOWN, Desk
from tests.support.people import submission

pytestmark = pytest.mark.django_db

READ = [("potassium", "6,9 mmol"), ("potassium", "6,9 mmol/l"), ("heart_rate", "38 /min"), ("systolic_bp", "76 mmHg"),
        ("egfr", "<15 ml/min"), ("oxygen_saturation", "82 %")]  # fmt: skip
FOREIGN = [("potassium", "6,9 mg/dl"), ("potassium", "6,9 hemolytisch"), ("systolic_bp", "66 cmH2O")]


@pytest.fixture
def at():
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


@pytest.mark.parametrize(("fact", "text"), [one for one in READ if one[0] != "egfr"])
def test_at_the_referral_the_danger_is_seen(people, fact, text):
    page = Desk(people).page({**KNOWN, fact: text}, intent="titration", **{f"c_{fact}": "on"})
    assert 'href="tel:' in page and "geen getal" not in page and "niet te lezen" not in page


@pytest.mark.parametrize(("fact", "text"), FOREIGN)
def test_at_the_referral_a_foreign_unit_is_an_error_below_the_danger(people, fact, text):
    desk = Desk(people)
    assert "Klopt dit? Bel" in desk.says({**KNOWN, fact: text}, intent="titration"), "already while typing"
    data = form_data(
        {**KNOWN, fact: text}, patient=str(desk.patient.pk), submission=submission(), intent="titration"
    )
    page = desk.client.post(reverse("referrals:send"), data)
    html = page.content.decode()
    assert page.status_code == 422 and "niet te lezen" in html
    assert html.index('href="tel:') < html.index("data-error-summary")


@pytest.mark.parametrize(("fact", "text"), READ)
def test_in_a_contact_it_is_kept_as_the_number(care, people, at, fact, text):
    page = pressed(people, care, at, {fact: text})
    assert page.status_code == 200, page.content.decode()[:500]
    row = Observation.objects.get(patient=care.patient, fact=fact)
    assert row.value_as_given == text.split()[0] and row.unit_as_given.startswith(text.split()[1])
    assert care.actions(), "the danger is a task"


@pytest.mark.parametrize(("fact", "text"), FOREIGN)
def test_in_a_contact_a_foreign_unit_is_an_error_below_the_danger(care, people, at, fact, text):
    page = pressed(people, care, at, {fact: text})
    html = page.content.decode()
    assert page.status_code == 422 and "niet te lezen" in html
    assert "Als dit klopt" in html.partition("data-error-summary")[0]


def test_at_home_it_is_understood(care):
    page = care.typed_at_home(
        systolic_bp="70 mmHg", diastolic_bp="45 mmHg", heart_rate="110 slagen", sure=True
    )
    assert page.status_code == 200 and care.actions()[0] == "call_112"


def test_at_home_another_unit_is_an_error_below_the_danger(care):
    page = care.typed_at_home(systolic_bp="70 kPa", diastolic_bp="45", heart_rate="70")
    html = page.content.decode()
    assert page.status_code == 422 and 'href="tel:112"' in html.partition("data-error-summary")[0]


def test_a_correction_reads_the_unit(care, people, at):
    pressed(people, care, at, {"potassium": "4,1"})
    row = Observation.objects.get(patient=care.patient, fact="potassium")
    address = reverse("clinic:observation_correct", args=[row.pk])
    form = {"submission": submission(), "what": "correct", "value": "6,9 mmol/l", "sure_value": "6,9 mmol/l",
            "because": "verkeerd overgenomen van de uitslag"}  # fmt: skip
    answered = people.client("vs").post(address, form, follow=True)
    assert answered.status_code == 200, answered.content.decode()[:500]
    assert str(value_of(Observation.objects.filter(fact="potassium").latest("recorded_at"))) == "6.9"
    assert timedelta(0) <= timezone.localtime() - at
