"""What the record knows of many people, in columns, and one of them as the engine for one patient takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from anderhalf.core.decisions.facts import FactType, FactValue, Value
from anderhalf.core.pathway.titration.history import RAS
from anderhalf.core.pathway.titration.ladder import Dose
from anderhalf.core.pathway.titration.model import DrugUse, Observation, Patient, Settled
from anderhalf.core.pathway.titration.protocol import Protocol
from anderhalf.population.titration.settled import Cards, Resting, resting
from anderhalf.population.titration.slots import ClassSlots, Profile

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int32]
Small = npt.NDArray[np.int16]
NEVER = -1
RELATED = ("potassium_binder", "other_bp_lowering", "nitrate", "insulin")
"""Groups of other drugs that a cohort knows of (`[related]` in doses.toml)."""
SINCE_OTHERS = 30
"""Days that another drug of a cohort has been used when nothing says since when."""
ECHO_BEFORE = 100
"""Days between the earlier echocardiogram that a cohort knows of and the newest."""
HOUR = time(9)
"""The time of day of everything in a cohort: its columns hold days."""


class Labels:
    """What the numbers in a cohort's columns stand for: slots per class, stop reasons, tolerance profiles."""

    def __init__(
        self, protocol: Protocol, *, profiles: Sequence[Profile] = ((), None),
        extra_doses: Sequence[tuple[str, Dose | None]] = (),
    ) -> None:  # fmt: skip
        self.protocol = protocol
        self.classes = tuple(protocol.drug_class)
        self.slots = {key: ClassSlots(protocol, key, extra=extra_doses) for key in self.classes}
        self.reasons = tuple(protocol.stop_reasons)
        self.profiles = tuple(profiles)
        self.resting: Mapping[str, Resting] = {key: resting(protocol, key) for key in self.classes}

    def listed(self, fact: str) -> tuple[Value, ...]:
        """The values that the places 0, 1, … of a fact's column stand for."""
        known = self.protocol.facts[fact]
        return (False, True) if known.type is FactType.BOOLEAN else tuple(known.values)

    def stopped_as(self, kind: str) -> npt.NDArray[np.bool_]:
        """Whether each of `reasons` is of this kind; the last element answers for "not recorded"."""
        return np.array([self.protocol.stop_kind(reason) == kind for reason in (*self.reasons, None)])

    def place(self, fact: str, value: Value) -> int:
        """The place of one value."""
        return self.listed(fact).index(value)


@dataclass(kw_only=True, slots=True)
class Use:
    """One class in the medication list of everybody: the present use, and the last one that ended."""

    slot: Small
    """Drug and dose now; 0 not used."""
    since: Days
    last_slot: Small
    """Of the last use that ended; 0 never."""
    last_since: Days
    last_until: Days
    last_reason: Small
    """Place in `Labels.reasons`; -1 not recorded."""
    begun: Days
    """When the unbroken use began that the listed ones belong to, in a class that needs laboratory; -1: as listed."""
    max_tolerated: npt.NDArray[np.bool_]
    restart_agreed: npt.NDArray[np.bool_]


@dataclass(kw_only=True, slots=True)
class Cohort:
    """Many people on a day each. NaN and -1 are missing; days are ordinals."""

    labels: Labels
    today: Days
    age: Small
    numbers: Mapping[str, Floats]
    """Latest value of each measured number."""
    places: Mapping[str, npt.NDArray[np.int8]]
    """Latest answer of each code or boolean, as its place in `Labels.listed`."""
    days: Mapping[str, Days]
    """When these were true."""
    uses: Mapping[str, Use]
    related: Mapping[str, npt.NDArray[np.bool_]]
    profile: Small
    rapid: npt.NDArray[np.bool_]
    creatinine_before: Floats
    """At the last laboratory up to the latest step in a class that needs it, and the eGFR of that day."""
    egfr_before: Floats
    creatinine_start: Floats
    """The same on the day on which the present treatment began, for who had a step since."""
    egfr_start: Floats
    potassium_before: Floats
    potassium_start: Floats
    creatinine_ras: Floats
    """The same on the day on which the treatment with a RAS inhibitor began, when that was another day."""
    egfr_ras: Floats
    potassium_ras: Floats
    hyperkalaemia_on: Days
    """The day, after the latest step, of an earlier potassium that was too high; -1 none."""
    groups: Mapping[str, npt.NDArray[np.bool_]]
    """Groups of interactions.toml of which something is used; a name that is missing: nobody. A drug that counts for a
    class (sotalol) has no place here, see `groups_beside`: a class holds one drug."""
    lvef_before: Floats
    """Lowest earlier LVEF."""
    nt_probnp_before: Floats
    """Last value up to the discharge."""
    discharged: Days = field(default_factory=lambda: np.empty(0, np.int32))
    settled: Mapping[str, Sequence[Cards]] = field(default_factory=dict)
    """Per class the cards that asked to discuss and were answered. Who keeps them forgets those about a drug in use of
    which a value in between said otherwise (`Resting.outdated`): a cohort holds the newest values only."""
    groups_since: Mapping[str, Days] = field(default_factory=dict)
    """Per group the day on which its drug began; of a group that is missing: `SINCE_OTHERS` days ago."""

    def __len__(self) -> int:
        return len(self.today)


