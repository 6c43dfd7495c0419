"""Results that contradict each other: every one of them is tried, and what they all lead to stands.

One of two results of one moment is right. A stop that both ask for is no question; a step up that one of them would
hold back is. So the whole protocol is asked for each reading, what is worked out from it included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.titration.asking import Ask, ask_explained
from anderhalf.core.pathway.titration.classes import BEHIND, Answer, ClassAnswer, answer_class, measured_by
from anderhalf.core.pathway.titration.derive import Context, build_context
from anderhalf.core.pathway.titration.model import DOWNWARD, UPWARD, ProposalKind
from anderhalf.core.pathway.titration.observed import observe_each
from anderhalf.core.wording import within

_TOLD = {
    "nl": "Over {names} staan uitslagen die elkaar tegenspreken; dit geldt bij elk daarvan. Bepaal opnieuw.",
    "en": "The results for {names} contradict each other; this holds with each of them. Repeat it.",
}


def answer_every_reading(
    context: Context, answers: Sequence[ClassAnswer], ask: Ask = ask_explained
) -> tuple[Context, list[ClassAnswer]]:
    """The answers of all classes, and what counts for them, with contradicting results taken one by one.

    `answers` are those with the contradicting facts unknown. Where every reading gives one answer, it is given. Where
    they differ, nothing goes up and nothing stays as it is that one of them would lower: it is asked.
    """
    protocol, patient = context.protocol, context.patient
    readings = [
        build_context(
            protocol, patient, context.history, observed, on=context.on,
            at=context.at if context.at_is_known else None, end=context.end, ask=ask,
        )
        for observed in observe_each(protocol.facts, patient.observations, context.observed, at=context.end)
    ]  # fmt: skip
    if not readings:
        return context, list(answers)
    if any(reading.danger for reading in readings):
        # A day on which one reading is a danger is a day of danger.
        context = replace(context, facts={**context.facts, "danger": FactValue(True, context.on, "derived")})
    found = []
    for unknown in answers:
        each = [answer_class(reading, unknown.drug_class, ask) for reading in readings]
        found.append(_together(context, unknown, each))
    return context, found


def doubt_words(context: Context, answer: ClassAnswer, why: Mapping[str, str]) -> Mapping[str, str]:
    """The reason of an answer, with what contradicts itself named when the answer rests on it all the same."""
    if not answer.in_doubt:
        return why
    facts = context.protocol.facts
    names = {lang: ", ".join(_inside(facts[name].label[lang]) for name in answer.in_doubt) for lang in why}
    return {lang: f"{text} {_TOLD[lang].format(names=names[lang])}" for lang, text in why.items()}


def _inside(label: str) -> str:
    """A label in the middle of a sentence: small, unless it is written in capitals (eGFR, NT-proBNP)."""
    return within(label)


def _together(context: Context, unknown: ClassAnswer, each: Sequence[ClassAnswer]) -> ClassAnswer:
    same = {_said(one) for one in each}
    if same == {_said(unknown)}:
        return unknown
    if len(same) == 1 and each[0].kind is not ProposalKind.NEEDS_DATA:
        return replace(each[0], in_doubt=_rests_on(context, each))
    could_lower = any(one.kind in DOWNWARD for one in each)
    if unknown.kind in UPWARD or (could_lower and unknown.kind not in (*DOWNWARD, ProposalKind.DISCUSS)):
        asked = Answer(ProposalKind.NEEDS_DATA, None, _rests_on(context, each), unknown.answer.asked)
        return replace(unknown, gate=asked, dose_new=None)
    return unknown


def _said(answer: ClassAnswer) -> tuple[Any, ...]:
    drug, dose = answer.drug, answer.dose_new
    return answer.kind, drug and drug.key, dose and (dose.amount, dose.per_day)


def _rests_on(context: Context, each: Iterable[ClassAnswer]) -> tuple[str, ...]:
    """The contradicting facts behind the rules that speak; all that the tables look at when no rule says it."""
    contradicting, found = context.observed.contradicting, dict[str, None]()
    for one in each:
        rule, table = one.speaking.rule, one.speaking.asked.table
        names = [name for fact in table.inputs for name in BEHIND.get(fact.name, (fact.name,))]
        found |= dict.fromkeys(measured_by(context.protocol, rule) if rule is not None else names)
    named = tuple(name for name in found if name in contradicting)
    return named or tuple(contradicting)
