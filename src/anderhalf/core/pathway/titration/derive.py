"""Facts that follow from medication, measurements and record; the same for every class.

A fact that cannot be worked out stays unknown: nothing here assumes "no" for something that was never asked,
except what the medication list itself answers (a drug that is not on it is not used).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from anderhalf.core.decisions.facts import FactValue, FactValues, Value, usable_value
from anderhalf.core.pathway.derivations import age_on
from anderhalf.core.pathway.titration import standing
from anderhalf.core.pathway.titration.asking import Ask
from anderhalf.core.pathway.titration.history import RAS, ClassState, ClassUse, History, last_intake
from anderhalf.core.pathway.titration.kidney import highest_of, kidney
from anderhalf.core.pathway.titration.model import ObservationStatus, Patient, ProblemKind
from anderhalf.core.pathway.titration.observed import Observed
from anderhalf.core.pathway.titration.protocol import Protocol

Put = Callable[..., None]
"""Add a derived fact: name, value (None is left out), where it comes from, the day it was true."""

NEVER_HOURS = Decimal(100_000)
"""Hours since an ACE inhibitor or ARNI for someone who never used one: more than any wash-out."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything known about one patient at one moment, ready for the tables."""

    protocol: Protocol
    patient: Patient
    history: History
    observed: Observed
    facts: FactValues
    excluded: Mapping[str, bool | None]
    laboratory_step: datetime | None
    """The last beginning of a dose in a class that needs laboratory, also of one that was stopped since."""
    groups: frozenset[str]
    """Groups of interactions.toml of which something is used."""
    rapid: bool
    """The rapid schedule was agreed and has not ended."""
    on: date
    at: datetime
    at_is_known: bool
    end: datetime
    """The moment up to which the lists were read."""

    @property
    def weight(self) -> Decimal | None:
        """Body weight in kg, if known."""
        return _number(self.facts.get("weight"))

    @property
    def danger(self) -> bool:
        """Whether something here certainly needs action today, whatever else is unknown."""
        value = self.facts.get("danger")
        return value is not None and value.value is True

    @property
    def frail(self) -> bool:
        """Whether the smaller steps are used."""
        value = self.facts.get("frailty")
        return value is not None and value.value in ("frail", "severe")


def build_context(
    protocol: Protocol,
    patient: Patient,
    history: History,
    observed: Observed,
    *,
    on: date,
    at: datetime | None,
    end: datetime,
    ask: Ask,
) -> Context:
    """Work out every shared fact. `end` is the moment up to which the lists were read."""
    facts: dict[str, FactValue] = dict(patient.facts)
    facts.update(observed.latest)
    for name in observed.blocked():
        facts.pop(name, None)
    context_at = at or datetime.combine(on, datetime.min.time(), tzinfo=end.tzinfo)

    def put(name: str, value: Value | None, origin: str = "derived", when: date | None = on) -> None:
        if value is not None:
            facts[name] = FactValue(value, when, origin)

    for name, setting in protocol.settings.items():
        put(name, setting.chosen, "setting")
    birth_date = facts.get("birth_date")
    if birth_date is not None and isinstance(birth_date.value, date):
        put("age", Decimal(age_on(birth_date.value, on)))
    standing.not_pregnant(protocol, facts, put)
    for group, used in history.related.items():
        if group in protocol.facts:  # a group that is also a fact of this version's tables
            put(group, used or _is_true(facts, group), "medication")
    standing.diabetes_type(history, facts, put)
    standing.surgery(facts, put, on)
    put("loop_diuretic_dose", history.furosemide_equivalent, "medication")
    rapid = standing.rapid(protocol, patient, facts, on)
    put("rapid_titration", rapid, "agreement")
    put("vital_signs_doubtful", ProblemKind.SWAPPED in observed.blocked().values())
    put("bp_alternatives", _bp_alternatives(protocol, history, facts, on))
    if "other_pressure_drug" in protocol.facts:  # a version of before may not know it
        put("other_pressure_drug", _other_pressure_drug(history), "medication")
    excluded = {key: is_excluded(protocol, patient, key, facts) for key in protocol.drug_class}
    put("ace_excluded", excluded.get("ace_inhibitor"))
    put("arb_excluded", excluded.get("arb"))
    put("arni_excluded", excluded.get("arni"))
    _ras(protocol, patient, history, facts, excluded, put, context_at)
    step = max(
        (
            state.since
            for key, state in history.classes.items()
            if state.since is not None and protocol.drug_class[key].needs_laboratory
        ),
        default=None,
    )
    kidney(protocol, observed, history, facts, put, step, on=on, ask=ask)
    standing.changes(protocol, observed, facts, put)
    standing.hyperkalaemia(protocol, observed, history, put, on)
    groups = standing.groups(protocol, history, facts)
    standing.digoxin_level(protocol, observed, history, facts, put)
    put("result_corrected", _corrected_after(protocol, observed, patient, step))
    _heart(protocol, observed, facts, put, on, ask)
    _natriuretic(protocol, observed, facts, put)
    taken = standing.in_use(protocol, history, facts, on)
    danger = standing.danger(protocol, {**facts, **taken}, on, ask)
    put("danger", danger)
    if (
        "open_danger" in protocol.facts
    ):  # a version of before may not know it; what was answered may hold still
        put("open_danger", patient.open_danger or danger is True)
    return Context(
        protocol=protocol, patient=patient, history=history, observed=observed, facts=facts, excluded=excluded,
        laboratory_step=_laboratory_step(protocol, history, step), groups=groups,
        rapid=rapid, on=on, at=context_at, at_is_known=at is not None, end=end,
    )  # fmt: skip


