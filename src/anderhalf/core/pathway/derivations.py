"""Facts that follow from other facts: age, BMI, days since, whether something happened, any of several."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from anderhalf.core.decisions.facts import Fact, FactValue

Inputs = tuple[str, ...]
Deriver = Callable[[Fact, Inputs, Mapping[str, FactValue], date], FactValue | None]
"""The fact to work out, the names it follows from, their values that may be used, and the day."""


def age_on(birth_date: date, on: date) -> int:
    """Completed years of life; someone born on 29 February has a birthday on 1 March in other years."""
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    return on.year - birth_date.year - (0 if had_birthday else 1)


def rounded_half_up(exact: Fraction, decimals: int) -> Decimal:
    """An exact fraction at a number of decimals, halves away from zero."""
    whole = (abs(exact) * 10**decimals + Fraction(1, 2)).__floor__()
    return (Decimal(whole) if exact >= 0 else -Decimal(whole)).scaleb(-decimals)


def _age(fact: Fact, inputs: Inputs, given: Mapping[str, FactValue], on: date) -> FactValue | None:
    born = given[inputs[0]].value if inputs[0] in given else None
    if not isinstance(born, date) or born > on:
        return None
    return FactValue(Decimal(age_on(born, on)), on)


def _bmi(fact: Fact, inputs: Inputs, given: Mapping[str, FactValue], on: date) -> FactValue | None:
    weight, height = (given[name].value if name in given else None for name in inputs[:2])
    if not isinstance(weight, Decimal) or not isinstance(height, Decimal) or height <= 0:
        return None
    exact = Fraction(weight) / (Fraction(height) / 100) ** 2
    return FactValue(rounded_half_up(exact, fact.decimals), given[inputs[0]].on)


def _is_known(fact: Fact, inputs: Inputs, given: Mapping[str, FactValue], on: date) -> FactValue | None:
    # Only "yes" follows: that no date was written down does not mean that it never happened.
    return FactValue(True, on) if given else None


def _days_since(fact: Fact, inputs: Inputs, given: Mapping[str, FactValue], on: date) -> FactValue | None:
    dates = [value.value for value in given.values() if isinstance(value.value, date) and value.value <= on]
    return FactValue(Decimal((on - max(dates)).days), on) if dates else None


def _any_of(fact: Fact, inputs: Inputs, given: Mapping[str, FactValue], on: date) -> FactValue | None:
    positive = {name: value for name, value in given.items() if value.value is True}
    if positive:
        return FactValue(True, _newest(positive))
    # "None of them" is only known when every one is known, and only as recently as the oldest of them.
    return FactValue(False, _oldest(given)) if len(given) == len(inputs) else None


def _oldest(values: Mapping[str, FactValue]) -> date | None:
    dates = [value.on for value in values.values()]
    return None if None in dates else min(day for day in dates if day is not None)


def _newest(values: Mapping[str, FactValue]) -> date | None:
    dates = [value.on for value in values.values() if value.on is not None]
    return max(dates) if dates else None


DERIVATIONS: Mapping[str, Deriver] = MappingProxyType(
    {"age": _age, "bmi": _bmi, "is_known": _is_known, "days_since": _days_since, "any_of": _any_of}
)
ALWAYS_DERIVED = frozenset({"age", "days_since"})
"""These follow the calendar: a value that was typed once would be wrong tomorrow."""
