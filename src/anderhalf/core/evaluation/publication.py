"""Which counts may be published about which unit in which calendar period, decided once for all of them together.

Units are the network, its centres and its practices. The decision does not depend on what is asked, so that two
answers can never be subtracted from each other to find a small count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from .disclosure import Relation, hidden_cells
from .indicators import COUNTED, PARTS, TOTALS, Events, Mark, Seen, Tally, Triaged, tally
from .periods import Grain, Period, cover, period_of, split, tree

Unit = tuple[str, str]
NETWORK: Unit = ("network", "")
Cell = tuple[Unit, Period, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The cells that stay hidden; everything else may be shown."""

    smallest: int
    hidden: frozenset[Cell] = field(default_factory=frozenset)
    span: Period | None = None

    def may_show(self, units: Sequence[Unit], period: Period, name: str) -> bool:
        """Whether the count of these units together may be shown; a free period is the sum of calendar periods."""
        parts = (period,) if period == self.span else cover(period)
        return all((unit, part, name) not in self.hidden for unit in units for part in parts)

    def masked(self, found: Tally, units: Sequence[Unit], period: Period) -> Tally:
        """The tally without what may not be shown. Values behind a mean go with their count."""
        shown = {
            name: count if count is not None and self.may_show(units, period, name) else None
            for name, count in found.counts.items()
        }
        values = dict(found.values)
        if shown["experience_mark"] is None:
            values["experience_mark"] = []
        if shown["episode_seen"] is None or len(values["days_sent_to_seen"]) < self.smallest:
            values["days_sent_to_seen"] = []
        return Tally(counts=shown, values=values)


def publish(
    events: Events,
    *,
    centres: Iterable[str],
    practices: Iterable[str],
    norm_days: int,
    smallest: int,
    reported: Iterable[Period] = (),
    span: Period | None = None,
) -> Publication:
    """Decide for every unit and every year, half, quarter and month in which anything happened.

    The periods of the report (``reported``) keep their figures as long as another period can be hidden instead.
    ``span`` is everything so far, in whole years: over it, centres and practices are compared with each other.
    """
    families = [[("centre", key) for key in centres], [("practice", key) for key in practices]]
    units = [NETWORK, *chain.from_iterable(families)]
    everything: list[Seen | Mark | Triaged] = [*events.seen, *events.marks, *events.triaged]
    years = {event.on.year for event in everything}
    if span is not None:
        years |= set(range(span.start.year, span.end.year + 1))
    periods = [*tree(sorted(years)), *([span] if span is not None and span.grain is Grain.FREE else [])]
    counts = dict.fromkeys(
        ((unit, period, name) for unit in units for period in periods for name in COUNTED), 0
    )
    for event in everything:
        own = _counts_of(event, norm_days)
        for unit in (NETWORK, ("centre", event.centre), ("practice", event.practice)):
            for period in _periods_of(event.on, span):
                for name, count in own.items():
                    counts[unit, period, name] = counts.get((unit, period, name), 0) + count
    relations = _relations(families, periods, set(counts))
    asked = set(reported)
    wanted = frozenset(
        cell for cell in counts if cell[1] in asked or (cell[1] == span and cell[0] != NETWORK)
    )
    hidden = hidden_cells(counts, relations, smallest=smallest, wanted=wanted)
    return Publication(smallest=smallest, hidden=hidden, span=span)


def _periods_of(day: date, span: Period | None) -> list[Period]:
    """Every published period in which a day lies."""
    found = [period_of(day, grain) for grain in (Grain.YEAR, Grain.HALF, Grain.QUARTER, Grain.MONTH)]
    return [*found, span] if span is not None and span.grain is Grain.FREE and span.holds(day) else found


def _counts_of(event: Seen | Mark | Triaged, norm_days: int) -> Counter[str]:
    """What one event adds to which count."""
    alone = Events(
        seen=[event] if isinstance(event, Seen) else (),
        marks=[event] if isinstance(event, Mark) else (),
        triaged=[event] if isinstance(event, Triaged) else (),
    )
    return Counter({name: count for name, count in tally(alone, norm_days=norm_days).counts.items() if count})


def _relations(families: list[list[Unit]], periods: Sequence[Period], known: set[Cell]) -> list[Relation]:
    units = [NETWORK, *chain.from_iterable(families)]
    found = []
    for period in periods:
        for unit in units:
            for group, parts in PARTS.items():
                found.append(
                    Relation((unit, period, TOTALS[group]), tuple((unit, period, part) for part in parts))
                )
            children = period.children
            if period.grain is Grain.FREE:
                children = tuple(split(period.start, period.end, Grain.YEAR))
            if children:
                for name in COUNTED:
                    found.append(
                        Relation((unit, period, name), tuple((unit, child, name) for child in children))
                    )
        for family in families:
            for name in COUNTED:
                found.append(
                    Relation((NETWORK, period, name), tuple((unit, period, name) for unit in family))
                )
    return [r for r in found if known.issuperset((r.total, *r.parts))]
