"""Where a referral goes: which line, how soon, why, what is missing, and what the referrer still has to do.

The one routing of the service. Danger is looked for first (`danger.look_for_danger`): what is certain is given at
once, even while other questions are open, because facts that are still missing could only make it more urgent. Then
three tables answer: `exclusion` (who must never wait here), `referral` (line and urgency) and `to_do`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision, RuleExplanation
from anderhalf.core.decisions.facts import FactValue, FactValues, Freshness, check_value, freshness
from anderhalf.core.decisions.policy import Status
from anderhalf.core.pathway.danger import ACTIONS, EXCLUSION, Danger, look_for_danger, other_egfr
from anderhalf.core.pathway.model import Labels, Pathway

REFERRAL, TO_DO = "referral", "to_do"
NONE = "none"
UNDESIRABLE = "hospital_undesirable"
NOW = "now"
"""The moment of a task that waits for no appointment: said also to who is not referred on."""
EMERGENCY = "emergency"
FIRST_LINE = "first"
CALL = "call"
"""What an open question can become that is no line of care: somebody is called about it the same day. Where the patient
is seen follows from that call, which hears first whether hospital care is wanted at all."""
ASKED_ITSELF = frozenset({"is_known", "any_of", "two_of", "egfr"})
"""Derivations that can only say "yes" by themselves, need many answers, or stand in for what a laboratory reports: the
fact itself is asked as well."""


class RoutingStatus(StrEnum):
    """How sure the routing is."""

    DECIDED = "decided"
    AT_LEAST = "at_least"
    """Certain that it is this urgent; missing facts could make it more urgent."""
    NEEDS_DATA = "needs_data"
    NO_MATCH = "no_match"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A rule that gave the answer, in both languages, with its source."""

    rule: str
    texts: Labels
    source: str
    local: bool
    """Whether the rule is the network's own agreement, not a published criterion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A fact that could change the answer; `lines` are the lines it could become (or :data:`CALL`), `cells` what it
    would have to be.

    `blocking`: it must be known before there is an answer. `state`: missing, stale, undated or future.
    """

    fact: str
    lines: tuple[str, ...]
    cells: tuple[str, ...]
    blocking: bool
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """What the referrer still has to do, and when (codes of the table's outputs)."""

    task: str
    moment: str
    rule: str
    texts: Labels


