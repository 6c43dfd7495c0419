"""A measurement of which only a limit is known decides whatever the whole range decides, and nothing else."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anderhalf.core.decisions.compiled import compile_table, scaled
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision, RuleState
from anderhalf.core.decisions.facts import (
    FactValue,
    FactValueError,
    Freshness,
    Value,
    check_value,
    usable_value,
)
from anderhalf.core.decisions.policy import bits
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.decisions.replay import check_replays
from tests.unit.core.decisions.decision_builders import (
    AGE,
    AGES,
    FACTS,
    NUMBERS,
    POTASSIUM,
    TODAY,
    RandomTable,
    patient,
    random_patients,
    random_tables,
    table,
)

D = Decimal
TINY = D("0.000000000001")


def ranges(name: str) -> st.SearchStrategy[Range]:
    """Ranges with one end or two, on, just below and just above each threshold, and on the fact's own limits."""
    fact = FACTS[name]
    limits = [fact.minimum, fact.maximum, *(AGES if fact is AGE else NUMBERS)]
    ends = st.sampled_from([end + step for end in limits for step in (-TINY, D(0), TINY)])
    one = st.builds(Range.of, st.sampled_from(["<", "<=", ">", ">="]), ends)
    two = st.builds(
        lambda pair, low, high: Range(min(pair), low, max(pair), high),
        st.tuples(ends, ends).filter(lambda pair: pair[0] != pair[1]),
        st.booleans(),
        st.booleans(),
    )
    return (one | two).filter(lambda range_: is_possible(name, range_))


def is_possible(name: str, range_: Range) -> bool:
    return bool(points(name, range_))


def points(name: str, range_: Range) -> list[Decimal]:
    """Every number that could make a difference, tried one by one: the twin asks all of them."""
    fact = FACTS[name]
    marks = {
        fact.minimum,
        fact.maximum,
        *NUMBERS,
        *AGES,
        *(end for end in (range_.low, range_.high) if end is not None),
    }
    tried = {mark + step for mark in marks for step in (-TINY / 3, D(0), TINY / 3)}
    return [
        number
        for number in tried
        if fact.minimum <= number <= fact.maximum
        and (range_.low is None or number > range_.low or (range_.low_closed and number == range_.low))
        and (range_.high is None or number < range_.high or (range_.high_closed and number == range_.high))
    ]


def twin(random: RandomTable, facts: dict[str, FactValue]) -> list[bool | None]:
    truths: list[bool | None] = []
    for meaning in random.meanings:
        results: list[bool | None] = []
        for name, means in meaning.items():
            value = usable_value(FACTS[name], facts, on=TODAY)
            tried: list[Value | None] = (
                list(points(name, facts[name].value)) if isinstance(value, Range) else [value]
            )
            said = {means(one) for one in tried}
            results.append(said.pop() if len(said) == 1 else None)
        truths.append(False if False in results else (None if None in results else True))
    return truths


@given(
    random_tables(),
    random_patients(),
    st.fixed_dictionaries({}, optional={n: ranges(n) for n in ("potassium", "age")}),
)
@settings(max_examples=600, deadline=None)
def test_engines_and_twin_agree_on_ranges(
    random: RandomTable, facts: dict[str, FactValue], measured: dict[str, Range]
) -> None:
    facts |= {name: FactValue(range_, TODAY) for name, range_ in measured.items()}
    truths = twin(random, facts)
    compiled = compile_table(random.table)
    fired, undecided = compiled.masks(*compiled.values(facts, on=TODAY))
    assert set(bits(fired)) == {at for at, truth in enumerate(truths) if truth is True}
    assert set(bits(undecided)) == {at for at, truth in enumerate(truths) if truth is None}
    decision = compiled.explain(facts, on=TODAY)
    assert (decision.status, decision.outcome) == (
        compiled.answer(facts, on=TODAY).status, compiled.answer(facts, on=TODAY).outcome,
    )  # fmt: skip
    again = Decision.from_dict(json.loads(decision.to_json()))
    assert again.facts_given == decision.facts_given
    check_replays(again, random.table)
    for rule in decision.undecided:
        assert rule.undecided_by


