"""Counting events: the published table, and one event more is one more."""

from datetime import date

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anderhalf.core.evaluation.indicators import (
    COUNTED,
    FIRST,
    PARTS,
    SECOND,
    TOTALS,
    Events,
    Mark,
    Seen,
    Triaged,
    measure,
    percentile,
    tally,
)

WHERE = {"on": date(2024, 5, 6), "centre": "oost", "practice": "linde"}
YEAR_2024 = (
    [Seen(**WHERE, direction=FIRST, outcome="returned", waited=9)] * 88
    + [Seen(**WHERE, direction=SECOND, outcome="returned", waited=12)] * 38
    + [Seen(**WHERE, direction=SECOND, outcome="forwarded", waited=30)] * 20
    + [Seen(**WHERE, direction=SECOND, outcome="under_control")] * 14
)


def test_the_published_table():
    found = tally(Events(seen=YEAR_2024), norm_days=28)
    assert found["episode_seen"] == 160
    assert [found[name] for name in PARTS["outcomes"]] == [20, 14, 126, 0, 0]
    share = measure(found, kind="share", numerator="outcome_forwarded", denominator="episode_seen").share
    assert (round(100 * share.low, 1), round(100 * share.high, 1)) == (8.2, 18.5)
    waits = measure(found, kind="duration", numerator="days_sent_to_seen")
    assert (waits.value, waits.within.count, waits.within.total) == (9, 126, 146)


def test_other_and_open_outcomes():
    seen = [Seen(**WHERE, direction=FIRST, outcome=kind) for kind in ("deceased", "moved", "")]
    found = tally(Events(seen=seen), norm_days=28)
    assert (found["outcome_other"], found["outcome_open"]) == (2, 1)


def test_marks_and_overruled_triage():
    events = Events(
        marks=[Mark(**WHERE, mark=8), Mark(**WHERE, mark=9)],
        triaged=[
            Triaged(**WHERE),
            Triaged(**WHERE, overruled_by="referrer"),
            Triaged(**WHERE, overruled_by="triage"),
        ],
    )
    found = tally(events, norm_days=28)
    mean = measure(found, kind="mean", numerator="experience_mark")
    assert (mean.value, mean.answers) == (8.5, 2)
    assert (found["triage_overruled"], found["overruled_by_triage"], found["referral_triaged"]) == (2, 1, 3)


def test_nothing_counted_gives_no_figures():
    found = tally(Events(), norm_days=28)
    assert measure(found, kind="mean", numerator="experience_mark").value is None
    assert measure(found, kind="duration", numerator="days_sent_to_seen").value is None
    share = measure(found, kind="share", numerator="outcome_returned", denominator="episode_seen").share
    assert share.value is None


events = st.lists(
    st.builds(
        Seen,
        on=st.just(date(2024, 1, 1)),
        centre=st.just("oost"),
        practice=st.just("linde"),
        direction=st.sampled_from([FIRST, SECOND]),
        outcome=st.sampled_from(["", "returned", "forwarded", "under_control", "moved", "declined"]),
        waited=st.none() | st.integers(0, 90),
    )
)


@settings(deadline=None)
@given(events)
def test_parts_always_add_up(seen):
    found = tally(Events(seen=seen), norm_days=28)
    assert set(found.counts) == set(COUNTED)
    for group, parts in PARTS.items():
        assert sum(found[part] for part in parts) == found[TOTALS[group]]


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1), st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0]))
def test_percentile_equals_numpy(values, fraction):
    assert percentile(values, fraction) == pytest.approx(float(numpy.percentile(values, 100 * fraction)))


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="median"):
        measure(tally(Events(), norm_days=1), kind="median", numerator="episode_seen")
