"""What every step of a claim shares."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.viewer import Viewer

from ..models import Claim, ClaimChange
from ..states import SEEN_BY_INSURER


def locked(claim: UUID, *, by: Viewer) -> Claim:
    """The claim, locked until the transaction ends. Another network's, or another insurer's, does not exist."""
    check_access(by, Right.VIEW_CLAIMS)
    found = Claim.objects.select_for_update(of=("self",)).filter(pk=claim, network=by.network).first()
    hidden = (
        by.role == Role.INSURER
        and found is not None
        and (found.insurer_id not in by.organisation_ids or found.status not in SEEN_BY_INSURER)
    )
    if found is None or hidden:
        raise AccessDenied(_("Deze declaratie bestaat niet of is niet voor u."))
    return found


def keep_change(claim: Claim, *, by: str, at: datetime, because: str = "") -> None:
    """The row of a step: who, when, why."""
    ClaimChange.objects.create(claim=claim, status=claim.status, at=at, by=by, because=because[:200])
