"""Dates of FHIR: partial, with or without time and zone; impossible ones are refused with their place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from anderhalf.exchange.fhir.problems import Reason, Unusable
from anderhalf.exchange.fhir.tree import Node

# A time is a moment; the day it belongs to is the day in the Netherlands. A time without zone is Dutch time.
DUTCH_TIME = ZoneInfo("Europe/Amsterdam")
# Nobody alive was born before this; it also keeps the zone arithmetic away from the edges of the calendar.
EARLIEST_YEAR = 1850

_DATE_TIME = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?P<time>T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)


@dataclass(frozen=True, slots=True)
class When:
    """A date as it stands in the file.

    ``on`` is the Dutch calendar day, None when the file gives only a year or a month. ``at`` is the moment in
    UTC, None when the file gives no time.
    """

    text: str
    on: date | None
    at: datetime | None
    where: str

    @property
    def order(self) -> datetime:
        """For sorting: the moment, else the start of the day (of the year or month when partial), in UTC."""
        if self.at is not None:
            return self.at
        year, month, day = (int(self.text[slice_]) if self.text[slice_] else 1 for slice_ in _PARTS)
        return datetime.combine(date(year, month, day), time.min, DUTCH_TIME).astimezone(UTC)

    def __str__(self) -> str:
        return self.text


_PARTS = (slice(0, 4), slice(5, 7), slice(8, 10))


def read_when(node: Node, key: str) -> When | None:
    """The date or dateTime under ``key``; None when absent.

    Raises :class:`Unusable` (impossible date) for text that is no FHIR date, for 2023-02-30, and for a year
    in which no patient can have lived.
    """
    text = node.text(key)
    if text is None:
        return None
    where = node.at(key)
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise Unusable(Reason.IMPOSSIBLE_DATE, where)
    year, month, day = int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)
    try:
        calendar_day = date(year, month, day)
        moment = _moment(text, match) if match["time"] else None
    except ValueError:
        raise Unusable(Reason.IMPOSSIBLE_DATE, where) from None
    if not EARLIEST_YEAR <= year <= 9000:
        raise Unusable(Reason.IMPOSSIBLE_DATE, where)
    if moment is not None:
        return When(text, moment.astimezone(DUTCH_TIME).date(), moment.astimezone(UTC), where)
    return When(text, calendar_day if match["day"] else None, None, where)


def _moment(text: str, match: re.Match[str]) -> datetime:
    """The aware datetime; ``ValueError`` for an hour 24, minute 60 or an offset that does not exist."""
    whole = text.removesuffix(match["zone"] or "")
    if match["fraction"]:
        # Python 3.11 reads three or six decimals of a second; FHIR allows any number.
        whole = f"{whole[: whole.index('.')]}.{match['fraction'][:6]:0<6}"
    moment = datetime.fromisoformat(whole)
    if not match["zone"]:
        return moment.replace(tzinfo=DUTCH_TIME)
    if match["zone"] == "Z":
        return moment.replace(tzinfo=UTC)
    hours, minutes = int(match["zone"][1:3]), int(match["zone"][4:6])
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    return datetime.fromisoformat(f"{whole}{match['zone']}")


def check_when(when: When, *, on: date, born: date | None) -> When:
    """Refuse a date in the future or before birth; a partial date is compared as far as it goes."""
    if when.on is not None:
        if when.on > on:
            raise Unusable(Reason.FUTURE_DATE, when.where, date=when.text)
        if born is not None and when.on < born:
            raise Unusable(Reason.BEFORE_BIRTH, when.where, date=when.text)
        return when
    known = len(when.text)
    if when.text > on.isoformat()[:known]:
        raise Unusable(Reason.FUTURE_DATE, when.where, date=when.text)
    if born is not None and when.text < born.isoformat()[:known]:
        raise Unusable(Reason.BEFORE_BIRTH, when.where, date=when.text)
    return when


def clinical_date(node: Node, *keys: str, on: date, born: date | None) -> When | None:
    """The first date found under ``keys``; a key ending in Period gives its end, else its start."""
    for key in keys:
        if key.endswith("Period") or key == "period":
            period = node.child(key)
            when = (read_when(period, "end") or read_when(period, "start")) if period is not None else None
        else:
            when = read_when(node, key)
        if when is not None:
            return check_when(when, on=on, born=born)
    return None
