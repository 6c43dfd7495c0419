"""What was agreed for between contacts and has not happened: laboratory after a step, unread results, alarms.

Everything is read for the whole centre at once; the number of queries does not grow with the number of patients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import MedicationAgreement, Observation, Task
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.titration import Protocol

from ..models import Episode
from ..titration.gather import protocol_of
from .advice import pathway_of
from .chart import label_of, value_label
from .waiting import _running, due_contacts

ALARM = "home_alarm"
"""Kind of the task that an alarm on a home measurement makes."""
Kind = MedicationAgreement.Kind


@dataclass(frozen=True, kw_only=True)
class DueItem:
    """One thing that waits for somebody: ``since`` when it began to wait, ``days_late`` after it was due."""

    kind: str
    episode: Episode
    title: str
    text: str
    since: date
    days_late: int
    owner: str
    urgent: bool = False
    task: UUID | None = None
    results: bool = False


def due_list(viewer: Viewer, *, at: datetime, limit: int = 100) -> list[DueItem]:
    """Alarms first, then unread results, overdue laboratory and missed contacts; the longest late first in each."""
    check_access(viewer, Right.MANAGE_SESSIONS)
    episodes = {one.patient_id: one for one in _running(viewer, at=at)}
    protocols = _protocols(episodes.values(), on=timezone.localdate(at))
    found = [
        *_alarms(episodes, viewer, at=at),
        *_unread(episodes, protocols, at=at),
        *_overdue_laboratory(episodes, protocols, at=at),
        *_missed_contacts(viewer, at=at),
    ]
    order = {"alarm": 0, "result": 1, "laboratory": 2, "contact": 3}
    found.sort(key=lambda item: (not item.urgent, order[item.kind], -item.days_late, item.since))
    return found[:limit]


def _protocols(episodes: Iterable[Episode], *, on: date) -> dict[str, tuple[Pathway, Protocol]]:
    """The protocol per pathway of the centre; pathways without one are left out."""
    found: dict[str, tuple[Pathway, Protocol]] = {}
    for episode in episodes:
        if episode.pathway in found:
            continue
        pathway = pathway_of(episode, on=on)
        if (protocol := protocol_of(pathway)) is not None:
            found[episode.pathway] = (pathway, protocol)
    return found


def _owner(episode: Episode) -> str:
    """Who looks: the patient's own practitioner, else the centre."""
    return episode.practitioner.full_name if episode.practitioner is not None else episode.centre.name


def _alarms(episodes: Mapping[UUID, Episode], viewer: Viewer, *, at: datetime) -> list[DueItem]:
    today = timezone.localdate(at)
    tasks = Task.objects.filter(
        kind=ALARM, status=Task.Status.OPEN, owner_organisation__in=viewer.organisation_ids,
        patient__in=list(episodes),
    ).select_related("owner")  # fmt: skip
    return [
        DueItem(
            kind="alarm", episode=episodes[task.patient_id], title=task.title, text=task.note,
            since=timezone.localdate(task.created_at),
            days_late=(today - task.due_on).days if task.due_on else 0,
            owner=task.owner.full_name if task.owner is not None else _owner(episodes[task.patient_id]),
            urgent=True, task=task.pk,
        )
        for task in tasks
    ]  # fmt: skip


def alarms_since(viewer: Viewer, patient_id: UUID, *, at: datetime) -> list[Task]:
    """The alarms that the measurements of this very moment raised, to tell whoever entered them what to do now."""
    check_access(viewer, Right.ENTER_MEASUREMENT, patient=patient_id, at=at)
    return list(Task.objects.filter(patient=patient_id, kind=ALARM, created_at=at))


def unread_of(patients: Iterable[UUID], facts: Iterable[str]) -> list[Observation]:
    """Results that came from outside and that nobody of the centre marked as seen, oldest first."""
    return list(
        Observation.objects.filter(
            patient__in=list(patients), fact__in=list(facts), status=Observation.Status.FINAL,
            origin=Observation.Origin.IMPORTED, reviewed_at__isnull=True,
        ).order_by("recorded_at")
    )  # fmt: skip


