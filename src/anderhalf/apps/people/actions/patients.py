"""Registering patients and keeping their particulars right."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit

from ..access import AccessDenied, Right, can_access, check_access
from ..birth_dates import check_birth_date
from ..identifiers import normalise_bsn, search_index
from ..models import CareRelation, Organisation, Patient, Professional
from ..purposes import purpose_of
from ..same_person import bsn_of_another, differences
from ..viewer import Viewer

CHANGEABLE = ("initials", "given_name", "prefix", "family_name", "phone", "email", "address", "gp", "insurer",
              "deceased_on")  # fmt: skip


class DuplicatePatient(Exception):
    """Somebody with this BSN is registered already. ``may_open`` says whether the viewer may go to that record, and
    ``differs`` then what is not the same there (a sentence; empty: it is the same person)."""

    def __init__(self, *, patient: UUID, may_open: bool, differs: str = "") -> None:
        super().__init__("a patient with this BSN is registered already")
        self.patient, self.may_open, self.differs = patient, may_open, differs


class StaleRecord(Exception):
    """Somebody else changed the record in the meantime; ``present`` is the record as it is now."""

    def __init__(self, present: Patient) -> None:
        super().__init__("the record was changed by somebody else")
        self.present = present


def register_patient(
    *,
    by: Viewer,
    at: datetime,
    bsn: str,
    birth_date: date,
    sex: str,
    family_name: str,
    initials: str = "",
    given_name: str = "",
    prefix: str = "",
    practice: Organisation | None = None,
    gp: Professional | None = None,
    insurer: Organisation | None = None,
    phone: str = "",
    email: str = "",
    address: str = "",
) -> Patient:
    """Register a patient, by the own practice (first line) or by a specialist for a practice that is named.

    Refuses with ``ValidationError`` a BSN that fails the 11-test or an impossible birth date, and with
    :class:`DuplicatePatient` a BSN that is already known in the network. ``bsn`` may be empty (not yet known).
    """
    rule = check_access(by, Right.REGISTER_PATIENT)
    number = normalise_bsn(bsn) if bsn.strip() else ""
    check_birth_date(birth_date, on=timezone.localdate(at))
    practice = practice or _own_practice(by)
    if practice.network_id != by.network or (by.is_first_line and practice.pk not in by.organisation_ids):
        raise AccessDenied(_("U schrijft alleen patiënten in bij uw eigen praktijk."))
    index = search_index(number) if number else ""
    given = {"family_name": family_name, "birth_date": birth_date, "sex": sex}
    try:
        with transaction.atomic():
            _refuse_duplicate(by, index, at, given)
            patient = Patient.objects.create(
                network_id=by.network,
                bsn=number,
                bsn_index=index,
                birth_date=birth_date,
                sex=sex,
                family_name=family_name.strip(),
                initials=initials.strip(),
                given_name=given_name.strip(),
                prefix=prefix.strip(),
                practice=practice,
                gp=gp,
                insurer=insurer,
                phone=phone.strip(),
                email=email.strip(),
                address=address.strip(),
                recorded_at=at,
                recorded_by=by.user_id[:40],
            )
            patient.care_relations.create(
                organisation=practice, kind=CareRelation.Kind.GP_OF_RECORD, because="registered", starts_at=at
            )
            if not by.is_first_line:
                patient.care_relations.create(
                    organisation_id=by.organisation_ids[0],
                    kind=CareRelation.Kind.REFERRER,
                    because="registered",
                    starts_at=at,
                )
            audit.record(
                by=by,
                at=at,
                action="C",
                event="patient.registered",
                object_type="patient",
                object_id=patient.pk,
                patient=patient.pk,
                rule=rule,
                purpose=purpose_of(by, rule),
            )
    except IntegrityError:  # two desks registered the same person at the same moment
        _refuse_duplicate(by, index, at, given)
        raise
    return patient


def change_patient(
    *, by: Viewer, at: datetime, patient: UUID, version: int, changes: dict[str, Any]
) -> Patient:
    """Correct particulars (see ``CHANGEABLE``). Refuses with :class:`StaleRecord` when ``version`` is old, and with
    ``ValidationError`` a day of death that can't be.

    Allowed to whoever may refer the patient or has the patient under care.
    """
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise ValueError(f"not changeable: {sorted(unknown)}")
    right = (
        Right.WRITE_CLINICAL if can_access(by, Right.WRITE_CLINICAL, patient=patient, at=at) else Right.REFER
    )
    with transaction.atomic():
        rule = check_access(by, right, patient=patient, at=at)
        record = Patient.objects.select_for_update(of=("self",)).get(pk=patient)
        if record.version != version:
            raise StaleRecord(record)
        _check_day_of_death(record, changes.get("deceased_on"), at=at)
        for name, value in changes.items():
            setattr(record, name, value)
        record.version += 1
        record.save()
        audit.record(
            by=by,
            at=at,
            action="U",
            event="patient.changed",
            object_type="patient",
            object_id=patient,
            patient=patient,
            rule=rule,
            purpose=purpose_of(by, rule),
            detail={"fields": sorted(changes)},
        )
    return record


def _check_day_of_death(record: Patient, on: date | None, *, at: datetime) -> None:
    """Refuse with ``ValidationError`` a day of death that can't be."""
    if on is not None and on > timezone.localdate(at):
        raise ValidationError({"deceased_on": _("Deze datum ligt in de toekomst.")})
    if on is not None and on < record.birth_date:
        raise ValidationError({"deceased_on": _("Deze datum ligt voor de geboortedatum.")})


def _refuse_duplicate(by: Viewer, index: str, at: datetime, given: dict[str, Any]) -> None:
    known = Patient.objects.filter(network=by.network, bsn_index=index).first() if index else None
    if known is not None:
        rights = (Right.IDENTITY, Right.REFER)
        may_open = any(can_access(by, right, patient=known.pk, at=at) for right in rights)
        differs = bsn_of_another(differences(known, **given)) if may_open else ""
        raise DuplicatePatient(patient=known.pk, may_open=may_open, differs=differs)


def _own_practice(by: Viewer) -> Organisation:
    practice = Organisation.objects.filter(
        pk__in=by.organisation_ids, kind=Organisation.Kind.PRACTICE, network=by.network
    ).first()
    if practice is None:
        raise ValidationError(_("Kies de huisartsenpraktijk waar de patiënt staat ingeschreven."))
    return practice
