"""A danger gets an owner and a clock the moment a value enters, and an end when somebody wrote down what was done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from anderhalf.apps.people.access import Right, can_access
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.roles import CARE_TEAM
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Task
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.danger import ACTIONS

from ..access import permit
from ..errors import DangerRefused
from ..models import DangerAnswer
from ..queries.danger import (
    ABOUT,
    DANGER,
    REPEAT,
    Place,
    SeenSign,
    answered,
    danger_of,
    look,
    measured_by,
    open_tasks,
    place_of,
    urgent_care,
)
from ..queries.words import values_in_words
from ..titration.gather import local

BY_THE_EYE = "rule:danger"
"""What the log says of a task that a danger made by itself."""
REPEAT_HOURS = 24
Step = DangerAnswer.Step


def watch_for_danger(*, by: Viewer, at: datetime, patient: UUID, facts: Collection[str]) -> list[Task]:
    """Look for danger after values entered the record, and give each a task with a clock. Called on every road.

    At most one open task per set of facts: the same values are not raised twice, other ones take the place of the
    earlier task and keep its clock when that runs out first. A task ends by itself only when a professional entered a
    newer value that is no danger; what is typed at home ends nothing.
    """
    place = place_of(patient, by.network, at=at)
    if place is None:
        return []
    about = Patient.objects.only("pk", "sex", "birth_date").get(pk=patient)
    seen = look(about, place, at=at)[1]
    settled, waiting = answered(patient), {task.about: task for task in open_tasks(patient)}
    raised = [
        _raise(one, place, waiting.get(one.about), by=by, at=at, patient=patient)
        for one in seen
        if one.basis not in settled
        and ((earlier := waiting.get(one.about)) is None or earlier.basis != one.basis)
    ]
    if not by.is_self and by.role not in CARE_TEAM:
        shown = {one.about for one in seen if one.basis not in settled}
        for key, task in waiting.items():
            if key not in shown and measured_by(place.pathways, _facts_of(task)) & set(facts):
                record.cancel_task(
                    by=by, at=at, task_id=task.pk, note=_("Vervallen: een nieuwere waarde is geen gevaar."),
                    allowed=BY_THE_EYE,
                )  # fmt: skip
    return raised


def _facts_of(task: Task) -> list[str]:
    return task.about.removeprefix(ABOUT).split("+")


def _raise(
    seen: SeenSign, place: Place, earlier: Task | None, *, by: Viewer, at: datetime, patient: UUID
) -> Task:
    urgent = urgent_care(by.network, at=at)
    due = urgent.due_at(seen.sign.action, local(at))
    if earlier is not None:
        due = min(due, earlier.due_at or due)
        note = _("Vervangen: er is een nieuwere waarde.")
        record.cancel_task(by=by, at=at, task_id=earlier.pk, note=note, allowed=BY_THE_EYE)
    with override("nl"):  # what is stored is in the source language, whoever typed the value
        values = values_in_words(seen.values, place.pathways)
    source = "; ".join(part.strip() for part in seen.sign.source.split(";") if part.strip() != "local")
    title = f"{seen.sign.action_label.get('nl', '')}: {seen.sign.why.get('nl', '')}"
    return record.add_task(
        by=by, at=at, patient=patient, kind=DANGER,
        title=title if seen.sign.certain else f"Als dit klopt: {title}",
        owner_organisation=place.organisation,
        owner=place.practitioner.pk if place.practitioner is not None else None,
        due_on=due.date(), due_at=due, about=seen.about, rank=seen.rank,
        role=urgent.role_of(seen.sign.action), basis=seen.basis, allowed=BY_THE_EYE,
        note=" · ".join(part for part in (values, seen.sign.rule, source) if part),
    )  # fmt: skip


def warn_of_unsaved(
    *, by: Viewer, at: datetime, patient: UUID, typed: Mapping[str, FactValue],
    unconfirmed: Mapping[str, Sequence[FactValue]],
) -> list[Task]:  # fmt: skip
    """A danger that somebody typed at home in a form that could not be saved yet is told to the centre all the same."""
    permit(by, Right.ENTER_MEASUREMENT, at=at, patient=patient)
    place = place_of(patient, by.network, at=at)
    if place is None:
        return []
    about = Patient.objects.only("pk", "sex", "birth_date").get(pk=patient)
    seen = look(about, place, at=at, typed=typed, unconfirmed=unconfirmed)[1]
    settled, waiting = answered(patient), {task.about: task for task in open_tasks(patient)}
    given = {*typed, *unconfirmed}
    return [
        _raise(one, place, waiting.get(one.about), by=by, at=at, patient=patient)
        for one in seen
        if one.measured & given and one.basis not in settled
        and ((earlier := waiting.get(one.about)) is None or earlier.rank > one.rank)
    ]  # fmt: skip


@transaction.atomic
def answer_danger(
    *,
    by: Viewer,
    at: datetime,
    patient: UUID,
    bases: Iterable[str],
    steps: Sequence[str],
    called: str = "",
    called_at: datetime | None = None,
    note: str = "",
) -> DangerAnswer:
    """Write down what was done about the dangers that were shown (``bases``); their tasks end with it.

    A danger that asks to call needs a call with a name, or an explanation. Raises ``DangerRefused`` with what is
    missing, also when another value came in since the page was shown.
    """
    right = Right.WRITE_CLINICAL
    if not can_access(by, right, patient=patient, at=at):
        right = Right.TRIAGE  # nobody in care yet: whoever judges the referral answers
    permission = permit(by, right, at=at, patient=patient)
    about = Patient.objects.get(pk=patient, network=by.network)
    found = danger_of(about, by.network, at=at)
    if not found:
        raise DangerRefused(_("Hier staat geen gevaar meer open."))
    shown = set(bases)
    signs = [one for one in found.signs if one.basis in shown]
    tasks = [task for task in open_tasks(patient) if task.basis in shown or not task.basis]
    if not signs and not tasks:
        raise DangerRefused(_("Intussen is er een nieuwere waarde. Bekijk wat er nu staat."))
    _check(steps, called=called, called_at=called_at, note=note, at=at,
           rank=min([*(one.rank for one in signs), *(task.rank for task in tasks)]))  # fmt: skip
    place = place_of(patient, by.network, at=at)
    pathways = place.pathways if place is not None else ()
    answer = DangerAnswer.objects.create(
        network_id=by.network, patient=about, bases=sorted({*(one.basis for one in signs), *(t.basis for t in tasks)}),
        signs=[
            {**one.sign.to_dict(), "values": values_in_words(one.values, pathways)} for one in signs
        ],
        steps=list(steps), called=called.strip()[:120], called_at=called_at, note=note.strip()[:300],
        at=at, by=by.name, by_id=by.user_id,
    )  # fmt: skip
    words = _words(answer)
    for task in tasks:
        if task.owner_organisation_id in by.organisation_ids:
            record.complete_task(by=by, at=at, task_id=task.pk, note=words)
        else:
            record.cancel_task(by=by, at=at, task_id=task.pk, note=words, allowed=permission.rule)
    if Step.REPEAT_LABORATORY in steps and place is not None:
        due = local(at) + timedelta(hours=REPEAT_HOURS)
        record.add_task(
            by=by, at=at, patient=patient, kind=REPEAT, title="Laboratorium herhaald? Kijk de uitslag na.",
            owner_organisation=place.organisation, due_on=due.date(), due_at=due, rank=len(ACTIONS),
            note=words, allowed=permission.rule,
        )  # fmt: skip
    permission.log("C", "danger_answered", answer, steps=sorted(steps))
    return answer


def _check(
    steps: Sequence[str], *, called: str, called_at: datetime | None, note: str, at: datetime, rank: int
) -> None:
    if not steps or not set(steps) <= set(Step.values):
        raise DangerRefused(_("Kies wat u hebt gedaan."))
    spoke = set(steps) & set(DangerAnswer.CALLS)
    if spoke and not (called.strip() and called_at):
        raise DangerRefused(_("Schrijf op met wie u sprak, en hoe laat."))
    if called_at is not None and called_at > at:
        raise DangerRefused(_("Dit telefoontje ligt in de toekomst."))
    if rank < ACTIONS.index("contact_team") and not spoke and not note.strip():
        raise DangerRefused(_("Hier hoort een telefoontje bij. Schrijf op waarom u niet hebt gebeld."))


def _words(answer: DangerAnswer) -> str:
    parts = [answer.what]
    if answer.called and answer.called_at:
        parts.append(f"{answer.called}, {timezone.localtime(answer.called_at):%d-%m-%Y %H:%M}")
    if answer.note:
        parts.append(answer.note)
    return ". ".join(parts)
