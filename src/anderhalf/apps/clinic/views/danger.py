"""The danger of a patient as a page shows it: what is wrong, whom to call now, and what was done about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anderhalf.apps.people.access import Right, can_access
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.queries import opened_patient, patient_for
from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import Task
from anderhalf.apps.record.queries import current_medication
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.danger import ACTIONS, NO_CALL, urgency_of
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.wording import without_local

from .. import actions, queries
from ..access import right_to_answer
from ..errors import ClinicRefused
from ..forms import DangerForm
from ..queries.at_home import ILL, PLAIN, Reported, of_home, still_reported
from ..queries.danger import IF_RIGHT, PatientDanger, urgent_care
from ..queries.evidence import SeenSign
from ..queries.words import value_lines
from ..titration.gather import local


def panel_of_danger(
    viewer: Viewer,
    patient: Patient,
    found: PatientDanger | None,
    *,
    at: datetime,
    form: DangerForm | None = None,
) -> dict[str, Any] | None:
    """What the record shows and nobody acted on (``found``), for who treats; None when there is no open danger."""
    if not found:
        return None
    place = found.place
    return _panel(
        found.signs, place, at=at, tasks=found.tasks, clock=found.clock,
        form=(form or DangerForm(at=at)) if may_answer(viewer, patient.pk, at=at) else None,
        wishes=queries.wishes_of(patient.pk, place, at=at),
    )  # fmt: skip


def unsaved_panel(
    viewer: Viewer,
    patient: Patient,
    form: Any,
    *,
    at: datetime,
) -> dict[str, Any] | None:
    """The danger in what was typed and is not saved yet: said above every error of the form, and kept as a task."""
    typed, unconfirmed = form.for_the_eye()
    return panel_of(viewer, patient, typed, unconfirmed, at=at)


def panel_of(
    viewer: Viewer,
    patient: Patient,
    typed: Mapping[str, FactValue],
    unconfirmed: Mapping[str, Sequence[FactValue]],
    *,
    at: datetime,
) -> dict[str, Any] | None:
    """The danger of the record with these values in it; None when they add none."""
    place = queries.place_of(patient.pk, viewer.network, at=at)
    if place is None:
        return None
    seen = queries.look(patient, place, at=at, typed=typed, unconfirmed=unconfirmed)[1]
    given = {*typed, *unconfirmed}
    signs = [one for one in seen if one.measured & given]
    if not signs:
        return None
    # whoever is called away now finds it again, and so does the role that the agreement names
    actions.warn_of_unsaved(by=viewer, at=at, patient=patient.pk, typed=typed, unconfirmed=unconfirmed)
    return _panel(signs, place, at=at, unsaved=True, wishes=queries.wishes_of(patient.pk, place, at=at))


def may_answer(viewer: Viewer, patient: UUID, *, at: datetime) -> bool:
    """Whether this viewer writes down what was done: the centre in care, else whoever judges the referral."""
    right = right_to_answer(viewer, at=at, patient=patient)
    return can_access(viewer, right, patient=patient, at=at)


def _panel(
    signs: Iterable[SeenSign],
    place: Any,
    *,
    at: datetime,
    tasks: Iterable[Task] = (),
    clock: datetime | None = None,
    form: DangerForm | None = None,
    unsaved: bool = False,
    plainly: bool = False,
    wishes: Sequence[str] = (),
) -> dict[str, Any]:
    urgent = urgent_care(place.organisation.network_id, at=at)
    # certain first: what is so must not stand below what may turn out to be a typing error
    rows = queries.one_by_one(signs, tasks, urgent, at=at)
    signs = [one.sign for one in rows if one.sign is not None]
    tasks = [one.task for one in rows if one.task is not None]
    ranks = [*(one.rank for one in signs), *(task.rank for task in tasks)]
    rank = min(ranks, default=len(ACTIONS) - 1)
    phones = queries.phones_of(place.organisation, at=at)
    action, calls_now = ACTIONS[min(rank, NO_CALL)], rank < NO_CALL
    terms = [urgent.due_at(one.sign.action, local(at), days=one.sign.days) for one in signs]
    # who is ill at home and would stop tablets, asks somebody today
    asked = [
        (due, 1 if plainly and _says_ill(one) else one.sign.days)
        for due, one in zip(terms, signs, strict=True)
    ]
    # from this moment on: that a clock ran out makes what could wait no emergency at night
    asked += [
        (
            task.due_at if task.due_at is not None and task.due_at >= at else phones.opens_at or at,
            1 if plainly and ILL in task.told_at_home.get("nl", ()) else task.days,
        )
        for task in tasks
    ]
    can_wait = not calls_now and all(urgent.can_wait(local(at), due=due, days=days) for due, days in asked)
    certain = any(
        sure and its == rank
        for its, sure in [
            *((one.rank, one.sign.certain) for one in signs),
            *((task.rank, queries.is_certain(task)) for task in tasks),
        ]
    )
    within_a_day = any(one.rank == NO_CALL and one.sign.days == 1 for one in signs) or any(
        task.rank == NO_CALL and task.days == 1 for task in tasks
    )
    return {
        "rows": [
            {"task": one.task}
            if one.sign is None
            else {"sign": _sign(one.sign, place.pathways, plainly=plainly)}
            for one in rows
        ],
        "lines": list(
            dict.fromkeys(
                line
                for one in signs
                for line in value_lines(
                    [(name, value) for name, value in one.values if name in PLAIN],
                    place.pathways,
                    plainly=True,
                )
            )
        )
        if plainly
        else [],
        "facts": frozenset(name for one in signs for name in one.measured),
        "tasks": tasks,
        # one danger needs no choice; of several, what nobody ticks stays open
        "chosen": form.chosen
        if form is not None and form.is_bound
        else [one.basis for one in (*signs, *tasks)][:1]
        if len(signs) + len(tasks) == 1
        else [],
        "action": action,
        "heading": _heading(action, certain=certain, within_a_day=within_a_day, open_now=phones.open_now),
        # at home somebody of the out-of-hours post is the only one who can be asked when it can't wait
        "calls_now": calls_now or (plainly and not can_wait),
        "can_wait": can_wait,
        "certain": certain,
        # the clock that runs already, as Today says it; of what is not saved yet the one that would begin now
        "due_at": clock or min(terms, default=None),
        "phones": phones,
        "next_contact_on": place.episode.next_contact_on if place.episode is not None else None,
        "form": form,
        "unsaved": unsaved,
        "wishes": "; ".join(wishes),
    }


def _heading(action: str, *, certain: bool, within_a_day: bool, open_now: bool) -> str:
    """What to do and how soon, true at this hour."""
    if action == "call_112":
        said = _("Bel nu 112 of de SEH")
    elif action == "call_cardiologist":
        said = _("Bel nu de dienstdoende cardioloog")
    elif within_a_day:
        said = _("Overleg vandaag, uiterlijk morgen")
    elif open_now:
        said = _("Handel vandaag")
    else:
        said = _("Handel op de eerstvolgende werkdag")
    return said if certain else _(IF_RIGHT) % {"danger": said[:1].lower() + said[1:]}


def _sign(seen: SeenSign, pathways: Iterable[Any], *, plainly: bool = False) -> dict[str, Any]:
    sign = seen.sign
    return {
        "action": sign.action,
        "action_label": queries.label_of(sign.action_label),
        "why": queries.label_of(sign.why),
        "values": queries.values_in_words(seen.values, pathways, plainly=plainly),
        "source": without_local(sign.source),
        "rule": sign.rule,
        "local": sign.local,
        "certain": sign.certain,
        "measured": seen.measured,
        "basis": seen.basis,
    }


# ---- for who measures at home ----


def hidden_from(viewer: Viewer, pathways: Iterable[Pathway]) -> frozenset[str]:
    """The answers of the patient that an informal carer does not see, though the carer measures along."""
    if viewer.role != Role.CARER:
        return frozenset()
    return frozenset(name for one in pathways for name, entry in one.dictionary.entries.items() if entry.own)


def home_panel(viewer: Viewer, patient: Patient, *, at: datetime, form: Any = None) -> dict[str, Any] | None:
    """What somebody at home does now, in plain words: about what was typed (``form``), else what was measured today;
    with what was typed before and nobody dealt with.

    Results of the laboratory are not told here: the centre sees those and calls.
    """
    if form is not None:
        place = queries.place_of(patient.pk, viewer.network, at=at)
        if place is None:
            return None
        typed, unconfirmed = form.for_the_eye()
        seen = queries.look(patient, place, at=at, typed=typed, unconfirmed=unconfirmed)[1]
        signs = [one for one in seen if one.measured & {*typed, *unconfirmed}]
    else:
        found = queries.danger_of(patient, viewer.network, at=at)
        if found is None:
            return None
        place = found.place
        signs = [one for one in found.signs if _of_today(one, at=at)]
    hidden = hidden_from(viewer, place.pathways)
    signs = [one for one in signs if of_home(one, place.pathways) and (form or not one.measured & hidden)]
    if form is not None and not signs:
        return None  # what was typed adds nothing; the page has the panel of what is kept
    earlier = still_reported(patient.pk, hidden=hidden, said=signs)
    if not signs and not earlier:
        return None
    panel = _panel(
        signs, place, at=at, tasks=[one.task for one in earlier], unsaved=form is not None, plainly=True
    )
    first = min((urgency_of(one.rank, one.sign.days) for one in signs), default=(len(ACTIONS), 0))
    return {
        **panel,
        "facts": panel["facts"].union(*(one.facts for one in earlier)),
        "reported": [_reported(one, viewer) for one in earlier],
        # what is asked for rests on what was typed before: somebody may have called already
        "told_before": any(urgency_of(one.task.rank, one.task.days) < first for one in earlier),
        **_headline(panel, signs, place, at=at),
        "not_taken": _not_taken(patient, place, signs, at=at),
        "more_than_ill": any(not _says_ill(one) for one in signs)
        or any(ILL not in one.facts for one in earlier),
    }


def _headline(
    panel: dict[str, Any], signs: Iterable[SeenSign], place: Any, *, at: datetime
) -> dict[str, Any]:
    """What is so and was said now gives the headline when it asks to call too; what is in doubt, or was said before,
    stands after it: nobody has spoken yet about what was entered a moment ago."""
    sure = [one for one in signs if one.sign.certain]
    if not sure:
        return {}
    alone = _panel(sure, place, at=at, plainly=True)
    said = {"certain": True, "told_before": False}
    if panel["action"] != "call_112":
        return said if alone["calls_now"] == panel["calls_now"] else {}
    if panel["certain"] or not alone["calls_now"]:
        return {}
    return {**said, "action": alone["action"], "calls_now": True, "perhaps_112": True}


def _reported(one: Reported, viewer: Viewer) -> dict[str, Any]:
    """What was typed at home before, when, and by the reader or by somebody else."""
    task = one.task
    return {
        "at": task.created_at,
        "own": task.created_by == viewer.name,
        "certain": queries.is_certain(task),
        "lines": one.lines,
    }


def _says_ill(seen: SeenSign) -> bool:
    return any(name == ILL and value.value is True for name, value in seen.values)


def _not_taken(patient: Patient, place: Any, signs: Iterable[SeenSign], *, at: datetime) -> list[str]:
    """What somebody who says to be ill and losing fluid does not take now, of what they use."""
    if not any(_says_ill(one) for one in signs):
        return []
    current = current_medication(patient.pk, at=at)
    return list(
        dict.fromkeys(name for one in place.pathways for name in queries.not_taken_when_ill(one, current))
    )


def own_danger(viewer: Viewer, *, at: datetime) -> dict[str, Any] | None:
    """The same for the own overview of a patient or the carer who looks along."""
    patient_id = viewer.patient_ids[0]
    if not can_access(viewer, Right.ENTER_MEASUREMENT, patient=patient_id, at=at):
        return None
    return home_panel(viewer, opened_patient(viewer, patient_id, Right.ENTER_MEASUREMENT, at), at=at)


def own_phones(viewer: Viewer, *, at: datetime) -> dict[str, Any] | None:
    """The numbers that stand on every page of a patient or carer, also when nothing is wrong."""
    if not viewer.patient_ids or not can_access(viewer, Right.IDENTITY, patient=viewer.patient_ids[0], at=at):
        return None
    patient = opened_patient(viewer, viewer.patient_ids[0], Right.IDENTITY, at)
    organisation = queries.cared_for_by(patient, at=at)
    if organisation is None:
        urgent = urgent_care(viewer.network, at=at)
        opened = urgent.next_opening(local(at)) is None or urgent.is_open(local(at))
        return {
            "gp": patient.practice.phone, "open_now": opened,
            "out_of_hours": urgent.out_of_hours_phone,
        }  # fmt: skip
    phones = queries.phones_of(organisation, at=at)
    return {
        "name": organisation.name,
        "centre": phones.centre,
        "open_now": phones.open_now,
        "out_of_hours": phones.out_of_hours,
        "gp": patient.practice.phone,
    }


def _of_today(seen: SeenSign, *, at: datetime) -> bool:
    return any(value.on == timezone.localdate(at) for _name, value in seen.values)


# ---- the page ----


@require_http_methods(["GET", "POST"])
def danger(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The open danger of one patient, and what was done about it; also for who was referred and is not in care yet."""
    from .common import frame

    viewer, at = request.viewer, request.now
    patient = patient_for(viewer, patient_id, Right.VIEW_CLINICAL, at, event="clinic:danger_viewed")
    form = DangerForm(request.POST or None, at=at)
    form.chosen = request.POST.getlist("basis")
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_danger(
                by=viewer, at=at, patient=patient_id, bases=request.POST.getlist("basis"), **form.arguments()
            )
        except ClinicRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Vastgelegd wat u hebt gedaan."))
            return redirect("clinic:danger", patient_id)
    episode = queries.open_episode_of(viewer, patient_id, at=at)
    found = queries.danger_of(patient, viewer.network, at=at)
    context = {
        **frame(request, patient, episode, "chart", look=lambda: None),  # the panel below has its form
        "danger": panel_of_danger(viewer, patient, found, at=at, form=form),
        "answers": queries.answers_of(patient_id),
        "answered_dangers": queries.still_holding(patient_id, found),
        "may_undo": may_answer(viewer, patient_id, at=at),
    }
    return render(request, "clinic/danger.html", context, status=422 if form.errors else 200)


@require_POST
def undo(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """Take back what was written down about a danger."""
    try:
        done = actions.undo_answer(by=request.viewer, at=request.now, answer=answer_id)
    except ClinicRefused as refused:
        messages.error(request, str(refused))
        return redirect("home")
    messages.success(request, _("Ongedaan gemaakt. Het gevaar staat weer open."))
    return redirect("clinic:danger", done.answer.patient_id)
