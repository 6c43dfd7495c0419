"""Every dose of every drug of a class as a numbered slot, with all that follows from it, worked out once.

The answers come from `Drug` and from the very functions that answer for one patient, so a ladder has one meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from anderhalf.core.pathway.titration import class_facts, derive
from anderhalf.core.pathway.titration.history import ClassState, ClassUse
from anderhalf.core.pathway.titration.ladder import Dose, Drug
from anderhalf.core.pathway.titration.model import Patient, Tolerance
from anderhalf.core.pathway.titration.protocol import Protocol

Profile = tuple[Tolerance, ...] | None
"""What was remembered about somebody's tolerances; None: never asked."""
_LIGHT = None
_LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001  a day that no answer looks at


@dataclass(frozen=True, slots=True)
class Slot:
    """One drug in one dose; without dose it was not recorded."""

    drug: Drug
    dose: Dose | None


class ClassSlots:
    """The slots of one class, numbered from 1; 0 is "not used". Arrays are indexed by slot, then heavy (0 or 1)."""

    def __init__(
        self, protocol: Protocol, key: str, *, extra: Sequence[tuple[str, Dose | None]] = ()
    ) -> None:
        self.protocol, self.key = protocol, key
        self.drugs = tuple(drug for drug in protocol.drugs.values() if drug.drug_class == key)
        found = [Slot(drug, dose) for drug in self.drugs for dose in (*drug.steps, *drug.optional)]
        # Of two salts with one code only the first is meant when no dose was recorded.
        found += [Slot(drug, None) for drug in self.drugs if protocol.drug_of(drug.atc, None) == drug]
        found += [
            Slot(protocol.drugs[name], dose) for name, dose in extra if protocol.drugs[name].drug_class == key
        ]
        self.slots = tuple(dict.fromkeys((slot.drug.key, slot.dose) for slot in found))
        self._number = {slot: at for at, slot in enumerate(self.slots, 1)}
        self._by_key = {drug.key: drug for drug in self.drugs}
        self._work_out()

    def number(self, drug: str, dose: Dose | None) -> int:
        """The slot of a drug in a dose."""
        return self._number[drug, dose]

    def slot(self, number: int) -> Slot | None:
        """What a number stands for; None for "not used"."""
        if number == 0:
            return None
        key, dose = self.slots[number - 1]
        return Slot(self._by_key[key], dose)

    def _work_out(self) -> None:
        size = len(self.slots) + 1
        self.drug = np.full(size, -1, np.int16)
        self.heavy_above = np.full(size, np.inf)
        self.drug_heavy_above = np.array(
            [float(d.heavy_above_kg) if d.heavy_above_kg is not None else np.inf for d in self.drugs]
            or [np.inf]
        )
        self.has_dose = np.zeros(size, bool)
        self.dose_known = np.zeros(size, bool)
        self.percent = np.full((size, 2), np.nan)
        flags = np.zeros((5, size, 2), bool)
        self.above, self.at_target, self.at_maximum, self.at_lowest, self.reached = flags
        self.interval = np.full((size, 2), -1, np.int32)  # slot, rapid
        self.furosemide = np.zeros(size)
        self.daily = np.zeros(size)
        self.half, self.previous, self.following = np.zeros(
            (3, size, 2, 2, 2), np.int16
        )  # heavy, frail, rapid
        self.may_resume = np.zeros((size, 2), bool)
        for number in range(1, size):
            self._fill(number)
        self.start, self.low_start = np.zeros((2, max(len(self.drugs), 1)), np.int16)
        self.lowest = np.zeros((max(len(self.drugs), 1), 2), np.int16)
        self.agreed = np.array([drug.agreed for drug in self.drugs] or [False])
        for at, drug in enumerate(self.drugs):
            if drug.agreed:
                self.start[at] = self._slot_of(drug, drug.start)
                self.low_start[at] = self._slot_of(drug, drug.low_start or drug.start)
                for heavy in (0, 1):
                    self.lowest[at, heavy] = self._slot_of(drug, drug.ladder(self._weight(drug, heavy))[0])

    def _fill(self, number: int) -> None:
        slot = self.slot(number)
        assert slot is not None  # noqa: S101  number is at least 1
        drug, dose = slot.drug, slot.dose
        self.drug[number] = self.drugs.index(drug)
        if drug.heavy_above_kg is not None:
            self.heavy_above[number] = float(drug.heavy_above_kg)
        if drug.furosemide_equivalent is None:
            self.furosemide[number] = np.nan if self.key == "loop_diuretic" else 0
        else:
            known = dose.daily * drug.furosemide_equivalent if dose is not None else None
            self.furosemide[number] = np.nan if known is None else float(known)
        self.has_dose[number] = dose is not None
        self.daily[number] = 0 if dose is None else float(dose.daily)
        self.dose_known[number] = drug.agreed and dose is not None
        if dose is None or not drug.agreed:
            return
        for heavy in (0, 1):
            self._fill_dose(number, drug, dose, heavy)
        for rapid in (0, 1):
            days = class_facts.interval_days(self.protocol, drug, dose, rapid=bool(rapid))
            self.interval[number, rapid] = -1 if days is None else days

    def _fill_dose(self, number: int, drug: Drug, dose: Dose, heavy: int) -> None:
        weight = self._weight(drug, heavy)
        target, top = drug.target_for(weight), drug.maximum_for(weight)
        place = (number, heavy)
        percent = drug.percent_of_target(dose, weight)
        self.percent[place] = np.nan if percent is None else float(percent)
        self.above[place] = top is not None and dose.daily > top.daily
        self.reached[place] = target is not None and dose.daily >= target.daily
        self.at_target[place] = self.reached[place] and not self.above[place]
        self.at_maximum[place] = top is not None and dose.daily >= top.daily
        self.at_lowest[place] = dose.daily <= drug.ladder(weight)[0].daily
        self.may_resume[place] = top is not None and dose.daily <= top.daily
        share = self.protocol.rapid.share_percent
        for frail in (0, 1):
            fine = bool(frail)
            for rapid in (0, 1):
                at = (number, heavy, frail, rapid)
                self.half[at] = self._slot_of(drug, drug.half(dose, weight))
                self.previous[at] = self._slot_of(drug, drug.previous_step(dose, weight, fine=fine))
                up = (
                    drug.large_step(dose, weight, share_percent=share)
                    if rapid
                    else drug.next_step(dose, weight, fine=fine)
                )
                self.following[at] = self._slot_of(drug, up)

    def _slot_of(self, drug: Drug, dose: Dose | None) -> int:
        return 0 if dose is None else self._number[drug.key, dose]

    @staticmethod
    def _weight(drug: Drug, heavy: int) -> Decimal | None:
        """A weight for which the drug's ladder is the usual one, or that of a heavy patient."""
        return drug.heavy_above_kg + 1 if heavy and drug.heavy_above_kg is not None else _LIGHT

    def _context(self, *, profile: Profile = ()) -> Any:
        """Just enough of a context for the functions that answer for one patient."""
        return SimpleNamespace(protocol=self.protocol, facts={}, patient=Patient(tolerances=profile))

    def interacting(self) -> npt.NDArray[np.uint64]:
        """Per drug (the last place: none) a bit for each interaction that is about it or about the class."""
        names = [{self.key, drug.key} for drug in self.drugs] + [{self.key}]
        pairs = self.protocol.interactions.pairs
        bits = [sum(1 << bit for bit, pair in enumerate(pairs) if mine & set(pair.about)) for mine in names]
        return np.array(bits, np.uint64)

    # what follows from tolerances

    def excluded(self, profiles: Sequence[Profile]) -> npt.NDArray[np.int8]:
        """Per profile 1 excluded, 0 not, -1 never asked."""
        answers = [
            derive.is_excluded(self.protocol, Patient(tolerances=one), self.key, {}) for one in profiles
        ]
        return np.array([-1 if each is None else int(each) for each in answers], np.int8)

    def excluded_for_other(self, profiles: Sequence[Profile]) -> npt.NDArray[np.int8]:
        """Per profile and drug in use (the last column: none) whether only another drug excludes the class."""
        uses = (*self.drugs, None)
        return np.array(
            [
                [
                    class_facts.excluded_for_other_drug(self._context(profile=one), self.key, drug)
                    for drug in uses
                ]
                for one in profiles
            ],
            np.int8,
        )

    def not_tolerated(self, profiles: Sequence[Profile]) -> npt.NDArray[np.int8]:
        """Per profile and drug in use (the last column: none) whether that very drug was not tolerated."""
        uses = (*self.drugs, None)
        return np.array(
            [
                [drug is not None and class_facts.not_tolerated(one or (), self.key, drug) for drug in uses]
                for one in profiles
            ],
            np.int8,
        )

    def drug_to_start(self, profiles: Sequence[Profile]) -> npt.NDArray[np.int16]:
        """Per profile and last slot the drug that a start proposes; -1 when none is left."""
        found = np.full((len(profiles), len(self.slots) + 1), -1, np.int16)
        for row, profile in enumerate(profiles):
            for number in range(len(self.slots) + 1):
                drug = class_facts.drug_to_start(
                    self._context(profile=profile), self.key, self._ended(number)
                )
                if drug is not None:
                    found[row, number] = self.drugs.index(drug)
        return found

    def _ended(self, number: int) -> ClassState:
        slot = self.slot(number)
        if slot is None:
            return ClassState((), None, None)
        use = ClassUse(self.key, slot.drug, slot.dose, _LONG_AGO, _LONG_AGO, "", False, slot.drug.atc)
        return ClassState((), None, use)
