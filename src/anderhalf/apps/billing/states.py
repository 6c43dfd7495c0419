"""The states of a claim, which may follow which, and who sets them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anderhalf.apps.people.roles import Role
from anderhalf.core.states import StateTable


class ClaimStatus(models.TextChoices):
    """Where a claim stands."""

    BLOCKED = "blocked", _("kan nog niet worden ingediend")
    READY = "ready", _("klaar om in te dienen")
    SUBMITTED = "submitted", _("ingediend")
    PAID = "paid", _("betaald")
    REJECTED = "rejected", _("afgewezen")
    CANCELLED = "cancelled", _("vervallen")


CLAIM_STATES = StateTable(
    "claim",
    {
        ClaimStatus.BLOCKED: (ClaimStatus.READY, ClaimStatus.CANCELLED),
        ClaimStatus.READY: (ClaimStatus.SUBMITTED, ClaimStatus.CANCELLED),
        ClaimStatus.SUBMITTED: (ClaimStatus.PAID, ClaimStatus.REJECTED),
        ClaimStatus.REJECTED: (ClaimStatus.READY, ClaimStatus.CANCELLED),
        ClaimStatus.PAID: (),
        ClaimStatus.CANCELLED: (),
    },
)

SET_BY: dict[str, frozenset[str]] = {
    ClaimStatus.BLOCKED: frozenset(),
    ClaimStatus.READY: frozenset({Role.BILLING}),
    ClaimStatus.SUBMITTED: frozenset({Role.BILLING}),
    ClaimStatus.PAID: frozenset({Role.BILLING, Role.INSURER}),
    ClaimStatus.REJECTED: frozenset({Role.BILLING, Role.INSURER}),
    ClaimStatus.CANCELLED: frozenset({Role.BILLING}),
}
"""Which role may bring a claim into a state; billing also enters what an insurer answered by other means."""

NEEDS_REASON = frozenset({ClaimStatus.REJECTED, ClaimStatus.CANCELLED})
SEEN_BY_INSURER = (ClaimStatus.SUBMITTED, ClaimStatus.PAID, ClaimStatus.REJECTED)
"""Before it is submitted a claim is the network's own business."""
