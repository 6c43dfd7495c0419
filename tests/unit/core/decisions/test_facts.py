"""A value enters exactly, or is refused where it enters."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from anderhalf.core.decisions.facts import (
    Fact,
    FactValue,
    FactValueError,
    Freshness,
    Value,
    check_value,
    freshness,
    usable_value,
)
from tests.unit.core.decisions.decision_builders import AGE, NOTE, OEDEMA, POTASSIUM, RHYTHM, TODAY


@pytest.mark.parametrize(
    "value",
    [0.1, float("nan"), Decimal("NaN"), Decimal("Infinity"), datetime(2026, 1, 1, tzinfo=UTC), None, ["a"]],
)
def test_floats_nan_infinity_and_times_are_refused(value: object) -> None:
    with pytest.raises(FactValueError):
        FactValue(value)  # type: ignore[arg-type]


def test_a_whole_number_becomes_a_decimal_and_a_boolean_stays_one() -> None:
    assert FactValue(5).value == Decimal(5)  # type: ignore[arg-type]
    assert type(FactValue(5).value) is Decimal  # type: ignore[arg-type]
    assert FactValue(True).value is True


@pytest.mark.parametrize(
    ("fact", "value", "why"),
    [
        (AGE, True, "not a number"),
        (OEDEMA, Decimal(1), "not a boolean"),
        (AGE, Decimal(121), "above the highest possible value 120"),
        (POTASSIUM, Decimal("0.9"), "below the lowest possible value 1"),
        (RHYTHM, "flutter", "not one of sinus, af, paced"),
        (AGE, "60", "not a number"),
    ],
)
def test_impossible_values_are_refused_with_the_range(fact: Fact, value: Value, why: str) -> None:
    with pytest.raises(FactValueError, match=why) as refused:
        check_value(fact, value)
    assert refused.value.fact == fact.name


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (TODAY, Freshness.KNOWN),
        (TODAY - timedelta(30), Freshness.KNOWN),
        (TODAY - timedelta(31), Freshness.STALE),
        (TODAY + timedelta(1), Freshness.FUTURE),
        (None, Freshness.UNDATED),
    ],
)
def test_a_value_counts_up_to_its_maximum_age(on: date | None, expected: Freshness) -> None:
    given = FactValue(Decimal("4.8"), on)
    assert freshness(POTASSIUM, given, on=TODAY) is expected
    used = usable_value(POTASSIUM, {"potassium": given}, on=TODAY)
    assert used == (Decimal("4.8") if expected is Freshness.KNOWN else None)


def test_a_fact_without_maximum_age_needs_no_date() -> None:
    assert freshness(NOTE, FactValue("x"), on=TODAY) is Freshness.KNOWN
    assert freshness(NOTE, None, on=TODAY) is Freshness.MISSING
