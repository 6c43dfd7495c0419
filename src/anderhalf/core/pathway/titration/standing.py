"""Shared facts that follow from the record by themselves: who is not asked, what counts down, what is out of date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from anderhalf.core.decisions.facts import FactValue, FactValues
from anderhalf.core.pathway.derivations import OF_A_SERIES, change_over
from anderhalf.core.pathway.titration.asking import Ask
from anderhalf.core.pathway.titration.history import History
from anderhalf.core.pathway.titration.kidney import baseline, lowest_of
from anderhalf.core.pathway.titration.model import Patient
from anderhalf.core.pathway.titration.observed import Observed
from anderhalf.core.pathway.titration.protocol import Protocol

Put = Callable[..., None]


def not_pregnant(protocol: Protocol, facts: FactValues, put: Put) -> None:
    """Men, and everybody past the agreed age, are not asked; an answer that was given stands."""
    sex, age = facts.get("sex"), _number(facts.get("age"))
    if _is_true(facts, "pregnant"):
        return
    past = age is not None and age >= protocol.pregnancy_not_asked_from_age
    if past or (sex is not None and sex.value == "male"):
        put("pregnant", False)


def diabetes_type(history: History, facts: FactValues, put: Put) -> None:
    """Which type is asked of who has diabetes or uses insulin; nobody has type 1 without one of these."""
    if (
        "diabetes_type" not in facts
        and not _is_true(facts, "diabetes")
        and not history.related.get("insulin", False)
    ):
        put("diabetes_type", "none")


def surgery(facts: dict[str, FactValue], put: Put, on: date) -> None:
    """Days until the operation, counted from its date or from what was answered then; past it, there is none."""
    planned, told = facts.get("surgery_on"), facts.get("surgery_within_days")
    day = planned.value if planned is not None else None
    if (
        not isinstance(day, date)
        and told is not None
        and told.on is not None
        and isinstance(told.value, Decimal)
    ):
        day = told.on + timedelta(days=int(told.value))
    facts.pop("surgery_within_days", None)
    if isinstance(day, date) and day >= on:
        put("surgery_within_days", Decimal((day - on).days))


def rapid(protocol: Protocol, patient: Patient, facts: FactValues, on: date) -> bool:
    """Whether the rapid schedule runs: agreed, and discharge was not longer ago than it lasts."""
    discharge = facts.get("last_hf_admission_on")
    if not patient.rapid or discharge is None or not isinstance(discharge.value, date):
        return False
    return 0 <= (on - discharge.value).days <= protocol.rapid.ends_after_days


def groups(protocol: Protocol, history: History, facts: FactValues) -> frozenset[str]:
    """The groups of interacting drugs in use, from the list and from what was answered."""
    yes = {name for name, given in facts.items() if given.value is True}
    return protocol.interactions.present(history.codes, yes)


def hyperkalaemia(protocol: Protocol, observed: Observed, history: History, put: Put, on: date) -> None:
    """Whether potassium was too high, or something was stopped for it, a short while ago."""
    limits = protocol.limits
    days = [
        each.at.date()
        for each in observed.series.get("potassium", ())
        if (low := lowest_of(each.value)) is not None and low > limits.hyperkalaemia_above
    ]
    if history.hyperkalaemia_stop is not None:
        days.append(history.hyperkalaemia_stop.date())
    recent = any((on - day).days <= limits.hyperkalaemia_hold_days for day in days)
    put("recent_hyperkalaemia", recent)


def digoxin_level(
    protocol: Protocol, observed: Observed, history: History, facts: FactValues, put: Put
) -> None:
    """Whether something that raises digoxin began, or renal function fell, since the level was measured."""
    level, creatinine = facts.get("digoxin_level"), facts.get("creatinine")
    if level is None or level.on is None:
        return
    raised_by = [protocol.interactions.groups[key] for key in protocol.limits.digoxin_raised_by]
    began = any(
        since.date() > level.on and any(group.holds(code) for group in raised_by)
        for code, since in history.codes.items()
    )
    before = baseline(observed.series.get("creatinine", ()), level.on)
    worse = False
    if creatinine is not None and isinstance(creatinine.value, Decimal) and before is not None:
        old = before.value
        if isinstance(old, Decimal) and old > 0 and before.at.date() <= level.on:
            rise = (creatinine.value - old) * 100 / old
            worse = rise > protocol.limits.digoxin_creatinine_rise_percent
    put("digoxin_level_outdated", began or worse)


def changes(protocol: Protocol, observed: Observed, facts: FactValues, put: Put) -> None:
    """What follows from the series of a measurement, as the eye for danger sees it; one in doubt says nothing."""
    for name, how in protocol.follows.items():
        if how.how not in OF_A_SERIES or how.inputs[0] not in facts:
            continue
        series = [FactValue(each.value, each.at.date()) for each in observed.series.get(how.inputs[0], ())]
        found = change_over(how.how, series, how.over_days)
        if found is not None:
            put(name, found.value, f"derived:{how.how}", found.on)


def in_use(protocol: Protocol, history: History, facts: FactValues, on: date) -> dict[str, FactValue]:
    """The classes in use as the facts of that name, and what follows from any of them: a danger may ask for both."""
    yes = {key for key, state in history.classes.items() if state.current and key in protocol.facts}
    said = yes | {name for name, given in facts.items() if given.value is True}
    yes |= {
        name
        for name, how in protocol.follows.items()
        if how.how == "any_of" and name not in facts and said.intersection(how.inputs)
    }
    return {name: FactValue(True, on, "medication") for name in yes}


def danger(protocol: Protocol, facts: FactValues, on: date, ask: Ask) -> bool:
    """Whether a rule of "who must never wait" certainly fires, whatever else is unknown."""
    if protocol.danger is None:
        return False
    asked = ask(protocol.danger, facts, on)
    urgent = protocol.limits.danger_urgencies
    return any(
        asked.fired >> at & 1 and rule.outputs.get("urgency") in urgent
        for at, rule in enumerate(protocol.danger.rules)
    )


def _is_true(facts: FactValues, name: str) -> bool:
    given = facts.get(name)
    return given is not None and given.value is True


def _number(given: FactValue | None) -> Decimal | None:
    return given.value if given is not None and isinstance(given.value, Decimal) else None
