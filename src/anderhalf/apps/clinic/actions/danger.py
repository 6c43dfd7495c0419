"""A danger gets an owner and a clock the moment a value enters, and an end when somebody wrote down what was done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right, can_access
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.roles import CARE_TEAM
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import NOTE_SEPARATOR, Task
from anderhalf.apps.record.queries import danger_tasks
from anderhalf.apps.referrals.register import reactions_looked_at
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.danger import ACTIONS, NO_CALL
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import in_each_language, label_of
from anderhalf.presentation.wording import says_something, without_local

from ..access import permit, right_to_answer
from ..errors import DangerRefused
from ..models import DangerAnswer
from ..queries.at_home import told_at_home
from ..queries.danger import (
    DANGER,
    IF_RIGHT,
    REPEAT,
    Place,
    answered,
    danger_of,
    is_certain,
    look,
    place_of,
    says_as_much,
    urgent_care,
)
from ..queries.evidence import ABOUT, SeenSign, measured_by
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
    newer value that is no danger; what is typed at home ends nothing, nor does it make a danger milder.
    """
    place = place_of(patient, by.network, at=at)
    if place is None:
        return []
    seen = look(_about(patient, place), place, at=at)[1]
    settled = answered(patient) if seen else frozenset()
    waiting = {task.about: task for task in danger_tasks(patient)}
    at_home = _is_at_home(by)
    raised = [
        _raise(one, place, waiting.get(one.about), by=by, at=at, patient=patient)
        for one in seen
        if one.basis not in settled
        and (
            (earlier := waiting.get(one.about)) is None
            or (earlier.basis != one.basis and not (at_home and not says_as_much([one], earlier)))
        )
    ]
    if not at_home:
        shown = {one.about for one in seen if one.basis not in settled}
        for key, task in waiting.items():
            own = _facts_of(task)
            if key not in shown and {*own, *measured_by(place.pathways, own)} & set(facts):
                note = "Vervallen: een nieuwere waarde is geen gevaar."
                record.cancel_task(by=by, at=at, task_id=task.pk, note=note, allowed=BY_THE_EYE)
    return raised


