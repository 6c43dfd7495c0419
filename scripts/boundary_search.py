"""Finds a patient for whom one rule of a table answers, or would if one value of a fact were not in its way.

A patient is one value per fact. For the rule that is looked at no other rule may come in between: none above it (of a
table in which one rule answers) may fire, nor stay open in a way that holds back the answer. The search is complete:
when it finds nobody, there is nobody, up to a number of steps that no table here comes near.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from anderhalf.core.decisions.facts import Fact, FactType, FactValueError, Value, check_value
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OnUnknown
from anderhalf.core.decisions.policy import bits, policy_of
from anderhalf.core.decisions.space import Space

MAX_STEPS = 20_000
Patient = dict[str, Value | None]
"""Every input of the table -> its value; None is unknown."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a fact and what the cells of all rules say of it (bit i for rule i)."""

    value: Value | None
    true: int
    possible: int


class Finder:
    """One table made ready to be searched."""

    def __init__(self, table: DecisionTable) -> None:
        self.table = table
        space = Space(table)
        self.choices = [
            [Choice(region.example, true, possible) for region, true, possible in zip(*column, strict=True)]
            for column in zip(space.regions, space.true, space.possible, strict=True)
        ]
        self.place = {fact.name: at for at, fact in enumerate(table.inputs)}
        self.usual: Patient = {
            fact.name: _quietest(choices).value
            for fact, choices in zip(table.inputs, self.choices, strict=True)
        }
        policy = policy_of(table)
        self._aside = [policy.stepping_aside(at) for at in range(len(table.rules))]

    def rivals(self, rules: Sequence[int]) -> list[tuple[int, bool]]:
        """The rules that would keep these from answering, each with whether it does so when it is merely open."""
        if self.table.hit_policy is HitPolicy.FIRST:
            others = range(min(rules))
        elif self.table.hit_policy.is_single:
            others = range(len(self.table.rules))
        else:
            others = range(0)
        return [(at, self.blocks(at, rules[0])) for at in others if at not in rules]

    def blocks(self, other: int, rule: int) -> bool:
        """Whether a rule above another, while it is open, keeps that one from answering."""
        mine, theirs = self.table.rules[rule], self.table.rules[other]
        ignored = self.table.rule_on_unknown(theirs) is OnUnknown.TREAT_AS_NO_MATCH
        return not (ignored or mine.outputs == theirs.outputs or self._aside[rule] >> other & 1)

    def find(
        self,
        rules: Sequence[int],
        *,
        near: Patient,
        fixed: Mapping[str, Value | None] | None = None,
    ) -> Patient | None:
        """Somebody like `near` for whom all cells of `rules` hold, but for the facts that are `fixed`; None: nobody."""
        fixed = fixed or {}
        options: list[list[Choice]] = []
        for fact, choices in zip(self.table.inputs, self.choices, strict=True):
            if fact.name in fixed:
                options.append([self.choice(fact, fixed[fact.name])])
                continue
            wanted = sum(1 << at for at in rules)
            kept = [choice for choice in self._with(fact, near, choices) if choice.true & wanted == wanted]
            if not kept:
                return None
            options.append(kept)
        chosen = _Search(options, self.rivals(rules)).run()
        if chosen is None:
            return None
        names = (fact.name for fact in self.table.inputs)
        return dict(zip(names, (choice.value for choice in chosen), strict=True))

    def _with(self, fact: Fact, near: Patient, choices: Sequence[Choice]) -> list[Choice]:
        """The value of the patient near by first, and `unknown` last."""
        first = self.choice(fact, near[fact.name])
        known = [choice for choice in choices if choice.value is not None and choice != first]
        return [first, *known, *(choice for choice in choices if choice.value is None and choice != first)]

    def choice(self, fact: Fact, value: Value | None) -> Choice:
        """What all cells of a column say of a value."""
        results = [rule.cells[fact.name].matches(value) for rule in self.table.rules]
        return Choice(
            value,
            sum(1 << at for at, result in enumerate(results) if result),
            sum(1 << at for at, result in enumerate(results) if result is not False),
        )

    def values_around(self, fact: Fact) -> list[Value]:
        """The values at and just beside each limit that a cell of the column writes, in order; or all its codes."""
        if fact.type is FactType.BOOLEAN:
            return [True, False]
        if fact.type not in (FactType.NUMBER, FactType.DATE):
            return [choice.value for choice in self._every_code(fact)]
        found: set[Value] = set()
        for rule in self.table.rules:
            for limit in rule.cells[fact.name].literals:
                found |= set(beside(fact, limit))
        if not found:  # the column only asks whether the value is known
            found = {
                choice.value for choice in self.choices[self.place[fact.name]] if choice.value is not None
            }
        return sorted(found)  # type: ignore[type-var]

    def _every_code(self, fact: Fact) -> Iterator[Choice]:
        named = dict.fromkeys(value for rule in self.table.rules for value in rule.cells[fact.name].literals)
        values = list(fact.values) or [*named, "other"]
        return (self.choice(fact, value) for value in values)


def beside(fact: Fact, limit: Value) -> Iterator[Value]:
    """A limit and the nearest values below and above it, as far as the fact can have them."""
    around: list[Value] = [limit]
    if isinstance(limit, Decimal):
        digits = max(fact.decimals, -int(limit.as_tuple().exponent))
        step = Decimal(1).scaleb(-digits)
        around = [limit - step, limit, limit + step]
    elif isinstance(limit, date):
        around = [limit - timedelta(1), limit, limit + timedelta(1)]
    for value in around:
        try:
            check_value(fact, value)
        except FactValueError:
            continue
        yield value


def _quietest(choices: Sequence[Choice]) -> Choice:
    """The known value for which the fewest rules can hold."""
    known = [choice for choice in choices if choice.value is not None]
    return min(known or choices, key=lambda choice: choice.possible.bit_count())


class _Search:
    """Narrows the values of each fact until every rival is impossible; the first value that is left counts."""

    def __init__(self, options: Sequence[Sequence[Choice]], rivals: Sequence[tuple[int, bool]]) -> None:
        self.options = options
        self.steps = 0
        self.out = [
            [
                sum(
                    1 << place
                    for place, choice in enumerate(column)
                    if not (choice.possible if blocks else choice.true) >> rival & 1
                )
                for column in options
            ]
            for rival, blocks in rivals
        ]
        """Per rival and fact: the values by which the rival is out."""

    def run(self) -> list[Choice] | None:
        """The values chosen, or None when there are none."""
        left = self._narrow([(1 << len(column)) - 1 for column in self.options])
        if left is None:
            return None
        return [column[next(bits(mask))] for column, mask in zip(self.options, left, strict=True)]

    def _narrow(self, left: list[int]) -> list[int] | None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise RuntimeError("the search takes too long")
        tightest: list[tuple[int, int]] | None = None
        for out in self.out:
            ways = []
            for column, (mask, by) in enumerate(zip(left, out, strict=True)):
                if not mask & ~by:
                    break  # out, whatever is chosen
                if mask & by:
                    ways.append((column, mask & by))
            else:
                if tightest is None or len(ways) < len(tightest):
                    tightest = ways
        if tightest is None:
            return left
        # The way that keeps the patient near by comes first, then the one that leaves most open.
        tightest.sort(key=lambda way: (next(bits(way[1])) != next(bits(left[way[0]])), -way[1].bit_count()))
        for column, mask in tightest:
            found = self._narrow([*left[:column], mask, *left[column + 1 :]])
            if found is not None:
                return found
        return None
