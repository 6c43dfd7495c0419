"""Who may take which step on a referral. The policy itself is in ``people/access.py``; here it meets the two sides.

Checks come in pairs: ``check_x`` raises with a reason, ``can_x`` is built on it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.roles import LEAD_PRACTITIONERS, SPECIALISTS
from anderhalf.apps.people.viewer import Viewer

from .models import Referral
from .states import REFERRAL_STATES, Status


def _acts_for(viewer: Viewer, organisation: Organisation) -> bool:
    """Whether the viewer can act for an organisation. A specialist who supervises a centre is a member of it, and
    still sends and receives only for the hospital."""
    supervises_only = viewer.role in SPECIALISTS and organisation.kind == Organisation.Kind.CENTRE
    return organisation.pk in viewer.organisation_ids and not supervises_only


def acting_for(viewer: Viewer) -> tuple[UUID, ...]:
    """The organisations for which the viewer sends and receives; see :func:`_acts_for`."""
    if viewer.role not in SPECIALISTS:
        return viewer.organisation_ids
    own = Organisation.objects.filter(pk__in=viewer.organisation_ids).exclude(kind=Organisation.Kind.CENTRE)
    return tuple(own.values_list("pk", flat=True))


def is_requester(viewer: Viewer, referral: Referral) -> bool:
    """Whether the viewer acts for the organisation that the referral came from."""
    return _acts_for(viewer, referral.requester_organisation)


def is_recipient(viewer: Viewer, referral: Referral) -> bool:
    """Whether the viewer acts for the organisation that the referral was sent to."""
    return _acts_for(viewer, referral.recipient)


def check_requester(viewer: Viewer, referral: Referral, *, at: datetime) -> str:
    """Refuse unless the viewer may act for the side that sent it; gives the rule for the audit line."""
    if not is_requester(viewer, referral):
        raise AccessDenied(_("Alleen wie deze verwijzing heeft verstuurd, kan dit doen."))
    return check_access(viewer, Right.REFER, patient=referral.patient_id, at=at)


def check_triage(viewer: Viewer, referral: Referral, *, at: datetime) -> str:
    """Refuse unless the viewer judges referrals for the organisation that received this one.

    At a centre that is the nurse practitioner or physician assistant, at a hospital the specialist.
    """
    if not is_recipient(viewer, referral):
        raise AccessDenied(_("Deze verwijzing is aan een andere organisatie gericht."))
    at_centre = referral.recipient.kind == Organisation.Kind.CENTRE
    if at_centre and viewer.role not in LEAD_PRACTITIONERS:
        raise AccessDenied(
            _(
                "Alleen de verpleegkundig specialist of physician assistant van het centrum beoordeelt verwijzingen."
            )
        )
    return check_access(viewer, Right.TRIAGE, patient=referral.patient_id, at=at)


def check_booking(viewer: Viewer, referral: Referral, *, at: datetime) -> str:
    """Refuse unless the viewer plans and sees patients for the organisation that received the referral."""
    if not is_recipient(viewer, referral):
        raise AccessDenied(_("Deze verwijzing is aan een andere organisatie gericht."))
    if referral.recipient.kind == Organisation.Kind.HOSPITAL:
        return check_access(viewer, Right.TRIAGE, patient=referral.patient_id, at=at)
    return check_access(viewer, Right.BOOK, patient=referral.patient_id, at=at)


def check_close(viewer: Viewer, referral: Referral, *, at: datetime) -> str:
    """Refuse unless it is the viewer's turn to finish: the sender after an answer, else the receiver."""
    if is_requester(viewer, referral) and referral.owner == "requester":
        return check_requester(viewer, referral, at=at)
    return check_booking(viewer, referral, at=at)


def check_message(viewer: Viewer, referral: Referral, *, at: datetime) -> str:
    """Refuse unless the viewer is on one of the two sides and may write about the patient."""
    if not (is_requester(viewer, referral) or is_recipient(viewer, referral)):
        raise AccessDenied(_("Alleen verzender en ontvanger schrijven berichten bij deze verwijzing."))
    return check_access(viewer, Right.WRITE_MESSAGE, patient=referral.patient_id, at=at)


def _allowed(check: Callable[..., str], viewer: Viewer, referral: Referral, at: datetime) -> bool:
    try:
        check(viewer, referral, at=at)
    except AccessDenied:
        return False
    return True


def can_act_as_requester(viewer: Viewer, referral: Referral, *, at: datetime) -> bool:
    """Yes or no, built on :func:`check_requester`."""
    return _allowed(check_requester, viewer, referral, at)


def can_triage(viewer: Viewer, referral: Referral, *, at: datetime) -> bool:
    """Yes or no, built on :func:`check_triage`."""
    return _allowed(check_triage, viewer, referral, at)


def can_message(viewer: Viewer, referral: Referral, *, at: datetime) -> bool:
    """Yes or no, built on :func:`check_message`."""
    return _allowed(check_message, viewer, referral, at)


def steps_now(viewer: Viewer, referral: Referral, *, at: datetime) -> tuple[str, ...]:
    """The steps this viewer can take on this referral now, for showing buttons: only these, in this order."""
    if referral.status == Status.DRAFT:
        return ("edit", "withdraw") if can_act_as_requester(viewer, referral, at=at) else ()
    steps: list[str] = []
    if can_triage(viewer, referral, at=at):
        steps += _triage_steps(referral)
    if can_act_as_requester(viewer, referral, at=at):
        steps += _requester_steps(referral)
    if can_message(viewer, referral, at=at):
        steps.append("message")
    return tuple(steps)


def _triage_steps(referral: Referral) -> list[str]:
    """For a question the answer comes first, for a patient the acceptance."""
    order = ["accept", "answer", "ask", "redirect"]
    if referral.intent == Referral.Intent.ADVICE:
        order = ["answer", "ask", "redirect", "accept"]
    leads_to = {
        "accept": Status.ACCEPTED,
        "answer": Status.ANSWERED,
        "ask": Status.MORE_INFORMATION,
        "redirect": Status.REDIRECTED,
    }
    at_hospital = referral.recipient.kind == Organisation.Kind.HOSPITAL
    if at_hospital and referral.status in (Status.ACCEPTED, Status.BOOKED):
        return ["seen"]  # the hospital has its own agenda; only that the patient was seen comes back here
    if at_hospital and referral.status == Status.SEEN:
        return ["close"]
    possible = [one for one in order if REFERRAL_STATES.allows(referral.status, leads_to[one])]
    # Back on the waiting list after a cancelled appointment is the clinic's step, not a second acceptance.
    return [one for one in possible if one != "accept" or referral.status == Status.SENT]


def _requester_steps(referral: Referral) -> list[str]:
    steps = []
    if referral.status == Status.MORE_INFORMATION:
        steps.append("supplement")
    if referral.status in (Status.ANSWERED, Status.REDIRECTED):
        steps.append("close")
    if REFERRAL_STATES.allows(referral.status, Status.WITHDRAWN):
        steps.append("withdraw")
    return steps
