"""What was recorded about care in hospital is said before the number to call."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.spec.cases.care import Care


@pytest.fixture
def care(people):
    return Care.begin(people, timezone.localtime())  # pages read the real clock


def page(care, name):
    return care.people.client("vs").get(reverse(name, args=[care.patient.pk])).content.decode()


@pytest.mark.parametrize("name", ["clinic:danger", "clinic:chart"])
@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ("hospital_undesirable", "Vastgelegd: Ziekenhuiszorg onwenselijk"),
        ("palliative_phase", "Vastgelegd: Palliatieve fase"),
    ],
)
def test_a_recorded_wish_stands_above_the_number(care, name, wish, words):
    care.contact({"systolic_bp": 65, wish: True})
    html = page(care, name)
    assert 'href="tel:112"' in html
    assert 0 < html.index(words) < html.index('href="tel:112"')


@pytest.mark.parametrize("answer", [{}, {"hospital_undesirable": False, "palliative_phase": False}])
def test_nothing_recorded_or_no_wish_says_nothing(care, answer):
    care.contact({"systolic_bp": 65, **answer})
    assert "Vastgelegd:" not in page(care, "clinic:danger")
