"""A number that was worked out is never shown with all its decimals, whichever fact of whichever pathway it is."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.utils.translation import override

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.shown import as_shown
from anderhalf.core.pathway.flowchart.words import measured_in_words
from anderhalf.presentation.values import value_label, value_with_unit
from tests.support.titration import pathway, protocol

ENDLESS = Decimal("0.0314159")


def numbers() -> list[Fact]:
    """Every number of both pathways, and what the titration works out itself."""
    described = {**pathway("atrial_fibrillation").facts, **protocol().facts}
    return [fact for fact in described.values() if fact.type is FactType.NUMBER]


def decimals_of(text: str) -> int:
    found = re.match(r"[\u22120-9 -]*\d[.,](\d+)", text)
    return len(found[1]) if found else 0


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("fact", numbers(), ids=lambda fact: fact.name)
def test_no_fact_is_shown_with_endless_decimals(fact, language):
    low, high = fact.minimum or Decimal(0), fact.maximum or Decimal(100)
    with override(language):
        for share in range(21):
            value = low + (high - low) * share / 20 + ENDLESS
            for text in (value_label(fact, value), measured_in_words(value, fact, language)):
                assert decimals_of(text) <= fact.decimals + 1, (fact.name, text)
            assert decimals_of(value_with_unit(fact, value)) <= fact.decimals + 1


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        ("33.0314", 0, "33"),
        ("33.6314", 0, "34"),
        ("29.9039", 1, "29.9"),
        ("29.8539", 1, "29.9"),
        ("4.8", 1, "4.8"),
        ("4", 1, "4.0"),
        ("29.5", 0, "29.5"),
        ("29.98", 0, "29.98"),
        ("29.6314", 0, "29.6"),
        ("29.9814", 0, "29.9"),
        ("30.0314", 0, "30.1"),
        ("29.9712", 1, "29.97"),
        ("29.9981", 1, "29.99"),
        ("-2.04997", 1, "-2.05"),
        ("-2.00003", 1, "-2.01"),
    ],
)
def test_rounded_as_usual_and_never_onto_a_round_number(value, decimals, shown):
    assert str(as_shown(Decimal(value), decimals)) == shown


@pytest.mark.parametrize("limit", ["30", "45", "60", "5.5", "6.0", "18.5", "220"])
@pytest.mark.parametrize("decimals", [0, 1])
def test_what_is_shown_lies_on_the_same_side_of_a_round_limit(limit, decimals):
    if decimals == 0 and "." in limit:
        return
    for beside in ("-0.6417", "-0.0417", "-0.00042", "0.00042", "0.0417", "0.6417"):
        value = Decimal(limit) + Decimal(beside)
        shown = as_shown(value, decimals)
        assert (shown < Decimal(limit)) is (value < Decimal(limit)) and shown != Decimal(limit)


@pytest.mark.parametrize(
    ("hours", "nl", "en"),
    [
        ("0.0097222", "minder dan 1 uur", "less than 1 hour"),
        ("1.9722", "1 uur", "1 hour"),
        ("35.9722", "35 uur", "35 hours"),
        ("71.99", "71 uur", "71 hours"),
        ("96.5", "4 dagen", "4 days"),
    ],
)
def test_a_time_is_said_in_hours_or_days(hours, nl, en):
    fact = protocol().facts["hours_since_ace_inhibitor"]
    assert value_with_unit(fact, Decimal(hours)) == nl
    with override("en"):
        assert value_with_unit(fact, Decimal(hours)) == en
