"""Medication agreements: start, change, stop or pause of a drug, always with a reason; corrected, entered in error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.viewer import Viewer
from anderhalf.presentation.wording import says_something

from ..errors import RecordRefused
from ..models import MedicationAgreement, Observation
from ..provenance import provenance


@transaction.atomic
def agree_medication(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    kind: str,
    drug: str,
    drug_name: str,
    reason: str,
    from_at: datetime,
    under: Right,
    atc: str = "",
    drug_class: str = "",
    dose: Decimal | None = None,
    dose_unit: str = "",
    times_per_day: int | None = None,
    every_days: int = 1,
    stop_reason: str = "",
    instructions: str = "",
    used_since: date | None = None,
    used_since_is: str = "",
    encounter: UUID | None = None,
    referral: UUID | None = None,
    origin: str = MedicationAgreement.Origin.TYPED,
) -> MedicationAgreement:
    """Record start, change, stop or pause of a drug, always with a reason, or that it is used already.

    ``used_since`` (as exactly as ``used_since_is``: day, month, year) is for what was used already; not known is None.
    """
    rule = check_access(by, under, patient=patient, at=at)
    if not says_something(reason):
        raise RecordRefused(_("Een medicatieafspraak heeft altijd een reden."))
    stops = kind in (MedicationAgreement.Kind.STOP, MedicationAgreement.Kind.PAUSE)
    if (
        not stops
        and kind != MedicationAgreement.Kind.REPORTED
        and (dose is None or dose <= 0 or not times_per_day)
    ):
        raise RecordRefused(_("Vul dosis en aantal keer per dag in."))
    if used_since is not None and used_since > timezone.localdate(at):
        raise RecordRefused(_("Deze datum ligt in de toekomst."))
    row = MedicationAgreement.objects.create(
        network_id=Patient.objects.values_list("network_id", flat=True).get(pk=patient),
        patient_id=patient,
        kind=kind,
        drug=drug,
        drug_name=drug_name,
        atc=atc,
        drug_class=drug_class,
        dose=dose,
        dose_unit=dose_unit,
        times_per_day=times_per_day,
        every_days=every_days,
        stop_reason=stop_reason,
        instructions=instructions[:200],
        from_at=from_at,
        used_since=used_since if kind == MedicationAgreement.Kind.REPORTED else None,
        used_since_is=used_since_is if kind == MedicationAgreement.Kind.REPORTED and used_since else "",
        reason=reason[:300],
        encounter=encounter,
        referral=referral,
        **provenance(by, at, origin),
    )
    audit.record(
        by=by,
        at=at,
        action="C",
        event=f"medication_{kind}",
        object_type="medication_agreement",
        object_id=row.pk,
        patient=patient,
        rule=rule,
        detail={"atc": atc},
    )
    return row


@dataclass(frozen=True, kw_only=True)
class BetterMedication:
    """What a correction says instead: the dose, and for what was used already since when."""

    dose: Decimal | None = None
    times_per_day: int | None = None
    from_at: datetime | None = None
    """None: as it was."""
    used_since: date | None = None
    used_since_is: str = ""
    instructions: str = ""


@transaction.atomic
def correct_medication(
    *, by: Viewer, at: datetime, agreement: UUID, better: BetterMedication, because: str
) -> MedicationAgreement:
    """Replace a medication agreement that was written down wrongly. The old one stays, marked as corrected."""
    old, rule = _open_agreement(agreement, by=by, at=at, because=because)
    gives_dose = old.kind in (MedicationAgreement.Kind.START, MedicationAgreement.Kind.CHANGE)
    wrong = better.dose is None or better.dose <= 0 or not better.times_per_day
    if gives_dose and wrong:
        raise RecordRefused(_("Vul dosis en aantal keer per dag in."))
    if better.from_at is not None and better.from_at > max(at, old.from_at):
        raise RecordRefused(_("Deze datum ligt in de toekomst."))
    if better.used_since is not None and better.used_since > timezone.localdate(at):
        raise RecordRefused(_("Deze datum ligt in de toekomst."))
    reported = old.kind == MedicationAgreement.Kind.REPORTED
    takes = gives_dose or reported
    new = MedicationAgreement.objects.create(
        network_id=old.network_id, patient_id=old.patient_id, kind=old.kind, drug=old.drug, drug_name=old.drug_name,
        atc=old.atc, drug_class=old.drug_class, dose=better.dose if takes else None, dose_unit=old.dose_unit,
        times_per_day=better.times_per_day if takes else None, every_days=old.every_days, stop_reason=old.stop_reason,
        instructions=(better.instructions if takes else old.instructions)[:200],
        from_at=better.from_at or old.from_at,
        used_since=better.used_since if reported else None,
        used_since_is=better.used_since_is if reported and better.used_since else "",
        reason=old.reason, encounter=old.encounter, referral=old.referral, replaces=old,
        **provenance(by, at, MedicationAgreement.Origin.TYPED),
    )  # fmt: skip
    _set_status(old, Observation.Status.CORRECTED, because)
    _log(old, by=by, at=at, rule=rule, event="medication_corrected", replaced_by=str(new.pk))
    return new


@transaction.atomic
def mark_medication_in_error(
    *, by: Viewer, at: datetime, agreement: UUID, because: str
) -> MedicationAgreement:
    """Say that a medication agreement was never made (wrong patient, wrong drug). It stays visible, counts nowhere."""
    row, rule = _open_agreement(agreement, by=by, at=at, because=because)
    _set_status(row, Observation.Status.ENTERED_IN_ERROR, because)
    _log(row, by=by, at=at, rule=rule, event="medication_in_error")
    return row


def _open_agreement(
    agreement: UUID, *, by: Viewer, at: datetime, because: str
) -> tuple[MedicationAgreement, str]:
    row = (
        MedicationAgreement.objects.select_for_update(of=("self",))
        .filter(pk=agreement, network=by.network)
        .first()
    )
    if row is None:
        raise AccessDenied
    rule = check_access(by, Right.WRITE_CLINICAL, patient=row.patient_id, at=at)
    if row.status != Observation.Status.FINAL:
        raise RecordRefused(_("Deze afspraak is al gecorrigeerd. Bekijk de nieuwste."))
    if not says_something(because):
        raise RecordRefused(_("Schrijf op waarom deze afspraak niet klopt."))
    return row, rule


def _set_status(row: MedicationAgreement, status: str, because: str) -> None:
    row.status, row.status_because = status, because.strip()[:200]
    row.save(update_fields=["status", "status_because"])


def _log(row: MedicationAgreement, *, by: Viewer, at: datetime, rule: str, event: str, **detail: str) -> None:
    audit.record(
        by=by, at=at, action="U", event=event, object_type="medication_agreement", object_id=row.pk,
        patient=row.patient_id, rule=rule, detail={"atc": row.atc, **detail},
    )  # fmt: skip
