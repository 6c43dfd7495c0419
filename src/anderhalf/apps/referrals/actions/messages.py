"""The thread about a referral, read by both sides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people.viewer import Viewer

from ..access import acting_for, check_message
from ..errors import ReferralRefused
from ..models import Message
from ..steps import add_line, locked, log, needed


@transaction.atomic
def post_message(*, by: Viewer, at: datetime, referral: UUID, text: str) -> Message:
    """Add a line to the thread. Raises ``ReferralRefused`` when the text is empty."""
    found = locked(referral, by=by, version=None)
    rule = check_message(by, found, at=at)
    text = needed(text, _("Schrijf eerst een bericht."), error=ReferralRefused)
    message = add_line(found, by=by, at=at, text=text)
    log(found, by=by, at=at, rule=rule, event="referral_message", action="C")
    return message


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
