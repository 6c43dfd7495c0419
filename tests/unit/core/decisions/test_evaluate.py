"""Deciding for one person: hit policies, the unknown, the explanation, replay."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings

from anderhalf.core.decisions.chain import ChainError, feeding, order_tables
from anderhalf.core.decisions.evaluate import evaluate, explainer_of
from anderhalf.core.decisions.explain import Decision, RuleState
from anderhalf.core.decisions.facts import FactValue, FactValueError, Freshness
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OnUnknown, OutputSpec
from anderhalf.core.decisions.policy import Answer, Policy, Status, bits
from anderhalf.core.decisions.replay import check_replays
from tests.support.chain import evaluate_all
from tests.unit.core.decisions.decision_builders import (
    FIRST,
    TODAY,
    RandomTable,
    decide,
    patient,
    random_patients,
    random_tables,
    table,
    twin_truths,
)

D = Decimal


def test_first_rule_wins_and_says_why() -> None:
    decision = decide(FIRST, potassium=D("5.6"), age=70)
    assert (decision.status, decision.outcome) == (Status.DECIDED, {"line": "emergency"})
    assert [rule.rule_id for rule in decision.fired] == ["r1", "r2", "r3"]
    assert [rule.rule_id for rule in decision.decisive] == ["r1"]
    cell = decision.rules[0].cells[0]
    assert (cell.fact, cell.text, cell.result, cell.value, cell.unit) == (
        "potassium",
        ">5.5",
        True,
        D("5.6"),
        "mmol/L",
    )
    assert (cell.on, cell.age_days, cell.state) == (TODAY, 0, Freshness.KNOWN)
    assert decision.value("line") == "emergency"


def test_an_undecided_higher_rule_needs_data_and_names_only_what_settles_it() -> None:
    decision = decide(FIRST, age=40)
    assert decision.status is Status.NEEDS_DATA
    assert decision.outcome == {}
    assert decision.facts_missing == ("potassium",)
    assert [(hinge.fact, hinge.rules) for hinge in decision.would_change] == [("potassium", ("r1",))]
    assert decision.rules[0].undecided_by == ("potassium",)
    assert decision.rules[1].failed_by == ("age",)


def test_a_missing_fact_that_cannot_change_the_answer_is_not_asked_for() -> None:
    decision = decide(FIRST, potassium=D(6))
    assert decision.status is Status.DECIDED
    assert (decision.facts_missing, decision.would_change) == ((), ())
    assert [rule.rule_id for rule in decision.undecided] == ["r2"]


def test_an_undecided_higher_rule_with_the_same_answer_does_not_hold_up_an_emergency() -> None:
    rows = """
    id | potassium | oedema | out:line
    r1 | >5.5      | -      | "emergency"
    r2 | -         | true   | "emergency"
    r3 | -         | -      | "first"
    """
    assert decide(rows, oedema=True).outcome == {"line": "emergency"}
    assert decide(rows, oedema=False).status is Status.NEEDS_DATA


def test_treat_as_no_match_decides_but_still_tells_what_would_change() -> None:
    lenient = table(FIRST, on_unknown=OnUnknown.TREAT_AS_NO_MATCH)
    decision = evaluate(lenient, patient(age=40), on=TODAY)
    assert (decision.status, decision.outcome) == (Status.DECIDED, {"line": "first"})
    assert decision.rules[0].state is RuleState.UNDECIDED
    assert decision.facts_missing == ()
    assert [(hinge.fact, hinge.rules) for hinge in decision.would_change] == [("potassium", ("r1",))]


def test_on_unknown_of_a_rule_goes_before_that_of_the_table() -> None:
    rows = """
    id | potassium | age  | out:line | on_unknown
    r1 | >5.5      | -    | "a"      | treat_as_no_match
    r2 | -         | >=65 | "b"      |
    r3 | -         | -    | "c"      |
    """
    assert decide(rows, age=40).outcome == {"line": "c"}
    assert decide(rows, potassium=D(4)).facts_missing == ("age",)


def test_a_stale_value_counts_as_missing_and_is_shown() -> None:
    facts = {"potassium": FactValue(D(6), TODAY - timedelta(31), "lab"), **patient(age=40)}
    decision = evaluate(table(FIRST), facts, on=TODAY)
    assert decision.status is Status.NEEDS_DATA
    assert decision.would_change[0].state is Freshness.STALE
    [aside] = decision.facts_set_aside
    assert (aside.name, aside.value, aside.age_days, aside.origin) == ("potassium", D(6), 31, "lab")
    assert decision.rules[0].cells[0].state is Freshness.STALE
    assert [fact.name for fact in decision.facts_used] == ["age"]


def test_a_null_rule_speaks_for_the_missing_case() -> None:
    rows = """
    id | potassium | age  | out:line
    r1 | >5.5      | -    | "emergency"
    r2 | null      | -    | "measure"
    r3 | -         | -    | "first"
    """
    decision = decide(rows, age=40)
    assert decision.outcome == {"line": "measure"}
    assert [(hinge.fact, hinge.rules) for hinge in decision.would_change] == [("potassium", ("r1", "r2"))]
    # An explicit null about one fact does not answer for another fact that is missing.
    other = rows.replace("r1 | >5.5      | -   ", "r1 | -  | >=65   ")
    assert decide(other).facts_missing == ("age",)


def test_impossible_values_are_refused_also_when_old() -> None:
    for value in (FactValue(D(48), TODAY), FactValue(True, TODAY), FactValue(D(48), TODAY - timedelta(400))):
        with pytest.raises(FactValueError, match="potassium"):
            evaluate(table(FIRST), {"potassium": value}, on=TODAY)


RANKED = OutputSpec(name="a", values=(D(3), D(2), D(1)))
OVERLAPPING = """
id | age  | out:a
r1 | >=20 | 1
r2 | >=40 | 2
r3 | >=60 | 3
"""


@pytest.mark.parametrize(
    ("policy", "age", "expected"),
    [
        (HitPolicy.FIRST, 70, {"a": D(1)}),
        (HitPolicy.PRIORITY, 70, {"a": D(3)}),
        (HitPolicy.RULE_ORDER, 70, ({"a": D(1)}, {"a": D(2)}, {"a": D(3)})),
        (HitPolicy.OUTPUT_ORDER, 70, ({"a": D(3)}, {"a": D(2)}, {"a": D(1)})),
        (HitPolicy.COLLECT, 50, ({"a": D(1)}, {"a": D(2)})),
        (HitPolicy.COLLECT_SUM, 70, {"a": D(6)}),
        (HitPolicy.COLLECT_MIN, 70, {"a": D(1)}),
        (HitPolicy.COLLECT_MAX, 70, {"a": D(3)}),
        (HitPolicy.COLLECT_COUNT, 70, {"a": D(3)}),
        (HitPolicy.UNIQUE, 30, {"a": D(1)}),
        (HitPolicy.ANY, 30, {"a": D(1)}),
    ],
)
def test_every_hit_policy(policy: HitPolicy, age: int, expected: object) -> None:
    decision = evaluate(table(OVERLAPPING, policy=policy, outputs={"a": RANKED}), patient(age=age), on=TODAY)
    assert (decision.status, decision.outcome) == (Status.DECIDED, expected)


@pytest.mark.parametrize("policy", list(HitPolicy))
def test_no_rule_is_no_match_unless_an_output_has_a_default(policy: HitPolicy) -> None:
    plain = table(OVERLAPPING, policy=policy, outputs={"a": RANKED})
    assert evaluate(plain, patient(age=10), on=TODAY).status is Status.NO_MATCH
    with_default = replace(plain, outputs=(replace(RANKED, default=D(1)),))
    decision = evaluate(with_default, patient(age=10), on=TODAY)
    assert decision.status is Status.DECIDED
    assert decision.outcome == (({"a": D(1)},) if policy.is_list else {"a": D(1)})
    assert decision.decisive == ()
    assert evaluate(with_default, {}, on=TODAY).status is Status.NEEDS_DATA


@pytest.mark.parametrize("policy", [HitPolicy.UNIQUE, HitPolicy.ANY])
def test_contradicting_rules_are_a_conflict(policy: HitPolicy) -> None:
    decision = evaluate(table(OVERLAPPING, policy=policy, outputs={"a": RANKED}), patient(age=70), on=TODAY)
    assert (decision.status, decision.outcome) == (Status.CONFLICT, {})
    assert [rule.rule_id for rule in decision.decisive] == ["r1", "r2", "r3"]


def test_any_accepts_rules_that_agree() -> None:
    rows = OVERLAPPING.replace("| 2", "| 1").replace("| 3", "| 1")
    assert decide(rows, HitPolicy.ANY, age=70).outcome == {"a": D(1)}


def test_a_sum_is_exact_beyond_28_digits() -> None:
    long = "0." + "1" * 40
    rows = f"id | age | out:a\nr1 | - | {long}\nr2 | - | 1000000000000\n"
    assert decide(rows, HitPolicy.COLLECT_SUM).outcome == {"a": D("1000000000000." + "1" * 40)}


@given(random_tables(), random_patients())
@settings(max_examples=300, deadline=None)
def test_rules_do_what_the_slow_twin_says(random: RandomTable, facts: dict[str, FactValue]) -> None:
    decision = evaluate(random.table, facts, on=TODAY)
    expected = {True: RuleState.FIRED, False: RuleState.NOT_FIRED, None: RuleState.UNDECIDED}
    assert [rule.state for rule in decision.rules] == [
        expected[truth] for truth in twin_truths(random, facts)
    ]


def without_unknowns(one: DecisionTable, fired: set[int]) -> object:  # noqa: C901
    """The answer when every rule is decided, written as the DMN standard words it."""
    rows = [rule.outputs["answer"] for rule in one.rules]
    hits = [rows[at] for at in sorted(fired)]
    by_rank = sorted(hits, key=one.outputs[0].values.index)  # type: ignore[arg-type]
    if not hits:
        return "no match"
    match one.hit_policy:
        case HitPolicy.UNIQUE:
            return hits[0] if len(hits) == 1 else "conflict"
        case HitPolicy.ANY:
            return hits[0] if len(set(hits)) == 1 else "conflict"
        case HitPolicy.FIRST:
            return hits[0]
        case HitPolicy.PRIORITY:
            return by_rank[0]
        case HitPolicy.OUTPUT_ORDER:
            return by_rank
        case HitPolicy.RULE_ORDER | HitPolicy.COLLECT:
            return hits
        case HitPolicy.COLLECT_SUM:
            return sum(hits)  # type: ignore[arg-type]
        case HitPolicy.COLLECT_MIN:
            return min(hits)  # type: ignore[type-var]
        case HitPolicy.COLLECT_MAX:
            return max(hits)  # type: ignore[type-var]
    return len(hits)


def told(answer: Answer) -> object:
    if answer.status is not Status.DECIDED:
        return answer.status.value.replace("_", " ")
    if isinstance(answer.outcome, tuple):
        return [one["answer"] for one in answer.outcome]
    return answer.outcome["answer"]


@given(random_tables(with_null=False, with_on_unknown=False), random_patients())
@settings(max_examples=300, deadline=None)
def test_an_answer_is_given_exactly_when_no_missing_fact_could_change_it(
    random: RandomTable, facts: dict[str, FactValue]
) -> None:
    """Every way in which the undecided rules could still go is tried."""
    truths = twin_truths(random, facts)
    fired = {at for at, truth in enumerate(truths) if truth}
    unknown = [at for at, truth in enumerate(truths) if truth is None]
    endings = [
        without_unknowns(
            random.table, fired | {at for at, fires in zip(unknown, choice, strict=True) if fires}
        )
        for choice in product([True, False], repeat=len(unknown))
    ]
    answer = Policy(random.table).answer(sum(1 << at for at in fired), sum(1 << at for at in unknown))
    if all(ending == endings[0] for ending in endings):
        assert told(answer) == endings[0]
        assert answer.could_change == ()
    else:
        assert answer.status is Status.NEEDS_DATA
        assert set(answer.blocking) <= set(unknown)


@given(random_tables(), random_patients())
@settings(max_examples=150, deadline=None)
def test_a_decision_survives_json_and_replays(random: RandomTable, facts: dict[str, FactValue]) -> None:
    decision = evaluate(random.table, facts, on=TODAY)
    again = Decision.from_dict(json.loads(json.dumps(decision.to_dict())))
    assert again == decision
    check_replays(again, random.table)
    check_replays(again, random.table, facts)


@given(random_tables(), random_patients())
@settings(max_examples=300, deadline=None)
def test_every_cell_of_every_rule_is_explained_as_the_slow_twin_sees_it(
    random: RandomTable, facts: dict[str, FactValue]
) -> None:
    decision = evaluate(random.table, facts, on=TODAY)
    states = {True: RuleState.FIRED, False: RuleState.NOT_FIRED, None: RuleState.UNDECIDED}
    truths = twin_truths(random, facts)
    assert [rule.state for rule in decision.rules] == [states[truth] for truth in truths]
    for rule, meant, written in zip(random.table.rules, random.meanings, decision.rules, strict=True):
        cells = {cell.fact: cell for cell in written.cells}
        assert set(cells) == {name for name, test in rule.cells.items() if not test.any}
        for name, cell in cells.items():
            given_value = facts.get(name)
            assert cell.text == rule.cells[name].text and cell.unit == random.table.facts[name].unit
            if given_value is None:
                assert (cell.value, cell.on, cell.age_days) == (None, None, None)
                assert cell.state is Freshness.MISSING
            else:
                age = None if given_value.on is None else (TODAY - given_value.on).days
                assert (cell.value, cell.on, cell.age_days) == (given_value.value, given_value.on, age)
            counts = cell.state is Freshness.KNOWN
            assert cell.result is meant[name](cell.value if counts else None)


def test_values_of_one_region_share_their_explanation_and_keep_their_own_value() -> None:
    one, other = decide(FIRST, potassium=D("4.1"), age=40), decide(FIRST, potassium=D("4.2"), age=41)
    assert one.columns == other.columns and one.columns[0] is other.columns[0]
    assert [fact.value for fact in one.facts_used] == [D("4.1"), D(40)]
    assert [fact.value for fact in other.facts_used] == [D("4.2"), D(41)]
    assert one != other


def test_a_value_beyond_the_range_is_refused_also_beside_a_region_in_use() -> None:
    assert decide(FIRST, potassium=D(1), age=0).is_decided
    assert decide(FIRST, potassium=D(10), age=120).is_decided
    for wrong in (D("0.9"), D("10.1"), True, "4", TODAY):
        with pytest.raises(FactValueError, match="potassium"):
            decide(FIRST, potassium=wrong, age=40)
    stale = FactValue(D(11), TODAY - timedelta(400))
    with pytest.raises(FactValueError, match="highest"):
        evaluate(table(FIRST), {"potassium": stale}, on=TODAY)


def test_a_text_that_no_rule_names_is_not_kept_by_the_table() -> None:
    noted = table('id | note | out:a\nr1 | "x" | 1\nr2 | - | 2\n')
    for text in ("x", "about somebody", "about somebody else"):
        decision = evaluate(noted, {"note": FactValue(text, TODAY)}, on=TODAY)
        assert [rule.rule_id for rule in decision.fired] == (["r1", "r2"] if text == "x" else ["r2"])
        assert decision.facts_used[0].value == text
        assert Decision.from_dict(decision.to_dict()) == decision
    [column] = explainer_of(noted).columns
    assert len(column.named) == 2 and "about somebody" not in column.named


@given(random_tables(with_null=False), random_patients())
@settings(max_examples=150, deadline=None)
def test_filling_in_all_facts_named_as_missing_settles_the_decision_or_names_no_new_ones(
    random: RandomTable, facts: dict[str, FactValue]
) -> None:
    decision = evaluate(random.table, facts, on=TODAY)
    filled = dict(facts)
    every = {"potassium": D("4.2"), "age": D(55), "rhythm": "af", "oedema": True, "admitted": TODAY}
    for name in decision.facts_missing:
        filled[name] = FactValue(every[name], TODAY)
    assert evaluate(random.table, filled, on=TODAY).status is not Status.NEEDS_DATA


def test_bits_lists_the_set_bits() -> None:
    assert list(bits(0b101001)) == [0, 3, 5]


def test_tables_feed_tables_in_the_order_they_need() -> None:
    risk = replace(
        table("""
        id | age  | potassium | out:rhythm
        r1 | >=65 | -         | "af"
        r2 | <65  | >5        | "paced"
        r3 | <65  | <=5       | "sinus"
        """, policy=HitPolicy.UNIQUE), id="risk",
    )  # fmt: skip
    final = replace(
        table("""
        id | rhythm | oedema | out:line
        r1 | "af"   | -      | "second"
        r2 | -      | true   | "second"
        r3 | -      | -      | "first"
        """), id="final",
    )  # fmt: skip
    tables = (final, risk)
    assert [one.id for one in order_tables(tables)] == ["risk", "final"]
    decisions = evaluate_all(tables, patient(age=70, oedema=False), on=TODAY)
    assert decisions["final"].outcome == {"line": "second"}
    assert decisions["final"].facts_used[0].origin == "table:risk"
    unsettled = evaluate_all(tables, patient(age=60, oedema=False), on=TODAY)
    assert unsettled["final"].facts_missing == ("rhythm",)
    with pytest.raises(ChainError, match="answered by both"):
        feeding((final, risk, replace(risk, id="again")))
    with pytest.raises(ChainError, match="answers a list"):
        feeding((final, replace(risk, hit_policy=HitPolicy.COLLECT)))
    circle = replace(table("id | rhythm | out:age\nr1 | - | 5\n"), id="circle")
    with pytest.raises(ChainError, match="wait for each other"):
        order_tables((risk, circle))
