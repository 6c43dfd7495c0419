"""Since when heart-failure therapy is optimal, from the medication list and what the record remembers.

Optimal is: of every group of `[optimal]` one class at target or at its highest tolerated dose, or no class of the group
possible. The one place that says so: ICD and CRT, the echo after optimal therapy, and going back rest on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from anderhalf.core.decisions.facts import FactValue, FactValues
from anderhalf.core.pathway.titration.derive import at_best, is_excluded
from anderhalf.core.pathway.titration.history import ClassUse, History, read_history
from anderhalf.core.pathway.titration.kidney import highest_of
from anderhalf.core.pathway.titration.model import Patient
from anderhalf.core.pathway.titration.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Therapy:
    """How heart-failure therapy stands on a day."""

    since: date | None
    """The day since which it is optimal; None while it is not, or while that is not known."""
    last_step: date | None
    """The last change of a dose in one of the groups that is in use; None when none of them is."""

    def optimal_for(self, days: int, *, on: date) -> bool | None:
        """Whether it was optimal for so many days; None when none of the classes is in use: then nothing is known."""
        if self.last_step is None:
            return None
        return self.since is not None and (on - self.since).days >= days


def therapy_of(protocol: Protocol, patient: Patient, facts: FactValues, *, at: datetime) -> Therapy:
    """Read the medication list at a moment. `facts` are what is known of the patient (weight, asthma, …)."""
    history = read_history(protocol, patient, at=at)
    weight = facts["weight"].value if "weight" in facts else None
    weight = weight if isinstance(weight, Decimal) else None
    excluded = {key: is_excluded(protocol, patient, key, facts) for key in protocol.drug_class}
    since: list[date] = []
    steps: list[date] = []
    optimal = True
    for group in protocol.optimal.groups:
        states = {key: history.classes[key] for key in group}
        used = [key for key in group if states[key].on_drug]
        steps += [begun.date() for key in used if (begun := states[key].since) is not None]
        best = [
            key for key in used or group
            if at_best(protocol, patient, states[key], key, excluded, weight)
        ]  # fmt: skip
        if not best or (not used and len(best) < len(group)):
            optimal = False
            continue
        since += [
            _since(history, key, begun, weight) for key in best if (begun := states[key].since) is not None
        ]
    return Therapy(since=max(since) if optimal and since else None, last_step=max(steps) if steps else None)


def is_reduced(protocol: Protocol, lvef: FactValue | None) -> bool:
    """Whether an LVEF (percent) certainly is one for which optimal therapy, an echo after it and a device are meant."""
    highest = None if lvef is None else highest_of(lvef.value)
    return highest is not None and highest <= protocol.lvef_reduced_at_most


def _since(history: History, key: str, since: datetime, weight: Decimal | None) -> date:
    """When a class came to its best dose: a step from target to a higher one is no new beginning."""
    use = history.classes[key].use
    if use is None or not _at_target(use, weight):
        return since.date()
    for earlier in sorted(_of_class(history.uses, key), key=lambda each: each.since, reverse=True):
        runs_on = earlier.until is not None and earlier.until >= since
        if earlier.since < since and runs_on and _at_target(earlier, weight):
            since = earlier.since
    return since.date()


def _of_class(uses: Sequence[ClassUse], key: str) -> list[ClassUse]:
    return [use for use in uses if use.drug_class == key]


def _at_target(use: ClassUse, weight: Decimal | None) -> bool:
    target = use.drug.target_for(weight) if use.drug is not None else None
    return target is not None and use.dose is not None and use.dose.daily >= target.daily
