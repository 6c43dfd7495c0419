"""Calendar periods fit together without a day lost or counted twice."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anderhalf.core.evaluation.periods import Grain, cover, free_period, period_of, split, tree, whole_months

days = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@settings(deadline=None)
@given(days, st.sampled_from([Grain.YEAR, Grain.HALF, Grain.QUARTER, Grain.MONTH]))
def test_children_are_exactly_the_parent(day, grain):
    period = period_of(day, grain)
    assert period.holds(day)
    if period.children:
        assert sum(child.days for child in period.children) == period.days
        assert (period.children[0].start, period.children[-1].end) == (period.start, period.end)


@settings(deadline=None)
@given(days, days)
def test_cover_is_exact(one, other):
    span = whole_months(*sorted((one, other)))
    parts = cover(span)
    assert sum(part.days for part in parts) == span.days
    for before, after in pairwise(parts):
        assert after.start == before.end + timedelta(days=1)


def test_half_years_and_names():
    halves = list(split(date(2025, 1, 1), date(2025, 12, 31), Grain.HALF))
    assert [(half.start, half.end, half.number) for half in halves] == [
        (date(2025, 1, 1), date(2025, 6, 30), 1),
        (date(2025, 7, 1), date(2025, 12, 31), 2),
    ]
    assert free_period(date(2024, 1, 1), date(2024, 12, 31)).grain is Grain.YEAR
    assert len(tree([2024])) == 1 + 2 + 4 + 12


def test_parts_of_months_have_no_cover():
    with pytest.raises(ValueError, match="whole months"):
        cover(free_period(date(2024, 1, 2), date(2024, 3, 31)))


def test_backwards_is_refused():
    with pytest.raises(ValueError, match="cannot end"):
        free_period(date(2024, 2, 1), date(2024, 1, 31))
