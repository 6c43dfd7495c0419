"""The facts of one class for one patient: what is used, where its dose stands, what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from anderhalf.core.decisions.facts import FactValue, Value
from anderhalf.core.pathway.interactions import Interaction
from anderhalf.core.pathway.titration.derive import Context
from anderhalf.core.pathway.titration.history import ClassState, asks_newer
from anderhalf.core.pathway.titration.ladder import Dose, Drug
from anderhalf.core.pathway.titration.model import Tolerance
from anderhalf.core.pathway.titration.protocol import DrugClass, Protocol

_NO = FactValue(False)
NO_INTERACTION = "none"


def class_facts(context: Context, drug_class: DrugClass, state: ClassState) -> Mapping[str, FactValue]:
    patient, weight = context.patient, context.weight
    use, key = state.use, drug_class.key
    drug = use.drug if use is not None else None
    dose = use.dose if use is not None else None
    found: dict[str, Value | None] = {
        "drug_class": key,
        "on_drug": state.on_drug,
        "drug": drug.key if drug is not None else None,
        "excluded": context.excluded[key],
        "excluded_for_other_drug": excluded_for_other_drug(context, key, drug),
        "duplicate": state.duplicate,
        "dose_known": drug is not None and drug.agreed and dose is not None and use is not None and not use.combined,
        "max_tolerated": key in patient.max_tolerated,
        "restart_agreed": key in patient.restart_agreed,
        "laboratory_for_step": _laboratory_for_step(context) if drug_class.needs_laboratory else True,
        "values_since_stop": not not_since_stop(context, needs_laboratory=drug_class.needs_laboratory),
        "drug_not_tolerated": drug is not None and not_tolerated(context.patient.tolerances or (), key, drug),
        "above_maximum": False, "at_target": False, "at_maximum": False, "at_lowest": False,
    }  # fmt: skip
    found["interaction"] = severity_of(beside(context, key, drug or drug_to_start(context, key, state)))
    reason = _stop_kind(context, state)
    found["stopped_for_safety"] = reason == "safety"
    found["paused"] = reason == "temporary"
    found["long_pause"] = _long_pause(context, state)
    found["restarted_high"] = _restarted_high(context, state, drug, dose)
    found["heart_rate_before"] = _pulse_before(context, state)
    found["recently_stopped"] = _recently_stopped(context, state)
    to_start = None if state.on_drug else drug_to_start(context, key, state)
    found["drug_to_start"] = to_start.key if to_start is not None else None
    if state.since is not None:
        found["days_since_last_step"] = Decimal((context.on - state.since.date()).days)
        found["interval_passed"] = True
    if drug is not None and dose is not None and drug.agreed:
        target, top = drug.target_for(weight), drug.maximum_for(weight)
        ladder = drug.ladder(weight)
        found["dose_percent_of_target"] = drug.percent_of_target(dose, weight)
        above = top is not None and dose.daily > top.daily
        # A dose above the protocol's maximum is no target reached: it goes to the gate, which asks for a look.
        found["above_maximum"] = above
        found["at_target"] = target is not None and dose.daily >= target.daily and not above
        found["at_maximum"] = top is not None and dose.daily >= top.daily
        found["at_lowest"] = dose.daily <= ladder[0].daily
        interval = interval_days(context.protocol, drug, dose, rapid=rapid_step(context, key))
        days = found["days_since_last_step"]
        found["interval_passed"] = interval is not None and isinstance(days, Decimal) and days >= interval
    return {
        name: FactValue(value, context.on, "derived") for name, value in found.items() if value is not None
    }


def excluded_for_other_drug(context: Context, key: str, drug: Drug | None) -> bool:
    """Whether only tolerances of other drugs than the one in use exclude the class: then it is asked, not stopped."""
    protocol = context.protocol
    if any(key in classes and context.facts.get(name, _NO).value is True
           for name, classes in protocol.contraindication_facts.items()):  # fmt: skip
        return False
    about = [
        each
        for each in context.patient.tolerances or ()
        if key in protocol.excludes(each.kind, each.drug_class)
    ]
    personal = [each for each in about if each.kind in protocol.about_one_drug and each.drug]
    return (
        bool(about)
        and len(personal) == len(about)
        and all(drug is None or each.drug != drug.key for each in about)
    )


def rapid_step(context: Context, key: str) -> bool:
    """Whether a class takes the large steps of the rapid schedule: named by its source, and nobody frail."""
    rapid = context.protocol.rapid
    return context.rapid and key in rapid.classes and key not in rapid.own_ladder and not context.frail


def interval_days(protocol: Protocol, drug: Drug, dose: Dose, *, rapid: bool) -> int | None:
    """Days that must pass before the next step up; the rapid schedule has its own."""
    interval = drug.interval_after(dose)
    if interval is None or not rapid:
        return interval
    return min(interval, protocol.rapid.interval_days)


def beside(context: Context, key: str, drug: Drug | None) -> tuple[Interaction, ...]:
    """The interactions at hand for a class, with the drug that is used or would be started."""
    about = {key} if drug is None else {key, drug.key}
    return context.protocol.interactions.of(about, context.groups)


def beside_any(context: Context, key: str, state: ClassState, drug: Drug | None) -> tuple[Interaction, ...]:
    """Those of every drug of the class that is used: with two of them the pair of the other one is told as well."""
    about = {key} | ({drug.key} if drug is not None else set())
    about |= {use.drug.key for use in state.current if use.drug is not None}
    return context.protocol.interactions.of(about, context.groups)


def severity_of(pairs: Sequence[Interaction]) -> str:
    """The gravest of some interactions, as a table asks for it."""
    return pairs[0].severity.value if pairs else NO_INTERACTION


def not_tolerated(tolerances: Sequence[Tolerance], key: str, drug: Drug) -> bool:
    """Whether the very drug was not tolerated before."""
    return any(each.drug_class == key and each.drug == drug.key for each in tolerances)


def not_since_stop(context: Context, *, needs_laboratory: bool) -> tuple[str, ...]:
    """What a step up leans on and was not measured after the last pause or stop that asks for it."""
    stop = context.history.last_stop
    if stop is None:
        return ()
    protocol = context.protocol
    names = (
        *protocol.limits.after_stop_facts,
        *(protocol.laboratory_facts if needs_laboratory else ()),
    )
    values = {name: context.facts.get(name) for name in names}
    return tuple(
        name for name, value in values.items() if value is None or value.on is None or value.on <= stop.date()
    )


def _laboratory_for_step(context: Context) -> bool:
    """Recent enough, and taken long enough after the last step of a class that needs laboratory."""
    protocol = context.protocol
    for name in protocol.laboratory_facts:
        value = context.facts.get(name)
        if value is None or value.on is None:
            return False
        if (context.on - value.on).days > protocol.laboratory_for_step_days:
            return False
        step = context.laboratory_step
        if step is not None and (value.on - step.date()).days < protocol.laboratory_after_step_days:
            return False
    return True


def _stop_kind(context: Context, state: ClassState) -> str:
    """safety, temporary, switch or nothing, for a class that is not used now."""
    if state.on_drug or state.last is None:
        return ""
    return context.protocol.stop_kind(state.last.stop_reason)


def _recently_stopped(context: Context, state: ClassState) -> bool:
    """Whether a class that is not used now was stopped a short while ago, for a reason that asks newer values."""
    last = state.last
    if state.on_drug or last is None or last.until is None or not asks_newer(context.protocol, last):
        return False
    return (context.on - last.until.date()).days < context.protocol.limits.restart_days


def _long_pause(context: Context, state: ClassState) -> bool:
    """Whether a class that is not used ended longer ago than a dose may be resumed as it was."""
    days, last = context.protocol.limits.resume_days, state.last
    if days is None or state.on_drug or last is None or last.until is None:
        return False
    return (context.on - last.until.date()).days > days


def _restarted_high(context: Context, state: ClassState, drug: Drug | None, dose: Dose | None) -> bool:
    """Whether the present dose is the first one after such a pause, and above the starting dose."""
    days, last = context.protocol.limits.resume_days, state.last
    if days is None or drug is None or dose is None or not drug.agreed or state.since is None:
        return False
    if last is None or last.until is None or (state.since.date() - last.until.date()).days <= days:
        return False
    return drug.start is not None and dose.daily > drug.start.daily


def _pulse_before(context: Context, state: ClassState) -> Value | None:
    """The pulse of the last day before that of the newest one; for a class in use only of since its dose began."""
    rows = context.observed.series.get("heart_rate", ())
    if "heart_rate" not in context.facts or not rows:
        return None
    newest = rows[-1].at.date()
    since = state.since.date() if state.since is not None else None
    for row in reversed(rows):
        day = row.at.date()
        if day != newest:
            recent = (newest - day).days <= context.protocol.limits.pulse_before_days
            return row.value if recent and (since is None or day > since) else None
    return None


def drug_to_start(context: Context, key: str, state: ClassState) -> Drug | None:
    """The drug used before, otherwise the first choice that is tolerated."""
    protocol = context.protocol
    refused = {each.drug for each in context.patient.tolerances or () if each.drug_class == key and each.drug}
    last = state.last.drug if state.last is not None else None
    if last is not None and last.agreed and last.key not in refused and not state.last.combined:  # type: ignore[union-attr]
        return last
    for name in protocol.first_choice.get(key, ()):
        if name not in refused:
            return protocol.drugs[name]
    return None
