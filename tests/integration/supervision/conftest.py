"""A patient in care at centre Oost, with measurements that a test can choose, and a meeting this noon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from anderhalf.apps.clinic import actions as clinic_actions
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.supervision import actions
from anderhalf.apps.supervision.models import CaseDiscussion
from tests.integration.clinic.conftest import Clinic


@pytest.fixture(autouse=True)
def _dutch():
    """A page in English leaves its language behind in the thread; every test begins in Dutch."""
    with translation.override("nl"):
        yield


@pytest.fixture
def clinic(people, at) -> Clinic:
    return Clinic(people, at)


@pytest.fixture
def episode(clinic, at) -> Episode:
    """Accepted five days ago, nobody seen yet."""
    return clinic.episode()


@pytest.fixture
def seen(people, episode, at) -> Callable[..., None]:
    """Record a contact with these facts: ``seen(potassium="5.6")``; ``after`` hours later."""

    def record(*, after: int = 0, medication: Any = (), **facts: Any) -> None:
        when = at + timedelta(hours=after)
        values = {
            name: Decimal(value) if isinstance(value, str) and value[:1].isdigit() else value
            for name, value in facts.items()
        }
        clinic_actions.record_encounter(
            by=people.viewer("vs"),
            at=when,
            episode=episode.pk,
            observations=[NewObservation(fact=name, value=value, at=when) for name, value in values.items()],
            medication=medication,
        )

    return record


@pytest.fixture
def waiting(episode) -> Callable[[], set[str]]:
    """The rules of the cases that wait now."""
    rows = CaseDiscussion.objects.filter(episode=episode, status="waiting")
    return lambda: set(rows.values_list("rule", flat=True))


@pytest.fixture
def meeting(people, clinic, at):
    """This noon at the own centre."""
    (made,) = actions.plan_meetings(
        by=people.viewer("vs"), at=at, centre=clinic.centre.pk, first=at + timedelta(hours=2)
    )
    return made
