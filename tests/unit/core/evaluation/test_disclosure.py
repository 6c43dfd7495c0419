"""No hidden count can be found again: checked by an independent linear programme over everything that is shown."""

from datetime import date, timedelta
from itertools import product

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from anderhalf.core.evaluation.disclosure import Relation, determined, hidden_cells
from anderhalf.core.evaluation.indicators import COUNTED, FIRST, SECOND, Events, Seen, tally
from anderhalf.core.evaluation.periods import Grain, free_period, period_of
from anderhalf.core.evaluation.publication import NETWORK, publish

SMALLEST = 10


def row_and_column_table(body):
    """Counts and relations of a table with both totals."""
    rows, columns = len(body), len(body[0])
    counts = {(r, c): body[r][c] for r in range(rows) for c in range(columns)}
    counts |= {(r, "all"): sum(body[r]) for r in range(rows)}
    counts |= {("all", c): sum(body[r][c] for r in range(rows)) for c in range(columns)}
    counts["all", "all"] = sum(map(sum, body))
    relations = [Relation((r, "all"), tuple((r, c) for c in range(columns))) for r in [*range(rows), "all"]]
    relations += [Relation(("all", c), tuple((r, c) for r in range(rows))) for c in [*range(columns), "all"]]
    return counts, relations


def possible_range(cell, counts, relations, hidden):
    """The lowest and highest value that the shown counts leave for a hidden cell (real numbers, not negative)."""
    unknown = sorted(hidden, key=repr)
    place = {name: n for n, name in enumerate(unknown)}
    matrix, right = [], []
    for relation in relations:
        row, value = numpy.zeros(len(unknown)), 0
        for name, factor in [(relation.total, -1), *((part, 1) for part in relation.parts)]:
            if name in place:
                row[place[name]] += factor
            else:
                value -= factor * counts[name]
        if row.any():
            matrix.append(row)
            right.append(value)
    target = numpy.zeros(len(unknown))
    target[place[cell]] = 1
    ends = []
    for sense in (1, -1):
        solved = linprog(
            sense * target, A_eq=matrix or None, b_eq=right or None, bounds=(0, 10000), method="highs"
        )
        assert solved.success, solved.message
        ends.append(sense * solved.fun)
    return ends


tables = st.integers(2, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(0, 40), min_size=columns, max_size=columns), min_size=2, max_size=4
    )
)


@settings(deadline=None, max_examples=60)
@given(tables)
def test_no_hidden_cell_is_determined(body):
    counts, relations = row_and_column_table(body)
    hidden = hidden_cells(counts, relations, smallest=SMALLEST)
    assert all(cell in hidden for cell, count in counts.items() if 0 < count < SMALLEST)
    for cell in hidden:
        low, high = possible_range(cell, counts, relations, hidden)
        assert high - low > 0.5, (cell, counts[cell], low, high)


def test_published_half_year_hides_seven_and_its_neighbour():
    counts = {"seen": 93, "forwarded": 14, "under_control": 7, "returned": 72}
    relation = Relation("seen", ("forwarded", "under_control", "returned"))
    assert hidden_cells(counts, [relation], smallest=SMALLEST) == {"under_control", "forwarded"}


def test_a_bridge_between_two_safe_looking_groups_is_found():
    """Every line has two hidden cells, yet one cell follows: two squares joined by a single cell."""
    pattern = ["11000", "11100", "00011", "00011", "00100"]
    cells = {(r, c) for r, line in enumerate(pattern) for c, mark in enumerate(line) if mark == "1"}
    relations = [Relation(("row", r), tuple((r, c) for c in range(5))) for r in range(5)]
    relations += [Relation(("column", c), tuple((r, c) for r in range(5))) for c in range(5)]
    assert set(determined(cells, relations)) == {(1, 2), (4, 2)}


def test_a_wanted_part_keeps_its_figure_at_the_cost_of_the_total():
    counts = {"year": 65, "first half": 60, "second half": 5}
    relation = Relation("year", ("first half", "second half"))
    assert hidden_cells(counts, [relation], smallest=SMALLEST) == {"second half", "first half"}
    wanted = frozenset({"first half", "second half"})
    assert hidden_cells(counts, [relation], smallest=SMALLEST, wanted=wanted) == {"second half", "year"}


