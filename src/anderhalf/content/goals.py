"""What a network wants to reach: numbers, goals, the pilot, and how soon somebody answers or is seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from anderhalf.core.pathway.model import Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """What the network says itself, with where it has it from."""

    source: str
    source_en: str = ""
    """The same for who reads English; empty when the source is a title or the service translates it itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberGoal(Sourced):
    """An expected and a wanted number."""

    id: str
    title: Labels
    expected: Decimal | None
    wanted: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What the partners want to reach, measured by an indicator."""

    id: str
    text: Labels
    indicator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot(Sourced):
    """The agreed trial period and the days on which results are set against the goals."""

    from_day: date
    until: date
    evaluations: tuple[date, ...]
    text: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTime(Sourced):
    """How soon somebody answers, in working days."""

    id: str
    title: Labels
    working_days: int
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingNorm(Sourced):
    """The agreed longest wait for a first appointment, in days."""

    days: int
    title: Labels
