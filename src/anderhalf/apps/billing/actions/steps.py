"""The way of a claim after it was made: submitted, paid or rejected, mended, or dropped with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.viewer import Viewer

from ..errors import BillingRefused
from ..models import Claim
from ..states import CLAIM_STATES, NEEDS_REASON, SET_BY, ClaimStatus
from .rows import keep_change, locked


@transaction.atomic
def submit(*, by: Viewer, at: datetime, claims: Sequence[UUID]) -> list[Claim]:
    """Hand claims in, all or none. Raises ``StepRefused`` when one of them is no longer ready."""
    return [_step(claim, ClaimStatus.SUBMITTED, by=by, at=at) for claim in dict.fromkeys(claims)]


@transaction.atomic
def mark_paid(*, by: Viewer, at: datetime, claim: UUID) -> Claim:
    """The insurer paid."""
    return _step(claim, ClaimStatus.PAID, by=by, at=at)


@transaction.atomic
def reject(*, by: Viewer, at: datetime, claim: UUID, because: str) -> Claim:
    """The insurer refuses, and says why."""
    return _step(claim, ClaimStatus.REJECTED, by=by, at=at, because=because)


@transaction.atomic
def resubmit(*, by: Viewer, at: datetime, claim: UUID, because: str = "") -> Claim:
    """A rejected claim was mended and can be handed in again."""
    return _step(claim, ClaimStatus.READY, by=by, at=at, because=because, only_from=ClaimStatus.REJECTED)


@transaction.atomic
def cancel(*, by: Viewer, at: datetime, claim: UUID, because: str) -> Claim:
    """Nothing will be claimed for this; the reason stays."""
    return _step(claim, ClaimStatus.CANCELLED, by=by, at=at, because=because)


def _step(
    claim: UUID, following: ClaimStatus, *, by: Viewer, at: datetime, because: str = "", only_from: str = ""
) -> Claim:
    found = locked(claim, by=by)
    permission = replace(permit("billing", by, Right.VIEW_CLAIMS, at=at), patient=found.patient_id)
    if by.role not in SET_BY[following]:
        raise AccessDenied(_("Uw rol zet een declaratie niet in deze stand."))
    CLAIM_STATES.check(found.status, following)
    if only_from and found.status != only_from:
        raise BillingRefused(_("Alleen een afgewezen declaratie kan opnieuw worden klaargezet."))
    because = because.strip()
    if following in NEEDS_REASON and not because:
        raise BillingRefused(_("Schrijf op waarom."))
    found.status = following
    found.version += 1
    found.save(update_fields=["status", "version"])
    keep_change(found, by=by.name, at=at, because=because)
    permission.log("U", f"claim_{following}", found)
    return found
