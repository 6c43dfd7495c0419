"""The thread about a referral, read by both sides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.pathway.mentions import Mention
from anderhalf.core.pathway.referral import Routing

from ..access import acting_for, check_message
from ..danger import order_of
from ..errors import ReferralRefused
from ..steps import add_line, locked, log, needed, store_decision
from .written import check_written


@transaction.atomic
def post_message(
    *, by: Viewer, at: datetime, referral: UUID, text: str, items: Sequence[NewObservation] = (),
    not_now: Sequence[Mention] = (),
) -> Routing | None:  # fmt: skip
    """Add a line to the thread. ``items`` are what was confirmed about its words, ``not_now`` what is not so now.

    A danger among the values brings the referral up in every list sorted by danger, and gets its task as on every
    road; what the agreement answers with them is given back. Raises ``ReferralRefused`` when the text is empty,
    :class:`WrittenDanger` when it says something of a danger and nobody was asked.
    """
    found = locked(referral, by=by, version=None)
    rule = check_message(by, found, at=at)
    text = needed(text, _("Schrijf eerst een bericht."), error=ReferralRefused)
    routing = check_written(found, text, by=by, at=at, items=items, not_now=not_now)
    add_line(found, by=by, at=at, text=text)
    if routing is not None and items:
        record.record_observations(
            by=by, at=at, patient=found.patient_id, items=items, under=Right.WRITE_MESSAGE, referral=found.pk
        )
        orders = [one for one in (found.danger, order_of(routing.danger)) if one is not None]
        found.danger = min(orders, default=None)
        found.save(update_fields=["danger"])
        for decision in routing.decisions.values():
            store_decision(decision, routing, patient=found.patient_id, by=by, at=at, referral=found.pk)
    detail = {"not_now": [one.fact for one in not_now]} if not_now else {}
    log(found, by=by, at=at, rule=rule, event="referral_message", action="C", detail=detail)
    return routing if items else None


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
