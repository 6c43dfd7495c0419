"""Numbers that are worked out for everybody: of all classes, and of one class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from anderhalf.core.pathway.derivations import OF_A_SERIES
from anderhalf.population.titration.movement import Values
from anderhalf.population.titration.since import lowered

if TYPE_CHECKING:
    from anderhalf.population.titration.facts import Derived


def shared_numbers(derived: Derived) -> Mapping[str, Values]:
    """Numbers that nobody measures, the same for all classes; NaN unknown."""
    rise, fall = derived.creatinine_change
    return {
        "creatinine_rise_percent": rise, "egfr_fall_percent": fall, "ras_dose_percent": derived.ras_percent,
        "hours_since_ace_inhibitor": derived.hours_since("ace_inhibitor"),
        "hours_since_arni": derived.hours_since("arni"), "loop_diuretic_dose": derived.loop_dose,
        "nt_probnp_rise_percent": derived.nt_probnp_rise,
        "potassium_rise": derived.potassium_rise, "surgery_within_days": derived.surgery,
        "age": derived.cohort.age.astype(np.float64),
        **{
            name: derived.rise(how.how, how.over_days, derived.protocol.facts[name].max_age_days)
            for name, how in derived.protocol.follows.items()
            if how.inputs == ("creatinine",) and how.how in OF_A_SERIES
        },
    }  # fmt: skip


def class_numbers(derived: Derived, key: str) -> Mapping[str, Values]:
    """Numbers about the dose of one class and its history; NaN unknown."""
    use, slots = derived.cohort.uses[key], derived.labels.slots[key]
    days = (derived.cohort.today - use.since).astype(np.float64)
    return {
        "dose_percent_of_target": slots.percent[use.slot, derived.heavy(key)],
        "days_since_last_step": np.where(derived.on[key], days, np.nan),
        "days_since_lowering": np.where(lowered(derived, key), days, np.nan),
        # A cohort keeps the newest pulse only.
        "heart_rate_before": np.full(len(days), np.nan),
    }
