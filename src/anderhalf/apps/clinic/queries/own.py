"""What patients and their carers see of the clinic: their coming appointments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.viewer import Viewer

from ..models import Appointment
from ..states import AppointmentStatus


def coming_appointments(viewer: Viewer, patient_id: UUID, *, at: datetime) -> list[Appointment]:
    """Booked appointments from now on, soonest first, with centre and professional."""
    check_access(viewer, Right.VIEW_PLAN, patient=patient_id, at=at)
    return list(
        Appointment.objects.filter(
            patient=patient_id,
            status__in=(AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED),
            slot__starts_at__gte=at,
        )
        .select_related("slot__session__professional", "slot__session__centre")
        .order_by("slot__starts_at")
    )
