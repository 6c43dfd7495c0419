"""The states of an appointment and which may follow which."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anderhalf.core.states import StateTable


class AppointmentStatus(models.TextChoices):
    """Where an appointment stands."""

    BOOKED = "booked", _("gemaakt")
    ARRIVED = "arrived", _("aangekomen")
    FULFILLED = "fulfilled", pgettext_lazy("afspraak", "geweest")
    NO_SHOW = "no_show", _("niet verschenen")
    MOVED = "moved", _("verzet")
    CANCELLED = "cancelled", _("afgezegd")


APPOINTMENT_STATES = StateTable(
    "appointment",
    {
        AppointmentStatus.BOOKED: (
            AppointmentStatus.ARRIVED,
            AppointmentStatus.FULFILLED,
            AppointmentStatus.NO_SHOW,
            AppointmentStatus.MOVED,
            AppointmentStatus.CANCELLED,
        ),
        AppointmentStatus.ARRIVED: (AppointmentStatus.FULFILLED, AppointmentStatus.CANCELLED),
        AppointmentStatus.FULFILLED: (),
        AppointmentStatus.NO_SHOW: (),
        AppointmentStatus.MOVED: (),
        AppointmentStatus.CANCELLED: (),
    },
)
