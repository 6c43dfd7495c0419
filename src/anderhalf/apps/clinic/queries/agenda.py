"""The centre's time: today's list, the agenda, free slots. A fixed number of queries, however full the day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from anderhalf.apps.people.access import AccessDenied, Right, check_access, patients_filter
from anderhalf.apps.people.models import Patient, Professional
from anderhalf.apps.people.queries import has_left
from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.viewer import Viewer

from ..holidays import holiday_on
from ..models import Appointment, ClinicSession, Episode, Slot
from ..states import AppointmentStatus

LIVE = (
    AppointmentStatus.BOOKED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.FULFILLED,
    AppointmentStatus.NO_SHOW,
)
HORIZON = timedelta(weeks=12)
"""How far ahead free slots are looked for."""
SECRETS = ("bsn", "email", "address")


def day_bounds(first: date, days: int = 1) -> tuple[datetime, datetime]:
    """The moments between which ``days`` days from ``first`` lie, on the clock of Amsterdam."""
    begin = timezone.make_aware(datetime.combine(first, time.min))
    end = timezone.make_aware(datetime.combine(first + timedelta(days=days), time.min))
    return begin, end


def _appointments(viewer: Viewer, *, at: datetime) -> QuerySet[Appointment]:
    """Live appointments at the viewer's own centres, of patients whom the viewer may know."""
    check_access(viewer, Right.MANAGE_SESSIONS)
    known = Patient.objects.filter(patients_filter(viewer, Right.IDENTITY, at=at))
    return (
        Appointment.objects.filter(
            slot__session__centre__in=viewer.organisation_ids, status__in=LIVE, patient__in=known.values("pk")
        )
        .select_related(
            "slot__session__professional",
            "patient",
            "episode__referral",
            "episode__practitioner",
            "encounter",
        )
        .defer(*(f"patient__{name}" for name in SECRETS))
        .order_by("slot__starts_at", "slot__session__professional__family_name")
    )


def today(viewer: Viewer, *, at: datetime) -> list[Appointment]:
    """Everybody who comes today at the own centre, by time."""
    begin, end = day_bounds(timezone.localdate(at))
    return list(_appointments(viewer, at=at).filter(slot__starts_at__gte=begin, slot__starts_at__lt=end))


def appointment(viewer: Viewer, appointment_id: UUID, *, at: datetime) -> Appointment:
    """One appointment at the own centre, whatever became of it; refused alike when unknown and when not allowed."""
    found = (
        Appointment.objects.filter(pk=appointment_id, slot__session__centre__in=viewer.organisation_ids)
        .select_related("slot__session__professional", "patient", "episode__referral", "episode__centre")
        .first()
    )
    if found is None:
        raise AccessDenied
    check_access(viewer, Right.BOOK, patient=found.patient_id, at=at)
    return found


@dataclass(frozen=True, kw_only=True)
class AgendaSlot:
    """One slot, with who is in it."""

    slot: Slot
    appointment: Appointment | None
    past: bool


@dataclass(frozen=True, kw_only=True)
class AgendaSession:
    """One session with its slots."""

    session: ClinicSession
    slots: list[AgendaSlot]

    @property
    def free(self) -> int:
        """How many slots can still be booked."""
        return sum(1 for one in self.slots if one.appointment is None and not one.past)


@dataclass(kw_only=True)
class AgendaDay:
    """One day: its sessions, by professional; ``holiday`` names a public holiday."""

    day: date
    holiday: str
    sessions: list[AgendaSession] = field(default_factory=list)


def agenda(viewer: Viewer, *, centre: UUID, first: date, days: int, at: datetime) -> list[AgendaDay]:
    """The days from ``first`` at one of the viewer's own centres. Four queries."""
    check_access(viewer, Right.MANAGE_SESSIONS)
    if centre not in viewer.organisation_ids:
        raise AccessDenied
    begin, end = day_bounds(first, days)
    sessions = (
        ClinicSession.objects.filter(centre=centre, starts_at__gte=begin, starts_at__lt=end)
        .select_related("professional", "stands_in_for")
        .prefetch_related(Prefetch("slots", Slot.objects.order_by("starts_at")))
        .order_by("starts_at", "professional__family_name")
    )
    taken = {
        one.slot_id: one
        for one in _appointments(viewer, at=at).filter(
            slot__session__centre=centre, slot__starts_at__gte=begin, slot__starts_at__lt=end
        )
    }
    by_day: dict[date, AgendaDay] = {}
    for offset in range(days):
        day = first + timedelta(days=offset)
        by_day[day] = AgendaDay(day=day, holiday=holiday_on(day))
    for session in sessions:
        slots = [
            AgendaSlot(slot=slot, appointment=taken.get(slot.pk), past=slot.starts_at <= at)
            for slot in session.slots.all()
        ]
        by_day[timezone.localdate(session.starts_at)].sessions.append(
            AgendaSession(session=session, slots=slots)
        )
    return list(by_day.values())


