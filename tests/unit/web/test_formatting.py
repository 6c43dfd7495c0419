"""Dutch and English conventions for dates, numbers, names and ages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anderhalf.presentation import formatting as f


@pytest.fixture(autouse=True)
def _in_dutch():
    with translation.override("nl"):
        yield


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        (date(1948, 3, 14), "nl", "14-03-1948"),
        (date(1948, 3, 4), "nl", "04-03-1948"),
        (date(1948, 3, 14), "en", "14 Mar 1948"),
        (None, "nl", "–"),
        # half past eleven in the evening UTC is already the next day in Amsterdam
        (datetime(2025, 6, 30, 23, 30, tzinfo=UTC), "nl", "01-07-2025"),
    ],
)
def test_dates(value, language, shown):
    assert f.format_date(value, language=language) == shown


def test_datetimes_are_shown_on_the_clock_of_amsterdam():
    assert f.format_datetime(datetime(2025, 1, 1, 13, 5, tzinfo=UTC)) == "01-01-2025 14:05"
    assert f.format_datetime(datetime(2025, 7, 1, 13, 5, tzinfo=UTC)) == "01-07-2025 15:05"
    assert f.format_datetime(date(2025, 7, 1)) == "01-07-2025"


@pytest.mark.parametrize(
    ("value", "decimals", "language", "shown"),
    [
        (Decimal("4.8"), None, "nl", "4,8"),
        (Decimal("4.80"), None, "nl", "4,80"),
        (4.8, None, "en", "4.8"),
        (5.0, None, "nl", "5"),
        (Decimal("4.85"), 1, "nl", "4,9"),
        (1240, None, "nl", "1240"),
        (12400, None, "nl", "12\u202f400"),
        (-0.04, 1, "nl", "0,0"),
        (-2.5, None, "nl", "\u22122,5"),
        (0, 2, "nl", "0,00"),
        (Decimal("1E+2"), None, "nl", "100"),
        (Decimal("NaN"), None, "nl", "–"),
        (None, None, "nl", "–"),
    ],
)
def test_numbers(value, decimals, language, shown):
    assert f.format_number(value, decimals, language=language) == shown


@given(st.decimals(min_value=-99999, max_value=99999, places=2))
def test_a_number_shown_can_be_read_back(value):
    shown = f.format_number(value).replace("\u202f", "").replace("\u2212", "-").replace(",", ".")
    assert Decimal(shown) == value


def test_units_stay_with_their_number():
    assert f.with_unit(Decimal("4.8"), "mmol/l") == "4,8\u00a0mmol/l"
    assert f.with_unit(33, "%") == "33%"
    assert f.with_unit(None, "kg") == "–"


def test_money():
    assert f.euro(Decimal("1240.5")) == "€\u00a01.240,50"
    assert f.euro(Decimal("1240.5"), language="en") == "€\u00a01,240.50"
    assert f.euro(-3) == "€\u00a0\u22123,00"


def test_shares_with_their_interval():
    assert f.percent(0.42) == "42%"
    assert f.percent_interval(0.42, 0.35, 0.5) == "42% (35–50%)"
    assert f.percent_interval(0.42, None, None) == "42%"
    assert f.percent_interval(None, None, None) == "–"


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(1948, 3, 14), date(2025, 3, 13), 76),
        (date(1948, 3, 14), date(2025, 3, 14), 77),
        (date(1948, 2, 29), date(2025, 2, 28), 76),
        (date(1948, 2, 29), date(2025, 3, 1), 77),
    ],
)
def test_age(born, on, years):
    assert f.age_on(born, on) == years
    assert f.age_text(born, on) == f"{years} jaar"


def test_bsn_is_masked():
    assert f.masked_bsn("999990511") == "•••••0511"
    assert f.masked_bsn("") == "–"
    assert f.masked_bsn("0511") == "–"


NOW = datetime(2025, 10, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (0, "vandaag"),
        (1, "gisteren"),
        (2, "2 dagen geleden"),
        (6, "6 dagen geleden"),
        (7, "7 dagen geleden"),
        (13, "13 dagen geleden"),
        (14, "2 weken geleden"),
        (69, "9 weken geleden"),
        (70, "2 maanden geleden"),
        (730, "23 maanden geleden"),  # 21 October 2023: one day short of two years
        (731, "2 jaar geleden"),
        (-1, "morgen"),
        (-5, "over 5 dagen"),
        (-21, "over 3 weken"),
    ],
)
def test_how_long_ago(days, shown):
    assert f.ago(NOW.date() - timedelta(days=days), NOW) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (0, "zojuist"),
        (1, "1 minuut geleden"),
        (59, "59 minuten geleden"),
        (60, "1 uur geleden"),
        (-30, "over 30 minuten"),
    ],
)
def test_how_long_ago_within_a_day(minutes, shown):
    assert f.ago(NOW - timedelta(minutes=minutes), NOW) == shown


@given(st.integers(min_value=0, max_value=20000), st.integers(min_value=1, max_value=500))
def test_longer_ago_never_reads_as_more_recent(days, more):
    rank = ["days", "weeks", "months", "years"]

    def order(n: int) -> tuple[int, int]:
        unit, count = f.ago_parts(NOW.date() - timedelta(days=n), NOW)
        assert count > 0 or n == 0
        return rank.index(unit), count

    assert order(days) <= order(days + more)


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ({"last_name": "Vries", "prefix": "de"}, "mw. A. de Vries"),
        (
            {"last_name": "Jansen", "partner_name": "Vries", "partner_prefix": "de", "order": "partner-own"},
            "mw. A. de Vries-Jansen",
        ),
        (
            {"last_name": "Jansen", "partner_name": "Vries", "partner_prefix": "de", "order": "own"},
            "mw. A. Jansen",
        ),
        (
            {"last_name": "Berg", "prefix": "van den", "partner_name": "Bakker", "order": "own-partner"},
            "mw. A. van den Berg-Bakker",
        ),
        ({"last_name": "Jansen", "partner_name": "Bakker", "order": "partner"}, "mw. A. Bakker"),
    ],
)
def test_dutch_names(parts, shown):
    assert f.person_name(initials="A.", salutation="mw.", **parts) == shown


def test_names_sort_past_their_prefix():
    assert f.sort_name(initials="A.", last_name="Vries", prefix="de") == "Vries, A. de"


def test_lists_in_words():
    assert f.in_words([]) == ""
    assert f.in_words(["a"]) == "a"
    assert f.in_words(["a", "b", "c"]) == "a, b en c"
