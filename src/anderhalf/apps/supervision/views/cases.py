"""One case on one screen, its decision, and putting a case on or off the agenda."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.clinic.errors import WrittenDanger
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.clinic.views.cards import stable_card
from anderhalf.apps.clinic.views.common import frame
from anderhalf.apps.clinic.views.danger import unsaved_panel
from anderhalf.apps.clinic.views.written import ask_in
from anderhalf.apps.network import queries as network
from anderhalf.apps.people import actions as people
from anderhalf.apps.people.access import Right, can_access, check_access
from anderhalf.apps.people.queries import draft_of
from anderhalf.apps.referrals.agreed import after_working_days

from .. import actions, queries
from ..errors import AlreadyOnAgenda, CaseChanged, SupervisionRefused
from ..forms import CaseForm, DecisionForm, DropForm, PatientForm
from ..models import CaseDiscussion, SupervisionMeeting

DRAFT = "supervision_decision"
PERIODS = (3, 6, 12, 24)


@require_GET
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Everything that the meeting needs about one patient."""
    found = queries.case_for(request.viewer, case_id, at=request.now)
    return _case_page(request, found)


def _case_page(
    request: HttpRequest,
    found: CaseDiscussion,
    *,
    form: DecisionForm | None = None,
    drop: DropForm | None = None,
    changed: CaseDiscussion | None = None,
) -> HttpResponse:
    viewer, at = request.viewer, request.now
    months = _months(request)
    material = queries.material_of(viewer, found, at=at, months=months)
    waits = found.status == CaseDiscussion.Status.WAITING and found.episode.ended_at is None
    context = {
        **frame(request, found.patient, found.episode, ""),
        **material,
        "case": found,
        "reason": queries.reason_of(found),
        "place": queries.neighbours(viewer, found, at=at),
        "advice": stable_card(material["decision_of_table"], material["pathway"]),
        "may_decide": waits and can_access(viewer, Right.DECIDE_CASE, patient=found.patient_id, at=at),
        "may_drop": waits and can_access(viewer, Right.WRITE_CLINICAL, patient=found.patient_id, at=at),
        "form": form or _decision_form(request, found),
        "drop": drop or DropForm(**_about(request, found.episode)),
        "changed": changed,
        "draft": DRAFT,
        "months": months,
        "periods": PERIODS,
    }
    for asked in (one for one in (form, drop) if one is not None):
        context["danger"] = unsaved_panel(viewer, found.patient, asked, at=at) or context["danger"]
    refused = bool(changed) or bool(form and form.errors) or bool(drop and drop.errors)
    return render(request, "supervision/case.html", context, status=422 if refused else 200)


def _about(request: HttpRequest, episode: Episode) -> dict[str, Any]:
    return {"pathway": clinic.described_by(episode, at=request.now), "at": request.now}


def _read(request: HttpRequest, kind: type[PatientForm], episode: Episode, data: Any) -> Any:
    """A form that was posted, with the questions about its words."""
    form = kind(data, **_about(request, episode))
    form.full_clean()
    ask_in(form, request.viewer, episode.patient, at=request.now)
    return form


def _months(request: HttpRequest) -> int:
    asked = request.GET.get("maanden", "")
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) in PERIODS else 6


def _decision_form(request: HttpRequest, found: CaseDiscussion) -> DecisionForm:
    kept = draft_of(request.viewer, DRAFT, str(found.pk)) or {}
    initial: dict[str, Any] = {
        name: values[-1] for name, values in kept.items() if values and name != "version"
    }
    initial.setdefault("task_due_on", _task_term(found, request))
    return DecisionForm(initial=initial | {"version": found.version}, **_about(request, found.episode))


def _task_term(found: CaseDiscussion, request: HttpRequest) -> date | None:
    """By when the agreement wants a decision of the meeting carried out."""
    agreement = network.agreement_on(found.network_id, on=timezone.localdate(request.now))
    term = agreement.answer_times.get("supervision_decision")
    return timezone.localdate(after_working_days(request.now, term.working_days)) if term else None


