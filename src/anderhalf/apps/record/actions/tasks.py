"""Tasks: something somebody has to do about a patient, by a date."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.viewer import Viewer

from ..models import Task


@transaction.atomic
def add_task(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    kind: str,
    title: str,
    owner_organisation: Organisation,
    owner: UUID | None = None,
    due_on: date | None = None,
    about: str = "",
    note: str = "",
    due_at: datetime | None = None,
    rank: int = Task.ORDINARY,
    role: str = "",
    basis: str = "",
    allowed: str = "",
) -> Task:
    """Give somebody something to do about a patient. Whoever may see the patient's plan may ask for it.

    ``allowed`` names the rule by which the caller established access already (a danger in values that were allowed).
    """
    rule = allowed or check_access(by, Right.VIEW_PLAN, patient=patient, at=at)
    row = Task.objects.create(
        network_id=owner_organisation.network_id,
        patient_id=patient,
        kind=kind,
        title=title[:200],
        owner_organisation=owner_organisation,
        owner_id=owner,
        due_on=due_on,
        created_at=at,
        created_by=by.name,
        about=about,
        note=note[:300],
        due_at=due_at,
        rank=rank,
        role=role,
        basis=basis,
    )
    audit.record(
        by=by,
        at=at,
        action="C",
        event="task_added",
        object_type="task",
        object_id=row.pk,
        patient=patient,
        rule=rule,
        detail={"kind": kind},
    )
    return row


@transaction.atomic
def complete_task(*, by: Viewer, at: datetime, task_id: UUID, note: str = "") -> Task:
    """Mark a task as done, by somebody of the organisation that owns it. Doing it twice changes nothing."""
    row = Task.objects.select_for_update().get(pk=task_id)
    if row.owner_organisation_id not in by.organisation_ids:
        raise AccessDenied(_("Deze taak is van een andere organisatie."))
    if row.status == Task.Status.OPEN:
        _end(row, Task.Status.DONE, by=by, at=at, note=note, rule=f"{by.role}:own_task")
    return row


@transaction.atomic
def cancel_task(*, by: Viewer, at: datetime, task_id: UUID, note: str, allowed: str) -> Task:
    """Take back a task because a newer value says more; ``allowed`` names the rule by which that value was entered."""
    row = Task.objects.select_for_update().get(pk=task_id)
    if row.status == Task.Status.OPEN:
        _end(row, Task.Status.CANCELLED, by=by, at=at, note=note, rule=allowed)
    return row


def _end(row: Task, status: str, *, by: Viewer, at: datetime, note: str, rule: str) -> None:
    row.status, row.done_at, row.done_by = status, at, by.name
    row.note = note[:300] or row.note
    row.save(update_fields=["status", "done_at", "done_by", "note"])
    event = "task_done" if status == Task.Status.DONE else "task_cancelled"
    audit.record(
        by=by, at=at, action="U", event=event, object_type="task", object_id=row.pk, patient=row.patient_id, rule=rule
    )  # fmt: skip
