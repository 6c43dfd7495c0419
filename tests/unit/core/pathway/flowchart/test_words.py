"""A cell in the words of the sheet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.feel import parse_cell
from anderhalf.core.pathway.flowchart.words import criterion

NBSP = "\u00a0"
NT_PROBNP = Fact(
    name="nt_probnp",
    type=FactType.NUMBER,
    label={"nl": "NT-proBNP", "en": "NT-proBNP"},
    unit="ng/L",
    unit_label="ng/l",
)
LVEF = Fact(name="lvef", type=FactType.NUMBER, label={"nl": "LVEF", "en": "LVEF"}, unit="%", unit_label="%")
AGE = Fact(
    name="age", type=FactType.NUMBER, label={"nl": "Leeftijd", "en": "Age"}, unit="a", unit_label="jaar"
)
PAIN = Fact(name="pain", type=FactType.BOOLEAN, label={"nl": "Pijn", "en": "Pain"})
NYHA = Fact(
    name="nyha",
    type=FactType.CODE,
    label={"nl": "NYHA-klasse", "en": "NYHA class"},
    values={"III": {"nl": "III", "en": "III"}, "IV": {"nl": "IV", "en": "IV"}},
)
ASKED = Fact(name="asked", type=FactType.CODE, label={"nl": "Wat vraagt u?", "en": "What do you ask?"})
STARTED = Fact(name="started", type=FactType.DATE, label={"nl": "Begonnen", "en": "Started"})


@pytest.mark.parametrize(
    ("fact", "cell", "dutch", "english"),
    [
        (NT_PROBNP, "-", "", ""),
        (NT_PROBNP, ">=125", f"NT-proBNP vanaf 125{NBSP}ng/l", f"NT-proBNP from 125{NBSP}ng/l"),
        (NT_PROBNP, "<125.5", f"NT-proBNP onder 125,5{NBSP}ng/l", f"NT-proBNP below 125.5{NBSP}ng/l"),
        (NT_PROBNP, ">125", f"NT-proBNP boven 125{NBSP}ng/l", f"NT-proBNP above 125{NBSP}ng/l"),
        (NT_PROBNP, "null", "NT-proBNP onbekend", "NT-proBNP unknown"),
        (LVEF, "<=35", "LVEF hoogstens 35%", "LVEF at most 35%"),
        (LVEF, "[40..49]", "LVEF 40 tot en met 49%", "LVEF 40 up to and including 49%"),
        (LVEF, "]40..50[", "LVEF boven 40 en onder 50%", "LVEF above 40 and below 50%"),
        (LVEF, "not(<35)", "LVEF: niet onder 35%", "LVEF: not below 35%"),
        (LVEF, "<35, null", "LVEF onder 35% of onbekend", "LVEF below 35% or unknown"),
        (AGE, "<18", f"Leeftijd onder 18{NBSP}jaar", f"Age below 18{NBSP}years"),
        (PAIN, "true", "Pijn", "Pain"),
        (PAIN, "false", "Pijn: nee", "Pain: no"),
        (PAIN, "false, null", "Pijn: nee of onbekend", "Pain: no or unknown"),
        (PAIN, "not(true)", "Pijn: niet ja", "Pain: not yes"),
        (NYHA, '"III", "IV"', "NYHA-klasse: III of IV", "NYHA class: III or IV"),
        (ASKED, '"advice"', "Wat vraagt u? advice", "What do you ask? advice"),
        (STARTED, '>=date("2025-01-02")', "Begonnen vanaf 02-01-2025", "Started from 02-01-2025"),
    ],
)
def test_a_cell_says_the_same_in_both_languages(fact, cell, dutch, english):
    test = parse_cell(cell, fact)
    assert criterion(fact, test, "nl") == dutch
    assert criterion(fact, test, "en") == english


def test_a_limit_keeps_the_decimals_it_was_written_with():
    potassium = Fact(
        name="k", type=FactType.NUMBER, label={"nl": "Kalium", "en": "Potassium"}, unit="mmol/L", unit_label="mmol/l",
        maximum=Decimal(10),
    )  # fmt: skip
    assert criterion(potassium, parse_cell(">6.0", potassium), "nl") == f"Kalium boven 6,0{NBSP}mmol/l"
