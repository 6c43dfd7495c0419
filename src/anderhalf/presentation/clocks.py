"""Before when somebody must have acted on a danger, in words that can be met.

The term of a 112 is the moment itself: that is "now", no time of the clock, and too late only when its day went by.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.presentation.language import day_label, moment_label

MOST_URGENT = 0
"""The rank of a call to 112."""
Clock = tuple[datetime, int]
"""Before when, and the rank of the danger."""


def at_once(due_at: datetime, rank: int, *, seen_at: datetime | None = None) -> bool:
    """Whether the term is the moment itself."""
    return rank == MOST_URGENT or (seen_at is not None and due_at <= seen_at)


def is_late(due_at: datetime, rank: int, *, at: datetime, seen_at: datetime | None = None) -> bool:
    """Whether a danger waits longer than its term; of one that asks to act at once when its day went by."""
    if at_once(due_at, rank, seen_at=seen_at):
        return timezone.localdate(due_at) < timezone.localdate(at)
    return due_at < at


def clock_label(clocks: Iterable[Clock], *, at: datetime) -> str:
    """The clock of one or more dangers of one patient; empty when none has one. What is late is said first, then what
    is for now."""
    ordered = sorted(clocks)
    late = [one for one in ordered if is_late(*one, at=at)]
    if late:
        due_at, rank = late[0]
        if at_once(due_at, rank):
            return _("te laat: open sinds %(day)s") % {"day": day_label(timezone.localdate(due_at))}
        return _("te laat: had gemoeten voor %(when)s") % {"when": moment_label(due_at)}
    if any(at_once(*one) for one in ordered):
        return _("nu")
    return _("voor %(when)s") % {"when": moment_label(ordered[0][0])} if ordered else ""
