"""The weekly hour of the viewer's own centres: planned, held, and what waits to be discussed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.network import queries as network
from anderhalf.apps.people.access import AccessDenied, Right, check_access, patients_filter
from anderhalf.apps.people.models import Membership, Organisation, Patient
from anderhalf.apps.people.purposes import purpose_of
from anderhalf.apps.people.roles import CENTRE, SPECIALISTS, Role
from anderhalf.apps.people.viewer import Viewer

from ..models import CaseDiscussion, SupervisionMeeting
from .together import patients_waiting, together

PAGE_SIZE = 12
SECRETS = ("bsn", "phone", "email", "address")
Status = CaseDiscussion.Status


def _own(viewer: Viewer) -> QuerySet[SupervisionMeeting]:
    check_access(viewer, Right.LEAD_MEETING)
    return SupervisionMeeting.objects.filter(
        network=viewer.network, centre__in=viewer.organisation_ids
    ).select_related("centre")


def _counted(rows: QuerySet[SupervisionMeeting]) -> QuerySet[SupervisionMeeting]:
    """Adds ``present`` and ``decided``."""
    return rows.annotate(
        present=Count("attendance", distinct=True),
        decided=Count("cases", filter=Q(cases__status=Status.DECIDED), distinct=True),
    )


def planned_meetings(viewer: Viewer, *, at: datetime, limit: int = 12) -> list[SupervisionMeeting]:
    """Meetings that are not closed yet, the first one first."""
    return list(_own(viewer).filter(status=SupervisionMeeting.Status.PLANNED).order_by("starts_at")[:limit])


def past_meetings(viewer: Viewer, *, at: datetime, page: int | str = 1) -> Page[SupervisionMeeting]:
    """Meetings that were held, newest first, with how many were there and how much was decided."""
    rows = _counted(_own(viewer).filter(status=SupervisionMeeting.Status.HELD)).order_by("-starts_at")
    return Paginator(rows, PAGE_SIZE).get_page(page)


def next_meeting(viewer: Viewer, centre: UUID, *, at: datetime) -> SupervisionMeeting | None:
    """The first meeting of a centre that is not closed yet."""
    return (
        _own(viewer)
        .filter(centre=centre, status=SupervisionMeeting.Status.PLANNED)
        .order_by("starts_at")
        .first()
    )


def _visible(viewer: Viewer, *, at: datetime) -> QuerySet[CaseDiscussion]:
    """Cases of the viewer's own centres about patients whose case the viewer may see."""
    seen = Patient.objects.filter(patients_filter(viewer, Right.VIEW_CASE, at=at))
    return (
        CaseDiscussion.objects.filter(
            network=viewer.network, centre__in=viewer.organisation_ids, patient__in=seen.values("pk")
        )
        .select_related("patient", "centre", "episode__practitioner", "decided_by", "meeting")
        .defer(*(f"patient__{name}" for name in SECRETS))
    )


def waiting_cases(viewer: Viewer, *, at: datetime, centre: UUID | None = None) -> list[CaseDiscussion]:
    """What waits to be discussed at the own centres: urgent first, then who waits longest. One query."""
    rows = _visible(viewer, at=at).filter(status=Status.WAITING, episode__ended_at__isnull=True)
    if centre is not None:
        rows = rows.filter(centre=centre)
    return together(list(rows))


def agenda_of(viewer: Viewer, meeting: SupervisionMeeting, *, at: datetime) -> list[CaseDiscussion]:
    """The cases of a meeting: still open, what waits for it and for no other; and what was decided in it."""
    here = Q(meeting=meeting)
    if meeting.status == SupervisionMeeting.Status.PLANNED:
        loose = Q(meeting__isnull=True, status=Status.WAITING, centre=meeting.centre_id)
        here |= loose & Q(episode__ended_at__isnull=True)
    rows = _visible(viewer, at=at).filter(here).exclude(status=Status.DROPPED)
    return together(list(rows))


