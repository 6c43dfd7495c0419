"""What is so gives the headline at home; what is in doubt, or was told before, stands after it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from tests.spec.cases.care import Care

from .test_told_at_home import SUNDAY, alarm, words
from .test_told_at_home import clock as clock  # noqa: PLC0414  a fixture

pytestmark = pytest.mark.django_db
UNLESS = "tenzij u hierover al met iemand sprak"


@pytest.fixture
def care(people, clock) -> Care:
    people.at = SUNDAY
    care = Care.begin(people, SUNDAY)
    care.result({"weight": "75.0"}, at=SUNDAY - timedelta(days=2))
    return care


def heading(said: str) -> str:
    return words(re.findall(r"<h2>(.*?)</h2>", said, re.S)[0])


def then(care, clock, before: dict[str, str], now: dict[str, object]) -> str:
    """The panel of the own overview a minute after ``now`` was typed, which was a minute after ``before``."""
    care.typed_at_home(**before)
    clock["at"] = SUNDAY + timedelta(minutes=1)
    care.typed_at_home(sure=True, **now)
    return alarm(care.people.client("patient").get(reverse("people:my_record")))


def test_what_was_saved_a_moment_ago_is_not_asked_again_for_a_doubt_beside_it(care, clock):
    said = then(care, clock, {"heart_rate": "38"}, {"weight": "78.5", "acute_illness": True})
    assert heading(said) == "Bel nu de huisartsenpost"
    assert UNLESS not in words(said) and "Klopt dit?" not in said
    read = words(said)
    assert read.index("78,5") < read.index("38 /min") and "nog niet bevestigd" in read


def test_the_doubtful_112_stands_after_it_with_its_own_number(care, clock):
    said = then(care, clock, {"heart_rate": "25"}, {"weight": "78.5", "acute_illness": True})
    assert heading(said) == "Bel nu de huisartsenpost"
    after = words(said).partition("Bel nu de huisartsenpost")[2]
    assert f"Bel dan 112, {UNLESS}" in after and 'href="tel:112"' in said


def test_a_112_that_was_told_before_is_not_hidden_by_what_asks_for_less(care, clock):
    said = then(care, clock, {"chest_pain_at_rest": True}, {"chest_pain_at_rest": False, "weight": "78.5"})
    assert heading(said) == f"Bel 112, {UNLESS}"


def test_only_what_was_told_before_is_said_so(care, clock):
    care.typed_at_home(heart_rate="38")
    clock["at"] = SUNDAY + timedelta(minutes=1)
    said = alarm(care.people.client("patient").get(reverse("people:my_record")))
    assert UNLESS in heading(said) and heading(said).startswith("Klopt dit?")
