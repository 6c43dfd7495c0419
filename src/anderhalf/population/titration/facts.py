"""The facts that follow from the record, for everybody: what `core.pathway.titration.derive` works out for one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from anderhalf.core.pathway.titration.history import RAS
from anderhalf.core.pathway.titration.kidney import NO_BASELINE, NO_STEP
from anderhalf.population.titration.codes import Index
from anderhalf.population.titration.cohort import (
    NEVER,
    RELATED,
    Cohort,
)
from anderhalf.population.titration.in_use import in_use
from anderhalf.population.titration.movement import Flags, Movement, Three
from anderhalf.population.titration.numbers import class_numbers, shared_numbers
from anderhalf.population.titration.since import (
    long_pause,
    recently_stopped,
    restarted_high,
    values_since_stop,
)

if TYPE_CHECKING:
    from anderhalf.population.titration.engine import ColumnEngine

CLASS_FACTS = frozenset(
    {
        "on_drug", "drug", "excluded", "excluded_for_other_drug", "duplicate", "dose_known", "max_tolerated",
        "restart_agreed", "laboratory_for_step", "above_maximum", "at_target", "at_maximum", "at_lowest",
        "stopped_for_safety", "paused", "days_since_last_step", "interval_passed", "dose_percent_of_target",
        "values_since_stop", "drug_not_tolerated", "interaction", "newer_since_lowering", "days_since_lowering",
        "recently_stopped", "drug_to_start", "long_pause", "restarted_high", "heart_rate_before",
    }
)  # fmt: skip


class Derived(Movement):
    """Shared facts of a cohort, each worked out when first asked for."""

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
        if name not in self.cohort.numbers:
            return np.full(len(self.cohort), np.nan)
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
        reached = use.max_tolerated | slots.at_target[use.slot, self.heavy(key)]
        return np.where(on, reached, self.excluded(key) == 1)

    @cached_property
    def ras_percent(self) -> npt.NDArray[np.float64]:
        """Dose of the latest ACE inhibitor or ARB, now or last, as part of its target; no or an unknown dose is 0."""
        begun, percent = [], []
        for key in ("ace_inhibitor", "arb"):
            use, slots = self.cohort.uses[key], self.labels.slots[key]
            recent = use.last_until >= self.cohort.today - self.protocol.limits.recent_ras_days
            slot = np.where(use.slot > 0, use.slot, np.where(recent, use.last_slot, 0))
            since = np.where(use.slot > 0, use.since, use.last_since)
            begun.append(np.where(slot > 0, since, NEVER))
            with np.errstate(invalid="ignore"):
                heavy = (self.weight > slots.heavy_above[slot]).astype(np.intp)
            percent.append(slots.percent[slot, heavy])
        found = np.where(begun[1] > begun[0], percent[1], percent[0])
        return np.nan_to_num(found, nan=0.0)

    @cached_property
    def loop_dose(self) -> npt.NDArray[np.float64]:
        """Total a day in mg furosemide; NaN while a dose is unknown."""
        found = np.zeros(len(self.cohort))
        for key, use in self.cohort.uses.items():
            found = found + self.labels.slots[key].furosemide[use.slot]
        return found

    @cached_property
    def rapid(self) -> Flags:
        """The rapid schedule was agreed and has not ended."""
        days = self.cohort.today - self.cohort.discharged
        within = (days >= 0) & (days <= self.protocol.rapid.ends_after_days)
        return self.cohort.rapid & (self.cohort.discharged != NEVER) & within

    def rapid_step(self, key: str) -> Index:
        """1 for who takes the large steps in a class."""
        rapid = self.protocol.rapid
        if key not in rapid.classes or key in rapid.own_ladder:
            return np.zeros(len(self.cohort), np.intp)
        return (self.rapid & (self.frail == 0)).astype(np.intp)

    @cached_property
    def groups(self) -> Mapping[str, Flags]:
        """Which groups of interacting drugs are used: by the list, by an answer, or by a drug that counts for more."""
        groups = self.protocol.interactions.groups
        nobody = np.zeros(len(self.cohort), bool)
        listed = {key: self.cohort.groups.get(key, nobody) for key in groups}
        codes = [(listed[key], group.atc[0]) for key, group in groups.items()]
        codes += [(self.cohort.related[name], self.protocol.related[name][0]) for name in RELATED]
        codes += [
            (use.slot == number, slots.drugs[slots.drug[number]].atc)
            for key, use in self.cohort.uses.items()
            for slots in (self.labels.slots[key],)
            for number in range(1, len(slots.drug))
            if any(group.holds(slots.drugs[slots.drug[number]].atc) for group in groups.values())
        ]
        found = {}
        for key, group in groups.items():
            used = nobody.copy()
            for flags, code in codes:
                if group.holds(code):
                    used |= flags
            if group.fact in self.cohort.places:
                used |= self.cohort.places[group.fact] == 1
            found[key] = used
        return found

    def pairs(self, key: str) -> npt.NDArray[np.uint64]:
        """Per person a bit for each interaction of a class at hand, with the drug in use or to start."""
        slots, use = self.labels.slots[key], self.cohort.uses[key]
        begun = self.engine.to_start[key][self.cohort.profile, use.last_slot]
        drug = np.where(use.slot > 0, slots.drug[use.slot], begun)
        # Place -1 of a drug is the last column: no drug of the file.
        found: npt.NDArray[np.uint64] = self.engine.about[key][drug] & self.at_hand
        return found

    @cached_property
    def at_hand(self) -> npt.NDArray[np.uint64]:
        """Per person a bit for each interaction of which something is used beside."""
        found = np.zeros(len(self.cohort), np.uint64)
        for bit, pair in enumerate(self.protocol.interactions.pairs):
            for name in pair.beside:
                found[self.groups[name]] |= np.uint64(1 << bit)
        return found

    def interaction(self, pairs: npt.NDArray[np.uint64]) -> Three:
        """Per person the place of the gravest of some interactions."""
        listed = [str(value) for value in self.labels.listed("interaction")]
        found = np.full(len(self.cohort), listed.index("none"), np.int8)
        # The mild ones first: a grave one stands over them.
        ranked = sorted(
            enumerate(self.protocol.interactions.pairs), key=lambda one: one[1].severity.value, reverse=True
        )
        for bit, pair in ranked:
            found[(pairs & np.uint64(1 << bit)) != 0] = listed.index(pair.severity.value)
        return found

    @cached_property
    def nt_probnp_rise(self) -> npt.NDArray[np.float64]:
        """NT-proBNP against the last value up to the discharge."""
        cohort = self.cohort
        after = (cohort.discharged != NEVER) & (cohort.days["nt_probnp"] > cohort.discharged)
        # What a cohort keeps was measured on the day of discharge itself.
        before = cohort.nt_probnp_before
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(after, (cohort.numbers["nt_probnp"] - before) * 100 / before, np.nan)

    @cached_property
    def bp_alternatives(self) -> Three:
        """Whether another drug can come down first."""
        congestion = self.place("congestion")
        found = np.where(congestion < 0, np.int8(-1), (congestion == 0).astype(np.int8))
        found = np.where(self.on["loop_diuretic"], found, np.int8(0))
        return np.where(self.other_pressure_drug, np.int8(1), found)

    @cached_property
    def other_pressure_drug(self) -> Flags:
        """Who uses a drug that lowers pressure and is no treatment of heart failure here."""
        nitrate = self.related("nitrate") & ~self.on["hydralazine_nitrate"]
        return self.related("other_bp_lowering") | nitrate

    def related(self, name: str) -> Flags:
        """Who uses a drug of a group of doses.toml, a drug that the cohort knows of as interacting included."""
        found = self.cohort.related[name].copy()
        groups = self.protocol.interactions.groups
        for key, used in self.cohort.groups.items():
            if name in self.protocol.related_to(groups[key].atc[0]):
                found |= used
        return found

    @cached_property
    def pregnant(self) -> Three:
        """Men and women past the agreed age are not asked; a "yes" always stands."""
        cohort = self.cohort
        sex = cohort.places["sex"]
        past = cohort.age >= self.protocol.pregnancy_not_asked_from_age
        spared = (cohort.places["pregnant"] != 1) & ((sex == self.labels.place("sex", "male")) | past)
        return np.where(spared, np.int8(0), self.place("pregnant"))

    @cached_property
    def laboratory_for_step(self) -> Flags:
        """Recent enough, and taken long enough after the last step."""
        found, step = np.ones(len(self.cohort), bool), self.step
        for key, use in self.cohort.uses.items():
            if self.protocol.drug_class[key].needs_laboratory:  # also of one that was stopped since
                step = np.where(use.last_slot > 0, np.maximum(step, use.last_since), step)
        for name in self.protocol.laboratory_facts:
            day = self.cohort.days[name]
            found &= ~np.isnan(self.cohort.numbers[name])
            found &= self.cohort.today - day <= self.protocol.laboratory_for_step_days
            found &= (step == NEVER) | (day - step >= self.protocol.laboratory_after_step_days)
        return found


def shared_codes(engine: ColumnEngine, cohort: Cohort, derived: Derived) -> dict[str, Index]:
    """Region per person of every fact that is the same for all classes."""
    numbers = shared_numbers(derived)
    ace, arni = cohort.uses["ace_inhibitor"], cohort.uses["arni"]
    to_arni = engine.labels.reasons.index("switch_to_arni")
    on = derived.on
    any_ras = on["ace_inhibitor"] | on["arb"] | on["arni"]
    used = np.zeros(len(cohort), bool)
    every = np.ones(len(cohort), bool)
    for key in RAS:
        optimal = derived.optimal(key)
        used |= on[key] & optimal
        every &= optimal
    switched = ~on["ace_inhibitor"] & (ace.last_slot > 0) & (ace.last_reason == to_arni)
    paused = ~on["arni"] & (arni.last_slot > 0) & engine.labels.stopped_as("temporary")[arni.last_reason]
    places: dict[str, npt.NDArray[np.integer]] = {
        "pregnant": derived.pregnant, "bp_alternatives": derived.bp_alternatives,
        "other_pressure_drug": derived.other_pressure_drug.astype(np.int8),
        "lvef_ever_40_or_less": derived.lvef_ever, "rapid_titration": derived.rapid.astype(np.int8),
        "arni_planned": (switched | paused).astype(np.int8),
        "ace_excluded": derived.excluded("ace_inhibitor"), "arb_excluded": derived.excluded("arb"),
        "arni_excluded": derived.excluded("arni"), "ras_optimal": np.where(any_ras, used, every).astype(np.int8),
        "beta_blocker_optimal": derived.optimal("beta_blocker").astype(np.int8),
        "mra_optimal": derived.optimal("mra").astype(np.int8), "ras_in_use": _ras_in_use(engine, on),
        "result_corrected": np.zeros(len(cohort), np.int8), "open_danger": np.zeros(len(cohort), np.int8),
        "vital_signs_doubtful": (derived.implausible["systolic_bp"]).astype(np.int8),
        "potassium_binder": (
            derived.related("potassium_binder") | (cohort.places["potassium_binder"] == 1)
        ).astype(np.int8),
        "recent_af": derived.recent_af.astype(np.int8),
        "recent_hyperkalaemia": derived.recent_hyperkalaemia.astype(np.int8),
        "digoxin_level_outdated": derived.digoxin_level_outdated, "diabetes_type": _diabetes_type(derived),
    }  # fmt: skip
    codes: dict[str, Index] = {}
    for name, coding in engine.codings.items():
        if name in CLASS_FACTS or name in ("renal_change", "phenotype", "indication", "danger"):
            continue
        if coding.cuts:
            codes[name] = coding.numbers(numbers[name] if name in numbers else derived.number(name))
        else:
            codes[name] = coding.places(places[name] if name in places else derived.place(name))
    codes["renal_change"] = _renal_change(engine, derived, codes)
    codes["phenotype"] = engine.phenotype.regions(codes)
    if engine.indication is not None:
        codes["indication"] = engine.indication.regions(codes)
    asked = {**codes, **in_use(engine, derived, places)}
    in_danger = engine.in_danger(asked).astype(np.int8)
    codes["danger"] = engine.codings["danger"].places(in_danger)
    if "open_danger" in codes:  # nobody's danger is open in a rehearsal, but it holds
        codes["open_danger"] = engine.codings["open_danger"].places(in_danger)
    return codes


def _renal_change(engine: ColumnEngine, derived: Derived, codes: Mapping[str, Index]) -> Index:
    """The table's answer, where there is a step and a value from before it."""
    coding, cohort = engine.codings["renal_change"], derived.cohort
    found = engine.renal.regions(codes)
    known = ~np.isnan(cohort.numbers["creatinine"])
    without = known & np.isnan(derived.creatinine_change[0])
    found = np.where(without, coding.of_value(NO_BASELINE), found)
    return np.where(derived.step == NEVER, coding.of_value(NO_STEP), np.where(known, found, coding.size - 1))


