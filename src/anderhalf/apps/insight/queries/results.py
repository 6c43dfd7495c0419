"""The results of a network: each indicator of the agreement, per period or unit, computed from what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from anderhalf.apps.network import queries as network
from anderhalf.apps.people.viewer import Viewer
from anderhalf.content import Agreement
from anderhalf.content.agreement import Indicator
from anderhalf.core.evaluation.comparison import LEVEL, same_rate, same_share
from anderhalf.core.evaluation.indicators import (
    Events,
    Figure,
    Mark,
    Seen,
    Tally,
    Triaged,
    measure,
    share_of,
    tally,
)
from anderhalf.core.evaluation.intervals import Share
from anderhalf.core.evaluation.periods import Grain, Period, split
from anderhalf.core.evaluation.publication import NETWORK, Publication, publish
from anderhalf.core.evaluation.spc import XmR, xmr

from .columns import Beside, Choice, Column, Question, columns_of, everything_so_far, is_about
from .events import read_events
from .scope import Scope, scope_of

POINTS_FOR_LIMITS = 12
"""Fewer points than this give limits that say little (NHS Making Data Count fixes limits after 12 or more)."""
TREND_MONTHS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An indicator in two columns that follow each other, and how likely such a difference is by chance alone."""

    first: int
    second: int
    p: float

    @property
    def demonstrable(self) -> bool:
        """Whether chance alone is an unlikely explanation."""
        return self.p < LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """One indicator over all columns."""

    indicator: Indicator
    figures: tuple[Figure, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overruled:
    """Who chose another line than the agreement proposed, of all referrals triaged; None = hidden."""

    by_referrer: Share | None
    by_triage: Share | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Patients first seen per whole month; a hidden month is None and does not count for the limits."""

    months: tuple[Period, ...]
    values: tuple[int | None, ...]
    chart: XmR | None
    signals: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything the results page shows."""

    question: Question
    scope: Scope
    agreement: Agreement
    columns: tuple[Column, ...]
    tallies: tuple[Tally, ...]
    rows: tuple[ResultRow, ...]
    overruled: tuple[Overruled, ...]
    trend: Trend
    smallest: int
    today: date


def results_for(viewer: Viewer, question: Question, *, at: datetime) -> Results:
    """Answer the question for this viewer. Five queries, whatever is asked; refuses who may not see results."""
    scope = scope_of(viewer, at=at)
    today = timezone.localdate(at)
    agreement = network.agreement_on(viewer.network, on=today)
    columns = columns_of(question, scope=scope, agreement=agreement, today=today)
    norm, smallest = agreement.waiting.days, agreement.privacy.small_count_below
    months = _trend_months(today)
    first = min((agreement.pilot.from_day, *(column.period.start for column in columns)))
    usual = columns_of(Question(), scope=scope, agreement=agreement, today=today)
    if scope.protected:
        # what may be shown depends on everything that could be asked, so everything is read
        everything = read_events(viewer.network, scope=None, first=date(2000, 1, 1), last=today, at=at)
        publication = publish(
            everything,
            centres=[one.key for one in scope.all_centres],
            practices=[one.key for one in scope.all_practices],
            norm_days=norm,
            smallest=smallest,
            reported=[column.period for column in usual],
            span=everything_so_far(agreement, today),
        )
        events = everything.where(_own(scope))
    else:
        publication = None
        events = read_events(
            viewer.network, scope=scope, first=min(first, months[0].start), last=today, at=at
        )
    tallies = tuple(_tally(events, column, publication, norm=norm) for column in columns)
    if question.choice is Choice.REPORT and question.beside is Beside.PERIODS:
        columns, tallies = _without_empty(columns, tallies)
    return Results(
        question=question,
        scope=scope,
        agreement=agreement,
        columns=columns,
        tallies=tallies,
        rows=tuple(_row(one, columns, tallies, today) for one in agreement.indicators.values()),
        overruled=tuple(
            Overruled(
                by_referrer=share_of(found, "overruled_by_referrer", "referral_triaged"),
                by_triage=share_of(found, "overruled_by_triage", "referral_triaged"),
            )
            for found in tallies
        ),
        trend=_trend(events, columns, months, publication),
        smallest=smallest,
        today=today,
    )


def _without_empty(
    columns: Sequence[Column], tallies: Sequence[Tally]
) -> tuple[tuple[Column, ...], tuple[Tally, ...]]:
    """A report leaves out the periods in which nobody was seen; with nobody at all, everything stays."""
    kept = [
        (column, found) for column, found in zip(columns, tallies, strict=True) if found["episode_seen"] != 0
    ]
    kept = kept or list(zip(columns, tallies, strict=True))
    return tuple(column for column, _found in kept), tuple(found for _column, found in kept)


def _own(scope: Scope) -> Callable[[Seen | Mark | Triaged], bool]:
    """Which of the network's events belong to a scope."""
    centres = {
        one.key for one in scope.all_centres if scope.only_centres is None or one.pk in scope.only_centres
    }
    practices = {
        one.key
        for one in scope.all_practices
        if scope.only_practices is None or one.pk in scope.only_practices
    }
    return lambda event: event.centre in centres and event.practice in practices


def _tally(events: Events, column: Column, publication: Publication | None, *, norm: int) -> Tally:
    found = tally(events.where(column.keep), norm_days=norm)
    return publication.masked(found, column.units, column.period) if publication else found


def _row(indicator: Indicator, columns: Sequence[Column], tallies: Sequence[Tally], today: date) -> ResultRow:
    figures = tuple(
        measure(found, kind=indicator.kind, numerator=indicator.numerator, denominator=indicator.denominator)
        for found in tallies
    )
    # a running period is left out: those patients' outcomes are still to come
    pairs = [
        (n, n + 1) for n in range(len(columns) - 1) if not columns[n].running and not columns[n + 1].running
    ]
    differences = (_difference(indicator, columns, figures, first, second, today) for first, second in pairs)
    return ResultRow(indicator=indicator, figures=figures, differences=tuple(d for d in differences if d))


def _difference(
    indicator: Indicator,
    columns: Sequence[Column],
    figures: Sequence[Figure],
    first: int,
    second: int,
    today: date,
) -> Difference | None:
    """Shares are compared exactly; counts as a number per day. Nothing is said about figures that are not there."""
    one, other = figures[first], figures[second]
    if one.hidden or other.hidden:
        return None
    if indicator.kind == "share" and one.share and other.share and one.share.total and other.share.total:
        return Difference(first=first, second=second, p=same_share(one.share, other.share))
    if (
        indicator.kind == "count"
        and one.value is not None
        and other.value is not None
        and one.value + other.value
    ):
        spans = [
            (min(columns[n].period.end, today) - columns[n].period.start).days + 1 for n in (first, second)
        ]
        return Difference(
            first=first, second=second, p=same_rate((int(one.value), spans[0]), (int(other.value), spans[1]))
        )
    return None


def _trend_months(today: date) -> tuple[Period, ...]:
    """The whole months before the present one, oldest first."""
    start = date(today.year - TREND_MONTHS // 12, today.month, 1)
    return tuple(month for month in split(start, today, Grain.MONTH) if month.end < today)


def _trend(
    events: Events,
    columns: Sequence[Column],
    months: Sequence[Period],
    publication: Publication | None,
) -> Trend:
    """Months before the first patient are left out: a service that had not started was not slow."""
    one_unit = len({column.units for column in columns}) == 1
    units = columns[0].units if one_unit else (NETWORK,)
    seen = [event for event in events.seen if is_about(event, units)]
    begun = min((event.on for event in seen), default=None)
    shown = tuple(month for month in months if begun is not None and month.end >= begun)
    values: list[int | None] = []
    for month in shown:
        may_show = publication is None or publication.may_show(units, month, "episode_seen")
        values.append(sum(1 for event in seen if month.holds(event.on)) if may_show else None)
    known = [value for value in values if value is not None]
    chart = xmr([float(value) for value in known]) if len(known) >= POINTS_FOR_LIMITS else None
    flags = iter(chart.signals) if chart else iter(())
    signals = tuple(next(flags, False) if value is not None else False for value in values)
    return Trend(months=shown, values=tuple(values), chart=chart, signals=signals)
