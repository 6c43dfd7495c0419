"""What happens to a referral after triage: booked, seen, closed, or withdrawn by the sender."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people.models import CareRelation
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.pathway.mentions import Mention

from ..access import check_booking, check_close, check_requester
from ..models import Referral
from ..relations import end_relation
from ..states import REFERRAL_STATES, Status
from ..steps import AFTER_WITHDRAW, locked, log, needed, step
from .written import store_written


@transaction.atomic
def mark_booked(*, by: Viewer, at: datetime, referral: UUID, because: str = "") -> Referral:
    """An appointment was made."""
    found = locked(referral, by=by, version=None)
    rule = check_booking(by, found, at=at)
    return step(found, Status.BOOKED, by=by, at=at, rule=rule, event="referral_booked", because=because)


@transaction.atomic
def mark_unbooked(*, by: Viewer, at: datetime, referral: UUID, because: str = "") -> Referral:
    """The appointment was cancelled: back on the waiting list."""
    found = locked(referral, by=by, version=None)
    rule = check_booking(by, found, at=at)
    return step(found, Status.ACCEPTED, by=by, at=at, rule=rule, event="referral_unbooked", because=because)


@transaction.atomic
def mark_seen(*, by: Viewer, at: datetime, referral: UUID, version: int | None = None) -> Referral:
    """The first contact took place. A patient who came without an appointment is booked and seen in one."""
    found = locked(referral, by=by, version=version)
    rule = check_booking(by, found, at=at)
    if found.status == Status.ACCEPTED:
        step(found, Status.BOOKED, by=by, at=at, rule=rule, event="referral_booked")
    return step(found, Status.SEEN, by=by, at=at, rule=rule, event="referral_seen")


@transaction.atomic
def close(
    *, by: Viewer, at: datetime, referral: UUID, because: str = "", version: int | None = None
) -> Referral:
    """Finish: the receiver after the care ended, the sender after reading an answer or acting on a redirection."""
    found = locked(referral, by=by, version=version)
    rule = check_close(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.CLOSED)
    step(found, Status.CLOSED, by=by, at=at, rule=rule, event="referral_closed", because=because)
    end_relation(found, CareRelation.Kind.REFERRED_TO, by=by, at=at)
    return found


@transaction.atomic
def withdraw(
    *, by: Viewer, at: datetime, referral: UUID, because: str, version: int | None = None,
    items: Sequence[NewObservation] = (), not_now: Sequence[Mention] = (),
) -> Referral:  # fmt: skip
    """Take the referral back, with a reason. The receiver's care relation that came from it ends. ``items`` and
    ``not_now``: what was answered about the words of the reason (:class:`WrittenDanger`)."""
    found = locked(referral, by=by, version=version)
    rule = check_requester(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.WITHDRAWN)
    because = needed(because, _("Schrijf op waarom u de verwijzing intrekt."))
    store_written(found, because, by=by, at=at, items=items, not_now=not_now)
    was_sent = found.status != Status.DRAFT
    found.answer_before = None
    found.form_data = {}
    step(found, Status.WITHDRAWN, by=by, at=at, rule=rule, event="referral_withdrawn", because=because)
    if was_sent:
        for follower in AFTER_WITHDRAW:
            follower(by=by, at=at, referral=found)
        end_relation(found, CareRelation.Kind.REFERRED_TO, by=by, at=at)
    return found


@transaction.atomic
def end_unseen(*, by: Viewer, at: datetime, referral: UUID, because: str) -> Referral:
    """The receiver takes an accepted referral off its list before anybody was seen: the patient declined, moved or
    died. It ends as withdrawn, with the reason; the clinic ends the episode itself."""
    found = locked(referral, by=by, version=None)
    rule = check_booking(by, found, at=at)
    REFERRAL_STATES.check(found.status, Status.WITHDRAWN)
    because = needed(because, _("Schrijf op waarom de zorg niet begint."))
    step(found, Status.WITHDRAWN, by=by, at=at, rule=rule, event="referral_ended_unseen", because=because)
    end_relation(found, CareRelation.Kind.REFERRED_TO, by=by, at=at)
    return found


@transaction.atomic
def link_episode(*, by: Viewer, at: datetime, referral: UUID, episode: UUID) -> Referral:
    """Remember which episode of care this referral led to."""
    found = locked(referral, by=by, version=None)
    rule = check_booking(by, found, at=at)
    if found.episode != episode:
        found.episode = episode
        found.save(update_fields=["episode"])
        log(found, by=by, at=at, rule=rule, event="referral_episode")
    return found