@dataclass(frozen=True, kw_only=True)
class Routing:
    """The answer to a referral, with everything that explains it.

    `line` and `urgency` are empty while the facts do not decide; `likely` says which line it would be without the
    missing ones. `days` is the longest wait (None: no appointment needed, or not decided).
    """

    pathway: Pathway
    status: RoutingStatus
    line: str
    likely: str
    urgency: str
    days: int | None
    action: str
    excluded: bool
    """An exclusion rule answered: nothing may be booked in the 1.5 line."""
    danger: Danger
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    """The blocking ones first."""
    to_do: tuple[ToDo, ...]
    decisions: Mapping[str, Decision]
    """Table id -> decision, to be stored and replayed."""
    on: date
    other_egfr: FactValue | None = None
    """What eGFR would be by the creatinine, when the two that were given contradict each other."""
    hospital_undesirable: bool = False
    """It is recorded that care in hospital is not wanted: said before any emergency."""

    @property
    def is_decided(self) -> bool:
        """Whether line and urgency are certain."""
        return self.status is RoutingStatus.DECIDED

    @property
    def is_emergency(self) -> bool:
        """Somebody must act now instead of waiting for a referral; nothing is sent."""
        return self.line == EMERGENCY

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe: enough to show the answer again as it was given."""
        return {
            "line": self.line,
            "likely": self.likely,
            "urgency": self.urgency,
            "days": self.days,
            "action": self.action,
            "status": self.status.value,
            "danger": {
                "state": self.danger.state.value,
                "signs": [sign.to_dict() for sign in self.danger.signs],
                "missing": list(self.danger.missing),
            },
            "reasons": [
                {"rule": one.rule, "texts": dict(one.texts), "source": one.source, "local": one.local}
                for one in self.reasons
            ],
            "missing": [
                {
                    "fact": one.fact,
                    "lines": list(one.lines),
                    "cells": list(one.cells),
                    "blocking": one.blocking,
                    "state": one.state,
                }
                for one in self.missing
            ],
            "to_do": [
                {"task": one.task, "moment": one.moment, "rule": one.rule, "texts": dict(one.texts)}
                for one in self.to_do
            ],
            "pathway": {"key": self.pathway.key, "version": self.pathway.version, "hash": self.pathway.hash},
        }


def route_referral(
    pathway: Pathway,
    facts: FactValues,
    *,
    on: date,
    birth_date: date | None = None,
    doubtful: Mapping[str, Sequence[FactValue]] | None = None,
    series: Mapping[str, Sequence[FactValue]] | None = None,
) -> Routing:
    """Route a referral on a day.

    `facts` holds what is known, in the dictionary's units; facts that follow (age from birth_date, BMI, days
    since admission) are worked out here. `doubtful`: per fact the readings that nobody confirmed; they count for
    danger only, as does `series`: per fact its values over time (see `look_for_danger`). Raises KeyError for a pathway
    without the tables `exclusion` and `referral`, and FactValueError for a value that its fact cannot have.
    """
    for name in facts.keys() & pathway.facts.keys():
        check_value(pathway.dictionary[name], facts[name].value)
    known = pathway.dictionary.derive(facts, on=on, birth_date=birth_date)
    danger = look_for_danger(
        [pathway], facts, on=on, birth_date=birth_date, doubtful=doubtful, series=series, tables=(EXCLUSION,)
    )
    exclusion = danger.decisions[pathway.key, EXCLUSION]
    referral = evaluate(pathway.table(REFERRAL), known, on=on)
    decisions = {EXCLUSION: exclusion, REFERRAL: referral}
    certain = _certain_exclusion(exclusion)
    outcome: Mapping[str, Any] = {}
    rules: tuple[RuleExplanation, ...] = ()
    if certain is not None:
        status, outcome, rules = _excluded(exclusion, certain)
    elif not exclusion.is_decided:
        status = RoutingStatus(exclusion.status.value)
    else:
        status = RoutingStatus(referral.status.value)
        outcome = referral.outcome if isinstance(referral.outcome, Mapping) else {}
        rules = referral.decisive
    line, urgency = _code(outcome, "line"), str(outcome.get("urgency") or "")
    if TO_DO in pathway.tables:
        decisions[TO_DO] = evaluate(pathway.table(TO_DO), known, on=on)
    term = pathway.urgencies.get(urgency)
    return Routing(
        pathway=pathway, status=status, line=line,
        likely=line or (_code(referral.outcome, "line") if referral.is_decided else ""),  # type: ignore[arg-type]
        urgency=urgency, days=term.days if term else None, action=_code(outcome, "action"),
        excluded=certain is not None, danger=danger,
        reasons=tuple(
            Reason(rule=rule.rule_id, texts=rule.why, source=rule.source, local=rule.local) for rule in rules
        ),
        missing=_missing(
            pathway, _open(status, exclusion, referral, excluded=certain is not None), _becomes(outcome),
            {name for name, given in known.items() if _is_fresh(pathway, name, given, on)},
        ),
        to_do=_for_line(line, _to_do(decisions.get(TO_DO))),
        decisions=decisions, on=on, other_egfr=other_egfr(pathway, facts, known, on=on),
        hospital_undesirable=UNDESIRABLE in known and known[UNDESIRABLE].value is True,
    )  # fmt: skip


def _certain_exclusion(exclusion: Decision) -> RuleExplanation | None:
    """The most urgent exclusion rule that fired, whatever else is still unknown: the table is written in that order."""
    for rule in exclusion.fired:
        if rule.outputs.get("line") != NONE:
            return rule
    return None


def _excluded(
    exclusion: Decision, certain: RuleExplanation
) -> tuple[RoutingStatus, Mapping[str, Any], tuple[RuleExplanation, ...]]:
    """The exclusion's answer; only `at least` when a rule that is still open could make it more urgent."""
    worse = any(
        _urgent(rule) != _urgent(certain) and exclusion.rules.index(rule) < exclusion.rules.index(certain)
        for rule in exclusion.undecided
    )
    open_question = worse and exclusion.status is Status.NEEDS_DATA
    status = RoutingStatus.AT_LEAST if open_question else RoutingStatus.DECIDED
    same = tuple(rule for rule in exclusion.fired if _urgent(rule) == _urgent(certain))
    return status, certain.outputs, same


