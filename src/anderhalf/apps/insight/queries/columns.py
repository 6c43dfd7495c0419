"""What the reader asked for, turned into the columns of the table: periods, or centres or practices side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from anderhalf.apps.people.models import Organisation
from anderhalf.content import Agreement
from anderhalf.core.evaluation.indicators import Mark, Seen, Triaged
from anderhalf.core.evaluation.periods import Grain, Period, free_period, period_of, split, whole_months
from anderhalf.core.evaluation.publication import Unit

from .scope import Scope

MOST_COLUMNS = 24


class Beside(StrEnum):
    """What stands side by side."""

    PERIODS = "perioden"
    CENTRES = "centra"
    PRACTICES = "praktijken"


class Choice(StrEnum):
    """How the periods are cut."""

    REPORT = "verslag"
    YEAR = "jaar"
    HALF = "halfjaar"
    QUARTER = "kwartaal"
    MONTH = "maand"
    FREE = "vrij"


GRAINS = {
    Choice.YEAR: Grain.YEAR,
    Choice.HALF: Grain.HALF,
    Choice.QUARTER: Grain.QUARTER,
    Choice.MONTH: Grain.MONTH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. ``start`` and ``end`` are local days, both inclusive; None = from the start, up to today."""

    beside: Beside = Beside.PERIODS
    choice: Choice = Choice.REPORT
    start: date | None = None
    end: date | None = None
    centre: str = ""
    practice: str = ""


def everything_so_far(agreement: Agreement, today: date) -> Period:
    """From the year in which the pilot started up to this one, in whole years."""
    return free_period(
        period_of(agreement.pilot.from_day, Grain.YEAR).start, period_of(today, Grain.YEAR).end
    )


def is_about(event: Seen | Mark | Triaged, units: Sequence[Unit]) -> bool:
    """Whether an event happened in one of these units; the network holds all of them."""
    return any(kind == "network" or getattr(event, kind) == key for kind, key in units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: a period, about some units; ``keep`` says which events belong to it."""

    period: Period
    units: tuple[Unit, ...]
    organisation: Organisation | None
    running: bool

    def keep(self, event: Seen | Mark | Triaged) -> bool:
        """Whether this event is counted here."""
        return self.period.holds(event.on) and is_about(event, self.units)


class TooManyColumns(ValueError):
    """More columns were asked for than anybody can compare."""


def columns_of(question: Question, *, scope: Scope, agreement: Agreement, today: date) -> tuple[Column, ...]:
    """The columns that answer the question. Raises :class:`TooManyColumns`."""
    end = min(question.end or today, today)
    start = min(question.start or agreement.pilot.from_day, end)
    if question.beside is not Beside.PERIODS:
        period = free_period(start, end)
        if scope.protected:
            given = question.start or question.end
            period = whole_months(start, end) if given else everything_so_far(agreement, today)
        known = scope.centres if question.beside is Beside.CENTRES else scope.practices
        kind = "centre" if question.beside is Beside.CENTRES else "practice"
        return tuple(
            Column(period=period, units=((kind, one.key),), organisation=one, running=period.end >= today)
            for one in known
        )
    chosen = _chosen(question, scope)
    periods = _periods(question, start, end, agreement=agreement, protected=scope.protected)
    if len(periods) > MOST_COLUMNS:
        raise TooManyColumns(len(periods))
    units = chosen or scope.units
    return tuple(
        Column(period=period, units=units, organisation=None, running=period.end >= today)
        for period in periods
    )


def _chosen(question: Question, scope: Scope) -> tuple[Unit, ...]:
    """The centre or practice that was asked for, when this viewer may choose it."""
    for kind, key, allowed in (
        ("practice", question.practice, scope.practices),
        ("centre", question.centre, scope.centres),
    ):
        if key and any(one.key == key for one in allowed):
            return ((kind, key),)
    return ()


def _periods(
    question: Question, start: date, end: date, *, agreement: Agreement, protected: bool
) -> Sequence[Period]:
    if question.choice is Choice.FREE:
        chosen = whole_months(start, end) if protected else free_period(start, end)
        before = _year_before(chosen)
        return (before, chosen) if before.start >= agreement.pilot.from_day else (chosen,)
    if question.choice is not Choice.REPORT:
        first = start
        if question.choice is Choice.MONTH and question.start is None:
            first = max(
                start, period_of(date(end.year - 1, end.month, 1), Grain.MONTH).end + timedelta(days=1)
            )
        return tuple(split(first, end, GRAINS[question.choice]))
    first_year = period_of(start, Grain.YEAR)
    if first_year.end >= end:
        return tuple(split(start, end, Grain.HALF))
    return (first_year, *split(first_year.end + timedelta(days=1), end, Grain.HALF))


def _year_before(period: Period) -> Period:
    """The same days one year earlier (29 February becomes the 28th)."""

    def earlier(day: date) -> date:
        return date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)

    last = earlier(period.end)
    if (period.end + timedelta(days=1)).day == 1:  # the end of a month stays the end of a month
        last = period_of(last, Grain.MONTH).end
    return free_period(earlier(period.start), last)
