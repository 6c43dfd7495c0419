"""The page of a referral that was sent names of the alarm signs only what somebody can still answer of this patient."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from anderhalf.apps.referrals.models import Referral

from .conftest import ORDINARY
from .test_pages import post

pytestmark = pytest.mark.django_db


def notice(people, *, missing: list[str], sex: str) -> str:
    patient = people.patient(sex=sex)
    assert post(people.client("poh"), ORDINARY, patient=patient).status_code == 302
    found = Referral.objects.get()
    found.routing["danger"] = {**found.routing["danger"], "signs": [], "missing": missing}
    found.save()
    page = people.client("vs").get(reverse("referrals:referral", args=[found.pk])).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("Alarmsignalen niet nagevraagd")[2][:900]).split())


@pytest.mark.parametrize("sex", ["male", "female"])  # the patient is past the age at which it is asked
def test_a_pregnancy_that_can_t_be_is_no_open_question(people, sex):
    assert "wanger" not in notice(people, missing=["pregnant", "icd_shock"], sex=sex)


def test_what_can_be_answered_stands_there_in_words(people):
    said = notice(people, missing=["icd_shock", "age", "bmi"], sex="male")
    assert "ICD" in said and "eeftijd" not in said and "BMI" not in said


def test_without_an_open_question_there_is_no_notice(people):
    assert notice(people, missing=["pregnant", "age"], sex="male") == ""
