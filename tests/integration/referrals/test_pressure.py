"""A blood pressure typed in one field of the referral, as people say it; and which fields can't be used yet."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Observation
from tests.spec.cases.test_referral import KNOWN, Desk

from .conftest import ORDINARY, observations
from .test_danger import CALL

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed", [{"systolic_bp": "78/40"}, {"systolic_bp": "", "diastolic_bp": "78 / 40 mmHg"}]
)
def test_both_pressures_in_one_field_are_read_and_the_danger_is_said(people, typed):
    desk = Desk(people)
    said = desk.says({**KNOWN, **typed}, intent="titration", c_systolic_bp="on")
    assert "EX-08" in said and "099-9990021" in said and "nog niet bruikbaar" not in said
    found = desk.sends(
        {**KNOWN, "heart_rate": 70, **typed}, intent="titration", c_systolic_bp="on", c_diastolic_bp="on",
        chosen_line="second", because="Na overleg.", **CALL,
    )  # fmt: skip
    sent = {row.fact: row.number for row in Observation.objects.filter(referral=found.pk)}
    assert (sent["systolic_bp"], sent["diastolic_bp"]) == (Decimal(78), Decimal(40))


def test_what_the_record_filled_in_gives_way_to_what_was_typed(people):
    desk, at = Desk(people), timezone.now()
    record.record_observations(
        by=people.viewer("gp"), at=at, patient=desk.patient.pk,
        under=Right.REFER, items=observations({"systolic_bp": 130, "diastolic_bp": 80}, at - timedelta(hours=1)),
    )  # fmt: skip
    assert "EX-08" in desk.says(
        {**ORDINARY, "systolic_bp": "78/40", "diastolic_bp": "80"}, c_systolic_bp="on"
    )


def test_two_fields_that_say_something_else_are_asked(people):
    said = Desk(people).says({**KNOWN, "systolic_bp": "78/40", "diastolic_bp": "60"}, intent="titration")
    assert (
        "nog niet bruikbaar" in said
        and "bovendruk" in said.partition("1 waarde is nog niet bruikbaar en telt niet mee:")[2]
    )


def test_the_panel_names_the_fields_that_can_not_be_used(people):
    page = Desk(people).page({**KNOWN, "potassium": "veel", "sodium": "12x"}, intent="titration")
    line = re.search(r"<p[^>]*>2 waarden zijn nog niet bruikbaar.*?</p>", page, re.DOTALL)[0]
    assert re.findall(r'href="#id_f_(\w+)"', line) == ["potassium", "sodium"] and "Kalium" in line
    assert "nog niet bruikbaar" not in Desk(people).page(KNOWN, intent="titration")