@settings(deadline=None, max_examples=40)
@given(tables, st.data())
def test_wishes_never_cost_protection(body, data):
    counts, relations = row_and_column_table(body)
    wanted = frozenset(data.draw(st.sets(st.sampled_from(sorted(counts, key=repr)))))
    hidden = hidden_cells(counts, relations, smallest=SMALLEST, wanted=wanted)
    for cell in hidden:
        low, high = possible_range(cell, counts, relations, hidden)
        assert high - low > 0.5, (cell, counts[cell], low, high)


def test_zero_is_shown_and_large_tables_stay_open():
    counts, relations = row_and_column_table([[40, 0], [30, 20]])
    assert hidden_cells(counts, relations, smallest=SMALLEST) == frozenset()


def seen(on, practice, outcome, direction=FIRST):
    centre = "west" if practice == "p3" else "oost"
    return Seen(on=on, centre=centre, practice=practice, direction=direction, outcome=outcome, waited=9)


@pytest.fixture(scope="module")
def a_year():
    start = date(2024, 1, 1)
    outcomes = ["returned"] * 7 + ["forwarded"] * 2 + ["under_control"]
    return Events(
        seen=[
            seen(
                start + timedelta(days=n * 2), f"p{n % 4}", outcomes[n % 10], SECOND if n % 3 == 0 else FIRST
            )
            for n in range(180)
        ]
    )


def published(events):
    return publish(
        events, centres=["oost", "west"], practices=["p0", "p1", "p2", "p3"], norm_days=28, smallest=SMALLEST
    )


def test_nothing_small_is_ever_shown(a_year):
    publication = published(a_year)
    months = [period_of(date(2024, month, 1), Grain.MONTH) for month in range(1, 13)]
    shown = 0
    for period, practice in product(months, ["p0", "p1", "p2", "p3"]):
        own = a_year.where(lambda event, p=period, q=practice: p.holds(event.on) and event.practice == q)
        masked = publication.masked(tally(own, norm_days=28), [("practice", practice)], period)
        for name in COUNTED:
            if masked[name] is not None:
                shown += 1
                assert masked[name] == 0 or masked[name] >= SMALLEST
    assert shown


def test_differencing_two_questions_finds_nothing(a_year):
    """Year minus first half is the second half: when one half is hidden, so is the other, or the year."""
    publication = published(a_year)
    year = period_of(date(2024, 1, 1), Grain.YEAR)
    for unit in [NETWORK, ("centre", "oost"), ("practice", "p1")]:
        for name in COUNTED:
            parts = [publication.may_show([unit], half, name) for half in year.children]
            if publication.may_show([unit], year, name):
                assert sum(not shown for shown in parts) != 1
    west = [
        publication.may_show([("centre", key)], year, "outcome_under_control") for key in ("oost", "west")
    ]
    assert west.count(False) != 1 or not publication.may_show([NETWORK], year, "outcome_under_control")


def test_centres_are_compared_over_everything_so_far(a_year):
    more = Events(seen=[*a_year.seen, *(seen(date(2025, 2, day), "p3", "returned") for day in range(1, 13))])
    span = free_period(date(2024, 1, 1), date(2025, 12, 31))
    publication = publish(
        more,
        centres=["oost", "west"],
        practices=["p0", "p1", "p2", "p3"],
        norm_days=28,
        smallest=SMALLEST,
        span=span,
    )
    assert publication.may_show([("centre", "oost")], span, "episode_seen")
    assert publication.may_show([("centre", "west")], span, "episode_seen")
    year = period_of(date(2024, 1, 1), Grain.YEAR)
    for unit in [NETWORK, ("centre", "oost"), ("centre", "west")]:
        for name in COUNTED:
            if publication.may_show([unit], span, name):
                parts = [
                    publication.may_show([unit], one, name)
                    for one in (year, period_of(date(2025, 1, 1), Grain.YEAR))
                ]
                assert parts.count(False) != 1


def test_a_free_period_is_shown_only_when_its_parts_are(a_year):
    publication = published(a_year)
    quarter_and_month = free_period(date(2024, 1, 1), date(2024, 4, 30))
    april = period_of(date(2024, 4, 1), Grain.MONTH)
    assert not publication.may_show([NETWORK], april, "outcome_forwarded")
    assert not publication.may_show([NETWORK], quarter_and_month, "outcome_forwarded")
