"""A decision table as column expressions: which rules fire and which are undecided, for every row at once.

Per fact the cells of all rules cut its values into regions. In a region the rules that hold are known, so the
whole column becomes one CASE that yields two bitmasks packed into one integer: bit *i* says that rule *i* is true
there, bit *i + WORD* that it is not false. The AND of these integers over all facts says which rules are true (they
fire) and which are not false (fired or undecided): Kleene's three-valued AND, with one comparison per threshold
and nothing per rule. Up to WORD rules share an integer; larger tables use more of them.

The regions come from `UnaryTest.matches`, the same function that the row engine asks, so there is one meaning of a
cell. Numbers are compared as scaled integers (see `encoding`), exact at every threshold on every engine; ranges stand
on the same line behind all numbers, and have regions of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, reduce
from operator import and_

import ibis
import ibis.expr.types as ir

from anderhalf.core.decisions.facts import Fact, FactType, Value, possible_part
from anderhalf.core.decisions.feel import UnaryTest
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.population.encoding import (
    ABOVE,
    BELOW,
    SCALE,
    column_type,
    day_number,
    day_of,
    decode_number,
    places,
)

WORD = 31
"""Rules per 64-bit integer: two bits each, and the sign is left alone."""
LARGEST_MEASUREMENT = 214_748.0
"""A floating-point value beyond this is not a measurement; NaN and infinity are larger on every engine."""


@dataclass(frozen=True, slots=True)
class Region:
    """Values below `before` (and not below the previous region's): `mask` for each word. The last is open."""

    before: int | None
    masks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FactCut:
    """How one fact's column decides: masks when missing, and per region or per named text."""

    fact: Fact
    missing: tuple[int, ...]
    regions: tuple[Region, ...] = ()
    named: tuple[tuple[str | bool, tuple[int, ...]], ...] = ()
    other: tuple[int, ...] = ()
    """Text that no cell names."""

    @property
    def matters(self) -> bool:
        """Whether any cell looks at this fact."""
        found = {
            self.missing,
            *(region.masks for region in self.regions),
            *(masks for _, masks in self.named),
        }
        return len(found | ({self.other} if self.named else set())) > 1


@dataclass(frozen=True)
class PopulationTable:
    """A table made ready for columns."""

    table: DecisionTable
    cuts: tuple[FactCut, ...]
    words: int

    def columns(self) -> tuple[str, ...]:
        """The names of the result columns, one per word."""
        return tuple(f"{self.table.id}__{word}" for word in range(self.words))

    def expressions(self, columns: Mapping[str, ir.Value]) -> dict[str, ir.IntegerColumn]:
        """Result column -> expression. `columns` has the usable value of each fact, null when it is missing."""
        return {name: self._word(word, columns) for word, name in enumerate(self.columns())}

    def _word(self, word: int, columns: Mapping[str, ir.Value]) -> ir.IntegerColumn:
        parts = [_case(cut, columns[cut.fact.name], word) for cut in self.cuts if cut.matters]
        if not parts:
            return ibis.literal(self.everything(word), "int64")
        return _balanced(and_, parts)

    def everything(self, word: int) -> int:
        """The packed masks before any fact has been looked at: every rule of a word is true."""
        size = min(WORD, len(self.table.rules) - word * WORD)
        return ((1 << size) - 1) * ((1 << WORD) + 1)

    def masks(self, words: Sequence[int]) -> tuple[int, int]:
        """(fired, undecided) over all rules from the integers of one row."""
        fired = undecided = 0
        low = (1 << WORD) - 1
        for at, packed in enumerate(words):
            true = packed & low
            fired |= true << at * WORD
            undecided |= ((packed >> WORD & low) ^ true) << at * WORD
        return fired, undecided


@lru_cache(maxsize=64)
def compile_population(table: DecisionTable) -> PopulationTable:
    """Cut the facts of a table into regions; milliseconds, remembered per table."""
    words = max(1, -(-len(table.rules) // WORD))
    cuts = tuple(_cut(fact, [rule.cells[fact.name] for rule in table.rules], words) for fact in table.inputs)
    return PopulationTable(table, cuts, words)


def usable(fact: Fact, value: ir.Value, *, dated: ir.IntegerColumn | None, on: date) -> ir.Value:
    """The value where it may be used on a day: not stale, not undated when it has a maximum age, not from the future.

    `dated` is the day number of each value (null: undated). Same rule as `core.decisions.facts.freshness`.
    """
    if dated is None:
        return value if fact.max_age_days is None else ibis.null(value.type())
    today = day_number(on)
    if fact.max_age_days is None:
        return ibis.cases((dated > today, ibis.null(value.type())), else_=value)
    recent = (dated <= today) & (dated >= today - fact.max_age_days)
    return ibis.cases((recent, value), else_=ibis.null(value.type()))


def from_double(fact: Fact, value: ir.FloatingColumn) -> ir.IntegerColumn:
    """A floating-point measurement as a scaled integer, half up; NaN and infinity become null.

    Written with floor, which rounds alike on every engine (`round` does not: 2.5 is 2 or 3). A value with no more
    decimals than the record keeps comes out exactly.
    """
    # First the null: Polars works out every branch for every row, and NaN cannot be cast to a whole number.
    number = ibis.cases((value.abs() <= LARGEST_MEASUREMENT, value), else_=ibis.null("float64"))
    magnitude = (number.abs() * float(SCALE) + 0.5).floor().cast("int64")
    return ibis.cases((number < 0, -magnitude), else_=magnitude)


def unbound(facts: Sequence[Fact], *, name: str = "facts") -> ir.Table:
    """A table of facts as it is promised to an engine: `row` (int64) and one column per fact."""
    schema = {"row": "int64", **{fact.name: ibis.dtype(column_type(fact)) for fact in facts}}
    return ibis.table(schema, name=name)


def _cut(fact: Fact, tests: Sequence[UnaryTest], words: int) -> FactCut:
    def masks(value: Value | None) -> tuple[int, ...]:
        found = [0] * words
        for at, test in enumerate(tests):
            result = test.matches(value)
            word, bit = divmod(at, WORD)
            found[word] |= (result is True) << bit | (result is not False) << bit + WORD
        return tuple(found)

    missing = masks(None)
    if fact.type is FactType.BOOLEAN:
        return FactCut(fact, missing, named=((True, masks(True)),), other=masks(False))
    if fact.type in (FactType.NUMBER, FactType.DATE):
        literals = {value for test in tests for value in test.literals if isinstance(value, Decimal | date)}
        bounds = {bound for value in literals for bound in _bounds(value)}
        if fact.type is FactType.NUMBER:
            # An impossible part of a range does not count, so the fact's own limits cut ranges too.
            ends = {end for end in (fact.minimum, fact.maximum) if end is not None}
            bounds |= _range_bounds({bound for value in literals | ends for bound in _bounds(value)})
        return FactCut(fact, missing, _regions(sorted(bounds), lambda number: masks(_value(fact, number))))
    if listed := places(fact):
        codes = tuple(listed)
        return FactCut(
            fact, missing, _regions(list(range(1, len(codes))), lambda at: masks(codes[at]), first=0)
        )
    texts = sorted({value for test in tests for value in test.literals if isinstance(value, str)})
    unnamed = "other"
    while unnamed in texts:
        unnamed += "_"
    return FactCut(fact, missing, named=tuple((text, masks(text)) for text in texts), other=masks(unnamed))


def _range_bounds(cuts: Iterable[int]) -> set[int]:
    """Where the regions of ranges begin: at each cut a closed end, an open one, and the next."""
    found = {ABOVE, BELOW}
    for cut in cuts:
        found |= {base + 2 * cut + at for base in (ABOVE, BELOW) for at in (0, 1, 2) if cut >= 0}
    return found


def _bounds(value: Decimal | date) -> tuple[int, ...]:
    """The first whole number at or above a threshold, and the first above it."""
    if isinstance(value, date):
        return day_number(value), day_number(value) + 1
    number = Fraction(value) * SCALE
    at_least = -(-number.numerator // number.denominator)
    return (at_least, at_least + 1) if number.denominator == 1 else (at_least,)


def _value(fact: Fact, number: int) -> Value | None:
    if fact.type is FactType.DATE:
        return day_of(max(number, day_number(date.min)))
    return possible_part(fact, decode_number(number))


def _regions(
    bounds: Sequence[int], masks: Callable[[int], tuple[int, ...]], *, first: int | None = None
) -> tuple[Region, ...]:
    """Regions between bounds; neighbours with the same masks are one region."""
    lowest = first if first is not None else (bounds[0] - 1 if bounds else 0)
    found: list[Region] = []
    for start, before in zip([lowest, *bounds], [*bounds, None], strict=True):
        here = masks(start)
        if found and found[-1].masks == here:
            found.pop()
        found.append(Region(before, here))
    return tuple(found)


def _case(cut: FactCut, column: ir.Value, word: int) -> ir.IntegerColumn:
    def mask(masks: tuple[int, ...]) -> ir.IntegerScalar:
        return ibis.literal(masks[word], "int64")

    branches = [(column.isnull(), mask(cut.missing))]
    if cut.named or cut.other:
        branches += [
            (column if value is True else column == value, mask(masks)) for value, masks in cut.named
        ]
        return ibis.cases(*branches, else_=mask(cut.other))
    branches += [(column < region.before, mask(region.masks)) for region in cut.regions[:-1]]
    return ibis.cases(*branches, else_=mask(cut.regions[-1].masks))


def _balanced(combine: Callable[[ir.Value, ir.Value], ir.Value], parts: Sequence[ir.Value]) -> ir.Value:
    """Combine as a tree: a long chain would exceed the depth that SQL writers can handle."""
    if len(parts) <= 2:
        return reduce(combine, parts)
    middle = len(parts) // 2
    return combine(_balanced(combine, parts[:middle]), _balanced(combine, parts[middle:]))
