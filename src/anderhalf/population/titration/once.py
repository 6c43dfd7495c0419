"""A question is asked once, for everybody: what `core.pathway.titration.once` works out for one patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.titration.model import ProposalKind
from anderhalf.core.pathway.titration.once import OWN
from anderhalf.core.pathway.titration.protocol import Protocol
from anderhalf.population.titration.codes import Coding, Index

if TYPE_CHECKING:
    from anderhalf.population.titration.engine import Answers

Flags = npt.NDArray[np.bool_]


class Questions:
    """What each class asks when it needs data: one column per fact, and per rule that asks by itself."""

    def __init__(
        self, protocol: Protocol, codings: Mapping[str, Coding], tables: Mapping[str, Sequence[DecisionTable]]
    ) -> None:
        self.protocol, self.codings, self.tables = protocol, codings, tables
        names = dict.fromkeys(
            fact.name
            for several in tables.values()
            for table in several
            for fact in table.inputs
            if fact.name in codings
        )
        rules = dict.fromkeys(
            rule.id
            for several in tables.values()
            for table in several
            for rule in table.rules
            if rule.outputs["action"] == ProposalKind.NEEDS_DATA.value
        )
        every = (*names, *rules, *(f"{rule} laboratory" for rule in rules))
        self.column = {name: at for at, name in enumerate(every)}
        self.own = np.array([name in OWN for name in every])
        self.open_at = {
            key: [
                {
                    fact.name: np.uint64(int(possible[-1]) & ~int(true[-1]))
                    for fact in table.inputs
                    if fact.name in codings
                    for true, possible in [
                        codings[fact.name].masks([rule.cells[fact.name] for rule in table.rules])
                    ]
                }
                for table in several
            ]
            for key, several in tables.items()
        }
        """Per class, table and fact the rules that stay open while the fact is missing."""

    def hold(
        self, asks: Mapping[str, Flags], on: Mapping[str, Flags], found: Mapping[str, Answers],
        codes: Mapping[str, Mapping[str, Index]],
    ) -> Mapping[str, Index]:  # fmt: skip
        """Per class the people in whom it waits, because what it asks is asked by another class already."""
        several = sum(flags.astype(np.int8) for flags in asks.values()) > 1
        idle = np.any([asks[key] & ~on[key] for key in asks], axis=0)
        people = np.flatnonzero(several & idle)
        asked = np.zeros((len(people), len(self.column)), bool)
        wanted = {key: self._wanted(key, people, asks[key], found[key], codes[key]) for key in asks}
        for key, mine in wanted.items():
            asked |= mine & on[key][people, None]
        waits = {}
        for key, mine in wanted.items():
            free = asks[key][people] & ~on[key][people]
            known = mine.any(axis=1) & ~(mine & (~asked | self.own)).any(axis=1)
            waits[key] = people[free & known]
            asked |= mine & (free & ~known)[:, None]
        return waits

    def _wanted(
        self, key: str, people: Index, asks: Flags, answers: Answers, codes: Mapping[str, Index]
    ) -> Flags:
        found = np.zeros((len(people), len(self.column)), bool)
        laboratory = self.protocol.drug_class[key].needs_laboratory
        mine = asks[people]
        for table, one in enumerate(self.tables[key]):
            at = np.flatnonzero(mine & (answers.table[people] == table))
            if not len(at):
                continue
            lacking = answers.lacking[people[at]]
            for name, rules in self.open_at[key][table].items():
                missing = codes[name][people[at]] == self.codings[name].size - 1
                found[at, self.column[name]] = missing & ((lacking & rules) != 0)
            by_itself = np.flatnonzero(lacking == 0)
            for rule in np.unique(answers.rule[people[at[by_itself]]]).tolist():
                if rule >= len(one.rules):
                    continue
                who = at[by_itself[answers.rule[people[at[by_itself]]] == rule]]
                name = one.rules[rule].id
                for each in (name, f"{name} laboratory") if laboratory else (name,):
                    found[who, self.column[each]] = True
        return found
