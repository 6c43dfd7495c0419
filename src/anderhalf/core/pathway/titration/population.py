"""Titration over a population: the same answers as `advise`, without the explanations, and their counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from anderhalf.core.pathway.titration.asking import ask_compiled
from anderhalf.core.pathway.titration.classes import ClassAnswer, answer_class
from anderhalf.core.pathway.titration.derive import Context
from anderhalf.core.pathway.titration.doubt import answer_every_reading
from anderhalf.core.pathway.titration.engine import read_context, waiting_kind, weigh_together
from anderhalf.core.pathway.titration.ladder import Dose
from anderhalf.core.pathway.titration.lowering import weigh_lowering
from anderhalf.core.pathway.titration.model import UPWARD, Patient, ProposalKind
from anderhalf.core.pathway.titration.named_use import ask_what_texts_name
from anderhalf.core.pathway.titration.once import asked_already
from anderhalf.core.pathway.titration.protocol import Protocol
from anderhalf.core.pathway.titration.settled import settled_on

_SWITCHED = ("ace_inhibitor", "arb")


@dataclass(frozen=True, slots=True)
class QuickAnswer:
    """The answer for one class without its reasons; `advise` gives those for the same patient."""

    kind: ProposalKind
    own_kind: ProposalKind
    rule: str
    dose_now: Dose | None
    dose_new: Dose | None
    percent_of_target: Decimal | None
    on_drug: bool


def decide(
    protocol: Protocol, patient: Patient, *, on: date, at: datetime | None = None
) -> Mapping[str, QuickAnswer]:
    """The proposals of `advise` by class, many times faster."""
    context = read_context(protocol, patient, on=on, at=at, ask=ask_compiled)
    context, answers = answer_every_reading(
        context,
        [answer_class(context, drug_class, ask_compiled) for drug_class in protocol.classes],
        ask_compiled,
    )
    answers = ask_what_texts_name(context, answers, ask_compiled)
    waiting = {
        *weigh_together(context, answers),
        *weigh_lowering(protocol, answers),
        *asked_already(protocol, answers),
    }
    found = {each.drug_class.key: _quick(context, each, each.drug_class.key in waiting) for each in answers}
    if any(each.kind is ProposalKind.SWITCH for each in found.values()):
        for key in _SWITCHED:
            if found[key].on_drug:
                now = found[key]
                found[key] = QuickAnswer(
                    ProposalKind.STOP, now.own_kind, now.rule, now.dose_now, None, now.percent_of_target, True
                )
    return found


def _quick(context: Context, answer: ClassAnswer, held: bool) -> QuickAnswer:
    use, rule = answer.state.use, answer.speaking.rule
    percent = None
    if use is not None and use.drug is not None and use.dose is not None:
        percent = use.drug.percent_of_target(use.dose, context.weight)
    own = answer.kind
    kind = waiting_kind(answer) if held or settled_on(context, answer) is not None else own
    changes = kind in UPWARD or kind is ProposalKind.DECREASE
    return QuickAnswer(
        kind=kind, own_kind=own, rule=rule.id if rule is not None else "",
        dose_now=use.dose if use is not None else None, dose_new=answer.dose_new if changes else None,
        percent_of_target=percent, on_drug=answer.state.on_drug,
    )  # fmt: skip
