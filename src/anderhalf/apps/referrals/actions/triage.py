"""What the receiving side decides about a referral: accept, ask, redirect or answer.

``items`` and ``not_now`` are what was answered about the words of a text; a danger in it that nobody was asked about
raises ``WrittenDanger``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.models import CareRelation, Organisation
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.record.queries import danger_tasks
from anderhalf.core.pathway.danger import NO_CALL
from anderhalf.core.pathway.mentions import Mention

from .. import agreed
from ..access import check_triage
from ..asked import asked_about
from ..errors import ReferralRefused
from ..models import Override, Referral
from ..relations import end_relation
from ..states import REFERRAL_STATES, Status
from ..steps import AFTER_ACCEPT, AFTER_ANSWER, add_line, keep_override, locked, needed, step
from .written import store_written


def _check_no_danger_open(found: Referral) -> None:
    """A danger that came in after the referral was sent (a message, a supplement, a value from home) and that asks to
    call is dealt with first: taking the patient on, or sending them back, is no answer to it."""
    since = found.sent_at
    for task in danger_tasks(found.patient_id):
        if task.rank < NO_CALL and (since is None or task.created_at > since):
            raise ReferralRefused(
                _("Er staat een gevaar open: %(danger)s. Bel eerst en leg vast wat u hebt gedaan.")
                % {"danger": task.title_shown.rstrip(".")}
            )


@transaction.atomic
def accept(
    *,
    by: Viewer,
    at: datetime,
    referral: UUID,
    urgency: str = "",
    because: str = "",
    version: int | None = None,
    items: Sequence[NewObservation] = (),
    not_now: Sequence[Mention] = (),
) -> Referral:
    """Take the patient on. ``urgency`` changes the term (a code of the agreement); taking on somebody whom the
    agreement places in another line needs ``because`` and is kept as an override."""
    found = locked(referral, by=by, version=version)
    rule = check_triage(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.ACCEPTED)
    _check_no_danger_open(found)
    own_line = "second" if found.recipient.kind == Organisation.Kind.HOSPITAL else "intermediate"
    if found.proposed_line and found.proposed_line != own_line:
        because = needed(
            because,
            _("De afspraak stelt een andere lijn voor. Schrijf op waarom u de patiënt toch aanneemt."),
        )
        keep_override(found, by=by, at=at, kind=Override.By.TRIAGE, chosen=own_line, reason=because)
    store_written(found, because, by=by, at=at, items=items, not_now=not_now)
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
    *, by: Viewer, at: datetime, referral: UUID, question: str, version: int | None = None,
    items: Sequence[NewObservation] = (), not_now: Sequence[Mention] = (),
) -> Referral:  # fmt: skip
    """Ask the sender for more; the question becomes a line in the thread and the clock goes to the sender."""
    found = locked(referral, by=by, version=version)
    rule = check_triage(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.MORE_INFORMATION)
    question = needed(question, _("Schrijf op wat u nog wilt weten."), error=ReferralRefused)
    store_written(found, question, by=by, at=at, items=items, not_now=not_now)
    found.answer_before = agreed.answer_before(found, at=at, waiting_for_information=True)
    asked = asked_about(found, question, at=at, items=items, not_now=not_now)
    add_line(found, by=by, at=at, text=question, asked=asked)
    return step(
        found, Status.MORE_INFORMATION, by=by, at=at, rule=rule, event="referral_question", because=question
    )


@transaction.atomic
def redirect(
    *, by: Viewer, at: datetime, referral: UUID, line: str, because: str, version: int | None = None,
    items: Sequence[NewObservation] = (), not_now: Sequence[Mention] = (),
) -> Referral:  # fmt: skip
    """Send the patient to the ``first`` or ``second`` line instead, with the reason; the sender acts on it.

    The care relation of the receiving organisation ends. Another line than the agreement proposed is an override.
    """
    found = locked(referral, by=by, version=version)
    rule = check_triage(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.REDIRECTED)
    if line not in ("first", "second"):
        raise ReferralRefused(_("Kies de 1e of de 2e lijn."))
    if line == "first":
        _check_no_danger_open(found)
    because = needed(because, _("Schrijf op waarom u doorverwijst; de verwijzer leest dit."))
    store_written(found, because, by=by, at=at, items=items, not_now=not_now)
    if found.proposed_line and found.proposed_line != line:
        keep_override(found, by=by, at=at, kind=Override.By.TRIAGE, chosen=line, reason=because)
    found.chosen_line = line
    found.answer_before = None
    step(found, Status.REDIRECTED, by=by, at=at, rule=rule, event="referral_redirected", because=because)
    end_relation(found, CareRelation.Kind.REFERRED_TO, by=by, at=at)
    return found


@transaction.atomic
def answer_advice(
    *, by: Viewer, at: datetime, referral: UUID, answer: str, version: int | None = None,
    items: Sequence[NewObservation] = (), not_now: Sequence[Mention] = (),
) -> Referral:  # fmt: skip
    """Answer the question; the patient stays with the sender. The answer stands in the thread as well."""
    found = locked(referral, by=by, version=version)
    rule = check_triage(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.ANSWERED)
    _check_no_danger_open(found)
    answer = needed(answer, _("Schrijf eerst uw advies."), error=ReferralRefused)
    store_written(found, answer, by=by, at=at, items=items, not_now=not_now)
    found.answer_before = None
    asked = asked_about(found, answer, at=at, items=items, not_now=not_now)
    add_line(found, by=by, at=at, text=answer, asked=asked)
    step(found, Status.ANSWERED, by=by, at=at, rule=rule, event="referral_answered", because=answer)
    for follower in AFTER_ANSWER:
        follower(by=by, at=at, referral=found)
    return found
