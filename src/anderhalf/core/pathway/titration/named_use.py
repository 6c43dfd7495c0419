"""What a kept text names as in use while the medication list is silent: used or not is unknown, so both are tried.

"Bètablokker en ACE-remmer op startdosis" in a referral is no row of the list. What is so with and without the drug is
answered; a stop that follows if it is used comes first; a start, and whatever else hangs on it, is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from anderhalf.core.pathway.titration.asking import Ask, ask_explained
from anderhalf.core.pathway.titration.classes import Answer, ClassAnswer, answer_class
from anderhalf.core.pathway.titration.derive import Context, build_context
from anderhalf.core.pathway.titration.history import read_history
from anderhalf.core.pathway.titration.model import (
    DOWNWARD,
    UPWARD,
    DrugUse,
    MissingFact,
    NamedUse,
    ProposalKind,
)

NAMED = "named"
"""Why the use of a class counts as missing: a text names it, the list does not."""
_LONG_BEFORE = timedelta(days=36_500)
_SAID = {
    "nl": "De verwijzing noemt “{words}”; in de medicatielijst staat daarover niets. Zet in de lijst wat de patiënt "
    "gebruikt, of leg vast dat de patiënt dit niet gebruikt.",
    "en": "The referral names “{words}”; the medication list says nothing about it. Enter in the list what the patient "
    "uses, or record that the patient does not use it.",
}


def ask_what_texts_name(
    context: Context, answers: Sequence[ClassAnswer], ask: Ask = ask_explained
) -> list[ClassAnswer]:
    """The answers of all classes with what texts name as in use taken both ways: as used, and as not."""
    named = {one.drug_class: one for one in context.patient.named}
    if not named:
        return list(answers)
    tried = [one for one in named.values() if not one.then and not _on_list(context, one)]
    used = _if_used(context, tried, ask) if tried else context
    found = []
    for base in answers:
        mine = named.get(base.drug_class.key)
        other = answer_class(used, base.drug_class, ask) if tried else base
        found.append(_beside(base, other, tried) if mine is None else _named(base, other, mine))
    return found


def named_missing(answer: ClassAnswer) -> tuple[MissingFact, ...]:
    """That the use of a class is to be settled, for an answer that asks for it."""
    if answer.kind is not ProposalKind.NEEDS_DATA:
        return ()
    return tuple(MissingFact(key, NAMED) for key in answer.if_used)


def asks_only_use(missing: Sequence[MissingFact]) -> bool:
    """Whether all that is missing is whether a drug that a text names is used: asked, not measured."""
    return bool(missing) and all(one.why == NAMED for one in missing)


def named_words(answer: ClassAnswer, why: Mapping[str, str]) -> Mapping[str, str]:
    """The reason of an answer with what the text says: instead of it when nothing else is asked."""
    if not answer.named:
        return why
    words = "”, “".join(answer.named)
    said = {lang: text.format(words=words) for lang, text in _SAID.items()}
    if answer.kind is ProposalKind.NEEDS_DATA:
        return said
    return {lang: f"{text} {said[lang]}" for lang, text in why.items()}


def _on_list(context: Context, one: NamedUse) -> bool:
    return context.history.classes[one.drug_class].on_drug


def _if_used(context: Context, tried: Sequence[NamedUse], ask: Ask) -> Context:
    """Everything again as it is when those classes are used, in a dose that nobody knows."""
    protocol, since = context.protocol, context.end - _LONG_BEFORE
    more = (DrugUse(atc=one.atc, since=since) for one in tried)
    patient = replace(context.patient, medication=(*context.patient.medication, *more))
    return build_context(
        protocol, patient, read_history(protocol, patient, at=context.end), context.observed, on=context.on,
        at=context.at if context.at_is_known else None, end=context.end, ask=ask,
    )  # fmt: skip


def _named(base: ClassAnswer, used: ClassAnswer, mine: NamedUse) -> ClassAnswer:
    """A class that a text names: what would be stopped or discussed if it is used comes first, then it is asked."""
    words, keys = mine.words, (mine.drug_class,)
    if used.state.on_drug and (used.kind in DOWNWARD or _discussed(used)):
        return replace(used, named=words, if_used=keys)
    for_lack_of_dose = used.state.on_drug and used.kind is ProposalKind.DISCUSS
    hangs = base.kind in UPWARD or used.kind in UPWARD or for_lack_of_dose
    return _asked(base, words, keys) if hangs or base.kind is ProposalKind.NEEDS_DATA else base


def _beside(base: ClassAnswer, used: ClassAnswer, tried: Sequence[NamedUse]) -> ClassAnswer:
    """Another class: a step up that the named drugs would hold back is no step, nor is what they would lower kept."""
    could_lower = used.kind in DOWNWARD and base.kind not in (*DOWNWARD, ProposalKind.DISCUSS)
    if not could_lower and (base.kind not in UPWARD or used.kind in UPWARD):
        return base
    words = tuple(dict.fromkeys(word for one in tried for word in one.words))
    return _asked(base, words, tuple(one.drug_class for one in tried))


def _discussed(answer: ClassAnswer) -> bool:
    """Whether something else than the dose that nobody knows is to be discussed."""
    rule = answer.speaking.rule
    of_dose = rule is not None and "dose_known" in rule.cells and not rule.cells["dose_known"].any
    return answer.kind is ProposalKind.DISCUSS and not of_dose


def _asked(base: ClassAnswer, words: tuple[str, ...], keys: tuple[str, ...]) -> ClassAnswer:
    missing = base.speaking.missing if base.kind is ProposalKind.NEEDS_DATA else ()
    asked = Answer(ProposalKind.NEEDS_DATA, None, missing, base.answer.asked)
    return replace(base, gate=asked, dose_new=None, not_before=None, named=words, if_used=keys)
