"""Every sentence that the engine has about a cell is known in the reader's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from anderhalf.apps.network.drafting.fault_words import in_words
from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.decisions import feel
from anderhalf.core.decisions.feel import CellError, parse_cell, parse_literal

FACTS = load_pathway(read_folder(pathway_folder("heart_failure")), "heart_failure").facts
BAD_CELLS = [
    ("nt_probnp", ""), ("nt_probnp", ">=1,5"), ("nt_probnp", ">="), ("nt_probnp", "[1..2"), ("nt_probnp", "[5..1]"),
    ("nt_probnp", '"high"'), ("nt_probnp", "true"), ("nt_probnp", "125 130"), ("nt_probnp", "@#"), ("nt_probnp", "x + 1"),
    ("nt_probnp", "not(5"), ("nt_probnp", "1" * 3000), ("syncope", "5"), ("syncope", ">true"), ("sex", "male"),
    ("sex", "5"), ("sex", '<"male"'), ("birth_date", 'date("1-2-2025")'), ("birth_date", 'date("2025-02-31")'),
    ("birth_date", "date(5)"), ("birth_date", "5"), ("sex", '"a\\q"'), ("nt_probnp", "[1,2]"),
]  # fmt: skip
ENGLISH = re.compile(r"\b(the|is not|expected|unexpected|write|cell|written|nothing)\b")


@pytest.mark.parametrize(("fact", "text"), BAD_CELLS)
def test_a_fault_in_a_cell_is_said_in_dutch(fact, text):
    with pytest.raises(CellError) as caught:
        parse_cell(text, FACTS[fact])
    with translation.override("nl"):
        for said in (in_words(caught.value.why), in_words(str(caught.value))):
            if "escape" not in said:  # what no keyboard gives by accident stays as the engine says it
                assert not ENGLISH.search(said), said
                assert said != caught.value.why


def test_a_fault_in_an_outcome_is_said_in_dutch():
    for text in ("", '"a", "b"', "1,5", "first"):
        with pytest.raises(CellError) as caught:
            parse_literal(text)
        with translation.override("nl"):
            assert not ENGLISH.search(in_words(caught.value.why))


def test_every_reason_in_the_reader_of_cells_has_its_translation():
    """Reasons that are written out in feel.py, found in its source, so that a new one is not forgotten."""
    source = Path(feel.__file__).read_text()
    fixed = re.findall(r'CellError\(\s*"([^"{]+)"', source)
    assert len(fixed) >= 5
    with translation.override("nl"):
        for reason in fixed:
            if reason != "not a list of values":  # only DMN's own lists of values
                assert in_words(reason) != reason, reason


def test_what_is_not_known_is_shown_as_it_is():
    assert in_words("something entirely else") == "something entirely else"
