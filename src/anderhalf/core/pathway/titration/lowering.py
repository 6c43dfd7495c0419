"""One lowering at a time: of the classes that would all go down for one reason only the first does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from anderhalf.core.pathway.titration.classes import ClassAnswer
from anderhalf.core.pathway.titration.model import ProposalKind
from anderhalf.core.pathway.titration.protocol import OneDown, Protocol

_LOWERS = (ProposalKind.DECREASE, ProposalKind.PAUSE)


def weigh_lowering(protocol: Protocol, answers: Iterable[ClassAnswer]) -> Mapping[str, tuple[OneDown, str]]:
    """The classes that wait while another one goes down for the same reason, with the group and that class.

    "Nothing else can come down" stands in several tables, and is true of the last one only.
    """
    by_rule = {
        rule.id: answer.drug_class.key
        for answer in answers
        if answer.kind in _LOWERS and (rule := answer.speaking.rule) is not None
    }
    held: dict[str, tuple[OneDown, str]] = {}
    for group in protocol.one_down:
        going = [by_rule[rule] for rule in group.rules if rule in by_rule]
        held |= {key: (group, first) for first in going[:1] for key in going[1:]}
    return held
