"""Two people with one name are told apart wherever a list names them: birth date, and when that is equal more."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.people.models import Patient
from tests.spec.cases.care import Care

pytestmark = pytest.mark.django_db
MARK = "let op: naamgenoot"


def three(people, at: datetime) -> list[Patient]:
    """Two born on one day under one name, and one with another birth date; none with another name."""
    cases = [Care.second(people, at - timedelta(days=40 + n)) for n in range(3)]
    for care, born in zip(cases, (14, 14, 15), strict=True):
        patient = care.patient
        patient.family_name, patient.birth_date = "de Vries", date(1948, 3, born)
        patient.save()
        care.contact({"potassium": "5.8"})
    return [Patient.objects.get(pk=care.patient.pk) for care in cases]


def rows(people, name: str, role: str) -> str:
    response = people.client(role).get(reverse(name))
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode().partition("<main")[2]).split())


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("home", "vs"),
        ("home", "gp"),
        ("clinic:today", "vs"),
        ("clinic:due", "vs"),
        ("clinic:in_care", "vs"),
        ("clinic:waiting", "vs"),
        ("clinic:population", "vs"),
        ("people:patients", "gp"),
        ("referrals:list", "gp"),
    ],
)
def test_namesakes_are_told_apart(people, name, role):
    alike = three(people, timezone.localtime())
    said = rows(people, name, role)
    assert MARK in said, said[:2000]
    for patient in alike:
        assert f"{patient.birth_date:%d-%m-%Y}" in said, patient.birth_date
    for patient in alike[:2]:  # the birth date says nothing
        assert f"BSN eindigt op {patient.bsn[-3:]} · {patient.practice.name}" in said
        assert patient.bsn not in said, "never more of the BSN than the banner shows"
    assert f"BSN eindigt op {alike[2].bsn[-3:]}" not in said, "here the birth date is enough"


def test_no_mark_without_a_namesake(people):
    care = Care.begin(people, timezone.localtime())
    care.contact({"potassium": "5.8"})
    for name in ("home", "clinic:today", "clinic:in_care"):
        assert MARK not in rows(people, name, "vs")
