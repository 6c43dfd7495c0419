"""Working days in the Netherlands. Easter by the Gregorian computus (Meeus/Jones/Butcher)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache


class Holiday(StrEnum):
    """Public holidays on which practices and centres are closed (Rijksoverheid, officiële feestdagen)."""

    NEW_YEAR = "new_year"
    EASTER_SUNDAY = "easter_sunday"
    EASTER_MONDAY = "easter_monday"
    KINGS_DAY = "kings_day"
    LIBERATION_DAY = "liberation_day"
    ASCENSION_DAY = "ascension_day"
    WHIT_SUNDAY = "whit_sunday"
    WHIT_MONDAY = "whit_monday"
    CHRISTMAS_DAY = "christmas_day"
    SECOND_CHRISTMAS_DAY = "second_christmas_day"


def easter(year: int) -> date:
    """Easter Sunday of ``year``."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _kings_day(year: int) -> date:
    """27 April, or the day before when that is a Sunday (Rijksoverheid)."""
    day = date(year, 4, 27)
    return day - timedelta(days=1) if day.isoweekday() == 7 else day


@lru_cache(maxsize=64)
def _holidays_of(year: int) -> dict[date, Holiday]:
    sunday = easter(year)
    days = {
        date(year, 1, 1): Holiday.NEW_YEAR,
        sunday: Holiday.EASTER_SUNDAY,
        sunday + timedelta(days=1): Holiday.EASTER_MONDAY,
        _kings_day(year): Holiday.KINGS_DAY,
        sunday + timedelta(days=39): Holiday.ASCENSION_DAY,
        sunday + timedelta(days=49): Holiday.WHIT_SUNDAY,
        sunday + timedelta(days=50): Holiday.WHIT_MONDAY,
        date(year, 12, 25): Holiday.CHRISTMAS_DAY,
        date(year, 12, 26): Holiday.SECOND_CHRISTMAS_DAY,
    }
    if year % 5 == 0:
        days.setdefault(date(year, 5, 5), Holiday.LIBERATION_DAY)
    return days


def holidays_of(year: int) -> dict[date, Holiday]:
    """The days of ``year`` on which centres are closed.

    Good Friday isn't a day off for most; 5 May is one in lustrum years only (Rijksoverheid, officiële feestdagen).
    """
    return dict(_holidays_of(year))


def holiday_on(day: date) -> Holiday | None:
    """The public holiday that ``day`` is."""
    return _holidays_of(day.year).get(day)


def is_working_day(day: date) -> bool:
    """Neither a Saturday or Sunday nor a public holiday."""
    return day.isoweekday() <= 5 and holiday_on(day) is None
