"""Emergencies that were not sent and of which nobody wrote down yet what was done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import Task
from anderhalf.apps.record.queries import tasks_for

from ..danger import EMERGENCY
from ..models import UnnamedEmergency


def emergencies(viewer: Viewer, *, at: datetime) -> QuerySet[Task]:
    """The open ones of the viewer's own organisation, the most urgent first."""
    return tasks_for(viewer=viewer, at=at).filter(kind=EMERGENCY)


def emergencies_of(viewer: Viewer, patient: UUID, *, at: datetime) -> QuerySet[Task]:
    """Those of one patient: while there is one, nothing else is sent about this patient."""
    return emergencies(viewer, at=at).filter(patient=patient)


def emergency(viewer: Viewer, task: UUID, *, at: datetime) -> Task | None:
    """One of :func:`emergencies`, with the patient's practice."""
    return emergencies(viewer, at=at).select_related("patient__practice").filter(pk=task).first()


def unnamed_emergencies(viewer: Viewer) -> QuerySet[UnnamedEmergency]:
    """The open ones of somebody who is not registered yet, of the viewer's own organisation."""
    return UnnamedEmergency.objects.filter(
        organisation__in=viewer.organisation_ids, network=viewer.network, done_at=None
    ).order_by("rank", "due_at")
