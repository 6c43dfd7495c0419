"""Where a referral goes: which line, how soon, why, what is missing, and what the referrer still has to do.

Three tables answer, in this order: `exclusion` (who must never wait here), `referral` (line and urgency) and
`to_do`. An exclusion that is certain is given at once, even while other questions are open: facts that are
still missing could only make it more urgent (the exclusion table is written from most to least urgent).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision, RuleExplanation
from anderhalf.core.decisions.facts import FactValues
from anderhalf.core.decisions.policy import Status
from anderhalf.core.pathway.model import Labels, Pathway
from anderhalf.core.pathway.what_if import Change, find_changes

EXCLUSION, REFERRAL, TO_DO = "exclusion", "referral", "to_do"
NONE = "none"
EMERGENCY = "emergency"
FIRST_LINE = "first"


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
    """A rule that gave the answer. `local`: the network's own agreement, not a published criterion."""

    table: str
    rule: str
    why: Labels
    source: str
    grade: str

    @property
    def local(self) -> bool:
        """Whether the rule is the network's own agreement."""
        return self.grade == "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """A task for the referrer, with the rules that ask for it."""

    task: str
    label: Labels
    moment: str
    moment_label: Labels
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The answer to a referral, with everything that explains it.

    `line` and `urgency` are None while `status` is needs_data; `provisional_line` and `provisional_urgency`
    then hold what the referral table already says, if it does. `days` is the longest wait in days (None: no
    appointment needed, or not decided).
    """

    pathway: str
    version: str
    status: RoutingStatus
    line: str | None
    line_label: Labels
    urgency: str | None
    urgency_label: Labels
    days: int | None
    action: str | None
    action_label: Labels
    excluded: bool
    """An exclusion rule answered: nothing may be booked in the 1.5 line."""
    provisional_line: str | None
    provisional_urgency: str | None
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]
    """Facts without which there is no certain answer."""
    could_change: tuple[str, ...]
    """Facts that are not known (or too old) and could change the answer; `missing` is part of it."""
    next_question: tuple[str, ...]
    """The few of `missing` to ask first: those of the first open rule. Their answer may make others moot."""
    to_do: tuple[ToDo, ...]
    changes: tuple[Change, ...]
    """Per fact, the values with which the answer would be another one; missing facts first."""
    decisions: Mapping[str, Decision]
    """Table id -> decision, to be stored and replayed."""
    on: date

    @property
    def is_decided(self) -> bool:
        """Whether line and urgency are certain."""
        return self.status is RoutingStatus.DECIDED

    @property
    def is_emergency(self) -> bool:
        """Whether somebody must act now instead of waiting for a referral."""
        return self.line == EMERGENCY

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe: text, numbers, lists and dates as text."""
        return {
            "pathway": self.pathway,
            "version": self.version,
            "status": self.status.value,
            "line": self.line,
            "line_label": dict(self.line_label),
            "urgency": self.urgency,
            "urgency_label": dict(self.urgency_label),
            "days": self.days,
            "action": self.action,
            "action_label": dict(self.action_label),
            "excluded": self.excluded,
            "provisional_line": self.provisional_line,
            "provisional_urgency": self.provisional_urgency,
            "reasons": [_reason_to(reason) for reason in self.reasons],
            "missing": list(self.missing),
            "could_change": list(self.could_change),
            "next_question": list(self.next_question),
            "to_do": [
                {
                    "task": task.task,
                    "label": dict(task.label),
                    "moment": task.moment,
                    "moment_label": dict(task.moment_label),
                    "reasons": [_reason_to(reason) for reason in task.reasons],
                }
                for task in self.to_do
            ],
            "changes": [change.to_dict() for change in self.changes],
            "decisions": {name: decision.to_dict() for name, decision in self.decisions.items()},
            "on": self.on.isoformat(),
        }


def route_referral(pathway: Pathway, facts: FactValues, *, on: date) -> Routing:
    """Route a referral on a day.

    `facts` holds what is known, in the dictionary's units; facts that follow (age from birth_date, BMI, days
    since admission) are worked out here. Raises KeyError for a pathway without the tables `exclusion` and
    `referral`, and FactValueError for a value that its fact cannot have.
    """
    known = pathway.dictionary.derive(facts, on=on)
    exclusion = evaluate(pathway.table(EXCLUSION), known, on=on)
    referral = evaluate(pathway.table(REFERRAL), known, on=on)
    decisions = {EXCLUSION: exclusion, REFERRAL: referral}
    certain = _certain_exclusion(exclusion)
    provisional: Decision | None = None
    if certain is not None:
        status, source, outcome, rules = _excluded(exclusion, certain)
        missing = exclusion.facts_missing if status is RoutingStatus.AT_LEAST else ()
    elif not exclusion.is_decided:
        status, source, outcome, rules = RoutingStatus(exclusion.status.value), EXCLUSION, {}, ()
        missing = _together(exclusion.facts_missing, referral.facts_missing)
        provisional = referral if referral.is_decided else None
    else:
        status, source = RoutingStatus(referral.status.value), REFERRAL
        outcome, rules, missing = _single(referral), referral.decisive, referral.facts_missing
    line, urgency, action = (_code(outcome, name) for name in ("line", "urgency", "action"))
    tasks: tuple[ToDo, ...] = ()
    if TO_DO in pathway.tables and line not in (EMERGENCY, FIRST_LINE):
        decisions[TO_DO] = evaluate(pathway.table(TO_DO), known, on=on)
        tasks = _to_do(pathway, decisions[TO_DO])
    hinges = [exclusion] if certain is not None else [exclusion, referral]
    term = pathway.urgencies.get(urgency or "")
    return Routing(
        pathway=pathway.key,
        version=pathway.version,
        status=status,
        line=line,
        line_label=pathway.lines.get(line or "", {}),
        urgency=urgency,
        urgency_label=term.label if term else {},
        days=term.days if term else None,
        action=action,
        action_label=_label(pathway, EXCLUSION, "action", action),
        excluded=certain is not None,
        provisional_line=_code(_single(provisional), "line"),
        provisional_urgency=_code(_single(provisional), "urgency"),
        reasons=tuple(_reason(source, rule) for rule in rules),
        missing=missing,
        could_change=_together(missing, *(tuple(h.fact for h in one.would_change) for one in hinges)),
        next_question=_next_question(exclusion, referral) if missing else (),
        to_do=tasks,
        changes=find_changes([pathway.table(EXCLUSION), pathway.table(REFERRAL)], known, on=on),
        decisions=decisions,
        on=on,
    )


def _certain_exclusion(exclusion: Decision) -> RuleExplanation | None:
    """The most urgent exclusion rule that fired, whatever else is still unknown."""
    for rule in exclusion.fired:
        if rule.outputs.get("line") != NONE:
            return rule
    return None


def _excluded(
    exclusion: Decision, certain: RuleExplanation
) -> tuple[RoutingStatus, str, Mapping[str, Any], tuple[RuleExplanation, ...]]:
    """The exclusion's answer; only `at least` when a rule that is still open could make it more urgent."""
    worse = any(
        _urgent(rule) != _urgent(certain) and exclusion.rules.index(rule) < exclusion.rules.index(certain)
        for rule in exclusion.undecided
    )
    open_question = worse and exclusion.status is Status.NEEDS_DATA
    status = RoutingStatus.AT_LEAST if open_question else RoutingStatus.DECIDED
    same = tuple(rule for rule in exclusion.fired if _urgent(rule) == _urgent(certain))
    return status, EXCLUSION, certain.outputs, same


