"""A number that can't be, and could be in another unit of its fact: the question says what it would be."""

from __future__ import annotations

from decimal import Decimal

import pytest

from anderhalf.core.pathway.facts import RefusedValue
from tests.support.titration import pathway


def refused(name: str, text: str, unit: str | None = None) -> RefusedValue:
    with pytest.raises(RefusedValue) as found:
        pathway().dictionary.read_text(name, text, unit=unit)
    return found.value


@pytest.mark.parametrize(
    ("name", "text", "nl", "en", "reading"),
    [
        ("height", "1,68", "1,68 lijkt in meters; bedoelt u 168 cm?", "1.68 looks like metres; do you mean 168 cm?", "168"),
        ("height", "66", "66 lijkt in inches; bedoelt u 167,6 cm?", "do you mean 167.6 cm?", "167.64"),
        ("creatinine", "0,9", "0,9 lijkt in mg/dl; bedoelt u 79,6 µmol/l?", "do you mean 79.6 µmol/l?", "79.56"),
        ("creatinine", "9", "9 lijkt in mg/dl; bedoelt u 795,6 µmol/l?", "do you mean 795.6 µmol/l?", "795.6"),
        ("weight", "82400", "lijkt in grammen; bedoelt u 82,4 kg?", "looks like grams", "82.4"),
        ("systolic_bp", "21", "21 lijkt in kPa; bedoelt u 158 mmHg?", "do you mean 158 mmHg?", "157.5131"),
        ("haemoglobin", "139", "139 lijkt in g/L; bedoelt u 8,6 mmol/l?", "do you mean 8.6 mmol/l?", "8.6263"),
    ],
)  # fmt: skip
def test_the_other_unit_is_asked_with_the_value_and_counts_for_danger(name, text, nl, en, reading):
    found = refused(name, text)
    assert nl in found.texts["nl"] and en in found.texts["en"]
    assert "kan niet; mogelijk is" in found.texts["nl"], "what is possible is said as well"
    assert Decimal(reading) in found.readings


def test_of_a_chosen_unit_the_own_one_is_asked():
    found = refused("creatinine", "95", "mg/dl")
    assert "Bedoelt u 95 µmol/l? Kies dan µmol/l als eenheid." in found.texts["nl"]
    assert Decimal(95) in found.readings


@pytest.mark.parametrize(("name", "text"), [("potassium", "450"), ("height", "9000"), ("creatinine", "0,01")])
def test_what_can_be_in_no_unit_gets_no_hint(name, text):
    found = refused(name, text)
    assert "lijkt in" not in found.texts["nl"] and found.readings == ()


def test_nothing_is_converted_silently():
    assert pathway().dictionary.read_text("creatinine", "14").value == 14
    assert pathway().dictionary.read_text("height", "168").value == 168


@pytest.mark.parametrize(
    ("name", "text", "nl", "en", "reading"),
    [
        ("weight", "750", "Bedoelt u 75,0 kg? Vul dat dan in.", "Do you mean 75.0 kg?", "75"),
        ("weight", "8,2", "Bedoelt u 82,0 kg?", "Do you mean 82.0 kg?", "82"),
        ("systolic_bp", "12", "Bedoelt u 120 mmHg?", "Do you mean 120 mmHg?", "120"),
        ("systolic_bp", "17", "Bedoelt u 170 mmHg?", "Do you mean 170 mmHg?", "170"),
        ("diastolic_bp", "8", "Bedoelt u 80 mmHg?", "Do you mean 80 mmHg?", "80"),
        ("potassium", "64", "Bedoelt u 6,4 mmol/l?", "Do you mean 6.4 mmol/l?", "6.4"),
        ("potassium", "45", "Bedoelt u 4,5 mmol/l?", "Do you mean 4.5 mmol/l?", "4.5"),
        ("haemoglobin", "86", "Bedoelt u 8,6 mmol/l?", "Do you mean 8.6 mmol/l?", "8.6"),
    ],
)  # fmt: skip
def test_a_slip_of_the_decimal_point_is_asked_before_another_unit(name, text, nl, en, reading):
    found = refused(name, text)
    assert nl in found.texts["nl"] and en in found.texts["en"]
    assert "lijkt in" not in found.texts["nl"] and found.readings == (Decimal(reading),)


def test_a_slip_in_a_chosen_unit_is_asked_in_that_unit():
    found = refused("haemoglobin", "1390", "g/dl")
    assert "Bedoelt u" not in found.texts["nl"], "139 g/dl is no haemoglobin either"
    found = refused("haemoglobin", "139", "g/dl")
    assert "Bedoelt u 13,9 g/dl?" in found.texts["nl"] and found.readings == (Decimal("8.6263"),)


@pytest.mark.parametrize(("text", "nl"), [("13,9", "8,6"), ("12,1", "7,51")])
def test_an_unusual_number_that_is_usual_in_a_unit_of_the_form_is_asked_in_that_unit(text, nl):
    found = pathway().dictionary.read_text("haemoglobin", text)
    assert found.unusual and found.value == Decimal(text.replace(",", "."))
    assert "is ongewoon" in found.texts["nl"]
    assert f"{text} lijkt in g/dl; bedoelt u {nl} mmol/l? Vul dat dan in." in found.texts["nl"]
    high = pathway().dictionary.read_text("potassium", "6,9")
    assert high.unusual and "bedoelt u" not in high.texts["nl"]


@pytest.mark.parametrize(
    ("name", "text", "readings"),
    [("systolic_bp", "12", (120,)), ("systolic_bp", "22", (220,)), ("weight", "750", (75,)), ("weight", "420", (42,))],
)  # fmt: skip
def test_who_measures_at_home_is_asked_about_no_unit_of_professionals(name, text, readings):
    with pytest.raises(RefusedValue) as found:
        pathway().dictionary.read_text(name, text, lay=True)
    for words in found.value.texts.values():
        assert "kPa" not in words and "lb" not in words
    assert found.value.readings == readings
    with pytest.raises(RefusedValue) as found:
        pathway().dictionary.read_text("weight", "82400", lay=True)
    assert "bedoelt u 82,4 kg?" in found.value.texts["nl"]