def _open(
    status: RoutingStatus, exclusion: Decision, referral: Decision, *, excluded: bool
) -> tuple[Decision, ...]:
    """The decisions whose open questions could change the answer: none when the most urgent one is certain."""
    if excluded:
        return (exclusion,) if status is RoutingStatus.AT_LEAST else ()
    return exclusion, referral


def _urgent(rule: RuleExplanation) -> tuple[Any, Any]:
    return rule.outputs.get("line"), rule.outputs.get("urgency")


def _code(outcome: Mapping[str, Any], name: str) -> str:
    value = outcome.get(name)
    return value if isinstance(value, str) and value != NONE else ""


def _becomes(outputs: Mapping[str, Any]) -> str:
    """The line of these outputs, or CALL for a danger that is no emergency yet."""
    line = _code(outputs, "line")
    return CALL if outputs.get("action") in ACTIONS and line != EMERGENCY else line


def _is_fresh(pathway: Pathway, name: str, given: FactValue, on: date) -> bool:
    fact = pathway.facts.get(name)
    return fact is not None and freshness(fact, given, on=on) is Freshness.KNOWN


def _missing(
    pathway: Pathway, decisions: Sequence[Decision], answered: str, known: Collection[str]
) -> tuple[Missing, ...]:
    """The facts that could change the answer, the blocking ones first; a derived fact is asked by those of its inputs
    that are not `known` yet (a rise needs an earlier creatinine: the one that was typed is not asked again)."""
    found: dict[str, Missing] = {}
    for decision in decisions:
        rules = {rule.rule_id: rule for rule in decision.rules}
        states = {hinge.fact: hinge for hinge in decision.would_change}
        names = [*decision.facts_missing, *(name for name in states if name not in decision.facts_missing)]
        for name in names:
            hinge = states.get(name)
            on_hinge = [rules[rule_id] for rule_id in hinge.rules] if hinge else []
            lines = dict.fromkeys(_becomes(rule.outputs) for rule in on_hinge)
            cells = tuple(cell.text for r in on_hinge for cell in r.cells if cell.fact == name)
            for source in _asked_by(pathway, name):
                if source != name and source in known:
                    continue
                if source in found and found[source].blocking >= (name in decision.facts_missing):
                    continue
                found[source] = Missing(
                    fact=source,
                    lines=tuple(one for one in lines if one not in ("", answered)),
                    cells=cells if source == name else (),
                    blocking=name in decision.facts_missing,
                    state=str(hinge.state.value) if hinge else "missing",
                )
    return tuple(sorted(found.values(), key=lambda one: not one.blocking))


def _asked_by(pathway: Pathway, name: str) -> tuple[str, ...]:
    derived = pathway.dictionary.entry(name).derived
    if derived is None or derived.how in ASKED_ITSELF:
        return (name,)
    return tuple(source for one in derived.inputs for source in _asked_by(pathway, one))


def _for_line(line: str, tasks: tuple[ToDo, ...]) -> tuple[ToDo, ...]:
    """The tasks to say: none in an emergency, and without a referral only what can't wait."""
    if line == EMERGENCY:
        return ()
    return tasks if line != FIRST_LINE else tuple(one for one in tasks if one.moment == NOW)


def _to_do(decision: Decision | None) -> tuple[ToDo, ...]:
    """What is left to do, each task once."""
    found: dict[str, ToDo] = {}
    for rule in decision.fired if decision else ():
        task = str(rule.outputs["task"])
        found.setdefault(
            task, ToDo(task=task, moment=str(rule.outputs["moment"]), rule=rule.rule_id, texts=rule.why)
        )
    return tuple(found.values())
