"""Invented heart-failure patients who live for years: values that move with doses, illness, admissions, intolerance.

Nothing here is clinical knowledge: the numbers only make a world in which every kind of proposal occurs. What may be
done to a patient follows from the protocol alone.
"""

from __future__ import annotations

import numpy as np

from anderhalf.core.pathway.model import ContactEvent, FollowUp
from anderhalf.core.pathway.titration import ProposalKind, Protocol, Tolerance
from anderhalf.population.titration import KINDS, Answers, Cohort, Labels
from anderhalf.population.titration.cohort import NEVER, RELATED, Use

EVENTS = (
    ("ace_inhibitor", "intolerance", "enalapril", 0.004), ("ace_inhibitor", "angioedema", "", 0.0002),
    ("mra", "intolerance", "spironolactone", 0.003), ("beta_blocker", "intolerance", "bisoprolol", 0.001),
    ("sglt2_inhibitor", "contraindication", "", 0.0008), ("arni", "patient_refuses", "", 0.001),
)  # fmt: skip
"""Class, kind, drug, chance per contact while it is used: one bit each of the number of a profile."""
LABORATORY = ("arni", "ace_inhibitor", "arb", "mra")
NUMBER = {kind: at for at, kind in enumerate(KINDS)}
MOST_WITHOUT_CHANGE = 5
"""So many contacts without a step, and the next one is that of a stable patient."""


def profiles() -> list[tuple[Tolerance, ...]]:
    """Every set of the events above; the number of a profile has a bit for each."""
    every = [Tolerance(kind=kind, drug_class=key, drug=drug) for key, kind, drug, _chance in EVENTS]
    return [
        tuple(one for at, one in enumerate(every) if number >> at & 1) for number in range(1 << len(every))
    ]


