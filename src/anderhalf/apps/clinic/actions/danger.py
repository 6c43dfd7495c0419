"""A danger gets an owner and a clock the moment a value enters, and an end when somebody wrote down what was done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right, can_access
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.roles import CARE_TEAM
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Task
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import in_each_language, label_of, moment_label
from anderhalf.presentation.wording import says_something

from ..access import permit
from ..errors import DangerRefused
from ..models import DangerAnswer
from ..queries.contraindications import reactions_looked_at
from ..queries.danger import (
    ABOUT,
    DANGER,
    IF_RIGHT,
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
    seen = look(_about(patient, place), place, at=at)[1]
    settled = answered(patient) if seen else frozenset()
    waiting = {task.about: task for task in open_tasks(patient)}
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
                note = "Vervallen: een nieuwere waarde is geen gevaar."
                record.cancel_task(by=by, at=at, task_id=task.pk, note=note, allowed=BY_THE_EYE)
    return raised


def watch_the_register(*, by: Viewer, at: datetime, patient: UUID) -> list[Task]:
    """Look for danger after the register of allergies and intolerances changed: what it forbids may be in use."""
    return watch_for_danger(by=by, at=at, patient=patient, facts=reactions_looked_at(by.network, at=at))


def _about(patient: UUID, place: Place) -> Patient:
    """Who it is: known where care began, for the place was read with it."""
    if place.episode is not None:
        return place.episode.patient
    return Patient.objects.only("pk", "sex", "birth_date").get(pk=patient)


def _facts_of(task: Task) -> list[str]:
    return task.about.removeprefix(ABOUT).split("+")


def _raise(
    seen: SeenSign, place: Place, earlier: Task | None, *, by: Viewer, at: datetime, patient: UUID,
    owner: UUID | None = None,
) -> Task:  # fmt: skip
    """The task of a danger, for the role that the agreement names and ``owner``, else for who treats the patient."""
    owner = owner or place.practitioner
    urgent = urgent_care(by.network, at=at)
    due = urgent.due_at(seen.sign.action, local(at), days=seen.sign.days)
    if earlier is not None:
        due = min(due, earlier.due_at or due)
        note = "Vervangen: er is een nieuwere waarde."
        record.cancel_task(by=by, at=at, task_id=earlier.pk, note=note, allowed=BY_THE_EYE)
    source = "; ".join(part.strip() for part in seen.sign.source.split(";") if part.strip() != "local")

    def title() -> str:
        said = f"{label_of(seen.sign.action_label)}: {label_of(seen.sign.why)}"
        return said if seen.sign.certain else _(IF_RIGHT) % {"danger": said}

    def note() -> str:
        values = values_in_words(seen.values, place.pathways)
        return " · ".join(part for part in (values, seen.sign.rule, source) if part)

    return record.add_task(
        by=by, at=at, patient=patient, kind=DANGER,
        title=in_each_language(title),
        owner_organisation=place.organisation,
        owner=owner,
        due_on=due.date(), due_at=due, about=seen.about, rank=seen.rank,
        role=urgent.role_of(seen.sign.action), basis=seen.basis, rules=[seen.sign.rule], allowed=BY_THE_EYE,
        note=in_each_language(note),
    )  # fmt: skip


def warn_of_unsaved(
    *, by: Viewer, at: datetime, patient: UUID, typed: Mapping[str, FactValue],
    unconfirmed: Mapping[str, Sequence[FactValue]],
) -> list[Task]:  # fmt: skip
    """A danger that was typed in a form that could not be saved yet leaves a task with a clock all the same.

    Typed at home it is for the centre; typed by a professional, who is asked "is this right?" and may be called away,
    it is for that professional and the role that the agreement names. It ends as every danger does: when the value
    was confirmed or corrected, or when somebody wrote down what was done.
    """
    treats = can_access(by, Right.WRITE_CLINICAL, patient=patient, at=at)
    permit(by, Right.WRITE_CLINICAL if treats else Right.ENTER_MEASUREMENT, at=at, patient=patient)
    place = place_of(patient, by.network, at=at)
    if place is None:
        return []
    seen = look(_about(patient, place), place, at=at, typed=typed, unconfirmed=unconfirmed)[1]
    settled, waiting = answered(patient), {task.about: task for task in open_tasks(patient)}
    given = {*typed, *unconfirmed}
    return [
        _raise(
            one, place, earlier, by=by, at=at, patient=patient, owner=by.professional_id if treats else None
        )
        for one in seen
        if one.measured & given
        and one.basis not in settled
        and (
            (earlier := waiting.get(one.about)) is None
            or (one.rank <= earlier.rank and one.basis != earlier.basis)
        )
    ]


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
    same = {one.about for one in signs}
    tasks = [task for task in open_tasks(patient) if {task.basis, str(task.pk)} & shown or task.about in same]
    if not shown:
        raise DangerRefused(_("Kruis aan over welk gevaar dit gaat. Wat u niet aankruist, blijft open."))
    if not signs and not tasks:
        raise DangerRefused(_("Intussen is er een nieuwere waarde. Bekijk wat er nu staat."))
    if Step.ACCEPTED in steps or not set(steps) & set(DangerAnswer.CALLS):
        rank = min([*(one.rank for one in signs), *(task.rank for task in tasks)])
        _check_settles(by, rank, at=at, patient=patient)
    _check(steps, called=called, called_at=called_at, note=note, at=at,
           rank=min([*(one.rank for one in signs), *(task.rank for task in tasks)]))  # fmt: skip
    place = found.place
    pathways = place.pathways
    answer = DangerAnswer.objects.create(
        network_id=by.network, patient=about, bases=sorted({*(one.basis for one in signs), *(t.basis for t in tasks)}),
        signs=[
            {
                **one.sign.to_dict(),
                "values": in_each_language(partial(values_in_words, one.values, pathways)),
            }
            for one in signs
        ],
        steps=list(steps), called=called.strip()[:120], called_at=called_at, note=note.strip()[:300],
        at=at, by=by.name, by_id=by.user_id,
    )  # fmt: skip
    words = in_each_language(lambda: _words(answer))
    for task in tasks:
        if task.owner_organisation_id in by.organisation_ids:
            record.complete_task(by=by, at=at, task_id=task.pk, note=words["nl"])
        else:
            record.cancel_task(by=by, at=at, task_id=task.pk, note=words["nl"], allowed=permission.rule)
    if Step.REPEAT_LABORATORY in steps:
        due = local(at) + timedelta(hours=REPEAT_HOURS)
        measured = {name for one in signs for name in one.measured if _of_laboratory(name, pathways)}
        record.add_task(
            by=by, at=at, patient=patient, kind=REPEAT,
            title=in_each_language(lambda: _("Laboratorium herhaald? Kijk de uitslag na.")),
            owner_organisation=place.organisation, due_on=due.date(), due_at=due, rank=len(ACTIONS),
            about=("repeat:" + "+".join(sorted(measured)))[:60] if measured else "",
            note=words, allowed=permission.rule,
        )  # fmt: skip
    permission.log("C", "danger_answered", answer, steps=sorted(steps))
    return answer


def _of_laboratory(name: str, pathways: Iterable[Pathway]) -> bool:
    return any(name in one.facts and one.facts[name].group == "laboratory" for one in pathways)


def _check_settles(by: Viewer, rank: int, *, at: datetime, patient: UUID) -> None:
    """A danger that asks to call ends without a call, or as "this belongs to this patient", by a prescriber only."""
    calls = rank < ACTIONS.index("contact_team")
    if calls and not can_access(by, Right.LIFT_PROTECTION, patient=patient, at=at):
        raise DangerRefused(
            _(
                "Zonder telefoontje, of als bekend bij deze patiënt, sluit alleen wie mag voorschrijven dit: "
                "verpleegkundig specialist, physician assistant of arts. Bel, of leg het aan een van hen voor. "
                "Klopt de waarde niet? Verbeter dan de waarde."
            )
        )


def _check(
    steps: Sequence[str], *, called: str, called_at: datetime | None, note: str, at: datetime, rank: int
) -> None:
    if not steps or not set(steps) <= set(Step.values):
        raise DangerRefused(_("Kies wat u hebt gedaan."))
    spoke = set(steps) & set(DangerAnswer.CALLS)
    if spoke and not (says_something(called) and called_at):
        raise DangerRefused(_("Schrijf op met wie u sprak, en hoe laat."))
    if called_at is not None and called_at > at:
        raise DangerRefused(_("Dit telefoontje ligt in de toekomst."))
    if Step.ACCEPTED in steps and not says_something(note):
        raise DangerRefused(_("Schrijf op wat er is besproken, en waarom dit bij deze patiënt hoort."))
    if rank < ACTIONS.index("contact_team") and not spoke and not says_something(note):
        raise DangerRefused(_("Hier hoort een telefoontje bij. Schrijf op waarom u niet hebt gebeld."))


def _words(answer: DangerAnswer) -> str:
    parts = [answer.what]
    if answer.called and answer.called_at:
        parts.append(f"{answer.called}, {moment_label(answer.called_at)}")
    if answer.note:
        parts.append(answer.note)
    return ". ".join(parts)
