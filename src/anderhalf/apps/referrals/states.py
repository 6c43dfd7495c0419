"""The states of a referral, who owns each, and which step may follow which: code, test and picture come from here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anderhalf.core.states import StateTable


class Status(models.TextChoices):
    """Where a referral stands."""

    DRAFT = "draft", _("concept")
    SENT = "sent", _("verstuurd")
    MORE_INFORMATION = "more_information", _("aanvulling gevraagd")
    ACCEPTED = "accepted", _("aangenomen")
    REDIRECTED = "redirected", _("doorverwezen bij triage")
    ANSWERED = "answered", _("beantwoord met advies")
    BOOKED = "booked", _("afspraak gemaakt")
    SEEN = "seen", _("gezien")
    CLOSED = "closed", _("afgesloten")
    WITHDRAWN = "withdrawn", _("ingetrokken")


REFERRAL_STATES = StateTable(
    "referral",
    {
        Status.DRAFT: (Status.SENT, Status.WITHDRAWN),
        Status.SENT: (
            Status.MORE_INFORMATION,
            Status.ACCEPTED,
            Status.REDIRECTED,
            Status.ANSWERED,
            Status.WITHDRAWN,
        ),
        Status.MORE_INFORMATION: (Status.SENT, Status.REDIRECTED, Status.WITHDRAWN),
        Status.ACCEPTED: (Status.BOOKED, Status.REDIRECTED, Status.ANSWERED, Status.WITHDRAWN),
        Status.BOOKED: (Status.SEEN, Status.ACCEPTED, Status.WITHDRAWN),
        Status.SEEN: (Status.CLOSED,),
        Status.ANSWERED: (Status.CLOSED,),
        Status.REDIRECTED: (Status.CLOSED,),
        Status.CLOSED: (),
        Status.WITHDRAWN: (),
    },
)
"""``BOOKED → ACCEPTED`` is a cancelled appointment: back on the waiting list."""

OWNERS: dict[str, str] = {
    Status.DRAFT: "requester",
    Status.SENT: "recipient",
    Status.MORE_INFORMATION: "requester",
    Status.ACCEPTED: "recipient",
    Status.REDIRECTED: "requester",
    Status.ANSWERED: "requester",
    Status.BOOKED: "recipient",
    Status.SEEN: "recipient",
    Status.CLOSED: "nobody",
    Status.WITHDRAWN: "nobody",
}
"""Whose turn it is in each status."""
