"""A blood pressure as people write it, in one field: ``120/80``."""

from __future__ import annotations

import re
from collections.abc import Mapping

UPPER, LOWER = "systolic_bp", "diastolic_bp"
_PRESSURE = re.compile(r"(\d{2,3})\s*/\s*(\d{2,3})(?:\s*mm\s?hg)?", re.IGNORECASE)


def split_pressure(given: Mapping[str, str]) -> dict[str, str] | None:
    """``120/80`` typed in either field of the blood pressure, as its two numbers; None when that was not done, or when
    the other field says something else."""
    if UPPER not in given or LOWER not in given:
        return None
    for name, other in ((UPPER, LOWER), (LOWER, UPPER)):
        found = _PRESSURE.fullmatch(given[name])
        if found is None:
            continue
        both = {UPPER: found[1], LOWER: found[2]}
        return both if given[other] in ("", both[other], given[name]) else None
    return None
