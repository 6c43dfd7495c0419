"""Whether something can be done in the clinic, apart from who may: each raises the reason, ``can_…`` is built on it."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.referrals.models import Referral
from anderhalf.presentation.language import day_label
from anderhalf.presentation.wording import says_something

from .errors import (
    ClinicRefused,
    DateRefused,
    KindNotAllowed,
    OtherCentre,
    OutcomeRefused,
    PatientDeceased,
    SessionCancelled,
    SlotInPast,
)
from .models import Appointment, Episode, Outcome, Slot


def check_can_take(slot: Slot, episode: Episode, *, kind: str, at: datetime) -> None:
    """Whether this slot is meant for this patient and this kind of contact; not whether it is free."""
    session = slot.session
    if session.centre_id != episode.centre_id:
        raise OtherCentre
    if session.cancelled_at is not None:
        raise SessionCancelled
    if slot.starts_at <= at:
        raise SlotInPast
    if kind not in session.kinds:
        raise KindNotAllowed(str(dict(Appointment.Kind.choices).get(kind, kind)))


def can_take(slot: Slot, episode: Episode, *, kind: str, at: datetime) -> bool:
    """Yes or no, built on :func:`check_can_take`."""
    try:
        check_can_take(slot, episode, kind=kind, at=at)
    except ClinicRefused:
        return False
    return True


def check_alive(about: Episode | Referral) -> None:
    """Nothing is begun or planned for somebody who died."""
    if about.patient.deceased_on is not None:
        raise PatientDeceased(about.patient.deceased_on)


def check_next_contact(on: date, *, at: datetime) -> None:
    """Refuse a next contact in the past."""
    if on < timezone.localdate(at):
        raise DateRefused(_("De datum van het volgende contact ligt in het verleden."))


def check_contact_dates(
    episode: Episode, moment: datetime, next_contact_on: date | None, *, at: datetime
) -> None:
    """Refuse a contact in the future or before care began, and a next contact before this one."""
    if moment > at:
        raise DateRefused(_("Dit consult ligt in de toekomst. Vul de datum in waarop het was."))
    began = timezone.localdate(episode.started_at)
    if timezone.localdate(moment) < began:
        raise DateRefused(
            _("Dit consult ligt voor het begin van de zorg (%(day)s).") % {"day": day_label(began)}
        )
    if next_contact_on is not None and next_contact_on < timezone.localdate(moment):
        raise DateRefused(_("De datum van het volgende contact ligt voor dit consult."))


def check_can_end(outcome: str, *, plan: str, next_contact_on: date | None, at: datetime) -> Outcome.Kind:
    """The outcome as its kind; raises with what is missing when it can't be recorded like this."""
    if outcome not in Outcome.Kind.values:
        raise OutcomeRefused(_("Deze uitkomst bestaat niet."))
    kind = Outcome.Kind(outcome)
    if kind == Outcome.Kind.RETURNED and not says_something(plan):
        raise OutcomeRefused(_("Een terugverwijzing gaat met een plan voor de huisarts. Vul het plan in."))
    if kind == Outcome.Kind.UNDER_CONTROL:
        if next_contact_on is None:
            raise OutcomeRefused(
                _("Wie onder controle blijft, heeft een datum voor het volgende contact nodig.")
            )
        check_next_contact(next_contact_on, at=at)
    return kind
