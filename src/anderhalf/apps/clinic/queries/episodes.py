"""Finding episodes and what was recorded in them. Every function takes the viewer and checks access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from anderhalf.apps.people.access import AccessDenied, Right, can_access, check_access
from anderhalf.apps.people.queries import patient_for
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import Document, MedicationAgreement, Observation

from ..models import EducationGiven, Encounter, EncounterVersion, Episode, Outcome

RELATED = ("patient__practice", "patient__gp", "centre", "referral", "practitioner")


def episode(viewer: Viewer, episode_id: UUID, *, at: datetime, right: Right = Right.VIEW_CLINICAL) -> Episode:
    """One episode, after checking ``right`` about its patient; leaves the line that this viewer looked."""
    found = Episode.objects.select_related(*RELATED).filter(pk=episode_id, network=viewer.network).first()
    if found is None:
        raise AccessDenied
    patient_for(viewer, found.patient_id, right, at, object_type="episode", object_id=found.pk)
    return found


def name_of_episode(viewer: Viewer, episode_id: str, *, at: datetime) -> str:
    """Whose episode it is, for a line of the viewer's own overview; empty when the viewer may not know that."""
    found = Episode.objects.select_related("patient").filter(pk=episode_id, network=viewer.network).first()
    if found is None or not can_access(viewer, Right.IDENTITY, patient=found.patient_id, at=at):
        return ""
    return found.patient.full_name


def episodes_of(viewer: Viewer, patient_id: UUID, *, at: datetime) -> QuerySet[Episode]:
    """All episodes of a patient whose plan the viewer may see, the newest first."""
    check_access(viewer, Right.VIEW_PLAN, patient=patient_id, at=at)
    return Episode.objects.filter(patient=patient_id).select_related(*RELATED).order_by("-started_at")


def open_episode_of(viewer: Viewer, patient_id: UUID, *, at: datetime) -> Episode | None:
    """The episode that goes on now; at the viewer's own centre when there is one, else the newest."""
    running = list(episodes_of(viewer, patient_id, at=at).filter(ended_at__isnull=True))
    own = [one for one in running if one.centre_id in viewer.organisation_ids]
    return next(iter(own or running), None)


def shown_episode_of(viewer: Viewer, patient_id: UUID, *, at: datetime) -> Episode | None:
    """What the chart is about: the running episode, else the last one."""
    return open_episode_of(viewer, patient_id, at=at) or episodes_of(viewer, patient_id, at=at).first()


def outcomes_of(viewer: Viewer, episode: Episode, *, at: datetime) -> list[Outcome]:
    """How periods of this episode ended, newest first."""
    check_access(viewer, Right.VIEW_PLAN, patient=episode.patient_id, at=at)
    return list(episode.outcomes.order_by("-at"))


def encounters_of(viewer: Viewer, patient_id: UUID, *, at: datetime, limit: int = 50) -> list[Encounter]:
    """The contacts of a patient, newest first, with who had them; three queries however many there are."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=patient_id, at=at)
    rows = (
        Encounter.objects.filter(patient=patient_id)
        .select_related("professional", "episode__centre")
        .prefetch_related(
            "education", Prefetch("earlier_versions", EncounterVersion.objects.order_by("version"))
        )
    )
    return list(rows[:limit])


def encounter(viewer: Viewer, encounter_id: UUID, *, at: datetime) -> Encounter:
    """One contact with its earlier versions; leaves the line that this viewer looked."""
    found = (
        Encounter.objects.select_related("professional", "episode__centre", "patient", "appointment")
        .prefetch_related("education", "earlier_versions")
        .filter(pk=encounter_id, network=viewer.network)
        .first()
    )
    if found is None:
        raise AccessDenied
    patient_for(
        viewer, found.patient_id, Right.VIEW_CLINICAL, at, object_type="encounter", object_id=found.pk
    )
    return found


@dataclass(frozen=True, kw_only=True)
class Belonging:
    """What was recorded with one encounter."""

    observations: list[Observation]
    medication: list[MedicationAgreement]
    documents: list[Document]


def belonging_to(viewer: Viewer, encounter: Encounter, *, at: datetime) -> Belonging:
    """Measurements, medication and documents of an encounter; corrected values included, and marked as such."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=encounter.patient_id, at=at)
    return Belonging(
        observations=list(Observation.objects.filter(encounter=encounter.pk).order_by("fact", "recorded_at")),
        medication=list(MedicationAgreement.objects.filter(encounter=encounter.pk).order_by("recorded_at")),
        documents=list(
            Document.objects.filter(encounter=encounter.pk).defer("content").order_by("recorded_at")
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is new since a moment. ``since`` is None when there was no earlier contact."""

    since: datetime | None
    observations: list[Observation]
    medication: list[MedicationAgreement]
    documents: list[Document]

    @property
    def nothing(self) -> bool:
        """True when nothing is new."""
        return not (self.observations or self.medication or self.documents)


def changed_since(
    viewer: Viewer, patient_id: UUID, *, at: datetime, since: datetime | None = None, limit: int = 30
) -> Changes:
    """What was recorded about a patient after ``since`` (by default the last contact), newest first."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=patient_id, at=at)
    last = Encounter.objects.filter(patient=patient_id, at__lte=at).order_by("-at").first()
    since = since or (last.recorded_at if last else None)
    if since is None:
        return Changes(since=None, observations=[], medication=[], documents=[])
    new = {"patient": patient_id, "recorded_at__gt": since}
    final = {"status": Observation.Status.FINAL}
    return Changes(
        since=since,
        observations=list(Observation.objects.filter(**new, **final).order_by("-at")[:limit]),
        medication=list(MedicationAgreement.objects.filter(**new, **final).order_by("-from_at")[:limit]),
        documents=list(Document.objects.filter(**new, **final).defer("content").order_by("-made_on")[:limit]),
    )


def education_of(viewer: Viewer, patient_id: UUID, *, at: datetime) -> dict[str, EducationGiven]:
    """Per topic the last time it was discussed; a time at which the patient told it back goes first."""
    check_access(viewer, Right.VIEW_PLAN, patient=patient_id, at=at)
    found: dict[str, EducationGiven] = {}
    for given in EducationGiven.objects.filter(patient=patient_id).order_by("-teach_back", "-at"):
        found.setdefault(given.topic, given)
    return found


def agreement(viewer: Viewer, agreement_id: UUID, *, at: datetime) -> MedicationAgreement:
    """One medication agreement with its patient; leaves the line that this viewer looked."""
    found = (
        MedicationAgreement.objects.select_related("patient")
        .filter(pk=agreement_id, network=viewer.network)
        .first()
    )
    if found is None:
        raise AccessDenied
    patient_for(
        viewer,
        found.patient_id,
        Right.VIEW_CLINICAL,
        at,
        object_type="medication_agreement",
        object_id=found.pk,
    )
    return found


def observation(viewer: Viewer, observation_id: UUID, *, at: datetime) -> Observation:
    """One observation with its patient; leaves the line that this viewer looked."""
    found = (
        Observation.objects.select_related("patient")
        .filter(pk=observation_id, network=viewer.network)
        .first()
    )
    if found is None:
        raise AccessDenied
    patient_for(
        viewer, found.patient_id, Right.VIEW_CLINICAL, at, object_type="observation", object_id=found.pk
    )
    return found
