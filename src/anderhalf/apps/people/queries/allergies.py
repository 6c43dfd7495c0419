"""Reading the register of what a patient can't have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ..access import Right, check_access
from ..models import AllergiesAsked, AllergyIntolerance
from ..viewer import Viewer


@dataclass(frozen=True, kw_only=True)
class Register:
    """The register of one patient: what stands in it now, and whether anybody asked."""

    entries: list[AllergyIntolerance] = field(default_factory=list)
    asked: AllergiesAsked | None = None
    """When the patient was last asked; None: nobody did, so that no entries says nothing."""
    every_class: AllergiesAsked | None = None
    """When the centre last went through every class."""

    @property
    def state(self) -> str:
        """``known``, ``none`` (asked, and there are none) or ``not_asked``."""
        if self.entries:
            return "known"
        return "none" if self.asked is not None else "not_asked"

    @property
    def to_judge(self) -> list[AllergyIntolerance]:
        """What waits to be confirmed."""
        return [one for one in self.entries if one.to_judge]


def registers_of(patients: Iterable[UUID]) -> dict[UUID, Register]:
    """The registers of many patients in two queries. The caller has established access."""
    keys = list(patients)
    entries: dict[UUID, list[AllergyIntolerance]] = defaultdict(list)
    for row in AllergyIntolerance.objects.filter(
        patient__in=keys, ended_at__isnull=True, verification__in=AllergyIntolerance.COUNTING
    ).order_by("recorded_at"):
        entries[row.patient_id].append(row)
    asked: dict[UUID, AllergiesAsked] = {}
    every: dict[UUID, AllergiesAsked] = {}
    for one in AllergiesAsked.objects.filter(patient__in=keys).order_by("at"):
        asked[one.patient_id] = one
        if one.every_class:
            every[one.patient_id] = one
    return {
        key: Register(entries=entries[key], asked=asked.get(key), every_class=every.get(key)) for key in keys
    }


def register_of(patient: UUID) -> Register:
    """The register of one patient. The caller has established access."""
    return registers_of([patient])[patient]


def past_allergies(viewer: Viewer, patient: UUID, at: datetime) -> list[AllergyIntolerance]:
    """What stood in the register before: ended, rejected or entered in error; newest first."""
    check_access(viewer, Right.VIEW_PLAN, patient=patient, at=at)
    rows = AllergyIntolerance.objects.filter(patient=patient).order_by("-recorded_at")
    return [row for row in rows if not row.counts]
