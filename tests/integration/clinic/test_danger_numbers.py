"""A danger in a list has the number to press beside it: on every first page, Today, follow-up and who is in care."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import queries
from tests.spec.cases.care import Care

pytestmark = pytest.mark.django_db
ON_DUTY = 'href="tel:099-9990021"'
OF_112 = 'href="tel:112"'


@pytest.fixture
def care(people):
    return Care.begin(people, timezone.localtime())


def shown(care, name: str, role: str) -> str:
    response = care.people.client(role).get(reverse(name))
    assert response.status_code == 200
    main = response.content.decode().partition("<main")[2]
    assert care.patient.family_name in main, f"{role} does not see the danger on {name}"
    return main


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("home", "vs"),
        ("home", "gp"),
        ("home", "cardiologist"),
        ("clinic:today", "vs"),
        ("clinic:due", "vs"),
        ("clinic:in_care", "vs"),
    ],
)
def test_a_danger_in_a_list_has_its_numbers(care, name, role):
    care.contact({"potassium": "5.8"})
    calm = shown(care, name, role)
    assert ON_DUTY in calm and OF_112 not in calm
    care.contact({"chest_pain_at_rest": True})
    assert OF_112 in shown(care, name, role), "what asks for 112 has 112"


def test_outside_hours_the_post_stands_there_too(care, monkeypatch):
    care.contact({"potassium": "5.8"})
    open_now = queries.phones_of(care.episode.centre, at=timezone.now()).open_now
    assert ('href="tel:099-9990090"' in shown(care, "clinic:today", "vs")) is not open_now


def test_what_was_agreed_about_a_hospital_stands_beside_the_number(care):
    care.contact({"potassium": "5.8"})
    assert "bel eerst de huisarts" not in shown(care, "clinic:today", "vs")
    care.contact({"hospital_undesirable": True})
    for name in ("clinic:today", "clinic:due", "home"):
        assert "bel eerst de huisarts" in shown(care, name, "vs"), name
