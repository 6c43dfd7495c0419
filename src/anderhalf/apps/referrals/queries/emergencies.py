"""Emergencies that were not sent and of which nobody wrote down yet what was done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from anderhalf.apps.people.access import Right, can_access
from anderhalf.apps.people.queries import colleagues
from anderhalf.apps.people.roles import FIRST_LINE, LEAD_PRACTITIONERS, SPECIALISTS
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import Task
from anderhalf.apps.record.queries import tasks_for

from ..danger import EMERGENCY
from ..models import UnnamedEmergency


def emergencies(viewer: Viewer, *, at: datetime) -> QuerySet[Task]:
    """The open ones of the viewer's own organisation, the most urgent first."""
    return tasks_for(viewer=viewer, at=at).filter(kind=EMERGENCY).select_related("patient__practice")


def who_acts(viewer: Viewer, patient: UUID, *, at: datetime) -> list[str]:
    """Who of the own organisation may write down what was done, by name; empty when the viewer is one of them."""
    if can_access(viewer, Right.REFER, patient=patient, at=at):
        return []
    may = FIRST_LINE | SPECIALISTS | LEAD_PRACTITIONERS
    return [one.full_name for one in colleagues(viewer, at=at, roles=may, reachable=True)]


def emergencies_of(viewer: Viewer, patient: UUID, *, at: datetime) -> QuerySet[Task]:
    """Those of one patient: while there is one, nothing else is sent about this patient."""
    return emergencies(viewer, at=at).filter(patient=patient)


def emergency(viewer: Viewer, task: UUID, *, at: datetime) -> Task | None:
    """One of :func:`emergencies`, with the patient's practice."""
    return emergencies(viewer, at=at).filter(pk=task).first()


def unnamed_emergencies(viewer: Viewer) -> QuerySet[UnnamedEmergency]:
    """The open ones of somebody who is not registered yet, of the viewer's own organisation."""
    return (
        UnnamedEmergency.objects.filter(
            organisation__in=viewer.organisation_ids, network=viewer.network, done_at=None
        )
        .select_related("organisation")
        .order_by("rank", "due_at")
    )
