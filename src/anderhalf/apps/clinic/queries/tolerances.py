"""What the record remembers about classes of drugs, for showing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.models import Alert
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.pathway.titration import Protocol

from ..models import Tolerance, ToleranceAsked
from .chart import label_of


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """Whether it was asked, what holds, what held before, and allergies that stand in the banner as free text."""

    asked: ToleranceAsked | None
    current: list[tuple[str, Tolerance]]
    ended: list[tuple[str, Tolerance]]
    allergies: list[Alert]


def tolerances(viewer: Viewer, patient_id: UUID, protocol: Protocol, *, at: datetime) -> Remembered:
    """Three queries, whatever is remembered; each tolerance with the name of its class or drug."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=patient_id, at=at)
    rows = [(_name(row, protocol), row) for row in Tolerance.objects.filter(patient=patient_id)]
    return Remembered(
        asked=ToleranceAsked.objects.filter(patient=patient_id).first(),
        current=[pair for pair in rows if pair[1].ended_at is None],
        ended=[pair for pair in rows if pair[1].ended_at is not None],
        allergies=list(
            Alert.objects.filter(patient=patient_id, kind=Alert.Kind.ALLERGY, ended_at__isnull=True)
        ),
    )


def _name(row: Tolerance, protocol: Protocol) -> str:
    drug, drug_class = protocol.drugs.get(row.drug), protocol.drug_class.get(row.drug_class)
    if drug is not None:
        return label_of(drug.label)
    return label_of(drug_class.title) if drug_class is not None else row.drug_class
