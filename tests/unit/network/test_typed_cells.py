"""Numbers and yes or no in the grid as a person writes them; back in the table they are what they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anderhalf.apps.network.drafting.grid import is_fact, read_grid
from anderhalf.apps.network.drafting.typed_cells import UnclearCell, read_cell, shown_cell
from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.feel import parse_cell
from tests.support.titration import pathway

NUMBER, YES_NO, CODE, OUTCOME = FactType.NUMBER, FactType.BOOLEAN, FactType.CODE, None


@pytest.mark.parametrize(
    ("cell", "kind", "dutch", "english"),
    [
        (">=5.5", NUMBER, ">=5,5", ">=5.5"),
        ("[3.5..5.5]", NUMBER, "[3,5..5,5]", "[3.5..5.5]"),
        ("3.5, 5.5", NUMBER, "3,5; 5,5", "3.5, 5.5"),
        ("not(3.5)", NUMBER, "not(3,5)", "not(3.5)"),
        (">.5", NUMBER, ">,5", ">.5"),
        (">=25, null", NUMBER, ">=25, onbekend", ">=25, unknown"),
        ("1.250", NUMBER, "1,250", "1.250"),
        ("true", YES_NO, "ja", "yes"),
        ("false, null", YES_NO, "nee, onbekend", "no, unknown"),
        ("-", YES_NO, "-", "-"),
        ('"true", "5.5"', CODE, '"true", "5.5"', '"true", "5.5"'),
        ("true", OUTCOME, "ja", "yes"),
        ("2.5", OUTCOME, "2,5", "2.5"),
        ('"true"', OUTCOME, '"true"', '"true"'),
    ],
)
def test_a_cell_is_written_as_the_reader_does_and_read_back(cell, kind, dutch, english):
    for lang, written in (("nl", dutch), ("en", english)):
        assert shown_cell(cell, kind, lang) == written
        assert read_cell(written, kind, lang) == cell


@pytest.mark.parametrize(
    ("typed", "kind", "lang", "meant"),
    [
        (">= 5,5", NUMBER, "nl", ">= 5.5"),
        (">=5.5", NUMBER, "nl", ">=5.5"),
        ("≥ 5,5", NUMBER, "nl", ">= 5.5"),
        ("≤3,0", NUMBER, "nl", "<=3.0"),
        ("≥5.5", NUMBER, "en", ">=5.5"),
        ("=>5,5", NUMBER, "nl", ">=5.5"),
        ("40, 45", NUMBER, "nl", "40, 45"),
        ("40;45", NUMBER, "nl", "40,45"),
        ("0.125", NUMBER, "nl", "0.125"),
        ("JA", YES_NO, "nl", "true"),
        ("yes", YES_NO, "nl", "true"),
        ("nee", YES_NO, "en", "false"),
        ("true", YES_NO, "nl", "true"),
        ("not(nee)", YES_NO, "nl", "not(false)"),
        ("ja", CODE, "nl", "ja"),
    ],
)
def test_what_else_somebody_may_type(typed, kind, lang, meant):
    assert read_cell(typed, kind, lang) == meant


@pytest.mark.parametrize(
    ("typed", "lang"),
    [("1.250", "nl"), (">=12.500", "nl"), ("1,2,3", "nl"), ("1.250,5", "nl"), ("5,5", "en"), ("1,250", "en")],
)
def test_a_number_that_may_be_two_is_refused(typed, lang):
    with pytest.raises(UnclearCell):
        read_cell(typed, NUMBER, lang)


@pytest.mark.parametrize("name", ["heart_failure", "atrial_fibrillation"])
def test_every_cell_of_every_table_comes_back_as_it_was(name):
    one = pathway(name)
    looked = 0
    for file in one.table_files.values():
        grid = read_grid(one.files[file])
        for row in grid.rows:
            for column, cell in zip(grid.header, row, strict=True):
                if not (is_fact(column) or column.startswith("out:")):
                    continue
                kind = one.facts[column].type if is_fact(column) else None
                for lang in ("nl", "en"):
                    written = shown_cell(cell, kind, lang)
                    meant = read_cell(written, kind, lang)
                    assert meant == cell, (file, row[0], column, lang, written)
                    looked += written != cell
    assert looked > 100


@given(st.decimals(min_value=-999, max_value=999, places=2), st.sampled_from(["nl", "en"]))
def test_any_limit_comes_back_with_the_same_meaning(limit, lang):
    fact = Fact(name="x", type=NUMBER, label={"nl": "x", "en": "x"})
    cell = f">={limit:f}"
    assert parse_cell(read_cell(shown_cell(cell, NUMBER, lang), NUMBER, lang), fact) == parse_cell(cell, fact)
