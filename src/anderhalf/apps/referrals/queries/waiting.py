"""How long it takes now: from what really happened to recent referrals, never from a promise."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.network.queries import NotPublished, agreement_on

from ..models import StatusChange
from ..states import Status

WINDOW = timedelta(days=90)
ENOUGH = 5
"""Fewer recent referrals than this say nothing about the next one."""

WaitingTime = int | None


def waiting_time(centre: UUID, *, at: datetime) -> WaitingTime:
    """Median days from sent to first seen, of referrals to this centre first seen in the last 90 days.

    None when fewer than five were seen: then nothing is known, which is not the same as no wait.
    """
    rows = (
        StatusChange.objects.filter(
            status=Status.SEEN,
            at__gt=at - WINDOW,
            at__lte=at,
            referral__recipient=centre,
            referral__sent_at__isnull=False,
        )
        .order_by("referral_id", "at")
        .values_list("referral_id", "at", "referral__sent_at")
    )
    first: dict[UUID, int] = {}
    for referral, seen, sent in rows:
        first.setdefault(referral, (timezone.localdate(seen) - timezone.localdate(sent)).days)
    return round(median(first.values())) if len(first) >= ENOUGH else None


def waiting_norm(network: str, *, at: datetime) -> int | None:
    """The agreed longest wait for a first appointment, in days; None without an agreement."""
    try:
        return agreement_on(network, on=timezone.localdate(at)).waiting.days
    except NotPublished:
        return None
