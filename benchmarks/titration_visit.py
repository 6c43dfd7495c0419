"""What a contact with an invented patient finds: values that move with doses and illness, answers, echocardiograms.

Nothing here is clinical knowledge: the numbers only make a world in which every kind of proposal occurs.
"""

from __future__ import annotations

import numpy as np

from anderhalf.population.titration import Labels
from anderhalf.population.titration.cohort import NEVER, Use
from benchmarks.titration_people import OTHERS, SIGNS, Laboratory, egfr_of


class Visit:
    """The part of a world that measures and asks."""

    labels: Labels
    draw: np.random.Generator
    today: np.ndarray
    last_seen: np.ndarray
    new: np.ndarray
    age: np.ndarray
    male: np.ndarray
    wanted: np.ndarray
    improves: np.ndarray
    since_start: np.ndarray
    discharged: np.ndarray
    operated_on: np.ndarray
    rapid: np.ndarray
    admitted: np.ndarray
    nt_before: np.ndarray
    lvef_before: np.ndarray
    base: dict[str, np.ndarray]
    numbers: dict[str, np.ndarray]
    places: dict[str, np.ndarray]
    days: dict[str, np.ndarray]
    uses: dict[str, Use]
    groups: dict[str, np.ndarray]
    groups_since: dict[str, np.ndarray]
    laboratory: Laboratory

    def __len__(self) -> int:
        return len(self.today)

    def _share(self, key: str) -> np.ndarray:
        """The present dose as a part of the target; 0 when it is not used."""
        slot = self.uses[key].slot
        return np.clip(np.nan_to_num(self.labels.slots[key].percent[slot, 0] / 100), 0, 1.2)

    def _is_kidney(self, key: str) -> bool:
        return self.labels.protocol.drug_class[key].needs_laboratory

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
            "egfr": egfr_of(creatinine, self.age, self.male),
            "sodium": np.clip(np.round(draw.normal(139, 3, size)), 110, 155),
        }  # fmt: skip
        drawn = (draw.random(size) < 0.93) | self.wanted
        before = np.where(self.new, 0, self.days["creatinine"])
        # Blood for a control is taken when the protocol lets it count: not in the first days after a step.
        steps = [
            np.where(use.slot > 0, use.since, NEVER) for key, use in self.uses.items() if self._is_kidney(key)
        ]
        counts_from = np.max(steps, axis=0) + self.labels.protocol.laboratory_after_step_days
        taken = np.maximum(self.today - draw.integers(0, 4, size), before + 1)
        taken = np.minimum(np.maximum(taken, counts_from), self.today).astype(np.int32)
        for name, values in found.items():
            spoilt = draw.random(size) < (0.006 if name == "potassium" else 0)
            self._note(name, np.where(spoilt, np.nan, values), taken, drawn)
        self.laboratory.add(drawn, taken, self.numbers)
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
        self._note("systolic_bp", pressure, self.today, (draw.random(size) < 0.98) | self.wanted)
        self.days["diastolic_bp"] = self.days["systolic_bp"].copy()
        self.numbers["diastolic_bp"] = np.round(self.numbers["systolic_bp"] * 0.6)
        self._note(
            "heart_rate",
            np.clip(np.round(pulse), 34, 170),
            self.today,
            (draw.random(size) < 0.98) | self.wanted,
        )
        self._note("weight", np.round(self.base["weight"] * 10) / 10, self.today, here)
        low = draw.random(size) < 0.001
        self._note(
            "oxygen_saturation", np.where(low, 87, np.round(draw.normal(96, 1, size))), self.today, here
        )
        self._note("haemoglobin", np.clip(np.round(draw.normal(8.4, 0.8, size), 1), 3, 12), taken, drawn)
        self._note("digoxin_level", np.round(np.exp(draw.normal(-0.1, 0.35, size)), 2), taken, drawn)
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
        answers |= {name: draw.random(size) < 0.0005 for name in SIGNS}
        for name, values in answers.items():
            asked = (draw.random(size) < 0.985) | self.wanted
            self.places[name] = np.where(asked, values, self.places[name]).astype(np.int8)
            self.days[name] = np.where(asked, self.today, self.days[name]).astype(np.int32)
        for name in ("rhythm", "frailty", "potassium_binder"):
            self.days[name] = self.today.copy()
        self._change_of_facts()
        admitted = draw.random(size) < 0.12 * np.clip(years, 0, 1)
        self.admitted = admitted
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

    def _change_of_facts(self) -> None:
        """A diagnosis is made, a type of diabetes is asked, other drugs come and go, an operation is planned."""
        draw, size = self.draw, len(self)
        made = ~self.new & (self.places["heart_failure_known"] == 0) & (draw.random(size) < 0.5)
        self.places["heart_failure_known"][made] = 1
        unknown = (self.places["diabetes_type"] < 0) & self.wanted
        self.places["diabetes_type"][unknown] = self.labels.place("diabetes_type", "type_2")
        for name, (_share, begins, ends) in OTHERS.items():
            begun, ended = draw.random(size) < begins, draw.random(size) < ends
            again = ~self.groups[name] & begun
            self.groups_since[name] = np.where(again, self.today, self.groups_since[name]).astype(np.int32)
            self.groups[name] = np.where(self.groups[name], ~ended, begun)
        planned = (self.operated_on < self.today) & (draw.random(size) < 0.003)
        self.operated_on = np.where(
            planned, self.today + draw.integers(1, 60, size), self.operated_on
        ).astype(np.int32)
        self._note("surgery_within_days", (self.operated_on - self.today).astype(float), self.today, planned)

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