def session(viewer: Viewer, session_id: UUID, *, at: datetime) -> AgendaSession:
    """One session of the own centre with its slots and who is in them."""
    check_access(viewer, Right.MANAGE_SESSIONS)
    found = (
        ClinicSession.objects.filter(pk=session_id, centre__in=viewer.organisation_ids)
        .select_related("professional", "stands_in_for", "centre")
        .first()
    )
    if found is None:
        raise AccessDenied
    taken = {one.slot_id: one for one in _appointments(viewer, at=at).filter(slot__session=found)}
    return AgendaSession(
        session=found,
        slots=[
            AgendaSlot(slot=slot, appointment=taken.get(slot.pk), past=slot.starts_at <= at)
            for slot in found.slots.order_by("starts_at")
        ],
    )


@dataclass(frozen=True, kw_only=True)
class FreeDay:
    """The free slots of one day, by professional."""

    day: date
    by_professional: list[tuple[Professional, list[Slot]]]


def free_slots(
    viewer: Viewer,
    *,
    centre: UUID,
    at: datetime,
    kind: str = "",
    professional: UUID | None = None,
    first: date | None = None,
    limit: int = 60,
) -> list[Slot]:
    """The first free slots of a centre from ``first`` (default now), at most ``limit``, by time.

    ``kind`` keeps sessions that are meant for that kind of contact.
    """
    check_access(viewer, Right.MANAGE_SESSIONS)
    if centre not in viewer.organisation_ids:
        raise AccessDenied
    begin = max(at, day_bounds(first)[0]) if first else at
    sessions = ClinicSession.objects.filter(
        centre=centre, cancelled_at__isnull=True, ends_at__gt=begin, starts_at__lt=begin + HORIZON
    )
    sessions = sessions.exclude(has_left("professional", "centre", "starts_at"))
    if professional is not None:
        sessions = sessions.filter(professional=professional)
    # lists in a JSON column can't be searched alike on both databases; a centre has few sessions in twelve weeks
    usable = [pk for pk, kinds in sessions.values_list("pk", "kinds") if not kind or kind in kinds]
    live = Appointment.objects.filter(slot=OuterRef("pk"), status__in=LIVE)
    return list(
        Slot.objects.filter(session__in=usable, starts_at__gt=begin)
        .filter(~Exists(live))
        .select_related("session__professional")
        .order_by("starts_at", "session__professional__family_name")[:limit]
    )


@dataclass(frozen=True, kw_only=True)
class Orphaned:
    """A coming session of somebody who does not work there any more, with how many patients count on it."""

    session: ClinicSession
    appointments: int


def orphaned(viewer: Viewer, *, at: datetime) -> list[Orphaned]:
    """Coming sessions with appointments whose professional left, by time: somebody has to take them over.

    Of the own centres for who plans; of the network, without a word about any patient, for the project leader.
    """
    sessions = ClinicSession.objects.filter(
        has_left("professional", "centre", "starts_at"),
        network=viewer.network,
        cancelled_at__isnull=True,
        ends_at__gt=at,
    )
    if viewer.role != Role.PROJECT_LEADER:
        check_access(viewer, Right.MANAGE_SESSIONS)
        sessions = sessions.filter(centre__in=viewer.organisation_ids)
    waiting = Q(slots__appointments__status__in=(AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED))
    sessions = sessions.annotate(waiting=Count("slots__appointments", filter=waiting)).filter(waiting__gt=0)
    return [
        Orphaned(session=session, appointments=session.waiting)
        for session in sessions.select_related("professional", "centre").order_by("starts_at", "pk")
    ]


def by_day(slots: list[Slot]) -> list[FreeDay]:
    """Free slots grouped for choosing: day, then professional."""
    days: dict[date, dict[UUID, list[Slot]]] = defaultdict(lambda: defaultdict(list))
    who: dict[UUID, Professional] = {}
    for slot in slots:
        professional = slot.session.professional
        who[professional.pk] = professional
        days[timezone.localdate(slot.starts_at)][professional.pk].append(slot)
    return [
        FreeDay(day=day, by_professional=[(who[key], found) for key, found in groups.items()])
        for day, groups in days.items()
    ]


def planned_of(viewer: Viewer, episode: Episode, *, at: datetime) -> list[Appointment]:
    """What is still to come for a patient, by time."""
    check_access(viewer, Right.VIEW_PLAN, patient=episode.patient_id, at=at)
    begin, _end = day_bounds(timezone.localdate(at))
    return list(
        episode.appointments.filter(
            status__in=(AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED), slot__starts_at__gte=begin
        )
        .select_related("slot__session__professional")
        .order_by("slot__starts_at")
    )
