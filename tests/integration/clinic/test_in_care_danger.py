"""The list of everybody in care marks an open danger, and says of nobody that things are under control."""

from __future__ import annotations

from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record

from .page_care import at, care  # noqa: F401  the fixtures

pytestmark = pytest.mark.django_db


def state(people, name):
    page = unescape(people.client("vs").get(reverse("clinic:in_care")).content.decode())
    (row,) = [one for one in page.partition('id="in-care"')[2].split("<tr>") if name in one]
    return row.partition("<td>")[2].partition("</td>")[0]


def test_an_open_danger_stands_in_the_list(people, care, at):  # noqa: F811
    name = care.patient.full_name
    assert "in behandeling" in state(people, name) and "gevaar" not in state(people, name)
    record.record_observations(
        by=people.viewer("vs"), at=at, patient=care.patient_id, under=Right.WRITE_CLINICAL,
        items=[record.NewObservation(fact="potassium", value=Decimal("6.8"), at=at)],
    )  # fmt: skip
    assert "gevaar" in state(people, name) and "onder controle" not in state(people, name)
