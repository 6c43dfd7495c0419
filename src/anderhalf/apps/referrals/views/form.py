"""Filling in and sending a referral: up from the practice, or down from the hospital."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anderhalf.apps.people import actions as people
from anderhalf.apps.people import queries as people_queries
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.people.actions import DuplicatePatient
from anderhalf.apps.people.roles import SPECIALISTS

from .. import actions, queries
from ..actions.submitting import FORM
from ..errors import CallNeeded, ReferralRefused, Stale
from ..forms import BsnForm, ContentForm, EmergencyForm
from ..imported import FORM as RECORD_FORM
from ..models import Referral
from .answer import Answer
from .desk import Desk, open_desk, parsed_uuid


@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """The form for a known patient, for a new one, or the choice between them."""
    desk = open_desk(request)
    if desk is None:
        if request.viewer.role in SPECIALISTS:
            return redirect("referrals:down")
        if request.GET.get("nieuw"):
            return redirect(f"{reverse('referrals:new')}?concept={uuid4()}")
        return _start(request)
    return render(request, "referrals/form.html", desk.context())


def _start(request: HttpRequest) -> HttpResponse:
    viewer, at = request.viewer, request.now
    text = request.GET.get("zoek", "").strip()
    context: dict[str, Any] = {
        "text": text,
        "found": people_queries.find_patients(viewer, text, at, request.GET.get("page", 1)) if text else None,
        "drafts": open_drafts(request),
    }
    return render(request, "referrals/start.html", context)


def open_drafts(request: HttpRequest) -> list[dict[str, Any]]:
    """What this person began and has not sent, with a name where that is known."""
    rows = []
    for draft in people_queries.drafts(request.viewer, FORM):
        data = people_queries.draft_of(request.viewer, FORM, draft.about) or {}
        typed = " ".join(
            _first(data, part) for part in ("initials", "prefix", "family_name") if _first(data, part)
        )
        name, parameter = typed or _("nog zonder naam"), "concept"
        about = parsed_uuid(draft.about)
        patient = queries.patient_to_refer(request.viewer, about, at=request.now)
        saved = None if patient else queries.saved_draft(request.viewer, about, at=request.now)
        if patient is not None:
            name, parameter = patient.full_name, "patient"
        elif saved is not None:
            name, parameter = saved.patient.full_name, "verwijzing"
        rows.append(
            {
                "name": name,
                "saved_at": draft.saved_at,
                "reason": _first(data, "reason"),
                "url": f"{reverse('referrals:new')}?{parameter}={draft.about}",
                "about": draft.about,
            }
        )
    return rows


def _first(data: dict[str, list[str]], name: str) -> str:
    values = data.get(name) or [""]
    return values[0] if isinstance(values, list) else ""


def down(request: HttpRequest) -> HttpResponse:
    """The specialist who refers down: find the patient by BSN, or begin with a new one."""
    if request.viewer.role not in SPECIALISTS:
        raise AccessDenied(_("Alleen een medisch specialist verwijst vanuit het ziekenhuis."))
    desk = open_desk(request, from_hospital=True) if request.method == "GET" else None
    if desk is not None:
        return render(request, "referrals/form.html", desk.context())
    form = BsnForm(request.POST if request.method == "POST" else None)
    unknown = ""
    if request.method == "POST" and form.is_valid():
        bsn = form.cleaned_data["bsn"]
        patient = queries.patient_by_bsn(request.viewer, bsn, at=request.now)
        if patient is not None:
            return redirect(f"{reverse('referrals:down')}?patient={patient.pk}")
        key = str(uuid4())
        people.save_draft(by=request.viewer, at=request.now, form=FORM, about=key, data={"bsn": [bsn]})
        unknown = f"{reverse('referrals:down')}?concept={key}"
    context = {
        "form": form,
        "unknown": unknown,
        "drafts": open_drafts(request),
        "referred": queries.sent_list(request.viewer, queries.Filters(show="open"), at=request.now)[:8],
    }
    return render(request, "referrals/down.html", context, status=422 if form.errors else 200)


@require_POST
def route(request: HttpRequest) -> HttpResponse:
    """The answer on what is filled in so far; nothing is kept."""
    desk = open_desk(request, data=request.POST)
    if desk is None:
        return HttpResponse(status=400)
    return render(request, "referrals/_live.html", {"answer": desk.answer(), "desk": desk})


def send(request: HttpRequest) -> HttpResponse:
    """Send, keep as a draft for colleagues, or only compute, by the button that was pressed."""
    if request.method != "POST":  # somebody signed in again: the draft waits on the first page
        return redirect("referrals:down" if request.viewer.role in SPECIALISTS else "referrals:new")
    desk = open_desk(request, data=request.POST)
    if desk is None:
        return HttpResponse(status=400)
    action = request.POST.get("action", "send")
    if action in ("route", "pathway"):
        return _computed(request, desk) if action == "route" else _other_questions(request, desk)
    for form in desk.forms:
        form.is_valid()
    if action == "save" and desk.patient is not None:
        return _keep(request, desk)
    answer = desk.answer()
    _check_by_intent(desk, answer)
    if any(form.errors for form in desk.forms):
        return _again(request, desk)
    return _submit(request, desk)


def _computed(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "referrals/form.html", desk.context())


def _other_questions(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Another pathway asks other facts: what was typed stays in the draft, and the form begins again from there."""
    people.save_draft(by=desk.viewer, at=desk.at, form=FORM, about=desk.key, data=dict(request.POST.lists()))
    name = "referrals:down" if desk.from_hospital else "referrals:new"
    return redirect(f"{reverse(name)}?{desk.parameter}={desk.key}")


