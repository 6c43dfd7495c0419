"""Sentences end once, and long compounds break between their parts."""

from __future__ import annotations

import pytest

from anderhalf.presentation.wording import SOFT_HYPHEN, breakable, ended, in_sentences


@pytest.mark.parametrize("text", ["pauzeren", "pauzeren.", "pauzeren. ", "nu?", "nu!", "en verder…"])
def test_a_text_ends_once(text):
    assert ended(text)[-1] in ".?!…"
    assert not ended(text).endswith("..") and ended(ended(text)) == ended(text)


def test_parts_are_joined_as_sentences():
    assert in_sentences("Gestopt.", "dr. Bos, 14:00", "", "  ") == "Gestopt. dr. Bos, 14:00."


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("hartfalenverpleegkundige", ["hartfalen", "verpleegkundige"]),
        ("praktijkondersteuner", ["praktijk", "ondersteuner"]),
        ("Anderhalvelijnscentrum Oost", ["Anderhalvelijns", "centrum Oost"]),
        ("huisarts", ["huisarts"]),
    ],
)
def test_a_compound_breaks_between_its_parts(word, parts):
    assert breakable(word) == SOFT_HYPHEN.join(parts)
