"""The advice of an emergency: kept with its facts, and a task of the referrer until it is written what was done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Task
from anderhalf.apps.record.queries import AMSTERDAM
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.core.pathway.routing import Routing
from anderhalf.presentation.language import in_each_language

from ..danger import EMERGENCY, IN_A_FORM, Call, basis_of, title_of
from ..errors import EmergencyOpen, ReferralRefused
from ..steps import needed, store_decision


@transaction.atomic
def record_emergency(*, by: Viewer, at: datetime, patient: UUID, routing: Routing) -> Task | None:
    """Keep the advice that was given, with the facts it rests on; nothing is sent or booked. The referrer's own
    organisation has a task from now on: the call is made there, and nobody else knows. One per patient and place."""
    rule = check_access(by, Right.REFER, patient=patient, at=at)
    for decision in routing.decisions.values():
        store_decision(decision, routing, patient=patient, by=by, at=at)
    audit.record(
        by=by,
        at=at,
        action="E",
        event="emergency_advice",
        object_type="patient",
        object_id=patient,
        patient=patient,
        rule=rule,
        detail={"rules": [reason.rule for reason in routing.reasons]},
    )
    if not by.organisation_ids:
        return None
    moment = timezone.localtime(at, AMSTERDAM)
    due = agreement_on(by.network, on=moment.date()).urgent.due_at(routing.action, moment)
    for waiting in _open(by, patient):
        due = min(due, waiting.due_at or due)  # sent again, the first clock goes on
        record.cancel_task(by=by, at=at, task_id=waiting.pk, note="Vervangen: het advies is opnieuw gegeven.",
                           allowed=rule)  # fmt: skip
    return record.add_task(
        by=by, at=at, patient=patient, kind=EMERGENCY,
        title=in_each_language(lambda: title_of(routing)),
        owner_organisation=Organisation.objects.get(pk=by.organisation_ids[0]), owner=by.professional_id,
        due_on=due.date(), due_at=due, allowed=rule,
        rank=ACTIONS.index(routing.action) if routing.action in ACTIONS else 0,
        rules=[one.rule for one in routing.danger.signs or routing.reasons], basis=basis_of(routing),
    )  # fmt: skip


@transaction.atomic
def answer_emergency(*, by: Viewer, at: datetime, task: UUID, call: Call, because: str = "") -> Task:
    """Write down what was done about an emergency that was not sent: the call, or why there was none.

    Raises ``Task.DoesNotExist`` for a task of another organisation and ``ReferralRefused`` while something is missing.
    """
    row = Task.objects.get(pk=task, kind=EMERGENCY, owner_organisation__in=by.organisation_ids)
    check_access(by, Right.REFER, patient=row.patient_id, at=at)
    if call.is_complete:
        note = _in_words(call)
    elif call.with_whom.strip() or call.agreed.strip():
        raise ReferralRefused(_("Schrijf op met wie u belde en wat u afsprak."))
    else:
        missing = _("Schrijf op met wie u belde en wat u afsprak, of waarom er niet is gebeld.")
        note = f"Niet gebeld: {needed(because, missing, error=ReferralRefused)}"
    return record.complete_task(by=by, at=at, task_id=row.pk, note=note)


def check_emergency(*, by: Viewer, patient: UUID) -> None:
    """Refuse with :class:`EmergencyOpen` while an emergency of this patient waits for what was done; only a submission
    that has the call itself need not ask this. What stands in a form that was not sent is asked in that form."""
    if any(not one.about.startswith(IN_A_FORM) for one in _open(by, patient)):
        raise EmergencyOpen


def end_emergency(*, by: Viewer, at: datetime, patient: UUID, call: Call | None) -> None:
    """A referral that was sent with a call says what was done about the emergency before it."""
    if call is None or not call.is_complete:
        return
    for row in _open(by, patient):
        record.complete_task(by=by, at=at, task_id=row.pk, note=_in_words(call))


def _in_words(call: Call) -> str:
    """The call as it is kept with the task."""
    return f"Gebeld met {call.with_whom.strip()}: {call.agreed.strip()}"[:300]


def _open(by: Viewer, patient: UUID) -> list[Task]:
    return list(
        Task.objects.filter(
            patient=patient,
            kind=EMERGENCY,
            status=Task.Status.OPEN,
            owner_organisation__in=by.organisation_ids,
        )
    )
