"""Days to target: a patient in whom everything is normal, who wants what is proposed and comes on every appointment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.titration import DrugUse, Observation, Patient, ProposalKind, Protocol
from anderhalf.core.pathway.titration.model import UPWARD
from anderhalf.core.pathway.titration.population import decide
from benchmarks.titration_chart import DOSES

BEGIN = date(2026, 1, 5)
MOST_DAYS = 400
RAS = ("ace_inhibitor", "arb", "arni")
NORMAL: dict[str, object] = {
    "potassium": Decimal("4.3"), "creatinine": Decimal(78), "egfr": Decimal(88), "sodium": Decimal(140),
    "systolic_bp": Decimal(132), "diastolic_bp": Decimal(78), "heart_rate": Decimal(76), "weight": Decimal(78),
    "lvef": Decimal(30), "nyha": "II", "rhythm": "sinus", "congestion": False, "dehydration": False,
    "acute_illness": False, "hypotension_symptoms": False, "beta_blocker_complaints": "none", "weight_stable": True,
    "diabetes": False, "heart_failure_known": True, "dialysis": False, "palliative_phase": False, "frailty": "none",
    "treatment_goal": "life", "lvef_ever_40_or_less": True, "liver_class": "none",
}  # fmt: skip


PERSON = {
    "birth_date": FactValue(date(1966, 1, 1), BEGIN, "record"), "sex": FactValue("male", BEGIN, "record"),
}  # fmt: skip


@dataclass(frozen=True)
class Ladder:
    """A class as the sources give it: number of steps to target with the first one, and days between them."""

    steps: int
    interval: int
    kidney: bool = False


PUBLISHED = (Ladder(4, DOSES["C07AB07"].interval), Ladder(3, DOSES["C09AA02"].interval, kidney=True),
             Ladder(2, DOSES["C03DA01"].interval, kidney=True), Ladder(1, 0))  # fmt: skip
"""Bisoprolol 1.25-2.5-5-10, enalapril 2.5-5-10, spironolactone 25-50, an SGLT2 inhibitor at once."""
RAPID = (Ladder(3, 14), Ladder(3, 14, kidney=True), Ladder(2, 14, kidney=True), Ladder(1, 0))
"""To half the target, then to target (SHF2), a fortnight apart as the protocol has it."""


def bound(ladders: tuple[Ladder, ...], every: int, *, one_kidney_step: bool) -> int:
    """The earliest day on which everything can be at target with a visit every so many days.

    Found by trying all orders; `one_kidney_step`: of the classes that act on the kidney one goes up at a visit.
    """
    kidney = tuple(one for one in ladders if one.kidney)
    free = [one for one in ladders if not one.kidney or not one_kidney_step]
    alone = max((one.steps - 1) * -(-one.interval // every) * every for one in free)
    if not one_kidney_step:
        return alone

    @cache
    def last(day: int, left: tuple[int, ...], ready: tuple[int, ...]) -> int:
        if not any(left):
            return day - every
        found = [last(day + every, left, ready)] if day <= MOST_DAYS and any(r > day for r in ready) else []
        for at, one in enumerate(kidney):
            if left[at] and ready[at] <= day:
                rest = (*left[:at], left[at] - 1, *left[at + 1 :])
                found.append(last(day + every, rest, (*ready[:at], day + one.interval, *ready[at + 1 :])))
        return min(found)

    return max(alone, last(0, tuple(one.steps for one in kidney), (0,) * len(kidney)))


def days_to_target(protocol: Protocol, *, every: int, rapid: bool = False) -> tuple[int, dict[str, int]]:
    """The day on which all four classes are at target, and that of each of them; a class that never is, is absent."""
    uses: dict[str, DrugUse] = {}
    ended: list[DrugUse] = []
    reached: dict[str, int] = {}
    observations: list[Observation] = []
    pillars = {
        "ras": RAS,
        "beta_blocker": ("beta_blocker",),
        "mra": ("mra",),
        "sglt2_inhibitor": ("sglt2_inhibitor",),
    }
    for day in range(0, MOST_DAYS, every):
        now = datetime.combine(BEGIN + timedelta(days=day), time(9))
        observations += _measured(now, first=day == 0, rapid=rapid)
        patient = Patient(
            medication=tuple(sorted([*ended, *uses.values()], key=lambda use: use.since)),
            observations=tuple(observations), tolerances=(), rapid=rapid,
            facts=PERSON,
        )  # fmt: skip
        answers = decide(protocol, patient, on=now.date(), at=now)
        for key, one in answers.items():
            if key in uses and (
                one.kind in (ProposalKind.STOP, ProposalKind.PAUSE) or one.dose_new is not None
            ):
                reason = "switch_to_arni" if one.kind is ProposalKind.STOP else "dose_change"
                ended.append(_until(uses.pop(key), now, reason))
            if one.kind in UPWARD and one.dose_new is not None and one.kind is not ProposalKind.SWITCH:
                atc = ended[-1].atc if key in answers and one.dose_now is not None else _atc(protocol, key)
                uses[key] = DrugUse(
                    atc=atc, since=now, dose=one.dose_new.amount, per_day=one.dose_new.per_day
                )
        for name, classes in pillars.items():
            if any(_at_target(protocol, uses.get(key)) for key in classes):
                reached.setdefault(name, day)
        if len(reached) == len(pillars):
            return day, reached
    return MOST_DAYS, reached


def _measured(now: datetime, *, first: bool, rapid: bool) -> Iterator[Observation]:
    at = now - timedelta(hours=1)
    for name, value in NORMAL.items():
        yield Observation(fact=name, value=value, at=at)  # type: ignore[arg-type]
    if not rapid:
        return
    if first:
        left = at - timedelta(days=3)
        yield Observation(fact="last_hf_admission_on", value=left.date(), at=left)
        yield Observation(fact="nt_probnp", value=Decimal(2000), at=left)
    yield Observation(fact="nt_probnp", value=Decimal(1200), at=at)


def _until(use: DrugUse, now: datetime, reason: str) -> DrugUse:
    return DrugUse(
        atc=use.atc, since=use.since, until=now, dose=use.dose, per_day=use.per_day, stop_reason=reason
    )


def _atc(protocol: Protocol, key: str) -> str:
    return protocol.drugs[protocol.first_choice[key][0]].atc


def _at_target(protocol: Protocol, use: DrugUse | None) -> bool:
    if use is None or use.dose is None or use.per_day is None:
        return False
    drug = next(one for one in protocol.drugs.values() if one.atc == use.atc)
    target = drug.target_for(Decimal(78))
    return target is not None and use.dose * use.per_day >= target.daily
