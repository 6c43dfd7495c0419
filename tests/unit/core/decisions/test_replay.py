"""A decision that was stored is read back, and replays only while table and answer are the same."""

from dataclasses import replace
from decimal import Decimal

import pytest

from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.decisions.identity import table_hash
from anderhalf.core.decisions.replay import ReplayDiffers, check_replays, replays
from tests.unit.core.decisions.decision_builders import (
    FIRST,
    TODAY,
    decide,
    patient,
    table,
)

D = Decimal


def test_replay_notices_another_table_and_another_answer() -> None:
    decision = decide(FIRST, potassium=D(4), age=40)
    assert replays(decision, table(FIRST))
    with pytest.raises(ReplayDiffers, match="another hash"):
        check_replays(decision, table(FIRST.replace("65", "66")))
    with pytest.raises(ReplayDiffers, match="outcome"):
        said = replace(decision.said, outcome={"line": "second"})
        check_replays(replace(decision, said=said), table(FIRST))
    with pytest.raises(ReplayDiffers, match="rules did"):
        said = replace(decision.said, rules=decision.said.rules[:-1])
        check_replays(replace(decision, said=said), table(FIRST))
    assert not replays(decision, table(FIRST), patient(age=70, potassium=D(4)))


def test_a_decision_of_another_format_is_refused() -> None:
    stored = decide(FIRST, potassium=D(4), age=40).to_dict()
    with pytest.raises(ValueError, match="format 99"):
        Decision.from_dict({**stored, "format": 99})


def test_a_decision_stored_in_the_first_format_is_read_and_replays() -> None:
    cell = {
        "text": "-",
        "result": True,
        "unit": "mmol/L",
        "on": "2026-06-01",
        "age_days": 0,
        "state": "known",
    }
    potassium = {
        "value": {"number": "5.60"},
        "unit": "mmol/L",
        "on": "2026-06-01",
        "age_days": 0,
        "state": "known",
    }
    age = {"value": None, "unit": "a", "on": None, "age_days": None, "state": "missing"}
    of_rule = {"decisive": False, "why": {"nl": "daarom"}, "source": "S1", "grade": "local"}
    stored = {
        "format": 1, "table_id": "t", "table_version": "1", "table_hash": table_hash(table(FIRST)),
        "status": "decided", "outcome": {"line": "emergency"},
        "rules": [
            {**of_rule, "id": "r1", "state": "fired", "decisive": True, "outputs": {"line": "emergency"},
             "cells": [{**cell, **potassium, "fact": "potassium", "text": ">5.5", "result": True}]},
            {**of_rule, "id": "r2", "state": "undecided", "outputs": {"line": "second"},
             "cells": [{**cell, **age, "fact": "age", "text": ">=65", "result": None}]},
            {**of_rule, "id": "r3", "state": "fired", "outputs": {"line": "first"}, "cells": []},
        ],
        "facts_used": [{**potassium, "name": "potassium", "origin": "lab"}], "facts_set_aside": [],
        "facts_missing": [], "would_change": [], "on": "2026-06-01",
    }  # fmt: skip
    decision = Decision.from_dict(stored)
    check_replays(decision, table(FIRST))
    assert decision.facts_given == {"potassium": FactValue(D("5.60"), TODAY, "lab")}
    assert decision.rules[0].cells[0].value == D("5.60") and decision.rules[0].local
    assert decision.rules[1].undecided_by == ("age",)
    assert Decision.from_dict(decision.to_dict()) == decision
