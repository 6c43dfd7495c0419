"""A rule that names nine drugs leads with the one that is used."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.danger import look_for_danger
from tests.support.titration import pathway

ON = date(2026, 11, 2)


def why(rule: str, **facts):
    known = {name: FactValue(value, ON) for name, value in facts.items()}
    found = look_for_danger([pathway()], known, on=ON, birth_date=date(1950, 1, 1))
    return next(one.why for one in found.signs if one.rule == rule)


@pytest.mark.parametrize(
    ("rule", "facts", "nl", "en"),
    [
        ("EX-67", {"itraconazole": True, "dronedarone": False}, "itraconazol", "itraconazole"),
        (
            "EX-67",
            {"cilostazol": True, "moxonidine": True},
            "cilostazol, moxonidine",
            "cilostazol, moxonidine",
        ),
        ("EX-68", {"sotalol": True, "lvef": Decimal(35)}, "sotalol", "sotalol"),
    ],
)
def test_the_one_that_is_used_stands_in_front(rule, facts, nl, en):
    said = why(rule, **facts)
    assert said["nl"].startswith(f"Gebruikt nu: {nl}. ") and said["en"].startswith(f"Uses now: {en}. ")
    assert "niet gebruiken" in said["nl"], "and the rule's own sentence stays"


def test_a_rule_about_few_drugs_stays_as_it_is():
    said = why("EX-07", potassium=Decimal("6.4"), ras_inhibitor_or_mra=True)
    assert not said["nl"].startswith("Gebruikt nu")
