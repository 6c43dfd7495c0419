"""The chart writes a value as every list does: a limit keeps its sign, and nothing is rounded onto another number."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import queries
from anderhalf.core.decisions.ranges import Range
from tests.spec.cases.care import Care

pytestmark = pytest.mark.django_db


@pytest.fixture
def care(people):
    return Care.begin(people, timezone.localtime())


def lane(care, name: str) -> dict:
    pathway = care_pathway(care)
    found = queries.timeline(care.patient.pk, pathway, at=care.at)
    label = queries.label_of(pathway.facts[name].label)
    return next(one for one in found["measure_lanes"] if one["label"] == label)


def care_pathway(care):
    return queries.pathway_of(care.episode, on=timezone.localdate(care.at))


def test_the_newest_value_with_a_sign_is_the_last_point(care):
    care.result({"egfr": 62}, at=care.at - timedelta(days=9))
    care.result({"egfr": Range.of(">", Decimal(90))}, at=care.at - timedelta(days=2))
    points = lane(care, "egfr")["points"]
    assert [one["shown"].replace("\u00a0", " ") for one in points] == ["62", "> 90"]
    page = care.people.client("vs").get(reverse("clinic:chart", args=[care.patient.pk])).content.decode()
    drawn = [found.replace("\u00a0", " ") for found in re.findall(r"ch-last[^>]*>([^<]*)<", page)]
    assert "&gt; 90" in drawn, "drawn with its sign"


def test_a_value_just_below_a_limit_is_not_drawn_as_the_limit(care):
    care.result({"potassium": "5.48"})
    assert lane(care, "potassium")["points"][-1]["shown"] == "5,48"
