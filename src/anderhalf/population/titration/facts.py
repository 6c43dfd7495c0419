"""The facts that follow from the record, for everybody: what `core.pathway.titration.derive` works out for one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from anderhalf.core.pathway.titration.derive import NEVER_HOURS
from anderhalf.population.titration.codes import Index
from anderhalf.population.titration.cohort import NEVER, Cohort, latest_step

if TYPE_CHECKING:
    from anderhalf.population.titration.engine import ColumnEngine

Flags = npt.NDArray[np.bool_]
Three = npt.NDArray[np.int8]
"""1 yes, 0 no, -1 unknown."""
RAS = ("ace_inhibitor", "arb", "arni")
CLASS_FACTS = frozenset(
    {
        "on_drug", "drug", "excluded", "excluded_for_other_drug", "duplicate", "dose_known", "max_tolerated",
        "restart_agreed", "laboratory_for_step", "above_maximum", "at_target", "at_maximum", "at_lowest",
        "stopped_for_safety", "paused", "days_since_last_step", "interval_passed", "dose_percent_of_target",
    }
)  # fmt: skip
HOURS_PER_DAY = 24


class Derived:
    """Shared facts of a cohort, each worked out when first asked for."""

    def __init__(self, engine: ColumnEngine, cohort: Cohort) -> None:
        self.engine, self.cohort = engine, cohort
        self.protocol, self.labels = engine.protocol, engine.labels

    # values as they may be used

    @cached_property
    def implausible(self) -> Mapping[str, Flags]:
        """Pulse and pressures of one day that cannot both be right are nobody's."""
        numbers, days = self.cohort.numbers, self.cohort.days
        pulse, high, low = (numbers[name] for name in ("heart_rate", "systolic_bp", "diastolic_bp"))
        with np.errstate(invalid="ignore"):
            swapped = (days["heart_rate"] == days["systolic_bp"]) & (pulse > high)
            turned = ~swapped & (days["diastolic_bp"] == days["systolic_bp"]) & (low >= high)
        return {"heart_rate": swapped, "systolic_bp": swapped | turned, "diastolic_bp": turned}

    def number(self, name: str) -> npt.NDArray[np.float64]:
        """The latest value; NaN when it is missing, set aside or too old."""
        values = self.cohort.numbers[name]
        unusable = self.stale(name)
        if name in self.implausible:
            unusable = unusable | self.implausible[name]
        return np.where(unusable, np.nan, values)

    def place(self, name: str) -> Three:
        """The latest answer; -1 when it is missing or too old, or when the cohort does not know of it."""
        if name not in self.cohort.places:
            return np.full(len(self.cohort), -1, np.int8)
        return np.where(self.stale(name), np.int8(-1), self.cohort.places[name])

    def stale(self, name: str) -> Flags:
        """Older than the protocol allows for this fact."""
        most = self.protocol.facts[name].max_age_days
        if most is None:
            return np.zeros(len(self.cohort), bool)
        return self.cohort.today - self.cohort.days[name] > most

    @cached_property
    def weight(self) -> npt.NDArray[np.float64]:
        """Body weight, however old."""
        return self.cohort.numbers["weight"]

    @cached_property
    def frail(self) -> Index:
        """1 for who takes the smaller steps."""
        frailty = self.cohort.places["frailty"]
        wanted = [self.labels.place("frailty", name) for name in ("frail", "severe")]
        return np.isin(frailty, wanted).astype(np.intp)

    def heavy(self, key: str) -> Index:
        """1 for who is above the weight at which the present drug's ladder is longer."""
        with np.errstate(invalid="ignore"):
            return (self.weight > self.labels.slots[key].heavy_above[self.cohort.uses[key].slot]).astype(
                np.intp
            )

    # what follows from tolerances and medication

    def excluded(self, key: str) -> Three:
        """Whether a class may not be used."""
        found = self.engine.excluded[key][self.cohort.profile]
        return np.where(self.contraindicated(key), np.int8(1), found)

    def contraindicated(self, key: str) -> Flags:
        """Whether a fact of the record excludes the class by itself."""
        found = np.zeros(len(self.cohort), bool)
        for name, classes in self.protocol.contraindication_facts.items():
            if key in classes and name in self.cohort.places:
                found |= self.cohort.places[name] == 1
        return found

    def optimal(self, key: str) -> Flags:
        """At target, at the highest tolerated dose, or excluded."""
        use, slots = self.cohort.uses[key], self.labels.slots[key]
        on = use.slot > 0
        reached = use.max_tolerated | slots.reached[use.slot, self.heavy(key)]
        return np.where(on, reached, self.excluded(key) == 1)

    @cached_property
    def on(self) -> Mapping[str, Flags]:
        """Which classes are used."""
        return {key: use.slot > 0 for key, use in self.cohort.uses.items()}

    @cached_property
    def step(self) -> npt.NDArray[np.int32]:
        """The day of the last change in a class that needs laboratory."""
        return latest_step(self.cohort)

    @cached_property
    def ras_percent(self) -> npt.NDArray[np.float64]:
        """Dose of the latest ACE inhibitor or ARB, now or last, as part of its target; no or an unknown dose is 0."""
        begun, percent = [], []
        for key in ("ace_inhibitor", "arb"):
            use, slots = self.cohort.uses[key], self.labels.slots[key]
            slot = np.where(use.slot > 0, use.slot, use.last_slot)
            since = np.where(use.slot > 0, use.since, use.last_since)
            begun.append(np.where(slot > 0, since, NEVER))
            with np.errstate(invalid="ignore"):
                heavy = (self.weight > slots.heavy_above[slot]).astype(np.intp)
            percent.append(slots.percent[slot, heavy])
        found = np.where(begun[1] > begun[0], percent[1], percent[0])
        return np.nan_to_num(found, nan=0.0)

    @cached_property
    def hours_since_ace(self) -> npt.NDArray[np.float64]:
        """Hours since the last ACE inhibitor."""
        use = self.cohort.uses["ace_inhibitor"]
        hours = (self.cohort.today - use.last_until).astype(np.float64) * HOURS_PER_DAY
        hours = np.where(use.last_slot > 0, hours, float(NEVER_HOURS))
        return np.where(use.slot > 0, 0.0, hours)

    @cached_property
    def loop_dose(self) -> npt.NDArray[np.float64]:
        """Total a day in mg furosemide; NaN while a dose is unknown."""
        found = np.zeros(len(self.cohort))
        for key, use in self.cohort.uses.items():
            found = found + self.labels.slots[key].furosemide[use.slot]
        return found

    @cached_property
    def creatinine_change(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Rise of creatinine and fall of eGFR since before the step, in per cent."""
        cohort = self.cohort
        creatinine, egfr = cohort.numbers["creatinine"], cohort.numbers["egfr"]
        since = cohort.days["creatinine"] <= self.step
        before = np.where(since, creatinine, cohort.creatinine_before)
        egfr_before = np.where(since, egfr, cohort.egfr_before)
        with np.errstate(invalid="ignore", divide="ignore"):
            rise = (creatinine - before) * 100 / before
            fall = (egfr_before - egfr) * 100 / egfr_before
        unknown = (self.step == NEVER) | np.isnan(creatinine) | np.isnan(before)
        return np.where(unknown, np.nan, rise), np.where(unknown, np.nan, fall)

    @cached_property
    def nt_probnp_rise(self) -> npt.NDArray[np.float64]:
        """NT-proBNP against the last value up to the discharge."""
        cohort = self.cohort
        after = (cohort.discharged != NEVER) & (cohort.days["nt_probnp"] > cohort.discharged)
        before = cohort.nt_probnp_before
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(after, (cohort.numbers["nt_probnp"] - before) * 100 / before, np.nan)

    @cached_property
    def lvef_ever(self) -> Three:
        """Whether LVEF was ever 40% or less, as answered or as earlier echocardiograms say."""
        reduced = float(self.protocol.lvef_reduced_at_most)
        with np.errstate(invalid="ignore"):
            earlier = (self.cohort.lvef_before <= reduced) & ~np.isnan(self.cohort.numbers["lvef"])
        return np.where(earlier, np.int8(1), self.cohort.places["lvef_ever_40_or_less"])

    @cached_property
    def bp_alternatives(self) -> Three:
        """Whether another drug can come down first."""
        congestion = self.place("congestion")
        found = np.where(congestion < 0, np.int8(-1), (congestion == 0).astype(np.int8))
        found = np.where(self.on["loop_diuretic"], found, np.int8(0))
        return np.where(self.cohort.related["other_bp_lowering"], np.int8(1), found)

    @cached_property
    def pregnant(self) -> Three:
        """Men and women past the agreed age are not asked; a "yes" always stands."""
        cohort = self.cohort
        sex = cohort.places["sex"]
        past = cohort.age >= self.protocol.pregnancy_not_asked_from_age
        male, female = self.labels.place("sex", "male"), self.labels.place("sex", "female")
        spared = (cohort.places["pregnant"] != 1) & ((sex == male) | ((sex == female) & past))
        return np.where(spared, np.int8(0), self.place("pregnant"))

    @cached_property
    def laboratory_for_step(self) -> Flags:
        """Recent enough, and taken long enough after the last step."""
        found = np.ones(len(self.cohort), bool)
        for name in self.protocol.laboratory_facts:
            day = self.cohort.days[name]
            found &= ~np.isnan(self.cohort.numbers[name])
            found &= self.cohort.today - day <= self.protocol.laboratory_for_step_days
            found &= (self.step == NEVER) | (day - self.step >= self.protocol.laboratory_after_step_days)
        return found


def shared_codes(engine: ColumnEngine, cohort: Cohort, derived: Derived) -> dict[str, Index]:
    """Region per person of every fact that is the same for all classes."""
    rise, fall = derived.creatinine_change
    numbers = {
        "creatinine_rise_percent": rise, "egfr_fall_percent": fall, "ras_dose_percent": derived.ras_percent,
        "hours_since_ace_inhibitor": derived.hours_since_ace, "loop_diuretic_dose": derived.loop_dose,
        "nt_probnp_rise_percent": derived.nt_probnp_rise,
    }  # fmt: skip
    ace = cohort.uses["ace_inhibitor"]
    to_arni = engine.labels.reasons.index("switch_to_arni")
    on = derived.on
    any_ras = on["ace_inhibitor"] | on["arb"] | on["arni"]
    used = np.zeros(len(cohort), bool)
    every = np.ones(len(cohort), bool)
    for key in RAS:
        optimal = derived.optimal(key)
        used |= on[key] & optimal
        every &= optimal
    related = cohort.related
    places: dict[str, npt.NDArray[np.integer]] = {
        "pregnant": derived.pregnant, "bp_alternatives": derived.bp_alternatives,
        "lvef_ever_40_or_less": derived.lvef_ever, "rapid_titration": cohort.rapid.astype(np.int8),
        "arni_planned": (~on["ace_inhibitor"] & (ace.last_slot > 0) & (ace.last_reason == to_arni)).astype(np.int8),
        "ace_excluded": derived.excluded("ace_inhibitor"), "arb_excluded": derived.excluded("arb"),
        "arni_excluded": derived.excluded("arni"), "ras_optimal": np.where(any_ras, used, every).astype(np.int8),
        "beta_blocker_optimal": derived.optimal("beta_blocker").astype(np.int8),
        "mra_optimal": derived.optimal("mra").astype(np.int8), "ras_in_use": _ras_in_use(engine, on),
        "result_corrected": np.zeros(len(cohort), np.int8),
        "vital_signs_doubtful": (derived.implausible["systolic_bp"]).astype(np.int8),
        "potassium_binder": (related["potassium_binder"] | (cohort.places["potassium_binder"] == 1)).astype(np.int8),
        "potassium_supplement": related["potassium_supplement"].astype(np.int8),
        "aliskiren": related["aliskiren"].astype(np.int8),
        "diltiazem_or_verapamil": related["diltiazem_or_verapamil"].astype(np.int8),
    }  # fmt: skip
    codes: dict[str, Index] = {}
    for name, coding in engine.codings.items():
        if name in CLASS_FACTS or name in ("renal_change", "phenotype"):
            continue
        if coding.cuts:
            codes[name] = coding.numbers(numbers[name] if name in numbers else derived.number(name))
        else:
            codes[name] = coding.places(places[name] if name in places else derived.place(name))
    codes["renal_change"] = engine.renal.regions(codes)
    codes["phenotype"] = engine.phenotype.regions(codes)
    return codes


def _ras_in_use(engine: ColumnEngine, on: Mapping[str, Flags]) -> Three:
    """Which RAS inhibitors are used; an ACE inhibitor beside ARNI goes before everything else."""
    listed = [str(value) for value in engine.labels.listed("ras_in_use")]
    names = []
    for bits in range(8):
        used = [key for at, key in enumerate(RAS) if bits >> at & 1]
        both = {"ace_inhibitor", "arni"} <= set(used)
        names.append("ace_inhibitor_arni" if both else "_".join(used) or "none")
    table = np.array([listed.index(name) for name in names], np.int8)
    return table[on["ace_inhibitor"] + 2 * on["arb"] + 4 * on["arni"]]


def class_codes(engine: ColumnEngine, cohort: Cohort, derived: Derived, key: str) -> dict[str, Index]:
    """Region per person of the facts that belong to one class."""
    use, slots = cohort.uses[key], engine.labels.slots[key]
    slot, heavy, on = use.slot, derived.heavy(key), derived.on[key]
    drug = slots.drug[slot]
    # Place -1 of a drug is the last column of the table: no drug of the file.
    other = np.where(derived.contraindicated(key), np.int8(0), engine.for_other[key][cohort.profile, drug])
    kinds = [*(engine.protocol.stop_reasons[reason]["kind"] for reason in engine.labels.reasons), None]
    unknown = engine.protocol.stop_reasons["unknown"]["kind"]
    kinds[-1] = unknown
    ended = ~on & (use.last_slot > 0)
    safety = np.array([kind == "safety" for kind in kinds])[use.last_reason]
    temporary = np.array([kind == "temporary" for kind in kinds])[use.last_reason]
    days = cohort.today - use.since
    interval = slots.interval[slot, cohort.rapid.astype(np.intp)]
    passed = np.where(slots.dose_known[slot], (interval >= 0) & (days >= interval), True)
    laboratory = engine.protocol.drug_class[key].needs_laboratory
    flags: dict[str, npt.NDArray[np.integer] | Flags] = {
        "on_drug": on, "excluded": derived.excluded(key), "excluded_for_other_drug": other,
        "duplicate": np.zeros(len(cohort), bool), "dose_known": slots.dose_known[slot],
        "max_tolerated": use.max_tolerated, "restart_agreed": use.restart_agreed,
        "laboratory_for_step": derived.laboratory_for_step if laboratory else np.ones(len(cohort), bool),
        "above_maximum": slots.above[slot, heavy], "at_target": slots.at_target[slot, heavy],
        "at_maximum": slots.at_maximum[slot, heavy], "at_lowest": slots.at_lowest[slot, heavy],
        "stopped_for_safety": ended & safety, "paused": ended & temporary,
        "interval_passed": np.where(on, passed, np.int8(-1)),
    }  # fmt: skip
    codes: dict[str, Index] = {}
    for name, coding in engine.codings.items():
        if name not in CLASS_FACTS:
            continue
        if name == "drug":
            places = [coding.of_text(one.key) for one in slots.drugs] + [coding.size - 1]
            codes[name] = np.array(places, np.intp)[drug]
        elif name == "dose_percent_of_target":
            codes[name] = coding.numbers(slots.percent[slot, heavy])
        elif name == "days_since_last_step":
            codes[name] = coding.numbers(np.where(on, days.astype(np.float64), np.nan))
        else:
            codes[name] = coding.places(flags[name].astype(np.int8))
    return codes
