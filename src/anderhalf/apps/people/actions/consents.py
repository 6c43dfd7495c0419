"""What the patient decides: consents and objections, an own account, and who may look along."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anderhalf.apps.audit import actions as audit

from ..access import Right, check_access
from ..models import Carer, Consent, Patient, User
from ..purposes import ConsentPurpose, purpose_of
from ..users import new_user
from ..viewer import Viewer


def give_consent(
    *, by: Viewer, at: datetime, patient: Patient | UUID, purpose: str, given: bool, note: str = ""
) -> Consent:
    """Record a yes or a no for one purpose (``ConsentPurpose``); each change is a row, the newest counts."""
    patient_id = getattr(patient, "pk", patient)
    with transaction.atomic():
        rule = check_access(by, Right.GIVE_CONSENT, patient=patient_id, at=at)
        consent = Consent.objects.create(
            patient_id=patient_id,
            purpose=ConsentPurpose(purpose),
            given=given,
            at=at,
            recorded_by=by.name,
            note=note.strip()[:200],
        )
        _log(
            by,
            at,
            "C",
            "consent.given" if given else "consent.withdrawn",
            "consent",
            consent.pk,
            patient_id,
            rule,
        )
    return consent


def open_patient_account(
    *, by: Viewer, at: datetime, patient: Patient, username: str, temporary_password: str, email: str = ""
) -> User:
    """Give a patient an account with a password to change at first sign-in. A patient has at most one."""
    with transaction.atomic():
        rule = check_access(by, Right.GIVE_CONSENT, patient=patient.pk, at=at)
        record = Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
        if record.user_id is not None:
            return record.user
        record.user = new_user(username=username, temporary_password=temporary_password, email=email)
        record.save(update_fields=["user"])
        _log(by, at, "C", "account.created", "account", record.user.pk, patient.pk, rule)
    return record.user


def add_carer(
    *,
    by: Viewer,
    at: datetime,
    patient: Patient | UUID,
    family_name: str,
    relation: str,
    username: str,
    temporary_password: str,
    initials: str = "",
    prefix: str = "",
    phone: str = "",
    until: date | None = None,
) -> Carer:
    """Let an informal carer look along in the patient's own pages, from today until ``until`` (or until ended)."""
    patient_id = getattr(patient, "pk", patient)
    with transaction.atomic():
        rule = check_access(by, Right.GIVE_CONSENT, patient=patient_id, at=at)
        carer = Carer.objects.create(
            user=new_user(username=username, temporary_password=temporary_password),
            patient_id=patient_id,
            family_name=family_name.strip(),
            initials=initials.strip(),
            prefix=prefix.strip(),
            relation=relation.strip(),
            phone=phone.strip(),
            allowed_from=timezone.localdate(at),
            allowed_until=until,
        )
        _log(by, at, "C", "carer.added", "carer", carer.pk, patient_id, rule)
    return carer


def end_carer(*, by: Viewer, at: datetime, carer_id: UUID) -> Carer:
    """The carer no longer looks along, from this moment; the account is closed."""
    with transaction.atomic():
        carer = Carer.objects.select_for_update(of=("self",)).select_related("user").get(pk=carer_id)
        rule = check_access(by, Right.GIVE_CONSENT, patient=carer.patient_id, at=at)
        carer.allowed_until = timezone.localdate(at)
        carer.save(update_fields=["allowed_until"])
        if carer.user is not None:
            carer.user.is_active = False
            carer.user.save(update_fields=["is_active"])
        _log(by, at, "U", "carer.ended", "carer", carer.pk, carer.patient_id, rule)
    return carer


def _log(
    by: Viewer,
    at: datetime,
    action: str,
    event: str,
    object_type: str,
    object_id: UUID,
    patient: UUID,
    rule: str,
) -> None:
    audit.record(
        by=by,
        at=at,
        action=action,
        event=event,
        object_type=object_type,
        object_id=object_id,
        patient=patient,
        rule=rule,
        purpose=purpose_of(by, rule),
    )