@given(random_tables(with_null=False, with_on_unknown=False), ranges("potassium"), st.data())
@settings(max_examples=200, deadline=None)
def test_what_a_range_decides_every_number_in_it_decides(random, range_, data) -> None:
    number = data.draw(st.sampled_from(sorted(points("potassium", range_))))
    loose = evaluate(random.table, {"potassium": FactValue(range_, TODAY)}, on=TODAY)
    exact = evaluate(random.table, {"potassium": FactValue(number, TODAY)}, on=TODAY)
    for before, after in zip(loose.rules, exact.rules, strict=True):
        assert before.state in (after.state, RuleState.UNDECIDED)


KIDNEY = table(
    'id | age | out:line\nlow | <30 | "second"\nmid | [30..60) | "intermediate"\nhigh | >=60 | "first"\n',
    strict=False,
)


@pytest.mark.parametrize(
    ("range_", "line"),
    [(Range.of(">", D(90)), "first"), (Range.of(">=", D(60)), "first"), (Range.of(">", D("59.9")), None),
     (Range.of("<", D(30)), "second"), (Range.of("<=", D(30)), None), (Range.of("<", D(50)), None),
     (Range(D(30), True, D(60), False), "intermediate"), (Range(D(30), False, D(60), True), None)],
)  # fmt: skip
def test_a_range_decides_what_all_of_it_decides(range_: Range, line: str | None) -> None:
    assert evaluate(KIDNEY, patient(age=range_), on=TODAY).value("line") == line


def test_a_range_that_does_not_decide_is_asked_for_and_says_why() -> None:
    decision = evaluate(KIDNEY, patient(age=Range.of("<", D(50))), on=TODAY)
    assert decision.facts_missing == ("age",)
    (hinge,) = decision.would_change
    assert (hinge.state, hinge.rules) == (Freshness.IMPRECISE, ("low", "mid"))
    assert [rule.state for rule in decision.rules] == [
        RuleState.UNDECIDED, RuleState.UNDECIDED, RuleState.NOT_FIRED,
    ]  # fmt: skip
    assert decision.rules[2].cells[0].result is False
    assert str(decision.facts_used[0].value) == "< 50"
    assert not decision.facts_set_aside


def test_a_stale_range_counts_as_missing() -> None:
    narrow = table("id | potassium | out:a\nr1 | >5 | 1\nr2 | <=5 | 2\n")
    old = {"potassium": FactValue(Range.of(">", D(6)), TODAY.replace(year=2025))}
    assert evaluate(narrow, old, on=TODAY).would_change[0].state is Freshness.STALE


def test_a_range_is_no_number() -> None:
    above = Range.of(">", D(90))
    with pytest.raises(TypeError):
        above < D(100)  # type: ignore[operator]  # noqa: B015
    with pytest.raises(TypeError):
        above + D(1)  # type: ignore[operator]
    assert not isinstance(above, Decimal)
    assert above != D(90)
    with pytest.raises(FactValueError):
        scaled(AGE, above)


@pytest.mark.parametrize("range_", [Range.of(">", D(10)), Range.of("<", D(1)), Range.of(">=", D("10.1"))])
def test_a_range_outside_the_possible_is_refused(range_: Range) -> None:
    with pytest.raises(FactValueError, match="outside the possible"):
        check_value(POTASSIUM, range_)
    with pytest.raises(FactValueError):
        check_value(FACTS["note"], range_)


def test_only_one_value_left_within_the_limits() -> None:
    check_value(POTASSIUM, Range.of(">=", D(10)))
    assert usable_value(POTASSIUM, patient(potassium=Range.of(">=", D(10))), on=TODAY) == Range(
        D(10), True, D(10), True
    )


@pytest.mark.parametrize("ends", [(None, False, None, False), (D(2), True, D(1), True), (D(1), False, D(1), True),
                                  (D("NaN"), True, None, False), (None, True, D(1), True)])  # fmt: skip
def test_what_is_no_range(ends) -> None:
    with pytest.raises(ValueError, match=r"range|between|end"):
        Range(*ends)
    with pytest.raises(ValueError, match="not one of"):
        Range.of("~", D(1))