def _check_by_intent(desk: Desk, answer: Answer) -> None:
    """What the answer itself asks of the rest of the form: a reason for another choice; blood pressure and pulse for
    advice; the patient's consent. In an emergency nothing may stand in the way, until somebody was called and chooses
    where the patient goes."""
    typed = desk.content_form.data
    if answer.is_emergency and not (typed.get("called_with") and typed.get("chosen_line")):
        for form in desk.forms:
            if form is not desk.person_form:
                form.errors.clear()
        return
    given = desk.content_form.data
    if given.get("intent") == Referral.Intent.ADVICE:
        for name in ("systolic_bp", "heart_rate"):
            if not (given.get(f"f_{name}") or "").strip() and f"f_{name}" in desk.fact_form.fields:
                desk.fact_form.add_error(f"f_{name}", _("Bij een adviesvraag horen bloeddruk en pols."))
    elif not given.get("patient_informed"):
        desk.content_form.add_error("patient_informed", _("Bespreek de verwijzing eerst met de patiënt."))


def _submit(request: HttpRequest, desk: Desk) -> HttpResponse:
    content = desk.content_form
    content.fill_in_blanks()
    try:
        done = actions.submit(
            by=desk.viewer,
            at=desk.at,
            key=content.data.get("submission", ""),
            draft=desk.key,
            record=desk.record_key,
            content=content.content(),
            items=lambda: desk.fact_form.observations(
                at=desk.at, originals=desk.imported.originals() if desk.imported else {}
            ),
            patient=desk.patient.pk if desk.patient else None,
            person=desk.person_form.person() if desk.person_form else None,
            direction=Referral.Direction.FROM_SECOND_LINE
            if desk.from_hospital
            else Referral.Direction.FROM_FIRST_LINE,
            recipient=content.chosen("recipient")
            if content.cleaned_data.get("chosen_line") != "second"
            else None,
            chosen_line=content.cleaned_data.get("chosen_line") or None,
            because=content.cleaned_data.get("because", ""),
            call=content.call(),
            on_behalf_of=content.chosen("on_behalf_of"),
            referral=desk.referral.pk if desk.referral else None,
            version=content.cleaned_data.get("version"),
            allergies=desk.allergies_form.entries(),
            allergies_asked=desk.allergies_form.asked,
        )
    except DuplicatePatient as known:
        return _known_already(request, desk, known)
    except Stale as stale:
        return _again(request, desk, stale=stale)
    except (ReferralRefused, ValidationError) as refused:
        text = refused.messages[0] if isinstance(refused, ValidationError) else str(refused)
        content.add_error(_field_of(refused, content), text)
        return _again(request, desk)
    if done.repeat:
        return _repeat(request, done.repeat)
    if done.routing is not None:
        form = EmergencyForm(initial={"called_with": content.data.get("called_with", "")})
        context = {
            "answer": desk.answer(), "desk": desk, "patient_id": done.patient, "task_id": done.task, "form": form,
        }  # fmt: skip
        return render(request, "referrals/emergency.html", context)
    messages.success(request, _("De verwijzing is verstuurd."))
    return redirect("referrals:referral", referral_id=done.referral)


