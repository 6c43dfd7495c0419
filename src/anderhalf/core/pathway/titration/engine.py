"""The titration engine: one proposal per class, weighed against the others, with reasons and what comes next.

Plain calculation: the same patient, protocol and moment always give the same advice. The rules stand in
`pathways/<key>/titration/*.csv`; nothing clinical stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, tzinfo
from decimal import Decimal

from anderhalf.core.decisions.explain import Decision, FactUsed, RuleState
from anderhalf.core.decisions.facts import Freshness, freshness
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.interactions import Severity
from anderhalf.core.pathway.titration.asking import Ask, ask_explained
from anderhalf.core.pathway.titration.class_facts import beside, beside_any, not_since_stop
from anderhalf.core.pathway.titration.classes import BEHIND, Answer, ClassAnswer, answer_class
from anderhalf.core.pathway.titration.controls import checks_of
from anderhalf.core.pathway.titration.derive import Context, build_context
from anderhalf.core.pathway.titration.doubt import answer_every_reading, doubt_words
from anderhalf.core.pathway.titration.history import read_history
from anderhalf.core.pathway.titration.lowering import weigh_lowering
from anderhalf.core.pathway.titration.model import (
    DOWNWARD,
    UPWARD,
    Advice,
    MissingFact,
    Patient,
    Problem,
    ProblemKind,
    Proposal,
    ProposalKind,
    WouldChange,
)
from anderhalf.core.pathway.titration.named_use import ask_what_texts_name, named_missing, named_words
from anderhalf.core.pathway.titration.observed import observe
from anderhalf.core.pathway.titration.once import asked_already
from anderhalf.core.pathway.titration.protocol import DrugClass, OneDown, Protocol, Together
from anderhalf.core.pathway.titration.settled import rests_on, settled_on

_URGENCY = (
    ProposalKind.STOP, ProposalKind.PAUSE, ProposalKind.DECREASE, ProposalKind.NEEDS_DATA, ProposalKind.DISCUSS,
    ProposalKind.SWITCH, ProposalKind.START, ProposalKind.INCREASE, ProposalKind.HOLD, ProposalKind.KEEP,
    ProposalKind.NOT_INDICATED,
)  # fmt: skip
BEFORE_STOP = "before_stop"
"""Why a value that is not too old is asked for again: see `_before_stop`."""
_STEP_ORDER = (ProposalKind.START, ProposalKind.INCREASE, ProposalKind.SWITCH)
_SWITCH_FROM = ("ace_inhibitor", "arb")
_LOWEST = {
    "nl": "Lager dan deze dosis kan niet: daarom nu pauzeren.",
    "en": "There is no lower dose than this one: therefore pause now.",
}
"""Added where a rule asks for less and less is nothing: its own words speak of a lower dose."""
_ASKED = {"nl": "Wacht op gegevens die al gevraagd worden", "en": "Waits for data that are asked for already"}


def advise(protocol: Protocol, patient: Patient, *, on: date, at: datetime | None = None) -> Advice:
    """Proposals, problems with the entries, and the facts that counted, for one patient on a day.

    Without `at` (a moment on that day) the lists are read up to the end of the day, while hours since the last
    ACE inhibitor are counted from its beginning: the careful reading of both.
    All datetimes are naive, or all are aware.
    """
    context = read_context(protocol, patient, on=on, at=at)
    context, answers = answer_every_reading(
        context, [answer_class(context, drug_class) for drug_class in protocol.classes]
    )
    answers = ask_what_texts_name(context, answers)
    held: dict[str, tuple[Together | OneDown, str]] = {
        **weigh_together(context, answers),
        **weigh_lowering(protocol, answers),
    }
    asked = asked_already(protocol, answers)
    proposals = [
        _proposal(context, answer, held.get(answer.drug_class.key), asked.get(answer.drug_class.key, ""))
        for answer in answers
    ]
    proposals = _stop_what_is_switched(context, proposals)
    order = {entry.key: place for place, entry in enumerate(protocol.classes)}
    proposals.sort(key=lambda each: (_URGENCY.index(each.kind), not each.agenda, order[each.drug_class]))
    problems = (*context.observed.problems, *context.history.problems, *_corrected_problem(context))
    return Advice(
        proposals=tuple(proposals), problems=problems, facts=context.facts, protocol=protocol.key,
        version=protocol.version, hash=protocol.texts_hash, on=on,
    )  # fmt: skip


def read_context(
    protocol: Protocol, patient: Patient, *, on: date, at: datetime | None = None, ask: Ask = ask_explained
) -> Context:
    """Everything that follows from the lists and the record at a moment, before any table is asked."""
    end = at or datetime.combine(on, time.max, tzinfo=_zone(patient))
    history = read_history(protocol, patient, at=end)
    observed = observe(protocol.facts, patient.observations, at=end)
    return build_context(protocol, patient, history, observed, on=on, at=at, end=end, ask=ask)


def _zone(patient: Patient) -> tzinfo | None:
    for use in patient.medication:
        return use.since.tzinfo
    for observation in patient.observations:
        return observation.at.tzinfo
    return None


def weigh_together(context: Context, answers: Iterable[ClassAnswer]) -> Mapping[str, tuple[Together, str]]:
    """Steps up that have to wait, with the group and the class because of which.

    A switch comes after the others: it replaces what is in use, and would hold up a class that is not at its target.
    A class of which two drugs are used (see `History.doubled`) counts as going down: one of them has to stop first.
    """
    answers = list(answers)
    groups = [group for group in context.protocol.together if group.rapid or not context.rapid]
    going_down = {answer.drug_class.key for answer in answers if answer.kind in DOWNWARD}
    going_down |= context.history.doubled
    up = [answer for answer in answers if answer.kind in UPWARD]
    up.sort(key=lambda answer: _STEP_ORDER.index(answer.kind))
    accepted: dict[str, list[str]] = {group.key: [] for group in groups}
    held: dict[str, tuple[Together, str]] = {}
    for answer in up:
        key = answer.drug_class.key
        mine = [group for group in groups if key in group.classes]
        reason = None
        for group in mine:
            down = [name for name in group.classes if name in going_down and name != key]
            if down or len(accepted[group.key]) >= at_once(context, group):
                reason = (group, down[0] if down else accepted[group.key][-1])
                break
        if reason is not None:
            held[key] = reason
            continue
        for group in mine:
            accepted[group.key].append(key)
    return held


def at_once(context: Context, group: Together) -> int:
    """How many classes of a group may go up at one moment, for this patient."""
    careful = group.careful
    if careful is None:
        return group.at_once
    pressure = context.facts.get("systolic_bp")
    low = (
        pressure is None or not isinstance(pressure.value, Decimal) or pressure.value < careful.below_systolic
    )
    return careful.at_once if low or (careful.frail and context.frail) else group.at_once


def waiting_kind(answer: ClassAnswer) -> ProposalKind:
    """What a step up becomes while another class goes first."""
    return ProposalKind.KEEP if answer.state.on_drug else ProposalKind.HOLD


def _proposal(
    context: Context, answer: ClassAnswer, held: tuple[Together | OneDown, str] | None, asked_by: str
) -> Proposal:
    speaking = answer.speaking
    rule, use = speaking.rule, answer.state.use
    own = answer.kind
    discussed = settled_on(context, answer)
    kind = own if held is None and discussed is None and not asked_by else waiting_kind(answer)
    missing = (*_missing(context, answer), *named_missing(answer))
    why, source, grade = _words(context, answer, held, asked_by, tuple(each.fact for each in missing))
    why = named_words(answer, doubt_words(context, answer, why))
    if kind is ProposalKind.PAUSE and speaking.kind is ProposalKind.DECREASE:
        why = {lang: f"{why[lang]} {_LOWEST[lang]}" for lang in ("nl", "en")}
    percent = None
    if use is not None and use.drug is not None and use.dose is not None:
        percent = use.drug.percent_of_target(use.dose, context.weight)
    changes = kind in UPWARD or kind is ProposalKind.DECREASE
    agenda = speaking.output("agenda") is True or (kind is ProposalKind.PAUSE and own is ProposalKind.PAUSE)
    # In danger every step down, and whatever is discussed, is a matter for today. So is a step down beside a drug that
    # the class must not be used with: which of the two stops is discussed.
    agenda = agenda or (context.danger and kind in (*DOWNWARD, ProposalKind.DISCUSS))
    agenda = agenda or (kind in DOWNWARD and _has(answer, "interaction", Severity.CONTRAINDICATED))
    return Proposal(
        drug_class=answer.drug_class.key, kind=kind,
        drug=answer.drug.key if answer.drug is not None and (use is not None or own in UPWARD) else None,
        dose_now=use.dose if use is not None else None, dose_new=answer.dose_new if changes else None,
        percent_of_target=percent, rule=rule.id if rule is not None else "", why=why, source=source, grade=grade,
        first=str(speaking.output("first") or "none"),
        agenda=agenda and discussed is None and not (held is not None and own is ProposalKind.DECREASE),
        facts_used=_facts_used(answer), missing=missing, would_change=_would_change(answer),
        checks=checks_of(context, answer, kind, missing), not_before=answer.not_before if held is None else None,
        own_kind=own, held_by=held[1] if held is not None else asked_by,
        settles=rests_on(context, answer) or {}, settled_on=discussed, decisions=_decisions(answer),
        named=answer.named,
    )  # fmt: skip


def _decisions(answer: ClassAnswer) -> tuple[Decision, ...]:
    found: list[Decision] = []
    for each in (answer.answer, answer.gate):
        decision = each.asked.decision if each is not None else None
        if decision is not None and not any(decision is known for known in found):
            found.append(decision)
    return tuple(found)


def _words(
    context: Context,
    answer: ClassAnswer,
    held: tuple[Together | OneDown, str] | None,
    asked_by: str,
    names: tuple[str, ...],
) -> tuple[Mapping[str, str], str, str]:
    if held is not None or asked_by:
        return _waits(context, held, asked_by)
    rule = answer.speaking.rule
    if rule is not None and "interaction" in rule.cells and not rule.cells["interaction"].any:
        return _about_pairs(context, answer)
    pairs = beside_any(context, answer.drug_class.key, answer.state, answer.drug)
    if rule is not None and pairs and answer.kind in (*DOWNWARD, ProposalKind.DISCUSS):
        # Whatever is discussed or lowered: what stands beside it is named as well.
        why = {lang: " ".join([rule.why[lang], *(pair.why[lang] for pair in pairs)]) for lang in ("nl", "en")}
        return why, "; ".join(dict.fromkeys([rule.source, *(pair.source for pair in pairs)])), rule.grade
    if rule is not None:
        return rule.why, rule.source, rule.grade
    labels = {
        lang: ", ".join(context.protocol.facts[name].label[lang] for name in names) for lang in ("nl", "en")
    }
    if not names:
        return {"nl": "Geen regel past: overleggen.", "en": "No rule fits: discuss."}, "", "local"
    return {"nl": f"Gegevens nodig: {labels['nl']}.", "en": f"Data needed: {labels['en']}."}, "", "local"


def _waits(
    context: Context, held: tuple[Together | OneDown, str] | None, asked_by: str
) -> tuple[Mapping[str, str], str, str]:
    """Why a class waits: another one goes first, or asks for the same facts."""
    title = context.protocol.drug_class[held[1] if held is not None else asked_by].title
    text, source = (held[0].why, held[0].source) if held is not None else (_ASKED, "")
    return {lang: f"{text[lang]} ({title[lang]})" for lang in ("nl", "en")}, source, "local"


def _about_pairs(context: Context, answer: ClassAnswer) -> tuple[Mapping[str, str], str, str]:
    """The texts and sources of the interactions themselves, the gravest first."""
    pairs = beside(context, answer.drug_class.key, answer.drug)
    why = {lang: " ".join(pair.why[lang] for pair in pairs) for lang in ("nl", "en")}
    return why, "; ".join(dict.fromkeys(pair.source for pair in pairs)), pairs[0].grade


def _facts_used(answer: ClassAnswer) -> tuple[FactUsed, ...]:
    """The facts of the rule that speaks first, then the others of its table that counted."""
    speaking = answer.speaking
    rule = speaking.rule
    mine = {name for name, cell in rule.cells.items() if not cell.any} if rule is not None else set()
    decisions = (answer.answer.asked.decision, speaking.asked.decision)
    used = {fact.name: fact for decision in decisions if decision is not None for fact in decision.facts_used}
    return tuple(sorted(used.values(), key=lambda fact: fact.name not in mine))


def _has(answer: ClassAnswer, name: str, value: str) -> bool:
    given = answer.facts.get(name)
    return given is not None and given.value == value


def _missing(context: Context, answer: ClassAnswer) -> tuple[MissingFact, ...]:
    speaking = answer.speaking
    blocked = context.observed.blocked()
    found = []
    for name in _askable(context, speaking.missing) or _asked_by(context, answer.drug_class, speaking):
        if name in blocked:
            found.append(MissingFact(name, blocked[name].value))
            continue
        fact = context.protocol.facts[name]
        state = freshness(fact, context.facts.get(name), on=context.on)
        if state is Freshness.KNOWN:
            given = context.facts.get(name)
            if given is not None and isinstance(given.value, Range):
                state = Freshness.IMPRECISE
            elif not speaking.missing and _before_stop(context, name):
                found.append(MissingFact(name, BEFORE_STOP))
                continue
            else:
                # Known and yet asked for: too old for a step, or measured before the last one.
                state = Freshness.MISSING if speaking.missing else Freshness.STALE
        found.append(MissingFact(name, state.value))
    return tuple(found)


def _before_stop(context: Context, name: str) -> bool:
    """Whether a value is not too old, but from before (or the day of) the last pause or stop."""
    given, stop = context.facts.get(name), context.history.last_stop
    return given is not None and given.on is not None and stop is not None and given.on <= stop.date()


def _askable(context: Context, names: Sequence[str]) -> tuple[str, ...]:
    """What somebody can measure or answer: in place of a fact that is worked out, those of its own that are unknown."""
    found: list[str] = []
    for name in names:
        behind = BEHIND.get(name) or (name,)
        facts = context.protocol.facts
        unknown = [
            each
            for each in behind
            if each not in facts
            or freshness(facts[each], context.facts.get(each), on=context.on) is not Freshness.KNOWN
        ]
        found += unknown or behind
    return tuple(dict.fromkeys(found))


def _asked_by(context: Context, drug_class: DrugClass, speaking: Answer) -> tuple[str, ...]:
    """What a rule that itself answers "needs data" asks for: laboratory for the step, or pulse and pressure again."""
    if speaking.kind is not ProposalKind.NEEDS_DATA or speaking.rule is None:
        return ()
    tested = {name for name, cell in speaking.rule.cells.items() if not cell.any}
    if "laboratory_for_step" in tested:
        return context.protocol.laboratory_facts
    if "values_since_stop" in tested:
        return not_since_stop(context, needs_laboratory=drug_class.needs_laboratory)
    if "vital_signs_doubtful" in tested:
        blocked = context.observed.blocked()
        return tuple(name for name, kind in blocked.items() if kind is ProblemKind.SWAPPED)
    return ()


def _would_change(answer: ClassAnswer) -> tuple[WouldChange, ...]:
    """Every rule that is one known fact away from answering something else."""
    speaking = answer.speaking
    found: dict[tuple[str, str, str], WouldChange] = {}
    for rule in speaking.asked.decision.rules if speaking.asked.decision is not None else ():
        if rule.state is not RuleState.NOT_FIRED:
            continue
        failed = rule.failed_by
        kind = str(rule.outputs["action"])
        if (
            len(failed) != 1
            or failed[0] in ("on_drug", "drug_class")
            or any(c.result is None for c in rule.cells)
        ):
            continue
        if kind == answer.kind.value:
            continue
        cell = next(cell for cell in rule.cells if cell.fact == failed[0])
        found.setdefault((cell.fact, cell.text, kind), WouldChange(cell.fact, cell.text, rule.rule_id, kind))
    return tuple(found.values())


def _stop_what_is_switched(context: Context, proposals: list[Proposal]) -> list[Proposal]:
    """A switch to ARNI stops the ACE inhibitor or ARB: said at both classes."""
    switch = next((each for each in proposals if each.kind is ProposalKind.SWITCH), None)
    if switch is None:
        return proposals

    def stopped(each: Proposal) -> Proposal:
        in_use = context.history.classes[each.drug_class].on_drug
        if each.drug_class not in _SWITCH_FROM or not in_use or each.kind is ProposalKind.STOP:
            return each
        return replace(
            each, kind=ProposalKind.STOP, dose_new=None, rule=switch.rule, why=switch.why, source=switch.source,
            grade=switch.grade, held_by=switch.drug_class, first="none", checks=(), not_before=None,
        )  # fmt: skip

    return [stopped(each) for each in proposals]


def _corrected_problem(context: Context) -> tuple[Problem, ...]:
    corrected = context.facts.get("result_corrected")
    if corrected is None or corrected.value is not True:
        return ()
    return (
        Problem(
            kind=ProblemKind.CORRECTED_AFTER_STEP, about="result_corrected",
            texts={
                "nl": "Een uitslag is gecorrigeerd nadat de vorige stap was gezet. Bepaal opnieuw en bespreek.",
                "en": "A laboratory result was corrected after the last step was taken. Repeat it and discuss.",
            },
        ),
    )  # fmt: skip
