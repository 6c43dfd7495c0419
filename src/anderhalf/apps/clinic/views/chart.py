"""The patient's chart: the picture, contacts, measurements, medication, plan, documents."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anderhalf.apps.people.access import Right, can_access, check_access
from anderhalf.apps.people.queries import patient_for
from anderhalf.apps.record.queries import (
    current_medication,
    decisions_of,
    document_for,
    documents_of,
    medication_history,
    observations_of,
    tasks_about,
)
from anderhalf.apps.referrals import queries as referrals
from anderhalf.core.pathway.model import Pathway

from .. import actions, queries
from ..errors import ClinicRefused, StaleVersion
from ..forms import PlanForm, TaskForm
from ..models import Episode
from ..queries.chart import Latest
from ..uploads import ENDINGS
from .beside import panels
from .cards import stable_card
from .common import frame
from .danger import unsaved_panel
from .written import ask_in

PERIODS = (3, 6, 12, 24)
HOME_STRIP = ("weight", "systolic_bp", "diastolic_bp", "heart_rate")
LIMITS = (
    "expectations_discussed",
    "hospital_undesirable",
    "palliative_phase",
    "icd_present",
    "device_assessed",
)
"""What was said about limits of treatment and about a defibrillator; what nobody asked stands there as such."""
MANY = 400
"""Measurements on one page; older ones are in the record, not on the screen."""


def _opened(
    request: HttpRequest, patient_id: UUID, current: str, right: Right = Right.VIEW_CLINICAL
) -> dict[str, Any]:
    """The frame around a patient whom the viewer may open with ``right``; leaves the audit line."""
    patient = patient_for(request.viewer, patient_id, right, request.now, event=f"clinic:{current}_viewed")
    episode = queries.shown_episode_of(request.viewer, patient_id, at=request.now)
    return frame(request, patient, episode, current)


def _pathway(request: HttpRequest, episode: Episode | None) -> Pathway | None:
    return queries.pathway_of(episode, on=timezone.localdate(request.now)) if episode else None


def _months(request: HttpRequest) -> int:
    asked = request.GET.get("maanden", "")
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) in PERIODS else 6


def _limits(patient_id: UUID, pathway: Pathway, today: date) -> list[tuple[str, Latest | None]]:
    """Label and answer; None for what is not known."""
    latest = queries.latest_values(patient_id, pathway, on=today, names=LIMITS)
    known = {one.name: one for one in latest}
    return [
        (queries.label_of(pathway.facts[name].label), known.get(name))
        for name in LIMITS
        if name in pathway.facts
    ]


@require_GET
def chart(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Everything at a glance, for who may see the clinical record; others go to the plan."""
    viewer, at = request.viewer, request.now
    if not can_access(viewer, Right.VIEW_CLINICAL, patient=patient_id, at=at):
        return redirect("clinic:plan", patient_id)
    context = _opened(request, patient_id, "chart")
    episode, today = context["episode"], context["today"]
    pathway = _pathway(request, episode)
    if episode is None or pathway is None:
        return render(request, "clinic/chart_empty.html", context)
    months = _months(request)
    context |= {
        "latest": queries.latest_values(patient_id, pathway, on=today),
        "timeline": queries.timeline(patient_id, pathway, at=at, months=months),
        "months": months,
        "periods": PERIODS,
        "limits": _limits(patient_id, pathway, today),
        "advice": stable_card(queries.stable_advice(viewer, episode, at=at), pathway),
        "kept": decisions_of(patient_id).filter(table="stable").first(),
        "proposals": queries.proposals(viewer, episode, at=at) if episode.ended_at is None else None,
        "beside": panels(queries.beside(viewer, episode, at=at), on=today)
        if episode.ended_at is None
        else [],
        "changes": queries.changes_in_words(
            queries.changed_since(viewer, patient_id, at=at), queries.widest(episode, pathway, on=today)
        ),
        "discussed": queries.discussed(viewer, patient_id, at=at),
        "planned": queries.planned_of(viewer, episode, at=at),
        "tasks": list(tasks_about(patient_id).filter(status="open").exclude(kind=queries.DANGER)[:8]),
        "outcomes": queries.outcomes_of(viewer, episode, at=at),
        "encounters": queries.encounters_of(viewer, patient_id, at=at, limit=3),
    }
    return render(request, "clinic/chart.html", context)


