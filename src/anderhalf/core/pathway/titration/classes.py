"""One class for one patient: its own facts, its table, the gate before every step, and the dose that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from anderhalf.core.decisions.facts import FactValue, FactValues, Value
from anderhalf.core.decisions.model import OnUnknown, Rule
from anderhalf.core.decisions.policy import bits
from anderhalf.core.pathway.titration.asking import Ask, Asked, ask_explained
from anderhalf.core.pathway.titration.derive import Context
from anderhalf.core.pathway.titration.history import ClassState
from anderhalf.core.pathway.titration.ladder import Dose, Drug
from anderhalf.core.pathway.titration.model import DOWNWARD, UPWARD, ProposalKind, boldness
from anderhalf.core.pathway.titration.protocol import DrugClass

GATE_OPEN = "go"
_NO = FactValue(False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a table says after weighing undecided rules: the rule that speaks and what would settle the rest."""

    kind: ProposalKind | None
    """None: the gate is open."""
    rule: Rule | None
    missing: tuple[str, ...]
    asked: Asked

    def output(self, name: str) -> Value | None:
        """One output of the rule that speaks."""
        return None if self.rule is None else self.rule.outputs.get(name)


def weigh(asked: Asked) -> Answer:
    """The answer of a table in which missing facts leave rules undecided.

    - a rule that fires and lowers a dose stands, even when a missing fact could ask for more;
    - a rule that changes nothing stands when no undecided rule above it would lower a dose;
    - a step up stands only when nothing above it is undecided.
    Otherwise the answer is "needs data", with the facts that would settle it.
    """
    rules = asked.table.rules
    first = (asked.fired & -asked.fired).bit_length() - 1
    fired = rules[first] if asked.fired else None
    above = asked.undecided & ((1 << first) - 1) if asked.fired else asked.undecided
    undecided = [at for at in bits(above) if rules[at].on_unknown is not OnUnknown.TREAT_AS_NO_MATCH]
    kind = None if fired is None else _kind(fired)
    open_kinds = {_kind(rules[at]) for at in undecided}
    if fired is not None and (not undecided or open_kinds == {kind}):
        return Answer(kind, fired, (), asked)
    missing = tuple(dict.fromkeys(name for at in undecided for name in asked.missing_for(at)))
    if fired is not None and kind in DOWNWARD:
        return Answer(kind, fired, missing, asked)
    harmless = kind is not None and kind not in UPWARD and not open_kinds & (DOWNWARD | UPWARD)
    if fired is not None and harmless:
        return Answer(kind, fired, missing, asked)
    if not undecided:
        return Answer(ProposalKind.DISCUSS, None, (), asked)
    return Answer(ProposalKind.NEEDS_DATA, None, missing, asked)


def _kind(rule: Rule) -> ProposalKind | None:
    action = rule.outputs["action"]
    return None if action == GATE_OPEN else ProposalKind(str(action))


@dataclass(frozen=True, slots=True)
class ClassAnswer:
    """The answer of one class before it is weighed against the others."""

    drug_class: DrugClass
    state: ClassState
    answer: Answer
    gate: Answer | None
    drug: Drug | None
    dose_new: Dose | None
    not_before: datetime | None
    facts: FactValues

    @property
    def speaking(self) -> Answer:
        """The gate when it stops a step, otherwise the class table."""
        return self.gate if self.gate is not None and self.gate.kind is not None else self.answer

    @property
    def kind(self) -> ProposalKind:
        """What the class answers; lowering below the lowest step is pausing."""
        # A gate that speaks stops the step, so it has a kind; the class table always has one.
        kind = self.speaking.kind or ProposalKind.DISCUSS
        if kind is ProposalKind.DECREASE and self.dose_new is None and self._dose_is_known:
            return ProposalKind.PAUSE
        return kind

    @property
    def boldness(self) -> int:
        """How bold the answer is (see `boldness`)."""
        return boldness(self.kind)

    @property
    def _dose_is_known(self) -> bool:
        use = self.state.use
        return use is not None and use.dose is not None and use.drug is not None


