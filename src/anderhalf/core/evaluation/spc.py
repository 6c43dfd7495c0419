"""Signal or noise in a series: the XmR chart of the NHS programme Making Data Count.

Limits are mean ± 2.66 × mean moving range, as in the R package NHSRplotthedots (ptd_spc_standard.R), not 3/1.128; the
flags follow its ptd_calculate_point_type.R: every member of a run is flagged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

FACTOR = 2.66
NEAR_FACTOR = 2 * FACTOR / 3
RANGE_FACTOR = 3.267
RUN = 7


class Flag(StrEnum):
    """Why a point is more than noise."""

    OUTSIDE = "outside"
    SHIFT = "shift"
    TREND = "trend"
    TWO_OF_THREE = "two_of_three"


class Assurance(StrEnum):
    """Whether the process as it now runs will reach a target."""

    PASS = "consistently_pass"  # noqa: S105  no password
    FAIL = "consistently_fail"
    EITHER = "inconsistent"


@dataclass(frozen=True, slots=True, kw_only=True)
class XmR:
    """Mean, mean moving range, limits in the unit of the values, and per point the flags that hold for it."""

    mean: float
    moving_range: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float
    flags: tuple[frozenset[Flag], ...]

    @property
    def signals(self) -> tuple[bool, ...]:
        """Whether any flag holds, per point."""
        return tuple(bool(flags) for flags in self.flags)


def xmr(values: Sequence[float], *, fix_after: int | None = None, screen_outliers: bool = False) -> XmR:
    """The chart of a series in time order. Raises ``ValueError`` with fewer than two values.

    ``fix_after``: compute the limits from the first so many values only. ``screen_outliers``: leave out moving ranges
    of 3.267 × their mean or more, once, and average again.
    """
    base = list(values[:fix_after]) if fix_after else list(values)
    if len(base) < 2:
        raise ValueError("limits need at least two values")
    mean = sum(base) / len(base)
    ranges = [abs(after - before) for before, after in pairwise(base)]
    average = sum(ranges) / len(ranges)
    if screen_outliers:
        kept = [one for one in ranges if one < RANGE_FACTOR * average] or ranges
        average = sum(kept) / len(kept)
    lower, upper = mean - FACTOR * average, mean + FACTOR * average
    near_lower, near_upper = mean - NEAR_FACTOR * average, mean + NEAR_FACTOR * average
    flags = _flags(values, mean=mean, limits=(lower, upper), near_limits=(near_lower, near_upper))
    return XmR(
        mean=mean,
        moving_range=average,
        lower=lower,
        upper=upper,
        near_lower=near_lower,
        near_upper=near_upper,
        flags=tuple(frozenset(found) for found in flags),
    )


def _flags(
    values: Sequence[float], *, mean: float, limits: tuple[float, float], near_limits: tuple[float, float]
) -> list[set[Flag]]:
    """Which rules each point breaks."""
    (lower, upper), (near_lower, near_upper) = limits, near_limits
    flags: list[set[Flag]] = [set() for _ in values]
    for position, value in enumerate(values):
        if value < lower or value > upper:
            flags[position].add(Flag.OUTSIDE)
    sides = [(value > mean) - (value < mean) for value in values]
    steps = [(after > before) - (after < before) for before, after in pairwise(values)]
    for position in range(len(values) - RUN + 1):
        window = range(position, position + RUN)
        if sides[position] and all(sides[place] == sides[position] for place in window):
            _flag(flags, window, Flag.SHIFT)
        if steps[position] and all(steps[place] == steps[position] for place in window[:-1]):
            _flag(flags, window, Flag.TREND)
    near = [(near_upper < value <= upper) - (lower <= value < near_lower) for value in values]
    for position in range(len(values) - 2):
        window = range(position, position + 3)
        for side in (1, -1):
            beyond = [place for place in window if near[place] == side]
            if len(beyond) >= 2 and all(sides[place] == side for place in window):
                _flag(flags, beyond, Flag.TWO_OF_THREE)
    return flags


def assurance(chart: XmR, *, target: float, better: str) -> Assurance | None:
    """Whether the target lies outside the limits, and on which side; None when neither direction is better."""
    if better not in ("higher", "lower"):
        return None
    if chart.lower <= target <= chart.upper:
        return Assurance.EITHER
    return Assurance.PASS if (target < chart.lower) == (better == "higher") else Assurance.FAIL


def _flag(flags: list[set[Flag]], places: Sequence[int], flag: Flag) -> None:
    for place in places:
        flags[place].add(flag)
