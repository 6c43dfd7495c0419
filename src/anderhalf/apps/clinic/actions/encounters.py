"""Recording a contact as one whole: everything that belongs to it is stored, or nothing is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.models import Submission
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.apps.record.queries import danger_tasks
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.referrals.states import REFERRAL_STATES, Status
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.presentation.kept_reasons import kept
from anderhalf.presentation.wording import says_something

from ..access import lock_episode, permit
from ..checks import check_contact_dates
from ..errors import DateRefused, OtherCentre, QuestionFirst, StaleVersion
from ..followers import AFTER_ENCOUNTER
from ..models import Appointment, EducationGiven, Encounter, EncounterVersion, Episode
from ..queries.danger import danger_of, urgent_care
from ..queries.written import check_written
from ..states import AppointmentStatus
from ..titration.gather import local
from ..uploads import sniff
from .appointments import step
from .controls import plan_controls
from .medication import agree
from .parts import EncounterText, MedicationStep, NewDocument, Taught
from .watching import close_done_checks
from .written import end_denied

TEXT_FIELDS = tuple(EncounterText().as_fields())


@transaction.atomic
def record_encounter(
    *,
    by: Viewer,
    at: datetime,
    episode: UUID,
    kind: str = Appointment.Kind.VISIT,
    happened_at: datetime | None = None,
    appointment: UUID | None = None,
    text: EncounterText = EncounterText(),  # noqa: B008  frozen, so sharing it is safe
    observations: Sequence[NewObservation] = (),
    medication: Sequence[MedicationStep] = (),
    documents: Sequence[NewDocument] = (),
    education: Sequence[Taught] = (),
    next_contact_on: date | None = None,
    next_contact_kind: str = "",
    submission: str = "",
    not_now: Collection[str] = (),
) -> Encounter:
    """Write down one contact of an open episode, that happened at ``happened_at`` (now when not given).

    The appointment becomes *fulfilled*, the referral *seen* at the first contact, and plan and next contact are copied
    to the episode. With a ``submission`` key that was used before, the earlier encounter is returned and nothing is
    written. ``not_now``: keys of what the text mentions and is not so now. Raises ``DateRefused``, ``EpisodeEnded``,
    ``FileRefused``, ``QuestionFirst``, ``WrittenDanger``, ``record.actions.RecordRefused``.
    """
    found = lock_episode(episode, by=by, must_be_open=False)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    if submission and not people.submit_once(by=by, at=at, key=submission):
        return encounter_of_submission(by=by, submission=submission)
    found = lock_episode(episode, by=by)
    moment = happened_at or at
    check_contact_dates(found, moment, next_contact_on, at=at)
    if by.professional_id is None:
        raise AccessDenied(_("Alleen een zorgverlener legt een consult vast."))
    denied = check_written(
        found, text.as_fields().values(), observations, at=at, moment=moment, not_now=not_now,
        codes={one.taken for one in medication} - {""},
    )  # fmt: skip
    encounter = Encounter.objects.create(
        network_id=found.network_id,
        episode=found,
        patient_id=found.patient_id,
        appointment=_fulfil(appointment, found, by=by, at=at),
        professional_id=by.professional_id,
        kind=kind,
        at=moment,
        next_contact_on=next_contact_on,
        next_contact_kind=next_contact_kind,
        recorded_at=at,
        recorded_by=by.name,
        **text.as_fields(),
    )
    about = {
        "by": by,
        "at": at,
        "patient": found.patient_id,
        "encounter": encounter.pk,
        "under": Right.WRITE_CLINICAL,
    }
    record.record_observations(items=observations, **about)
    end_denied(denied, by=by, at=at, episode=found)
    steps = _agree_all(
        found, medication, from_at=moment, **{name: about[name] for name in about if name != "patient"}
    )
    for document in documents:
        record.add_document(content_type=sniff(document.content), **vars(document), **about)
    EducationGiven.objects.bulk_create(
        EducationGiven(
            encounter=encounter,
            patient_id=found.patient_id,
            topic=taught.topic,
            teach_back=taught.teach_back,
            at=moment,
            by=by.name,
        )
        for taught in education
    )
    _carry_over(found, encounter, by=by, at=at)
    _bring_forward(found, at=at, looked=bool(observations or medication))
    close_done_checks(by=by, at=at, episode=found)
    plan_controls(by=by, at=at, episode=found, steps=steps)
    for follower in AFTER_ENCOUNTER:
        follower(by=by, at=at, encounter=encounter)
    if submission:
        people.keep_result(by=by, key=submission, result=str(encounter.pk))
    permission.log(
        "C",
        "encounter_recorded",
        encounter,
        kind=kind,
        observations=len(observations),
        medication=len(medication),
        documents=len(documents),
        education=len(education),
        not_now=[one.fact for one in denied],
    )
    return encounter


def _agree_all(
    episode: Episode, medication: Sequence[MedicationStep], **about: Any
) -> list[MedicationAgreement]:
    """Every agreement of a contact; what is to be asked about them is asked at once."""
    asked: list[QuestionFirst] = []
    agreed: list[MedicationAgreement] = []
    for drug in medication:
        try:
            agreed.append(agree(episode, **vars(drug), **about))
        except QuestionFirst as refused:
            asked.append(refused)
    if asked:
        asked[0].others = tuple(asked[1:])
        raise asked[0]
    return agreed


def encounter_of_submission(*, by: Viewer, submission: str) -> Encounter:
    """The encounter that an earlier press of the same form made."""
    result = Submission.objects.values_list("result", flat=True).get(key=submission, owner=by.user_id)
    return Encounter.objects.get(pk=result, network=by.network)


def _fulfil(appointment: UUID | None, episode: Episode, *, by: Viewer, at: datetime) -> Appointment | None:
    """Close the appointment that this contact was planned as."""
    if appointment is None:
        return None
    found = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment)
    if found.episode_id != episode.pk:
        raise OtherCentre
    step(found, AppointmentStatus.FULFILLED, by=by, at=at)
    return found


def _carry_over(episode: Episode, encounter: Encounter, *, by: Viewer, at: datetime) -> None:
    """What a contact changes about the episode and its referral."""
    if episode.first_seen_at is None or encounter.at < episode.first_seen_at:
        episode.first_seen_at = encounter.at
    if episode.practitioner_id is None:
        episode.practitioner_id = encounter.professional_id
    newer = episode.encounters.filter(at__gt=encounter.at).exists()
    if not newer:  # a contact typed in afterwards does not push aside the newest plan
        episode.plan = encounter.plan or episode.plan
        episode.next_contact_on = encounter.next_contact_on
    episode.version += 1
    episode.save(update_fields=["first_seen_at", "practitioner", "plan", "next_contact_on", "version"])
    if episode.centre_id not in by.organisation_ids:
        return  # in an emergency somebody else writes; the referral stays the centre's
    status = episode.referral.status
    if status == Status.ACCEPTED:  # walked in without appointment
        referrals.mark_booked(
            by=by, at=at, referral=episode.referral_id, because=kept("gezien zonder afspraak")
        )
        status = Status.BOOKED
    if REFERRAL_STATES.allows(status, Status.SEEN):
        referrals.mark_seen(by=by, at=at, referral=episode.referral_id)


def _bring_forward(episode: Episode, *, at: datetime, looked: bool) -> None:
    """The next contact is never later than an open danger allows, whatever the form proposed before it was seen.

    Where values or medication were written down (``looked``), each danger has its task already.
    """
    open_now = (
        danger_tasks(episode.patient_id) if looked else danger_of(episode.patient, episode.network_id, at=at)
    )
    if not open_now:
        return
    latest = urgent_care(episode.network_id, at=at).due_at(ACTIONS[-1], local(at)).date()
    if episode.next_contact_on is None or episode.next_contact_on > latest:
        episode.next_contact_on = latest
        episode.version += 1
        episode.save(update_fields=["next_contact_on", "version"])


@transaction.atomic
def correct_encounter(
    *, by: Viewer, at: datetime, encounter: UUID, text: EncounterText, because: str, version: int,
    observations: Sequence[NewObservation] = (), not_now: Collection[str] = (),
) -> Encounter:  # fmt: skip
    """Replace the words of an encounter; the old words stay readable as an earlier version, with the reason.

    ``version`` is the one the writer had before them. ``observations`` are what was confirmed about the new words, and
    ``not_now`` the keys of what they mention and is not so now. Raises ``WrittenDanger``, and ``StaleVersion`` when it
    is no longer the newest.
    """
    found = (
        Encounter.objects.select_for_update(of=("self",))
        .select_related("episode__patient")
        .get(pk=encounter, network=by.network)
    )
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    if found.version != version:
        raise StaleVersion(found)
    if not says_something(because):
        raise DateRefused(_("Schrijf op waarom u de tekst wijzigt."))
    before, after = {name: getattr(found, name) for name in TEXT_FIELDS}, text.as_fields()
    if before == after:
        return found
    denied = check_written(
        found.episode,
        [*after.values(), because],
        observations,
        at=at,
        moment=at,
        not_now=not_now,
        before=tuple(before.values()),
    )
    EncounterVersion.objects.create(
        encounter=found,
        version=found.version,
        body=before,
        recorded_at=found.recorded_at,
        recorded_by=found.recorded_by,
        replaced_at=at,
        replaced_because=because.strip()[:200],
    )
    for name, words in after.items():
        setattr(found, name, words)
    found.version += 1
    found.recorded_at, found.recorded_by = at, by.name
    found.save(update_fields=[*TEXT_FIELDS, "version", "recorded_at", "recorded_by"])
    _correct_plan(found, before["plan"])
    if observations:
        record.record_observations(
            by=by, at=at, patient=found.patient_id, items=observations, under=Right.WRITE_CLINICAL,
            encounter=found.pk,
        )  # fmt: skip
    end_denied(denied, by=by, at=at, episode=found.episode)
    permission.log(
        "U", "encounter_corrected", found, fields=[name for name in after if after[name] != before[name]],
        not_now=[one.fact for one in denied],
    )  # fmt: skip
    return found


def _correct_plan(encounter: Encounter, old_plan: str) -> None:
    """The episode's plan follows when it still is the one this encounter wrote."""
    episode = encounter.episode
    if old_plan and episode.plan == old_plan and encounter.plan:
        episode.plan = encounter.plan
        episode.version += 1
        episode.save(update_fields=["plan", "version"])


@transaction.atomic
def enter_home_measurements(
    *, by: Viewer, at: datetime, patient: UUID, items: Sequence[NewObservation], submission: str = ""
) -> list[Observation]:
    """Measurements taken at home, entered by the patient, a carer or somebody of the care team.

    A danger in them becomes a task of the centre, as on every road by which a value enters (``actions/danger.py``).
    """
    permit(by, Right.ENTER_MEASUREMENT, at=at, patient=patient)
    if submission and not people.submit_once(by=by, at=at, key=submission):
        return []
    rows = record.record_observations(
        by=by,
        at=at,
        patient=patient,
        items=items,
        under=Right.ENTER_MEASUREMENT,
        origin=Observation.Origin.HOME,
    )
    return rows
