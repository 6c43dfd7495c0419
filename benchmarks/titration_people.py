"""Who the invented patients are at their first contact: facts, other drugs, and what they already use.

Nothing here is clinical knowledge: shares and spreads only make a world in which every kind of proposal occurs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anderhalf.core.pathway.titration import Tolerance
from anderhalf.population.titration import Labels
from anderhalf.population.titration.cohort import NEVER, Use

EVENTS = (
    ("ace_inhibitor", "intolerance", "enalapril", 0.004), ("ace_inhibitor", "angioedema", "", 0.0002),
    ("mra", "intolerance", "spironolactone", 0.003), ("beta_blocker", "intolerance", "bisoprolol", 0.001),
    ("sglt2_inhibitor", "contraindication", "", 0.0008), ("arni", "patient_refuses", "", 0.001),
)  # fmt: skip
"""Class, kind, drug, chance per contact while it is used: one bit each of the number of a profile."""
NUMBERS = (
    "potassium", "creatinine", "egfr", "sodium", "systolic_bp", "diastolic_bp", "heart_rate", "weight", "lvef",
    "hf_admissions_12_months", "surgery_within_days", "digoxin_level", "nt_probnp", "oxygen_saturation", "haemoglobin",
)  # fmt: skip
SIGNS = (
    "chest_pain_at_rest",
    "dyspnoea_at_rest",
    "hypoperfusion",
    "syncope",
    "abrupt_deterioration",
    "icd_shock",
)
"""Warning signs, asked at each contact."""
PLACES = (
    "acute_illness", "hypotension_symptoms", "pregnant", "congestion", "dehydration", "beta_blocker_complaints",
    "weight_stable", "diuretic_without_effect", "diabetes", "dialysis", "nyha", "rhythm", "palliative_phase", "frailty",
    "lvef_ever_40_or_less", "angioedema_history", "asthma", "potassium_binder", "sex", "heart_failure_known",
    "liver_class", "diabetes_type", "av_block", "outflow_obstruction", "ketoacidosis_history", "treatment_goal",
    "breast_feeding", "nsaid", "salt_substitute", *SIGNS,
)  # fmt: skip
YES = {
    "diabetes": 0.3, "dialysis": 0.004, "palliative_phase": 0.02, "asthma": 0.03, "av_block": 0.008,
    "outflow_obstruction": 0.01, "ketoacidosis_history": 0.003, "angioedema_history": 0.004, "salt_substitute": 0.005,
}  # fmt: skip
OTHERS = {
    "nsaid": (0.03, 0.004, 0.3), "potassium": (0.015, 0.002, 0.15), "trimethoprim": (0.002, 0.003, 0.9),
    "lithium": (0.004, 0, 0), "pde5": (0.015, 0.001, 0.05), "diltiazem_or_verapamil": (0.015, 0.0005, 0.05),
    "amiodarone": (0.03, 0.001, 0.03), "strong_cyp3a4_inhibitor": (0.001, 0.001, 0.9),
    "donepezil": (0.01, 0.0003, 0.02), "ciclosporin_tacrolimus": (0.002, 0, 0), "aliskiren": (0.0005, 0, 0),
    "qt_prolonging": (0.005, 0.0005, 0.1), "riociguat": (0.0003, 0, 0),
}  # fmt: skip
"""Other drugs that matter: share at the beginning, chance to begin and to end per contact."""
STOPPED_ON_ADVICE = {"nsaid": 0.7, "potassium": 0.6, "trimethoprim": 0.5, "diltiazem_or_verapamil": 0.4}
"""How often such a drug is stopped when a card about it was discussed."""
USED = {"ace_inhibitor": 0.33, "arb": 0.1, "arni": 0.06, "beta_blocker": 0.45, "loop_diuretic": 0.5, "mra": 0.18,
        "sglt2_inhibitor": 0.15, "digoxin": 0.03}  # fmt: skip
RAS = ("ace_inhibitor", "arb", "arni")
NAMED = {
    "liver_class": {"none": 0.97, "a": 0.015, "b": 0.01, "c": 0.005},
    "treatment_goal": {"life": 0.93, "complaints": 0.05, "comfort": 0.02},
    "frailty": {"none": 0.78, "frail": 0.18, "severe": 0.04},
}


def facts(
    labels: Labels, draw: np.random.Generator, *, male: np.ndarray, af: np.ndarray
) -> dict[str, np.ndarray]:
    """Answers that stand for years, as places; -1 where nobody asked yet."""
    size = len(male)
    found = {name: np.zeros(size, np.int8) for name in PLACES}
    for name, share in YES.items():
        found[name][:] = draw.random(size) < share
    for name, shares in NAMED.items():
        places = [labels.place(name, value) for value in shares]
        found[name][:] = draw.choice(places, size, p=list(shares.values()))
    found["sex"][:] = np.where(male, labels.place("sex", "male"), labels.place("sex", "female"))
    paced = draw.random(size) < 0.05
    rhythm = np.where(af, labels.place("rhythm", "af"), labels.place("rhythm", "sinus"))
    found["rhythm"][:] = np.where(paced, labels.place("rhythm", "paced"), rhythm)
    found["heart_failure_known"][:] = draw.random(size) < 0.96
    kind = draw.random(size)
    of_type = np.where(
        kind < 0.03, labels.place("diabetes_type", "type_1"), labels.place("diabetes_type", "type_2")
    )
    of_type = np.where(kind > 0.95, -1, of_type)
    found["diabetes_type"][:] = np.where(
        found["diabetes"] == 1, of_type, labels.place("diabetes_type", "none")
    )
    return found


def first_uses(
    labels: Labels, draw: np.random.Generator, today: np.ndarray, af: np.ndarray
) -> dict[str, Use]:
    """What they use at the first contact: any drug of a class in any dose, seldom one without a dose."""
    size = len(today)
    uses = {key: no_use(size, today) for key in labels.classes}
    shares = [USED[key] for key in RAS]
    ras = draw.choice(len(RAS) + 1, size, p=(1 - sum(shares), *shares))
    for key, share in USED.items():
        ladder = labels.slots[key]
        used = draw.random(size) < share * (3 * af if key == "digoxin" else 1)
        if key in RAS:
            used = ras == 1 + RAS.index(key)
        dosed = np.flatnonzero(ladder.has_dose)
        slot = draw.choice(dosed, size)
        known = draw.random(size) < 0.99
        bare = np.flatnonzero(~ladder.has_dose)[1:]
        slot = np.where(known, slot, draw.choice(bare, size))
        uses[key].slot[used] = slot[used]
        uses[key].since[used] = today[used] - draw.integers(20, 700, size)[used]
        uses[key].begun[used] = uses[key].since[used]
    return uses


def no_use(size: int, today: np.ndarray) -> Use:
    """Nobody uses the class, nor ever did."""

    def zeros() -> np.ndarray:
        return np.zeros(size, np.int16)

    return Use(
        slot=zeros(), since=today.copy(), last_slot=zeros(), last_since=today - 1, last_until=today.copy(),
        last_reason=zeros(), begun=np.full(size, NEVER, np.int32),
        max_tolerated=np.zeros(size, bool), restart_agreed=np.zeros(size, bool),
    )  # fmt: skip


class Laboratory:
    """The last forty samples of everybody, to look up what was known on a day."""

    WIDTH = 40
    NAMES = ("potassium", "creatinine", "egfr")

    def __init__(self, size: int) -> None:
        self.days = np.full((size, self.WIDTH), -1, np.int32)
        self.values = {name: np.full((size, self.WIDTH), np.nan) for name in self.NAMES}

    def of(self, people: np.ndarray) -> Laboratory:
        """Only of these people."""
        found = Laboratory(0)
        found.days = self.days[people]
        found.values = {name: values[people] for name, values in self.values.items()}
        return found

    def add(self, who: np.ndarray, day: np.ndarray, values: dict[str, np.ndarray]) -> None:
        """A new sample of some people; the oldest goes."""
        for column, value in ((self.days, day), *((self.values[name], values[name]) for name in self.NAMES)):
            column[who, :-1] = column[who, 1:]
            column[who, -1] = value[who]

    def put_first(self, who: np.ndarray, day: np.ndarray, values: dict[str, np.ndarray]) -> np.ndarray:
        """An old sample that comes in late, where there is room for it; who got one."""
        known = np.where(self.days >= 0, self.days, np.iinfo(np.int32).max).min(axis=1)
        place = (self.days < 0).sum(axis=1) - 1
        able: np.ndarray = who & (place >= 0) & (day < known)
        at = (np.flatnonzero(able), place[able])
        self.days[at] = day[able]
        for name in self.NAMES:
            self.values[name][at] = values[name][able]
        return able

    def until(self, name: str, day: np.ndarray) -> np.ndarray:
        """The newest good value of that day or before; NaN when there is none."""
        good = (self.days >= 0) & (self.days <= day[:, None]) & ~np.isnan(self.values[name])
        at = self.WIDTH - 1 - good[:, ::-1].argmax(axis=1)
        return np.where(good.any(axis=1), self.values[name][np.arange(len(day)), at], np.nan)

    def first(self, name: str) -> np.ndarray:
        """The oldest good value that is not the newest sample; NaN when there is none."""
        good = (self.days >= 0) & ~np.isnan(self.values[name])
        good[:, -1] = False
        at = good.argmax(axis=1)
        return np.where(good.any(axis=1), self.values[name][np.arange(len(at)), at], np.nan)

    def last_above(self, name: str, limit: float, *, after: np.ndarray, before: np.ndarray) -> np.ndarray:
        """The newest day between two days on which a value was above a limit; -1 never."""
        with np.errstate(invalid="ignore"):
            high = (self.values[name] > limit) & (self.days > after[:, None]) & (self.days < before[:, None])
        return np.where(high, self.days, -1).max(axis=1).astype(np.int32)


class StartValues:
    """The blood of the day on which a treatment began: it stays known when the sample itself is no longer kept."""

    def __init__(self, size: int) -> None:
        self.day = np.full(size, NEVER, np.int32)
        self.values = {name: np.full(size, np.nan) for name in Laboratory.NAMES}

    def of(self, people: np.ndarray) -> StartValues:
        """Only of these people."""
        found = StartValues(0)
        found.day = self.day[people]
        found.values = {name: values[people] for name, values in self.values.items()}
        return found

    def of_day(self, laboratory: Laboratory, day: np.ndarray) -> dict[str, np.ndarray]:
        """Per measurement the last good value up to a day; when all came later, the first (of potassium none)."""
        found = {}
        for name, kept in self.values.items():
            value = laboratory.until(name, day)
            known = np.where((day == self.day) | (day == NEVER), kept, np.nan)
            self.values[name] = np.where(np.isnan(value), known, value)
            # A first potassium would stand there under a day that is not its own, and count as recent.
            first = np.nan if name == "potassium" else laboratory.first(name)
            found[name] = np.where(np.isnan(self.values[name]), first, self.values[name])
        # While everything is paused nothing is asked of it, and nothing is forgotten.
        self.day = np.where(day == NEVER, self.day, day)
        return found


class Chain:
    """Since when some classes are used with pauses left out, and when one of them was used last; -1 never."""

    def __init__(self, size: int) -> None:
        self.began = np.full(size, NEVER, np.int32)
        self.seen = np.full(size, NEVER, np.int32)

    def of(self, people: np.ndarray) -> Chain:
        """Only of these people."""
        found = Chain(0)
        found.began, found.seen = self.began[people], self.seen[people]
        return found

    def go_on(self, uses: Sequence[Use], today: np.ndarray) -> None:
        """One of these is used today."""
        for use in uses:
            used = use.slot > 0
            begin = np.where(use.begun == NEVER, use.since, use.begun)
            fresh = used & (self.seen == NEVER)
            self.began = np.where(fresh, begin, self.began).astype(np.int32)
            self.began = np.where(used, np.minimum(self.began, begin), self.began).astype(np.int32)
            self.seen = np.where(used, today, self.seen).astype(np.int32)

    def begin(self, today: np.ndarray, gap: int) -> np.ndarray:
        """When a use that begins today began: today, or with the chain that it goes on with."""
        alive = (self.seen != NEVER) & (today - self.seen <= gap)
        self.began = np.where(alive, self.began, today).astype(np.int32)
        return self.began


def profiles() -> list[tuple[Tolerance, ...]]:
    """Every set of the events above; the number of a profile has a bit for each."""
    every = [Tolerance(kind=kind, drug_class=key, drug=drug) for key, kind, drug, _chance in EVENTS]
    return [
        tuple(one for at, one in enumerate(every) if number >> at & 1) for number in range(1 << len(every))
    ]


def egfr_of(creatinine: np.ndarray, age: np.ndarray, male: np.ndarray) -> np.ndarray:
    """About what a laboratory reports (CKD-EPI 2009), in whole numbers."""
    relative = creatinine / 88.4 / np.where(male, 0.9, 0.7)
    low = np.where(male, -0.411, -0.329)
    value = 141 * np.minimum(relative, 1) ** low * np.maximum(relative, 1) ** -1.209 * 0.993**age
    return np.clip(np.round(value * np.where(male, 1, 1.018)), 3, 140)