class World:
    """A batch of patients on their way through the years, each at the day of the next contact."""

    def __init__(
        self, labels: Labels, follow_up: FollowUp, *, size: int, first_day: int, days: int, seed: int
    ) -> None:
        self.labels, self.protocol = labels, labels.protocol
        self.end = first_day + days
        self.draw = np.random.default_rng(seed)
        self.within = {
            rule.event: rule.within_days or rule.every_days or 0 for rule in follow_up.contacts if rule.event
        }
        self.control = _control_days(self.protocol, self.within[ContactEvent.STEP])
        self.changes = 0
        self._begin(size, first_day)

    # who they are

    def _begin(self, size: int, first_day: int) -> None:
        draw = self.draw
        self.today = (first_day + draw.integers(0, 28, size)).astype(np.int32)
        self.last_seen = self.today - 30
        self.age = np.clip(draw.normal(72, 11, size), 30, 95)
        self.male = draw.random(size) < 0.58
        self.af = draw.random(size) < 0.35
        self.base = {
            "potassium": draw.normal(4.35, 0.3, size), "creatinine": np.exp(draw.normal(4.55, 0.28, size)),
            "systolic_bp": draw.normal(132, 15, size), "heart_rate": draw.normal(80, 10, size) + 8 * self.af,
            "weight": np.clip(draw.normal(81, 15, size), 42, 160), "lvef": np.clip(draw.normal(34, 9, size), 12, 62),
        }  # fmt: skip
        self.improves = draw.random(size) < 0.35
        self.since_start = np.zeros(size)
        none = np.full(size, np.nan)
        self.numbers = {
            name: none.copy()
            for name in (
                "potassium", "creatinine", "egfr", "sodium", "systolic_bp", "diastolic_bp", "heart_rate", "weight",
                "lvef", "hf_admissions_12_months", "surgery_within_days", "digoxin_level", "nt_probnp",
            )
        }  # fmt: skip
        self.places = {
            name: np.zeros(size, np.int8)
            for name in (
                "acute_illness", "hypotension_symptoms", "pregnant", "congestion", "dehydration",
                "beta_blocker_complaints", "weight_stable", "diuretic_without_effect", "diabetes", "dialysis", "nyha",
                "rhythm", "palliative_phase", "frailty", "lvef_ever_40_or_less", "angioedema_history", "asthma",
                "potassium_binder", "sex",
            )
        }  # fmt: skip
        self.days = dict.fromkeys((*self.numbers, *self.places), self.today - 30)
        self.places["sex"][:] = np.where(
            self.male, self.labels.place("sex", "male"), self.labels.place("sex", "female")
        )
        for name, share in (
            ("diabetes", 0.3), ("dialysis", 0.004), ("palliative_phase", 0.02), ("asthma", 0.03),
        ):  # fmt: skip
            self.places[name][:] = draw.random(size) < share
        self.places["frailty"][:] = draw.choice(3, size, p=(0.78, 0.18, 0.04))
        self.places["rhythm"][:] = np.where(
            self.af, self.labels.place("rhythm", "af"), self.labels.place("rhythm", "sinus")
        )
        self.uses = {key: _no_use(size, self.today) for key in self.labels.classes}
        for key, share in (
            ("ace_inhibitor", 0.35),
            ("beta_blocker", 0.4),
            ("loop_diuretic", 0.5),
            ("mra", 0.15),
        ):
            first = self.labels.slots[key]
            drug = self.protocol.first_choice[key][0]
            start = first.number(drug, self.protocol.drugs[drug].start)
            used = draw.random(size) < share
            self.uses[key].slot[used] = start
            self.uses[key].since[used] = self.today[used] - 200
        self.related = {
            name: draw.random(size) < (0.2 if name == "other_bp_lowering" else 0.02) for name in RELATED
        }
        self.profile = np.zeros(size, np.int16)
        self.rapid = np.zeros(size, bool)
        self.lvef_before, self.nt_before = none.copy(), none.copy()
        self.discharged = np.full(size, NEVER, np.int32)
        self.before = {key: (none.copy(), none.copy()) for key in LABORATORY}
        self.known = (none.copy(), none.copy())
        self.unchanged = np.zeros(size, np.int16)
        self.new = np.ones(size, bool)

    def __len__(self) -> int:
        return len(self.today)

    def keep(self, alive: np.ndarray) -> None:
        """Only these go on."""
        for name, value in vars(self).items():
            setattr(self, name, _kept(value, alive))

    # one contact

    def _share(self, key: str) -> np.ndarray:
        """The present dose as a part of the target; 0 when it is not used."""
        slot = self.uses[key].slot
        return np.clip(np.nan_to_num(self.labels.slots[key].percent[slot, 0] / 100), 0, 1.2)

    def measure(self) -> None:
        """What a contact finds, moved by the doses; some of it is not measured, some samples are spoilt."""
        draw, size = self.draw, len(self)
        share = {
            key: self._share(key)
            for key in (
                "ace_inhibitor",
                "arb",
                "arni",
                "mra",
                "beta_blocker",
                "ivabradine",
                "sglt2_inhibitor",
            )
        }
        ras = np.maximum(np.maximum(share["ace_inhibitor"], share["arb"]), share["arni"])
        loop = self.uses["loop_diuretic"].slot > 0
        years = (self.today - self.last_seen) / 365
        self.since_start += years
        self.age = self.age + years
        ill = draw.random(size) < 0.02
        worse = np.where(ill, 1.25, 1.0)
        self.base["creatinine"] = (
            self.base["creatinine"] * (1 + 0.02 * years) * np.exp(draw.normal(0, 0.01, size))
        )
        creatinine = (
            self.base["creatinine"]
            * worse
            * (1 + 0.1 * ras + 0.06 * share["mra"])
            * np.exp(draw.normal(0, 0.06, size))
        )
        creatinine = np.clip(np.round(creatinine), 30, 1500)
        potassium = (
            self.base["potassium"]
            + 0.22 * ras
            + 0.33 * share["mra"]
            - 0.2 * loop
            + draw.normal(0, 0.28, size)
        )
        potassium += np.clip((creatinine - 120) / 200, 0, 1) + 0.2 * ill
        found = {
            "potassium": np.clip(np.round(potassium * 10), 20, 90) / 10, "creatinine": creatinine,
            "egfr": _egfr(creatinine, self.age, self.male),
            "sodium": np.clip(np.round(draw.normal(139, 3, size)), 110, 155),
        }  # fmt: skip
        drawn = draw.random(size) < 0.93
        taken = (self.today - draw.integers(0, 4, size)).astype(np.int32)
        for name, values in found.items():
            spoilt = draw.random(size) < (0.006 if name == "potassium" else 0)
            self._note(name, np.where(spoilt, np.nan, values), taken, drawn)
        measured = drawn & ~np.isnan(self.numbers["creatinine"])
        for old, name in zip(self.known, ("creatinine", "egfr"), strict=True):
            old[measured] = self.numbers[name][measured]
        pressure = (
            self.base["systolic_bp"]
            - 11 * ras
            - 7 * share["beta_blocker"]
            - 4 * share["mra"]
            - 3 * loop
            + draw.normal(0, 8, size)
        )
        pressure = np.clip(np.round(pressure - 8 * ill), 62, 220)
        pulse = (
            self.base["heart_rate"]
            - 15 * share["beta_blocker"]
            - 9 * share["ivabradine"]
            + draw.normal(0, 6, size)
        )
        here = np.ones(size, bool)
        self._note("systolic_bp", pressure, self.today, draw.random(size) < 0.98)
        self.days["diastolic_bp"] = self.days["systolic_bp"].copy()
        self.numbers["diastolic_bp"] = np.round(self.numbers["systolic_bp"] * 0.6)
        self._note("heart_rate", np.clip(np.round(pulse), 34, 170), self.today, draw.random(size) < 0.98)
        self._note("weight", np.round(self.base["weight"] * 10) / 10, self.today, here)
        self._ask(ill, pressure, pulse, share["beta_blocker"], share, years)
        self._echo(here)

    def _ask(
        self,
        ill: np.ndarray,
        pressure: np.ndarray,
        pulse: np.ndarray,
        beta: np.ndarray,
        share: dict[str, np.ndarray],
        years: np.ndarray,
    ) -> None:
        draw, size = self.draw, len(self)
        chance = np.where(self.new, 0.4, 0.09)
        congested = draw.random(size) < chance
        therapy = sum(share[key] for key in ("beta_blocker", "mra", "sglt2_inhibitor")) / 3
        nyha = np.clip(np.round(2.4 - 1.1 * therapy + draw.normal(0, 0.6, size)), 1, 4).astype(np.int8) - 1
        slow = (pulse < 50) & (draw.random(size) < 0.4)
        tired = (beta > 0) & (draw.random(size) < 0.015)
        answers = {
            "acute_illness": ill, "hypotension_symptoms": draw.random(size) < np.where(pressure < 98, 0.3, 0.01),
            "congestion": congested, "dehydration": ~congested & (draw.random(size) < 0.02),
            "weight_stable": draw.random(size) < 0.9, "nyha": nyha,
            "beta_blocker_complaints": np.where(slow, 1, np.where(tired, 2, 0)),
            "diuretic_without_effect": congested & (draw.random(size) < 0.1), "pregnant": np.zeros(size, np.int8),
        }  # fmt: skip
        for name, values in answers.items():
            asked = draw.random(size) < 0.985
            self.places[name] = np.where(asked, values, self.places[name]).astype(np.int8)
            self.days[name] = np.where(asked, self.today, self.days[name]).astype(np.int32)
        for name in ("rhythm", "frailty", "potassium_binder"):
            self.days[name] = self.today.copy()
        admitted = draw.random(size) < 0.12 * np.clip(years, 0, 1)
        self.discharged = np.where(admitted, self.today - 3, self.discharged).astype(np.int32)
        self.rapid = np.where(
            admitted, draw.random(size) < 0.5, self.rapid & (self.today - self.discharged < 90)
        )
        last_year = (self.discharged != NEVER) & (self.today - self.discharged < 365)
        self._note("hf_admissions_12_months", last_year.astype(float), self.today, np.ones(size, bool))
        value = np.round(np.exp(draw.normal(7, 0.8, size)))
        self.nt_before = np.where(admitted, value, self.nt_before)
        recently = (self.discharged != NEVER) & (self.today - self.discharged < 60)
        self._note(
            "nt_probnp", np.round(value * draw.uniform(0.6, 1.2, size)), self.today, recently | self.new
        )

    def _echo(self, here: np.ndarray) -> None:
        """At the start, and once after half a year."""
        again = ~self.new & (self.since_start > 0.5) & np.isnan(self.lvef_before)
        gain = np.where(self.improves, 9.0, 0.0)
        self.lvef_before = np.where(again, self.numbers["lvef"], self.lvef_before)
        value = np.where(again, self.numbers["lvef"] + gain, np.round(self.base["lvef"]))
        self._note("lvef", np.clip(value, 10, 75), self.today, self.new | again)
        self.places["lvef_ever_40_or_less"] = np.where(
            self.new, self.numbers["lvef"] <= 40, self.places["lvef_ever_40_or_less"]
        ).astype(np.int8)

    def _note(self, name: str, values: np.ndarray, days: np.ndarray, measured: np.ndarray) -> None:
        self.numbers[name] = np.where(measured, values, self.numbers[name])
        self.days[name] = np.where(measured, days, self.days[name]).astype(np.int32)

    def cohort(self) -> Cohort:
        """What the record of this moment says."""
        since = np.stack(
            [np.where(self.uses[key].slot > 0, self.uses[key].since, NEVER) for key in LABORATORY]
        )
        latest, everybody = since.argmax(axis=0), np.arange(len(self))
        before = [
            np.stack([self.before[key][part] for key in LABORATORY])[latest, everybody] for part in (0, 1)
        ]
        return Cohort(
            labels=self.labels, today=self.today, age=self.age.astype(np.int16), numbers=self.numbers,
            places=self.places, days=self.days, uses=self.uses, related=self.related, profile=self.profile,
            rapid=self.rapid, creatinine_before=before[0], egfr_before=before[1], lvef_before=self.lvef_before,
            nt_probnp_before=self.nt_before, discharged=self.discharged,
        )  # fmt: skip

    def follow(self, answers: dict[str, Answers]) -> None:
        """Do what is proposed (one patient in twenty-five does not want to), and plan the next contact."""
        draw, size = self.draw, len(self)
        willing = draw.random(size) > 0.04
        due = np.full(size, self.within[ContactEvent.STABLE], np.int32)
        ahead = np.zeros(size, bool)
        changed = np.zeros(size, bool)
        reason = self._reasons()
        ace_used = self.uses["ace_inhibitor"].slot > 0
        switching = answers["arni"].kind == NUMBER[ProposalKind.SWITCH]
        for key, answer in answers.items():
            kind, use = answer.kind, self.uses[key]
            down = np.isin(kind, [NUMBER[one] for one in (ProposalKind.STOP, ProposalKind.PAUSE)])
            ends = willing & down & (use.slot > 0)
            because = np.where(switching, self.labels.reasons.index("switch_to_arni"), reason)
            self._change(key, ends, np.zeros(size, np.int16), because)
            steps = np.isin(
                kind,
                [NUMBER[one] for one in (ProposalKind.START, ProposalKind.INCREASE, ProposalKind.DECREASE)],
            )
            if key == "arni":
                steps |= switching & ~ace_used
            moves = willing & steps & (answer.slot_new > 0)
            self._change(key, moves, answer.slot_new, np.full(size, self.labels.reasons.index("dose_change")))
            mine = ends | moves
            due = np.where(mine, np.minimum(due, self.control[key]), due)
            changed |= mine
            ahead |= np.isin(
                kind,
                [NUMBER[ProposalKind.HOLD], NUMBER[ProposalKind.NEEDS_DATA], NUMBER[ProposalKind.DISCUSS]],
            ) & (use.slot > 0)
            ahead |= (kind == NUMBER[ProposalKind.KEEP]) & (
                np.isin(answer.own_kind, [NUMBER[ProposalKind.START], NUMBER[ProposalKind.INCREASE]])
                | answer.gate
            )
            self._discussed(key, kind == NUMBER[ProposalKind.DISCUSS])
        self.changes += int(changed.sum())
        self.unchanged = np.where(changed, 0, self.unchanged + 1).astype(np.int16)
        waits = ahead & ~changed & (self.unchanged < MOST_WITHOUT_CHANGE)
        due = np.where(waits, self.within[ContactEvent.WAITING], due)
        due = np.where(switching & ace_used & willing, 3, due)
        missed = draw.random(size) < 0.05
        self._intolerance()
        self.last_seen = self.today
        self.today = (self.today + due + missed * self.within[ContactEvent.WAITING]).astype(np.int32)
        self.new = np.zeros(size, bool)
        dies = draw.random(size) < 1 - 0.93 ** ((self.today - self.last_seen) / 365)
        self.keep((self.today < self.end) & ~dies)

    def _reasons(self) -> np.ndarray:
        place = self.labels.reasons.index
        found = np.full(len(self), place("side_effect"))
        with np.errstate(invalid="ignore"):
            found[self.numbers["systolic_bp"] < 95] = place("hypotension")
            found[self.numbers["heart_rate"] < 50] = place("bradycardia")
            found[self.numbers["egfr"] < 30] = place("renal")
            found[self.numbers["potassium"] > 5.5] = place("hyperkalaemia")
        found[self.places["acute_illness"] == 1] = place("acute_illness")
        return found

    def _change(self, key: str, who: np.ndarray, slot: np.ndarray, reason: np.ndarray) -> None:
        use = self.uses[key]
        ended = who & (use.slot > 0)
        use.last_slot[ended], use.last_since[ended] = use.slot[ended], use.since[ended]
        use.last_until[ended], use.last_reason[ended] = self.today[ended], reason[ended]
        use.slot[who], use.since[who] = slot[who], self.today[who]
        use.restart_agreed[who] = False
        if key in LABORATORY:
            for part in (0, 1):
                self.before[key][part][who] = self.known[part][who]

    def _discussed(self, key: str, asked: np.ndarray) -> None:
        """The supervisor agrees to a restart now and then, or says that more is not wanted."""
        use, chance = self.uses[key], self.draw.random(len(self))
        use.restart_agreed |= asked & (use.slot == 0) & (use.last_slot > 0) & (chance < 0.25)
        use.max_tolerated |= asked & (use.slot > 0) & (chance < 0.15)

    def _intolerance(self) -> None:
        for bit, (key, _kind, _drug, share) in enumerate(EVENTS):
            struck = (self.uses[key].slot > 0) & (self.draw.random(len(self)) < share)
            self.profile[struck] |= 1 << bit


