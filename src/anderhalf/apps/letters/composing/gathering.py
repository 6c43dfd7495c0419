"""What a letter is about: everything the record knows about one episode, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.clinic.models import AdviceChoice, EducationGiven, Encounter, Episode
from anderhalf.apps.clinic.queries.chart import STRIP, Latest
from anderhalf.apps.clinic.queries.danger import MONITORING
from anderhalf.apps.clinic.queries.evidence import measured_by
from anderhalf.apps.people.models import Alert
from anderhalf.apps.people.queries import Register, register_of
from anderhalf.apps.record.models import MedicationAgreement, Observation, Task
from anderhalf.apps.record.queries import current_medication, facts_of, medication_history
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.supervision.models import CaseDiscussion
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.derivations import OF_A_FORMULA
from anderhalf.core.pathway.model import Pathway

STABLE = "stable"
"""The table that says whether a patient can go back."""


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
    not_taken_over: list[str]
    """The lines of the referral's list that the record doesn't hold: nobody settled what of them is used."""
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
    to_discuss: list[CaseDiscussion]
    """Cases that wait for the hour of the specialist, oldest first."""
    controls: list[Task]
    """What is still to be measured after a change of medication, by its date."""
    to_measure: list[Task]
    """What is still to be measured although nothing was changed."""


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
    facts = clinic.known_facts(
        patient.pk, pathway, on=day, birth_date=patient.birth_date, sex=patient.sex, observed=observed
    )
    measuring = list(
        Task.objects.filter(patient=patient, kind=MONITORING, status=Task.Status.OPEN).order_by("due_on")
    )
    unchanged = _without_a_change(episode)
    return Gathered(
        episode=episode,
        referral=Referral.objects.select_related("requester", "requester_organisation").get(
            pk=episode.referral_id
        ),
        pathway=pathway,
        day=day,
        facts=facts,
        latest=_by_newest_creatinine(
            _values(episode, pathway, {**observed, **_computed(facts)}, at=at), facts
        ),
        diagnosis=clinic.diagnosis_line(patient.pk, pathway, on=day, observed=observed),
        medication=current_medication(patient.pk, at=at),
        not_taken_over=clinic.brought_by_referral(episode, at=at),
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
        to_discuss=list(
            CaseDiscussion.objects.filter(
                episode=episode, status=CaseDiscussion.Status.WAITING, added_at__lte=at
            ).order_by("added_at")
        ),
        controls=[task for task in measuring if str(task.pk) not in unchanged],
        to_measure=[task for task in measuring if str(task.pk) in unchanged],
    )


def _without_a_change(episode: Episode) -> set[str]:
    """The tasks that were made by an answer to a proposal by which no medication was agreed."""
    rows = AdviceChoice.objects.filter(episode=episode).values_list("tasks", "medication")
    return {task for tasks, medication in rows if not medication for task in tasks}


def _computed(facts: Mapping[str, FactValue]) -> dict[str, FactValue]:
    """What was worked out by a formula because what was reported is older than what it rests on (eGFR)."""
    return {
        name: given for name, given in facts.items() if given.origin.removeprefix("derived:") in OF_A_FORMULA
    }


def _by_newest_creatinine(latest: list[Latest], facts: Mapping[str, FactValue]) -> list[Latest]:
    """A computed eGFR says that it is; one from before the newest creatinine says that too."""
    computed, creatinine = _computed(facts), facts.get("creatinine")

    def words(one: Latest) -> str:
        if one.doubt:
            return one.label
        if one.name in computed:
            return f"{one.label}, berekend uit de creatinine,"
        older = one.on is not None and creatinine is not None and (creatinine.on or one.on) > one.on
        return (
            f"{one.label}, van vóór de laatste creatinine,"
            if one.name in OF_A_FORMULA and older
            else one.label
        )

    return [replace(one, label=words(one)) for one in latest]


def _values(
    episode: Episode, pathway: Pathway, observed: Mapping[str, FactValue], *, at: datetime
) -> list[Latest]:
    """The latest values: those on top of the chart, all of the last contact, and what "may go back" looked at.

    A reader must be able to see what the answer rested on. Of answers of yes and no only those of the last contact
    are told, so that what was asked long ago does not fill the letter.
    """
    on = timezone.localdate(at)
    beside = clinic.runs_along(episode, at=at)
    every = (pathway, *(one for one in beside if one.key != pathway.key))
    judged = measured_by(
        every, (name for one in every if STABLE in one.tables for name in one.table(STABLE).facts)
    )
    widest = every[-1] if set(pathway.facts) <= set(every[-1].facts) else pathway
    known = observed
    if widest is not pathway:
        known = {**facts_of(episode.patient_id, dictionary=widest.facts, on=on), **observed}
    last = episode.encounters.filter(at__lte=at).order_by("-at").values_list("at", flat=True).first()
    seen_on = timezone.localdate(last) if last is not None else None

    def told(name: str) -> bool:
        given = known.get(name)
        return given is not None and (not isinstance(given.value, bool | date) or given.on == seen_on)

    def measured_then(name: str) -> bool:
        given = known.get(name)
        return given is not None and given.on == seen_on and isinstance(given.value, Decimal | Range)

    more = [
        name
        for name in widest.facts
        if name not in STRIP and (measured_then(name) or (name in judged and told(name)))
    ]
    return clinic.latest_values(
        episode.patient_id, widest, on=on, names=[*STRIP, *more], observed=known, with_doubt=True
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
