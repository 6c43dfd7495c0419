"""How many classes may move at one moment, for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from anderhalf.core.pathway.titration.history import RAS
from anderhalf.core.pathway.titration.protocol import Together

if TYPE_CHECKING:
    from anderhalf.population.titration.facts import Derived


def at_once(group: Together, derived: Derived) -> npt.NDArray[np.int8]:
    """How many classes of a group may go up at one moment, per person."""
    usual = np.full(len(derived.cohort), group.at_once, np.int8)
    careful = group.careful
    if careful is None:
        return usual
    pressure = derived.cohort.numbers["systolic_bp"]
    with np.errstate(invalid="ignore"):
        low = ~(pressure >= float(careful.below_systolic)) | derived.implausible["systolic_bp"]
    if careful.frail:
        low |= derived.frail == 1
    return np.where(low, np.int8(careful.at_once), usual)


def doubled(derived: Derived) -> npt.NDArray[np.bool_]:
    """Who uses two RAS inhibitors (`History.doubled`; two drugs of one class are in no column)."""
    used = sum(derived.on[key].astype(np.int8) for key in RAS if key in derived.on)
    return np.asarray(used) > 1
