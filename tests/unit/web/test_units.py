"""Units as the reader writes them: days and 1.73 on an English screen, whatever Dutch word the dictionary has."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from anderhalf.presentation.units import TIMES, unit_of
from tests.support.titration import pathway

SAME_IN_BOTH = {
    "", "%", "mmol/l", "kg", "mmHg", "/min", "×10⁹/l", "µmol/l", "µg/l", "ng/l", "ms", "mm", "cm/s", "pmol/l",
    "per week", "mmol/mol", "ml/m²", "ml/min", "mg/mmol", "mg/l", "mU/l", "m/s", "kg/m²", "g/m²", "cm", "U/l",
}  # fmt: skip


@pytest.mark.parametrize("name", ["heart_failure", "atrial_fibrillation"])
def test_every_unit_is_written_in_both_languages(name):
    for fact in pathway(name).facts.values():
        written = fact.unit_label or ""
        with override("nl"):
            assert unit_of(fact) == ("keer" if written == TIMES else written)
        with override("en"):
            assert (unit_of(fact) == written) is (written in SAME_IN_BOTH), (fact.name, written)
