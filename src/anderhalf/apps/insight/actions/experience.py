"""Patient experience: an invitation per ended period of care, and one answer to it without an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.clinic.models import Episode, Outcome
from anderhalf.apps.network import queries as network
from anderhalf.apps.people import queries as people_queries
from anderhalf.apps.people.access import Right
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.purposes import ConsentPurpose
from anderhalf.apps.people.viewer import Viewer, system_viewer

from ..errors import ExperienceRefused
from ..links import token_hash, token_of
from ..models import Experience, Invitation
from ..queries.invitations import open_invitation


@transaction.atomic
def invite(*, by: Viewer, at: datetime, episode: UUID) -> Invitation:
    """Invite the patient of an episode to judge the care. Repeating gives the same invitation.

    Raises ``ExperienceRefused`` for somebody who died.
    """
    found = Episode.objects.get(pk=episode, network=by.network)
    permission = permit("insight", by, Right.VIEW_REFERRALS, at=at, patient=found.patient_id)
    present = Invitation.objects.filter(episode=found).first()
    if present is not None:
        return present
    if found.patient.deceased_on is not None:
        raise ExperienceRefused(_("Deze patiënt is overleden."))
    agreed = network.agreement_on(by.network, on=timezone.localdate(at)).experience
    number = uuid4()
    invitation = Invitation.objects.create(
        pk=number,
        network_id=found.network_id,
        episode=found,
        token_hash=token_hash(token_of(number)),
        sent_at=at,
        expires_at=at + timedelta(days=agreed.valid_days),
    )
    permission.log("C", "experience_invited", invitation)
    return invitation


NOT_ASKED = (Outcome.Kind.DECEASED, Outcome.Kind.WITHDRAWN)


def invite_after_care(*, by: Viewer, at: datetime, outcome: Outcome) -> None:
    """Follower of the end of an episode: ask who was seen and did not object; never after a death."""
    episode = outcome.episode
    if outcome.kind in NOT_ASKED or episode.first_seen_at is None:
        return
    if people_queries.has_objected(episode.patient_id, ConsentPurpose.EXPERIENCE):
        return
    invite(by=by, at=at, episode=episode.pk)


@transaction.atomic
def answer(
    *,
    at: datetime,
    token: str,
    mark: int,
    answers: Mapping[str, str],
    text: str = "",
    by: Viewer | None = None,
) -> Experience:
    """Keep a patient's answer. The link works once; what is not one of the agreed answers is refused.

    ``by`` is always the service itself on behalf of whoever holds the link: the patient needs no account.
    """
    found = open_invitation(token, at=at)
    found = Invitation.objects.select_for_update().get(pk=found.pk)
    if found.used_at is not None:
        raise ExperienceRefused(_("U heeft deze vragenlijst al ingevuld. Dank u wel."))
    agreed = network.agreement_on(found.network_id, on=timezone.localdate(at)).experience
    if not agreed.mark_minimum <= mark <= agreed.mark_maximum:
        raise ExperienceRefused(
            _("Geef een cijfer van %(low)d tot en met %(high)d.")
            % {"low": agreed.mark_minimum, "high": agreed.mark_maximum}
        )
    known = {question.id for question in agreed.questions}
    if set(answers) - known or set(answers.values()) - set(agreed.answers):
        raise ExperienceRefused(_("Een van de antwoorden hoort niet bij deze vragenlijst."))
    if len(text) > agreed.free_text_maximum:
        raise ExperienceRefused(
            _("Uw toelichting mag hoogstens %(count)d tekens zijn.") % {"count": agreed.free_text_maximum}
        )
    experience = Experience.objects.create(
        network_id=found.network_id,
        invitation=found,
        mark=mark,
        answers=dict(answers),
        text=text.strip(),
        at=at,
    )
    found.used_at = at
    found.save(update_fields=["used_at"])
    audit.record(
        by=by or system_viewer(found.network_id),
        at=at,
        action="C",
        event="insight:experience_given",
        object_type="experience",
        object_id=experience.pk,
    )
    return experience
