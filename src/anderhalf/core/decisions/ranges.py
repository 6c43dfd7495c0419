"""A measurement of which only limits are known: `> 90`, `< 50`, as laboratories report beyond what they can measure.

A range is not a number: it has no order and no arithmetic, so code that expects a Decimal can never take it for
one. A cell of a table decides it when the whole range satisfies the cell, or none of it does; otherwise the fact is
not precise enough. (The answer of a calculator with missing inputs is `core.pathway.scores_range.Range`.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from itertools import pairwise

COMPARATORS = ("<", "<=", ">", ">=")
_EXACT = Context(prec=4000)
"""A number halfway two others may need more digits than they have; the default context would round it away."""


@dataclass(frozen=True, slots=True)
class Range:
    """Everything between two numbers; None is unbounded, closed means the end itself is possible."""

    low: Decimal | None
    low_closed: bool
    high: Decimal | None
    high_closed: bool

    def __post_init__(self) -> None:
        ends = [end for end in (self.low, self.high) if end is not None]
        if not ends or not all(end.is_finite() for end in ends):
            raise ValueError("a range has at least one end, and its ends are finite numbers")
        if (self.low is None and self.low_closed) or (self.high is None and self.high_closed):
            raise ValueError("an end that is not there cannot be closed")
        if self.low is None or self.high is None:
            return
        if self.low > self.high or (self.low == self.high and not (self.low_closed and self.high_closed)):
            raise ValueError(f"nothing lies between {self.low} and {self.high}")

    @classmethod
    def of(cls, comparator: str, number: Decimal) -> Range:
        """The range that `<`, `<=`, `>` or `>=` before a number stands for; ValueError for another sign."""
        if comparator not in COMPARATORS:
            raise ValueError(f"{comparator!r} is not one of {', '.join(COMPARATORS)}")
        closed = comparator.endswith("=")
        if comparator.startswith("<"):
            return cls(None, False, number, closed)
        return cls(number, closed, None, False)

    @property
    def comparator(self) -> str:
        """The sign of a range with one end, empty for one between two numbers."""
        if self.low is None:
            return "<=" if self.high_closed else "<"
        if self.high is None:
            return ">=" if self.low_closed else ">"
        return ""

    @property
    def ends(self) -> tuple[Decimal, ...]:
        """The numbers that it lies between, lowest first."""
        return tuple(end for end in (self.low, self.high) if end is not None)

    def holds(self, number: Decimal) -> bool:
        """Whether the measurement can be this number."""
        if self.low is not None and (number < self.low or (number == self.low and not self.low_closed)):
            return False
        return self.high is None or number < self.high or (number == self.high and self.high_closed)

    def within(self, minimum: Decimal | None, maximum: Decimal | None) -> Range | None:
        """What is left of it between a fact's outer limits (both possible themselves); None when nothing is."""
        low, low_closed, high, high_closed = self.low, self.low_closed, self.high, self.high_closed
        if minimum is not None and (low is None or low < minimum):
            low, low_closed = minimum, True
        if maximum is not None and (high is None or high > maximum):
            high, high_closed = maximum, True
        try:
            return Range(low, low_closed, high, high_closed)
        except ValueError:
            return None

    def each_end(self, change: Callable[[Decimal], Decimal]) -> Range:
        """The same range in another unit; `change` keeps the order of numbers."""
        low, high = (None if end is None else change(end) for end in (self.low, self.high))
        return Range(low, self.low_closed, high, self.high_closed)

    def samples(self, limits: Iterable[Decimal]) -> list[Decimal]:
        """Numbers of the range, at least one from every part into which `limits` cut it.

        What depends only on the side of each limit on which a number lies is the same for the whole range when it
        is the same for all of these.
        """
        inside = sorted({limit for limit in limits if self.holds(limit)} | set(self.ends))
        with localcontext(_EXACT):
            found = [number for number in inside if self.holds(number)]
            found += [(one + other) / 2 for one, other in pairwise(inside)]
            if self.low is None:
                found.append(inside[0] - 1)
            if self.high is None:
                found.append(inside[-1] + 1)
        return found

    def __str__(self) -> str:
        """`> 90`, or `[90 .. 120)` between two numbers."""
        if self.comparator:
            return f"{self.comparator} {self.ends[0]}"
        return f"{'[' if self.low_closed else '('}{self.low} .. {self.high}{']' if self.high_closed else ')'}"
