"""Uncertainty of a share: Wilson's score interval.

Source: Wilson (1927), as in statsmodels ``proportion_confint(method="wilson")`` and scipy ``proportion_ci("wilson")``,
with which the tests compare it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``total``, with the interval in which the true share lies. All three are fractions 0..1.

    With ``total`` 0 there is no share: ``value``, ``low`` and ``high`` are None, never 0.
    """

    count: int
    total: int
    value: float | None
    low: float | None
    high: float | None


def wilson(count: int, total: int, *, confidence: float = 0.95) -> Share:
    """Share with its Wilson interval. Raises ``ValueError`` for negative counts or a count above the total."""
    if count < 0 or total < 0 or count > total:
        raise ValueError(f"a share needs 0 <= count <= total, got {count} of {total}")
    if total == 0:
        return Share(0, 0, None, None, None)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = count / total
    denominator = 1 + z * z / total
    centre = (share + z * z / (2 * total)) / denominator
    half = z / denominator * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    low = 0.0 if count == 0 else max(0.0, centre - half)
    high = 1.0 if count == total else min(1.0, centre + half)
    return Share(count, total, share, low, high)
