"""The file of absolute contra-indications: what it may say, and when one holds."""

from __future__ import annotations

import pytest

from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.contraindications import ContraindicationError, at_hand, read_contraindications

GOOD = """[[absolute]]
id = "ABS-01"
classes = ["arni"]
fact = "pregnant"
why = { nl = "zwanger", en = "pregnant" }
source = "X"
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "ABS-01"', ""),
        ('source = "X"', ""),
        ('fact = "pregnant"', ""),
        ('fact = "pregnant"', 'fact = "pregnant"\ntable = "t"\nrules = ["T-1"]'),
        (', en = "pregnant"', ""),
    ],
)
def test_what_lacks_something_is_refused_with_its_place(old, new):
    with pytest.raises(ContraindicationError, match=r"contraindications\.toml"):
        read_contraindications(GOOD.replace(old, new))


@pytest.mark.parametrize(
    ("classes", "value", "holds"),
    [(["arni"], True, True), (["mra"], True, False), (["arni"], False, False), (["arni"], None, False)],
)
def test_it_holds_for_its_classes_when_its_fact_is_certainly_true(classes, value, holds):
    facts = {} if value is None else {"pregnant": FactValue(value)}
    assert bool(at_hand(read_contraindications(GOOD), classes, facts)) is holds
    assert read_contraindications("") == ()
