"""Cases: put on the agenda by the VS or by a rule of the agreement, decided by the supervising specialist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.clinic.actions import settle_text
from anderhalf.apps.clinic.models import AdviceChoice, Encounter, Episode
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.actions import NewObservation
from anderhalf.presentation.wording import says_something

from ..errors import AlreadyOnAgenda, CareEnded, CaseChanged, MeetingClosed, TextMissing
from ..models import CaseDiscussion, SupervisionMeeting
from ..rules import RequiredCase, situations_of
from ..titration import case_of_choice, titration_cases

ROOM = "supervision"


def _locked(case: UUID, *, by: Viewer) -> CaseDiscussion:
    """The case for writing, held until the commit; refused alike when unknown and when of another network."""
    found = (
        CaseDiscussion.objects.select_for_update(of=("self",))
        .select_related("centre")
        .filter(pk=case, network=by.network)
        .first()
    )
    if found is None:
        raise AccessDenied
    return found


def _open_meeting(meeting: UUID, *, centre: UUID) -> None:
    """Refuse a meeting of another centre, and one that was closed."""
    chosen = SupervisionMeeting.objects.filter(pk=meeting, centre=centre).first()
    if chosen is None:
        raise AccessDenied(_("Deze bespreking is van een ander centrum."))
    if chosen.status != SupervisionMeeting.Status.PLANNED:
        raise MeetingClosed


def _waiting(episode: UUID, rule: str) -> CaseDiscussion | None:
    """The case by this rule that waits to be discussed."""
    return CaseDiscussion.objects.filter(
        episode=episode, status=CaseDiscussion.Status.WAITING, rule=rule
    ).first()


@transaction.atomic
def add_case(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    question: str | Mapping[str, str],
    urgent: bool = False,
    rule: str = "",
    meeting: UUID | None = None,
    observations: Sequence[NewObservation] = (),
    not_now: Collection[str] = (),
) -> CaseDiscussion:
    """Put a patient in care on the agenda of the centre, for a meeting or for the next one.

    ``question`` is a person's own words, or one text per language (``nl`` always), then shown in the reader's.
    ``observations`` and ``not_now``: what was answered about those words; raises ``WrittenDanger`` as a contact does.
    Raises :class:`AlreadyOnAgenda` when the patient waits to be discussed already (by the same rule, for rules).
    """
    found = Episode.objects.select_for_update(of=("self",)).filter(pk=episode, network=by.network).first()
    if found is None:
        raise AccessDenied
    permission = permit(ROOM, by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    if found.ended_at is not None:
        raise CareEnded
    texts = {"nl": question} if isinstance(question, str) else dict(question)
    if not says_something(texts["nl"]):
        raise TextMissing(_("Schrijf op wat u wilt bespreken."))
    if (waiting := _waiting(found.pk, rule)) is not None:
        raise AlreadyOnAgenda(waiting)
    if meeting is not None:
        _open_meeting(meeting, centre=found.centre_id)
    if not rule and isinstance(question, str):
        settle_text(found, (question,), by=by, at=at, under=Right.WRITE_CLINICAL, observations=observations,
                    not_now=not_now)  # fmt: skip
    case = CaseDiscussion.objects.create(
        network_id=found.network_id,
        centre_id=found.centre_id,
        episode=found,
        patient_id=found.patient_id,
        meeting_id=meeting,
        question=texts.pop("nl").strip(),
        wording=texts,
        rule=rule,
        urgent=urgent,
        added_at=at,
        added_by=by.name,
    )
    permission.log("C", "case_added", case, rule=rule, urgent=urgent)
    return case


@transaction.atomic
def put_required_cases(
    *, by: Viewer, at: datetime, episode: UUID, events: Iterable[str] = ()
) -> list[CaseDiscussion]:
    """Put on the agenda what the agreement says must be discussed about this patient now, each situation once.

    A situation is raised again only when something happened since it was last decided (see ``rules``).
    """
    found = Episode.objects.select_related("patient").filter(pk=episode, network=by.network).first()
    if found is None:
        raise AccessDenied
    if found.ended_at is not None:
        return []
    put = [_put(one, by=by, at=at, episode=episode) for one in situations_of(found, at=at, events=events)]
    return [case for case in put if case is not None]


def put_cases_of_encounter(*, by: Viewer, at: datetime, encounter: Encounter) -> None:
    """Follower of a recorded contact: what it brings up comes on the agenda in the same transaction."""
    put_required_cases(by=by, at=at, episode=encounter.episode_id)
    for case in titration_cases(encounter.episode, at=at):
        _put(case, by=by, at=at, episode=encounter.episode_id)


def put_case_of_advice(*, by: Viewer, at: datetime, choice: AdviceChoice) -> None:
    """Follower of a titration choice: a class that was stopped, and what the protocol wants discussed."""
    put_required_cases(by=by, at=at, episode=choice.episode_id)
    if choice.agenda:
        _put(case_of_choice(choice), by=by, at=at, episode=choice.episode_id)


def take_back_cases(*, by: Viewer, at: datetime, choice: AdviceChoice) -> None:
    """Follower of an undone choice: what that press put on the agenda, and waits there still, comes off it."""
    put = CaseDiscussion.objects.filter(
        episode=choice.episode_id,
        status=CaseDiscussion.Status.WAITING,
        added_at=choice.at,
        added_by=choice.by,
    )
    for case in list(put.values_list("pk", flat=True)):
        drop_case(
            by=by, at=at, case=case, because="De keuze waardoor dit op de agenda kwam is ongedaan gemaakt."
        )


def _put(case: RequiredCase, *, by: Viewer, at: datetime, episode: UUID) -> CaseDiscussion | None:
    """On the agenda, unless it waits there already; mostly seen beforehand, which needs no transaction undone."""
    if _waiting(episode, case.rule) is not None:
        return None
    try:
        return add_case(
            by=by, at=at, episode=episode, question=case.question, rule=case.rule, urgent=case.urgent
        )
    except AlreadyOnAgenda:  # a colleague was first
        return None


@transaction.atomic
def decide_case(
    *,
    by: Viewer,
    at: datetime,
    case: UUID,
    decision: str,
    version: int | None = None,
    meeting: UUID | None = None,
    task: str = "",
    task_due_on: date | None = None,
    observations: Sequence[NewObservation] = (),
    not_now: Collection[str] = (),
) -> CaseDiscussion:
    """Record what the specialist decided, and give the centre the task that follows from it.

    ``by`` is the specialist who decides. Raises :class:`CaseChanged` when it was decided or changed meanwhile,
    and ``WrittenDanger`` when the words say something of a danger and nobody was asked.
    """
    found = _locked(case, by=by)
    permission = permit(ROOM, by, Right.DECIDE_CASE, at=at, patient=found.patient_id)
    if found.status != CaseDiscussion.Status.WAITING or (version is not None and version != found.version):
        raise CaseChanged(found)
    if not says_something(decision):
        raise TextMissing(_("Schrijf het besluit op."))
    if by.professional_id is None:
        raise AccessDenied(_("Alleen een zorgverlener besluit hier."))
    if task_due_on is not None and task_due_on < timezone.localdate(at):
        raise TextMissing(_("De taak moet klaar zijn op een dag die nog komt."))
    if meeting is not None:
        _open_meeting(meeting, centre=found.centre_id)
    settle_text(found.episode, (decision, task), by=by, at=at, under=Right.DECIDE_CASE, observations=observations,
                not_now=not_now)  # fmt: skip
    if task.strip():
        follow_up = record.add_task(
            by=by,
            at=at,
            patient=found.patient_id,
            kind="supervision",
            title=task.strip(),
            owner_organisation=found.centre,
            due_on=task_due_on,
            about=str(found.pk),
        )
        found.follow_up_task = follow_up.pk
    found.status = CaseDiscussion.Status.DECIDED
    found.decision = decision.strip()
    found.decided_by_id, found.decided_at, found.recorded_by = by.professional_id, at, by.name
    found.meeting_id = meeting or found.meeting_id
    found.version += 1
    found.save()
    permission.log("U", "case_decided", found, task=bool(task.strip()))
    return found


@transaction.atomic
def drop_waiting(*, by: Viewer, at: datetime, episode: UUID, because: str) -> list[CaseDiscussion]:
    """Take everything about an episode that still waits off the agenda, because its care ends."""
    waiting = CaseDiscussion.objects.filter(
        episode=episode, network=by.network, status=CaseDiscussion.Status.WAITING
    )
    return [
        drop_case(by=by, at=at, case=case, because=because)
        for case in list(waiting.values_list("pk", flat=True))
    ]


@transaction.atomic
def drop_case(
    *, by: Viewer, at: datetime, case: UUID, because: str, observations: Sequence[NewObservation] = (),
    not_now: Collection[str] = (),
) -> CaseDiscussion:  # fmt: skip
    """Take a case off the agenda, with the reason. It stays visible in the patient's record."""
    found = _locked(case, by=by)
    permission = permit(ROOM, by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    if found.status != CaseDiscussion.Status.WAITING:
        raise CaseChanged(found)
    if not says_something(because):
        raise TextMissing(_("Schrijf op waarom deze casus niet besproken hoeft te worden."))
    settle_text(found.episode, (because,), by=by, at=at, under=Right.WRITE_CLINICAL, observations=observations,
                not_now=not_now)  # fmt: skip
    found.status, found.dropped_because = CaseDiscussion.Status.DROPPED, because.strip()[:200]
    found.version += 1
    found.save(update_fields=["status", "dropped_because", "version"])
    permission.log("U", "case_dropped", found, rule=found.rule)
    return found
