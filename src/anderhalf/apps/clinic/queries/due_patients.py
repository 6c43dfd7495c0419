"""Dangers per patient: one line for each, so that one patient with many never hides another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from anderhalf.apps.people.models import Patient
from anderhalf.apps.record.models import Task
from anderhalf.content.urgent import UrgentCare
from anderhalf.core.pathway.danger import NO_CALL
from anderhalf.presentation.clocks import clock_label
from anderhalf.presentation.numbers import Number

from ..titration.gather import local
from .danger import SeenSign, is_certain
from .due import DueItem
from .numbers import numbers_beside, wishes_among


class Open(Protocol):
    """What decides the order of open dangers."""

    @property
    def certain(self) -> bool:
        """Whether the value is so."""

    @property
    def rank(self) -> int:
        """0 is the most urgent."""

    @property
    def due_at(self) -> datetime | None:
        """Before when somebody must have acted."""


Row = TypeVar("Row", bound=Open)


def named_first(mine: Sequence[Row], *, at: datetime) -> tuple[list[Row], list[Row]]:
    """The dangers of one patient that are said in full, and the rest. In front what is certain, the most urgent first;
    never among the rest: a certain call of the highest urgency, and one that would be more urgent than all that is
    certain."""
    ordered = sorted(mine, key=lambda one: (not one.certain, one.rank, one.due_at or at))
    first, highest = ordered[0], min(one.rank for one in mine)
    named = [first] + [
        one
        for one in ordered[1:]
        if (one.certain and one.rank == first.rank < NO_CALL) or (one.rank == highest < first.rank)
    ]
    return named, [one for one in ordered if one not in named]


def in_order(mine: Sequence[Row], *, at: datetime) -> list[Row]:
    """All dangers of one patient as every page and letter lists them: those that are said in full, then the rest."""
    if not mine:
        return []
    named, others = named_first(mine, at=at)
    return [*named, *others]


@dataclass(frozen=True, kw_only=True)
class OneDanger:
    """A danger that the record shows (``sign``), or a task about one that it no longer shows: one order for both."""

    certain: bool
    rank: int
    due_at: datetime | None
    sign: SeenSign | None = None
    task: Task | None = None


def one_by_one(
    signs: Iterable[SeenSign], tasks: Iterable[Task], urgent: UrgentCare, *, at: datetime
) -> list[OneDanger]:
    """Signs and tasks of one patient together, in the order of :func:`in_order`."""
    shown = [
        OneDanger(
            certain=one.sign.certain, rank=one.rank, sign=one,
            due_at=urgent.due_at(one.sign.action, local(at), days=one.sign.days),
        )
        for one in signs
    ]  # fmt: skip
    kept = [
        OneDanger(certain=is_certain(task), rank=task.rank, due_at=task.due_at, task=task) for task in tasks
    ]
    return in_order([*shown, *kept], at=at)


@dataclass(frozen=True, kw_only=True)
class DangersOf:
    """The open dangers of one patient."""

    patient: Patient
    named: list[DueItem]
    others: list[DueItem]
    rank: int
    due_at: datetime | None
    """The clock that runs out first."""
    clock: str = ""
    """The same in words."""
    numbers: tuple[Number, ...] = ()
    """Whom to call, the most urgent first."""
    wishes: str = ""
    """What was agreed about a hospital changes whom to call first."""

    @property
    def acts(self) -> str:
        """Who looks at the first of them."""
        return self.named[0].owner


def dangers_by_patient(items: Iterable[DueItem], *, at: datetime) -> list[DangersOf]:
    """Each patient once: the most urgent first, then whose clock runs out first."""
    found: dict[UUID, list[DueItem]] = {}
    for one in items:
        if one.urgent:
            found.setdefault(one.patient.pk, []).append(one)
    wishes = wishes_among(found)
    rows = []
    for mine in found.values():
        named, others = named_first(mine, at=at)
        clocks = [(one.due_at, one.rank) for one in mine if one.due_at is not None]
        rank = min(one.rank for one in mine)
        due_at = min((due for due, _rank in clocks), default=None)
        patient, where = named[0].patient, named[0].organisation
        rows.append(
            DangersOf(
                patient=patient, named=named, others=others, rank=rank, due_at=due_at,
                clock=clock_label(clocks, at=at),
                numbers=numbers_beside(where, rank, at=at) if where is not None else (),
                wishes=wishes.get(patient.pk, ""),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: (row.rank, row.due_at or at))
