"""A patient's time in the centre: how it starts, what is agreed on the way, and how it ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import Right
from anderhalf.apps.people.models import CareRelation, Organisation
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.record.models import StoredDecision
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.referrals.access import check_triage
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.referrals.states import REFERRAL_STATES, Status
from anderhalf.presentation.kept_reasons import kept

from ..access import ROOM, Permission, local_day, lock_episode, permit
from ..checks import check_alive, check_can_end, check_next_contact
from ..errors import OutcomeRefused, ReferralNotAccepted, StaleVersion
from ..followers import AFTER_END
from ..models import Appointment, Episode, Outcome
from ..queries.danger import danger_of
from ..queries.stable import decide_stable
from ..states import AppointmentStatus
from .appointments import step
from .danger import watch_for_danger
from .written import settle_text


def open_episode_for(*, by: Viewer, at: datetime, referral: Referral) -> None:
    """Follower of an accepted referral: care starts in the transaction that accepts it.

    A hospital that accepts keeps its own records; only centres have episodes here.
    """
    if referral.recipient.kind == Organisation.Kind.CENTRE:
        start_episode(by=by, at=at, referral=referral.pk)


def end_episode_of_withdrawn(*, by: Viewer, at: datetime, referral: Referral) -> None:
    """Follower of a withdrawn referral: what was planned is called off and the centre's care relation ends.

    The sender may withdraw (that was checked there) and so ends what hangs on it, without rights in the centre.
    """
    found = Episode.objects.select_for_update().filter(referral=referral, ended_at__isnull=True).first()
    if found is None:
        return
    permission = permit(by, Right.REFER, at=at, patient=found.patient_id)
    because = kept("verwijzing ingetrokken")
    Outcome.objects.create(episode=found, kind=Outcome.Kind.WITHDRAWN, at=at, by=by.name, reason=because)
    _cancel_planned(found, by=by, at=at, because=because, permission=permission)
    found.ended_at, found.next_contact_on = at, None
    found.version += 1
    found.save(update_fields=["ended_at", "next_contact_on", "version"])
    _end_relations(found, by=by, at=at)
    permission.log("U", "outcome_recorded", found, outcome=str(Outcome.Kind.WITHDRAWN))


@transaction.atomic
def start_episode(*, by: Viewer, at: datetime, referral: UUID, practitioner: UUID | None = None) -> Episode:
    """Take the patient of an accepted referral into care at the centre it was sent to.

    Opens the care relation, links the referral, and is repeatable: a referral never starts a second episode. The
    patient comes on the waiting list by being in an episode without appointment.
    """
    source = (
        Referral.objects.select_for_update(of=("self",))
        .select_related("recipient")
        .get(pk=referral, network=by.network)
    )
    rule = check_triage(by, source, at=at)
    permission = Permission(room=ROOM, by=by, at=at, rule=rule, patient=source.patient_id)
    if (present := Episode.objects.filter(referral=source).first()) is not None:
        return present
    if source.status not in (Status.ACCEPTED, Status.BOOKED):
        raise ReferralNotAccepted
    check_alive(source)
    episode = Episode.objects.create(
        network_id=source.network_id,
        patient_id=source.patient_id,
        centre_id=source.recipient_id,
        referral=source,
        pathway=source.pathway,
        practitioner_id=practitioner,
        started_at=at,
    )
    _care_relation(episode, CareRelation.Kind.UNDER_CARE, by=by, at=at, opens=True)
    referrals.link_episode(by=by, at=at, referral=source.pk, episode=episode.pk)
    permission.log("C", "episode_started", episode, pathway=episode.pathway)
    # What the register and the list held before anybody looked after the patient: from now on somebody does.
    watch_for_danger(by=by, at=at, patient=episode.patient_id, facts=())
    return episode


def _care_relation(episode: Episode, kind: str, *, by: Viewer, at: datetime, opens: bool) -> None:
    """Open or end the centre's care relation with the patient of ``episode``."""
    about = {"patient": episode.patient_id, "organisation": episode.centre_id, "kind": kind}
    if opens:
        people.open_care_relation(by=by, at=at, because=f"episode {episode.pk}", **about)
    else:
        people.end_care_relation(by=by, at=at, **about)


@transaction.atomic
def schedule_next_contact(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    on: date,
    kind: str = Appointment.Kind.VISIT,
    because: str = "",
) -> Episode:
    """Say by when this patient should be heard or seen again; the due list watches the date."""
    found = lock_episode(episode, by=by)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    check_alive(found)
    check_next_contact(on, at=at)
    found.next_contact_on = on
    found.version += 1
    found.save(update_fields=["next_contact_on", "version"])
    permission.log("U", "next_contact_planned", found, kind=kind, days=(on - local_day(at)).days)
    return found