def _diabetes_type(derived: Derived) -> Three:
    """Asked of who has diabetes or uses insulin."""
    cohort, labels = derived.cohort, derived.labels
    given = derived.place("diabetes_type")
    possible = (cohort.places["diabetes"] == 1) | derived.related("insulin")
    known = cohort.places.get("diabetes_type", np.full(len(cohort), -1, np.int8)) >= 0
    return np.where(known | possible, given, np.int8(labels.place("diabetes_type", "none")))


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
    ended = ~on & (use.last_slot > 0)
    safety = engine.labels.stopped_as("safety")[use.last_reason]
    temporary = engine.labels.stopped_as("temporary")[use.last_reason]
    days = cohort.today - use.since
    interval = slots.interval[slot, derived.rapid_step(key)]
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
        "values_since_stop": values_since_stop(derived, laboratory=laboratory),
        "drug_not_tolerated": engine.not_tolerated[key][cohort.profile, drug],
        "interaction": derived.interaction(derived.pairs(key)),
        "long_pause": long_pause(derived, key), "restarted_high": restarted_high(derived, key),
        "newer_since_lowering": np.full(len(cohort), -1, np.int8), "recently_stopped": recently_stopped(derived, key),
    }  # fmt: skip
    to_start = np.where(on, -1, engine.to_start[key][cohort.profile, use.last_slot])
    codes: dict[str, Index] = {}
    numbers = class_numbers(derived, key)
    for name, coding in engine.codings.items():
        if name not in CLASS_FACTS:
            continue
        if name in ("drug", "drug_to_start"):
            places = [coding.of_text(one.key) for one in slots.drugs] + [coding.size - 1]
            codes[name] = np.array(places, np.intp)[drug if name == "drug" else to_start]
        elif name in numbers:
            codes[name] = coding.numbers(numbers[name])
        else:
            codes[name] = coding.places(flags[name].astype(np.int8))
    return codes