@require_POST
def decide(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Keep the specialist's decision, then on to the next case of the agenda."""
    viewer, at = request.viewer, request.now
    found = queries.case_for(viewer, case_id, at=at)
    check_access(viewer, Right.DECIDE_CASE, patient=found.patient_id, at=at)
    place = queries.neighbours(viewer, found, at=at)
    form = _read(request, DecisionForm, found.episode, request.POST)
    if not form.is_valid():
        return _case_page(request, found, form=form)
    meeting = _meeting_of_today(request, found)
    try:
        actions.decide_case(
            by=viewer,
            at=at,
            case=case_id,
            decision=form.cleaned_data["decision"],
            version=form.cleaned_data["version"],
            meeting=meeting.pk if meeting else None,
            task=form.cleaned_data["task"],
            task_due_on=form.cleaned_data["task_due_on"] if form.cleaned_data["task"] else None,
            observations=form.new_observations(),
            not_now=form.written.not_now_keys,
        )
    except CaseChanged as stale:
        given = {**request.POST.dict(), "version": stale.present.version}
        form = _read(request, DecisionForm, found.episode, given)
        return _case_page(request, queries.case_for(viewer, case_id, at=at), form=form, changed=stale.present)
    except (SupervisionRefused, WrittenDanger) as refused:
        form.add_error(None, str(refused))
        return _case_page(request, found, form=form)
    people.discard_draft(by=viewer, form=DRAFT, about=str(case_id))
    messages.success(request, _("Het besluit is vastgelegd."))
    following = place["next"] or place["previous"]
    if following is not None:
        return redirect("supervision:case", following.pk)
    return redirect("supervision:meeting", meeting.pk) if meeting else redirect("supervision:meetings")


def _meeting_of_today(request: HttpRequest, found: CaseDiscussion) -> SupervisionMeeting | None:
    """The meeting that is being held now; a decision on another day stands by itself."""
    coming = queries.next_meeting(request.viewer, found.centre_id, at=request.now)
    today = timezone.localdate(request.now)
    return coming if coming is not None and timezone.localdate(coming.starts_at) <= today else None


@require_POST
def drop(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take a case off the agenda, with the reason."""
    found = queries.case_for(request.viewer, case_id, at=request.now)
    form = _read(request, DropForm, found.episode, request.POST)
    if not form.is_valid():
        return _case_page(request, found, drop=form)
    try:
        actions.drop_case(
            by=request.viewer, at=request.now, case=case_id, because=form.cleaned_data["because"],
            observations=form.new_observations(), not_now=form.written.not_now_keys,
        )  # fmt: skip
    except CaseChanged as stale:
        return _case_page(request, found, changed=stale.present)
    except (SupervisionRefused, WrittenDanger) as refused:
        form.add_error("because", str(refused))
        return _case_page(request, found, drop=form)
    messages.success(request, _("De casus is van de agenda gehaald."))
    return redirect("supervision:meetings")


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Put a patient on the agenda, from the chart."""
    viewer, at = request.viewer, request.now
    episode = clinic.episode(viewer, episode_id, at=at)
    check_access(viewer, Right.WRITE_CLINICAL, patient=episode.patient_id, at=at)
    posted = request.method == "POST"
    form = _read(request, CaseForm, episode, request.POST) if posted else CaseForm(**_about(request, episode))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_case(
                by=viewer,
                at=at,
                episode=episode.pk,
                question=form.cleaned_data["question"],
                urgent=form.cleaned_data["urgent"],
                observations=form.new_observations(),
                not_now=form.written.not_now_keys,
            )
        except AlreadyOnAgenda as known:
            messages.info(request, str(known))
            return redirect("supervision:case", known.case.pk)
        except (SupervisionRefused, WrittenDanger) as refused:
            form.add_error(None, str(refused))
        else:
            people.discard_draft(by=viewer, form="supervision_case", about=str(episode.pk))
            messages.success(request, _("De patiënt staat op de agenda."))
            return redirect("supervision:case", made.pk)
    context = {
        **frame(request, episode.patient, episode, ""),
        "form": form,
        "waiting": [
            {"case": one, "reason": queries.reason_of(one)}
            for one in queries.waiting_of(viewer, episode, at=at)
        ],
        "earlier": queries.decisions_about(viewer, episode.patient_id, at=at),
        "next": queries.next_meeting(viewer, episode.centre_id, at=at)
        if episode.centre_id in viewer.organisation_ids
        else None,
    }
    if posted:
        context["danger"] = unsaved_panel(viewer, episode.patient, form, at=at) or context["danger"]
    return render(request, "supervision/add.html", context, status=422 if form.errors else 200)
