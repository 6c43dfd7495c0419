"""How a fact stands in a column: whole numbers wherever possible, so that thresholds are exact on every engine.

A number is multiplied by 10^decimals (potassium 5.1 is 51), a date is its number of days since 1970-01-01, a
code of a closed list is its place in that list, a boolean is a boolean. Open codes and texts stay text. A missing
value is null; there is no NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pyarrow as pa

from anderhalf.core.decisions.compiled import scaled
from anderhalf.core.decisions.facts import Fact, FactType, FactValueError, Value

EPOCH = date(1970, 1, 1).toordinal()
Encoded = int | bool | str


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH


def day_of(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(number + EPOCH)


def places(fact: Fact) -> Mapping[str, int]:
    """Code -> place in the closed list; empty when any text is allowed."""
    return {code: at for at, code in enumerate(fact.values)} if fact.type is FactType.CODE else {}


def encode(fact: Fact, value: Value | None) -> Encoded | None:
    """A value as it stands in the column.

    Raises FactValueError for a number with more decimals than the fact declares and for a code outside the list.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, date):
        return day_number(value)
    if isinstance(value, Decimal):
        return int(scaled(fact, value))  # type: ignore[arg-type]
    if listed := places(fact):
        if value not in listed:
            raise FactValueError(fact.name, f'"{value}" is not one of {", ".join(fact.values)}')
        return listed[value]
    return value


def decode(fact: Fact, value: Encoded | None) -> Value | None:
    """The value that a column's content stands for."""
    if value is None or isinstance(value, str):
        return value
    match fact.type:
        case FactType.BOOLEAN:
            return bool(value)
        case FactType.NUMBER:
            return Decimal(int(value)).scaleb(-fact.decimals)
        case FactType.DATE:
            return day_of(int(value))
    return tuple(fact.values)[int(value)]


def column_type(fact: Fact) -> pa.DataType:
    """The Arrow type of a fact's column: the smallest that holds everything the fact can be."""
    if fact.type is FactType.BOOLEAN:
        return pa.bool_()
    if fact.type is FactType.DATE:
        return pa.int32()
    if fact.type is FactType.NUMBER:
        return _integer(fact)
    return pa.int16() if fact.values else pa.string()


def _integer(fact: Fact) -> pa.DataType:
    if fact.minimum is None or fact.maximum is None:
        return pa.int64()
    largest = max(abs(fact.minimum), abs(fact.maximum)).scaleb(fact.decimals)
    if largest < 2**15:
        return pa.int16()
    return pa.int32() if largest < 2**31 else pa.int64()