@transaction.atomic
def write_plan(
    *, by: Viewer, at: datetime, episode: UUID, plan: str, version: int,
    observations: Sequence[NewObservation] = (), not_now: Collection[str] = (),
) -> Episode:  # fmt: skip
    """Change the plan that everybody around the patient sees. ``version`` is the one the writer had before them;
    ``observations`` and ``not_now`` what was answered about its new words (``WrittenDanger``).

    Raises ``StaleVersion`` with the present episode when somebody else wrote meanwhile.
    """
    found = lock_episode(episode, by=by)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    if found.version != version:
        raise StaleVersion(found)
    settle_text(
        found, (plan,), by=by, at=at, under=Right.WRITE_CLINICAL, observations=observations, not_now=not_now,
        before=(found.plan,),
    )  # fmt: skip
    found.plan = plan.strip()
    found.version += 1
    found.save(update_fields=["plan", "version"])
    permission.log("U", "plan_written", found, length=len(found.plan))
    return found


@transaction.atomic
def assess_stable(*, by: Viewer, at: datetime, episode: UUID) -> StoredDecision:
    """Ask the pathway's ``stable`` table about this patient today, and keep its answer with all its reasons."""
    found = lock_episode(episode, by=by)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    decision = decide_stable(found, at=at)
    stored = record.store_decision(
        by=by,
        at=at,
        patient=found.patient_id,
        pathway=found.pathway,
        table=decision.table_id,
        version=decision.table_version,
        content_hash=decision.table_hash,
        status=str(decision.status),
        decision=decision.to_dict(),
        referral=found.referral_id,
    )
    permission.log("E", "stable_assessed", found, decision=str(stored.pk), status=str(decision.status))
    return stored


@transaction.atomic
def end_episode(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    outcome: str,
    reason: str = "",
    plan: str = "",
    targets: str = "",
    alarm_limits: str = "",
    refer_again_when: str = "",
    next_contact_on: date | None = None,
    decision: UUID | None = None,
) -> Outcome:
    """Write down how this period of care ended.

    ``under_control`` leaves the episode open and needs the date of the next contact. Every other outcome ends the
    episode, what was still planned in it, and the centre's care relation, and closes the referral. A return needs
    its plan. Raises ``OutcomeRefused``, ``DateRefused``, ``EpisodeEnded``.
    """
    found = lock_episode(episode, by=by)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    kind = check_can_end(outcome, plan=plan, next_contact_on=next_contact_on, at=at)
    if kind != Outcome.Kind.DECEASED and danger_of(found.patient, found.network_id, at=at):
        raise OutcomeRefused(
            _("Er staat een gevaar open. Leg eerst vast wat u hebt gedaan, dan pas de uitkomst.")
        )
    row = Outcome.objects.create(
        episode=found,
        kind=kind,
        at=at,
        by=by.name,
        reason=reason.strip(),
        plan=plan.strip(),
        targets=targets.strip(),
        alarm_limits=alarm_limits.strip(),
        refer_again_when=refer_again_when.strip(),
        decision=decision,
    )
    found.plan = plan.strip() or found.plan
    if kind == Outcome.Kind.UNDER_CONTROL:
        found.next_contact_on = next_contact_on
    else:
        _finish(found, row, by=by, at=at, permission=permission)
    found.version += 1
    found.save(update_fields=["plan", "next_contact_on", "ended_at", "version"])
    if found.ended_at is not None:
        for follower in AFTER_END:
            follower(by=by, at=at, outcome=row)
    permission.log("U", "outcome_recorded", found, outcome=str(kind))
    return row


def _finish(episode: Episode, outcome: Outcome, *, by: Viewer, at: datetime, permission: Permission) -> None:
    """End what hangs on an open episode: planned appointments, the referral, the care relation."""
    _cancel_planned(
        episode, by=by, at=at, because=kept("zorg in het centrum afgesloten"), permission=permission
    )
    episode.ended_at, episode.next_contact_on = at, None
    _close_referral(episode, outcome, by=by, at=at)
    _end_relations(episode, by=by, at=at)


def _cancel_planned(
    episode: Episode, *, by: Viewer, at: datetime, because: str, permission: Permission
) -> None:
    live = (AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
    for appointment in episode.appointments.select_for_update().filter(status__in=live):
        step(appointment, AppointmentStatus.CANCELLED, by=by, at=at, because=because)
        permission.log("U", "appointment_cancelled", appointment)


def _close_referral(episode: Episode, outcome: Outcome, *, by: Viewer, at: datetime) -> None:
    """The referral ends with its episode: closed after care, taken off the list when nobody was ever seen."""
    about = {"by": by, "at": at, "referral": episode.referral_id}
    because = outcome.reason or str(outcome.get_kind_display())
    status = Referral.objects.values_list("status", flat=True).get(pk=episode.referral_id)
    if REFERRAL_STATES.allows(status, Status.CLOSED):
        referrals.close(because=because, **about)
    elif status in (Status.ACCEPTED, Status.BOOKED):
        referrals.end_unseen(because=because, **about)


def _end_relations(episode: Episode, *, by: Viewer, at: datetime) -> None:
    """The centre loses its present relation, unless another episode of this patient still runs there."""
    others = Episode.objects.filter(
        patient=episode.patient_id, centre=episode.centre_id, ended_at__isnull=True
    )
    if not others.exclude(pk=episode.pk).exists():
        _care_relation(episode, CareRelation.Kind.REFERRED_TO, by=by, at=at, opens=False)
        _care_relation(episode, CareRelation.Kind.UNDER_CARE, by=by, at=at, opens=False)