def answer_class(context: Context, drug_class: DrugClass, ask: Ask = ask_explained) -> ClassAnswer:
    """Decide one class: its table first; a step up then has to pass the gate."""
    state = context.history.classes[drug_class.key]
    facts = {**context.facts, **_class_facts(context, drug_class, state)}
    answer = weigh(ask(drug_class.table, facts, context.on))
    gate = None
    if answer.kind in UPWARD:
        gate = weigh(ask(context.protocol.gate, facts, context.on))
    drug = state.use.drug if state.use is not None else drug_to_start(context, drug_class.key, state)
    stopped_by_gate = gate is not None and gate.kind is not None
    dose_new = None if stopped_by_gate else _new_dose(context, state, drug, str(answer.output("dose")))
    if answer.kind in UPWARD and not stopped_by_gate and dose_new is None:
        # Nothing to step to: no drug of the class is left, or the ladder ends here. Never an empty step up.
        gate = Answer(ProposalKind.DISCUSS, answer.rule, (), answer.asked)
    return ClassAnswer(
        drug_class=drug_class, state=state, answer=answer, gate=gate, drug=drug, dose_new=dose_new,
        not_before=_not_before(context, drug_class, state, answer, gate), facts=facts,
    )  # fmt: skip


def _class_facts(context: Context, drug_class: DrugClass, state: ClassState) -> Mapping[str, FactValue]:
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
        "above_maximum": False, "at_target": False, "at_maximum": False, "at_lowest": False,
    }  # fmt: skip
    reason = _stop_kind(context, state)
    found["stopped_for_safety"] = reason == "safety"
    found["paused"] = reason == "temporary"
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
        interval = interval_days(context, drug, dose)
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


def interval_days(context: Context, drug: Drug, dose: Dose) -> int | None:
    """Days that must pass before the next step up; the rapid schedule has its own."""
    interval = drug.interval_after(dose)
    if interval is None or not context.patient.rapid:
        return interval
    return min(interval, context.protocol.rapid_interval_days)


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
    reasons = context.protocol.stop_reasons
    reason = reasons.get(state.last.stop_reason or "unknown", reasons["unknown"])
    return reason["kind"]


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


def _new_dose(context: Context, state: ClassState, drug: Drug | None, word: str) -> Dose | None:
    """The dose a rule's word stands for; None when there is no such step."""
    use = state.use
    if drug is not None and drug.agreed and word in ("start", "low_start", "lowest", "same"):
        return _starting_dose(context, state, drug, word)
    if drug is None or not drug.agreed or use is None or use.dose is None or use.combined or word == "none":
        return None
    weight, fine = context.weight, context.frail
    if word == "half":
        return drug.half(use.dose, weight)
    if word == "previous":
        return drug.previous_step(use.dose, weight, fine=fine)
    if not context.patient.rapid:
        return drug.next_step(use.dose, weight, fine=fine)
    return drug.large_step(use.dose, weight, share_percent=context.protocol.rapid_share_percent)


def _starting_dose(context: Context, state: ClassState, drug: Drug, word: str) -> Dose | None:
    if word == "lowest":
        return drug.ladder(context.weight)[0]
    if word == "low_start":
        return drug.low_start or drug.start
    last = state.last.dose if state.last is not None else None
    top = drug.maximum_for(context.weight)
    # A pause may have ended long ago: never resume above what the protocol allows, nor another drug at this one's dose.
    same_drug = state.last is not None and state.last.drug == drug
    if word == "same" and same_drug and last is not None and top is not None and last.daily <= top.daily:
        return last
    return drug.start


def _not_before(
    context: Context, drug_class: DrugClass, state: ClassState, answer: Answer, gate: Answer | None
) -> datetime | None:
    """The first moment for a step that now comes too early."""
    speaking = gate if gate is not None and gate.kind is not None else answer
    first = speaking.output("first")
    if first == "wait_for_interval" and state.since is not None and state.use is not None:
        use = state.use
        if use.drug is not None and use.dose is not None:
            days = interval_days(context, use.drug, use.dose)
            return None if days is None else state.since + timedelta(days=days)
    washout = timedelta(hours=int(context.protocol.settings["ace_inhibitor_washout_hours"].chosen))
    ace = context.history.classes["ace_inhibitor"]
    if first == "wait_for_washout" and ace.last is not None and ace.last.until is not None:
        return ace.last.until + washout
    if answer.kind is ProposalKind.SWITCH and gate is not None and gate.kind is None and ace.on_drug:
        return context.at + washout
    return None
