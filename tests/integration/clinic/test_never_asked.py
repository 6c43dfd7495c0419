"""What nobody asked and nobody recorded is never shown as "no" or "not discussed"."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from .titration_care import care  # noqa: F401  the fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


def page(care, name):  # noqa: F811
    address = reverse(f"clinic:{name}", args=[care.episode.patient_id])
    return unescape(care.clinic.people.client("vs").get(address).content.decode())


def limits(care):  # noqa: F811
    return page(care, "chart").partition("Behandelgrenzen en ICD")[2].partition("</ul>")[0]


def test_a_drug_that_is_not_on_the_list_is_said_to_be_not_on_the_list(care):  # noqa: F811
    care.uses("furosemide", "80", days=40)
    shown = page(care, "proposals")
    assert "Thiazidediureticum: staat niet op de medicatielijst" in shown
    assert "Thiazidediureticum: nee" not in shown
    care.uses("hydrochlorothiazide", "12.5", atc="C03AA03")
    assert "staat niet op de medicatielijst" not in page(care, "proposals")


def test_limits_of_treatment_that_nobody_recorded_are_not_said_to_be_not_discussed(care):  # noqa: F811
    assert "niet besproken" not in limits(care)
    assert limits(care).count("niet vastgelegd") == 4, "the palliative phase was asked"
    care.measure(expectations_discussed=False)
    assert limits(care).count("niet vastgelegd") == 3
    assert "<strong>nee</strong>" in limits(care).partition("Verwachtingen")[2].partition("</li>")[0]
