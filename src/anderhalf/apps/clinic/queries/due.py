"""What asks for somebody between contacts: dangers, unread results, laboratory after a step, the echo after optimal
therapy, missed contacts.

Everything is read for the whole centre at once; the number of queries does not grow with the number of patients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.models import Organisation, Patient
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import MedicationAgreement, Observation, Task
from anderhalf.apps.record.queries import tasks_for, value_of
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.followup import due_between, is_done, once
from anderhalf.core.pathway.model import Pathway, TestRule
from anderhalf.core.pathway.titration import Protocol
from anderhalf.core.pathway.titration.optimal import is_reduced
from anderhalf.presentation.language import day_label

from ..models import Episode
from ..titration.gather import measured_of, protocol_of
from ..titration.therapy import therapies
from .advice import pathway_of
from .chart import label_of, value_label
from .danger import DANGER, REPEAT, is_certain
from .due_once import Late, Told, absent_in_words, steps_in_words, told_by_tasks
from .waiting import _running, due_contacts

Kind = MedicationAgreement.Kind
LVEF = "lvef"


@dataclass(frozen=True, kw_only=True)
class DueItem:
    """One thing that waits for somebody: ``since`` when it began to wait, ``days_late`` after it was due."""

    kind: str
    patient: Patient
    episode: Episode | None
    """None for who was referred and is not in care yet."""
    title: str
    text: str
    since: date
    days_late: int
    owner: str
    rank: int = Task.ORDINARY
    """0 is the most urgent danger."""
    due_at: datetime | None = None
    task: UUID | None = None
    results: bool = False
    certain: bool = True
    """Of a danger: the value is so; False while nobody confirmed it."""
    role: str = ""
    """The role of the agreement that acts on a danger, in words."""
    why: str = ""
    """Of a danger: its rule and sources."""
    organisation: Organisation | None = None
    """Of a danger: where somebody acts."""

    @property
    def urgent(self) -> bool:
        """Whether it is a danger that nobody answered. What was answered and is measured again waits below, until its
        clock ran out."""
        return self.kind == "danger"


def due_list(viewer: Viewer, *, at: datetime, limit: int = 100) -> list[DueItem]:
    """Dangers first, by what they ask for and their clock; then what is measured again, unread results, overdue
    laboratory, tests that follow optimal therapy and missed contacts, the longest late first in each."""
    check_access(viewer, Right.MANAGE_SESSIONS)
    episodes = {one.patient_id: one for one in _running(viewer, at=at)}
    protocols = _protocols(episodes.values(), on=timezone.localdate(at))
    told = told_by_tasks(episodes, [pathway for pathway, _protocol in protocols.values()])
    found = [
        *_dangers(episodes, viewer, at=at),
        *_unread(episodes, protocols, told, at=at),
        *_overdue_laboratory(episodes, protocols, told, at=at),
        *_tests_after_therapy(episodes, protocols, at=at),
        *_missed_contacts(viewer, at=at),
    ]
    order = {"danger": 0, "repeat": 1, "result": 2, "laboratory": 3, "test": 4, "contact": 5}
    found.sort(key=lambda item: (item.rank, item.due_at or at, order[item.kind], -item.days_late, item.since))
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


def _dangers(episodes: Mapping[UUID, Episode], viewer: Viewer, *, at: datetime) -> list[DueItem]:
    """Dangers that nobody finished, of patients in care and of who was referred here."""
    today = timezone.localdate(at)
    roles = agreement_on(viewer.network, on=today).roles
    return [
        DueItem(
            kind="danger" if _is_urgent(task, at=at) else "repeat",
            patient=task.patient, episode=episodes.get(task.patient_id), title=task.title_shown,
            text=task.note_shown, why=task.why_shown,
            since=timezone.localdate(task.created_at), rank=task.rank, due_at=task.due_at,
            days_late=(today - task.due_on).days if task.due_on else 0,
            owner=task.owner.full_name if task.owner is not None else task.owner_organisation.name,
            task=task.pk, certain=is_certain(task), role=label_of(roles[task.role].title) if task.role in roles else "",
            organisation=task.owner_organisation,
        )
        for task in tasks_for(viewer=viewer, at=at).filter(kind__in=(DANGER, REPEAT))
    ]  # fmt: skip


def _is_urgent(task: Task, *, at: datetime) -> bool:
    """Whether nobody answered it, or what was promised in the answer is late."""
    return task.kind == DANGER or (task.due_at is not None and task.due_at < at)


def unread_of(patients: Iterable[UUID], facts: Iterable[str]) -> list[Observation]:
    """Results that came from outside and that nobody of the centre marked as seen, oldest first."""
    return list(
        Observation.objects.filter(
            patient__in=list(patients), fact__in=list(facts), status=Observation.Status.FINAL,
            origin=Observation.Origin.IMPORTED, reviewed_at__isnull=True,
        ).order_by("recorded_at")
    )  # fmt: skip


def _unread(
    episodes: Mapping[UUID, Episode],
    protocols: Mapping[str, tuple[Pathway, Protocol]],
    told: Told,
    *,
    at: datetime,
) -> list[DueItem]:
    """Per patient one line, however many values arrived; those from before the care began belong to the referral, and
    what a danger says stands there already."""
    today = timezone.localdate(at)
    names = {
        name
        for pathway, _protocol in protocols.values()
        for name, fact in pathway.facts.items()
        if fact.group == "laboratory"
    }
    rows: dict[UUID, list[Observation]] = defaultdict(list)
    for row in unread_of(episodes, names):
        if row.recorded_at >= episodes[row.patient_id].started_at and not told.says(
            row.patient_id, row.fact, row.recorded_at
        ):
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
                kind="result", patient=episode.patient, episode=episode, title="", text=_values(mine, pathway),
                since=since,                days_late=(today - since).days, owner=_owner(episode), results=True,
            )
        )  # fmt: skip
    return found


def _values(rows: Iterable[Observation], pathway: Pathway) -> str:
    parts = []
    for row in rows:
        fact = pathway.facts.get(row.fact)
        if fact is not None:
            parts.append(f"{label_of(fact.label)} {value_label(fact, value_of(row))}")
    return ", ".join(parts)


def _overdue_laboratory(
    episodes: Mapping[UUID, Episode],
    protocols: Mapping[str, tuple[Pathway, Protocol]],
    told: Told,
    *,
    at: datetime,
) -> list[DueItem]:
    """Steps whose blood test should have been there by now (the protocol's ``monitoring``) and is not: of one patient
    one line, however many steps wait for the same test."""
    today = timezone.localdate(at)
    steps = _last_steps(episodes, at=at)
    names = {name for _pathway, protocol in protocols.values() for name in protocol.laboratory_facts}
    measured: dict[tuple[UUID, str], date] = {}
    for patient, name, moment in Observation.objects.filter(
        patient__in=list(episodes), fact__in=names, status=Observation.Status.FINAL
    ).values_list("patient_id", "fact", "at"):
        day = timezone.localdate(moment)
        measured[patient, name] = max(measured.get((patient, name), day), day)
    late: dict[UUID, list[Late]] = defaultdict(list)
    for (patient, drug_class), row in steps.items():
        episode = episodes[patient]
        if episode.pathway not in protocols:
            continue
        protocol = protocols[episode.pathway][1]
        one = _late(episode, protocol, drug_class, row, measured, today)
        if one is not None and any(not told.awaits(patient, name) for name in one.absent):
            late[patient].append(one)
    return [
        DueItem(
            kind="laboratory", patient=episodes[patient].patient, episode=episodes[patient],
            title=steps_in_words(mine), text=absent_in_words(mine, protocols[episodes[patient].pathway][1]),
            since=min(one.stepped for one in mine), days_late=max((today - one.until).days for one in mine),
            owner=_owner(episodes[patient]),
        )
        for patient, mine in late.items()
    ]  # fmt: skip


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


def _late(
    episode: Episode, protocol: Protocol, drug_class: str, row: MedicationAgreement,
    measured: Mapping[tuple[UUID, str], date], today: date,
) -> Late | None:  # fmt: skip
    stepped = timezone.localdate(row.from_at)
    for entry in protocol.monitoring:
        wanted = [name for name in entry.facts if name in protocol.laboratory_facts]
        until = stepped + timedelta(days=entry.until_days)
        if drug_class not in entry.classes or not wanted or until >= today:
            continue
        absent = [name for name in wanted if measured.get((episode.patient_id, name), date.min) <= stepped]
        if absent:
            return Late(drug=row.drug_name, stepped=stepped, until=until, absent=tuple(absent))
    return None


def _tests_after_therapy(
    episodes: Mapping[UUID, Episode], protocols: Mapping[str, tuple[Pathway, Protocol]], *, at: datetime
) -> list[DueItem]:
    """Tests that are made once after optimal therapy, from the day on which they are due (`after_days`)."""
    found = []
    for key, (pathway, protocol) in protocols.items():
        mine = {patient: one for patient, one in episodes.items() if one.pathway == key}
        for test in once(pathway.follow_up):
            found += _test_after_therapy(mine, pathway, protocol, test, at=at)
    return found


def _test_after_therapy(
    episodes: Mapping[UUID, Episode], pathway: Pathway, protocol: Protocol, test: TestRule, *, at: datetime
) -> list[DueItem]:
    today = timezone.localdate(at)
    latest: dict[UUID, dict[str, FactValue]] = {}
    for patient, rows in measured_of(list(episodes), {*test.measure, LVEF}).items():
        latest[patient] = {
            row.fact: FactValue(row.number, timezone.localdate(row.at))
            for row in rows
            if row.number is not None and row.status == Observation.Status.FINAL
        }
    reduced = [
        episodes[patient].patient
        for patient, known in latest.items()
        if is_reduced(protocol, known.get(LVEF))
    ]
    found = []
    for patient, therapy in therapies(reduced, pathway, at=at).items():
        if therapy.since is None:
            continue
        days = [latest[patient][name].on for name in test.measure if name in latest[patient]]
        oldest = min((day for day in days if day is not None), default=None)
        first, last = due_between(test, therapy.since)
        if first > today or is_done(test, oldest, therapy.since):
            continue
        episode = episodes[patient]
        found.append(
            DueItem(
                kind="test", patient=episode.patient, episode=episode, title=label_of(test.title),
                text=day_label(last), since=therapy.since, days_late=(today - last).days, owner=_owner(episode),
            )
        )  # fmt: skip
    return found


def _missed_contacts(viewer: Viewer, *, at: datetime) -> list[DueItem]:
    return [
        DueItem(
            kind="contact", patient=row.episode.patient, episode=row.episode, title="", text="",
            since=row.on, days_late=row.days_late,            owner=_owner(row.episode),
        )
        for row in due_contacts(viewer, at=at)
        if row.days_late > 0
    ]  # fmt: skip
