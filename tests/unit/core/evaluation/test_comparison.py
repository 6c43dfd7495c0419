"""Exact tests against scipy, and the two comparisons that the published report would need."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from scipy.stats import fisher_exact as scipy_fisher

from anderhalf.core.evaluation.comparison import fisher_exact, same_rate, same_share
from anderhalf.core.evaluation.intervals import wilson

shares = st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_forwarded_2024_against_2025_is_not_demonstrable():
    assert fisher_exact((20, 160), (14, 93)) == pytest.approx(0.57, abs=0.005)
    assert same_share(wilson(20, 160), wilson(14, 93)) == fisher_exact((20, 160), (14, 93))


def test_inflow_of_half_a_year_against_a_year():
    assert same_rate((160, 366), (93, 181)) == pytest.approx(binomtest(160, 253, 366 / 547).pvalue, abs=1e-9)
    assert same_rate((160, 2), (93, 1)) == pytest.approx(0.26, abs=0.005)


@settings(deadline=None)
@given(shares, shares)
def test_fisher_equals_scipy(first, second):
    table = [[first[0], first[1] - first[0]], [second[0], second[1] - second[0]]]
    assert fisher_exact(first, second) == pytest.approx(scipy_fisher(table).pvalue, rel=1e-6, abs=1e-12)


@settings(deadline=None)
@given(st.integers(0, 120), st.integers(0, 120), st.integers(1, 400), st.integers(1, 400))
def test_rates_equal_scipy(a, b, days1, days2):
    expected = 1.0 if a + b == 0 else binomtest(a, a + b, days1 / (days1 + days2)).pvalue
    assert same_rate((a, days1), (b, days2)) == pytest.approx(expected, rel=1e-5, abs=1e-12)


@settings(deadline=None)
@given(shares, shares)
def test_order_does_not_matter(first, second):
    assert fisher_exact(first, second) == fisher_exact(second, first)


@pytest.mark.parametrize("bad", [((3, 2), (0, 1)), ((-1, 2), (0, 1))])
def test_impossible_counts_are_refused(bad):
    with pytest.raises(ValueError, match="between 0"):
        fisher_exact(*bad)


def test_a_period_without_days_is_refused():
    with pytest.raises(ValueError, match="days"):
        same_rate((1, 0), (1, 3))
