"""What a change would have done: stored facts answered by the running version and by the draft. Pure.

A case is one referral (or, for tables outside the referral, one decision) with the facts as they were then. It holds
no name, no date of birth and no number of the patient; days are kept as ages in days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import Fact, FactType, FactValueError, FactValues, Value
from anderhalf.core.pathway.danger import EXCLUSION
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.referral import REFERRAL, route_referral

REFERRAL_TABLES = (EXCLUSION, REFERRAL)
Outcome = tuple[str, ...]
"""Codes of the outputs, or one of the marks below."""
NEEDS_DATA: Outcome = ("?needs_data",)
NO_MATCH: Outcome = ("?no_match",)
CONFLICT: Outcome = ("?conflict",)
REFUSED: Outcome = ("?refused",)


@dataclass(frozen=True, slots=True)
class Case:
    """What was known about somebody on a day."""

    facts: FactValues
    on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a case, the rule that made it and the facts that are missing for one."""

    outcome: Outcome
    rules: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownFact:
    """A fact of an anonymous case, with its age in days when it was dated."""

    fact: Fact
    value: Value
    age_days: int | None


@dataclass(frozen=True, slots=True)
class Pair:
    """One case answered twice."""

    number: int
    before: Answer
    after: Answer
    facts: tuple[ShownFact, ...]

    @property
    def moves(self) -> bool:
        """Whether the outcome is another one."""
        return self.before.outcome != self.after.outcome


def answer_of(pathway: Pathway, table: str, case: Case) -> Answer:
    """What a version answers: for the referral's tables line, term and action together, otherwise the one table.

    Line and term are those of the service's one routing.
    """
    try:
        if table not in REFERRAL_TABLES:
            return _of(evaluate(pathway.table(table), case.facts, on=case.on))
        routing = route_referral(pathway, case.facts, on=case.on)
        if routing.line:
            return Answer((routing.line, routing.urgency), tuple(one.rule for one in routing.reasons), ())
        exclusion = routing.decisions[EXCLUSION]
        return _of(routing.decisions[REFERRAL] if exclusion.is_decided else exclusion)
    except FactValueError:
        # A value that was possible then is refused by this version's dictionary.
        return Answer(REFUSED, (), ())


def _of(decision: Decision, outputs: tuple[str, ...] = ()) -> Answer:
    rules = tuple(rule.rule_id for rule in decision.decisive)
    if not decision.is_decided:
        marks = {"needs_data": NEEDS_DATA, "no_match": NO_MATCH}
        return Answer(marks.get(decision.status.value, CONFLICT), (), decision.facts_missing)
    if isinstance(decision.outcome, tuple):
        return Answer(tuple(sorted("·".join(_codes(one)) for one in decision.outcome)) or ("",), rules, ())
    return Answer(_codes(decision.outcome, outputs), rules, ())


def _codes(values: Mapping[str, Value | None], names: tuple[str, ...] = ()) -> Outcome:
    return tuple(str(values.get(name)) for name in names or values)


def rehearse(running: Pathway, draft: Pathway, table: str, cases: Iterable[Case]) -> tuple[Pair, ...]:
    """Every case answered by both versions, numbered from 1."""
    asked = _asked(running, table) | _asked(draft, table)
    pairs = []
    for number, case in enumerate(cases, start=1):
        before, after = answer_of(running, table, case), answer_of(draft, table, case)
        shown = tuple(
            ShownFact(fact, given.value, (case.on - given.on).days if given.on else None)
            for name, fact in running.facts.items()
            # A date could give somebody away, and its age in days is a fact of its own.
            if name in asked
            and fact.type is not FactType.DATE
            and (given := case.facts.get(name)) is not None
        )
        pairs.append(Pair(number, before, after, shown))
    return tuple(pairs)


def _asked(pathway: Pathway, table: str) -> frozenset[str]:
    names = REFERRAL_TABLES if table in REFERRAL_TABLES else (table,)
    return frozenset(fact.name for name in names for fact in pathway.table(name).inputs)


@dataclass(frozen=True, slots=True)
class Matrix:
    """How many went from which outcome (row) to which (column); outcomes in a fixed order."""

    outcomes: tuple[Outcome, ...]
    counts: Mapping[tuple[Outcome, Outcome], int]

    @property
    def total(self) -> int:
        """All cases."""
        return sum(self.counts.values())

    @property
    def moved(self) -> int:
        """Cases off the diagonal."""
        return sum(count for (before, after), count in self.counts.items() if before != after)


def matrix_of(pairs: Iterable[Pair], pathway: Pathway) -> Matrix:
    """The transition matrix; outcomes go from urgent to not urgent, those without an answer last."""
    counts: dict[tuple[Outcome, Outcome], int] = {}
    for pair in pairs:
        key = (pair.before.outcome, pair.after.outcome)
        counts[key] = counts.get(key, 0) + 1
    lines, terms = list(pathway.lines), pathway.urgencies

    def order(outcome: Outcome) -> tuple[bool, float, float, Outcome]:
        line = float(lines.index(outcome[0])) if outcome[0] in lines else float(len(lines))
        term = terms.get(outcome[1]) if len(outcome) > 1 else None
        days = float(term.days) if term is not None and term.days is not None else float("inf")
        return (outcome[0].startswith("?"), line, days, outcome)

    found = {outcome for key in counts for outcome in key}
    return Matrix(tuple(sorted(found, key=order)), counts)
