"""A question is asked once: a class that is not used waits for the facts that another class asks for already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from anderhalf.core.pathway.titration.classes import ClassAnswer
from anderhalf.core.pathway.titration.model import ProposalKind
from anderhalf.core.pathway.titration.protocol import Protocol

OWN = frozenset({"excluded", "excluded_for_other_drug", "restart_agreed", "interval_passed"})
"""Facts about one class: nobody else asks for these."""


def asked_already(protocol: Protocol, answers: Iterable[ClassAnswer]) -> Mapping[str, str]:
    """Classes that are not used and ask nothing that is not asked already, with the class that asks.

    The classes in use ask first, then the others in the order of the protocol.
    """
    asking = [answer for answer in answers if answer.kind is ProposalKind.NEEDS_DATA]
    asking.sort(key=lambda answer: not answer.state.on_drug)  # stable: in the order of the classes
    asked: dict[str, str] = {}
    found: dict[str, str] = {}
    for answer in asking:
        key, mine = answer.drug_class.key, wanted(answer)
        if not answer.state.on_drug and mine and not mine & OWN and mine <= asked.keys():
            found[key] = next(by for name, by in asked.items() if name in mine)
            continue
        for name in mine:
            asked.setdefault(name, key)
    return found


def wanted(answer: ClassAnswer) -> frozenset[str]:
    """What would settle an answer that needs data: facts, or the rule that asks by itself (with laboratory or not)."""
    speaking = answer.speaking
    if answer.named:
        return frozenset((*speaking.missing, *answer.if_used))
    if speaking.missing or speaking.rule is None:
        return frozenset(speaking.missing)
    rule = speaking.rule.id
    return frozenset({rule, f"{rule} laboratory"} if answer.drug_class.needs_laboratory else {rule})
