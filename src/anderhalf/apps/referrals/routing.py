"""What the agreement answers about one patient: line, term, why, what is missing, and what is still to be done.

The decision itself is made by the pathway's tables (``pathways/<key>/*.csv``); here the facts are brought together
and the answer is put into a shape for the form, the row and the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.network.queries import NotPublished, agreement_on, pathways_on
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import queries as record
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.model import Pathway

from .models import Referral

NO_CODE = "none"
REFERRAL = "referral"
"""The table that says which line."""
ASKED_ITSELF = frozenset({"is_known", "any_of"})
"""Derivations that can only say "yes" by themselves, or need many answers: the fact itself is asked as well."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why: the rule that decided, in both languages, with its source."""

    rule: str
    texts: Mapping[str, str]
    source: str
    local: bool


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A fact that could change the answer; ``lines`` are the lines it could become; ``blocking`` when it must be known
    before there is an answer."""

    fact: str
    lines: tuple[str, ...]
    cells: tuple[str, ...]
    blocking: bool
    state: str


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """What the referrer still has to do, and when (a code of the table's output)."""

    task: str
    moment: str
    rule: str
    texts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Routing:
    """One answer. ``line`` is empty while the facts do not decide; ``likely`` says what it would be without the
    missing ones. ``days`` counts from ``at``; None means that no appointment is needed."""

    line: str
    likely: str
    urgency: str
    days: int | None
    action: str
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    to_do: tuple[ToDo, ...]
    pathway: Pathway
    agreement_version: str
    at: datetime
    decisions: Mapping[str, Decision] = field(default_factory=dict)

    @property
    def is_emergency(self) -> bool:
        """Somebody must act at once; nothing is sent."""
        return self.line == "emergency"

    def to_dict(self) -> dict[str, Any]:
        """For the row: enough to show the answer again as it was given."""
        return {
            "line": self.line,
            "likely": self.likely,
            "urgency": self.urgency,
            "days": self.days,
            "action": self.action,
            "at": self.at.isoformat(),
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
            "agreement": self.agreement_version,
        }


def pathways_to_refer(network: str, *, on: date) -> tuple[Pathway, ...]:
    """The pathways somebody can be referred for on this day, in the order of the agreement: those whose tables say
    which line. Raises :class:`NotPublished` when the agreement has none."""
    found = tuple(pathway for pathway in pathways_on(network, on=on) if REFERRAL in pathway.tables)
    if not found:
        raise NotPublished(
            f"{network}: no pathway of the agreement of {on.isoformat()} has a table {REFERRAL!r}"
        )
    return found


def pathway_to_refer(network: str, key: str, *, on: date) -> Pathway:
    """The pathway that was chosen; the agreement's first when none was, or one that does not count today."""
    found = pathways_to_refer(network, on=on)
    return next((pathway for pathway in found if pathway.key == key), found[0])


def pathway_to_read(network: str, *, on: date) -> Pathway:
    """The pathway whose dictionary knows most facts, to read a record with: what it is about is chosen afterwards,
    and a dictionary that takes over another's (``facts_from``) finds all that either can use."""
    return max(pathways_to_refer(network, on=on), key=lambda pathway: len(pathway.facts))


def route(
    *,
    pathway: Pathway,
    agreement_version: str,
    facts: Mapping[str, FactValue],
    intent: str,
    from_hospital: bool,
    birth_date: date | None,
    sex: str,
    at: datetime,
) -> Routing:
    """Decide by the pathway's tables: first whether this patient may wait here at all, then the line, then what is
    left to do. Facts of the request (what is asked, from where) and of the person are added here."""
    on = timezone.localdate(at)
    given = dict(facts)
    if intent:
        given["question"] = FactValue(intent, on, "request")
    given["referred_from"] = FactValue("second" if from_hospital else "first", on, "request")
    if sex:
        given["sex"] = FactValue(sex if sex in ("female", "male") else "other", None, "person")
    known = pathway.dictionary.derive(given, on=on, birth_date=birth_date)
    decisions = {
        name: evaluate(pathway.tables[name], known, on=on)
        for name in ("exclusion", REFERRAL, "to_do")
        if name in pathway.tables
    }
    exclusion, referral = decisions["exclusion"], decisions[REFERRAL]
    excluded = exclusion.is_decided and exclusion.value("line") != NO_CODE
    answer = exclusion if excluded else referral
    line = _code(answer, "line") if exclusion.is_decided and answer.is_decided else ""
    urgency = _code(answer, "urgency") if line else ""
    term = pathway.urgencies.get(urgency)
    asked = (exclusion,) if excluded else (exclusion, referral)
    return Routing(
        line=line,
        likely=line or (_code(referral, "line") if referral.is_decided else ""),
        urgency=urgency,
        days=term.days if term else None,
        action=_code(exclusion, "action") if excluded else "",
        reasons=tuple(
            Reason(rule=rule.rule_id, texts=rule.why, source=rule.source, local=rule.local)
            for rule in (answer.decisive if line else ())
        ),
        missing=_missing(pathway, asked, line),
        to_do=() if line == "emergency" else _to_do(decisions.get("to_do")),
        pathway=pathway,
        agreement_version=agreement_version,
        at=at,
        decisions=decisions,
    )


def _code(decision: Decision, output: str) -> str:
    value = decision.value(output)
    return "" if value in (None, NO_CODE) else str(value)


def _missing(pathway: Pathway, decisions: Sequence[Decision], line: str) -> tuple[Missing, ...]:
    """The facts that could change the answer, the blocking ones first; a derived fact is asked by its inputs."""
    found: dict[str, Missing] = {}
    for decision in decisions:
        rules = {rule.rule_id: rule for rule in decision.rules}
        states = {hinge.fact: hinge for hinge in decision.would_change}
        names = [*decision.facts_missing, *(name for name in states if name not in decision.facts_missing)]
        for name in names:
            hinge = states.get(name)
            on_hinge = [rules[rule_id] for rule_id in hinge.rules] if hinge else []
            lines = tuple(
                dict.fromkeys(str(r.outputs.get("line")) for r in on_hinge if r.outputs.get("line"))
            )
            lines = tuple(one for one in lines if one not in (NO_CODE, line))
            cells = tuple(cell.text for r in on_hinge for cell in r.cells if cell.fact == name)
            for source in _asked_by(pathway, name):
                if source in found and found[source].blocking >= (name in decision.facts_missing):
                    continue
                found[source] = Missing(
                    fact=source,
                    lines=lines,
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


def _to_do(decision: Decision | None) -> tuple[ToDo, ...]:
    """What is left to do, each task once."""
    found: dict[str, ToDo] = {}
    for rule in decision.fired if decision else ():
        task = str(rule.outputs["task"])
        found.setdefault(
            task, ToDo(task=task, moment=str(rule.outputs["moment"]), rule=rule.rule_id, texts=rule.why)
        )
    return tuple(found.values())


def route_patient(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    intent: str,
    direction: str,
    pathway: str = "",
    items: Sequence[NewObservation] = (),
) -> Routing:
    """:func:`route` for a registered patient, on the record overlaid with ``items``; the caller checks access.
    ``pathway`` is a key of the agreement; empty is its first."""
    on = timezone.localdate(at)
    about = Patient.objects.only("birth_date", "sex").get(pk=patient)
    chosen = pathway_to_refer(by.network, pathway, on=on)
    facts = record.facts_of(patient, dictionary=chosen.facts, on=on)
    for item in items:
        day = timezone.localdate(item.at)
        earlier = facts.get(item.fact)
        if earlier is None or earlier.on is None or earlier.on <= day:
            facts[item.fact] = FactValue(item.value, day, "form")
    return route(
        pathway=chosen,
        agreement_version=agreement_on(by.network, on=on).version,
        facts=facts,
        intent=intent,
        from_hospital=direction == Referral.Direction.FROM_SECOND_LINE,
        birth_date=about.birth_date,
        sex=about.sex,
        at=at,
    )