def _is_at_home(by: Viewer) -> bool:
    """Whether this is the patient, or somebody who cares for the patient there."""
    return by.is_self or by.role in CARE_TEAM


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
    source = without_local(seen.sign.source)

    def title() -> str:
        said = f"{label_of(seen.sign.action_label)}: {label_of(seen.sign.why)}"
        return said if seen.sign.certain else _(IF_RIGHT) % {"danger": said}

    def note() -> str:
        values = values_in_words(seen.values, place.pathways)
        return NOTE_SEPARATOR.join(part for part in (values, seen.sign.rule, source) if part)

    return record.add_task(
        by=by, at=at, patient=patient, kind=DANGER,
        title=in_each_language(title),
        owner_organisation=place.organisation,
        owner=owner,
        due_on=due.date(), due_at=due, about=seen.about, rank=seen.rank,
        role=urgent.role_of(seen.sign.action), basis=seen.basis, rules=[seen.sign.rule], allowed=BY_THE_EYE,
        note=in_each_language(note), days=seen.sign.days,
        told_at_home=told_at_home(seen, place.pathways) if _is_at_home(by) else {},
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
    rights = (Right.WRITE_CLINICAL, Right.DECIDE_CASE)
    treats = next((one for one in rights if can_access(by, one, patient=patient, at=at)), None)
    permit(by, treats or Right.ENTER_MEASUREMENT, at=at, patient=patient)
    place = place_of(patient, by.network, at=at)
    if place is None:
        return []
    seen = look(_about(patient, place), place, at=at, typed=typed, unconfirmed=unconfirmed)[1]
    settled, waiting = answered(patient), {task.about: task for task in danger_tasks(patient)}
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
    permission = permit(by, right_to_answer(by, at=at, patient=patient), at=at, patient=patient)
    about = Patient.objects.get(pk=patient, network=by.network)
    found = danger_of(about, by.network, at=at)
    if not found:
        raise DangerRefused(_("Hier staat geen gevaar meer open."))
    shown = set(bases)
    signs = [one for one in found.signs if one.basis in shown]
    # a task that says no more than what was ticked ends with it; one that says more has a box of its own
    tasks = [
        task
        for task in danger_tasks(patient)
        if {task.basis, str(task.pk)} & shown or says_as_much(signs, task)
    ]
    if not shown:
        raise DangerRefused(_("Kruis aan over welk gevaar dit gaat. Wat u niet aankruist, blijft open."))
    if not signs and not tasks:
        raise DangerRefused(_("Intussen is er een nieuwere waarde. Bekijk wat er nu staat."))
    rank = min([*(one.rank for one in signs), *(task.rank for task in tasks)])
    if Step.ACCEPTED in steps or not set(steps) & set(DangerAnswer.CALLS):
        _check_settles(by, rank, at=at, patient=patient)
    _check(steps, called=called, called_at=called_at, note=note, at=at, rank=rank)
    place = found.place
    pathways = place.pathways
    answer = DangerAnswer.objects.create(
        network_id=by.network, patient=about, bases=sorted({*(one.basis for one in signs), *(t.basis for t in tasks)}),
        signs=[
            *(
                {
                    **one.sign.to_dict(), "basis": one.basis,
                    "values": in_each_language(partial(values_in_words, one.values, pathways)),
                }
                for one in signs
            ),
            *(_kept(task) for task in tasks if not says_as_much(signs, task)),
        ],
        steps=list(steps), called=called.strip()[:120], called_at=called_at, note=note.strip()[:300],
        at=at, by=by.name, by_id=by.user_id,
    )  # fmt: skip
    words = in_each_language(lambda: answer.decided)
    for task in tasks:
        if task.owner_organisation_id in by.organisation_ids:
            record.complete_task(by=by, at=at, task_id=task.pk, note=words["nl"])
        else:
            record.cancel_task(by=by, at=at, task_id=task.pk, note=words["nl"], allowed=permission.rule)
    if Step.REPEAT_LABORATORY in steps:
        due = local(at) + timedelta(hours=REPEAT_HOURS)
        measured = {
            name
            for one in signs
            for name in measured_by(pathways, one.sign.facts)
            if _of_laboratory(name, pathways)
        }
        record.add_task(
            by=by, at=at, patient=patient, kind=REPEAT,
            title=in_each_language(lambda: _("Laboratorium herhaald? Kijk de uitslag na.")),
            owner_organisation=place.organisation, due_on=due.date(), due_at=due, rank=len(ACTIONS),
            about=("repeat:" + "+".join(sorted(measured)))[:60] if measured else "",
            note=words, allowed=permission.rule,
        )  # fmt: skip
    permission.log("C", "danger_answered", answer, steps=sorted(steps))
    return answer


def _kept(task: Task) -> dict[str, Any]:
    """A danger that only its task knows still, as an answer keeps it: the same keys as of a sign, and its values in
    the words of then."""
    return {
        "rule": next(iter(task.rules), ""), "why": in_each_language(lambda: task.title_shown), "facts": _facts_of(task),
        "action": ACTIONS[min(task.rank, NO_CALL)], "certain": is_certain(task), "basis": task.basis,
        "source": task.why_shown.partition(NOTE_SEPARATOR)[2],
        "values": in_each_language(lambda: task.note_shown or task.title_shown),
    }  # fmt: skip


def _of_laboratory(name: str, pathways: Iterable[Pathway]) -> bool:
    return any(name in one.facts and one.facts[name].group == "laboratory" for one in pathways)


def _check_settles(by: Viewer, rank: int, *, at: datetime, patient: UUID) -> None:
    """A danger that asks to call ends without a call, or as "this belongs to this patient", by a prescriber only."""
    calls = rank < NO_CALL
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
    if rank < NO_CALL and not spoke and not says_something(note):
        raise DangerRefused(_("Hier hoort een telefoontje bij. Schrijf op waarom u niet hebt gebeld."))
