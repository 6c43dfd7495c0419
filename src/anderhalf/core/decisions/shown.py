"""How many decimals of a number a person is shown: as many as its fact is usually given with, and never misleading.

What is recorded and compared is not rounded (`entry.recorded`); only what somebody reads is.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

GIVEN_BEYOND = 2
"""Somebody who writes more decimals than usual writes one or two more; a number with more was worked out."""


def as_shown(value: Decimal, decimals: int) -> Decimal:
    """`value` as one writes it, of a fact that is usually given with `decimals`.

    What was given with one or two decimals more keeps one of them, or both where it would look like a rounder number:
    29.5 and 29.98 never read as 30. What was worked out is rounded (29.9039 is 29.9), but never onto a round number, on
    which a limit may lie: with one decimal 29.9712 is 29.97, and 29.9981 is 29.99.
    """
    plain, finer = _rounded(value, decimals), _rounded(value, decimals + 1)
    if plain == value:
        return plain
    if -int(value.normalize().as_tuple().exponent) <= decimals + GIVEN_BEYOND:
        return finer if finer != plain else value.normalize()
    if not _is_round(plain, decimals):
        return plain
    return finer if finer != plain else _rounded(value, decimals + 1, away_from=plain)


def _rounded(value: Decimal, places: int, *, away_from: Decimal | None = None) -> Decimal:
    how = ROUND_HALF_UP if away_from is None else ROUND_FLOOR if value < away_from else ROUND_CEILING
    return value.quantize(Decimal(1).scaleb(-places), rounding=how)


def _is_round(number: Decimal, decimals: int) -> bool:
    """Whether the last decimal is a nought or a five, as that of a limit mostly is."""
    return number.scaleb(decimals) % 5 == 0
