"""Calendar periods as a tree: a year of two halves, a half of two quarters, a quarter of three months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Grain(StrEnum):
    """How long a period is; ``FREE`` is any two days."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    FREE = "free"


MONTHS = {Grain.YEAR: 12, Grain.HALF: 6, Grain.QUARTER: 3, Grain.MONTH: 1}
FINER = {Grain.YEAR: Grain.HALF, Grain.HALF: Grain.QUARTER, Grain.QUARTER: Grain.MONTH}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From ``start`` up to and including ``end``: both days count."""

    start: date
    end: date
    grain: Grain

    def __post_init__(self) -> None:
        """A period that ends before it starts is a mistake of the caller."""
        if self.end < self.start:
            raise ValueError(f"a period cannot end ({self.end}) before it starts ({self.start})")

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days + 1

    @property
    def number(self) -> int:
        """Which half, quarter or month of the year this is, from 1; 1 for a year."""
        return (self.start.month - 1) // MONTHS[self.grain] + 1

    @property
    def children(self) -> tuple[Period, ...]:
        """The periods one step finer that make up this one; none for a month or a free period."""
        finer = FINER.get(self.grain)
        return tuple(split(self.start, self.end, finer)) if finer else ()

    def holds(self, day: date) -> bool:
        """Whether the day lies in this period."""
        return self.start <= day <= self.end


def period_of(day: date, grain: Grain) -> Period:
    """The calendar period of this length in which the day lies."""
    size = MONTHS[grain]
    first = date(day.year, (day.month - 1) // size * size + 1, 1)
    last_month = first.month + size - 1
    following = date(first.year + 1, 1, 1) if last_month == 12 else date(first.year, last_month + 1, 1)
    return Period(first, following - timedelta(days=1), grain)


def split(start: date, end: date, grain: Grain) -> Iterator[Period]:
    """The whole calendar periods that touch ``start``..``end``, in order."""
    day = start
    while day <= end:
        period = period_of(day, grain)
        yield period
        day = period.end + timedelta(days=1)


def free_period(start: date, end: date) -> Period:
    """Two days as a period; a whole year, half, quarter or month is recognised as such."""
    for grain in MONTHS:
        period = period_of(start, grain)
        if (period.start, period.end) == (start, end):
            return period
    return Period(start, end, Grain.FREE)


def whole_months(start: date, end: date) -> Period:
    """The same span widened to whole months."""
    return free_period(period_of(start, Grain.MONTH).start, period_of(end, Grain.MONTH).end)


def tree(years: Iterable[int]) -> tuple[Period, ...]:
    """Every calendar period of these years, from years down to months."""
    found: list[Period] = []
    for year in years:
        level = [period_of(date(year, 1, 1), Grain.YEAR)]
        while level:
            found += level
            level = [child for period in level for child in period.children]
    return tuple(found)


def cover(period: Period) -> tuple[Period, ...]:
    """The fewest calendar periods that together are exactly this one. Raises ``ValueError`` for parts of months."""
    if period.grain is not Grain.FREE:
        return (period,)
    parts, day = [], period.start
    while day <= period.end:
        for grain in MONTHS:
            candidate = period_of(day, grain)
            if candidate.start == day and candidate.end <= period.end:
                parts.append(candidate)
                day = candidate.end + timedelta(days=1)
                break
        else:
            raise ValueError(f"{period.start}..{period.end} is not made of whole months")
    return tuple(parts)
