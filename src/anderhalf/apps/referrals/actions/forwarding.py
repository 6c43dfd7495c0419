"""On to the hospital: the referral that the centre writes when a patient needs the second line."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.viewer import Viewer

from ..agreed import answer_before, check_recipient, days_of
from ..errors import ReferralRefused
from ..models import Referral
from ..relations import open_relations
from ..states import Status
from ..steps import Content, first_row, needed, new_row, step


@transaction.atomic
def create_forward(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    reason: str,
    recipient: UUID | None = None,
    intent: str = Referral.Intent.DIAGNOSIS,
    treatment_so_far: str = "",
    proposal: str = "",
    further_information: str = "",
    urgency: str = "",
    follows: UUID | None = None,
    because: str = "",
    pathway: str = "",
) -> Referral:
    """Make and send a referral to the second line in one step; ``recipient`` None is the hospital of the agreement.

    ``follows`` is the referral that brought the patient to the centre. The person who forwards has decided, so no
    table is asked; ``urgency`` is a code of ``pathway`` (empty: the agreement's first).
    """
    rule = check_access(by, Right.REFER, patient=patient, at=at)
    reason = needed(reason, _("Schrijf de reden van de verwijzing op."), error=ReferralRefused)
    found = new_row(by=by, at=at, patient=patient, direction=Referral.Direction.TO_SECOND_LINE)
    Content(
        intent=intent,
        reason=reason,
        treatment_so_far=treatment_so_far,
        proposal=proposal,
        further_information=further_information,
        pathway=pathway,
    ).fill(found)
    found.recipient = check_recipient(recipient, line="second", patient=patient, by=by, at=at)
    found.chosen_line, found.urgency, found.follows_id = "second", urgency, follows
    days = days_of(urgency, referral=found) if urgency else None
    found.see_before = timezone.localdate(at) + timedelta(days=days) if days is not None else None
    found.sent_at, found.answer_before = at, answer_before(found, at=at)
    found.save()
    first_row(found, by=by, at=at, rule=rule)
    step(found, Status.SENT, by=by, at=at, rule=rule, event="referral_sent", because=because)
    open_relations(found, by=by, at=at)
    return found
