"""Who waits for what: first appointments by priority, contacts that are due, and everybody in care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from anderhalf.apps.people.access import Right, check_access, patients_filter
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.queries import matching_name
from anderhalf.apps.people.roles import CENTRE
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import DANGER
from anderhalf.apps.record.queries import tasks_for

from ..models import Appointment, Encounter, Episode
from ..states import AppointmentStatus
from .agenda import SECRETS, day_bounds

PAGE_SIZE = 25
AHEAD = timedelta(days=14)
"""A contact is on the due list from two weeks before its date, so that a slot can still be found."""
PLANNED = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)


def _running(viewer: Viewer, *, at: datetime) -> QuerySet[Episode]:
    """Open episodes of the viewer's own centres, of patients whom the viewer may plan."""
    check_access(viewer, Right.MANAGE_SESSIONS)
    known = Patient.objects.filter(patients_filter(viewer, Right.BOOK, at=at))
    return (
        Episode.objects.filter(
            centre__in=viewer.organisation_ids, ended_at__isnull=True, patient__in=known.values("pk")
        )
        .select_related("patient__practice", "referral", "practitioner", "centre")
        .defer(*(f"patient__{name}" for name in SECRETS))
    )


def _without_appointment(episodes: QuerySet[Episode], *, at: datetime) -> QuerySet[Episode]:
    """Those who have no appointment today or later."""
    begin, _end = day_bounds(timezone.localdate(at))
    planned = Appointment.objects.filter(
        episode=OuterRef("pk"), status__in=PLANNED, slot__starts_at__gte=begin
    )
    return episodes.filter(~Exists(planned))


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Somebody who was accepted and has no first appointment yet."""

    episode: Episode
    days: int
    """Since the referral was sent."""
    norm: int | None
    """Days agreed for this urgency; None when the urgency has no term."""
    days_left: int | None
    """Until ``see_before``; negative when it has passed."""
    missed: int
    """How often the patient did not come."""

    @property
    def overdue(self) -> bool:
        """True when the agreed date has passed."""
        return self.days_left is not None and self.days_left < 0


def _waiting(viewer: Viewer, *, at: datetime) -> QuerySet[Episode]:
    return _without_appointment(_running(viewer, at=at).filter(first_seen_at__isnull=True), at=at)


def waiting_list(viewer: Viewer, *, at: datetime, limit: int = 200) -> list[Waiting]:
    """Accepted, not seen, nothing planned: whose term ends first stands first, without a term who waits longest."""
    today = timezone.localdate(at)
    rows = (
        _waiting(viewer, at=at)
        .annotate(missed=Count("appointments", filter=Q(appointments__status=AppointmentStatus.NO_SHOW)))
        .order_by(F("referral__see_before").asc(nulls_last=True), "referral__sent_at", "started_at")
    )
    return [_waiting_row(episode, today) for episode in rows[:limit]]


def _waiting_row(episode: Episode, today: date) -> Waiting:
    sent = timezone.localdate(episode.referral.sent_at or episode.started_at)
    before = episode.referral.see_before
    return Waiting(
        episode=episode,
        days=(today - sent).days,
        norm=(before - sent).days if before else None,
        days_left=(before - today).days if before else None,
        missed=episode.missed,  # type: ignore[attr-defined]
    )


@dataclass(frozen=True, kw_only=True)
class Due:
    """A contact that was agreed and for which nothing is planned. ``days_late`` is negative before its date."""

    episode: Episode
    on: date
    days_late: int


def due_contacts(viewer: Viewer, *, at: datetime, limit: int = 200) -> list[Due]:
    """Agreed contacts that have passed or come soon, without an appointment; the longest late first."""
    today = timezone.localdate(at)
    return [
        Due(episode=episode, on=episode.next_contact_on, days_late=(today - episode.next_contact_on).days)
        for episode in _due(viewer, at=at).order_by("next_contact_on")[:limit]
        if episode.next_contact_on is not None
    ]


def _due(viewer: Viewer, *, at: datetime) -> QuerySet[Episode]:
    soon = timezone.localdate(at) + AHEAD
    return _without_appointment(_running(viewer, at=at).filter(next_contact_on__lte=soon), at=at)


def worklist(
    viewer: Viewer, *, at: datetime, page: int | str = 1, filters: Mapping[str, str] | None = None
) -> Page[Episode]:
    """Everybody in care at the own centre, paged; each row has ``last_contact``, ``next_appointment``, ``danger`` and
    ``danger_rank`` (of the most urgent one).

    Filters: ``q`` (begin of the family name), ``practitioner`` (id, or ``me``), ``state`` (``waiting``, ``planned``,
    ``due``), ``sort`` (``name``, ``next``, ``last``, ``start``, each with ``-`` before it for the other way round).
    """
    asked = filters or {}
    last = Encounter.objects.filter(episode=OuterRef("pk")).order_by("-at")
    planned = Appointment.objects.filter(
        episode=OuterRef("pk"), status__in=PLANNED, slot__starts_at__gte=day_bounds(timezone.localdate(at))[0]
    ).order_by("slot__starts_at")
    danger = tasks_for(viewer=viewer, at=at).filter(patient=OuterRef("patient"), kind=DANGER)
    rows = _running(viewer, at=at).annotate(
        danger=Exists(danger),
        danger_rank=Subquery(danger.values("rank")[:1]),
        last_contact=Subquery(last.values("at")[:1]),
        next_appointment=Subquery(planned.values("slot__starts_at")[:1]),
    )
    rows = _filtered(rows, asked, viewer, at=at)
    return Paginator(rows.order_by(*_order(asked.get("sort", "")), "pk"), PAGE_SIZE).get_page(page)


def _filtered(
    rows: QuerySet[Episode], asked: Mapping[str, str], viewer: Viewer, *, at: datetime
) -> QuerySet[Episode]:
    for word in asked.get("q", "").split():
        rows = rows.filter(matching_name(word, "patient__"))
    if asked.get("practitioner") == "me":
        rows = rows.filter(practitioner=viewer.professional_id)
    match asked.get("state", ""):
        case "waiting":
            rows = rows.filter(first_seen_at__isnull=True, next_appointment__isnull=True)
        case "planned":
            rows = rows.filter(next_appointment__isnull=False)
        case "due":
            rows = rows.filter(next_appointment__isnull=True, next_contact_on__lte=timezone.localdate(at))
    return rows


ORDERS = {
    "name": ("patient__family_name", "patient__initials"),
    "next": ("next_contact_on",),
    "last": ("last_contact",),
    "start": ("started_at",),
}


def _order(sort: str) -> list[object]:
    down, name = sort.startswith("-"), sort.lstrip("-")
    fields = ORDERS.get(name, ORDERS["name"])
    return [F(one).desc(nulls_last=True) if down else F(one).asc(nulls_last=True) for one in fields]


def rail_counts(viewer: Viewer, *, at: datetime) -> dict[str, int]:
    """The numbers beside the clinic's items of the rail, by URL name; nothing for who has no sessions."""
    if viewer.role not in CENTRE:
        return {}
    begin, end = day_bounds(timezone.localdate(at))
    to_come = Appointment.objects.filter(
        slot__session__centre__in=viewer.organisation_ids,
        status__in=PLANNED,
        slot__starts_at__gte=begin,
        slot__starts_at__lt=end,
    )
    return {"clinic:today": to_come.count(), "clinic:waiting": _waiting(viewer, at=at).count()}
