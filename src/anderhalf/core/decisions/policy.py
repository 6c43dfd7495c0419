"""From the sets of fired and undecided rules to one answer: the only place where hit policies live.

Every engine (row by row, compiled, population) finds two bitmasks per person, bit *i* for rule *i* in table
order, and asks here what they mean. Only some hundred different pairs occur in millions of people, so
answers are remembered per pair.

When a fired rule would give the answer, an undecided rule *blocks* it if its firing would change it. That
makes the decision "needs data". It does not block when
- it, or its table, says `on_unknown = treat_as_no_match`;
- it comes lower in the order of the hit policy, or would answer the same;
- the answering rule has the cell `null` for a fact on which the other rule is undecided: that rule speaks
  explicitly for the case that the fact is missing, so the other steps aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from functools import lru_cache

from anderhalf.core.decisions.facts import Value, same_value
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OnUnknown, Rule

Outcome = Mapping[str, Value | None] | tuple[Mapping[str, Value | None], ...]


class Status(StrEnum):
    """How a decision ended."""

    DECIDED = "decided"
    NEEDS_DATA = "needs_data"
    NO_MATCH = "no_match"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a table answers for one pair of fired and undecided sets; numbers are rule indexes."""

    status: Status
    outcome: Outcome
    decisive: tuple[int, ...]
    """The rules that made the outcome; empty for the default."""
    blocking: tuple[int, ...]
    """Undecided rules because of which the status is needs_data."""
    could_change: tuple[int, ...]
    """Undecided rules that would change the answer by firing, also those treated as no match or stepping aside."""


_REMEMBERED_ANSWERS = 10_000


