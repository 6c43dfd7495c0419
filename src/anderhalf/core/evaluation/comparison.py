"""Whether a difference between two periods can be more than chance: exact tests, no approximation.

Whole numbers all the way, so that ties between equally likely tables are ties. Compared in the tests with scipy.
"""

from __future__ import annotations

from fractions import Fraction

from .intervals import Share

LEVEL = 0.05
"""The conventional error of the first kind; with it, one in twenty comparisons of equal things looks different."""


def fisher_exact(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Two-sided p of Fisher's exact test that two shares (count, total) are the same.

    The sum of the chances of all tables with these margins that are as likely as the one seen, or less. 1.0 when one
    of the totals is 0: nothing was compared. Raises ``ValueError`` for a count outside 0..total.
    """
    (a, n1), (b, n2) = first, second
    if not (0 <= a <= n1 and 0 <= b <= n2):
        raise ValueError(f"counts must lie between 0 and their total: {first}, {second}")
    if n1 == 0 or n2 == 0:
        return 1.0
    hits = a + b
    lowest, highest = max(0, hits - n2), min(hits, n1)
    # weight(x) = C(n1, x) * C(n2, hits - x), from one x to the next by whole-number ratios
    weight = _choose(n1, lowest) * _choose(n2, hits - lowest)
    weights = [weight]
    for x in range(lowest, highest):
        weight = weight * (n1 - x) * (hits - x) // ((x + 1) * (n2 - hits + x + 1))
        weights.append(weight)
    seen = weights[a - lowest]
    return float(Fraction(sum(w for w in weights if w <= seen), sum(weights)))


def same_share(first: Share, second: Share) -> float:
    """:func:`fisher_exact` for two shares."""
    return fisher_exact((first.count, first.total), (second.count, second.total))


def same_rate(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Two-sided exact p that two counts over a number of days (count, days) come from one rate.

    Given the total, the first count is binomial with the first period's part of the days. 1.0 when nothing was
    counted. Raises ``ValueError`` for a negative count or a period without days.
    """
    (a, days1), (b, days2) = first, second
    if a < 0 or b < 0 or days1 <= 0 or days2 <= 0:
        raise ValueError(f"a rate needs counts >= 0 over days > 0: {first}, {second}")
    total = a + b
    weight = days2**total
    weights = [weight]
    for x in range(total):
        weight = weight * (total - x) * days1 // ((x + 1) * days2)
        weights.append(weight)
    seen = weights[a]
    return float(Fraction(sum(w for w in weights if w <= seen), sum(weights)))


def _choose(n: int, k: int) -> int:
    result = 1
    for step in range(1, min(k, n - k) + 1):
        result = result * (n - step + 1) // step
    return result