def as_patient(cohort: Cohort, at: int) -> tuple[Patient, date, datetime]:
    """One person of a cohort as `advise` takes them, with the day and the moment to ask for."""
    labels = cohort.labels
    today = date.fromordinal(int(cohort.today[at]))
    observations = [*_measured(cohort, at), *_earlier(cohort, at)]
    facts = {"birth_date": FactValue(date(today.year - int(cohort.age[at]), 1, 1), today, "record")}
    if cohort.discharged[at] != NEVER:
        left = _moment(int(cohort.discharged[at]))
        observations.append(Observation(fact="last_hf_admission_on", value=left.date(), at=left))
    patient = Patient(
        medication=tuple(sorted(_medication(cohort, at), key=lambda use: use.since)),
        observations=tuple(observations), facts=facts, tolerances=labels.profiles[int(cohort.profile[at])],
        max_tolerated=frozenset(key for key, use in cohort.uses.items() if use.max_tolerated[at]),
        restart_agreed=frozenset(key for key, use in cohort.uses.items() if use.restart_agreed[at]),
        rapid=bool(cohort.rapid[at]), settled=tuple(_settled(cohort, at)),
    )  # fmt: skip
    return patient, today, datetime.combine(today, HOUR)


def _settled(cohort: Cohort, at: int) -> Iterator[Settled]:
    for key, answered in cohort.settled.items():
        for cards in answered:
            one = cohort.labels.resting[key].as_settled(cohort.labels, cards, at)
            if one is not None:
                yield one


def _moment(day: int) -> datetime:
    return datetime.combine(date.fromordinal(day), HOUR)


def _measured(cohort: Cohort, at: int) -> list[Observation]:
    found = []
    for name, values in cohort.numbers.items():
        if not np.isnan(values[at]):
            found.append(_observation(cohort, name, _decimal(float(values[at])), at))
    for name, places in cohort.places.items():
        if places[at] >= 0:
            found.append(_observation(cohort, name, cohort.labels.listed(name)[int(places[at])], at))
    return found


def _observation(cohort: Cohort, name: str, value: Value, at: int) -> Observation:
    day = int(cohort.days[name][at]) if name in cohort.days else int(cohort.today[at])
    return Observation(fact=name, value=value, at=_moment(day))


def _decimal(value: float) -> Decimal:
    return Decimal(repr(value)).normalize() + 0


def _earlier(cohort: Cohort, at: int) -> list[Observation]:
    """Values before the latest ones, of which the cohort keeps what they lead to."""
    found = []
    step = latest_step(cohort)[at]
    measured = int(cohort.days["creatinine"][at])
    known = {name: not np.isnan(values[at]) for name, values in cohort.numbers.items()}
    # An earlier value never steps in for a latest one that is missing.
    began, of_ras = treatment_began(cohort)[at], ras_began(cohort)[at]
    earlier = (
        (
            "creatinine",
            "creatinine",
            cohort.creatinine_before,
            cohort.creatinine_start,
            cohort.creatinine_ras,
        ),
        ("egfr", "creatinine", cohort.egfr_before, cohort.egfr_start, cohort.egfr_ras),
        ("potassium", "potassium", cohort.potassium_before, cohort.potassium_start, cohort.potassium_ras),
    )
    for name, of, before, start, ras in earlier:
        newest = measured if of == "creatinine" else int(cohort.days["potassium"][at])
        apart = of_ras not in (step, began)
        days = (int(step), int(began) if began < step else NEVER, int(of_ras) if apart else NEVER)
        for values, day in zip((before, start, ras), days, strict=True):
            if day != NEVER and newest > day and known[of] and not np.isnan(values[at]):
                found.append(Observation(fact=name, value=_decimal(float(values[at])), at=_moment(day)))
    high = int(cohort.hyperkalaemia_on[at])
    if high != NEVER and step < high < int(cohort.days["potassium"][at]) and known["potassium"]:
        above = labels_above(cohort.labels)
        found.append(Observation(fact="potassium", value=above, at=_moment(high)))
    if known["lvef"] and not np.isnan(cohort.lvef_before[at]):
        day = int(cohort.days["lvef"][at]) if "lvef" in cohort.days else int(cohort.today[at])
        found.append(
            Observation(
                fact="lvef", value=_decimal(float(cohort.lvef_before[at])), at=_moment(day - ECHO_BEFORE)
            )
        )
    if cohort.discharged[at] != NEVER and known["nt_probnp"] and not np.isnan(cohort.nt_probnp_before[at]):
        value = _decimal(float(cohort.nt_probnp_before[at]))
        found.append(Observation(fact="nt_probnp", value=value, at=_moment(int(cohort.discharged[at]))))
    return found