class Policy:
    """The hit policy of one table, prepared for many questions."""

    def __init__(self, table: DecisionTable) -> None:
        self._table = table
        self._rows = [tuple(rule.outputs[spec.name] for spec in table.outputs) for rule in table.rules]
        ranked = table.hit_policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER)
        keys = [(self._rank(row) if ranked else (), at) for at, row in enumerate(self._rows)]
        self._place = {at: place for place, (_, at) in enumerate(sorted(keys))}
        self._ignorable = sum(
            1 << at
            for at, rule in enumerate(table.rules)
            if table.rule_on_unknown(rule) is OnUnknown.TREAT_AS_NO_MATCH
        )
        self._steps_aside = [self._stepping_aside(rule) for rule in table.rules]
        self._none_aside = [0] * len(table.rules)
        self._answers: dict[tuple[int, int], Answer] = {}

    def answer(self, fired: int, undecided: int) -> Answer:
        """The answer for two disjoint bitmasks, bit i for rule i of the table."""
        known = self._answers.get((fired, undecided))
        if known is None:
            known = self._answer(fired, undecided)
            if len(self._answers) < _REMEMBERED_ANSWERS:
                self._answers[fired, undecided] = known
        return known

    def place(self, rule: int) -> int:
        """The place of a rule in the order of the hit policy, 0 first."""
        return self._place[rule]

    def stepping_aside(self, rule: int) -> int:
        """The rules that do not block this one when undecided, because it tests their fact for `null`."""
        return self._steps_aside[rule]

    def _answer(self, fired: int, undecided: int) -> Answer:
        hits = sorted(bits(fired), key=self._place.__getitem__)
        open_rules = list(bits(undecided & ~self._ignorable))
        status, outcome, decisive, blocking = self._decide(hits, open_rules, asides=self._steps_aside)
        could_change = self._decide(hits, list(bits(undecided)), asides=self._none_aside)[3]
        return Answer(status, outcome, tuple(decisive), tuple(blocking), tuple(could_change))

    def _decide(
        self, hits: list[int], unknown: list[int], *, asides: list[int]
    ) -> tuple[Status, Outcome, list[int], list[int]]:
        nothing: Outcome = () if self._table.hit_policy.is_list else {}
        if not hits:
            return self._without_hits(unknown, nothing)
        if self._table.hit_policy.is_single:
            return self._single(hits, unknown, nothing, asides)
        blocking = [
            at for at in unknown if not _aside(hits, at, asides) and self._changes_collection(hits, at)
        ]
        if blocking:
            return Status.NEEDS_DATA, nothing, [], blocking
        if self._table.hit_policy.is_list:
            return Status.DECIDED, tuple(self._mapping(at) for at in hits), hits, []
        return Status.DECIDED, {self._table.outputs[0].name: self._aggregate(hits)}, hits, []

    def _without_hits(
        self, unknown: list[int], nothing: Outcome
    ) -> tuple[Status, Outcome, list[int], list[int]]:
        if unknown:
            return Status.NEEDS_DATA, nothing, [], unknown
        default = self._table.default_outcome
        if default is None:
            return Status.NO_MATCH, nothing, [], []
        return Status.DECIDED, (default,) if self._table.hit_policy.is_list else default, [], []

    def _single(
        self, hits: list[int], unknown: list[int], nothing: Outcome, asides: list[int]
    ) -> tuple[Status, Outcome, list[int], list[int]]:
        policy = self._table.hit_policy
        winner = hits[0]
        decisive = hits if policy in (HitPolicy.UNIQUE, HitPolicy.ANY) else [winner]
        if any(self._conflicts(at, winner) for at in hits[1:]):
            return Status.CONFLICT, nothing, hits, []
        blocking = [at for at in unknown if self._overrules(at, winner) and not _aside(decisive, at, asides)]
        if blocking:
            return Status.NEEDS_DATA, nothing, [], blocking
        return Status.DECIDED, self._mapping(winner), decisive, []

    def _conflicts(self, at: int, winner: int) -> bool:
        """Whether two rules may not both fire."""
        policy = self._table.hit_policy
        return policy is HitPolicy.UNIQUE or (policy is HitPolicy.ANY and self._differs(at, winner))

    def _overrules(self, at: int, winner: int) -> bool:
        """Whether a rule would change the winner's answer by firing too."""
        if self._table.hit_policy in (HitPolicy.UNIQUE, HitPolicy.ANY):
            return self._conflicts(at, winner)
        return self._place[at] < self._place[winner] and self._differs(at, winner)

    def _differs(self, at: int, winner: int) -> bool:
        pairs = zip(self._rows[at], self._rows[winner], strict=True)
        return not all(same_value(value, other) for value, other in pairs)

    def _changes_collection(self, hits: list[int], at: int) -> bool:
        value = self._rows[at][0]
        match self._table.hit_policy:
            case HitPolicy.COLLECT_SUM:
                return value != 0
            case HitPolicy.COLLECT_MIN | HitPolicy.COLLECT_MAX:
                return self._aggregate([*hits, at]) != self._aggregate(hits)
        return True

    def _aggregate(self, hits: list[int]) -> Decimal:
        numbers = [value for at in hits if isinstance(value := self._rows[at][0], Decimal)]
        match self._table.hit_policy:
            case HitPolicy.COLLECT_COUNT:
                return Decimal(len(hits))
            case HitPolicy.COLLECT_MIN:
                return min(numbers)
            case HitPolicy.COLLECT_MAX:
                return max(numbers)
        # The default context rounds at 28 digits; a sum of written numbers must be exact.
        with localcontext(Context(prec=6000)):
            return sum(numbers, Decimal(0))

    def _mapping(self, at: int) -> Mapping[str, Value | None]:
        return dict(self._table.rules[at].outputs)

    def _rank(self, row: tuple[Value | None, ...]) -> tuple[int, ...]:
        """Priority of a row by its first output, then the second, …: place in the list of allowed values."""
        ranks = []
        for spec, value in zip(self._table.outputs, row, strict=True):
            places = (place for place, known in enumerate(spec.values) if same_value(known, value))
            ranks.append(next(places, len(spec.values)))
        return tuple(ranks)

    def _stepping_aside(self, rule: Rule) -> int:
        explicit = [name for name, test in rule.cells.items() if test.is_exactly_null]
        mask = 0
        for at, other in enumerate(self._table.rules):
            if any(other.cells[name].matches(None) is None for name in explicit):
                mask |= 1 << at
        return mask


def _aside(hits: list[int], at: int, asides: list[int]) -> bool:
    return any(asides[hit] >> at & 1 for hit in hits)


@lru_cache(maxsize=256)
def policy_of(table: DecisionTable) -> Policy:
    """The prepared hit policy of a table; remembered for tables in use."""
    return Policy(table)


def bits(mask: int) -> Iterator[int]:
    """The indexes of the bits that are set, ascending."""
    at = 0
    while mask:
        if mask & 1:
            yield at
        mask >>= 1
        at += 1
