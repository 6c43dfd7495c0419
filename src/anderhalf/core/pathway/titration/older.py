"""A protocol of before a section was written: it goes on answering what it answered, so every new section is neutral.

An agreement in force, and every advice that was stored, may rest on such a version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NEVER = -1
"""Days: no day is so recent."""
_EVER = 100_000
"""Days: every day is."""
_NEUTRAL: Mapping[str, Any] = {
    "not_asked_when": [],
    "danger": {"urgencies": []},
    "kidney": {"baseline_days": 0, "gap_days": 0},
    "hyperkalaemia": {"above": 0, "hold_days": _NEVER},
    "after_stop": {"facts": []},
    "first_arni_dose": {"recent_ras_days": _EVER},
    "digoxin": {"raised_by": [], "creatinine_rise_percent": _EVER},
    "settled": {"for_days": _NEVER, "never": [], "change": {}},
}


def older(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The sections of protocol.toml, those that a version does not have yet filled in so that they change nothing."""
    found = {**_NEUTRAL, **raw}
    if "classes" not in raw["rapid"]:
        every = [entry["key"] for entry in raw["classes"]]
        found["rapid"] = {
            **raw["rapid"], "classes": every, "own_ladder": [], "ends_after_days": _EVER, "baseline_days": _EVER,
        }  # fmt: skip
    return found
