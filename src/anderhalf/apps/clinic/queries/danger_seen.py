"""Open dangers as whoever may read the plan of a patient sees them: what, who acts, and before when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.people.access import Right, patients_filter
from anderhalf.apps.people.models import Organisation, Patient
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import Task

from .chart import label_of
from .danger import DANGER, is_certain


@dataclass(frozen=True, kw_only=True)
class OpenDanger:
    """One danger that nobody finished."""

    patient: Patient
    title: str
    text: str
    """Its values."""
    rule: str
    certain: bool
    rank: int
    due_at: datetime | None
    late: bool
    """Nobody acted within the term."""
    at_once: bool
    """The term is the moment itself."""
    seen_at: datetime
    organisation: Organisation
    """Where the task is."""
    role: str
    """Who acts there, in words; empty when the agreement names none."""


def open_dangers(viewer: Viewer, *, at: datetime, patient: UUID | None = None) -> list[OpenDanger]:
    """Of everybody whose plan the viewer may read, or of one patient: certain ones first, then the most urgent."""
    seen = Patient.objects.filter(patients_filter(viewer, Right.VIEW_PLAN, at=at))
    tasks = Task.objects.filter(
        network=viewer.network, kind=DANGER, status=Task.Status.OPEN, patient__in=seen
    )
    if patient is not None:
        tasks = tasks.filter(patient=patient)
    roles = agreement_on(viewer.network, on=timezone.localdate(at)).roles
    found = [
        OpenDanger(
            patient=task.patient, title=task.title_shown, text=task.note_shown, rule=task.why_shown,
            certain=is_certain(task),
            rank=task.rank, due_at=task.due_at, seen_at=task.created_at, organisation=task.owner_organisation,
            late=task.is_late(at), at_once=task.at_once,
            role=label_of(roles[task.role].title) if task.role in roles else "",
        )
        for task in tasks.select_related("patient", "owner_organisation")
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.certain, one.rank, one.due_at or at))
