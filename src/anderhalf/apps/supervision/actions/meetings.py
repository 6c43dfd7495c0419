"""The weekly meeting of a centre: planning it, who was there, and closing it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.network import queries as network
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.models import Membership, Organisation
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.viewer import Viewer

from ..errors import MeetingClosed, NotEverybodyThere, NotYetHeld, PlannedInPast
from ..models import Attendance, CaseDiscussion, SupervisionMeeting

ROOM = "supervision"


def _own_meeting(meeting: UUID, *, by: Viewer) -> SupervisionMeeting:
    found = (
        SupervisionMeeting.objects.select_for_update(of=("self",))
        .select_related("centre")
        .filter(pk=meeting, network=by.network)
        .first()
    )
    if found is None or found.centre_id not in by.organisation_ids:
        raise AccessDenied(_("Deze bespreking is van een ander centrum."))
    return found


@transaction.atomic
def plan_meetings(
    *, by: Viewer, at: datetime, centre: UUID, first: datetime, times: int = 1
) -> list[SupervisionMeeting]:
    """Plan the meeting of a centre on ``first`` and every so many days as the agreement says, ``times`` in all.

    A moment that was planned before stays as it is.
    """
    permission = permit(ROOM, by, Right.LEAD_MEETING, at=at)
    if centre not in by.organisation_ids:
        raise AccessDenied(_("Dit is een ander centrum."))
    if first < at:
        raise PlannedInPast
    place = Organisation.objects.get(pk=centre, network=by.network)
    agreed = network.agreement_on(by.network, on=first.date()).supervision
    planned = []
    for number in range(times):
        meeting, created = SupervisionMeeting.objects.get_or_create(
            centre=place,
            starts_at=first + timedelta(days=agreed.every_days * number),
            defaults={"network_id": by.network, "minutes": agreed.minutes},
        )
        if created:
            planned.append(meeting)
            permission.log("C", "meeting_planned", meeting)
    return planned


@transaction.atomic
def attend(*, by: Viewer, at: datetime, meeting: UUID, present: list[UUID]) -> SupervisionMeeting:
    """Set who is there: exactly the people named. They must work at this centre."""
    found = _own_meeting(meeting, by=by)
    permission = permit(ROOM, by, Right.LEAD_MEETING, at=at)
    if found.status != SupervisionMeeting.Status.PLANNED:
        raise MeetingClosed
    members = {
        membership.professional_id: membership.role
        for membership in Membership.objects.filter(
            organisation=found.centre, professional__in=present, until__isnull=True
        )
    }
    strangers = set(present) - set(members)
    if strangers:
        raise AccessDenied(_("Iemand op de lijst werkt niet bij dit centrum."))
    found.attendance.exclude(professional__in=present).delete()
    for professional, role in members.items():
        Attendance.objects.get_or_create(
            meeting=found, professional_id=professional, defaults={"role": role, "at": at}
        )
    permission.log("U", "attendance_set", found, present=len(members))
    return found


@transaction.atomic
def close_meeting(*, by: Viewer, at: datetime, meeting: UUID) -> SupervisionMeeting:
    """Close the meeting. Cases that were not reached go to the next one.

    Refuses before the day of the meeting, and while somebody is missing whom the agreement requires.
    """
    found = _own_meeting(meeting, by=by)
    permission = permit(ROOM, by, Right.LEAD_MEETING, at=at)
    if found.status != SupervisionMeeting.Status.PLANNED:
        raise MeetingClosed
    if timezone.localdate(at) < timezone.localdate(found.starts_at):
        raise NotYetHeld
    required = network.agreement_on(by.network, on=found.starts_at.date()).supervision.required_roles
    present = set(found.attendance.values_list("role", flat=True))
    if missing := [role for role in required if role not in present]:
        names = ", ".join(str(Role(role).label) for role in missing)
        raise NotEverybodyThere(_("Volgens de afspraak is ook aanwezig: %(roles)s.") % {"roles": names})
    found.cases.filter(status=CaseDiscussion.Status.WAITING).update(meeting=None)
    found.status, found.closed_at, found.closed_by = SupervisionMeeting.Status.HELD, at, by.name
    found.save(update_fields=["status", "closed_at", "closed_by"])
    permission.log("U", "meeting_closed", found, cases=found.cases.count())
    return found