def _next_question(exclusion: Decision, referral: Decision) -> tuple[str, ...]:
    """All open exclusions (they are asked together), otherwise the first open rule of the referral."""
    if exclusion.facts_missing:
        return exclusion.facts_missing
    needed = set(referral.facts_missing)
    for rule in referral.undecided:
        asked = tuple(name for name in rule.undecided_by if name in needed)
        if asked:
            return asked
    return ()


def _urgent(rule: RuleExplanation) -> tuple[Any, Any]:
    return rule.outputs.get("line"), rule.outputs.get("urgency")


def _single(decision: Decision | None) -> Mapping[str, Any]:
    if decision is None or isinstance(decision.outcome, tuple):
        return {}
    return decision.outcome


def _code(outcome: Mapping[str, Any], name: str) -> str | None:
    value = outcome.get(name)
    return value if isinstance(value, str) else None


def _label(pathway: Pathway, table: str, output: str, code: str | None) -> Labels:
    for spec in pathway.table(table).outputs:
        if spec.name == output and code is not None:
            return spec.labels.get(code, {})
    return {}


def _reason(table: str, rule: RuleExplanation) -> Reason:
    return Reason(table=table, rule=rule.rule_id, why=rule.why, source=rule.source, grade=rule.grade)


def _to_do(pathway: Pathway, decision: Decision) -> tuple[ToDo, ...]:
    """One entry per task, also when several rules ask for it."""
    found: dict[str, ToDo] = {}
    for rule in decision.decisive:
        task, moment = str(rule.outputs["task"]), str(rule.outputs["moment"])
        reason = _reason(TO_DO, rule)
        earlier = found[task].reasons if task in found else ()
        found[task] = ToDo(
            task=task,
            label=_label(pathway, TO_DO, "task", task),
            moment=moment,
            moment_label=_label(pathway, TO_DO, "moment", moment),
            reasons=(*earlier, reason),
        )
    return tuple(found.values())


def _together(*names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))


def _reason_to(reason: Reason) -> dict[str, Any]:
    return {
        "table": reason.table,
        "rule": reason.rule,
        "why": dict(reason.why),
        "source": reason.source,
        "grade": reason.grade,
        "local": reason.local,
    }
