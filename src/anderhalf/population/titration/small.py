"""Tables with one answer per combination of a few facts, and the table of danger, for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.policy import Status, policy_of
from anderhalf.core.pathway.titration.protocol import Protocol
from anderhalf.population.titration.codes import MOST_RULES, Coding, ColumnTable, Group, Index, grouped


class DangerTable:
    """Who must never wait: the rules of the pathway's own table that certainly fire."""

    def __init__(
        self, protocol: Protocol, codings: Mapping[str, Coding], settings: Mapping[str, str]
    ) -> None:
        self.groups: tuple[Group, ...] = ()
        table = protocol.danger
        if table is None:
            return
        urgent = protocol.limits.danger_urgencies
        rules = [rule for rule in table.rules if rule.outputs.get("urgency") in urgent]
        self.groups = grouped([codings[fact.name] for fact in table.inputs if fact.name in codings])
        # A mask holds so many rules at most. Whether any of them fires is the same question to each part.
        self.parts = [
            ColumnTable(replace(table, rules=tuple(rules[at : at + MOST_RULES])), self.groups, known=settings)
            for at in range(0, len(rules), MOST_RULES)
        ]

    def fires(self, codes: Mapping[str, Index]) -> npt.NDArray[np.bool_]:
        """Per person whether such a rule fires."""
        found = np.zeros(len(next(iter(codes.values()))), bool)
        if not self.groups:
            return found
        indexes = [group.index(codes) for group in self.groups]
        for part in self.parts:
            fired, _undecided = part.masks(indexes)
            found |= fired != 0
        return found


class SmallTable:
    """A table with one answer that is worked out for every combination of its facts beforehand."""

    def __init__(
        self,
        table: DecisionTable,
        codings: Mapping[str, Coding],
        settings: Mapping[str, str],
        output: str,
        fact: str,
    ) -> None:
        self.group = Group([codings[fact.name] for fact in table.inputs if fact.name in codings])
        asked = ColumnTable(table, [self.group], known=settings)
        fired, undecided = asked.masks([np.arange(self.group.size)])
        policy = policy_of(table)
        coding = codings[fact]
        self.region = np.full(self.group.size, coding.size - 1, np.intp)
        for at, (one, other) in enumerate(zip(fired.tolist(), undecided.tolist(), strict=True)):
            answer = policy.answer(one, other)
            if answer.status is Status.DECIDED and not isinstance(answer.outcome, tuple):
                self.region[at] = coding.of_value(answer.outcome[output])

    def regions(self, codes: Mapping[str, Index]) -> Index:
        """The region of the answer per person; missing while undecided."""
        return self.region[self.group.index(codes)]
