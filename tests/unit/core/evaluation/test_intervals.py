"""Wilson's interval, against the published table and against scipy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from anderhalf.core.evaluation.intervals import wilson
from anderhalf.core.evaluation.protection import protect


@pytest.mark.parametrize(
    ("what", "count", "total", "percent", "low", "high"),
    [
        ("forwarded 2024", 20, 160, 12.5, 8.2, 18.5),
        ("stayed 2024", 14, 160, 8.8, 5.3, 14.2),
        ("returned 2024", 126, 160, 78.8, 71.8, 84.4),
        ("from the 1st line 2024", 88, 160, 55.0, 47.3, 62.5),
        ("forwarded 2025 H1", 14, 93, 15.1, 9.2, 23.7),
        ("stayed 2025 H1", 7, 93, 7.5, 3.7, 14.7),
        ("returned 2025 H1", 72, 93, 77.4, 67.9, 84.7),
        ("from the 1st line 2025 H1", 57, 93, 61.3, 51.1, 70.6),
    ],
)
def test_published_table(what, count, total, percent, low, high):
    share = wilson(count, total)
    # 14/160 is 8.75: the published table rounds half up
    assert 100 * share.value == pytest.approx(percent, abs=0.0501), what
    assert round(100 * share.low, 1) == low, what
    assert round(100 * share.high, 1) == high, what


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_equals_scipy(counts):
    count, total = counts
    share = wilson(count, total)
    expected = binomtest(count, total).proportion_ci(0.95, method="wilson")
    assert share.low == pytest.approx(expected.low, abs=1e-12)
    assert share.high == pytest.approx(expected.high, abs=1e-12)


def test_nothing_counted_is_no_share():
    assert wilson(0, 0).value is None


@pytest.mark.parametrize("bad", [(-1, 3), (4, 3), (0, -1)])
def test_impossible_counts_are_refused(bad):
    with pytest.raises(ValueError, match="count"):
        wilson(*bad)


def test_one_small_cell_takes_a_second_along():
    assert protect({"a": 126, "b": 20, "c": 7}, smallest=10) == {"a": 126, "b": None, "c": None}


def test_nothing_small_nothing_hidden():
    assert protect({"a": 126, "b": 20, "c": 14}, smallest=10) == {"a": 126, "b": 20, "c": 14}


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 60), min_size=2), st.integers(2, 15))
def test_a_small_cell_never_follows_from_the_total(counts, smallest):
    shown = protect(counts, smallest=smallest)
    hidden = [name for name, count in shown.items() if count is None]
    for name, count in counts.items():
        assert (0 < count < smallest) <= (shown[name] is None)
    positive = [name for name, count in counts.items() if count > 0]
    if hidden and len(positive) > 1:
        assert len(hidden) >= 2
