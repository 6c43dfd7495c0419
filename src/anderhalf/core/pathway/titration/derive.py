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
from anderhalf.core.pathway.scores import egfr
from anderhalf.core.pathway.titration.asking import Ask
from anderhalf.core.pathway.titration.history import ClassState, ClassUse, History
from anderhalf.core.pathway.titration.model import Observation, ObservationStatus, Patient, ProblemKind
from anderhalf.core.pathway.titration.observed import Observed
from anderhalf.core.pathway.titration.protocol import Protocol

Put = Callable[..., None]
"""Add a derived fact: name, value (None is left out), where it comes from, the day it was true."""

RAS = ("ace_inhibitor", "arb", "arni")
NEVER_HOURS = Decimal(100_000)
"""Hours since an ACE inhibitor for someone who never used one: more than any wash-out."""


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
    """The last change of dose in a class that needs laboratory."""
    on: date
    at: datetime
    at_is_known: bool

    @property
    def weight(self) -> Decimal | None:
        """Body weight in kg, if known."""
        return _number(self.facts.get("weight"))

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
    _not_pregnant(protocol, facts, put)
    put(
        "potassium_binder",
        history.related["potassium_binder"] or _is_true(facts, "potassium_binder"),
        "medication",
    )
    for group in ("nsaid", "potassium_supplement", "aliskiren", "diltiazem_or_verapamil"):
        put(group, history.related[group] or _is_true(facts, group), "medication")
    put("loop_diuretic_dose", history.furosemide_equivalent, "medication")
    put("rapid_titration", patient.rapid, "agreement")
    put("vital_signs_doubtful", ProblemKind.SWAPPED in observed.blocked().values())
    put("bp_alternatives", _bp_alternatives(protocol, history, facts, on))
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
    _kidney(protocol, observed, facts, put, step)
    put("result_corrected", _corrected_after(protocol, observed, patient, step))
    _heart(protocol, observed, facts, put, on, ask)
    _weight_gain(protocol, observed, put)
    _natriuretic(observed, facts, put)
    put("renal_change", ask(protocol.renal, facts, on).output("change"), protocol.renal.id)
    return Context(
        protocol=protocol, patient=patient, history=history, observed=observed, facts=facts, excluded=excluded,
        laboratory_step=step, on=on, at=context_at, at_is_known=at is not None,
    )  # fmt: skip


def is_optimal(context: Context, drug_class: str) -> bool:
    """Whether a class is at target, at its highest tolerated dose, or excluded."""
    state = context.history.classes[drug_class]
    return _optimal(context.protocol, context.patient, state, drug_class, context.excluded, context.weight)


def _optimal(
    protocol: Protocol,
    patient: Patient,
    state: ClassState,
    drug_class: str,
    excluded: Mapping[str, bool | None],
    weight: Decimal | None,
) -> bool:
    if state.use is None:
        return excluded[drug_class] is True
    if drug_class in patient.max_tolerated:
        return True
    use = state.use
    target = use.drug.target_for(weight) if use.drug is not None else None
    return target is not None and use.dose is not None and use.dose.daily >= target.daily


