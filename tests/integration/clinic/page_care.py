"""A patient in care and a contact as its form is sent, for the tests of pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from anderhalf.apps.clinic.actions import EncounterText, NewDocument
from anderhalf.apps.people.models import CareRelation
from anderhalf.apps.record.actions import NewObservation
from tests.support.people import submission

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(clinic, people, at):
    """A patient in care of the own centre, seen once, with somebody of home care in the team."""
    items = [
        NewObservation(fact="potassium", value=Decimal("4.8"), at=at, value_as_given="4,8"),
        NewObservation(fact="weight", value=Decimal("82.4"), at=at, value_as_given="82,4"),
    ]
    text = EncounterText(complaints="kortademig", conclusion="geheim oordeel", plan="elke ochtend wegen")
    episode = clinic.seen(
        observations=items,
        text=text,
        documents=[NewDocument(kind="ecg", title="ECG", made_on=at.date(), content=PDF)],
    )
    CareRelation.objects.create(
        patient=episode.patient, organisation=people.organisation("thuiszorg"), kind="care_team", starts_at=at
    )
    return episode


def form_of(episode, at, **more: Any) -> dict[str, Any]:
    episode.refresh_from_db()
    return {
        "submission": submission(),
        "version": episode.version,
        "happened_on": at.date().isoformat(),
        "kind": "visit",
    } | more
