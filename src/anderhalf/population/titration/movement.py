"""How kidney, potassium and digoxin moved, for everybody: what `core` works out in `kidney` and `standing` for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from anderhalf.core.pathway.titration.derive import NEVER_HOURS
from anderhalf.core.pathway.titration.history import HYPERKALAEMIA
from anderhalf.population.titration.cohort import (
    ECHO_BEFORE,
    NEVER,
    Cohort,
    begun_on,
    labels_above,
    latest_step,
    ras_began,
    treatment_began,
)

if TYPE_CHECKING:
    from anderhalf.population.titration.engine import ColumnEngine

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]
Days = npt.NDArray[np.int32]
Three = npt.NDArray[np.int8]
"""1 yes, 0 no, -1 unknown."""
HOURS_PER_DAY = 24


class Movement:
    """Shared facts of a cohort that compare now with before, each worked out when first asked for."""

    def __init__(self, engine: ColumnEngine, cohort: Cohort) -> None:
        self.engine, self.cohort = engine, cohort
        self.protocol, self.labels = engine.protocol, engine.labels

    @cached_property
    def on(self) -> Mapping[str, Flags]:
        """Which classes are used."""
        return {key: use.slot > 0 for key, use in self.cohort.uses.items()}

    @cached_property
    def step(self) -> npt.NDArray[np.int32]:
        """The day of the last change in a class that needs laboratory."""
        return latest_step(self.cohort)

    def hours_since(self, key: str) -> npt.NDArray[np.float64]:
        """Hours since the last drug of a class."""
        use = self.cohort.uses[key]
        hours = (self.cohort.today - use.last_until).astype(np.float64) * HOURS_PER_DAY
        hours = np.where(use.last_slot > 0, hours, float(NEVER_HOURS))
        return np.where(use.slot > 0, 0.0, hours)

    @cached_property
    def began(self) -> npt.NDArray[np.int32]:
        """The day on which the present treatment with classes that need laboratory began."""
        return treatment_began(self.cohort)

    @cached_property
    def ras_began(self) -> Days:
        """The day on which that with an ACE inhibitor, ARB or ARNI began."""
        return ras_began(self.cohort)

    def _points(self, newest: Values, measured: Days, earlier: Sequence[Values]) -> list[tuple[Values, Days]]:
        """Values before the newest one (up to the step, the beginning, that of the RAS inhibitor); NaN none."""
        step, began, ras = self.step, self.began, self.ras_began
        apart = (ras != step) & (ras != began)
        days = (step, np.where(began < step, began, NEVER), np.where(apart, ras, NEVER))
        found = []
        for values, day in zip(earlier, days, strict=True):
            known = ~np.isnan(newest) & (day != NEVER) & (measured > day)
            found.append((np.where(known, values, np.nan), day.astype(np.int32)))
        return found

    def _baselines(
        self, newest: Values, measured: Days, before: list[tuple[Values, Days]], most_days: int
    ) -> list[Values]:
        """The value up to the last step, and up to both beginnings (as `kidney.baseline` chooses)."""
        points = [*before, (newest, measured)]
        limit = self.cohort.today - most_days
        nobody = np.full(len(self.cohort), np.nan)
        first, first_on = nobody, np.full(len(self.cohort), np.iinfo(np.int32).max)
        for values, day in points[:-1]:  # the newest alone is no baseline
            sooner = ~np.isnan(values) & (day < first_on)
            first, first_on = np.where(sooner, values, first), np.where(sooner, day, first_on)
        found = []
        for moment in (self.step, self.began, self.ras_began):
            until = moment if moment is self.step else np.maximum(moment, limit)
            best, best_on = nobody, np.full(len(self.cohort), NEVER)
            for values, day in points:
                newer = ~np.isnan(values) & (day <= until) & (day > best_on)
                best, best_on = np.where(newer, values, best), np.where(newer, day, best_on)
            unknown = (self.step == NEVER) | (moment == NEVER) | np.isnan(newest)
            found.append(np.where(unknown, np.nan, np.where(np.isnan(best), first, best)))
        return found

    def rise(self, how: str, days: int, most_days: int | None) -> Values:
        """Creatinine of now against the lowest of the days before it, as `derivations.change_over`; too old is NaN."""
        now, measured = self.cohort.numbers["creatinine"], self.cohort.days["creatinine"]
        lowest = np.full(len(self.cohort), np.nan)
        for values, on in self.earlier["creatinine"]:
            within = (on >= measured - days) & (on < measured)
            lowest = np.fmin(lowest, np.where(within, values, np.nan))
        with np.errstate(invalid="ignore", divide="ignore"):
            found = now - lowest if how == "gain" else (now - lowest) * 100 / lowest
        old = (self.cohort.today - measured) > most_days if most_days is not None else False
        return np.where(old, np.nan, found)

    @cached_property
    def creatinine_change(self) -> tuple[Values, Values]:
        """Rise of creatinine and fall of eGFR in per cent, each since the step or the beginning: the larger."""
        cohort = self.cohort
        creatinine, egfr, measured = (
            cohort.numbers["creatinine"],
            cohort.numbers["egfr"],
            cohort.days["creatinine"],
        )
        before = self.earlier["creatinine"]
        most = self.protocol.limits.kidney_baseline_days
        bases = self._baselines(creatinine, measured, before, most)
        # The eGFR of the day of each baseline: chosen the same way, and unknown where the creatinine is.
        of_day = [
            (np.where(np.isnan(one), np.nan, other), day)
            for (one, day), (other, _day) in zip(before, self.earlier["egfr"], strict=True)
        ]
        places = self._baselines(np.where(np.isnan(creatinine), np.nan, egfr), measured, of_day, most)
        with np.errstate(invalid="ignore", divide="ignore"):
            rise = np.fmax.reduce([(creatinine - base) * 100 / base for base in bases])
            fall = np.fmax.reduce([(base - egfr) * 100 / base for base in places])
        return rise, fall

    @cached_property
    def potassium_rise(self) -> Values:
        """Rise of potassium, the larger of since the step and since the beginning."""
        cohort = self.cohort
        potassium = self.cohort.numbers["potassium"]
        most = self.protocol.limits.kidney_potassium_days
        bases = self._baselines(potassium, cohort.days["potassium"], self.earlier["potassium"], most)
        rise: Values = np.fmax.reduce([potassium - base for base in bases])
        return np.round(rise, 6)  # decimals again: 4.9 - 3.9 is 1.0

    @cached_property
    def earlier(self) -> Mapping[str, list[tuple[Values, Days]]]:
        """Per fact the values before the newest one, with their days; NaN none (as `cohort.as_patient` gives them)."""
        cohort = self.cohort
        numbers, days = cohort.numbers, cohort.days
        found: dict[str, list[tuple[Values, Days]]] = {
            "creatinine": self._points(
                numbers["creatinine"], days["creatinine"],
                (cohort.creatinine_before, cohort.creatinine_start, cohort.creatinine_ras),
            ),
            "egfr": self._points(
                numbers["creatinine"], days["creatinine"], (cohort.egfr_before, cohort.egfr_start, cohort.egfr_ras)
            ),
            "potassium": self._points(
                numbers["potassium"], days["potassium"],
                (cohort.potassium_before, cohort.potassium_start, cohort.potassium_ras),
            ),
        }  # fmt: skip
        above = np.full(len(cohort), float(labels_above(cohort.labels)))
        high = cohort.hyperkalaemia_on
        known = (self.step < high) & (high < days["potassium"]) & ~np.isnan(numbers["potassium"])
        found["potassium"].append((np.where(known, above, np.nan), high))
        lvef_on = cohort.days.get("lvef", cohort.today)
        lvef = np.where(np.isnan(cohort.numbers["lvef"]), np.nan, cohort.lvef_before)
        found["lvef"] = [(lvef, (lvef_on - ECHO_BEFORE).astype(np.int32))]
        return found

    def pairs_began(self, pairs: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """Per person the day on which the newest other drug of some interactions began; -1 when none is known."""
        cohort, nobody = self.cohort, np.zeros(len(self.cohort), bool)
        groups = self.protocol.interactions.groups
        found = np.full(len(cohort), NEVER, np.int32)
        for bit, pair in enumerate(self.protocol.interactions.pairs):
            mine = (pairs & np.uint64(1 << bit)) != 0
            if not mine.any():
                continue
            for key, group in groups.items():
                if any(groups[name].holds(group.atc[0]) for name in pair.beside):
                    used = mine & cohort.groups.get(key, nobody)
                    found = np.where(used, np.maximum(found, begun_on(cohort, key)), found)
        return found

    @cached_property
    def stopped(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """The day of the last stop that asks for newer values, and of the last one because of potassium; -1 never."""
        reasons, found = self.protocol.stop_reasons, []
        kinds = [*self.labels.reasons, "unknown"]  # the last place is "not recorded"
        newer = np.array([reasons[name].get("newer") == "yes" for name in kinds])
        potassium = np.array([name == HYPERKALAEMIA for name in kinds])
        for wanted in (newer, potassium):
            last = np.full(len(self.cohort), NEVER, np.int32)
            for key, use in self.cohort.uses.items():
                ended = ~self.on[key] & (use.last_slot > 0) & wanted[use.last_reason]
                last = np.where(ended, np.maximum(last, use.last_until), last)
            found.append(last)
        return found[0], found[1]

    @cached_property
    def recent_hyperkalaemia(self) -> Flags:
        """Potassium was too high, or something was stopped for it, a short while ago."""
        cohort, limits = self.cohort, self.protocol.limits
        potassium, measured = cohort.numbers["potassium"], cohort.days["potassium"]
        with np.errstate(invalid="ignore"):
            now = potassium > float(limits.hyperkalaemia_above)
            earlier = [
                (values > float(limits.hyperkalaemia_above), day) for values, day in self.earlier["potassium"]
            ]
        recent = np.zeros(len(cohort), bool)
        days = [(now, measured), *earlier, (self.stopped[1] != NEVER, self.stopped[1])]
        for holds, day in days:
            recent |= holds & (cohort.today - day <= limits.hyperkalaemia_hold_days)
        return recent

    @cached_property
    def digoxin_level_outdated(self) -> Three:
        """Whether something that raises digoxin began, or renal function fell, since the level was measured."""
        cohort, limits = self.cohort, self.protocol.limits
        level, day = cohort.numbers["digoxin_level"], cohort.days["digoxin_level"]
        # Another drug began on its own day; a drug of a class is none that raises it.
        raised = np.zeros(len(cohort), bool)
        groups = [self.protocol.interactions.groups[key] for key in limits.digoxin_raised_by]
        for key, group in self.protocol.interactions.groups.items():
            if key in cohort.groups and any(one.holds(group.atc[0]) for one in groups):
                raised |= cohort.groups[key] & (begun_on(cohort, key) > day)
        creatinine, measured = cohort.numbers["creatinine"], cohort.days["creatinine"]
        base, base_on = np.full(len(cohort), np.nan), np.full(len(cohort), NEVER)
        for values, on in self.earlier["creatinine"]:
            newer = ~np.isnan(values) & (on <= day) & (on > base_on)
            base, base_on = np.where(newer, values, base), np.where(newer, on, base_on)
        base = np.where(measured <= day, creatinine, base)
        with np.errstate(invalid="ignore", divide="ignore"):
            worse = (creatinine - base) * 100 / base > float(limits.digoxin_creatinine_rise_percent)
        return np.where(np.isnan(level), np.int8(-1), (raised | worse).astype(np.int8))

    @cached_property
    def recent_af(self) -> Flags:
        """Atrial fibrillation on the ECG a short while ago; of the rhythm a cohort keeps the latest."""
        found = self.cohort.places["rhythm"] == self.labels.place("rhythm", "af")
        days = self.cohort.today - self.cohort.days["rhythm"]
        return found & (days <= self.protocol.limits.recent_af_days)

    @cached_property
    def surgery(self) -> Values:
        """Days until the operation, counted from the day of the answer."""
        told = self.cohort.numbers["surgery_within_days"]
        left = self.cohort.days["surgery_within_days"] + np.floor(told) - self.cohort.today
        return np.where(left >= 0, left, np.nan)

    @cached_property
    def lvef_ever(self) -> Three:
        """Whether LVEF was ever 40% or less, as answered or as earlier echocardiograms say."""
        reduced = float(self.protocol.lvef_reduced_at_most)
        with np.errstate(invalid="ignore"):
            earlier = (self.cohort.lvef_before <= reduced) & ~np.isnan(self.cohort.numbers["lvef"])
        return np.where(earlier, np.int8(1), self.cohort.places["lvef_ever_40_or_less"])
