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
from anderhalf.core.pathway.titration.class_facts import class_facts, drug_to_start, interval_days, rapid_step
from anderhalf.core.pathway.titration.derive import Context
from anderhalf.core.pathway.titration.history import ClassState, last_intake
from anderhalf.core.pathway.titration.ladder import Dose, Drug
from anderhalf.core.pathway.titration.model import DOWNWARD, UPWARD, ProposalKind
from anderhalf.core.pathway.titration.protocol import DrugClass, Protocol

GATE_OPEN = "go"
UNCHANGED = frozenset({ProposalKind.KEEP, ProposalKind.HOLD})
"""Answers after which nothing happens, so that what is in use is looked at once more."""
BEHIND: Mapping[str, tuple[str, ...]] = {
    "renal_change": ("creatinine", "egfr"), "creatinine_rise_percent": ("creatinine",),
    "egfr_fall_percent": ("creatinine",),
    "egfr": ("egfr", "creatinine"), "bp_alternatives": ("congestion",), "indication": ("heart_failure_known", "lvef"),
    "phenotype": ("lvef", "lvef_ever_40_or_less"), "nt_probnp_rise_percent": ("nt_probnp",),
    "potassium_rise": ("potassium",), "recent_hyperkalaemia": ("potassium",),
    "digoxin_level_outdated": ("digoxin_level",), "heart_rate_before": ("heart_rate",),
    **dict.fromkeys(("excluded_for_other_drug", "ace_excluded", "arb_excluded", "arni_excluded"), ("excluded",)),
    "loop_diuretic_dose": (), "vital_signs_doubtful": ("heart_rate", "systolic_bp"),
}  # fmt: skip
"""Facts that are worked out, and the measured or answered ones that somebody can give."""


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
    # Whether a class is indicated at all is what makes "discuss" untrue: then the fact is asked first.
    untrue = kind is ProposalKind.DISCUSS and ProposalKind.NOT_INDICATED in open_kinds
    harmless = kind is not None and kind not in UPWARD and not open_kinds & (DOWNWARD | UPWARD) and not untrue
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
    in_doubt: tuple[str, ...] = ()
    """Facts with results that contradict each other, on which this answer rests whichever of them is right."""
    named: tuple[str, ...] = ()
    """The words of a kept text that name a drug in use, on which this answer hangs."""
    if_used: tuple[str, ...] = ()
    """The classes that those words name."""

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
    def _dose_is_known(self) -> bool:
        use = self.state.use
        return use is not None and use.dose is not None and use.drug is not None


def answer_class(context: Context, drug_class: DrugClass, ask: Ask = ask_explained) -> ClassAnswer:
    """Decide one class: its table first; a step up then has to pass the gate."""
    state = context.history.classes[drug_class.key]
    facts = {**context.facts, **class_facts(context, drug_class, state)}
    answer = weigh(ask(drug_class.table, facts, context.on))
    gate = _gate(context, state, answer, facts, ask)
    drug = state.use.drug if state.use is not None else drug_to_start(context, drug_class.key, state)
    stopped_by_gate = gate is not None and gate.kind is not None
    dose_new = None if stopped_by_gate else _new_dose(context, state, drug, str(answer.output("dose")))
    if answer.kind in UPWARD and not stopped_by_gate and dose_new is None:
        # Nothing to step to: no drug of the class is left, or the ladder ends here. Never an empty step up.
        gate = Answer(ProposalKind.DISCUSS, answer.rule, (), answer.asked)
    if state.on_drug and (gate if stopped_by_gate and gate is not None else answer).kind in UNCHANGED:
        told = weigh(ask(context.protocol.in_use, facts, context.on))
        gate = told if told.kind is not None else gate
    return ClassAnswer(
        drug_class=drug_class, state=state, answer=answer, gate=gate, drug=drug, dose_new=dose_new,
        not_before=_not_before(context, drug_class, state, answer, gate), facts=facts,
    )  # fmt: skip


def _gate(context: Context, state: ClassState, answer: Answer, facts: FactValues, ask: Ask) -> Answer | None:
    """What stands before a step up or down; and before a question that would only serve a step nobody wants."""
    protocol, on = context.protocol, context.on
    if answer.kind in UPWARD:
        return weigh(ask(protocol.gate, facts, on))
    if answer.kind is ProposalKind.DECREASE and state.lowered is not None:
        return weigh(ask(protocol.lowering, {**facts, **_since_lowering(context, state, answer)}, on))
    if answer.kind is ProposalKind.NEEDS_DATA and _not_asked(context):
        found = weigh(ask(protocol.gate, facts, on))
        return found if found.kind is not ProposalKind.NEEDS_DATA and found.kind is not None else None
    return None


def _not_asked(context: Context) -> bool:
    """Whether nobody is sent for a test any more."""
    named = [context.facts.get(name) for name in context.protocol.not_asked_when]
    return any(given is not None and given.value is True for given in named)


def _since_lowering(context: Context, state: ClassState, answer: Answer) -> Mapping[str, FactValue]:
    """How long ago the dose was lowered, and whether what asks for less was measured again since."""
    lowered = state.lowered
    if lowered is None or answer.rule is None:
        return {}
    measured = [context.facts.get(name) for name in measured_by(context.protocol, answer.rule)]
    days = [value.on for value in measured if value is not None and value.on is not None]
    newer = not days or max(days) > lowered.date()
    return {
        "newer_since_lowering": FactValue(newer, context.on, "derived"),
        "days_since_lowering": FactValue(Decimal((context.on - lowered.date()).days), context.on, "derived"),
    }


def measured_by(protocol: Protocol, rule: Rule) -> tuple[str, ...]:
    """The measured or answered facts that a rule rests on; what is worked out stands for what it is worked out from."""
    found: list[str] = []
    for name, cell in rule.cells.items():
        if not cell.any:
            found += BEHIND.get(name, (name,))
    return tuple(
        name
        for name in dict.fromkeys(found)
        if name not in protocol.settings and protocol.facts[name].group != "derived"
    )


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
    if not rapid_step(context, drug.drug_class):
        return drug.next_step(use.dose, weight, fine=fine)
    return drug.large_step(use.dose, weight, share_percent=context.protocol.rapid.share_percent)


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
            days = interval_days(
                context.protocol, use.drug, use.dose, rapid=rapid_step(context, drug_class.key)
            )
            return None if days is None else state.since + timedelta(days=days)
    washout = timedelta(hours=int(context.protocol.settings["ace_inhibitor_washout_hours"].chosen))
    ace = context.history.classes["ace_inhibitor"]
    other = context.history.classes["arni"] if drug_class.key == "ace_inhibitor" else ace
    if first == "wait_for_washout" and other.last is not None and other.last.until is not None:
        return last_intake(other.last.until) + washout
    if answer.kind is ProposalKind.SWITCH and gate is not None and gate.kind is None and ace.on_drug:
        # Until the end of what was read: without a moment that is the end of the day, for a tablet may still be taken.
        return context.end + washout
    return None
