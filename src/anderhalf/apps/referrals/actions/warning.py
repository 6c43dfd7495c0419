"""A danger in a referral form or message that was not sent: whoever is called away now finds it again, with a clock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.people.access import Right, can_access, check_access
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Task
from anderhalf.apps.record.queries import AMSTERDAM
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.core.pathway.routing import Routing
from anderhalf.presentation.language import in_each_language

from ..danger import EMERGENCY, IN_A_FORM, action_of, basis_of, still_open, title_of
from ..models import UnnamedEmergency
from .unnamed import end_unnamed, hold_emergency

NO_DANGER = "Vervallen: de waarde in het formulier is bevestigd of verbeterd, en is geen gevaar."


@transaction.atomic
def warn_of_form(
    *, by: Viewer, at: datetime, key: str, routing: Routing, patient: UUID | None = None, person: str = "",
    under: Right = Right.REFER,
) -> bool:  # fmt: skip
    """Keep the danger that stands in the form ``key`` as a task of who wrote it (else of who may act there) and
    the own organisation; True when
    it is new there.

    The same values make one task, and its first clock stays. It ends when the values that it rests on are known to be
    no danger, when the referral is sent with the call, or when somebody wrote down what was done; wiping a value out
    or throwing the draft away ends nothing. Somebody who is not registered yet (``patient`` None) stands there with
    what is known (``person``). ``under`` is the right by which the text is written.
    """
    if not by.organisation_ids:
        return False
    if patient is None:
        return _warn_unnamed(by=by, at=at, key=key, routing=routing, person=person)
    rule = check_access(by, under, patient=patient, at=at)
    open_here = [one for one in _open(by, patient) if one.about in ("", IN_A_FORM + key)]
    if not routing.danger.signs:
        end_warnings(by=by, at=at, patient=patient, routing=routing)
        return False
    # whoever may not write down what was done (a nurse) leaves it to those of the organisation who may
    owner = by.professional_id if can_access(by, Right.REFER, patient=patient, at=at) else None
    basis, rules = basis_of(routing), [one.rule for one in routing.danger.signs]
    if any(one.basis == basis or (not one.about and set(one.rules) >= set(rules)) for one in open_here):
        return False
    if Task.objects.filter(patient=patient, kind=EMERGENCY, status=Task.Status.DONE, basis=basis).exists():
        return False
    action, moment = action_of(routing), timezone.localtime(at, AMSTERDAM)
    due = agreement_on(by.network, on=moment.date()).urgent.due_at(action, moment)
    for earlier in (one for one in open_here if one.about):
        due = min(due, earlier.due_at or due)
        record.cancel_task(by=by, at=at, task_id=earlier.pk, note="Vervangen: er is een nieuwere waarde.",
                           allowed=rule)  # fmt: skip
    record.add_task(
        by=by, at=at, patient=patient, kind=EMERGENCY, title=in_each_language(lambda: title_of(routing)),
        owner_organisation=Organisation.objects.get(pk=by.organisation_ids[0]), owner=owner,
        due_on=due.date(), due_at=due, about=IN_A_FORM + key, rank=ACTIONS.index(action), basis=basis, rules=rules,
        allowed=rule,
    )  # fmt: skip
    return True


def _warn_unnamed(*, by: Viewer, at: datetime, key: str, routing: Routing, person: str) -> bool:
    mine = UnnamedEmergency.objects.filter(organisation=by.organisation_ids[0], draft=key[:60])
    held = mine.filter(done_at=None).first()
    if not routing.danger.signs:
        if held is not None and not still_open(held.rules, routing):
            end_unnamed(held, by=by, at=at, note=NO_DANGER)
        return False
    rules = sorted({one.rule for one in routing.danger.signs})
    if held is None and any(sorted(one) == rules for one in mine.values_list("rules", flat=True)):
        return False  # somebody answered exactly this already
    hold_emergency(by=by, at=at, draft=key, person=person, routing=routing)
    return held is None


def end_warnings(*, by: Viewer, at: datetime, patient: UUID, routing: Routing) -> None:
    """End the warnings of forms about this patient whose values are known now, and are no danger."""
    for one in _open(by, patient):
        if one.about.startswith(IN_A_FORM) and not still_open(one.rules, routing):
            record.cancel_task(by=by, at=at, task_id=one.pk, note=NO_DANGER, allowed="rule:danger")


def _open(by: Viewer, patient: UUID) -> list[Task]:
    return list(
        Task.objects.filter(
            patient=patient, kind=EMERGENCY, status=Task.Status.OPEN,
            owner_organisation__in=by.organisation_ids,
        )
    )  # fmt: skip