def _unread(
    episodes: Mapping[UUID, Episode], protocols: Mapping[str, tuple[Pathway, Protocol]], *, at: datetime
) -> list[DueItem]:
    """Per patient one line, however many values arrived; those from before the care began belong to the referral."""
    today = timezone.localdate(at)
    names = {
        name
        for pathway, _protocol in protocols.values()
        for name, fact in pathway.facts.items()
        if fact.group == "laboratory"
    }
    rows: dict[UUID, list[Observation]] = defaultdict(list)
    for row in unread_of(episodes, names):
        if row.recorded_at >= episodes[row.patient_id].started_at:
            rows[row.patient_id].append(row)
    found = []
    for patient, mine in rows.items():
        episode = episodes[patient]
        if episode.pathway not in protocols:
            continue
        pathway = protocols[episode.pathway][0]
        since = timezone.localdate(mine[0].recorded_at)
        found.append(
            DueItem(
                kind="result", episode=episode, title="", text=_values(mine, pathway), since=since,
                days_late=(today - since).days, owner=_owner(episode), results=True,
            )
        )  # fmt: skip
    return found


def _values(rows: Iterable[Observation], pathway: Pathway) -> str:
    parts = []
    for row in rows:
        fact = pathway.facts.get(row.fact)
        if fact is not None:
            parts.append(f"{label_of(fact.label)} {value_label(fact, row.number)}")
    return ", ".join(parts)


def _overdue_laboratory(
    episodes: Mapping[UUID, Episode], protocols: Mapping[str, tuple[Pathway, Protocol]], *, at: datetime
) -> list[DueItem]:
    """Steps whose blood test should have been there by now (the protocol's ``monitoring``) and is not."""
    today = timezone.localdate(at)
    steps = _last_steps(episodes, at=at)
    names = {name for _pathway, protocol in protocols.values() for name in protocol.laboratory_facts}
    measured: dict[tuple[UUID, str], date] = {}
    for patient, name, moment in Observation.objects.filter(
        patient__in=list(episodes), fact__in=names, status=Observation.Status.FINAL
    ).values_list("patient_id", "fact", "at"):
        day = timezone.localdate(moment)
        measured[patient, name] = max(measured.get((patient, name), day), day)
    found = []
    for (patient, drug_class), row in steps.items():
        episode = episodes[patient]
        if episode.pathway not in protocols:
            continue
        protocol = protocols[episode.pathway][1]
        item = _overdue(episode, protocol, drug_class, row, measured, today)
        if item is not None:
            found.append(item)
    return found


def _last_steps(
    episodes: Mapping[UUID, Episode], *, at: datetime
) -> dict[tuple[UUID, str], MedicationAgreement]:
    """The last change per patient and class since care began."""
    found: dict[tuple[UUID, str], MedicationAgreement] = {}
    for row in MedicationAgreement.objects.filter(
        patient__in=list(episodes), status=Observation.Status.FINAL, from_at__lte=at,
        kind__in=(Kind.START, Kind.CHANGE),
    ).exclude(drug_class="").order_by("from_at", "recorded_at"):  # fmt: skip
        if row.from_at >= episodes[row.patient_id].started_at:
            found[row.patient_id, row.drug_class] = row
    return found


def _overdue(
    episode: Episode, protocol: Protocol, drug_class: str, row: MedicationAgreement,
    measured: Mapping[tuple[UUID, str], date], today: date,
) -> DueItem | None:  # fmt: skip
    stepped = timezone.localdate(row.from_at)
    for entry in protocol.monitoring:
        wanted = [name for name in entry.facts if name in protocol.laboratory_facts]
        until = stepped + timedelta(days=entry.until_days)
        if drug_class not in entry.classes or not wanted or until >= today:
            continue
        absent = [name for name in wanted if measured.get((episode.patient_id, name), date.min) <= stepped]
        if not absent:
            continue
        labels = ", ".join(label_of(protocol.facts[name].label).lower() for name in absent)
        return DueItem(
            kind="laboratory", episode=episode, title=row.drug_name, text=labels, since=stepped,
            days_late=(today - until).days, owner=_owner(episode),
        )  # fmt: skip
    return None


def _missed_contacts(viewer: Viewer, *, at: datetime) -> list[DueItem]:
    return [
        DueItem(
            kind="contact", episode=row.episode, title="", text="", since=row.on, days_late=row.days_late,
            owner=_owner(row.episode),
        )
        for row in due_contacts(viewer, at=at)
        if row.days_late > 0
    ]  # fmt: skip
