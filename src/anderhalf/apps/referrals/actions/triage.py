"""What the receiving side decides about a referral: accept, ask, redirect or answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.models import CareRelation, Organisation
from anderhalf.apps.people.viewer import Viewer

from .. import agreed
from ..access import check_triage
from ..errors import ReferralRefused
from ..models import Override, Referral
from ..relations import end_relation
from ..states import REFERRAL_STATES, Status
from ..steps import AFTER_ACCEPT, AFTER_ANSWER, add_line, keep_override, locked, needed, step


@transaction.atomic
def accept(
    *,
    by: Viewer,
    at: datetime,
    referral: UUID,
    urgency: str = "",
    because: str = "",
    version: int | None = None,
) -> Referral:
    """Take the patient on. ``urgency`` changes the term (a code of the agreement); taking on somebody whom the
    agreement places in another line needs ``because`` and is kept as an override."""
    found = locked(referral, by=by, version=version)
    rule = check_triage(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.ACCEPTED)
    own_line = "second" if found.recipient.kind == Organisation.Kind.HOSPITAL else "intermediate"
    if found.proposed_line and found.proposed_line != own_line:
        because = needed(
            because,
            _("De afspraak stelt een andere lijn voor. Schrijf op waarom u de patiënt toch aanneemt."),
        )
        keep_override(found, by=by, at=at, kind=Override.By.TRIAGE, chosen=own_line, reason=because)
    found.chosen_line = own_line
    if urgency and urgency != found.urgency:
        days = agreed.days_of(urgency, referral=found)
        found.urgency = urgency
        sent_on = timezone.localdate(found.sent_at or at)
        found.see_before = sent_on + timedelta(days=days) if days is not None else None
    found.answer_before = None
    step(found, Status.ACCEPTED, by=by, at=at, rule=rule, event="referral_accepted", because=because.strip())
    for follower in AFTER_ACCEPT:
        follower(by=by, at=at, referral=found)
    return found


@transaction.atomic
def ask_more(
    *, by: Viewer, at: datetime, referral: UUID, question: str, version: int | None = None
) -> Referral:
    """Ask the sender for more; the question becomes a line in the thread and the clock goes to the sender."""
    found = locked(referral, by=by, version=version)
    rule = check_triage(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.MORE_INFORMATION)
    question = needed(question, _("Schrijf op wat u nog wilt weten."), error=ReferralRefused)
    found.answer_before = agreed.answer_before(found, at=at, waiting_for_information=True)
    add_line(found, by=by, at=at, text=question)
    return step(
        found, Status.MORE_INFORMATION, by=by, at=at, rule=rule, event="referral_question", because=question
    )


@transaction.atomic
def redirect(
    *, by: Viewer, at: datetime, referral: UUID, line: str, because: str, version: int | None = None
) -> Referral:
    """Send the patient to the ``first`` or ``second`` line instead, with the reason; the sender acts on it.

    The care relation of the receiving organisation ends. Another line than the agreement proposed is an override.
    """
    found = locked(referral, by=by, version=version)
    rule = check_triage(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.REDIRECTED)
    if line not in ("first", "second"):
        raise ReferralRefused(_("Kies de 1e of de 2e lijn."))
    because = needed(because, _("Schrijf op waarom u doorverwijst; de verwijzer leest dit."))
    if found.proposed_line and found.proposed_line != line:
        keep_override(found, by=by, at=at, kind=Override.By.TRIAGE, chosen=line, reason=because)
    found.chosen_line = line
    found.answer_before = None
    step(found, Status.REDIRECTED, by=by, at=at, rule=rule, event="referral_redirected", because=because)
    end_relation(found, CareRelation.Kind.REFERRED_TO, by=by, at=at)
    return found


@transaction.atomic
def answer_advice(
    *, by: Viewer, at: datetime, referral: UUID, answer: str, version: int | None = None
) -> Referral:
    """Answer the question; the patient stays with the sender. The answer stands in the thread as well."""
    found = locked(referral, by=by, version=version)
    rule = check_triage(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.ANSWERED)
    answer = needed(answer, _("Schrijf eerst uw advies."), error=ReferralRefused)
    found.answer_before = None
    add_line(found, by=by, at=at, text=answer)
    step(found, Status.ANSWERED, by=by, at=at, rule=rule, event="referral_answered", because=answer)
    for follower in AFTER_ANSWER:
        follower(by=by, at=at, referral=found)
    return found