def latest_step(cohort: Cohort) -> Days:
    """The day of the last change of dose in a class that needs laboratory; -1 when none is used."""
    found = np.full(len(cohort), NEVER, np.int32)
    for key, use in cohort.uses.items():
        if cohort.labels.protocol.drug_class[key].needs_laboratory:
            np.maximum(found, np.where(use.slot > 0, use.since, NEVER), out=found)
    return found


def ras_began(cohort: Cohort) -> Days:
    """The day on which the treatment with an ACE inhibitor, ARB or ARNI began, pauses left out; -1 never."""
    return treatment_began(cohort, RAS, paused=True)


def labels_above(labels: Labels) -> Decimal:
    """A potassium that is just too high."""
    return labels.protocol.limits.hyperkalaemia_above + Decimal("0.1")


def treatment_began(cohort: Cohort, classes: Sequence[str] = (), *, paused: bool = False) -> Days:
    """The day on which the chain of uses began that leads to what is used now; -1 when nothing is used.

    Of the classes that need laboratory, or of some of them; `paused`: also to a pause that goes on today.
    """
    protocol = cohort.labels.protocol
    uses = [
        use
        for key, use in cohort.uses.items()
        if (key in classes if classes else protocol.drug_class[key].needs_laboratory)
    ]
    many, gap = np.iinfo(np.int32).max, protocol.limits.kidney_gap_days
    began = np.full(len(cohort), many, np.int32)
    for use in uses:
        begin = np.where(use.begun == NEVER, use.since, np.minimum(use.begun, use.since))
        began = np.where(use.slot > 0, np.minimum(began, begin), began)
    none = began == many
    began = np.where(none, cohort.today, began)
    for _ in uses:  # a chain is at most as long as there are ended uses
        for use in uses:
            begin = np.where((use.begun == NEVER) | (use.slot > 0), use.last_since, use.begun)
            joins = (use.last_slot > 0) & (use.last_until >= began - gap) & (begin < began) & (paused | ~none)
            began = np.where(joins, begin, began)
    return np.where(none & (began == cohort.today), NEVER, began).astype(np.int32)


def _medication(cohort: Cohort, at: int) -> list[DrugUse]:
    labels, found = cohort.labels, []
    for key, use in cohort.uses.items():
        slots = labels.slots[key]
        reason = int(use.last_reason[at])
        if labels.protocol.drug_class[key].needs_laboratory:
            found += _use_before(labels, key, use, at)
        ended = slots.slot(int(use.last_slot[at]))
        if ended is not None:
            found.append(
                DrugUse(
                    atc=ended.drug.atc, since=_moment(int(use.last_since[at])), until=_moment(int(use.last_until[at])),
                    dose=None if ended.dose is None else ended.dose.amount,
                    per_day=None if ended.dose is None else ended.dose.per_day,
                    stop_reason=labels.reasons[reason] if reason >= 0 else "",
                )
            )  # fmt: skip
        now = slots.slot(int(use.slot[at]))
        if now is not None:
            found.append(
                DrugUse(
                    atc=now.drug.atc, since=_moment(int(use.since[at])),
                    dose=None if now.dose is None else now.dose.amount,
                    per_day=None if now.dose is None else now.dose.per_day,
                )
            )  # fmt: skip
    today = int(cohort.today[at])
    for name in RELATED:
        if cohort.related[name][at]:
            found.append(DrugUse(atc=labels.protocol.related[name][0], since=_moment(today - SINCE_OTHERS)))
    for name, group in labels.protocol.interactions.groups.items():
        if name in cohort.groups and cohort.groups[name][at]:
            found.append(DrugUse(atc=group.atc[0], since=_moment(int(begun_on(cohort, name)[at]))))
    return found


def _use_before(labels: Labels, key: str, use: Use, at: int) -> Iterator[DrugUse]:
    """The uses of a class before the listed ones as one, ended when these began (the dose says nothing)."""
    used, before = use.slot[at] > 0, use.last_slot[at] > 0
    gap = labels.protocol.limits.kidney_gap_days
    joined = before and (not used or use.last_until[at] >= use.since[at] - gap)
    listed = int(use.last_since[at] if joined else use.since[at])
    if use.begun[at] != NEVER and use.begun[at] < listed and (used or before):
        yield DrugUse(
            atc=labels.slots[key].drugs[0].atc, dose=Decimal("0.1"), per_day=Decimal(1),
            since=_moment(int(use.begun[at])), until=_moment(listed), stop_reason="dose_change",
        )  # fmt: skip


def groups_beside(labels: Labels) -> tuple[str, ...]:
    """The groups of interactions.toml of which no drug counts for a class, as `Cohort.groups` may hold them."""
    protocol = labels.protocol
    groups = protocol.interactions.groups.items()
    return tuple(name for name, group in groups if not protocol.classes_of_atc(group.atc[0]))


def begun_on(cohort: Cohort, group: str) -> Days:
    """The day on which the drug of a group began, for who uses one."""
    found = cohort.groups_since.get(group)
    return cohort.today - SINCE_OTHERS if found is None else found