@require_GET
def encounters(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """All contacts, newest first."""
    context = _opened(request, patient_id, "encounters")
    context["encounters"] = queries.encounters_of(request.viewer, patient_id, at=request.now)
    return render(request, "clinic/encounters.html", context)


@require_GET
def measurements(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Every measurement per fact, corrected ones struck through, with small charts on one time axis."""
    context = _opened(request, patient_id, "measurements")
    pathway, today = _pathway(request, context["episode"]), context["today"]
    rows = list(observations_of(viewer=request.viewer, patient=patient_id, at=request.now)[:MANY])
    if pathway is None:
        return render(request, "clinic/chart_empty.html", context)
    months = _months(request)
    start = today - timedelta(days=round(months * 30.44))
    context |= {
        "measured": queries.measured(rows, pathway, start=start, today=today),
        "months": months,
        "periods": PERIODS,
    }
    return render(request, "clinic/measurements.html", context)


@require_GET
def medication(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What is used now, what was stopped, and every agreement with its reason."""
    context = _opened(request, patient_id, "medication")
    pathway = _pathway(request, context["episode"])
    context |= queries.medication_overview(
        current_medication(patient_id, at=request.now),
        medication_history(patient_id),
        pathway,
        at=request.now,
    )
    context["brought"] = queries.brought_by_referral(context["episode"], at=request.now)
    return render(request, "clinic/medication.html", context)


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The shared plan: for the patient in plain language, for the practice and care team, and for the centre."""
    context = _opened(request, patient_id, "plan", Right.VIEW_PLAN)
    episode = context["episode"]
    if request.method == "POST":
        check_access(request.viewer, Right.WRITE_CLINICAL, patient=patient_id, at=request.now)
    form = _plan_form(request, context, request.POST or None)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            actions.write_plan(
                by=request.viewer, at=request.now, episode=episode.pk, plan=form.cleaned_data["plan"],
                version=form.cleaned_data["version"], observations=form.new_observations(),
                not_now=form.written.not_now_keys,
            )  # fmt: skip
        except StaleVersion as stale:
            form = _plan_form(request, context, {**request.POST.dict(), "version": stale.present.version})
            form.add_error("plan", str(stale))
            context["present_plan"] = stale.present.plan
        except ClinicRefused as refused:
            form.add_error("plan", str(refused))
        else:
            messages.success(request, _("Het plan is bewaard."))
            return redirect("clinic:plan", patient_id)
    return render(
        request,
        "clinic/plan.html",
        context | _plan_context(request, context, form),
        status=422 if form is not None and form.errors else 200,
    )


def _plan_form(request: HttpRequest, context: dict[str, Any], data: Any) -> PlanForm | None:
    """The plan to read or change, with what its new words say of a danger asked beside it."""
    episode = context["episode"]
    if episode is None:
        return None
    form = PlanForm(
        data, initial={"plan": episode.plan, "version": episode.version},
        pathway=queries.described_by(episode, at=request.now), at=request.now,
    )  # fmt: skip
    if form.is_bound:
        form.full_clean()
        ask_in(form, request.viewer, context["patient"], at=request.now, before=(episode.plan,))
        context["danger"] = unsaved_panel(
            request.viewer, context["patient"], form, at=request.now
        ) or context.get("danger")
    return form


def _plan_context(request: HttpRequest, context: dict[str, Any], form: PlanForm | None) -> dict[str, Any]:
    viewer, at, patient_id, episode = request.viewer, request.now, context["patient"].pk, context["episode"]
    pathway = _pathway(request, episode)
    if episode is None or pathway is None:
        return {"form": form}
    current = current_medication(patient_id, at=at)
    return {
        "form": form,
        "dangers": [] if viewer.is_self else queries.open_dangers(viewer, at=at, patient=patient_id),
        "phones": queries.phones_of(episode.centre, at=at),
        "now": at,
        "topics": queries.topics_of(viewer, patient_id, pathway, at=at),
        "latest": queries.latest_values(
            patient_id, pathway, on=context["today"], names=HOME_STRIP, plainly=viewer.is_self
        ),
        "drugs": queries.drug_lines(current, pathway),
        "planned": queries.planned_of(viewer, episode, at=at),
        "outcome": next(iter(queries.outcomes_of(viewer, episode, at=at)), None),
        # beside an open danger the page names no tablets to leave: the patient asks first
        "alarms": queries.alarm_texts(
            pathway, [] if context.get("home_danger") else current, ended=episode.ended_at is not None
        ),
        "refer_again": pathway.follow_up.refer_again,
        "clinical": can_access(viewer, Right.VIEW_CLINICAL, patient=patient_id, at=at),
    }


@require_GET
def documents(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Files about the patient."""
    context = _opened(request, patient_id, "documents")
    context["documents"] = documents_of(viewer=request.viewer, patient=patient_id, at=request.now)
    return render(request, "clinic/documents.html", context)


@require_GET
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The file itself, of the type that was found in its bytes; shown in the browser, never run by it."""
    found = document_for(viewer=request.viewer, document=document_id, at=request.now)
    ending = ENDINGS.get(found.content_type)
    name = f"{found.kind}-{found.made_on.isoformat()}.{ending or 'bin'}"
    known = found.content_type if ending else "application/octet-stream"
    response = HttpResponse(bytes(found.content), content_type=known)
    response["Content-Disposition"] = content_disposition_header(as_attachment=not ending, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@require_POST
def stable(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Ask the table now and keep its answer."""
    episode = queries.episode(request.viewer, episode_id, at=request.now)
    actions.assess_stable(by=request.viewer, at=request.now, episode=episode.pk)
    messages.success(request, _("De beoordeling is vastgelegd."))
    return redirect("clinic:chart", episode.patient_id)


@require_POST
def task_done(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Mark a task as done; a danger ends by writing down what was done, a laboratory task by what came of it."""
    if (danger := queries.danger_task(request.viewer, task_id)) is not None:
        messages.warning(request, _("Leg bij gevaar vast wat u hebt gedaan."))
        return redirect("clinic:danger", danger.patient_id)
    if referrals.emergency(request.viewer, task_id, at=request.now) is not None:
        messages.warning(request, _("Leg bij gevaar vast wat u hebt gedaan."))
        return redirect("referrals:emergency", task_id)
    form = TaskForm(request.POST if "submission" in request.POST else None)
    waiting = queries.laboratory_task(request.viewer, task_id)
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if waiting is not None and not given:
        return _what_happened(request, waiting, form)
    try:
        task = actions.finish_task(by=request.viewer, at=request.now, task=task_id, **given)
    except ClinicRefused as refused:
        form.add_error(None, str(refused))
        return _what_happened(request, waiting, form)
    messages.success(request, _("Taak afgevinkt."))
    if request.POST.get("from") == "today":
        return redirect("clinic:today")
    return redirect("clinic:chart", task.patient_id)


def _what_happened(request: HttpRequest, task: Any, form: TaskForm) -> HttpResponse:
    """What came of a task of the laboratory: the result, or why there is none. It stays open until that is said."""
    context = _opened(request, task.patient_id, "chart") | {
        "task": task,
        "form": form,
        "awaited": [
            queries.label_of(fact.label) for fact in actions.awaited(task, by=request.viewer, at=request.now)
        ],
        "came_from": request.POST.get("from", ""),
    }
    return render(request, "clinic/task_result.html", context, status=422 if form.errors else 200)
