"""Why a row of an extract is not used, as SQL: the first reason that holds, 0 for a row that counts."""

# Values from files never become SQL text: only numbers and words made here.

from __future__ import annotations

from datetime import date

from anderhalf.population.encoding import day_number
from anderhalf.population.exact import POSSIBLE
from anderhalf.population.shapes import CANCELLED, FINAL, WITHDRAWN

FIRST_DAY = day_number(date(1850, 1, 1))
"""What is dated before it is a slip of the pen."""


def why_not(today: int) -> str:
    """The number of the reason in `sayings.REASONS`; -1 for a patient who has left. `today` is a day number.

    What was withdrawn never was a result, whatever else is wrong with its row; so is what was cancelled without one.
    """
    return f"""CASE
        WHEN has_left THEN -1 WHEN patient IS NULL THEN 7 WHEN row IS NULL THEN 1
        WHEN status IN {WITHDRAWN} THEN 24
        WHEN status IN {CANCELLED} AND nullif(trim(raw_value::VARCHAR), '') IS NULL THEN 28
        WHEN raw_day IS NOT NULL AND given_day IS NULL THEN 2
        WHEN given_day IS NULL AND mode <> 'ever' THEN 11
        WHEN given_day > {today} THEN 3 WHEN given_day < {FIRST_DAY} THEN 15
        WHEN given_day < birth_day THEN 29
        WHEN status IN {CANCELLED} THEN 27 WHEN superseded THEN 23 WHEN status NOT IN {FINAL} THEN 25
        WHEN against THEN 22 WHEN unit_missing THEN 14 WHEN unit_unknown THEN 5
        WHEN mode = 'number' AND two_ways THEN 20
        WHEN percent AND micro > 0 AND micro < 1000000 THEN 21
        WHEN value IS NULL AND mode = 'answer' THEN 10 WHEN value IS NULL THEN 4
        WHEN mode = 'number' AND NOT ({POSSIBLE}) THEN 6 ELSE 0 END"""