def _kept(value: object, alive: np.ndarray) -> object:
    if isinstance(value, np.ndarray):
        return value[alive]
    if isinstance(value, tuple):
        return tuple(_kept(one, alive) for one in value)
    if isinstance(value, dict):
        return {key: _kept(one, alive) for key, one in value.items()}
    if isinstance(value, Use):
        return Use(**{name: getattr(value, name)[alive] for name in Use.__slots__})
    return value


def _no_use(size: int, today: np.ndarray) -> Use:
    def zeros() -> np.ndarray:
        return np.zeros(size, np.int16)

    return Use(
        slot=zeros(), since=today.copy(), last_slot=zeros(), last_since=today - 1, last_until=today.copy(),
        last_reason=zeros(), max_tolerated=np.zeros(size, bool), restart_agreed=np.zeros(size, bool),
    )  # fmt: skip


def _control_days(protocol: Protocol, within: int) -> dict[str, int]:
    """Days to the contact after a change of each class: the protocol's control, at most the schedule's term."""
    return {
        key: min([within, *(entry.until_days for entry in protocol.monitoring if key in entry.classes)])
        for key in protocol.drug_class
    }


def _egfr(creatinine: np.ndarray, age: np.ndarray, male: np.ndarray) -> np.ndarray:
    """About what a laboratory reports (CKD-EPI 2009), in whole numbers."""
    relative = creatinine / 88.4 / np.where(male, 0.9, 0.7)
    low = np.where(male, -0.411, -0.329)
    value = 141 * np.minimum(relative, 1) ** low * np.maximum(relative, 1) ** -1.209 * 0.993**age
    return np.clip(np.round(value * np.where(male, 1, 1.018)), 3, 140)
