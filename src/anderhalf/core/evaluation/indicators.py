"""What the indicators of an agreement come to, counted from plain rows of what really happened.

Three kinds of events carry everything: a patient first seen (with the newest outcome of that episode), a mark given,
a referral triaged. A :class:`Tally` counts them; :func:`measure` turns counts into one indicator's figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil, floor

from .intervals import Share, wilson

FIRST, SECOND = "first", "second"
OUTCOMES = {
    "forwarded": "outcome_forwarded",
    "under_control": "outcome_under_control",
    "returned": "outcome_returned",
}
"""The outcomes an agreement counts apart; every other outcome is ``outcome_other``, none yet is ``outcome_open``."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "outcomes": (
        "outcome_forwarded",
        "outcome_under_control",
        "outcome_returned",
        "outcome_other",
        "outcome_open",
    ),
    "directions": ("referred_from_first", "referred_from_second"),
    "waits": ("waited_within", "waited_longer", "waited_unknown"),
    "triage": ("triage_followed", "triage_overruled"),
    "overruled": ("overruled_by_referrer", "overruled_by_triage"),
}
TOTALS: Mapping[str, str] = {
    "outcomes": "episode_seen",
    "directions": "episode_seen",
    "waits": "episode_seen",
    "triage": "referral_triaged",
    "overruled": "triage_overruled",
}
"""Which counts add up to which: what one hidden count could be subtracted from."""

_PARTS = [name for parts in PARTS.values() for name in parts]
COUNTED = tuple(dict.fromkeys((*TOTALS.values(), *_PARTS, "experience_mark")))
"""Every count there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A patient first seen on ``on``. ``outcome`` is the newest of the episode, "" while there is none.

    ``waited`` is in days from sending the referral to the first contact; None when it was never sent in the service.
    """

    on: date
    centre: str
    practice: str
    direction: str
    outcome: str = ""
    waited: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A patient's report mark, given on ``on``."""

    on: date
    centre: str
    practice: str
    mark: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Triaged:
    """A referral decided for the first time on ``on``. ``overruled_by`` is ``referrer``, ``triage`` or "".

    When both chose another line than the agreement proposed, it is ``triage`` only if triage chose a third line.
    """

    on: date
    centre: str
    practice: str
    overruled_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Everything that happened, in no order."""

    seen: Sequence[Seen] = ()
    marks: Sequence[Mark] = ()
    triaged: Sequence[Triaged] = ()

    def where(self, keep: Callable[[Seen | Mark | Triaged], bool]) -> Events:
        """Only the events for which ``keep`` is true."""
        return Events(
            seen=[event for event in self.seen if keep(event)],
            marks=[event for event in self.marks if keep(event)],
            triaged=[event for event in self.triaged if keep(event)],
        )


@dataclass(slots=True)
class Tally:
    """Counts by name, and the values behind a mean or a median. ``None`` in ``counts`` means hidden."""

    counts: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    values: dict[str, list[int]] = field(
        default_factory=lambda: {"experience_mark": [], "days_sent_to_seen": []}
    )

    def __getitem__(self, name: str) -> int | None:
        return self.counts[name]


def tally(events: Events, *, norm_days: int) -> Tally:
    """Count the events. ``norm_days`` is the agreement's longest wait."""
    found = Tally()
    counted: Counter[str] = Counter()
    for seen in events.seen:
        counted["episode_seen"] += 1
        counted["referred_from_first" if seen.direction == FIRST else "referred_from_second"] += 1
        counted[OUTCOMES.get(seen.outcome, "outcome_other") if seen.outcome else "outcome_open"] += 1
        if seen.waited is None:
            counted["waited_unknown"] += 1
        else:
            counted["waited_within" if seen.waited <= norm_days else "waited_longer"] += 1
            found.values["days_sent_to_seen"].append(seen.waited)
    for mark in events.marks:
        counted["experience_mark"] += 1
        found.values["experience_mark"].append(mark.mark)
    for triaged in events.triaged:
        counted["referral_triaged"] += 1
        counted["triage_overruled" if triaged.overruled_by else "triage_followed"] += 1
        if triaged.overruled_by:
            counted[f"overruled_by_{triaged.overruled_by}"] += 1
    found.counts |= counted
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One indicator in one period. ``hidden``: there is a figure, but it may not be shown.

    ``share`` for shares and for the part of waits within the norm (``within``); ``value`` for counts, means (mark) and
    medians (days); ``tail`` is the 90th percentile of a duration; ``answers`` how many values lie behind a mean.
    """

    kind: str
    value: float | None = None
    share: Share | None = None
    tail: float | None = None
    within: Share | None = None
    answers: int | None = None
    hidden: bool = False


def measure(found: Tally, *, kind: str, numerator: str, denominator: str = "") -> Figure:
    """The figure of an indicator of this kind. Raises ``ValueError`` for a kind that does not exist."""
    if kind == "count":
        return Figure(kind=kind, value=found[numerator], hidden=found[numerator] is None)
    if kind == "share":
        share = share_of(found, numerator, denominator)
        return Figure(kind=kind, share=share, hidden=share is None)
    if kind == "mean":
        count, values = found[numerator], found.values[numerator]
        if count is None:
            return Figure(kind=kind, hidden=True)
        return Figure(kind=kind, value=sum(values) / len(values) if values else None, answers=count)
    if kind == "duration":
        return _duration(found, found.values[numerator])
    raise ValueError(f"an indicator is a count, share, mean or duration, not {kind!r}")


def share_of(found: Tally, numerator: str, denominator: str) -> Share | None:
    """The share with its 95% Wilson interval, or None when one of the counts is hidden."""
    count, total = found[numerator], found[denominator]
    return None if count is None or total is None else wilson(count, total)


def _duration(found: Tally, values: list[int]) -> Figure:
    """Median and 90th percentile are shown when the counts on both sides of the norm are, or there are enough."""
    within, longer = found["waited_within"], found["waited_longer"]
    if found["episode_seen"] is None:
        return Figure(kind="duration", hidden=True)
    share = None if within is None or longer is None else wilson(within, within + longer)
    return Figure(
        kind="duration",
        value=percentile(values, 0.5),
        tail=percentile(values, 0.9),
        within=share,
        answers=len(values),
    )


def percentile(values: Iterable[float], fraction: float) -> float | None:
    """The value below which ``fraction`` of the values lie, linear between neighbours (Hyndman & Fan type 7).

    None without values. Raises ``ValueError`` for a fraction outside 0..1.
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"a fraction lies between 0 and 1, not {fraction}")
    ordered = sorted(values)
    if not ordered:
        return None
    place = fraction * (len(ordered) - 1)
    low, high = floor(place), ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
