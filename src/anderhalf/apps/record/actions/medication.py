"""Medication agreements: start, change, stop or pause of a drug, always with a reason."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.viewer import Viewer

from ..errors import RecordRefused
from ..models import MedicationAgreement
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
    encounter: UUID | None = None,
    referral: UUID | None = None,
    origin: str = MedicationAgreement.Origin.TYPED,
) -> MedicationAgreement:
    """Record start, change, stop or pause of a drug, always with a reason."""
    rule = check_access(by, under, patient=patient, at=at)
    if not reason.strip():
        raise RecordRefused(_("Een medicatieafspraak heeft altijd een reden."))
    stops = kind in (MedicationAgreement.Kind.STOP, MedicationAgreement.Kind.PAUSE)
    if (
        not stops
        and kind != MedicationAgreement.Kind.REPORTED
        and (dose is None or dose <= 0 or not times_per_day)
    ):
        raise RecordRefused(_("Vul dosis en aantal keer per dag in."))
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