def _laboratory_step(protocol: Protocol, history: History, step: datetime | None) -> datetime | None:
    ended = [
        state.last.since
        for key, state in history.classes.items()
        if state.last is not None and protocol.drug_class[key].needs_laboratory
    ]
    return max([*ended, *([step] if step is not None else [])], default=None)


def at_best(
    protocol: Protocol,
    patient: Patient,
    state: ClassState,
    drug_class: str,
    excluded: Mapping[str, bool | None],
    weight: Decimal | None,
) -> bool:
    """Whether a class in this state is at target, at its highest tolerated dose, or excluded."""
    if state.use is None:
        return excluded[drug_class] is True
    if drug_class in patient.max_tolerated:
        return True
    use = state.use
    if use.drug is None or use.dose is None:
        return False
    target, top = use.drug.target_for(weight), use.drug.maximum_for(weight)
    # A dose above the maximum is disputed, not reached.
    return (
        target is not None and use.dose.daily >= target.daily and (top is None or use.dose.daily <= top.daily)
    )


def is_excluded(protocol: Protocol, patient: Patient, drug_class: str, facts: FactValues) -> bool | None:
    """Whether a class may not be used; None while that was never asked, or something about it waits to be judged.

    What is known for certain counts although the rest was never asked.
    `facts` holds the record and what was measured or answered: asthma in a referral counts like asthma in the record.
    """
    for name, classes in protocol.contraindication_facts.items():
        if drug_class in classes and _is_true(facts, name):
            return True
    if patient.tolerances is None:
        return None
    refused = set()
    for tolerance in patient.tolerances:
        if drug_class in protocol.excludes(tolerance.kind, tolerance.drug_class):
            return True
        if tolerance.drug_class == drug_class:
            refused.add(tolerance.drug)
    ladder = protocol.first_choice.get(drug_class, ())
    if ladder and all(drug in refused for drug in ladder):
        return True
    return None if drug_class in patient.in_doubt or not patient.tolerances_asked else False


def _bp_alternatives(protocol: Protocol, history: History, facts: FactValues, on: date) -> bool | None:
    """Whether another drug can come down first: a diuretic without congestion, or another pressure drug."""
    if _other_pressure_drug(history):
        return True
    if not history.classes["loop_diuretic"].on_drug:
        return False
    # Worked out today, so it may not make an answer of long ago look fresh.
    congestion = usable_value(protocol.facts["congestion"], facts, on=on)
    return None if congestion is None else congestion is False


def _other_pressure_drug(history: History) -> bool:
    """Whether a drug is used that lowers pressure and is no treatment of heart failure here."""
    nitrate = history.related.get("nitrate", False) and not history.classes["hydralazine_nitrate"].on_drug
    return history.related["other_bp_lowering"] or nitrate


