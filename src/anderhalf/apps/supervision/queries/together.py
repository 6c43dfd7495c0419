"""One item per patient on the agenda of a meeting: the questions about one patient stand together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.clinic.models import DangerAnswer
from anderhalf.apps.record.models import DANGER, Task

from ..models import CaseDiscussion

Status = CaseDiscussion.Status
CALLED = {DangerAnswer.Step.CALLED_112, DangerAnswer.Step.CALLED_CARDIOLOGIST}


def together(cases: Sequence[CaseDiscussion]) -> list[CaseDiscussion]:
    """Urgent first, then who waits longest; all of one patient at the place of their first one. What waits goes before
    what was decided."""
    mark_dealt_with(cases)
    ordered = sorted(
        cases, key=lambda one: (one.status != Status.WAITING, not one.comes_first, one.added_at, one.pk)
    )
    return [one for group in by_patient(ordered) for one in group]


def by_patient(cases: Iterable[CaseDiscussion]) -> list[list[CaseDiscussion]]:
    """The cases of each patient, those that wait apart from those that were decided."""
    found: dict[tuple[bool, UUID], list[CaseDiscussion]] = {}
    for one in cases:
        found.setdefault((one.status == Status.WAITING, one.patient_id), []).append(one)
    return list(found.values())


def patients_waiting(cases: Iterable[CaseDiscussion]) -> int:
    """How many patients still have to be discussed."""
    return len({one.patient_id for one in cases if one.status == Status.WAITING})


def mark_dealt_with(cases: Iterable[CaseDiscussion]) -> None:
    """What is urgent and was dealt with by a call that day or later is no longer first, unless a danger is open."""
    urgent = [one for one in cases if one.urgent and one.status == Status.WAITING]
    patients = {one.patient_id for one in urgent}
    if not patients:
        return
    still_open = set(
        Task.objects.filter(patient__in=patients, kind=DANGER, status=Task.Status.OPEN).values_list(
            "patient_id", flat=True
        )
    )
    called = [
        (patient, timezone.localdate(at))
        for patient, at, steps in DangerAnswer.objects.filter(
            patient__in=patients - still_open, withdrawn=None
        ).values_list("patient_id", "at", "steps")
        if CALLED & set(steps)
    ]
    for one in urgent:
        day = timezone.localdate(one.added_at)
        one.dealt_with = any(patient == one.patient_id and on >= day for patient, on in called)
