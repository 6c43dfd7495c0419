"""What every action of the clinic does in the same way: check who may, find the row and lock it, and log."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.people import permission as people_permission
from anderhalf.apps.people.access import AccessDenied, Right, can_access, check_access
from anderhalf.apps.people.permission import Permission
from anderhalf.apps.people.viewer import Viewer

from .errors import EpisodeEnded, OtherCentre
from .models import Episode

ROOM = "clinic"


def permit(by: Viewer, right: Right, *, at: datetime, patient: UUID) -> Permission:
    """Refuse with :class:`AccessDenied` unless ``by`` holds ``right`` about ``patient``."""
    return people_permission.permit(ROOM, by, right, at=at, patient=patient)


def permit_lifting(by: Viewer, *, at: datetime, patient: UUID) -> Permission:
    """Refuse unless ``by`` treats the patient and may prescribe: for whatever takes a protection away."""
    permit(by, Right.WRITE_CLINICAL, at=at, patient=patient)
    return permit(by, Right.LIFT_PROTECTION, at=at, patient=patient)


def right_to_answer(by: Viewer, *, at: datetime, patient: UUID) -> Right:
    """The right by which somebody writes down what was done about a danger: that of who treats the patient, and while
    nobody does, that of who judges the referral."""
    treats = can_access(by, Right.WRITE_CLINICAL, patient=patient, at=at)
    return Right.WRITE_CLINICAL if treats else Right.TRIAGE


def permit_sessions(by: Viewer, *, at: datetime, centre: UUID) -> Permission:
    """Refuse unless ``by`` manages the sessions of this very centre."""
    rule = check_access(by, Right.MANAGE_SESSIONS)
    check_own_centre(by, centre)
    return Permission(room=ROOM, by=by, at=at, rule=rule)


def check_own_centre(by: Viewer, centre: UUID) -> None:
    """Being allowed to plan at one centre says nothing about another."""
    if centre not in by.organisation_ids:
        raise AccessDenied(str(OtherCentre()))


def lock_episode(episode: UUID, *, by: Viewer, must_be_open: bool = True) -> Episode:
    """The episode's row, locked until the transaction ends; of the own network only.

    Raises ``Episode.DoesNotExist``, and ``EpisodeEnded`` unless told that an ended one will do.
    """
    found = (
        Episode.objects.select_for_update(of=("self",))
        .select_related("referral")
        .get(pk=episode, network=by.network)
    )
    if must_be_open and found.ended_at is not None:
        raise EpisodeEnded
    return found


def local_day(at: datetime) -> date:
    """The calendar day in Amsterdam on which ``at`` falls."""
    return timezone.localdate(at)
