"""On every page the most urgent certain danger of a patient stands first, also when only a task still tells of it."""

from __future__ import annotations

from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from anderhalf.apps.clinic import actions
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.core.decisions.facts import FactValue

from .page_care import at, care  # noqa: F401  the fixtures

pytestmark = pytest.mark.django_db


def page(people, name, *args):
    return unescape(people.client("vs").get(reverse(name, args=args)).content.decode())


def test_112_stands_before_the_call_to_the_cardiologist_and_that_before_the_team(people, care, at):  # noqa: F811
    vs, patient = people.viewer("vs"), care.patient_id
    items = [
        record.NewObservation(fact=name, value=Decimal(raw), at=at)
        for name, raw in (("potassium", "5.8"), ("creatinine", "420"))
    ]
    record.record_observations(by=vs, at=at, patient=patient, items=items, under=Right.WRITE_CLINICAL)
    actions.warn_of_unsaved(
        by=vs, at=at, patient=patient, typed={"chest_pain_at_rest": FactValue(True, at.date())},
        unconfirmed={"systolic_bp": [FactValue(Decimal(62), at.date())]},
    )  # fmt: skip
    for name, args in (("clinic:danger", [patient]), ("clinic:chart", [patient]), ("clinic:today", [])):
        shown = page(people, name, *args)
        order = [
            shown.index(one)
            for one in ("Pijn op de borst in rust: denk", "eGFR onder 20", "Bovendruk onder 70")
        ]
        assert order == sorted(order), (name, order)
    shown = page(people, "clinic:danger", patient).partition('id="gevaar"')[2]
    assert shown.index("eGFR onder 20") < shown.index("Kalium boven 5,5")
