"""Putting patients in slots, and everything that can become of an appointment.

Whether a slot is free is decided by the database (``one_live_appointment_per_slot``), not by looking first: of two
people who press at the same moment, one gets the slot and the other a clear message.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.queries import has_left
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.referrals.states import Status
from anderhalf.presentation.kept_reasons import kept
from anderhalf.presentation.language import day_label

from ..access import Permission, check_own_centre, lock_episode, permit
from ..checks import check_alive, check_can_take
from ..errors import DateRefused, PatientBusy, ProfessionalLeft, SlotTaken
from ..models import Appointment, AppointmentChange, ClinicSession, Episode, Slot
from ..states import APPOINTMENT_STATES, AppointmentStatus
from .written import settle_text

LIVE = (
    AppointmentStatus.BOOKED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.FULFILLED,
    AppointmentStatus.NO_SHOW,
)
"""In these states an appointment keeps its slot (the same as in the database's constraint)."""


def book(
    *, by: Viewer, at: datetime, slot: UUID, episode: UUID, kind: str = Appointment.Kind.VISIT, note: str = ""
) -> Appointment:
    """Put the patient of an open episode in a slot.

    Raises ``SlotTaken`` when somebody was first, ``PatientBusy`` when the patient is elsewhere then,
    ``ProfessionalLeft``, ``SlotInPast``, ``SessionCancelled``, ``KindNotAllowed``, ``OtherCentre``,
    ``PatientDeceased`` or ``EpisodeEnded``. The referral of a patient not seen before becomes *booked*.
    """
    try:
        with transaction.atomic():
            found = lock_episode(episode, by=by)
            permission = permit(by, Right.BOOK, at=at, patient=found.patient_id)
            check_own_centre(by, found.centre_id)
            check_alive(found)
            appointment = _take(slot, found, kind=kind, note=note, by=by, at=at)
            if found.referral.status == Status.ACCEPTED:
                referrals.mark_booked(by=by, at=at, referral=found.referral_id)
            permission.log("C", "appointment_booked", appointment, kind=kind)
            return appointment
    except IntegrityError as clash:
        raise _taken_or(clash, slot, episode) from clash


def move(*, by: Viewer, at: datetime, appointment: UUID, slot: UUID, because: str = "") -> Appointment:
    """Put the patient in another slot. The old appointment stays visible as moved and its slot is free again."""
    try:
        with transaction.atomic():
            old = _lock_appointment(appointment, by=by)
            permission = permit(by, Right.BOOK, at=at, patient=old.patient_id)
            found = lock_episode(old.episode_id, by=by)
            check_own_centre(by, found.centre_id)
            check_alive(found)
            step(old, AppointmentStatus.MOVED, by=by, at=at, because=because)
            new = _take(slot, found, kind=old.kind, note=old.note, by=by, at=at, moved_from=old)
            permission.log("U", "appointment_moved", old, to=str(new.pk))
            return new
    except IntegrityError as clash:
        raise _taken_or(clash, slot, old.episode_id) from clash


@transaction.atomic
def cancel(
    *, by: Viewer, at: datetime, appointment: UUID, because: str,
    observations: Sequence[NewObservation] = (), not_now: Collection[str] = (),
) -> Appointment:  # fmt: skip
    """Call an appointment off; its slot is free again and a patient not yet seen is back on the waiting list.

    ``observations`` and ``not_now``: what was answered about the words of the reason (``WrittenDanger``).
    """
    found, permission = _changeable(appointment, by=by, at=at)
    settle_text(
        found.episode, (because,), by=by, at=at, under=Right.WRITE_CLINICAL, observations=observations,
        not_now=not_now,
    )  # fmt: skip
    step(found, AppointmentStatus.CANCELLED, by=by, at=at, because=because)
    back_on_waiting_list(found.episode, by=by, at=at, because=because or kept("afspraak afgezegd"))
    permission.log("U", "appointment_cancelled", found)
    return found


@transaction.atomic
def no_show(*, by: Viewer, at: datetime, appointment: UUID) -> Appointment:
    """The patient did not come. Back on the waiting list, and the referrer reads it in the thread. No reason is asked:
    a text that nobody reads for danger would be silent.

    Refused before the appointment has begun.
    """
    found, permission = _changeable(appointment, by=by, at=at)
    if found.slot.starts_at > at:
        raise DateRefused(_("Deze afspraak moet nog komen."))
    step(found, AppointmentStatus.NO_SHOW, by=by, at=at)
    if back_on_waiting_list(found.episode, by=by, at=at, because=kept("niet verschenen")):
        text = _("De patiënt is niet verschenen op de afspraak en staat weer op de wachtlijst.")
        referrals.post_message(by=by, at=at, referral=found.episode.referral_id, text=text)
    permission.log("U", "appointment_no_show", found)
    return found


@transaction.atomic
def arrived(*, by: Viewer, at: datetime, appointment: UUID) -> Appointment:
    """The patient is in the waiting room, or on the line."""
    found, permission = _changeable(appointment, by=by, at=at)
    step(found, AppointmentStatus.ARRIVED, by=by, at=at)
    permission.log("U", "appointment_arrived", found)
    return found


def step(appointment: Appointment, status: str, *, by: Viewer, at: datetime, because: str = "") -> None:
    """Move an appointment to ``status`` if the state table allows, and keep who, when and why."""
    APPOINTMENT_STATES.check(appointment.status, status)
    appointment.status = status
    appointment.save(update_fields=["status"])
    AppointmentChange.objects.create(
        appointment=appointment, status=status, at=at, by=by.name, because=because.strip()[:200]
    )


def back_on_waiting_list(episode: Episode, *, by: Viewer, at: datetime, because: str) -> bool:
    """A patient not yet seen, without another appointment, is waiting again; the referral says so too."""
    if episode.referral.status != Status.BOOKED:
        return False
    if episode.appointments.filter(status__in=(AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)).exists():
        return False
    referrals.mark_unbooked(by=by, at=at, referral=episode.referral_id, because=because)
    return True


def _take(
    slot: UUID,
    episode: Episode,
    *,
    kind: str,
    note: str,
    by: Viewer,
    at: datetime,
    moved_from: Appointment | None = None,
) -> Appointment:
    # the session's row is locked so that it can't be called off between this check and the commit
    found = Slot.objects.select_for_update(of=("session",)).select_related("session").get(pk=slot)
    check_can_take(found, episode, kind=kind, at=at)
    _check_works_there(found)
    _check_patient_free(found, episode.patient_id)
    appointment = Appointment.objects.create(
        slot=found,
        patient_id=episode.patient_id,
        episode=episode,
        kind=kind,
        booked_at=at,
        booked_by=by.name,
        note=note.strip()[:200],
        moved_from=moved_from,
        begins_at=found.starts_at,
    )
    AppointmentChange.objects.create(
        appointment=appointment, status=AppointmentStatus.BOOKED, at=at, by=by.name
    )
    return appointment


def _check_works_there(slot: Slot) -> None:
    """Refuse a slot of somebody whose account was closed or whose work there has ended."""
    gone = ClinicSession.objects.filter(has_left("professional", "centre", "starts_at"), pk=slot.session_id)
    if gone.exists():
        raise ProfessionalLeft(slot.session.professional.full_name)


def _check_patient_free(slot: Slot, patient: UUID) -> None:
    """Refuse a slot that overlaps another live appointment of the patient, of whichever pathway or centre.

    The patient's row is the lock: of two who book the same person at once, the second sees the first.
    """
    Patient.objects.select_for_update(of=("self",)).get(pk=patient)
    if busy := _busy_then(slot, patient):
        raise busy


def _busy_then(slot: Slot, patient: UUID) -> PatientBusy | None:
    overlapping = Appointment.objects.filter(
        patient=patient, status__in=LIVE, slot__starts_at__lt=slot.ends_at, slot__ends_at__gt=slot.starts_at
    )
    other = overlapping.exclude(slot=slot).select_related("slot__session__professional").first()
    if other is None:
        return None
    when = timezone.localtime(other.slot.starts_at)
    name = other.slot.session.professional.full_name
    return PatientBusy(day=day_label(when), time=f"{when:%H:%M}", professional=name)


def _taken_or(clash: IntegrityError, slot: UUID, episode: UUID) -> Exception:
    """``SlotTaken`` or ``PatientBusy`` when that is what clashed; any other broken constraint is raised as it is."""
    holder = Appointment.objects.filter(slot=slot, status__in=LIVE).first()
    if holder is not None:
        return SlotTaken(appointment=holder.pk, episode=holder.episode_id)
    wanted, patient = (
        Slot.objects.get(pk=slot),
        Episode.objects.values_list("patient", flat=True).get(pk=episode),
    )
    return _busy_then(wanted, patient) or clash


def _lock_appointment(appointment: UUID, *, by: Viewer) -> Appointment:
    return (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("slot", "episode__referral")
        .get(pk=appointment, episode__network=by.network)
    )


def _changeable(appointment: UUID, *, by: Viewer, at: datetime) -> tuple[Appointment, Permission]:
    """The appointment, locked, and the permission to change it."""
    found = _lock_appointment(appointment, by=by)
    permission = permit(by, Right.BOOK, at=at, patient=found.patient_id)
    check_own_centre(by, found.episode.centre_id)
    return found, permission
