"""Which situations of the agreement hold for a patient now, and are not decided yet (``supervision.toml``)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from anderhalf.apps.clinic.models import Encounter, Episode
from anderhalf.apps.clinic.queries.advice import known_facts, pathway_of
from anderhalf.apps.clinic.queries.proposals import advice_about
from anderhalf.apps.network import queries as network
from anderhalf.apps.people.models import AllergyIntolerance
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.content.agreement import Situation
from anderhalf.core.decisions.facts import FactValue, usable_value
from anderhalf.core.pathway.followup import ahead_of
from anderhalf.core.pathway.model import Labels, Pathway

from .models import CaseDiscussion

STEPS = (MedicationAgreement.Kind.START, MedicationAgreement.Kind.CHANGE, MedicationAgreement.Kind.STOP)
NOT_TOLERATED = (
    AllergyIntolerance.Kind.INTOLERANCE, AllergyIntolerance.Kind.ALLERGY, AllergyIntolerance.Kind.CONTRAINDICATION,
)  # fmt: skip
"""A refusal is the patient's choice, no sign of advanced heart failure."""


@dataclass(frozen=True, kw_only=True)
class RequiredCase:
    """A situation that must be discussed: the rule's id, why in words of each language, and its source."""

    rule: str
    title: Labels
    question: Labels
    source: str
    grade: str
    urgent: bool


def situations_of(episode: Episode, *, at: datetime, events: Iterable[str] = ()) -> list[RequiredCase]:
    """The agreement's situations that hold for ``episode`` at ``at`` and don't wait on the agenda already.

    What was decided comes back only when it happens again or is measured again.
    A test on a missing or stale fact does not hold: what is unknown is asked for by the pathway's own tables, not
    put on the agenda as if it were so. ``events`` are events that the caller reports itself (``return_proposed``).
    """
    day = timezone.localdate(at)
    agreed = network.agreement_on(episode.network_id, on=day).supervision
    pathway = pathway_of(episode, on=day)
    facts = known_facts(
        episode.patient_id, pathway, on=day, birth_date=episode.patient.birth_date, sex=episode.patient.sex
    )
    decided, waiting = _history(episode)
    happened = _happened(episode, at=at)
    found = []
    for situation in agreed.situations:
        if situation.pathway != episode.pathway or situation.id in waiting:
            continue
        since = decided.get(situation.id)
        holds = (
            _event_holds(episode, situation, happened, since=since, reported=events)
            if situation.event
            else _cells_hold(episode, situation, pathway, facts, since=since, on=day)
        )
        if holds:
            found.append(
                RequiredCase(
                    rule=situation.id,
                    title=situation.title,
                    question=situation.title,
                    source=situation.source,
                    grade=situation.grade,
                    urgent=situation.urgent,
                )
            )
    return found


def _history(episode: Episode) -> tuple[dict[str, datetime], set[str]]:
    """Per rule when it was last decided (or taken off the agenda), and the rules that wait now."""
    rows = CaseDiscussion.objects.filter(episode=episode).exclude(rule="")
    latest: dict[str, datetime] = {}
    waiting: set[str] = set()
    for rule, decided_at, added_at, status in rows.values_list("rule", "decided_at", "added_at", "status"):
        if status == CaseDiscussion.Status.WAITING:
            waiting.add(rule)
            continue
        moment = decided_at or added_at
        latest[rule] = max(latest.get(rule, moment), moment)
    return latest, waiting


def _cells_hold(
    episode: Episode,
    situation: Situation,
    pathway: Pathway,
    facts: dict[str, FactValue],
    *,
    since: datetime | None,
    on: date,
) -> bool:
    for name, cell in situation.cells.items():
        fact = pathway.facts.get(name)
        if fact is None or cell.matches(usable_value(fact, facts, on=on)) is not True:
            return False
    if since is None:
        return True
    newer = Observation.objects.filter(
        patient=episode.patient_id,
        fact__in=list(situation.cells),
        recorded_at__gt=since,
        status=Observation.Status.FINAL,
    )
    return newer.exists()


@dataclass(frozen=True, kw_only=True)
class _Happened:
    """Contacts and steps of medication up to now, that events are about."""

    contacts: list[datetime]
    steps: list[tuple[str, datetime, datetime]]
    """Kind, from when, and when it was recorded."""
    at: datetime


def _happened(episode: Episode, *, at: datetime) -> _Happened:
    contacts = Encounter.objects.filter(episode=episode, at__lte=at)
    steps = MedicationAgreement.objects.filter(
        patient=episode.patient_id, status=Observation.Status.FINAL, from_at__lte=at
    )
    return _Happened(
        contacts=list(contacts.values_list("at", flat=True)),
        steps=list(steps.values_list("kind", "from_at", "recorded_at")),
        at=at,
    )


def _event_holds(
    episode: Episode,
    situation: Situation,
    happened: _Happened,
    *,
    since: datetime | None,
    reported: Iterable[str],
) -> bool:
    match situation.event:
        case "first_encounter":
            return since is None and bool(happened.contacts)
        case "medication_stopped":
            return any(
                kind == MedicationAgreement.Kind.STOP
                and recorded_at >= episode.started_at
                and (since is None or recorded_at > since)
                for kind, _from_at, recorded_at in happened.steps
            )
        case "visits_without_step":
            last = max(
                (from_at for kind, from_at, _recorded in happened.steps if kind in STEPS), default=None
            )
            after = max((moment for moment in (last, since) if moment), default=None)
            visits = [moment for moment in happened.contacts if after is None or moment > after]
            return len(visits) >= (situation.count or 0) > 0 and _still_ahead(episode, at=happened.at)
        case "classes_not_tolerated":
            return _not_tolerated(episode, situation.classes, since=since)
        case "dose_raised":
            return _raised(episode, situation, since=since, at=happened.at) >= (situation.count or 0) > 0
        case event:
            return event in reported and since is None


def _still_ahead(episode: Episode, *, at: datetime) -> bool:
    """Whether the protocol has anything left to do: who is at target makes no progress, and need not."""
    answered = advice_about(episode, at=at)
    return answered is None or bool(ahead_of(*answered))


def _not_tolerated(episode: Episode, classes: tuple[str, ...], *, since: datetime | None) -> bool:
    """Every one of the classes was not tolerated or may not be given; news since it was last decided."""
    rows = list(
        AllergyIntolerance.objects.filter(
            patient=episode.patient_id, drug_class__in=classes, ended_at__isnull=True, kind__in=NOT_TOLERATED,
            verification=AllergyIntolerance.Verification.CONFIRMED,
        ).values_list("drug_class", "recorded_at")
    )  # fmt: skip
    news = since is None or any(recorded_at > since for _class, recorded_at in rows)
    return {drug_class for drug_class, _recorded_at in rows} == set(classes) and news


def _raised(episode: Episode, situation: Situation, *, since: datetime | None, at: datetime) -> int:
    """How often the daily dose of one drug of the classes went up in the days that count."""
    begin = at - timedelta(days=situation.within_days or 0)
    rows = MedicationAgreement.objects.filter(
        patient=episode.patient_id, drug_class__in=situation.classes, status=Observation.Status.FINAL,
        from_at__lte=at, dose__isnull=False,
    ).order_by("from_at", "recorded_at")  # fmt: skip
    before: dict[str, Decimal] = {}
    raised = 0
    for row in rows:
        daily = row.dose * (row.times_per_day or 1) / row.every_days
        counts = row.from_at >= begin and (since is None or row.recorded_at > since)
        raised += counts and row.drug in before and daily > before[row.drug]
        before[row.drug] = daily
    return raised
