"""Cards that asked to discuss and were answered, for everybody: what `core.pathway.titration.settled` does for one.

A card is what made its rule true: the values behind the rule's cells (numbers as they are, answers as their place), the
interactions at hand and the dose in use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from anderhalf.core.decisions.facts import FactType, Value
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.titration.model import Settled
from anderhalf.core.pathway.titration.protocol import Protocol

if TYPE_CHECKING:
    from anderhalf.population.titration.cohort import Labels

NO_CARD = -1
GATE = 1
"""The table before every step up: what it asks is about a step that is not taken meanwhile."""
WORKED_OUT = frozenset(
    {"pregnant", "lvef_ever_40_or_less", "potassium_binder", "diabetes_type", "surgery_within_days"}
)
"""Facts of which the answer that counts follows from more than what was answered."""
_GIVEN = frozenset({"on_drug", "drug_class", "drug", "interaction"})
"""Cells that say which card it is; interactions are kept by name."""


@dataclass(slots=True, kw_only=True)
class Cards:
    """One card per person of one class; `table` is -1 for who has none."""

    table: npt.NDArray[np.int16]
    rule: npt.NDArray[np.int16]
    drug: npt.NDArray[np.int16]
    """Of the drug in use its place in the class; -1 for a class that is not used."""
    dose: npt.NDArray[np.float64]
    """A day; NaN unknown or not used."""
    pairs: npt.NDArray[np.uint64]
    """One bit per interaction of the protocol."""
    facts: npt.NDArray[np.float64]
    """Per person the values behind the rule's cells, in the order of `Resting.names`; NaN unknown."""
    on: npt.NDArray[np.int32]
    """The day on which it was shown; of an answered card the day of the answer."""

    def where(self, chosen: npt.NDArray[np.bool_], other: Cards) -> Cards:
        """These cards for who is chosen, and the other ones for the rest."""
        parts = {}
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            mask = chosen.reshape(-1, *([1] * (mine.ndim - 1)))
            parts[one.name] = np.where(mask, mine, theirs)
        return Cards(**parts)

    def of(self, people: npt.NDArray[np.bool_]) -> Cards:
        """Only of these people."""
        return Cards(**{one.name: getattr(self, one.name)[people] for one in fields(self)})


