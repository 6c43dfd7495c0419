"""Dangers per patient: one line for each, so that one patient with many never hides another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from anderhalf.apps.people.models import Patient
from anderhalf.core.pathway.danger import ACTIONS

from .due import DueItem


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


_NO_CALL = ACTIONS.index("contact_team")
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
        if (one.certain and one.rank == first.rank < _NO_CALL) or (one.rank == highest < first.rank)
    ]
    return named, [one for one in ordered if one not in named]


@dataclass(frozen=True, kw_only=True)
class DangersOf:
    """The open dangers of one patient."""

    patient: Patient
    named: list[DueItem]
    others: list[DueItem]
    rank: int
    due_at: datetime | None
    """The clock that runs out first."""

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
    rows = []
    for mine in found.values():
        named, others = named_first(mine, at=at)
        clocks = [one.due_at for one in mine if one.due_at is not None]
        rank = min(one.rank for one in mine)
        due_at = min(clocks, default=None)
        rows.append(DangersOf(patient=named[0].patient, named=named, others=others, rank=rank, due_at=due_at))
    return sorted(rows, key=lambda row: (row.rank, row.due_at or at))
