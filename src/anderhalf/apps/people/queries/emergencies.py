"""Use of the noodknop: what is open now, and what the privacy officer still has to look at."""

from __future__ import annotations

from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from ..access import Right, can_access, check_access
from ..models import EmergencyAccess
from ..viewer import Viewer


def open_emergencies(viewer: Viewer, at: datetime) -> list[EmergencyAccess]:
    """The viewer's own accesses in force now, soonest to expire first."""
    if viewer.professional_id is None or not can_access(viewer, Right.BREAK_GLASS):
        return []
    return list(
        EmergencyAccess.objects.filter(professional=viewer.professional_id, at__lte=at, expires_at__gt=at)
        .select_related("patient")
        .order_by("expires_at")
    )


def _all(viewer: Viewer) -> QuerySet[EmergencyAccess]:
    check_access(viewer, Right.REVIEW_EMERGENCIES)
    return EmergencyAccess.objects.filter(patient__network=viewer.network)


def emergencies(viewer: Viewer, *, open_only: bool = False, page: int | str = 1) -> Page[EmergencyAccess]:
    """For the privacy officer: every use of the noodknop, newest first; with ``open_only`` those not yet reviewed."""
    found = _all(viewer).select_related("patient", "professional").order_by("-at")
    if open_only:
        found = found.filter(reviewed_at__isnull=True)
    return Paginator(found, 25).get_page(page)


def unreviewed_emergencies(viewer: Viewer) -> int:
    """How many uses the privacy officer has not looked at."""
    return _all(viewer).filter(reviewed_at__isnull=True).count()
