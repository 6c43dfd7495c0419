"""The eye for danger: certain whatever is unknown, never milder for knowing more, never silent about a doubt."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anderhalf.core.decisions.facts import FactType, FactValue
from anderhalf.core.decisions.model import OnUnknown
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.danger import ACTIONS, TABLES, Danger, DangerState, look_for_danger
from anderhalf.core.pathway.model import Pathway
from tests.support.titration import pathway

from .test_referral import ON, examples

EXCEPTIONS = {
    *((rule, "copd") for rule in ("EX-65", "AX-125")),
    *((rule, "creatinine_rise_90_days") for rule in ("EX-33", "EX-34", "AX-33", "AX-34")),
    ("AL-68", "mra"),
    *((rule, "digoxin_level") for rule in ("EX-124", "AX-198", "EX-139", "AX-214")),
    *((rule, "potassium") for rule in ("EX-126", "EX-127", "EX-128", "AX-200", "AX-201", "AX-202")),
    *((rule, "egfr") for rule in ("EX-130", "AX-204")),
}
"""A rule and the fact of which it says itself "or not known": to know it may make that rule fall silent."""
BOTH = pytest.mark.parametrize("key", ["heart_failure", "atrial_fibrillation"])


def tables_of(chosen: Pathway):
    return [chosen.tables[name] for name in TABLES if name in chosen.tables]


def rules_of(chosen: Pathway) -> set[str]:
    return {rule.id for table in tables_of(chosen) for rule in table.rules}


def sources_of(chosen: Pathway, name: str) -> set[str]:
    """What somebody measures for a fact: the fact itself, or what it follows from."""
    derived = chosen.dictionary.entry(name).derived
    return {name} if derived is None else {one for each in derived.inputs for one in sources_of(chosen, each)}


def exceptions_of(chosen: Pathway) -> set[tuple[str, str]]:
    """The rules that name an exception to a danger ("false or not known": known COPD), with the fact: a person reads so
    in the rule. A test below keeps the list short."""
    return {
        (rule.id, name)
        for table in tables_of(chosen)
        for rule in table.rules
        for name, cell in rule.cells.items()
        if cell.accepts_null
    }


def may_fall_silent(chosen: Pathway, rule: str, told: Collection[str]) -> bool:
    """Whether a rule names an exception of which one of these facts tells."""
    own = [name for its, name in exceptions_of(chosen) if its == rule]
    return any({name, *sources_of(chosen, name)} & set(told) for name in own)


@st.composite
def some_facts(draw: st.DrawFn, chosen: Pathway) -> dict[str, FactValue]:
    """Any of the facts that the tables look at, with values on and beside every limit."""
    tables = tables_of(chosen)
    names = dict.fromkeys(
        fact.name
        for table in tables
        for fact in table.inputs
        if chosen.dictionary.entry(fact.name).derived is None
    )
    kept = draw(st.sets(st.sampled_from(sorted(names))))
    return {name: draw(examples(chosen.dictionary[name], tables)) for name in sorted(kept)}


def worst(danger: Danger) -> int:
    """Lower is more urgent; nothing certain is the mildest."""
    return min((ACTIONS.index(sign.action) for sign in danger.certain), default=len(ACTIONS))


@BOTH
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_knowing_more_never_makes_it_milder_and_hiding_never_hides(key, data):
    chosen = pathway(key)
    facts = data.draw(some_facts(chosen))
    whole = look_for_danger([chosen], facts, on=ON)
    for sign in whole.certain:
        needed = {
            name: facts[name] for fact in sign.facts for name in sources_of(chosen, fact) if name in facts
        }
        alone = look_for_danger([chosen], needed, on=ON, birth_date=None)
        assert sign.rule in {one.rule for one in alone.certain}
        assert worst(alone) <= ACTIONS.index(sign.action)
    told = data.draw(some_facts(chosen))
    richer = look_for_danger([chosen], {**told, **facts}, on=ON)
    stays = {sign.rule for sign in richer.certain}
    for sign in whole.certain:
        if sign.rule in stays:
            assert worst(richer) <= ACTIONS.index(sign.action)
        else:
            assert may_fall_silent(chosen, sign.rule, told.keys() - facts.keys()), sign.rule


@BOTH
def test_exceptions_to_a_danger_are_few_and_known(key):
    """A new exception is looked at by somebody before it may hide a danger."""
    assert exceptions_of(pathway(key)) <= EXCEPTIONS
    assert {one for one in EXCEPTIONS if one[0] in rules_of(pathway(key))} <= exceptions_of(pathway(key))


@BOTH
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_doubtful_reading_is_a_danger_if_it_is_right_and_never_a_certain_one(key, data):
    chosen = pathway(key)
    facts = data.draw(some_facts(chosen))
    certain = look_for_danger([chosen], facts, on=ON)
    hidden = data.draw(st.sets(st.sampled_from(sorted(facts)))) if facts else set()
    known = {name: value for name, value in facts.items() if name not in hidden}
    doubtful = {name: [facts[name]] for name in hidden}
    found = look_for_danger([chosen], known, on=ON, doubtful=doubtful)
    so, shown = {sign.rule for sign in certain.certain}, {sign.rule for sign in found.signs}
    assert so <= shown
    assert all(may_fall_silent(chosen, rule, hidden) for rule in shown - so), "said because it is not known"
    assert {sign.rule for sign in found.certain} == {
        sign.rule for sign in look_for_danger([chosen], known, on=ON).certain
    }
    for sign in found.if_right:
        assert set(sign.if_right) <= hidden and sign.if_right


@BOTH
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_danger_is_only_said_when_nothing_open_could_be_one(key, data):
    """Whatever the missing facts turn out to be: when the eye says "none", no answer to what it asks is a danger."""
    chosen = pathway(key)
    facts = data.draw(some_facts(chosen))
    danger = look_for_danger([chosen], facts, on=ON)
    if danger.state is DangerState.NONE:
        assert not danger.signs and not danger.missing
    blocking = {
        cell
        for table in tables_of(chosen)
        for rule in table.rules
        if rule.outputs.get("action") in ACTIONS
        and table.rule_on_unknown(rule) is not OnUnknown.TREAT_AS_NO_MATCH
        for cell, test in rule.cells.items()
        if not test.any and chosen.dictionary[cell].type is FactType.BOOLEAN and test.text == "true"
        if sum(not other.any for other in rule.cells.values()) == 1
    }
    if worst(danger) == len(ACTIONS):
        assert blocking - facts.keys() <= set(danger.missing)


def test_a_limit_that_could_be_a_danger_is_asked_about():
    """`> 5.0` potassium may be 5.1 or 7: it is no reason to be silent, though an absent potassium is none to ask."""
    chosen = pathway("heart_failure")
    limit = {"potassium": FactValue(Range.of(">", Decimal("5.0")), ON)}
    assert "potassium" in look_for_danger([chosen], limit, on=ON).missing
    assert "potassium" not in look_for_danger([chosen], {}, on=ON).missing
    above = {"potassium": FactValue(Range.of(">", Decimal("7.0")), ON)}
    assert "EX-07" in {sign.rule for sign in look_for_danger([chosen], above, on=ON).certain}


def test_two_readings_of_one_moment_are_both_tried():
    chosen = pathway("heart_failure")
    two = [FactValue(Decimal("4.4"), ON), FactValue(Decimal("6.3"), ON)]
    danger = look_for_danger([chosen], {}, on=ON, doubtful={"potassium": two})
    assert danger.state is DangerState.IF_RIGHT
    assert danger.first is not None and danger.first.rule == "EX-07"
    assert danger.first.if_right == {"potassium": two[1]}


def test_a_value_that_cannot_be_never_stops_the_eye():
    chosen = pathway("heart_failure")
    facts = {
        "heart_rate": FactValue(Decimal(900), ON),
        "age": FactValue(Decimal(126), ON),
        "chest_pain_at_rest": FactValue(True, ON),
    }
    danger = look_for_danger([chosen], facts, on=ON)
    assert danger.first is not None and danger.first.rule == "EX-01"


def test_the_worst_of_two_pathways_comes_first():
    facts = {"systolic_bp": FactValue(Decimal(88), ON)}
    danger = look_for_danger([pathway("heart_failure"), pathway("atrial_fibrillation")], facts, on=ON)
    assert danger.certain[0].pathway == "atrial_fibrillation"
    assert danger.first is not None and danger.first.action == "call_112"
    asked = {
        (key, name)
        for key in ("heart_failure", "atrial_fibrillation")
        for name in ("exclusion", "home_alarms")
    }
    assert set(danger.decisions) == asked | {("heart_failure", "weight_alarms")}
