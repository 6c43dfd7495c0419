"""Within a sentence a label begins small, and abbreviations and names keep their capitals."""

from __future__ import annotations

import pytest

from anderhalf.core.wording import within
from tests.support.titration import pathway


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Kalium", "kalium"),
        ("Bovendruk", "bovendruk"),
        ("NSAID of COX-2-remmer", "NSAID of COX-2-remmer"),
        ("ECG gemaakt", "ECG gemaakt"),
        ("LVEF", "LVEF"),
        ("QTc-tijd", "QTc-tijd"),
        ("NT-proBNP", "NT-proBNP"),
        ("Hb", "Hb"),
        ("Child-Pugh-klasse", "Child-Pugh-klasse"),
        ("Zorg volgens NYHA", "zorg volgens NYHA"),
        ("", ""),
    ],
)
def test_a_label_within_a_sentence(label, said):
    assert within(label) == said


@pytest.mark.parametrize("key", ["heart_failure", "atrial_fibrillation"])
def test_no_abbreviation_of_the_dictionary_is_broken(key):
    """Every word of a label that is written in capitals is still there."""
    for fact in pathway(key).facts.values():
        for label in fact.label.values():
            capitals = [word for word in label.split() if sum(sign.isupper() for sign in word) > 1]
            assert [word for word in within(label).split() if word in capitals] == capitals, label
