"""Facts that follow from others: age, BMI, days since, any or two of several, pulse above pressure, weight gained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from anderhalf.core.decisions.facts import Fact, FactValue, Value
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.entry import recorded

Inputs = tuple[str, ...]
Deriver = Callable[[Fact, Inputs, Mapping[str, FactValue], date], FactValue | None]
"""The fact to work out, the names it follows from, their values that may be used, and the day."""


def age_on(birth_date: date, on: date) -> int:
    """Completed years of life; someone born on 29 February has a birthday on 1 March in other years."""
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    return on.year - birth_date.year - (0 if had_birthday else 1)


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
    return FactValue(recorded(exact), given[inputs[0]].on)


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


def _two_of(fact: Fact, inputs: Inputs, given: Mapping[str, FactValue], on: date) -> FactValue | None:
    """Whether at least two of them are so: two drugs of one kind at once."""
    positive = {name: value for name, value in given.items() if value.value is True}
    if len(positive) > 1:
        return FactValue(True, _oldest(positive))
    open_ = len(inputs) - len(given)
    return FactValue(False, _oldest(given)) if len(positive) + open_ < 2 and given else None


GROUPS = frozenset({"any_of", "two_of"})
"""What follows from the members of a group."""


def is_group_of_drugs(how: str, fact: Fact) -> bool:
    """Whether a fact asks about several drugs at once: a yes about one of them (two, of `two_of`) goes before a "no" to
    all, because the one that somebody names is the more certain of the two."""
    return how in GROUPS and fact.group == "medication"


def stays(how: str, fact: Fact, answer: FactValue | None, found: FactValue | None) -> bool:
    """Whether what was given of a fact (`answer` as far as it may be used today) stands, beside what follows."""
    if how in ALWAYS_DERIVED:
        return False
    overruled = answer is not None and answer.value is False and found is not None and found.value is True
    return not (is_group_of_drugs(how, fact) and overruled)


def _above(fact: Fact, inputs: Inputs, given: Mapping[str, FactValue], on: date) -> FactValue | None:
    """Whether the first number is above the second; of two days they say nothing about each other."""
    one, other = (given.get(name) for name in inputs[:2])
    if one is None or other is None or one.on != other.on:
        return None
    lowest, highest = _ends(one.value), _ends(other.value)
    if lowest[0] is not None and highest[1] is not None and lowest[0] > highest[1]:
        return FactValue(True, one.on)
    if lowest[1] is not None and highest[0] is not None and lowest[1] <= highest[0]:
        return FactValue(False, one.on)
    return None


def _ends(value: Value) -> tuple[Decimal | None, Decimal | None]:
    """The lowest and the highest that a number can be; None is unbounded."""
    if isinstance(value, Range):
        return value.low, value.high
    return (value, value) if isinstance(value, Decimal) else (None, None)


def _difference(fact: Fact, inputs: Inputs, given: Mapping[str, FactValue], on: date) -> FactValue | None:
    """The first number less the second (a target, agreed on another day), as recent as the first."""
    one, other = (given[name].value if name in given else None for name in inputs[:2])
    if not isinstance(one, Decimal) or not isinstance(other, Decimal):
        return None
    return FactValue(one - other, given[inputs[0]].on)


def change_over(how: str, series: Sequence[FactValue], days: int) -> FactValue | None:
    """What the latest number of a series differs from those of the `days` before it; None without an earlier one.

    `gain` counts from the lowest of those days, `loss` to the highest: slow changes with a dip between count too.
    `gain_percent` is the gain as a part of the lowest one of an earlier day, in %: the same result once more is no
    earlier one.
    """
    dated = sorted(((each.on, each.value) for each in series if each.on), key=lambda pair: pair[0])
    if not dated:
        return None
    latest_on, latest = dated[-1]
    since = latest_on - timedelta(days=days)
    earlier = [
        value
        for day, value in dated[:-1]
        if day >= since and isinstance(value, Decimal) and (how != "gain_percent" or day < latest_on)
    ]
    if not earlier or not isinstance(latest, Decimal):
        return None
    if how == "loss":
        return FactValue(max(earlier) - latest, latest_on)
    lowest = min(earlier)
    if how == "gain":
        return FactValue(latest - lowest, latest_on)
    exact = (Fraction(latest) - Fraction(lowest)) * 100 / Fraction(lowest) if lowest > 0 else None
    return FactValue(recorded(exact), latest_on) if exact is not None else None


def _oldest(values: Mapping[str, FactValue]) -> date | None:
    dates = [value.on for value in values.values()]
    return None if None in dates else min(day for day in dates if day is not None)


def _newest(values: Mapping[str, FactValue]) -> date | None:
    dates = [value.on for value in values.values() if value.on is not None]
    return max(dates) if dates else None


DERIVATIONS: Mapping[str, Deriver] = MappingProxyType(
    {
        "age": _age,
        "bmi": _bmi,
        "is_known": _is_known,
        "days_since": _days_since,
        "any_of": _any_of,
        "any_asked": _any_of,  # as any_of, but a form asks what it follows from, not the fact itself
        "two_of": _two_of,
        "above": _above,
        "difference": _difference,
    }
)
OF_A_FORMULA = frozenset({"egfr"})
"""These follow by a formula whose coefficients stand in scores.toml; see `kidney.current_egfr`."""
OF_A_SERIES = frozenset({"gain", "gain_percent", "loss"})
"""These follow from all values of one fact over some days; see `change_over`."""
ALWAYS_DERIVED = frozenset({"age", "days_since"})
"""These follow the calendar: a value that was typed once would be wrong tomorrow."""
