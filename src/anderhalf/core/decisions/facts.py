"""Facts: one entry of a pathway's data dictionary, and one value of it for one person.

A missing key in `FactValues` means *unknown*, never "no". Numbers are `Decimal` so that a value on a
threshold is exactly on it; `bool` is not a number; NaN and infinity are refused where they enter. A number of which
only a limit is known (`> 90`) is a `Range`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from anderhalf.core.decisions.ranges import Range

Value = Decimal | Range | bool | str | date


class FactType(StrEnum):
    """The five kinds of value a fact can have."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    CODE = "code"
    DATE = "date"
    TEXT = "text"


class FactValueError(ValueError):
    """A value that a fact cannot have: wrong type, not finite, outside its range or closed list."""

    def __init__(self, fact: str, why: str) -> None:
        super().__init__(f"{fact}: {why}")
        self.fact = fact
        self.why = why


@dataclass(frozen=True, slots=True)
class NotAskedOf:
    """Of whom a yes-or-no is not asked, because it can't be: a possible pregnancy of a man, or of a woman of 78."""

    sexes: tuple[str, ...]
    from_age: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One named clinical value, as described once in facts.toml."""

    name: str
    type: FactType
    label: Mapping[str, str]
    unit: str | None = None
    """UCUM unit of every value of this fact."""
    unit_label: str | None = None
    """The unit as a Dutch clinician writes it."""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    """Values outside minimum..maximum are impossible and refused."""
    usual_minimum: Decimal | None = None
    usual_maximum: Decimal | None = None
    """Values outside the usual range are possible, and ask for confirmation."""
    decimals: int = 0
    """Decimals with which a value is usually given, for showing it. What is recorded and compared is not rounded."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Closed list of a CODE: code -> labels by language. Empty: any text."""
    max_age_days: int | None = None
    """An older value counts as missing (stale)."""
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: str = ""
    help: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    not_asked_of: NotAskedOf | None = None
    """Of whom a yes-or-no is not asked: without an answer it is no there."""


@dataclass(frozen=True, slots=True)
class FactValue:
    """A value in the dictionary's unit, the day it was true, and where it came from.

    An `int` is accepted and becomes a Decimal; a `float` is refused because 0.1 + 0.2 is not 0.3.
    """

    value: Value
    on: date | None = None
    origin: str = ""

    def __post_init__(self) -> None:
        value = self.value
        if isinstance(value, int) and not isinstance(value, bool):
            object.__setattr__(self, "value", Decimal(value))
        elif isinstance(value, float):
            raise FactValueError("value", f"{value!r} is a float; give a Decimal")
        elif isinstance(value, Decimal) and not value.is_finite():
            raise FactValueError("value", f"{value} is not a number that can be compared")
        elif isinstance(value, datetime):
            raise FactValueError("value", f"{value!r} has a time; give a date")
        elif not isinstance(value, Decimal | Range | bool | str | date):
            raise FactValueError("value", f"{value!r} is not a number, boolean, text or date")


FactValues = Mapping[str, FactValue]

_PYTHON_TYPES: Mapping[FactType, type] = {
    FactType.NUMBER: Decimal,
    FactType.BOOLEAN: bool,
    FactType.CODE: str,
    FactType.DATE: date,
    FactType.TEXT: str,
}


def is_of_type(value: object, fact_type: FactType) -> bool:
    """Whether a Python value is of a fact's type; a bool is never a number, a datetime never a date."""
    return isinstance(value, _PYTHON_TYPES[fact_type]) and not isinstance(value, datetime)


def same_value(one: Value | None, other: Value | None) -> bool:
    """Whether two values are equal and of one type: true is not 1, and 5 is 5.0."""
    return type(one) is type(other) and one == other


def check_value(fact: Fact, value: Value) -> None:
    """Refuse a value that the fact cannot have.

    Raises FactValueError for a wrong type, a number that is not finite, a number or a whole range outside
    minimum..maximum, or a code outside the closed list.
    """
    if isinstance(value, Range) and fact.type is FactType.NUMBER:
        if value.within(fact.minimum, fact.maximum) is None:
            raise FactValueError(
                fact.name, f"{value} lies outside the possible {fact.minimum} to {fact.maximum}"
            )
        return
    if not is_of_type(value, fact.type):
        raise FactValueError(fact.name, f"{value!r} is not a {fact.type.value}")
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise FactValueError(fact.name, f"{value} is not a number that can be compared")
        if fact.minimum is not None and value < fact.minimum:
            raise FactValueError(fact.name, f"{value} is below the lowest possible value {fact.minimum}")
        if fact.maximum is not None and value > fact.maximum:
            raise FactValueError(fact.name, f"{value} is above the highest possible value {fact.maximum}")
    if fact.type is FactType.CODE and fact.values and value not in fact.values:
        raise FactValueError(fact.name, f'"{value}" is not one of {", ".join(fact.values)}')


class Freshness(StrEnum):
    """Whether a fact can be used on a day. What is not KNOWN or (in part) IMPRECISE counts as missing, and is shown."""

    KNOWN = "known"
    MISSING = "missing"
    STALE = "stale"
    UNDATED = "undated"
    """The fact has a maximum age and the value has no date, so it cannot be shown to be recent."""
    FUTURE = "future"
    """Dated after the day on which is decided."""
    IMPRECISE = "imprecise"
    """A range of which a rule's cell holds for one part only. Where the whole range decides, it counts."""


def freshness(fact: Fact, given: FactValue | None, *, on: date) -> Freshness:
    """Say whether a value may be used on a day (max_age_days inclusive: exactly that old still counts)."""
    if given is None:
        return Freshness.MISSING
    if given.on is not None and given.on > on:
        return Freshness.FUTURE
    if fact.max_age_days is None:
        return Freshness.KNOWN
    if given.on is None:
        return Freshness.UNDATED
    return Freshness.STALE if (on - given.on).days > fact.max_age_days else Freshness.KNOWN


def usable_value(fact: Fact, facts: FactValues, *, on: date) -> Value | None:
    """The value that the engine may compare, or None when it counts as missing.

    Raises FactValueError when the given value is one that the fact cannot have, however old it is.
    """
    given = facts.get(fact.name)
    if given is None:
        return None
    check_value(fact, given.value)
    if freshness(fact, given, on=on) is not Freshness.KNOWN:
        return None
    return possible_part(fact, given.value)


def possible_part(fact: Fact, value: Value) -> Value | None:
    """The part of a range that its fact can have; any other value as it is."""
    return value.within(fact.minimum, fact.maximum) if isinstance(value, Range) else value