def _ras(
    protocol: Protocol,
    patient: Patient,
    history: History,
    facts: FactValues,
    excluded: Mapping[str, bool | None],
    put: Put,
    at: datetime,
) -> None:
    """What is used of ACE inhibitor, ARB and ARNI, how much, and how long ago the ACE inhibitor was."""
    used = [key for key in RAS if history.classes[key].on_drug]
    both = {"ace_inhibitor", "arni"} <= set(used)
    in_use = "ace_inhibitor_arni" if both else "_".join(used) or "none"
    put("ras_in_use", in_use, "medication")
    weight = _number(facts.get("weight"))
    recent = at - timedelta(days=protocol.limits.recent_ras_days)
    last = _latest(
        [
            use
            for use in history.uses
            if use.drug_class in ("ace_inhibitor", "arb")
            and (use.until is None or use.until.date() >= recent.date())
        ]
    )
    percent = None
    if last is not None and last.drug is not None and last.dose is not None:
        percent = last.drug.percent_of_target(last.dose, weight)
    # No or an unknown dose counts as low: the careful start.
    put("ras_dose_percent", percent or Decimal(0), "medication")
    ace = [use for use in history.uses if use.drug_class == "ace_inhibitor"]
    put("hours_since_ace_inhibitor", _hours_since(ace, at), "medication")
    if "hours_since_arni" in protocol.facts:  # a version of before may not know it
        arni = [use for use in history.uses if use.drug_class == "arni"]
        put("hours_since_arni", _hours_since(arni, at), "medication")
    ended, paused = (None if key in used else history.classes[key].last for key in ("ace_inhibitor", "arni"))
    switched = ended is not None and ended.stop_reason == "switch_to_arni"
    put(
        "arni_planned",
        switched or (paused is not None and protocol.stop_kind(paused.stop_reason) == "temporary"),
    )
    optimal = {
        key: at_best(protocol, patient, history.classes[key], key, excluded, weight)
        for key in (*RAS, "beta_blocker", "mra")
    }
    # A tablet with another class inside can't be switched by itself.
    apart = [key for key in used if not any(use.combined for use in history.classes[key].current)]
    put("ras_optimal", any(optimal[key] for key in apart) if used else all(optimal[key] for key in RAS))
    put("beta_blocker_optimal", optimal["beta_blocker"])
    put("mra_optimal", optimal["mra"])


def _hours_since(uses: list[ClassUse], at: datetime) -> Decimal:
    if not uses:
        return NEVER_HOURS
    if any(use.until is None or use.until >= at for use in uses):
        return Decimal(0)
    last = max(last_intake(use.until) for use in uses if use.until is not None)
    return max(Decimal(int((at - last).total_seconds())) / Decimal(3600), Decimal(0))


def _corrected_after(protocol: Protocol, observed: Observed, patient: Patient, step: datetime | None) -> bool:
    """Whether a laboratory value on which the last step may rest was corrected afterwards, and not repeated since."""
    if step is None:
        return False
    for each in patient.observations:
        if each.fact not in protocol.laboratory_facts or each.status is not ObservationStatus.CORRECTED:
            continue
        if each.at <= step and each.recorded_at is not None and each.recorded_at > step:
            later = observed.series.get(each.fact, ())
            if not later or later[-1].at <= each.recorded_at:
                return True
    return False


def _heart(
    protocol: Protocol, observed: Observed, facts: dict[str, FactValue], put: Put, on: date, ask: Ask
) -> None:
    """Phenotype by LVEF, with what earlier echocardiograms say about "ever reduced"."""
    series = [each.value for each in observed.series.get("lvef", ())]
    exact = [value for value in series if isinstance(value, Decimal)]
    # With a range among them the lowest is not known.
    if len(series) > 1 and len(exact) == len(series):
        lowest = min(exact[:-1])
        put("lvef_lowest_before", lowest)
        put("lvef_rise", exact[-1] - lowest)
    highest = [end for value in series[:-1] if (end := highest_of(value)) is not None]
    if highest and min(highest) <= protocol.lvef_reduced_at_most:
        put("lvef_ever_40_or_less", True)
    oldest = on - timedelta(days=protocol.limits.recent_af_days)
    rhythms = observed.series.get("rhythm", ())
    if "recent_af" in protocol.facts:  # a version of before may not know it
        put("recent_af", any(one.value == "af" and one.at.date() >= oldest for one in rhythms))
    put("phenotype", ask(protocol.phenotype, facts, on).output("phenotype"), protocol.phenotype.id)
    if protocol.indication is not None:
        put("indication", ask(protocol.indication, facts, on).output("indication"), protocol.indication.id)


def _natriuretic(protocol: Protocol, observed: Observed, facts: FactValues, put: Put) -> None:
    """NT-proBNP against the last value shortly before discharge, for the rapid schedule."""
    discharge = facts.get("last_hf_admission_on")
    series = observed.series.get("nt_probnp", ())
    if discharge is None or not isinstance(discharge.value, date) or not series:
        return
    oldest = discharge.value - timedelta(days=protocol.rapid.baseline_days)
    before = [each for each in series if oldest <= each.at.date() <= discharge.value]
    latest = series[-1]
    if before and latest is not before[-1]:
        base, now = before[-1].value, latest.value
        if isinstance(base, Decimal) and isinstance(now, Decimal):
            put("nt_probnp_rise_percent", (now - base) * 100 / base, "derived", latest.at.date())


def _latest(uses: list[ClassUse]) -> ClassUse | None:
    return max(uses, key=lambda use: use.since) if uses else None


def _is_true(facts: FactValues, name: str) -> bool:
    given = facts.get(name)
    return given is not None and given.value is True


def _number(given: FactValue | None) -> Decimal | None:
    return given.value if given is not None and isinstance(given.value, Decimal) else None
