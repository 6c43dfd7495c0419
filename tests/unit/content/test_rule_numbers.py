"""Which digits of an explanation are numbers, and what they can mean."""

from __future__ import annotations

from decimal import Decimal

import pytest

from anderhalf.content.rule_numbers import numbers_in


@pytest.mark.parametrize(
    "text",
    [
        "Stadium in HFA-PEFF", "CHA2DS2-VA telt", "NYHA 2b of 2a", "de 2e lijn", "the 2nd line", "here the 1.5 line answers",
        "via de 1,5-lijn", "griep en COVID-19", "Leeftijd is geen reden (NHG 2023)", "ESC 2021", "H2FPEF", "S-ACE-6",
        "mEHRA 3a",
    ],
)  # fmt: skip
def test_what_belongs_to_a_name_is_no_number(text):
    assert numbers_in(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Kalium boven 6,0 mmol/l", "6.0"),
        ("Potassium above 6.0 mmol/l", "6"),
        ("boven 1.500 ng/l", "1500"),
        ("above 1,500 ng/l", "1500"),
        ("boven 1.500 ng/l", "1.5"),  # and it could be one and a half
        ("onder 90mmHg", "90"),
        ("LVEF 40% of lager", "40"),
        ("Jonger dan 18 jaar", "18"),
        ("korter dan 48 uur", "2"),
        ("binnen 2 weken", "14"),
        ("binnen 1 tot 2 weken", "14"),
        ("binnen 1 tot 2 weken", "7"),
        ("hoogstens 3 maanden oud", "92"),
        ("less than 3 months", "90"),
        ("within 1 year", "365"),
        ("eGFR 30-60", "60"),
        ("24/26 mg", "26"),
        ("bel 112", "112"),
    ],
)
def test_a_number_and_what_it_can_mean(text, value):
    assert any(Decimal(value) in said.values for said in numbers_in(text))


@pytest.mark.parametrize(
    ("text", "other"), [("onder 90 mmHg", "630"), ("6 weken", "41"), ("3 maanden", "89"), ("1,5 mg", "15")]
)
def test_and_what_it_can_not_mean(text, other):
    assert not any(Decimal(other) in said.values for said in numbers_in(text))
