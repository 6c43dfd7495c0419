"""Why somebody is on a list: the tables decide again on what was kept, and say it rule by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from anderhalf.apps.network.queries import agreement_on, pathway_of_decision
from anderhalf.core.decisions.chain import feeding, order_tables
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision, RuleExplanation, value_from_json
from anderhalf.core.decisions.facts import Fact, FactValue, Value
from anderhalf.core.decisions.policy import Status, policy_of
from anderhalf.core.pathway.danger import EXCLUSION
from anderhalf.core.pathway.referral import NONE, REFERRAL
from anderhalf.population.criteria import Criteria, read_criteria
from anderhalf.presentation.language import label_of

from .lists import WorkList
from .models import FoundPerson, Search

ABSENT, DERIVED, ASSUMED = "absent", "derived", "assumed"
"""Where a value without a row in the extract comes from: no row with the code, other values, or the search itself."""


@lru_cache(maxsize=8)
def _criteria(network: str, pathway: str, version: str, on: date) -> Criteria:
    chosen = pathway_of_decision(network, key=pathway, version=version, on=on)
    return read_criteria(chosen, network=agreement_on(network, on=on).files)


def criteria_of(person: FoundPerson) -> Criteria:
    """The criteria in the version that the search used."""
    return criteria_of_search(person.search)


def criteria_of_search(search: Search) -> Criteria:
    """What is searched for, in the version that was valid when the search began."""
    return _criteria(search.network_id, search.pathway, search.version, search.on)


def values_of(person: FoundPerson) -> dict[str, FactValue]:
    """The facts that were kept, as the tables take them."""
    found = {}
    for name, one in person.facts.items():
        value = value_from_json(one["value"])
        if value is not None:
            found[name] = FactValue(value, on=date.fromisoformat(one["on"]), origin=one["origin"])
    return found


@dataclass(frozen=True, kw_only=True)
class UsedFact:
    """A fact that a rule looked at. ``dated`` is False when the extract gave no day."""

    fact: Fact
    value: Value
    on: date
    dated: bool
    origin: str


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A rule that answered, with the facts it rests on."""

    table: str
    rule: RuleExplanation
    facts: tuple[UsedFact, ...]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One list's answer for one person. ``missing`` are the facts that would settle what is open."""

    reasons: tuple[Reason, ...]
    so_far: bool
    """The reasons hold as far as is known: what is missing could still change the answer."""
    missing: tuple[Fact, ...]
    questions: tuple[tuple[str, tuple[Fact, ...]], ...]
    """Per open question (a table's id) the facts that would settle it."""
    decisions: Mapping[str, Decision]


def decide_again(person: FoundPerson) -> dict[str, Decision]:
    """Every table's decision about somebody, on the day of the search."""
    criteria = criteria_of(person)
    facts = values_of(person)
    feeds = {source: name for name, source in feeding(criteria.tables.values()).items()}
    found: dict[str, Decision] = {}
    for table in order_tables(criteria.tables.values()):
        decision = evaluate(table, facts, on=person.search.on)
        found[table.id] = decision
        name = feeds.get(table.id)
        answer = decision.value(name) if name and decision.status is Status.DECIDED else None
        if name and answer is not None:
            facts[name] = FactValue(answer, on=person.search.on, origin=DERIVED)
    return found


def explain(person: FoundPerson, listed: WorkList) -> Explanation:
    """Why somebody is on a list, and what is missing there."""
    criteria = criteria_of(person)
    decisions = {name: one for name, one in decide_again(person).items() if name in listed.tables}
    said: dict[str, Any] = person.lists[listed.key]
    named = set(str(said.get("rules", "")).split())
    so_far = not named and listed.refer
    if so_far:
        named = _answering_so_far(criteria, decisions)
    reasons = []
    for name in listed.tables:
        decision = decisions.get(name)
        for rule in decision.fired if decision is not None else ():
            if rule.rule_id in named:
                reasons.append(Reason(table=name, rule=rule, facts=_used(person, criteria, rule)))
    questions = tuple(
        (
            _table_called(criteria, one.get("question", "")),
            _facts_called(criteria, listed, one.get("missing", "")),
        )
        for one in said.get("questions", ())
    )
    missing = _facts_called(criteria, listed, said.get("missing", ""))
    return Explanation(
        reasons=tuple(reasons), so_far=so_far, missing=missing, questions=questions, decisions=decisions
    )


def _answering_so_far(criteria: Criteria, decisions: Mapping[str, Decision]) -> set[str]:
    """The rules that would answer where the patient goes if nothing that is unknown made another rule fire."""
    for name in (EXCLUSION, REFERRAL):
        if name not in decisions:
            continue
        table = criteria.tables[name]
        fired = {rule.rule_id for rule in decisions[name].fired}
        mask = sum(1 << place for place, rule in enumerate(table.rules) if rule.id in fired)
        answer = policy_of(table).answer(mask, 0)
        line = answer.outcome.get("line") if isinstance(answer.outcome, Mapping) else None
        if line not in (None, NONE):
            return {table.rules[place].id for place in answer.decisive}
    return set()


def _table_called(criteria: Criteria, title: str) -> str:
    """The search writes titles and labels in Dutch; here they become names again."""
    return next((table.id for table in criteria.tables.values() if title in table.title.values()), "")


def missing_of(search: Search) -> list[tuple[str, int]]:
    """What is missing most often first, in the reader's words: the search counted by the label in one language.

    Put in order here: a database does not keep the order in which a search wrote its counts (PostgreSQL, jsonb).
    """
    if not search.missing:
        return []
    facts = [fact for table in criteria_of_search(search).tables.values() for fact in table.inputs]
    words = {label: label_of(fact.label) for fact in facts for label in fact.label.values()}
    counted = sorted(search.missing.items(), key=lambda item: (-item[1], item[0]))
    return [(words.get(label, label), number) for label, number in counted]


def _facts_called(criteria: Criteria, listed: WorkList, labels: str) -> tuple[Fact, ...]:
    wanted = set(filter(None, labels.split("; ")))
    found: dict[str, Fact] = {}
    for table in criteria.tables.values():
        for fact in table.inputs:
            if table.id in listed.tables and wanted & set(fact.label.values()):
                found[fact.name] = fact
    return tuple(found.values())


def _used(person: FoundPerson, criteria: Criteria, rule: RuleExplanation) -> tuple[UsedFact, ...]:
    found = {}
    facts = {fact.name: fact for table in criteria.tables.values() for fact in table.inputs}
    for cell in rule.cells:
        if cell.value is None or cell.on is None:
            continue
        kept = person.facts.get(cell.fact, {})
        found[cell.fact] = UsedFact(
            fact=facts[cell.fact],
            value=cell.value,
            on=cell.on,
            dated=bool(kept.get("dated", True)),
            origin=str(kept.get("origin", DERIVED)),
        )
    return tuple(found.values())
