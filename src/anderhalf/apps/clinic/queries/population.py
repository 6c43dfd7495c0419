"""Everybody in titration at the centre: where each class stands, what the engine would do next, and why not.

Five queries for the whole centre; the engine answers without explanations, many times faster than one advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils import timezone

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.models import Patient as PatientRow
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.pathway.titration import Patient, ProposalKind, Protocol
from anderhalf.core.pathway.titration.history import read_history
from anderhalf.core.pathway.titration.model import DOWNWARD, UPWARD
from anderhalf.core.pathway.titration.population import QuickAnswer, decide

from ..models import Episode
from ..titration import words
from ..titration.gather import LONG_AGO, gather_many, local, protocol_of
from .advice import pathway_of
from .chart import label_of
from .waiting import _running

PAGE_SIZE = 50
STARTABLE = UPWARD | {ProposalKind.HOLD}
"""Answers about a class that is not used yet which say that it could be."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One class of one patient."""

    episode: Episode
    drug_class: str
    class_title: str
    drug: str
    dose: str
    percent: Decimal | None
    last_step: date | None
    next_due: date | None
    kind: str
    kind_word: str
    why: str
    possible: bool
    """The protocol allows a step up today."""
    tone: str


@dataclass(frozen=True, kw_only=True)
class Population:
    """A page of lines, and the share at target per class over everybody that the filters left."""

    page: Page[Line]
    classes: list[tuple[str, str]]
    shares: list[dict[str, Any]]
    patients: int


def population(
    viewer: Viewer, *, at: datetime, filters: Mapping[str, str] | None = None, page: int | str = 1
) -> Population:
    """Every class of every patient in titration at the own centre, filtered, sorted and paged.

    Filters: ``class``, ``state`` (``possible``, ``needs_data``, ``down``, ``target``), ``q`` (begin of the family
    name); ``sort``: ``name``, ``class``, ``percent``, ``last``, ``next``, with ``-`` for the other way round.
    """
    check_access(viewer, Right.MANAGE_SESSIONS)
    asked = filters or {}
    day = timezone.localdate(at)
    by_pathway: dict[str, list[Episode]] = {}
    for episode in _running(viewer, at=at):
        by_pathway.setdefault(episode.pathway, []).append(episode)
    lines: list[Line] = []
    titles: dict[str, str] = {}
    for episodes in by_pathway.values():
        protocol = protocol_of(pathway_of(episodes[0], on=day))
        if protocol is None:
            continue
        titles |= {key: label_of(one.title) for key, one in protocol.drug_class.items()}
        known = gather_many(_rows(episodes), protocol, on=day)
        for episode in episodes:
            mine = known[episode.patient_id]
            lines += _lines(
                episode, protocol, mine, on=day, at=at, everything=asked.get("state") == "needs_data"
            )
    chosen = [line for line in lines if _wanted(line, asked)]
    _sort(chosen, asked.get("sort", ""))
    return Population(
        page=Paginator(chosen, PAGE_SIZE).get_page(page),
        classes=list(titles.items()),
        shares=_shares(chosen, titles),
        patients=len({line.episode.patient_id for line in chosen}),
    )


def _rows(episodes: list[Episode]) -> list[PatientRow]:
    return [episode.patient for episode in episodes]


def _lines(
    episode: Episode, protocol: Protocol, patient: Patient, *, on: date, at: datetime, everything: bool
) -> list[Line]:
    """What is used, and what could be started; of somebody who uses nothing at least that facts are needed."""
    answers = decide(protocol, patient, on=on, at=local(at))
    history = read_history(protocol, patient, at=local(at))
    shown = {key: answer for key, answer in answers.items() if answer.on_drug or answer.kind in STARTABLE}
    if everything or not shown:
        waiting = {key: one for key, one in answers.items() if one.kind is ProposalKind.NEEDS_DATA}
        shown |= waiting if everything else dict(list(waiting.items())[:1])
    return [
        _line(episode, protocol, key, answer, history.classes[key])
        for key, answer in answers.items()
        if key in shown
    ]


def _line(episode: Episode, protocol: Protocol, key: str, answer: QuickAnswer, state: Any) -> Line:
    drug = state.use.drug if state.use is not None else None
    known = state.since is not None and state.since > LONG_AGO  # else nobody knows since when
    last = state.since.date() if known else None
    interval = (
        drug.interval_after(answer.dose_now) if drug is not None and answer.dose_now is not None else None
    )
    at_target = answer.percent_of_target is not None and answer.percent_of_target >= 100
    due = (
        date.fromordinal(last.toordinal() + interval)
        if last is not None and interval and not at_target
        else None
    )
    return Line(
        episode=episode,
        drug_class=key,
        class_title=label_of(protocol.drug_class[key].title),
        drug=label_of(drug.label) if drug is not None else "",
        dose=words.dose_label(drug, answer.dose_now) if drug is not None else "",
        percent=answer.percent_of_target,
        last_step=last,
        next_due=due,
        kind=answer.kind.value,
        kind_word=words.kind_word(answer.kind.value),
        why=_why(protocol, key, answer),
        possible=answer.own_kind in UPWARD,
        tone=_tone(answer, at_target=at_target),
    )


def _why(protocol: Protocol, key: str, answer: QuickAnswer) -> str:
    """The words of the rule that answered; the gate's when that held a step back."""
    for table in (protocol.drug_class[key].table, protocol.gate):
        for rule in table.rules:
            if rule.id == answer.rule:
                return label_of(rule.why)
    return ""


def _tone(answer: QuickAnswer, *, at_target: bool) -> str:
    if answer.kind in DOWNWARD:
        return "danger"
    if answer.kind in (ProposalKind.NEEDS_DATA, ProposalKind.DISCUSS):
        return "attention"
    if answer.kind in UPWARD:
        return "info"
    return "ok" if at_target else "neutral"


def _wanted(line: Line, asked: Mapping[str, str]) -> bool:
    wanted_class, text = asked.get("class", ""), asked.get("q", "").strip().lower()
    if wanted_class and line.drug_class != wanted_class:
        return False
    if text and not line.episode.patient.family_name.lower().startswith(text):
        return False
    at_target = line.percent is not None and line.percent >= 100
    return {
        "possible": line.possible,
        "needs_data": line.kind == "needs_data",
        "down": line.kind in {kind.value for kind in DOWNWARD},
        "target": at_target,
    }.get(asked.get("state", ""), True)


def _sort(lines: list[Line], sort: str) -> None:
    down, name = sort.startswith("-"), sort.lstrip("-")
    keys: dict[str, Any] = {
        "class": lambda line: line.class_title,
        "percent": lambda line: (line.percent is None, line.percent or Decimal(0)),
        "last": lambda line: line.last_step or date.max,
        "next": lambda line: line.next_due or date.max,
    }
    lines.sort(key=lambda line: (line.episode.patient.family_name, str(line.episode.pk)))
    if name in keys:
        lines.sort(key=keys[name], reverse=down)
    elif down:
        lines.reverse()


def _shares(lines: list[Line], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Per class how many use it, and how many of those are at target and at half of it."""
    found = []
    for key, title in titles.items():
        mine = [line for line in lines if line.drug_class == key]
        used = [line for line in mine if line.drug]
        if mine:
            found.append(
                {
                    "title": title,
                    "patients": len(mine),
                    "used": len(used),
                    "target": sum(1 for line in used if line.percent is not None and line.percent >= 100),
                    "half": sum(1 for line in used if line.percent is not None and line.percent >= 50),
                    "possible": sum(1 for line in mine if line.possible),
                }
            )
    return found
