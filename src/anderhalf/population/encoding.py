"""How a fact stands in a column: whole numbers wherever possible, so that thresholds are exact on every engine.

A number is multiplied by 10^4, the decimals that the record keeps (potassium 5.1 is 51000). A range of which one end
is known stands beyond all numbers, on the same line: `ABOVE` and twice its end for `> 90`, `BELOW` and twice its end
for `< 50`, one more when the end itself is past it. So a threshold cuts numbers and ranges alike, and one comparison
per cut decides both. A date is its number of days since 1970-01-01, a code of a closed list is its place in that list,
a boolean is a boolean. Open codes and texts stay text. A missing value is null; there is no NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa

from anderhalf.core.decisions.facts import Fact, FactType, FactValueError, Value
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.entry import RECORDED_DECIMALS

EPOCH = date(1970, 1, 1).toordinal()
SCALE = 10**RECORDED_DECIMALS
ABOVE = 2**32
"""From here on stand ranges with a lower end; numbers are smaller, and not below -ABOVE."""
BELOW = 2**33
"""From here on stand ranges with an upper end."""
UNUSABLE = 2**34 - 1
"""In an event: a measurement that was made and cannot be used. It is newer than what came before it, and unknown."""
LARGEST = 2**31
"""Ends of ranges stay below this, and so do numbers."""
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

    Raises FactValueError for a number that the record could not keep, a range with two ends, and a code outside the
    list.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, date):
        return day_number(value)
    if isinstance(value, Decimal):
        return _scaled(fact, value)
    if isinstance(value, Range):
        return _encode_range(fact, value)
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
            return decode_number(int(value))
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
        return pa.int64()
    return pa.int16() if fact.values else pa.string()


def decode_number(number: int) -> Decimal | Range:
    """The number or range at a place on the line."""
    if number < ABOVE:
        return _number(number)
    if number < BELOW:
        end, is_open = divmod(number - ABOVE, 2)
        return Range.of(">" if is_open else ">=", _number(end))
    end, closed = divmod(number - BELOW, 2)
    return Range.of("<=" if closed else "<", _number(end))


def _number(scaled: int) -> Decimal:
    whole, rest = divmod(scaled, SCALE)
    return Decimal(whole) if rest == 0 else Decimal(scaled).scaleb(-RECORDED_DECIMALS).normalize()


def _scaled(fact: Fact, value: Decimal) -> int:
    number = Fraction(value) * SCALE
    if number.denominator != 1 or abs(number) >= LARGEST:
        raise FactValueError(fact.name, f"{value} cannot be kept with {RECORDED_DECIMALS} decimals")
    return int(number)


def _encode_range(fact: Fact, value: Range) -> int:
    if not value.comparator or value.ends[0] < 0:
        raise FactValueError(fact.name, f"{value} has no column of numbers")
    end = 2 * _scaled(fact, value.ends[0])
    if value.low is not None:
        return ABOVE + end + (not value.low_closed)
    return BELOW + end + value.high_closed
