"""A value that was typed now and waits for a yes takes the place of the older one, also in the alarm above the form."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.spec.cases.care import Care

from .page_care import form_of

pytestmark = pytest.mark.django_db
FORM = {"f_systolic_bp": "76", "f_heart_rate": "38", "f_potassium": "6,4"}
MIXED = "Pols hoger dan de bovendruk"


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    care = Care.begin(people, at)
    care.result({"heart_rate": "97", "systolic_bp": "112"}, at=at - timedelta(minutes=50))
    return care


def typed(people, care, at, *, sure=(), **values: str) -> str:
    """The alarm above the form, in words; the headings of the page of the patient when it was saved."""
    care.episode.refresh_from_db()
    more = values | {name.replace("f_", "sure_"): values[name] for name in sure}
    page = people.client("vs").post(
        reverse("clinic:encounter_new", args=[care.episode.pk]),
        form_of(care.episode, at, **more),
        follow=True,
    )
    panel = page.content.decode().partition('id="gevaar"')[2].partition("</section>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", panel)).split())


def test_an_old_pulse_stands_in_no_alarm_beside_the_pulse_of_now(people, care, at):
    before = typed(people, care, at, **FORM)
    assert "76" in before and "38" in before and "97" not in before and MIXED not in before
    after = typed(people, care, at, sure=tuple(FORM), **FORM)
    assert "112" not in before.partition("76")[0] and "cardioloog" in before
    assert "bel nu de dienstdoende cardioloog" in before.lower()
    assert "bel nu de dienstdoende cardioloog" in after.lower()


def test_nor_when_the_pressure_was_confirmed_and_the_pulse_waits(people, care, at):
    before = typed(people, care, at, sure=("f_systolic_bp",), **FORM)
    assert "76" in before and "97" not in before and MIXED not in before


def test_two_values_of_now_are_looked_at_together(people, care, at):
    assert MIXED in typed(people, care, at, f_systolic_bp="76", f_heart_rate="132")


def test_without_a_pulse_of_now_the_old_one_is_all_there_is(people, care, at):
    assert MIXED in typed(people, care, at, f_systolic_bp="76")


def test_what_the_older_value_is_by_itself_stays(people, care, at):
    care.result({"potassium": "6.6"}, at=at - timedelta(hours=2))
    page = typed(people, care, at, f_potassium="7,9", f_systolic_bp="112")
    assert (
        "Bel nu de dienstdoende cardioloog" in page
        and "6,6" in page
        and "7,9" not in page.partition("6,6")[0]
    )
