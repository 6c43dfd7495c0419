"""A slow, obvious twin of the population's feature layer: one person, plain loops over their events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.decisions.chain import feeding, order_tables
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision, RuleState
from anderhalf.core.decisions.facts import FactType, FactValue, FactValues, Freshness, freshness
from anderhalf.population.criteria import Criteria, read_criteria
from anderhalf.population.encoding import UNUSABLE, day_of, decode
from anderhalf.population.kinds import Kind

ON = date(2026, 11, 21)
Event = tuple[int, int, int | None, int, int]


@lru_cache(maxsize=1)
def criteria() -> Criteria:
    """The heart-failure pathway of this checkout."""
    folder = pathway_folder("heart_failure")
    return read_criteria(load_pathway(read_folder(folder), str(folder)))


def _from_events(events: Sequence[Event], criteria: Criteria, on: date, unsure: int) -> dict[str, FactValue]:
    known: dict[str, FactValue] = {}
    for place, feature in enumerate(criteria.features):
        mine = [
            event for event in events if event[1] == place and (event[2] is None or day_of(event[2]) <= on)
        ]
        says_no = feature.absent_is_no and not unsure & {"problems": 1, "medication": 2}.get(
            feature.source, 0
        )
        if feature.kind is Kind.COUNT:
            if mine or says_no:
                known[feature.name] = FactValue(Decimal(len(mine)), on)
            continue
        if mine:
            newest = max(_moment(event) for event in mine)
            values = {event[4] for event in mine if _moment(event) == newest}
            day = day_of(newest[1]) if newest[0] else None
            if len(values) == 1 and UNUSABLE not in values:
                known[feature.name] = FactValue(decode(feature.fact, values.pop()), day)
            elif freshness(feature.fact, FactValue(True, day), on=on) is Freshness.KNOWN:
                continue  # two values of one minute, or one that cannot be used: unknown, and not "no"
        stale = freshness(feature.fact, known.get(feature.name), on=on) is not Freshness.KNOWN
        if stale and says_no and feature.fact.type is FactType.BOOLEAN:
            known[feature.name] = FactValue(False, on)
    return known


def _moment(event: Event) -> tuple[bool, int, int]:
    return event[2] is not None, event[2] or 0, event[3]


def facts_of_person(
    events: Sequence[Event],
    *,
    criteria: Criteria,
    born: date | None,
    sex: str | None,
    unsure: int = 0,
    on: date = ON,
) -> FactValues:
    """What is known about one person, as `route_referral` takes it. `unsure`: 1 problems, 2 medication."""
    known = _from_events(events, criteria, on, unsure)
    known |= {} if born is None else {"birth_date": FactValue(born)}
    known |= {} if sex is None else {"sex": FactValue(sex)}
    for name, assumptions in criteria.assumed.items():
        for assumption in assumptions:
            when = known.get(assumption.when)
            if assumption.when and when is None:
                break
            if not assumption.when or (when is not None and when.value is True):
                known[name] = FactValue(assumption.value, on)
                break
    return criteria.pathway.dictionary.derive(known, on=on)


def decide_person(facts: FactValues, *, criteria: Criteria, on: date = ON) -> dict[str, Decision]:
    """Every table of case finding for one person, with the explaining row engine."""
    answered = feeding(criteria.tables.values())
    known = dict(facts)
    decisions = {}
    for table in order_tables(criteria.tables.values()):
        decision = decisions[table.id] = evaluate(table, known, on=on)
        if decision.is_decided and not isinstance(decision.outcome, tuple):
            for name, value in decision.outcome.items():
                if answered.get(name) == table.id and value is not None:
                    known[name] = FactValue(value, on)
    return decisions


def masks_of(decision: Decision) -> tuple[int, int]:
    """(fired, undecided) of an explained decision."""
    states = [rule.state for rule in decision.rules]
    return (
        sum(1 << at for at, state in enumerate(states) if state is RuleState.FIRED),
        sum(1 << at for at, state in enumerate(states) if state is RuleState.UNDECIDED),
    )
