"""Which questionnaire a link belongs to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.viewer import Viewer

from ..errors import ExperienceRefused, UnknownLink
from ..links import token_hash
from ..models import Invitation


def open_invitation(token: str, *, at: datetime) -> Invitation:
    """The invitation of a link that can still be answered; refuses unknown, used and expired links alike in the log."""
    found = (
        Invitation.objects.select_related("network", "episode__centre")
        .filter(token_hash=token_hash(token))
        .first()
    )
    if found is None:
        raise UnknownLink(_("Deze link klopt niet. Kijk of u de hele link heeft overgenomen."))
    if found.used_at is not None:
        raise ExperienceRefused(_("U heeft deze vragenlijst al ingevuld. Dank u wel."))
    if at >= found.expires_at:
        raise ExperienceRefused(_("Deze vragenlijst is gesloten: de link is verlopen."))
    return found


def invitation_of(viewer: Viewer, episode: UUID, *, at: datetime) -> Invitation | None:
    """The invitation of an episode, if there is one, for those who may see its referral (to hand the link out)."""
    found = Episode.objects.only("patient_id").filter(pk=episode, network=viewer.network).first()
    if found is None:
        raise AccessDenied(_("Deze zorgperiode bestaat niet of is niet voor u."))
    check_access(viewer, Right.VIEW_REFERRALS, patient=found.patient_id, at=at)
    return Invitation.objects.select_related("episode__centre").filter(episode=found).first()


def own_invitation(viewer: Viewer, *, at: datetime) -> Invitation | None:
    """The newest questionnaire that this patient can still fill in."""
    return (
        Invitation.objects.filter(
            episode__patient__in=viewer.patient_ids, used_at__isnull=True, expires_at__gt=at
        )
        .order_by("-sent_at")
        .first()
    )
