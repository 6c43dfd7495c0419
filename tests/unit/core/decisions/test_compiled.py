"""The compiled table says exactly what the explaining engine and the slow twin say."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from unittest.mock import patch

import pytest
from hypothesis import given, settings

from anderhalf.core.decisions.compiled import CompiledDiffers, compile_table, scaled
from anderhalf.core.decisions.facts import FactValue, FactValueError
from anderhalf.core.decisions.policy import bits
from tests.unit.core.decisions.decision_builders import (
    AGE,
    FACTS,
    POTASSIUM,
    TODAY,
    RandomTable,
    patient,
    random_patients,
    random_tables,
    table,
    twin_truths,
)

D = Decimal


@given(random_tables(), random_patients())
@settings(max_examples=400, deadline=None)
def test_three_engines_agree(random: RandomTable, facts: dict[str, FactValue]) -> None:
    compiled = compile_table(random.table)
    fired, undecided = compiled.masks(*compiled.values(facts, on=TODAY))
    truths = twin_truths(random, facts)
    assert set(bits(fired)) == {at for at, truth in enumerate(truths) if truth is True}
    assert set(bits(undecided)) == {at for at, truth in enumerate(truths) if truth is None}
    decision = compiled.explain(facts, on=TODAY)
    answer = compiled.answer(facts, on=TODAY)
    assert (answer.status, answer.outcome) == (decision.status, decision.outcome)
    assert [random.table.rules[at].id for at in sorted(answer.decisive)] == [
        rule.rule_id for rule in decision.decisive
    ]


@given(random_tables(), random_patients())
@settings(max_examples=200, deadline=None)
def test_scaled_values_give_the_same_masks(random: RandomTable, facts: dict[str, FactValue]) -> None:
    on_scale = {
        name: FactValue(given.value.quantize(D(1).scaleb(-FACTS[name].decimals)), given.on)
        if isinstance(given.value, Decimal)
        else given
        for name, given in facts.items()
    }
    compiled = compile_table(random.table)
    values = compiled.values(on_scale, on=TODAY)
    whole = [scaled(fact, value) for fact, value in zip(random.table.inputs, values, strict=True)]
    assert all(not isinstance(value, Decimal | date) for value in whole)
    assert compiled.scaled_masks(*whole) == compiled.masks(*values)
    with patch(
        "anderhalf.core.decisions.compiled.MOST_ANSWERS", 0
    ):  # as for a table of too many combinations
        assert compile_table(random.table).scaled_masks(*whole) == compiled.masks(*values)


def test_thresholds_are_exact_beyond_28_digits_and_beyond_the_scale() -> None:
    near = "5.0000000000000000000000000000000000000001"
    exact = compile_table(table(f"id | potassium | out:a\nr1 | >5 | 1\nr2 | >={near} | 2\nr3 | >=5.05 | 3\n"))
    assert exact.masks(D(5)) == (0, 0)
    assert exact.masks(D("5.00000000000000000000000000000000000000005")) == (0b001, 0)
    assert exact.masks(D(near)) == (0b011, 0)
    assert exact.masks(None) == (0, 0b111)
    assert [exact.scaled_masks(tenths)[0] for tenths in (50, 51)] == [0b000, 0b111]
    assert scaled(POTASSIUM, D("5.10")) == 51
    assert scaled(AGE, D("1E+2")) == 100
    with pytest.raises(FactValueError, match="more than 1 decimals"):
        scaled(POTASSIUM, D("5.05"))


def test_the_text_of_a_cell_is_never_code() -> None:
    nasty = "__import__('os')"
    hostile = table(f'id | note | out:a\nr1 | "{nasty}", "\\"); raise SystemExit #" | 1\nr2 | - | 2\n')
    compiled = compile_table(hostile)
    assert compiled.masks(nasty) == (0b11, 0)
    assert compiled.masks('"); raise SystemExit #') == (0b11, 0)
    assert compiled.masks("other") == (0b10, 0)
    assert compiled.masks("other_") == (0b10, 0)


def test_dates_at_the_ends_of_the_calendar() -> None:
    compiled = compile_table(table(
        'id | admitted | out:a\nr1 | <date("0001-01-02"), >date("9999-12-30") | 1\n'
        'r2 | <=date("9999-12-31") | 2\nr3 | <date("0001-01-01") | 3\n'
    ))  # fmt: skip
    for day, expected in (
        (date.min, 0b11),
        (date(1, 1, 2), 0b10),
        (date.max, 0b11),
        (date(2026, 1, 1), 0b10),
    ):
        assert compiled.masks(day) == (expected, 0)
        assert compiled.scaled_masks(day.toordinal()) == (expected, 0)


def test_a_value_that_is_refused_never_reaches_the_masks() -> None:
    compiled = compile_table(table("id | potassium | out:a\nr1 | >5 | 1\n"))
    with pytest.raises(FactValueError):
        compiled.answer({"potassium": FactValue(D(48), TODAY)}, on=TODAY)


def test_a_difference_between_the_engines_is_not_passed_over() -> None:
    compiled = compile_table(table("id | age | out:a\nr1 | >5 | 1\n"))
    compiled.masks = lambda *_: (0, 0)
    with pytest.raises(CompiledDiffers):
        compiled.explain(patient(age=9), on=TODAY)


def test_a_table_without_inputs_compiles() -> None:
    bare = table("id | age | out:a\nr1 | - | 1\n")
    bare = replace(bare, inputs=(), rules=tuple(replace(rule, cells={}) for rule in bare.rules))
    compiled = compile_table(bare)
    assert compiled.masks() == (1, 0)
    assert compiled.answer({}, on=TODAY).outcome == {"a": D(1)}