@dataclass(frozen=True, kw_only=True)
class Attendee:
    """Somebody who works at the centre: there or not, and whether the agreement asks for this role."""

    professional: UUID
    name: str
    role: str
    present: bool
    required: bool

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return str(Role(self.role).label)


@dataclass(frozen=True, kw_only=True)
class MeetingView:
    """A meeting as its page shows it. ``hidden`` cases were discussed but are no longer the viewer's to see."""

    meeting: SupervisionMeeting
    cases: list[CaseDiscussion]
    attendees: list[Attendee]
    missing_roles: list[str]
    minutes_needed: int
    hidden: int

    @property
    def waiting(self) -> int:
        """How many patients still have to be discussed."""
        return patients_waiting(self.cases)

    @property
    def present(self) -> list[Attendee]:
        """Who is (was) there."""
        return [one for one in self.attendees if one.present]


def meeting_for(viewer: Viewer, meeting_id: UUID, *, at: datetime) -> MeetingView:
    """One meeting of an own centre with agenda and attendance; leaves its line in the log."""
    meeting = _own(viewer).filter(pk=meeting_id).first()
    if meeting is None:
        raise AccessDenied
    audit.record(
        by=viewer,
        at=at,
        action="R",
        event="supervision:meeting_viewed",
        object_type="meeting",
        object_id=meeting.pk,
        rule=check_access(viewer, Right.LEAD_MEETING),
        purpose=purpose_of(viewer),
    )
    agreed = network.agreement_on(meeting.network_id, on=timezone.localdate(meeting.starts_at)).supervision
    cases = agenda_of(viewer, meeting, at=at)
    attendees = _attendees(meeting, required=agreed.required_roles)
    there = {one.role for one in attendees if one.present}
    decided = meeting.cases.filter(status=Status.DECIDED).count()
    return MeetingView(
        meeting=meeting,
        cases=cases,
        attendees=attendees,
        missing_roles=[str(Role(role).label) for role in agreed.required_roles if role not in there],
        minutes_needed=agreed.minutes_per_case * patients_waiting(cases),
        hidden=max(decided - sum(1 for case in cases if case.status == Status.DECIDED), 0),
    )


def _attendees(meeting: SupervisionMeeting, *, required: tuple[str, ...]) -> list[Attendee]:
    """Who works at the centre now, and whoever was there; the roles that the agreement requires come first."""
    present = {row.professional_id: row for row in meeting.attendance.select_related("professional")}
    found: dict[UUID, Attendee] = {}
    if meeting.status == SupervisionMeeting.Status.PLANNED:
        clinicians = [str(role) for role in CENTRE | SPECIALISTS]
        members = Membership.objects.filter(
            organisation=meeting.centre_id, until__isnull=True, role__in=clinicians
        ).select_related("professional")
        for one in members:
            found[one.professional_id] = Attendee(
                professional=one.professional_id,
                name=one.professional.full_name,
                role=one.role,
                present=one.professional_id in present,
                required=one.role in required,
            )
    for row in present.values():
        found.setdefault(
            row.professional_id,
            Attendee(
                professional=row.professional_id,
                name=row.professional.full_name,
                role=row.role,
                present=True,
                required=row.role in required,
            ),
        )
    return sorted(found.values(), key=lambda one: (not one.required, one.role, one.name))


def own_centres(viewer: Viewer) -> list[Organisation]:
    """The centres whose meetings the viewer leads."""
    check_access(viewer, Right.LEAD_MEETING)
    return list(Organisation.objects.filter(pk__in=viewer.organisation_ids, kind=Organisation.Kind.CENTRE))


def counts(viewer: Viewer, *, at: datetime) -> dict[str, int]:
    """The number beside the meeting in the rail: patients who wait. Nothing for who has no meetings."""
    if viewer.role not in CENTRE | SPECIALISTS:
        return {}
    rows = _visible(viewer, at=at).filter(status=Status.WAITING, episode__ended_at__isnull=True)
    return {"supervision:meetings": rows.values("patient").distinct().count()}
