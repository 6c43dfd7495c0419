"""Recording that a patient died."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from ..models import Patient
from ..viewer import Viewer
from .patients import change_patient


def record_death(*, by: Viewer, at: datetime, patient: UUID, on: date) -> Patient:
    """Keep the day of death; a day that was recorded before stays. Refuses with ``ValidationError`` a day in the
    future or before birth.

    Allowed to whoever may correct the patient's particulars (see :func:`change_patient`).
    """
    record = Patient.objects.get(pk=patient)
    if record.deceased_on is not None:
        return record
    return change_patient(by=by, at=at, patient=patient, version=record.version, changes={"deceased_on": on})
