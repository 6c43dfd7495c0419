"""Taking back what was written down about a danger: it is open again, with the clock that it had."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import NOTE_SEPARATOR, Task
from anderhalf.apps.record.queries import danger_tasks
from anderhalf.presentation.wording import without_local

from ..access import permit, right_to_answer
from ..errors import DangerRefused
from ..models import DangerAnswer, DangerAnswerWithdrawn
from ..queries.danger import DANGER, REPEAT
from .danger import watch_for_danger


@transaction.atomic
def undo_answer(*, by: Viewer, at: datetime, answer: UUID) -> DangerAnswerWithdrawn:
    """Undo an answer to dangers by whoever may answer them. The row stays, struck through; its tasks stand again with
    their first clock, and the task to repeat the laboratory that it made ends. Raises ``DangerRefused`` when it was
    taken back already."""
    row = DangerAnswer.objects.select_for_update().filter(pk=answer, network=by.network).first()
    if row is None:
        raise AccessDenied
    right = right_to_answer(by, at=at, patient=row.patient_id)
    permission = permit(by, right, at=at, patient=row.patient_id)
    if DangerAnswerWithdrawn.objects.filter(answer=row).exists():
        raise DangerRefused(_("Dit is al ongedaan gemaakt."))
    withdrawn = DangerAnswerWithdrawn.objects.create(answer=row, at=at, by=by.name)
    for ended in Task.objects.filter(
        patient=row.patient_id, kind=DANGER, done_at=row.at, basis__in=row.bases
    ).exclude(status=Task.Status.OPEN):
        _open_again(ended, row, by=by, at=at, allowed=permission.rule)
    for made in Task.objects.filter(
        patient=row.patient_id, kind=REPEAT, created_at=row.at, status=Task.Status.OPEN
    ):
        note = "Vervallen: wat over het gevaar was vastgelegd, is ongedaan gemaakt."
        record.cancel_task(by=by, at=at, task_id=made.pk, note=note, allowed=permission.rule)
    watch_for_danger(by=by, at=at, patient=row.patient_id, facts=())  # what never had a task has one now
    permission.log("U", "danger_answer_undone", row)
    return withdrawn


def _open_again(ended: Task, answer: DangerAnswer, *, by: Viewer, at: datetime, allowed: str) -> None:
    """The very task, seen when it was seen and by whom, with its values as the answer kept them."""
    if any(one.about == ended.about for one in danger_tasks(ended.patient_id)):
        return  # a newer value raised it again meanwhile
    kept = [one for one in answer.signs if one.get("basis") == ended.basis]
    kept += [one for one in answer.signs if one["rule"] in ended.rules]
    sign = kept[0] if kept else {}
    values = sign.get("values", "")
    texts: Mapping[str, str] = {"nl": values} if isinstance(values, str) else values
    why = (next(iter(ended.rules), ""), without_local(sign.get("source", "")))
    note = {key: NOTE_SEPARATOR.join(part for part in (text, *why) if part) for key, text in texts.items()}
    record.reopen_task(by=by, at=at, task_id=ended.pk, note=note, allowed=allowed)
