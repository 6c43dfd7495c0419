"""The grid that somebody edits: nothing is lost by moving rows, and an id is never used again."""

from __future__ import annotations

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from anderhalf.apps.network.drafting.grid import (
    MAX_CELLS,
    Grid,
    GridRefused,
    changed,
    filled_in,
    next_id,
    read_grid,
    write_grid,
)
from anderhalf.content import load_pathway, pathway_folder, read_folder

SMALL = Grid(("id", "age", "sex", "out:line", "why_nl"), (
    ("R-01", ">=18", "-", '"second"', "Eerste"),
    ("R-02", "-", "-", '"first"', "Tweede, met komma"),
    ("R-99", "-", '"male"', '"none"', 'Met "aanhalingstekens"'),
))  # fmt: skip


@pytest.mark.parametrize("name", ["exclusion.csv", "referral.csv", "to_do.csv", "stable.csv"])
def test_the_tables_of_the_pathway_go_in_and_out_to_the_letter(name):
    text = read_folder(pathway_folder("heart_failure"))[name]
    assert write_grid(read_grid(text)) == text


@pytest.mark.parametrize("key", ["heart_failure", "atrial_fibrillation"])
def test_every_table_can_be_changed_on_screen_and_has_room_to_grow(key):
    """A table that outgrows the form can no longer be changed by the people who agreed it, and its save is refused."""
    files = read_folder(pathway_folder(key))
    for name in load_pathway(files, key).tables:
        grid = read_grid(files[f"{name}.csv"])
        with_twenty_rules_and_five_facts_more = (len(grid.rows) + 20) * (len(grid.header) + 5)
        assert with_twenty_rules_and_five_facts_more <= MAX_CELLS, (name, grid.cells)


def test_the_server_accepts_the_largest_form_that_the_page_offers():
    """The cells, and the version, the operation and the token beside them."""
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS >= MAX_CELLS + 3


@given(st.lists(st.tuples(st.sampled_from(["up", "down", "add", "remove"]), st.integers(0, 6)), max_size=25))
def test_rows_that_move_stay_whole(steps):
    grid = SMALL
    gone: set[tuple[str, ...]] = set()
    for verb, at in steps:
        before = grid
        try:
            grid = changed(grid, f"{verb}:{at}")
        except GridRefused:
            continue
        if verb == "remove":
            gone.add(before.rows[at])
        if verb in ("up", "down"):
            assert sorted(grid.rows) == sorted(before.rows)
    assert set(SMALL.rows) <= set(grid.rows) | gone
    ids = [row[0] for row in grid.rows]
    assert len(set(ids)) == len(ids)
    assert all(len(row) == len(grid.header) for row in grid.rows)
    assert read_grid(write_grid(grid)) == grid


def test_a_new_row_asks_nothing_and_answers_as_the_one_above():
    made = changed(SMALL, "add:0").rows[1]
    assert made == ("R-03", "-", "-", '"second"', "")


def test_an_id_that_was_ever_used_is_not_given_again():
    without = changed(SMALL, "remove:1")
    assert changed(without, "add:0", taken={"R-01", "R-02", "R-03"}).rows[1][0] == "R-04"
    assert next_id("odd", {"odd"}) == "odd1"
    assert next_id("AF-2b-007", {"AF-2b-001", "AF-2b-007"}) == "AF-2b-002"


@pytest.mark.parametrize(
    "operation",
    ["up:0", "down:2", "up:9", "remove:-1", "remove:x", "", "drop:age", "drop:nothing", "column:age", "column:out:x", "column:id", "shout:1"],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(operation):
    with pytest.raises(GridRefused):
        changed(SMALL, operation)


def test_the_last_rule_stays():
    one = Grid(SMALL.header, SMALL.rows[:1])
    with pytest.raises(GridRefused):
        changed(one, "remove:0")


def test_a_column_is_added_after_the_facts_and_dropped_only_when_unused():
    wider = changed(SMALL, "column:potassium")
    assert wider.header == ("id", "age", "sex", "potassium", "out:line", "why_nl")
    assert {row[3] for row in wider.rows} == {"-"}
    assert changed(wider, "drop:potassium") == SMALL
    used = filled_in(wider, {"c-0-3": ">6.0"}, kinds={}, lang="nl")[0]
    with pytest.raises(GridRefused):
        changed(used, "drop:potassium")


def test_what_a_form_does_not_send_stays():
    typed = filled_in(SMALL, {"c-1-1": " <55 ", "c-7-1": "nonsense", "other": "x"}, kinds={}, lang="nl")[0]
    assert typed.at(1, "age") == "<55"
    assert typed.at(0, "age") == ">=18"
    assert typed.at(2, "nowhere") == ""


def test_a_line_end_in_a_cell_does_not_make_two_rules():
    torn = filled_in(SMALL, {"c-0-4": "een\nlange\r\nuitleg"}, kinds={}, lang="nl")[0]
    assert len(read_grid(write_grid(torn)).rows) == 3
