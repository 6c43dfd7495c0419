"""The noodknop (break-glass): access without a care relation, with a reason, for one hour, reported."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit

from ..access import AccessDenied, Right, check_access
from ..models import EmergencyAccess, Patient
from ..purposes import Purpose, purpose_of
from ..viewer import Viewer

EMERGENCY_DURATION = timedelta(hours=1)
SHORTEST_REASON = 10


class ReasonTooShort(ValueError):
    """A reason of a few letters explains nothing to the patient or the privacy officer."""


def break_glass(*, by: Viewer, at: datetime, patient: UUID, reason: str) -> EmergencyAccess:
    """Open the record of ``patient`` for one hour. While it is open, pressing again changes nothing.

    Raises :class:`ReasonTooShort`, or ``AccessDenied`` for a role without patients or a patient of another network.
    """
    rule = check_access(by, Right.BREAK_GLASS)
    text = " ".join(reason.split())
    if len(text) < SHORTEST_REASON:
        raise ReasonTooShort(text)
    with transaction.atomic():
        if not Patient.objects.filter(pk=patient, network=by.network).exists() or by.professional_id is None:
            raise AccessDenied(_("Deze patiënt is in dit netwerk niet bekend."))
        open_now = EmergencyAccess.objects.filter(
            patient_id=patient, professional_id=by.professional_id, at__lte=at, expires_at__gt=at
        ).first()
        if open_now is not None:
            return open_now
        access = EmergencyAccess.objects.create(
            patient_id=patient,
            professional_id=by.professional_id,
            reason=text,
            at=at,
            expires_at=at + EMERGENCY_DURATION,
        )
        audit.record(
            by=by,
            at=at,
            action="E",
            event="emergency.opened",
            object_type="emergency_access",
            object_id=access.pk,
            patient=patient,
            rule=rule,
            purpose=Purpose.EMERGENCY,
            emergency=True,
        )
    return access


def end_emergency(*, by: Viewer, at: datetime, patient: UUID) -> int:
    """Close one's own open emergency access before the hour is over; the number closed."""
    rule = check_access(by, Right.BREAK_GLASS)
    with transaction.atomic():
        ended = EmergencyAccess.objects.filter(
            patient_id=patient, professional_id=by.professional_id, at__lte=at, expires_at__gt=at
        ).update(expires_at=at)
        if ended:
            audit.record(
                by=by,
                at=at,
                action="U",
                event="emergency.ended",
                object_type="emergency_access",
                patient=patient,
                rule=rule,
                purpose=Purpose.EMERGENCY,
                emergency=True,
            )
    return ended


def review_emergency(*, by: Viewer, at: datetime, access_id: UUID, review: str) -> EmergencyAccess:
    """The privacy officer's finding about one use of the noodknop. A second finding is added beneath the first."""
    rule = check_access(by, Right.REVIEW_EMERGENCIES)
    text = " ".join(review.split())
    if len(text) < SHORTEST_REASON:
        raise ReasonTooShort(text)
    with transaction.atomic():
        access = EmergencyAccess.objects.select_for_update().get(pk=access_id, patient__network=by.network)
        access.review = f"{access.review}\n{text}".strip()
        access.reviewed_at, access.reviewed_by = at, by.name
        access.save(update_fields=["review", "reviewed_at", "reviewed_by"])
        audit.record(
            by=by,
            at=at,
            action="U",
            event="emergency.reviewed",
            object_type="emergency_access",
            object_id=access.pk,
            patient=access.patient_id,
            rule=rule,
            purpose=purpose_of(by, rule),
        )
    return access
