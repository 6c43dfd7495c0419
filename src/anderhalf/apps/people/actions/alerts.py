"""What stands in the patient's banner beside the allergies: warnings and treatment limits. Ended, never erased."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.presentation.wording import says_something

from ..access import AccessDenied, Right, can_access, check_access
from ..models import Alert, Patient
from ..purposes import is_emergency, purpose_of
from ..viewer import Viewer


def _check_may_note(by: Viewer, patient: UUID, at: datetime) -> str:
    """Whoever treats the patient, and whoever refers and knows the patient (the practice knows the allergies)."""
    check_access(by, Right.VIEW_PLAN, patient=patient, at=at)
    right = (
        Right.WRITE_CLINICAL if can_access(by, Right.WRITE_CLINICAL, patient=patient, at=at) else Right.REFER
    )
    return check_access(by, right, patient=patient, at=at)


def add_alert(
    *, by: Viewer, at: datetime, patient: Patient | UUID, kind: str, text: str, since: date | None = None
) -> Alert:
    """Put a warning or treatment limit (``Alert.Kind``) in the banner; the same text twice is kept once."""
    patient_id = getattr(patient, "pk", patient)
    words = " ".join(text.split())[:200]
    with transaction.atomic():
        rule = _check_may_note(by, patient_id, at)
        known = Alert.objects.filter(
            patient_id=patient_id, kind=kind, text__iexact=words, ended_at__isnull=True
        ).first()
        if known is not None:
            return known
        alert = Alert.objects.create(
            patient_id=patient_id, kind=kind, text=words, since=since, recorded_at=at, recorded_by=by.name
        )
        _log(by, at, "C", "alert.added", alert, rule)
    return alert


def end_alert(*, by: Viewer, at: datetime, alert_id: UUID, because: str) -> Alert:
    """Take an alert out of the banner, by who may prescribe, with the reason; it stays struck through.

    ``ValidationError`` for a reason that says nothing.
    """
    with transaction.atomic():
        alert = Alert.objects.select_for_update().get(pk=alert_id)
        rule = check_access(by, Right.LIFT_PROTECTION, patient=alert.patient_id, at=at)
        if not says_something(because):
            raise ValidationError(_("Schrijf waarom dit vervalt."))
        if alert.ended_at is None:
            alert.ended_at, alert.ended_by, alert.ended_because = at, by.name, because.strip()[:200]
            alert.save(update_fields=["ended_at", "ended_by", "ended_because"])
            _log(by, at, "U", "alert.ended", alert, rule)
    return alert


def restore_alert(*, by: Viewer, at: datetime, alert_id: UUID) -> Alert:
    """Put a warning or limit back that was taken out: as a new one, so that the end of the first stays readable."""
    old = Alert.objects.filter(pk=alert_id, patient__network=by.network).first()
    if old is None:
        raise AccessDenied
    return add_alert(by=by, at=at, patient=old.patient_id, kind=old.kind, text=old.text, since=old.since)


def _log(by: Viewer, at: datetime, action: str, event: str, alert: Alert, rule: str) -> None:
    audit.record(
        by=by,
        at=at,
        action=action,
        event=event,
        object_type="alert",
        object_id=alert.pk,
        patient=alert.patient_id,
        rule=rule,
        purpose=purpose_of(by, rule),
        emergency=is_emergency(rule),
        detail={"kind": alert.kind},
    )
