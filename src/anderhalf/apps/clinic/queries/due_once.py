"""One line per patient and cause: what a danger or a repeated test says already is not said a second time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from anderhalf.apps.people.models import Patient
from anderhalf.apps.record.models import Task
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.titration import Protocol
from anderhalf.core.wording import within
from anderhalf.presentation.language import day_label, label_of

from .danger import DANGER, REPEAT
from .evidence import ABOUT, measured_by

OF_A_REPEAT = "repeat:"
"""What a task to measure again is about begins with this."""


@dataclass(frozen=True)
class Told:
    """What tasks say of which facts: those that are open, and until when those that were answered did."""

    open: frozenset[tuple[UUID, str]]
    answered: dict[tuple[UUID, str], datetime]

    def awaits(self, patient: UUID, fact: str) -> bool:
        """Whether an open danger or repeated test is about this fact."""
        return (patient, fact) in self.open

    def says(self, patient: UUID, fact: str, recorded_at: datetime) -> bool:
        """Whether a danger shows this value, or somebody who answered it saw it."""
        answered = self.answered.get((patient, fact))
        return (patient, fact) in self.open or (answered is not None and recorded_at <= answered)


def told_by_tasks(patients: Iterable[UUID], pathways: Sequence[Pathway]) -> Told:
    """What the dangers and repeated tests of these patients are about. One query, however many."""
    waiting: set[tuple[UUID, str]] = set()
    answered: dict[tuple[UUID, str], datetime] = {}
    rows = Task.objects.filter(patient__in=list(patients), kind__in=(DANGER, REPEAT)).exclude(
        status=Task.Status.CANCELLED
    )
    for task in rows.only("patient_id", "about", "status", "done_at"):
        named = task.about.removeprefix(ABOUT).removeprefix(OF_A_REPEAT).split("+")
        for fact in {*named, *measured_by(pathways, named)}:
            key = task.patient_id, fact
            if task.status == Task.Status.OPEN:
                waiting.add(key)
            elif task.done_at is not None:
                answered[key] = max(answered.get(key, task.done_at), task.done_at)
    return Told(frozenset(waiting), answered)


@dataclass(frozen=True, kw_only=True)
class Late:
    """A step of which the blood test is late."""

    drug: str
    stepped: date
    until: date
    absent: tuple[str, ...]


def steps_in_words(late: Iterable[Late]) -> str:
    """The drugs, each with the day of its step."""
    return ", ".join(
        _("%(drug)s op %(day)s") % {"drug": one.drug, "day": day_label(one.stepped)} for one in late
    )


def absent_in_words(late: Iterable[Late], protocol: Protocol) -> str:
    """What was not measured after them, each once."""
    names = dict.fromkeys(name for one in late for name in one.absent)
    return ", ".join(within(label_of(protocol.facts[name].label)) for name in names)


@dataclass(frozen=True)
class TasksOf:
    """The open tasks of one patient, in the order in which they came."""

    patient: Patient
    tasks: list[Task]


def tasks_by_patient(tasks: Iterable[Task]) -> list[TasksOf]:
    """Tasks with each patient once."""
    found: dict[UUID, TasksOf] = {}
    for task in tasks:
        found.setdefault(task.patient_id, TasksOf(task.patient, [])).tasks.append(task)
    return list(found.values())
