"""The XmR chart: limits by hand, and every flag as the R package NHSRplotthedots sets it."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anderhalf.core.evaluation.spc import Assurance, Flag, assurance, xmr

SERIES = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def test_limits_use_2_66_and_not_3_over_1_128():
    chart = xmr(SERIES)
    assert chart.mean == pytest.approx(50.81)
    assert chart.moving_range == pytest.approx(1.87778, abs=1e-5)
    assert chart.lower == pytest.approx(45.8151, abs=5e-5)
    assert chart.upper == pytest.approx(55.8049, abs=5e-5)


def test_a_point_outside_is_flagged():
    chart = xmr([10.0, 11, 10, 11, 10, 11, 10, 40, 10, 11, 10])
    assert [Flag.OUTSIDE in flags for flags in chart.flags].index(True) == 7


def test_every_member_of_a_shift_is_flagged():
    chart = xmr([0.0, 9, 0, 9, 0, 9, 0, 6, 7, 6, 7, 6, 7, 6])
    assert [Flag.SHIFT in flags for flags in chart.flags] == [False] * 7 + [True] * 7


def test_a_trend_is_six_strict_steps_in_a_row():
    up = [5.0, 1, 2, 3, 4, 5, 6, 7, 1]
    assert [Flag.TREND in flags for flags in xmr(up).flags] == [False, *[True] * 7, False]
    flat = [5.0, 1, 2, 3, 4, 4, 6, 7, 1]
    assert not any(Flag.TREND in flags for flags in xmr(flat).flags)


def test_outliers_are_left_out_of_the_moving_range_once():
    series = [1.0, 2, 1, 2, 1, 2, 1, 90, 1, 2]
    assert xmr(series, screen_outliers=True).moving_range == 1.0
    assert xmr(series).moving_range > 10


def test_limits_can_be_fixed_on_the_first_points():
    chart = xmr([*SERIES, 90.0], fix_after=10)
    assert chart.mean == pytest.approx(50.81)
    assert Flag.OUTSIDE in chart.flags[10]


@pytest.mark.parametrize(
    ("target", "better", "expected"),
    [
        (40, "higher", Assurance.PASS),
        (60, "higher", Assurance.FAIL),
        (60, "lower", Assurance.PASS),
        (40, "lower", Assurance.FAIL),
        (50, "lower", Assurance.EITHER),
        (50, "neutral", None),
    ],
)
def test_assurance(target, better, expected):
    assert assurance(xmr(SERIES), target=target, better=better) == expected


def test_one_point_has_no_limits():
    with pytest.raises(ValueError, match="two values"):
        xmr([1.0])


def slow_twin(values):
    """The R code, word for word: ptd_calculate_point_type.R with its padding and its windows."""
    chart = xmr(values)

    def sign(x):
        return (x > 0) - (x < 0)

    n = len(values)
    side = [sign(v - chart.mean) for v in values]
    outside = [v > chart.upper or v < chart.lower for v in values]
    close = [
        not o and (v < chart.near_lower or v > chart.near_upper) for v, o in zip(values, outside, strict=True)
    ]
    padded = [0] * 6 + side
    seven = [
        padded[i + 6] != 0 and all(padded[i + 6 - k] == padded[i + 6] for k in range(7)) for i in range(n)
    ]
    trend = [0] * n
    for i in range(6, n):
        window = [values[i - k] for k in range(7)]
        steps = [sign(b - a) * -1 for a, b in pairwise(window)]
        trend[i] = 1 if all(s == 1 for s in steps) else -1 if all(s == -1 for s in steps) else 0

    def part(v):
        longer = list(v) + [0] * 6
        return [any(abs(int(longer[i + k])) == 1 for k in range(7)) for i in range(n)]

    c, r = [0, 0, *close, 0, 0], [0, 0, *side, 0, 0]
    two = [
        any(sum(c[i + s : i + s + 3]) >= 2 and abs(sum(r[i + s : i + s + 3])) == 3 for s in range(3))
        for i in range(n)
    ]
    shift, rising = part(seven), part(trend)
    return [
        {
            *([Flag.OUTSIDE] if outside[i] else []),
            *([Flag.TREND] if rising[i] else []),
            *([Flag.TWO_OF_THREE] if two[i] and close[i] else []),
            *([Flag.SHIFT] if shift[i] else []),
        }
        for i in range(n)
    ]


@settings(deadline=None)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=30))
def test_flags_equal_the_slow_twin(values):
    numbers = [float(v) for v in values]
    assert [set(flags) for flags in xmr(numbers).flags] == slow_twin(numbers)
