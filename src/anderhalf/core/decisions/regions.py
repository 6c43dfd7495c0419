"""The values of a fact, cut into the few regions between which no cell of a table sees a difference.

A number with cells `>=5` and `<3` has three regions; each is represented by one value near its edge, so that
examples made from them lie on or beside a threshold. Numbers are taken to have the declared decimals of
their fact: between 49 and 50 there is no age. "Missing" is a region of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from itertools import pairwise

from anderhalf.core.decisions.facts import Fact, FactType, Value, same_value
from anderhalf.core.decisions.feel import MAX_CELL_LENGTH, Interval, Ordered, UnaryTest, format_literal
from anderhalf.core.decisions.identity import merge_intervals


@dataclass(frozen=True, slots=True)
class Region:
    """Values that all cells of the column treat alike: one of them, and how the region is written."""

    example: Value | None
    """None: the fact is missing."""
    pieces: tuple[Interval | Value, ...]


MISSING = Region(None, ())


def regions_of(fact: Fact, tests: Sequence[UnaryTest]) -> list[Region]:
    """All regions of a fact for the cells of its column, missing last; unequal results between any two."""
    pieces: Sequence[tuple[Value, Interval | Value]]
    if fact.type is FactType.NUMBER:
        pieces = _number_pieces(fact, tests)
    elif fact.type is FactType.DATE:
        pieces = _date_pieces(tests)
    else:
        pieces = [(value, value) for value in _listed(fact, tests)]
    merged: dict[tuple[bool | None, ...], Region] = {}
    for example, piece in pieces:
        results = tuple(test.matches(example) for test in tests)
        known = merged.get(results)
        merged[results] = (
            Region(known.example, (*known.pieces, piece)) if known else Region(example, (piece,))
        )
    return [*merged.values(), MISSING]


def write_regions(regions: Sequence[Region]) -> str:
    """Regions of one fact as the text of a cell that accepts exactly them."""
    intervals = [piece for region in regions for piece in region.pieces if isinstance(piece, Interval)]
    texts = [_write_interval(interval) for interval in merge_intervals(intervals)]
    texts += [
        format_literal(piece)
        for region in regions
        for piece in region.pieces
        if not isinstance(piece, Interval)
    ]
    if MISSING in regions:
        texts.append("null")
    return ", ".join(texts)


def _write_interval(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        if interval.low is not None:
            return f"{'>=' if interval.low_closed else '>'}{format_literal(interval.low)}"
        if interval.high is not None:
            return f"{'<=' if interval.high_closed else '<'}{format_literal(interval.high)}"
        return "-"
    if same_value(interval.low, interval.high):
        return format_literal(interval.low)
    opening, closing = "[" if interval.low_closed else "(", "]" if interval.high_closed else ")"
    return f"{opening}{format_literal(interval.low)}..{format_literal(interval.high)}{closing}"


def _listed(fact: Fact, tests: Sequence[UnaryTest]) -> list[Value]:
    if fact.type is FactType.BOOLEAN:
        return [True, False]
    if fact.type is FactType.CODE and fact.values:
        return list(fact.values)
    named = list(dict.fromkeys(value for test in tests for value in test.literals))
    other = "other"
    while other in named:
        other += "'"
    return [*named, other]


def _number_pieces(fact: Fact, tests: Sequence[UnaryTest]) -> list[tuple[Value, Interval]]:
    step = Decimal(1).scaleb(-fact.decimals)
    cuts = {value for test in tests for value in test.literals if isinstance(value, Decimal)}
    ends = [end for end in (fact.minimum, fact.maximum) if end is not None]
    start = fact.usual_minimum if fact.usual_minimum is not None else (ends[0] if ends else Decimal(0))
    pieces: list[tuple[Value, Interval]] = []
    for interval in _between(sorted(cuts), fact.minimum, fact.maximum):
        example = _number_inside(interval, step, start)
        if example is not None:
            pieces.append((example, interval))
    return pieces


def _date_pieces(tests: Sequence[UnaryTest]) -> list[tuple[Value, Interval]]:
    cuts = sorted({value for test in tests for value in test.literals if isinstance(value, date)})
    pieces: list[tuple[Value, Interval]] = []
    for interval in _between(cuts, date.min, date.max):
        example = _date_inside(interval)
        if example is not None:
            pieces.append((example, interval))
    return pieces


def _between(cuts: Sequence[Ordered], low: Ordered | None, high: Ordered | None) -> list[Interval]:
    """Points and open intervals between them, from low to high (both included)."""
    inside = [
        cut
        for cut in cuts
        if (low is None or cut >= low) and (high is None or cut <= high)  # type: ignore[operator]
    ]
    if not inside:
        return [Interval(low, low is not None, high, high is not None)]
    found: list[Interval] = []
    if low is None or low < inside[0]:  # type: ignore[operator]
        found.append(Interval(low, low is not None, inside[0], False))
    for cut, following in pairwise([*inside, None]):
        if cut is not None:
            found.append(Interval(cut, True, cut, True))
            if following is not None:
                found.append(Interval(cut, False, following, False))
    if high is None or inside[-1] < high:  # type: ignore[operator]
        found.append(Interval(inside[-1], False, high, high is not None))
    return found


def _number_inside(interval: Interval, step: Decimal, start: Decimal) -> Decimal | None:
    """A value on the fact's scale inside the interval, beside its lower edge if it has one; None if empty."""
    low, high = interval.low, interval.high
    # A cell may hold more digits than the default context, which would round them away.
    with localcontext(Context(prec=2 * MAX_CELL_LENGTH)):
        if isinstance(low, Decimal):
            example = low.quantize(step, ROUND_CEILING)
            if example == low and not interval.low_closed:
                example += step
        elif isinstance(high, Decimal):
            example = high.quantize(step, ROUND_FLOOR)
            if example == high and not interval.high_closed:
                example -= step
        else:
            example = start
    return example if interval.holds(example) else None


def _date_inside(interval: Interval) -> date | None:
    low, high = interval.low, interval.high
    if isinstance(low, date) and low != date.min:
        if interval.low_closed:
            return low
        example = low + timedelta(1) if low < date.max else low
    elif isinstance(high, date) and high != date.max:
        example = high if interval.high_closed else high - timedelta(1) if high > date.min else high
    else:
        example = date(2000, 1, 1)
    return example if interval.holds(example) else None
