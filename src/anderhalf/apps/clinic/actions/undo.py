"""Taking back what was pressed: everything a choice made is marked as entered in error or lapses; nothing is erased."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement, Observation

from ..access import lock_episode, permit
from ..errors import AdviceRefused
from ..followers import AFTER_UNDO
from ..models import AdviceChoice, ChoiceWithdrawn
from ..queries.choices import undoable_by


@transaction.atomic
def undo_choice(*, by: Viewer, at: datetime, choice: UUID) -> ChoiceWithdrawn:
    """Undo the own choice of today: its medication agreements were entered in error, its tasks and its case lapse.

    Raises ``AdviceRefused`` for another person's choice, on another day, and when something was decided after it.
    """
    row = _locked(choice, by=by)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=row.patient_id)
    if not undoable_by(by, row, at=at):
        raise AdviceRefused(
            _(
                "Ongedaan maken kan op dezelfde dag, door dezelfde persoon, zolang er niets nieuws is besloten."
            )
        )
    because = "Ongedaan gemaakt."
    for agreement in MedicationAgreement.objects.filter(
        pk__in=row.medication, status=Observation.Status.FINAL
    ):
        record.mark_medication_in_error(by=by, at=at, agreement=agreement.pk, because=because)
    for task in row.tasks:
        record.cancel_task(by=by, at=at, task_id=UUID(task), note=because, allowed=permission.rule)
    withdrawn = ChoiceWithdrawn.objects.create(
        choice=row, kind=ChoiceWithdrawn.Kind.UNDONE, at=at, by=by.name
    )
    for follower in AFTER_UNDO:
        follower(by=by, at=at, choice=row)
    _touch(row, by=by)
    permission.log("U", "advice_undone", row, drug_class=row.drug_class, choice=row.choice)
    return withdrawn


@transaction.atomic
def reopen_advice(*, by: Viewer, at: datetime, choice: UUID) -> ChoiceWithdrawn:
    """Open a declined proposal again, by whoever treats the patient. That it was declined stays readable."""
    row = _locked(choice, by=by)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=row.patient_id)
    if row.choice != AdviceChoice.Choice.DECLINED or ChoiceWithdrawn.objects.filter(choice=row).exists():
        raise AdviceRefused(_("Dit voorstel is niet afgewezen."))
    withdrawn = ChoiceWithdrawn.objects.create(
        choice=row, kind=ChoiceWithdrawn.Kind.REOPENED, at=at, by=by.name
    )
    _touch(row, by=by)
    permission.log("U", "advice_reopened", row, drug_class=row.drug_class)
    return withdrawn


def _locked(choice: UUID, *, by: Viewer) -> AdviceChoice:
    row = AdviceChoice.objects.select_for_update(of=("self",)).filter(pk=choice, network=by.network).first()
    if row is None:
        raise AccessDenied
    return row


def _touch(row: AdviceChoice, *, by: Viewer) -> None:
    """Whoever has the contact form open hears that something changed."""
    episode = lock_episode(row.episode_id, by=by, must_be_open=False)
    episode.version += 1
    episode.save(update_fields=["version"])
