"""What was measured since the last lowering or stop, for everybody: what `core` asks in `classes` and `class_facts`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from anderhalf.population.titration.cohort import NEVER
from anderhalf.population.titration.movement import Flags, Three

if TYPE_CHECKING:
    from anderhalf.population.titration.facts import Derived


def lowered(derived: Derived, key: str) -> Flags:
    """Whether the present dose began as a step down of the same drug."""
    use, slots = derived.cohort.uses[key], derived.labels.slots[key]
    same = (slots.drug[use.slot] == slots.drug[use.last_slot]) & (use.slot > 0) & (use.last_slot > 0)
    dosed = slots.has_dose[use.slot] & slots.has_dose[use.last_slot]
    higher = slots.daily[use.last_slot] > slots.daily[use.slot]
    return same & dosed & higher & (use.last_until == use.since)


def newer_since_lowering(derived: Derived, key: str, names: Sequence[str]) -> Three:
    """Whether one of the facts on which a lowering rests was measured after the last one; 1 when it has none."""
    cohort = derived.cohort
    day = np.full(len(cohort), NEVER, np.int32)
    for name in names:
        known = np.zeros(len(cohort), bool)
        if name in cohort.numbers:
            known = ~np.isnan(cohort.numbers[name])
            if name in derived.implausible:
                known &= ~derived.implausible[name]
        elif name in cohort.places:
            known = cohort.places[name] >= 0
        when = cohort.days.get(name, cohort.today)
        day = np.where(known, np.maximum(day, when), day)
    return ((day == NEVER) | (day > cohort.uses[key].since)).astype(np.int8)


def values_since_stop(derived: Derived, *, laboratory: bool) -> Flags:
    """Whether what a step up leans on was measured after the last pause or stop that asks for it."""
    cohort, protocol = derived.cohort, derived.protocol
    stop = derived.stopped[0]
    names = (*protocol.limits.after_stop_facts, *(protocol.laboratory_facts if laboratory else ()))
    found = np.ones(len(cohort), bool)
    for name in names:
        known = ~np.isnan(cohort.numbers[name])
        if name in derived.implausible:
            known &= ~derived.implausible[name]
        found &= known & (cohort.days[name] > stop)
    return found | (stop == NEVER)


def recently_stopped(derived: Derived, key: str) -> Flags:
    """Whether a class that is not used was stopped a short while ago, for a reason that asks newer values."""
    protocol, use = derived.protocol, derived.cohort.uses[key]
    kinds = [*derived.labels.reasons, "unknown"]  # the last place is "not recorded"
    newer = np.array([protocol.stop_reasons[name].get("newer") == "yes" for name in kinds])
    ended = ~derived.on[key] & (use.last_slot > 0) & newer[use.last_reason]
    found: Flags = ended & (derived.cohort.today - use.last_until < protocol.limits.restart_days)
    return found


def long_pause(derived: Derived, key: str) -> Flags:
    """Whether a class that is not used ended longer ago than a dose may be resumed as it was."""
    days, use = derived.protocol.limits.resume_days, derived.cohort.uses[key]
    if days is None:
        return np.zeros(len(derived.cohort), bool)
    ended: Flags = ~derived.on[key] & (use.last_slot > 0) & (derived.cohort.today - use.last_until > days)
    return ended


def restarted_high(derived: Derived, key: str) -> Flags:
    """Whether the present dose is the first one after such a pause, and above the starting dose."""
    days, use, slots = (
        derived.protocol.limits.resume_days,
        derived.cohort.uses[key],
        derived.labels.slots[key],
    )
    if days is None:
        return np.zeros(len(derived.cohort), bool)
    drug = slots.drug[use.slot]
    above = slots.dose_known[use.slot] & (slots.daily[use.slot] > slots.daily[slots.start[drug]])
    first = np.ones(len(derived.cohort), bool)
    if derived.protocol.drug_class[key].needs_laboratory:
        # Of a use that began before the listed ones the dose is not kept: it led up to this one.
        apart = use.last_until < use.since - derived.protocol.limits.kidney_gap_days
        first = ~((use.begun != NEVER) & (use.begun < use.since) & apart)
    resumed: Flags = (
        first & (use.slot > 0) & (use.last_slot > 0) & (use.since - use.last_until > days) & above
    )
    return resumed