def is_excluded(protocol: Protocol, patient: Patient, drug_class: str, facts: FactValues) -> bool | None:
    """Whether a class may not be used; None while tolerances were never asked.

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
    return bool(ladder) and all(drug in refused for drug in ladder)


def _not_pregnant(protocol: Protocol, facts: FactValues, put: Put) -> None:
    """Men and women past the agreed age are not asked; an answer that was given stands."""
    sex, age = facts.get("sex"), _number(facts.get("age"))
    if sex is None or _is_true(facts, "pregnant"):
        return
    past = age is not None and age >= protocol.pregnancy_not_asked_from_age
    if sex.value == "male" or (sex.value == "female" and past):
        put("pregnant", False)


def _bp_alternatives(protocol: Protocol, history: History, facts: FactValues, on: date) -> bool | None:
    """Whether another drug can come down first: a diuretic without congestion, or another pressure drug."""
    if history.related["other_bp_lowering"]:
        return True
    if not history.classes["loop_diuretic"].on_drug:
        return False
    # Worked out today, so it may not make an answer of long ago look fresh.
    congestion = usable_value(protocol.facts["congestion"], facts, on=on)
    return None if congestion is None else congestion is False


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
    last = _latest([use for use in history.uses if use.drug_class in ("ace_inhibitor", "arb")])
    percent = None
    if last is not None and last.drug is not None and last.dose is not None:
        percent = last.drug.percent_of_target(last.dose, weight)
    # No or an unknown dose counts as low: the careful start.
    put("ras_dose_percent", percent or Decimal(0), "medication")
    ace = [use for use in history.uses if use.drug_class == "ace_inhibitor"]
    put("hours_since_ace_inhibitor", _hours_since(ace, at), "medication")
    ended = history.classes["ace_inhibitor"].last
    put(
        "arni_planned",
        "ace_inhibitor" not in used and ended is not None and ended.stop_reason == "switch_to_arni",
    )
    optimal = {
        key: _optimal(protocol, patient, history.classes[key], key, excluded, weight)
        for key in (*RAS, "beta_blocker", "mra")
    }
    put("ras_optimal", any(optimal[key] for key in used) if used else all(optimal[key] for key in RAS))
    put("beta_blocker_optimal", optimal["beta_blocker"])
    put("mra_optimal", optimal["mra"])


def _hours_since(uses: list[ClassUse], at: datetime) -> Decimal:
    if not uses:
        return NEVER_HOURS
    if any(use.until is None or use.until >= at for use in uses):
        return Decimal(0)
    last = max(use.until for use in uses if use.until is not None)
    return Decimal(int((at - last).total_seconds())) / Decimal(3600)


def _kidney(
    protocol: Protocol, observed: Observed, facts: dict[str, FactValue], put: Put, step: datetime | None
) -> None:
    """Current eGFR (computed when the laboratory did not give one with this creatinine) and change since the step."""
    creatinine = facts.get("creatinine")
    reported = facts.get("egfr")
    if creatinine is not None and not _reported_with(reported, creatinine):
        computed = _egfr(protocol, creatinine.value, facts)
        recent = (
            reported is not None and _days_apart(reported, creatinine) <= protocol.laboratory_for_step_days
        )
        lower = (
            reported is not None
            and isinstance(reported.value, Decimal)
            and computed is not None
            and reported.value <= computed
        )
        # A reported eGFR of about the same time that is lower stands: the careful reading of two that differ.
        if computed is not None and not (recent and lower):
            put("egfr", computed, "computed", creatinine.on)
    if creatinine is None or step is None or not isinstance(creatinine.value, Decimal):
        return
    baseline = _baseline(observed.series.get("creatinine", ()), step)
    if baseline is not None and isinstance(baseline.value, Decimal) and baseline.value > 0:
        put("creatinine_rise_percent", (creatinine.value - baseline.value) * 100 / baseline.value)
        now = facts.get("egfr")
        before = _egfr_of_day(protocol, observed, baseline, facts)
        if now is not None and isinstance(now.value, Decimal) and before is not None and before > 0:
            put("egfr_fall_percent", (before - now.value) * 100 / before)


def _reported_with(reported: FactValue | None, creatinine: FactValue) -> bool:
    """Whether the laboratory gave an eGFR with this creatinine or a later one."""
    if reported is None or reported.on is None:
        return False
    return creatinine.on is None or reported.on >= creatinine.on


def _days_apart(one: FactValue, other: FactValue) -> int:
    return abs((one.on - other.on).days) if one.on is not None and other.on is not None else 0


def _baseline(series: tuple[Observation, ...], step: datetime) -> Observation | None:
    """The last value up to the step; for a step before the first value: the first of at least two."""
    before = [each for each in series if each.at.date() <= step.date()]
    if before:
        return before[-1]
    return series[0] if len(series) > 1 else None


def _egfr_of_day(
    protocol: Protocol, observed: Observed, baseline: Observation, facts: FactValues
) -> Decimal | None:
    now = facts.get("egfr")
    if now is not None and now.origin != "computed":
        for each in observed.series.get("egfr", ()):
            if each.at.date() == baseline.at.date() and isinstance(each.value, Decimal):
                return each.value
    return _egfr(protocol, baseline.value, facts)


def _egfr(protocol: Protocol, creatinine: Value, facts: FactValues) -> Decimal | None:
    sex, age = facts.get("sex"), _number(facts.get("age"))
    if protocol.scores is None or sex is None or age is None or not isinstance(creatinine, Decimal):
        return None
    return egfr(protocol.scores, creatinine=creatinine, age=age, sex=str(sex.value)).value


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
    series = [each.value for each in observed.series.get("lvef", ()) if isinstance(each.value, Decimal)]
    if len(series) > 1:
        lowest = min(series[:-1])
        put("lvef_lowest_before", lowest)
        put("lvef_rise", series[-1] - lowest)
        if lowest <= protocol.lvef_reduced_at_most:
            put("lvef_ever_40_or_less", True)
    put("phenotype", ask(protocol.phenotype, facts, on).output("phenotype"), protocol.phenotype.id)


def _weight_gain(protocol: Protocol, observed: Observed, put: Put) -> None:
    """Gain of the latest weight over the lowest in the agreed days before it."""
    series = [each for each in observed.series.get("weight", ()) if isinstance(each.value, Decimal)]
    if not series:
        return
    latest = series[-1]
    for name, days in protocol.weight_gain_days.items():
        since = latest.at.date() - timedelta(days=days)
        earlier = [each.value for each in series[:-1] if each.at.date() >= since]
        if earlier:
            put(name, latest.value - min(earlier), "derived", latest.at.date())  # type: ignore[operator]


def _natriuretic(observed: Observed, facts: FactValues, put: Put) -> None:
    """NT-proBNP against the last value before discharge, for the rapid schedule."""
    discharge = facts.get("last_hf_admission_on")
    series = [each for each in observed.series.get("nt_probnp", ()) if isinstance(each.value, Decimal)]
    if discharge is None or not isinstance(discharge.value, date) or not series:
        return
    before = [each for each in series if each.at.date() <= discharge.value]
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