def _field_of(refused: Exception, content: ContentForm) -> str | None:
    """The field that a refusal is about."""
    if isinstance(refused, CallNeeded):
        return "called_agreed" if content.cleaned_data.get("called_with") else "called_with"
    return "because" if isinstance(refused, actions.ReasonNeeded) else None


def _repeat(request: HttpRequest, result: str) -> HttpResponse:
    """The same form came twice: lead to what the first one did."""
    if parsed_uuid(result) is not None:
        messages.info(request, _("Deze verwijzing was al verstuurd; hij is niet nog eens verstuurd."))
        return redirect("referrals:referral", referral_id=result)
    messages.info(request, _("Dit formulier was al verwerkt."))
    return redirect("referrals:list")


def _known_already(request: HttpRequest, desk: Desk, known: DuplicatePatient) -> HttpResponse:
    """The BSN is registered: go on with that patient, taking along what was typed; or say that it is elsewhere."""
    if not known.may_open or desk.person_form is None:
        if desk.person_form is not None:
            desk.person_form.add_error("bsn", _("Deze patiënt staat bij een andere praktijk ingeschreven."))
        return _again(request, desk)
    key = str(known.patient)
    people.save_draft(by=desk.viewer, at=desk.at, form=FORM, about=key, data=dict(request.POST.lists()))
    if desk.imported is not None:
        people.save_draft(
            by=desk.viewer, at=desk.at, form=RECORD_FORM, about=key, data=desk.imported.to_dict()
        )
    for form in (FORM, RECORD_FORM):
        people.discard_draft(by=desk.viewer, form=form, about=desk.key)
    messages.info(request, _("Deze patiënt is al bekend. Kijk de gegevens na en verstuur dan."))
    name = "referrals:down" if desk.from_hospital else "referrals:new"
    return redirect(f"{reverse(name)}?patient={key}")


def _keep(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keep as a draft that colleagues of the own organisation can finish; values need not be complete."""
    content = desk.content_form
    typed = {
        name: values
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "submission")
    }
    content.fill_in_blanks()
    try:
        found = actions.save(
            by=desk.viewer,
            at=desk.at,
            patient=desk.patient.pk,
            content=content.content(),
            form_data=typed,
            direction=Referral.Direction.FROM_SECOND_LINE
            if desk.from_hospital
            else Referral.Direction.FROM_FIRST_LINE,
            referral=desk.referral.pk if desk.referral else None,
            version=content.cleaned_data.get("version"),
        )
    except Stale as stale:
        return _again(request, desk, stale=stale)
    people.discard_draft(by=desk.viewer, form=FORM, about=desk.key)
    text = _("Bewaard als concept %(number)s; uw collega's kunnen het afmaken.") % {"number": found.number}
    messages.success(request, text)
    for alarm in desk.answer().alarms[:1]:  # a danger does not wait for a colleague
        first = _("Klopt dit?") if alarm.if_right else _("Wacht hier niet mee.")
        messages.error(request, f"{first} {alarm.action}: {alarm.text}")
    return redirect("referrals:list")


def _again(request: HttpRequest, desk: Desk, stale: Stale | None = None) -> HttpResponse:
    """The form with everything that was typed, and what is wrong with it."""
    context = {**desk.context(), "has_errors": True}
    if stale is not None:
        context["stale"] = stale.referral
        context["stale_changes"] = list(stale.referral.changes.all())
    return render(request, "referrals/form.html", context, status=409 if stale else 422)


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Forget what was begun, by the person's own choice."""
    for form in (FORM, RECORD_FORM):
        people.discard_draft(by=request.viewer, form=form, about=request.POST.get("about", ""))
    messages.info(request, _("Het concept is weggegooid."))
    return redirect("referrals:down" if request.viewer.role in SPECIALISTS else "referrals:new")
