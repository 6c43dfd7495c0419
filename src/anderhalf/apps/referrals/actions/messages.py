"""The thread about a referral, read by both sides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.record.models import Observation
from anderhalf.core.pathway.mentions import Mention
from anderhalf.core.pathway.routing import Routing

from ..access import acting_for, check_message
from ..asked import asked_about
from ..errors import AlreadyPlaced, ReferralRefused
from ..models import Message, Referral
from ..steps import add_line, locked, log, needed
from .written import store_written

SAME_WITHIN = timedelta(minutes=30)
"""The same words of the same writer within this time are a second press, and no second message."""


@transaction.atomic
def post_message(
    *, by: Viewer, at: datetime, referral: UUID, text: str, items: Sequence[NewObservation] = (),
    not_now: Sequence[Mention] = (),
) -> Routing | None:  # fmt: skip
    """Add a line to the thread. ``items`` are what was confirmed about its words, ``not_now`` what is not so now.

    A danger among the values brings the referral up in every list sorted by danger, and gets its task as on every
    road; what the agreement answers with them is given back. Raises ``ReferralRefused`` when the text is empty,
    :class:`WrittenDanger` when it says something of a danger and nobody was asked, :class:`AlreadyPlaced` when the
    writer placed the same words a moment ago and says nothing new beside them.
    """
    found = locked(referral, by=by, version=None)
    rule = check_message(by, found, at=at)
    text = needed(text, _("Schrijf eerst een bericht."), error=ReferralRefused)
    if (earlier := _placed_before(found, text, items, by=by, at=at)) is not None:
        raise AlreadyPlaced(earlier.at)
    routing = store_written(found, text, by=by, at=at, items=items, not_now=not_now)
    asked = asked_about(found, text, at=at, items=items, not_now=not_now)
    add_line(found, by=by, at=at, text=text, asked=asked)
    detail = {"not_now": [one.fact for one in not_now]} if not_now else {}
    log(found, by=by, at=at, rule=rule, event="referral_message", action="C", detail=detail)
    return routing


def _placed_before(
    referral: Referral, text: str, items: Sequence[NewObservation], *, by: Viewer, at: datetime
) -> Message | None:
    """The same words of this writer of a moment ago, whatever the spaces and capitals; None when something is
    confirmed beside them that was not confirmed then."""
    lately = referral.messages.filter(author_id=by.user_id, at__gt=at - SAME_WITHIN, at__lte=at)
    same = next((one for one in lately.order_by("-at") if _bare(one.text) == _bare(text)), None)
    if same is None or not items:
        return same
    stored = Observation.objects.filter(
        patient=referral.patient_id, status=Observation.Status.FINAL, recorded_at__gte=same.at
    )
    return same if {one.fact for one in items} <= set(stored.values_list("fact", flat=True)) else None


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


@transaction.atomic
def mark_messages_read(*, by: Viewer, at: datetime, referral: UUID) -> int:
    """Mark what the other side wrote as read; gives how many lines that were. Nothing new leaves no audit line."""
    found = locked(referral, by=by, version=None)
    rule = check_message(by, found, at=at)
    count = (
        found.messages.filter(read_at__isnull=True)
        .exclude(author_organisation__in=acting_for(by))
        .update(read_at=at, read_by=by.name)
    )
    if count:
        log(found, by=by, at=at, rule=rule, event="referral_messages_read", detail={"count": count})
    return int(count)
