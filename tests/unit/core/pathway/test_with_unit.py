"""A number with its unit behind it is read; with another unit it is refused, and it still counts for danger."""

from __future__ import annotations

from decimal import Decimal

import pytest

from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.entry import RefusedValue
from tests.support.alarms import pathway

DICTIONARY = pathway("heart_failure").dictionary


@pytest.mark.parametrize(("fact", "text", "unit", "value"), [
    ("potassium", "6,9 mmol/l", None, "6.9"), ("potassium", "6,9 mmol", None, "6.9"),
    ("potassium", "6.9mmol/L", None, "6.9"), ("potassium", "6,9 meq/l", None, "6.9"),
    ("heart_rate", "104 /min", None, "104"), ("heart_rate", "104/min", None, "104"),
    ("heart_rate", "104 slagen per minuut", None, "104"), ("heart_rate", "104 bpm", None, "104"),
    ("heart_rate", "38 slagen", None, "38"), ("heart_rate", "38 p/m", None, "38"),
    ("systolic_bp", "76 mmHg", None, "76"), ("systolic_bp", "76 mm Hg", None, "76"), ("systolic_bp", "76mmhg", None, "76"),
    ("oxygen_saturation", "82%", None, "82"), ("oxygen_saturation", "82 procent", None, "82"),
    ("weight", "75,4 kg", None, "75.4"), ("weight", "75,4 kilo", None, "75.4"),
    ("creatinine", "2,0 mg/dl", None, "176.8"), ("creatinine", "177 µmol/l", None, "177"),
    ("creatinine", "177 micromol/l", None, "177"), ("haemoglobin", "6,2 mmol", None, "6.2"),
    ("haemoglobin", "13,9 g/dl", None, "8.6263"), ("haemoglobin", "13,9 g/dl", "g/dl", "8.6263"),
    ("digoxin_level", "2,6 nmol/l", "nmol/l", "2.0297"), ("nt_probnp", "1 250 ng/l", None, "1250"),
])  # fmt: skip
def test_a_unit_that_the_fact_knows_is_read(fact, text, unit, value):
    assert DICTIONARY.read_text(fact, text, unit=unit).value == Decimal(value)


@pytest.mark.parametrize("text", ["<50 ml/min", "<50 ml/min/1,73 m²", "< 50 mL/min/1.73m2", "<50"])
def test_a_comparator_goes_with_a_unit(text):
    assert DICTIONARY.read_text("egfr", text).value == Range.of("<", Decimal(50))


def test_how_it_was_written_is_kept_apart_from_its_unit():
    checked = DICTIONARY.read_text("creatinine", "2,0 mg/dl")
    assert (checked.number, checked.unit) == ("2,0", "mg/dl")
    checked = DICTIONARY.read_text("potassium", "4,1")
    assert (checked.number, checked.unit) == ("4,1", "")


@pytest.mark.parametrize(("fact", "text", "unit", "reading"), [
    ("potassium", "6,9 mg/dl", None, "6.9"), ("potassium", "6,9 hemolytisch", None, "6.9"),
    ("potassium", "6,9!", None, "6.9"), ("potassium", "kalium 6,9", None, "6.9"), ("heart_rate", "ca. 38", None, "38"),
    ("systolic_bp", "76 kPa", None, "76"), ("haemoglobin", "4,1 g", None, "4.1"),
    ("haemoglobin", "4,1 mmol/l", "g/dl", "2.5445"),
])  # fmt: skip
def test_another_unit_is_refused_and_the_number_counts_for_danger(fact, text, unit, reading):
    with pytest.raises(RefusedValue) as refused:
        DICTIONARY.read_text(fact, text, unit=unit)
    assert refused.value.readings == (Decimal(reading),)
    assert all("{" not in said for said in refused.value.texts.values())


def test_a_foreign_unit_is_named_with_the_one_that_is_meant():
    with pytest.raises(RefusedValue) as refused:
        DICTIONARY.read_text("potassium", "6,9 mg/dl")
    said = "‘6,9 mg/dl’ is niet te lezen, de eenheid is hier mmol/l. Schrijf het getal in mmol/l."
    assert refused.value.texts["nl"].endswith(said)
    assert "Write the number in mmol/l" in refused.value.texts["en"]


def test_without_one_number_there_is_no_reading():
    for text in ("hoog", "120-130", "130/120/80", "1e5"):
        with pytest.raises(RefusedValue) as refused:
            DICTIONARY.read_text("systolic_bp", text)
        assert not refused.value.readings
