"""Tasks: something somebody has to do about a patient, by a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.viewer import Viewer
from anderhalf.presentation.wording import shortened

from ..models import Task

TITLE, NOTE = (Task._meta.get_field(name).max_length for name in ("title", "note"))


@transaction.atomic
def add_task(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    kind: str,
    title: str | Mapping[str, str],
    owner_organisation: Organisation,
    owner: UUID | None = None,
    due_on: date | None = None,
    about: str = "",
    note: str | Mapping[str, str] = "",
    due_at: datetime | None = None,
    rank: int = Task.ORDINARY,
    role: str = "",
    basis: str = "",
    rules: Sequence[str] = (),
    days: int | None = None,
    told_at_home: Mapping[str, Mapping[str, str]] | None = None,
    allowed: str = "",
) -> Task:
    """Give somebody something to do about a patient. Whoever may see the patient's plan may ask for it.

    Title and note are a person's own words, or one text per language (``nl`` always), then shown in the reader's.
    ``rules`` are the rules of the agreement that made it. ``allowed`` names the rule by which the caller established
    access already (a danger in values that were allowed).
    """
    rule = allowed or check_access(by, Right.VIEW_PLAN, patient=patient, at=at)
    titles, notes = ({"nl": text} if isinstance(text, str) else text for text in (title, note))
    row = Task.objects.create(
        network_id=owner_organisation.network_id,
        patient_id=patient,
        kind=kind,
        title=shortened(titles["nl"], TITLE),
        owner_organisation=owner_organisation,
        owner_id=owner,
        due_on=due_on,
        created_at=at,
        created_by=by.name,
        about=about,
        note=shortened(notes["nl"], NOTE),
        due_at=due_at,
        rank=rank,
        role=role,
        basis=basis,
        rules=list(rules),
        days=days,
        told_at_home=told_at_home or {},
        wording={
            key: {"title": shortened(titles.get(key, ""), TITLE), "note": shortened(notes.get(key, ""), NOTE)}
            for key in sorted({*titles, *notes} - {"nl"})
        },
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


@transaction.atomic
def reopen_task(*, by: Viewer, at: datetime, task_id: UUID, note: Mapping[str, str], allowed: str) -> Task:
    """What ended a task was taken back: the same task stands again, made when and by whom it was made, with its clock.
    ``note`` is what it said, by language (``nl`` always); ``allowed`` names the rule by which that was undone."""
    row = Task.objects.select_for_update().get(pk=task_id)
    if row.status == Task.Status.OPEN:
        return row
    row.status, row.done_at, row.done_by = Task.Status.OPEN, None, ""
    row.note = shortened(note["nl"], NOTE)
    row.wording = {
        key: {**row.wording.get(key, {}), "note": shortened(note.get(key, ""), NOTE)}
        for key in sorted({*row.wording, *note} - {"nl"})
    }
    row.save(update_fields=["status", "done_at", "done_by", "note", "wording"])
    audit.record(
        by=by, at=at, action="U", event="task_reopened", object_type="task", object_id=row.pk, patient=row.patient_id,
        rule=allowed,
    )  # fmt: skip
    return row


def _end(row: Task, status: str, *, by: Viewer, at: datetime, note: str, rule: str) -> None:
    row.status, row.done_at, row.done_by = status, at, by.name
    if note:
        row.note = note[:NOTE]
        row.wording = {key: {**texts, "note": ""} for key, texts in row.wording.items()}
    row.save(update_fields=["status", "done_at", "done_by", "note", "wording"])
    event = "task_done" if status == Task.Status.DONE else "task_cancelled"
    audit.record(
        by=by, at=at, action="U", event=event, object_type="task", object_id=row.pk, patient=row.patient_id, rule=rule
    )  # fmt: skip
