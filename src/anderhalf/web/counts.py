"""The live numbers beside the items of the rail: few queries each, only for the own organisation."""

from __future__ import annotations

from datetime import datetime

from anderhalf.apps.billing import queries as billing
from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.letters import queries as letters
from anderhalf.apps.people import queries as people
from anderhalf.apps.people.roles import CENTRE, FIRST_LINE, LEAD_PRACTITIONERS, SPECIALISTS, Role
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.referrals import queries as referrals
from anderhalf.apps.supervision import queries as supervision


def rail_counts(viewer: Viewer, *, at: datetime) -> dict[str, int]:
    """Number of things that wait, by the URL name of the rail's entry."""
    if viewer.role == Role.PRIVACY_OFFICER:
        return {"people:emergencies": people.unreviewed_emergencies(viewer)}
    if viewer.role in (Role.BILLING, Role.INSURER):
        return billing.counts(viewer, at=at)
    found: dict[str, int] = {}
    if viewer.role in FIRST_LINE | CENTRE | SPECIALISTS:
        counted = referrals.counts(viewer, at=at)
        found["referrals:triage"] = counted["triage"]
        found["referrals:list"] = counted["referrals_turn"]
        found |= letters.counts(viewer, at=at)
    if viewer.role in LEAD_PRACTITIONERS | SPECIALISTS:
        found |= supervision.counts(viewer, at=at)
    if viewer.role in CENTRE:
        found |= clinic.rail_counts(viewer, at=at)
    return found
