"""Public holidays, against dates that the Rijksoverheid and an almanac publish."""

from __future__ import annotations

from datetime import date

import pytest

from anderhalf.apps.clinic.holidays import holiday_on
from anderhalf.core.calendar import easter, holidays_of


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1818, date(1818, 3, 22)),  # the earliest date there is
        (1943, date(1943, 4, 25)),  # the latest
        (2000, date(2000, 4, 23)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter(year, day):
    assert easter(year) == day


@pytest.mark.parametrize("year", range(1900, 2101))
def test_easter_is_a_sunday_in_its_five_weeks(year):
    day = easter(year)
    assert day.isoweekday() == 7
    assert date(year, 3, 22) <= day <= date(year, 4, 25)


def test_the_days_of_2025():
    assert set(holidays_of(2025)) == {
        date(2025, 1, 1), date(2025, 4, 20), date(2025, 4, 21), date(2025, 4, 26), date(2025, 5, 5),
        date(2025, 5, 29), date(2025, 6, 8), date(2025, 6, 9), date(2025, 12, 25), date(2025, 12, 26),
    }  # fmt: skip


def test_kings_day_moves_when_it_is_a_sunday():
    assert holiday_on(date(2025, 4, 27)) == ""
    assert holiday_on(date(2025, 4, 26)) == "Koningsdag"
    assert holiday_on(date(2026, 4, 27)) == "Koningsdag"


def test_liberation_day_is_a_day_off_in_lustrum_years_only():
    assert holiday_on(date(2024, 5, 5)) == ""
    assert holiday_on(date(2025, 5, 5)) == "Bevrijdingsdag"


def test_an_ordinary_wednesday_is_no_holiday():
    assert holiday_on(date(2025, 11, 12)) == ""
