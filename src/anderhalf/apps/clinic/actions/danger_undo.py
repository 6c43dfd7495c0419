"""Taking back what was written down about a danger: it is open again, with the clock that it had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import AccessDenied, Right, can_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Task

from ..access import permit
from ..errors import DangerRefused
from ..models import DangerAnswer, DangerAnswerWithdrawn
from ..queries.danger import DANGER, REPEAT, open_tasks
from .danger import watch_for_danger


@transaction.atomic
def undo_answer(*, by: Viewer, at: datetime, answer: UUID) -> DangerAnswerWithdrawn:
    """Undo an answer to dangers by whoever may answer them. The row stays, struck through; its tasks stand again with
    their first clock, and the task to repeat the laboratory that it made ends. Raises ``DangerRefused`` when it was
    taken back already."""
    row = DangerAnswer.objects.select_for_update().filter(pk=answer, network=by.network).first()
    if row is None:
        raise AccessDenied
    right = Right.WRITE_CLINICAL
    if not can_access(by, right, patient=row.patient_id, at=at):
        right = Right.TRIAGE
    permission = permit(by, right, at=at, patient=row.patient_id)
    if DangerAnswerWithdrawn.objects.filter(answer=row).exists():
        raise DangerRefused(_("Dit is al ongedaan gemaakt."))
    withdrawn = DangerAnswerWithdrawn.objects.create(answer=row, at=at, by=by.name)
    for ended in Task.objects.filter(
        patient=row.patient_id, kind=DANGER, done_at=row.at, basis__in=row.bases
    ).exclude(status=Task.Status.OPEN):
        values = next((one.get("values", "") for one in row.signs if one["rule"] in ended.rules), "")
        _open_again(ended, values, by=by, at=at, allowed=permission.rule)
    for made in Task.objects.filter(
        patient=row.patient_id, kind=REPEAT, created_at=row.at, status=Task.Status.OPEN
    ):
        note = "Vervallen: wat over het gevaar was vastgelegd, is ongedaan gemaakt."
        record.cancel_task(by=by, at=at, task_id=made.pk, note=note, allowed=permission.rule)
    watch_for_danger(by=by, at=at, patient=row.patient_id, facts=())  # what never had a task has one now
    permission.log("U", "danger_answer_undone", row)
    return withdrawn


def _open_again(
    ended: Task, values: str | Mapping[str, str], *, by: Viewer, at: datetime, allowed: str
) -> None:
    if any(one.about == ended.about for one in open_tasks(ended.patient_id)):
        return  # a newer value raised it again meanwhile
    record.add_task(
        by=by, at=at, patient=ended.patient_id, kind=DANGER,
        title={"nl": ended.title, **{key: words.get("title", "") for key, words in ended.wording.items()}},
        owner_organisation=ended.owner_organisation, owner=ended.owner_id, due_on=ended.due_on, due_at=ended.due_at,
        about=ended.about, rank=ended.rank, role=ended.role, basis=ended.basis, rules=ended.rules,
        note=values, allowed=allowed,
    )  # fmt: skip
