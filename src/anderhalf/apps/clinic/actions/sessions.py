"""Clinic sessions: bookable time of a professional at a centre, cut into slots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.models import Membership, Organisation, Professional
from anderhalf.apps.people.roles import CENTRE, SPECIALISTS
from anderhalf.apps.people.viewer import Viewer
from anderhalf.presentation.kept_reasons import kept
from anderhalf.presentation.language import day_label

from ..access import ROOM, Permission, permit_sessions
from ..errors import HolidayRefused, OtherCentre, ProfessionalLeft, SessionRefused
from ..holidays import holiday_on
from ..models import Appointment, ClinicSession, Slot
from ..states import AppointmentStatus
from .appointments import back_on_waiting_list, step

SHORTEST_SLOT, LONGEST_SLOT = 5, 240
"""Minutes. Shorter is no contact, longer is no slot; typing errors are caught by both."""
MOST_WEEKS = 53


@dataclass(frozen=True, kw_only=True)
class MadeSessions:
    """The sessions that were made, and the days that were left out with the reason."""

    sessions: tuple[ClinicSession, ...]
    skipped: tuple[tuple[date, str], ...]


@transaction.atomic
def make_sessions(
    *,
    by: Viewer,
    at: datetime,
    centre: UUID,
    professional: UUID,
    first_day: date,
    starts: time,
    ends: time,
    slot_minutes: int = 30,
    kinds: Sequence[str] = (Appointment.Kind.VISIT,),
    weeks: int = 1,
) -> MadeSessions:
    """Make one session, or one each week from ``first_day`` for ``weeks`` weeks, local time.

    A public holiday is refused (``HolidayRefused``); in a series it is left out and reported, and so is a day on which
    this professional already has a session at that time. Raises ``SessionRefused`` for what can't be a session.
    """
    permission = permit_sessions(by, at=at, centre=centre)
    _check_shape(starts, ends, slot_minutes=slot_minutes, kinds=kinds, weeks=weeks)
    _check_works_at(professional, centre, on=first_day)
    network = Organisation.objects.values_list("network_id", flat=True).get(pk=centre)
    days = [first_day + timedelta(weeks=week) for week in range(weeks)]
    busy = _sessions_between(professional, _moment(days[0], starts), _moment(days[-1], ends))
    made: list[ClinicSession] = []
    skipped: list[tuple[date, str]] = []
    for day in days:
        begin, end = _moment(day, starts), _moment(day, ends)
        if refusal := _why_not(busy, begin, end, at=at):
            if weeks == 1:
                raise refusal
            skipped.append((day, str(refusal)))
            continue
        made.append(
            ClinicSession(
                network_id=network,
                centre_id=centre,
                professional_id=professional,
                starts_at=begin,
                ends_at=end,
                slot_minutes=slot_minutes,
                kinds=list(kinds),
            )
        )
    if not made:
        raise SessionRefused(_("Op geen van deze dagen kan een spreekuur: %(why)s") % {"why": skipped[0][1]})
    ClinicSession.objects.bulk_create(made)
    Slot.objects.bulk_create(slot for session in made for slot in _cut(session))
    permission.log("C", "sessions_made", made[0], count=len(made), skipped=len(skipped))
    return MadeSessions(sessions=tuple(made), skipped=tuple(skipped))


@transaction.atomic
def cancel_session(*, by: Viewer, at: datetime, session: UUID, because: str) -> list[Appointment]:
    """Call a session off. Its appointments are cancelled with the same reason; who was not yet seen waits again.

    Returns those appointments, for calling the patients. Doing it twice changes nothing.
    """
    found = ClinicSession.objects.select_for_update(of=("self",)).get(pk=session, network=by.network)
    permission = permit_sessions(by, at=at, centre=found.centre_id)
    if found.cancelled_at is not None:
        return []
    found.cancelled_at, found.cancelled_because = at, because.strip()[:200]
    found.save(update_fields=["cancelled_at", "cancelled_because"])
    hit = list(
        Appointment.objects.select_for_update(of=("self",))
        .select_related("episode__referral", "patient", "slot")
        .filter(slot__session=found, status__in=(AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED))
        .order_by("slot__starts_at")
    )
    why = kept("spreekuur vervallen: %(why)s", why=because.strip())
    for appointment in hit:
        rule = check_access(by, Right.BOOK, patient=appointment.patient_id, at=at)
        step(appointment, AppointmentStatus.CANCELLED, by=by, at=at, because=why)
        back_on_waiting_list(appointment.episode, by=by, at=at, because=why)
        mine = Permission(room=ROOM, by=by, at=at, rule=rule, patient=appointment.patient_id)
        mine.log("U", "appointment_cancelled", appointment)
    permission.log("U", "session_cancelled", found, appointments=len(hit))
    return hit


@transaction.atomic
def substitute(
    *, by: Viewer, at: datetime, session: UUID, professional: UUID, because: str = ""
) -> ClinicSession:
    """Another professional takes the session over, with its appointments; whose it was stays visible."""
    found = ClinicSession.objects.select_for_update(of=("self",)).get(pk=session, network=by.network)
    permission = permit_sessions(by, at=at, centre=found.centre_id)
    if found.cancelled_at is not None or found.ends_at <= at:
        raise SessionRefused(_("Dit spreekuur is voorbij of vervallen."))
    if professional == found.professional_id:
        return found
    _check_works_at(professional, found.centre_id, on=timezone.localdate(found.starts_at))
    busy = _sessions_between(professional, found.starts_at, found.ends_at)
    if refusal := _overlap(busy, found.starts_at, found.ends_at):
        raise refusal
    original = found.stands_in_for_id or found.professional_id
    found.professional_id = professional
    found.stands_in_for_id = None if professional == original else original
    found.save(update_fields=["professional", "stands_in_for"])
    permission.log("U", "session_taken_over", found, because=bool(because))
    return found


def _moment(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


def _check_shape(starts: time, ends: time, *, slot_minutes: int, kinds: Sequence[str], weeks: int) -> None:
    if ends <= starts:
        raise SessionRefused(_("Het einde moet na het begin liggen."))
    if not SHORTEST_SLOT <= slot_minutes <= LONGEST_SLOT:
        raise SessionRefused(
            _("Een afspraak duurt %(least)d tot %(most)d minuten.")
            % {"least": SHORTEST_SLOT, "most": LONGEST_SLOT}
        )
    length = (ends.hour * 60 + ends.minute) - (starts.hour * 60 + starts.minute)
    if length < slot_minutes:
        raise SessionRefused(_("In dit spreekuur past geen enkele afspraak."))
    if not kinds or not set(kinds) <= set(Appointment.Kind.values):
        raise SessionRefused(_("Kies ten minste één soort contact."))
    if not 1 <= weeks <= MOST_WEEKS:
        raise SessionRefused(_("Herhaal 1 tot %(most)d weken.") % {"most": MOST_WEEKS})


def _check_works_at(professional: UUID, centre: UUID, *, on: date) -> None:
    works = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on),
        professional=professional,
        organisation=centre,
        role__in=CENTRE | SPECIALISTS,
        since__lte=on,
    )
    if not works.exists():
        raise OtherCentre
    closed = Professional.objects.filter(pk=professional, user__is_active=False).first()
    if closed is not None:
        raise ProfessionalLeft(closed.full_name)


def _sessions_between(professional: UUID, begin: datetime, end: datetime) -> list[ClinicSession]:
    """What this professional already holds in that time, first one first."""
    return list(
        ClinicSession.objects.filter(
            professional=professional, cancelled_at__isnull=True, starts_at__lt=end, ends_at__gt=begin
        )
    )


def _why_not(
    busy: Sequence[ClinicSession], begin: datetime, end: datetime, *, at: datetime
) -> Exception | None:
    """The reason why no session can be held then, or None."""
    day = timezone.localdate(begin)
    if name := holiday_on(day):
        return HolidayRefused(day, name)
    if begin <= at:
        return SessionRefused(_("Dit spreekuur ligt in het verleden."))
    return _overlap(busy, begin, end)


def _overlap(busy: Sequence[ClinicSession], begin: datetime, end: datetime) -> SessionRefused | None:
    other = next((one for one in busy if one.starts_at < end and one.ends_at > begin), None)
    if other is None:
        return None
    when = timezone.localtime(other.starts_at)
    return SessionRefused(
        _("Deze behandelaar heeft dan al een spreekuur (%(day)s om %(time)s).")
        % {"day": day_label(when), "time": f"{when:%H:%M}"}
    )


def _cut(session: ClinicSession) -> list[Slot]:
    """The slots of a session; what is left over at the end is shorter than a slot and stays free."""
    length = timedelta(minutes=session.slot_minutes)
    # counted in UTC: arithmetic on local times would miss the hour when the clock is put back
    begin, end, slots = session.starts_at.astimezone(UTC), session.ends_at.astimezone(UTC), []
    while begin + length <= end:
        slots.append(Slot(session=session, starts_at=begin, ends_at=begin + length))
        begin += length
    return slots
