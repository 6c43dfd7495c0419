"""What a letter is about: everything the record knows about one episode, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.clinic.actions.advice import MONITORING
from anderhalf.apps.clinic.models import AdviceChoice, EducationGiven, Encounter, Episode
from anderhalf.apps.clinic.queries.chart import Latest
from anderhalf.apps.people.models import Alert
from anderhalf.apps.people.queries import Register, register_of
from anderhalf.apps.record.models import MedicationAgreement, Observation, Task
from anderhalf.apps.record.queries import current_medication, facts_of, medication_history
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.supervision.models import CaseDiscussion
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.model import Pathway


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """The material of a letter. Lists are in the order in which a reader wants them."""

    episode: Episode
    referral: Referral
    pathway: Pathway
    day: date
    facts: dict[str, FactValue]
    latest: list[Latest]
    diagnosis: str
    medication: list[MedicationAgreement]
    changes: list[list[MedicationAgreement]]
    """Per drug that was changed in this episode: the agreement that held before (if any), then the changes."""
    encounters: list[Encounter]
    """Newest first."""
    education: list[EducationGiven]
    decisions: list[CaseDiscussion]
    """Decided cases, newest first."""
    register: Register
    alerts: dict[str, list[str]]
    otherwise: list[AdviceChoice]
    """Proposals of the protocol that were adapted or not followed, with the reason, oldest first."""
    controls: list[Task]
    """What is still to be measured after a step, by its date."""


def gather(episode: Episode, *, at: datetime) -> Gathered:
    """Read the record of ``episode`` as it is known at ``at``. The caller has established access."""
    day = timezone.localdate(at)
    pathway = clinic.pathway_of(episode, on=day)
    patient = episode.patient
    alerts: dict[str, list[str]] = {}
    for kind, text in (
        patient.alerts.filter(ended_at__isnull=True).order_by("recorded_at").values_list("kind", "text")
    ):
        alerts.setdefault(kind, []).append(text)
    taught = EducationGiven.objects.filter(encounter__episode=episode, at__lte=at).order_by("at")
    observed = facts_of(patient.pk, dictionary=pathway.facts, on=day)
    decided = CaseDiscussion.objects.filter(
        episode=episode, status=CaseDiscussion.Status.DECIDED, decided_at__lte=at
    ).select_related("decided_by")
    return Gathered(
        episode=episode,
        referral=Referral.objects.select_related("requester", "requester_organisation").get(
            pk=episode.referral_id
        ),
        pathway=pathway,
        day=day,
        facts=clinic.known_facts(
            patient.pk, pathway, on=day, birth_date=patient.birth_date, sex=patient.sex, observed=observed
        ),
        latest=clinic.latest_values(patient.pk, pathway, on=day, observed=observed),
        diagnosis=clinic.diagnosis_line(patient.pk, pathway, on=day, observed=observed),
        medication=current_medication(patient.pk, at=at),
        changes=_changes(episode, at=at),
        encounters=list(episode.encounters.filter(at__lte=at).order_by("-at")),
        education=list({given.topic: given for given in taught}.values()),
        decisions=list(decided.order_by("-decided_at")),
        register=register_of(patient.pk),
        alerts={kind: alerts.get(kind, []) for kind in Alert.Kind.values},
        otherwise=list(
            AdviceChoice.objects.filter(episode=episode, at__lte=at)
            .exclude(choice=AdviceChoice.Choice.ACCEPTED)
            .exclude(withdrawn__isnull=False)
            .select_related("decision")
            .order_by("at")
        ),
        controls=list(
            Task.objects.filter(patient=patient, kind=MONITORING, status=Task.Status.OPEN).order_by("due_on")
        ),
    )


def _changes(episode: Episode, *, at: datetime) -> list[list[MedicationAgreement]]:
    by_drug: dict[str, list[MedicationAgreement]] = {}
    for row in medication_history(episode.patient_id).filter(
        from_at__lte=at, status=Observation.Status.FINAL
    ):
        by_drug.setdefault(row.drug, []).append(row)
    began = timezone.localdate(episode.started_at)
    found = []
    for rows in by_drug.values():
        before = [row for row in rows if timezone.localdate(row.from_at) < began]
        since = [
            row
            for row in rows
            if timezone.localdate(row.from_at) >= began and row.kind != MedicationAgreement.Kind.REPORTED
        ]
        reported = [row for row in rows if row.kind == MedicationAgreement.Kind.REPORTED]
        if since:
            found.append([*(before or reported)[-1:], *since])
    return sorted(found, key=lambda rows: rows[-1].from_at)