class Resting:
    """What the rules of one class rest on: the tables that can speak, with the facts behind each rule."""

    def __init__(self, protocol: Protocol, key: str, tables: Sequence[DecisionTable]) -> None:
        self.protocol, self.key, self.tables = protocol, key, tuple(tables)
        skip = _GIVEN | set(protocol.settings)
        self.names = [
            [[n for n, cell in rule.cells.items() if not cell.any and n not in skip] for rule in table.rules]
            for table in self.tables
        ]
        self.width = max((len(names) for table in self.names for names in table), default=0)
        change = protocol.limits.settled_change
        longest = max(len(table) for table in self.names)
        self.least = np.zeros((len(self.names), longest, self.width))
        """Per table, rule and place how much a number has to change at least; 0: any change counts."""
        for table, rules in enumerate(self.names):
            for rule, names in enumerate(rules):
                self.least[table, rule, : len(names)] = [float(change.get(name, 0)) for name in names]
        self.pair_rules = [
            np.array([rule.id in protocol.pair_rules for rule in table.rules], bool) for table in self.tables
        ]
        """Rules about an interaction to discuss: one question, whichever class shows it."""
        self.question = self._questions(protocol)
        """Per table and rule a number; rules that ask the same have the same one."""
        self.never = [
            np.array([rule.id in protocol.limits.settled_never for rule in table.rules], bool)
            for table in self.tables
        ]

    def _questions(self, protocol: Protocol) -> npt.NDArray[np.int16]:
        first = {name: rules[0] for rules in protocol.limits.settled_same for name in rules}
        numbers: dict[str, int] = {}
        found = np.zeros(self.least.shape[:2], np.int16)
        for table, one in enumerate(self.tables):
            for rule, each in enumerate(one.rules):
                found[table, rule] = numbers.setdefault(first.get(each.id, each.id), len(numbers))
        return found

    def none(self, size: int) -> Cards:
        """No cards."""
        return Cards(
            table=np.full(size, NO_CARD, np.int16), rule=np.zeros(size, np.int16), drug=np.full(size, -1, np.int16),
            dose=np.full(size, np.nan), pairs=np.zeros(size, np.uint64), facts=np.full((size, self.width), np.nan),
            on=np.full(size, -1, np.int32),
        )  # fmt: skip

    def same(
        self, before: Cards, now: Cards, *, began: npt.NDArray[np.int32],
        earlier: Mapping[str, Sequence[tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]]],
    ) -> npt.NDArray[np.bool_]:  # fmt: skip
        """Whether a card was answered before, and nothing that it rests on has changed since.

        `began` is the day before which no answer counts (a drug of an interaction at hand began, or the class ended),
        `earlier` per fact the values before the newest one with their days (NaN: none).
        """
        asks = self.question
        found = (before.table != NO_CARD) & (now.table != NO_CARD)
        found &= asks[before.table, before.rule] == asks[now.table, now.rule]
        found &= self._in_time(before, now, began) & ~self._about_pairs(now)
        found &= (now.pairs & ~before.pairs) == 0
        found &= (before.drug == -1) | (before.drug == now.drug)
        found &= (before.dose == now.dose) | (np.isnan(before.dose) & np.isnan(now.dose))
        most = found.nonzero()[0]  # few: only for them the facts are compared
        one, other = before.facts[most], now.facts[most]
        moved = self._moved(one, other, self.least[now.table[most], now.rule[most]])
        found[most] = ~moved.any(axis=1)
        for at in found.nonzero()[0]:
            found[at] = not self._was_other(before, int(at), earlier)
        return found

    def same_pairs(
        self, theirs: Resting, before: Cards, now: Cards, *, began: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.bool_]:
        """Whether the interactions of a card were all discussed at a card of a class (maybe another one) before."""
        found = self._about_pairs(now)
        if found.any():
            found &= theirs._about_pairs(before) & ((now.pairs & ~before.pairs) == 0)
            found &= self._in_time(before, now, began)
        return found

    def outdated(
        self, cards: Cards, numbers: Mapping[str, npt.NDArray[np.float64]],
        places: Mapping[str, npt.NDArray[np.int8]], days: Mapping[str, npt.NDArray[np.int32]],
    ) -> npt.NDArray[np.bool_]:  # fmt: skip
        """Answers about a drug in use of which a newer value says otherwise: to be forgotten by who keeps them."""
        found = np.zeros(len(cards.table), bool)
        used = np.flatnonzero((cards.table != NO_CARD) & (cards.table != GATE) & (cards.drug >= 0))
        which = cards.table[used].astype(np.int32) * self.least.shape[1] + cards.rule[used]
        for each in np.unique(which).tolist():
            table, rule = divmod(each, self.least.shape[1])
            at = used[which == each]
            for place, name in enumerate(self.names[table][rule]):
                if name in WORKED_OUT or (name not in numbers and name not in places):
                    continue
                value = (numbers[name] if name in numbers else places[name].astype(np.float64))[at]
                newer = days[name][at] > cards.on[at]
                found[at] |= newer & self._moved(
                    cards.facts[at, place], value, self.least[table, rule, place]
                )
        return found

    def _in_time(self, before: Cards, now: Cards, began: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        days, most = now.on - before.on, self.protocol.limits.settled_days
        found = (days >= 0) & (began <= before.on)
        return found if most is None else found & (days <= most)

    def _about_pairs(self, cards: Cards) -> npt.NDArray[np.bool_]:
        found = np.zeros(len(cards.table), bool)
        for table, rules in enumerate(self.pair_rules):
            if rules.any():
                at = np.flatnonzero(cards.table == table)
                found[at] = rules[cards.rule[at]]
        return found

    @staticmethod
    def _moved(
        one: npt.NDArray[np.float64], other: npt.NDArray[np.float64], least: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.bool_]:
        """Whether values differ by as much as counts; an unknown one differs from a known one."""
        with np.errstate(invalid="ignore"):
            # decimals again: 4.9 - 4.6 is 0.3
            moved = np.where(least > 0, np.round(np.abs(other - one), 6) >= least, one != other)
        found: npt.NDArray[np.bool_] = np.where(
            np.isnan(one) | np.isnan(other), np.isnan(one) != np.isnan(other), moved
        )
        return found

    def _was_other(
        self, before: Cards, at: int,
        earlier: Mapping[str, Sequence[tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]]],
    ) -> bool:  # fmt: skip
        """Whether an earlier value of after the answer about a drug in use was another one."""
        if before.drug[at] < 0 or before.table[at] == GATE:
            return False
        table, rule = int(before.table[at]), int(before.rule[at])
        for place, name in enumerate(self.names[table][rule]):
            for values, days in earlier.get(name, ()):
                if days[at] > before.on[at] and not np.isnan(values[at]):
                    then, least = before.facts[at, place : place + 1], self.least[table, rule, place]
                    if self._moved(then, values[at : at + 1], least)[0]:
                        return True
        return False

    def as_settled(self, labels: Labels, cards: Cards, at: int) -> Settled | None:
        """One person's answered card as the engine for one patient takes it."""
        if cards.table[at] == NO_CARD:
            return None
        table, rule = int(cards.table[at]), int(cards.rule[at])
        facts: dict[str, Value] = {}
        for place, name in enumerate(self.names[table][rule]):
            value = float(cards.facts[at, place])
            if not np.isnan(value):
                facts[name] = _value(labels, name, value)
        pairs = [
            one.id for bit, one in enumerate(self.protocol.interactions.pairs) if int(cards.pairs[at]) >> bit & 1
        ]  # fmt: skip
        severity = {one.id: one.severity.value for one in self.protocol.interactions.pairs}
        if pairs:
            facts["interaction"] = ", ".join(sorted(pairs, key=lambda name: severity[name]))
        if not np.isnan(cards.dose[at]):
            facts["dose"] = format(Decimal(repr(float(cards.dose[at]))).normalize(), "f")
        drugs = labels.slots[self.key].drugs
        drug = drugs[int(cards.drug[at])].key if cards.drug[at] >= 0 else ""
        day = date.fromordinal(int(cards.on[at]))
        return Settled(
            drug_class=self.key, rule=self.tables[table].rules[rule].id, on=day, drug=drug, facts=facts
        )


def _value(labels: Labels, name: str, value: float) -> Value:
    if labels.protocol.facts[name].type is FactType.NUMBER:
        return Decimal(repr(value)).normalize() + 0
    return labels.listed(name)[int(value)]


def resting(protocol: Protocol, key: str) -> Resting:
    """What the cards of one class rest on: its own table, and those that are asked before and after it."""
    return Resting(
        protocol, key, (protocol.drug_class[key].table, protocol.gate, protocol.lowering, protocol.in_use)
    )
