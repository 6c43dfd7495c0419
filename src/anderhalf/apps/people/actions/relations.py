"""Care relations (behandelrelaties): why somebody may see a record, with begin and end."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit

from ..access import AccessDenied, Right, care_relations_changed, check_access
from ..models import CareRelation, Organisation, Patient, Professional
from ..purposes import is_emergency, purpose_of
from ..viewer import SYSTEM, Viewer


def _check_may_relate(by: Viewer, patient: UUID, at: datetime) -> str:
    """Whoever knows or refers this patient may bring in another organisation; so may the service itself."""
    if by.user_id == SYSTEM.user_id:
        return "system"
    if by.is_self:
        raise AccessDenied(_("Alleen zorgverleners leggen een behandelrelatie vast."))
    try:
        return check_access(by, Right.REFER, patient=patient, at=at)
    except AccessDenied:
        return check_access(by, Right.IDENTITY, patient=patient, at=at)


def open_care_relation(
    *,
    by: Viewer,
    at: datetime,
    patient: Patient | UUID,
    organisation: Organisation | UUID,
    kind: str,
    professional: Professional | UUID | None = None,
    because: str = "",
) -> CareRelation:
    """Begin a care relation of ``kind`` (``CareRelation.Kind``) at ``at``; an open one of the same kind is kept as is.

    Without ``professional`` it holds for everyone of the organisation whose role has the right.
    """
    patient_id, organisation_id = getattr(patient, "pk", patient), getattr(organisation, "pk", organisation)
    professional_id = getattr(professional, "pk", professional)
    with transaction.atomic():
        rule = _check_may_relate(by, patient_id, at)
        same = {
            "patient_id": patient_id,
            "organisation_id": organisation_id,
            "professional_id": professional_id,
        }
        relation = CareRelation.objects.filter(
            **same, kind=kind, starts_at__lte=at, ends_at__isnull=True
        ).first()
        if relation is not None:
            return relation
        relation = CareRelation.objects.create(**same, kind=kind, because=because[:60], starts_at=at)
        care_relations_changed(patient_id)
        audit.record(
            by=by,
            at=at,
            action="C",
            event="relation.opened",
            object_type="care_relation",
            object_id=relation.pk,
            patient=patient_id,
            rule=rule,
            purpose=purpose_of(by, rule),
            emergency=is_emergency(rule),
            detail={"kind": str(kind), "organisation": str(organisation_id)},
        )
    return relation


def end_care_relation(
    *, by: Viewer, at: datetime, patient: Patient | UUID, organisation: Organisation | UUID, kind: str
) -> int:
    """End the open relations of ``kind`` between patient and organisation; the number ended (0 when there was none)."""
    patient_id, organisation_id = getattr(patient, "pk", patient), getattr(organisation, "pk", organisation)
    with transaction.atomic():
        rule = _check_may_relate(by, patient_id, at)
        ended = CareRelation.objects.filter(
            patient_id=patient_id, organisation_id=organisation_id, kind=kind, ends_at__isnull=True
        ).update(ends_at=at)
        care_relations_changed(patient_id)
        if ended:
            audit.record(
                by=by,
                at=at,
                action="U",
                event="relation.ended",
                object_type="care_relation",
                patient=patient_id,
                rule=rule,
                purpose=purpose_of(by, rule),
                emergency=is_emergency(rule),
                detail={"kind": str(kind), "organisation": str(organisation_id), "count": ended},
            )
    return ended
