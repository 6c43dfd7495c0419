"""Filling in and sending a referral: up from the practice, or down from the hospital."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

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
from anderhalf.apps.people.identifiers import looks_like_bsn
from anderhalf.apps.people.queries import NO_TEXT, OtherWindow
from anderhalf.apps.people.roles import SPECIALISTS
from anderhalf.apps.people.same_person import known_otherwise
from anderhalf.apps.people.searches import search_text
from anderhalf.presentation.wording import says_something

from .. import actions, queries
from ..actions.submitting import FORM
from ..errors import CallNeeded, ReferralRefused, ReportedDead, Stale
from ..forms import BsnForm, ContentForm, EmergencyForm
from ..imported import FORM as RECORD_FORM
from ..models import Referral
from .answer import Answer
from .desk import ASKS, DECEASED, Desk, parsed_uuid
from .drafts import open_drafts
from .may_send import button_of
from .opening import open_desk
from .warning import keep_warning
from .written import questions_of


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
    keep_warning(desk)  # an uploaded record can hold a danger that nobody typed
    return render(request, "referrals/form.html", desk.context())


def _start(request: HttpRequest) -> HttpResponse:
    viewer, at = request.viewer, request.now
    text = search_text(request, "zoek")
    context: dict[str, Any] = {
        "text": "" if looks_like_bsn(text) else text,
        "searched": bool(text),
        "found": people_queries.find_patients(viewer, text, at, request.GET.get("page", 1)) if text else None,
        "drafts": open_drafts(request),
    }
    return render(request, "referrals/start.html", context)


def down(request: HttpRequest) -> HttpResponse:
    """The specialist who refers down: find the patient by BSN, or begin with a new one."""
    if request.viewer.role not in SPECIALISTS:
        raise AccessDenied(_("Alleen een medisch specialist verwijst vanuit het ziekenhuis."))
    desk = open_desk(request, from_hospital=True) if request.method == "GET" else None
    if desk is not None:
        keep_warning(desk)
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
    """The answer on what is filled in so far; nothing is kept but a danger, as a task with a clock."""
    desk = open_desk(request, data=request.POST)
    if desk is None:
        return HttpResponse(status=400)
    keep_warning(desk)
    return render(
        request,
        "referrals/_live.html",
        {"answer": desk.answer(), "desk": desk, "button": button_of(desk), "written": questions_of(desk)},
    )


def send(request: HttpRequest) -> HttpResponse:
    """Send, keep as a draft for colleagues, or only compute, by the button that was pressed."""
    if request.method != "POST":  # somebody signed in again: the draft waits on the first page
        return redirect("referrals:down" if request.viewer.role in SPECIALISTS else "referrals:new")
    desk = open_desk(request, data=request.POST)
    if desk is None:
        return HttpResponse(status=400)
    action = request.POST.get("action", "send")
    if action != "route" and (kept := _kept_elsewhere(request, desk)) is not None:
        return kept
    if action in ("route", "pathway"):
        return _computed(request, desk) if action == "route" else _other_questions(request, desk)
    return _finished(request, desk, action)


def _finished(request: HttpRequest, desk: Desk, action: str) -> HttpResponse:
    """Send, or keep for a colleague."""
    for form in desk.forms:
        form.is_valid()
    if action == "save" and desk.patient is not None:
        return _keep(request, desk)
    answer = desk.answer()
    questions_of(desk)
    _check_by_intent(desk, answer)
    if any(form.errors for form in desk.forms):
        if answer.is_emergency and desk.patient is None:
            _hold(request, desk)
        return _again(request, desk)
    return _submit(request, desk)


def _hold(request: HttpRequest, desk: Desk) -> None:
    """The danger of somebody who can't be registered yet stands with the practice, with what is known."""
    keep_warning(desk)
    people.save_draft(by=desk.viewer, at=desk.at, form=FORM, about=desk.key, data=dict(request.POST.lists()))
    messages.error(
        request,
        _("Bel nu; wacht niet op het formulier. De spoed staat boven aan Vandaag tot u vastlegt wat u deed."),
    )


def _kept_elsewhere(request: HttpRequest, desk: Desk) -> HttpResponse | None:
    """The form again when another window changed this draft: nothing is sent or kept over it unseen. Not in an
    emergency, in which nothing may stand in the way; the draft stays then."""
    other = people_queries.changed_elsewhere(desk.viewer, request.POST)
    if other is None or desk.answer().is_emergency:
        return None
    for form in desk.forms:
        form.is_valid()
    return _again(request, desk, elsewhere=other.differences(dict(request.POST.lists())))


def _computed(request: HttpRequest, desk: Desk) -> HttpResponse:
    keep_warning(desk)
    return render(request, "referrals/form.html", desk.context())


def _other_questions(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Another pathway asks other facts: what was typed stays in the draft, and the form begins again from there."""
    keep_warning(desk)
    people.save_draft(by=desk.viewer, at=desk.at, form=FORM, about=desk.key, data=dict(request.POST.lists()))
    name = "referrals:down" if desk.from_hospital else "referrals:new"
    return redirect(f"{reverse(name)}?{desk.parameter}={desk.key}")


def _check_by_intent(desk: Desk, answer: Answer) -> None:
    """What the answer itself asks of the rest of the form: a reason for another choice; blood pressure and pulse for
    advice; the patient's consent. In an emergency nothing may stand in the way, until somebody was called and chooses
    where the patient goes."""
    typed = desk.content_form.data
    if answer.is_emergency and not (says_something(typed.get("called_with")) and typed.get("chosen_line")):
        for form in desk.forms:
            if form is not desk.person_form:
                form.errors.clear()
        return
    if desk.patient is not None and (other := desk.file_of_another(desk.patient)):
        desk.content_form.add_error(None, other)
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
                at=desk.at,
                originals=desk.imported.originals() if desk.imported else {},
                earlier=desk.imported.earlier if desk.imported else (),
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
            doubtful=desk.fact_form.doubtful,
            not_taken_over=desk.not_taken_over(),
            not_now=desk.written.not_now,
            reported_dead=desk.reported_dead,
        )
    except DuplicatePatient as known:
        return _known_already(request, desk, known)
    except Stale as stale:
        return _again(request, desk, stale=stale)
    except (ReferralRefused, ValidationError) as refused:
        text = refused.messages[0] if isinstance(refused, ValidationError) else str(refused)
        content.add_error(_field_of(refused, content), text)
        return _again(request, desk)
    if desk.patient is None and done.patient is not None:
        _say_when_known_otherwise(request, done.patient)
    if done.repeat:
        return _repeat(request, done.repeat)
    if done.routing is not None:
        _keep_typed(request, desk, str(desk.referral.pk if desk.referral else done.patient))
        form = EmergencyForm(initial={"called_with": content.data.get("called_with", "")})
        context = {
            "answer": desk.answer(), "desk": desk, "patient_id": done.patient, "task_id": done.task, "form": form,
        }  # fmt: skip
        return render(request, "referrals/emergency.html", context)
    messages.success(request, _("De verwijzing is verstuurd."))
    return redirect("referrals:referral", referral_id=done.referral)


def _say_when_known_otherwise(request: HttpRequest, patient: UUID) -> None:
    """Who has just been registered may be known under another BSN."""
    if people_queries.perhaps_twice([patient]):
        messages.warning(request, known_otherwise())


def _field_of(refused: Exception, content: ContentForm) -> str | None:
    """The field that a refusal is about."""
    if isinstance(refused, ReportedDead):
        return "alive"
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
    patient = queries.patient_to_refer(desk.viewer, known.patient, at=desk.at)
    differs = known.differs or (desk.file_of_another(patient) if patient is not None else "")
    if differs:
        desk.person_form.add_error("bsn", differs)
        return _again(request, desk)
    key = str(known.patient)
    _keep_typed(request, desk, key)
    actions.named_now(
        by=desk.viewer, at=desk.at, draft=desk.key
    )  # a danger goes on with this patient, at the form
    messages.info(request, _("Deze patiënt is al bekend. Kijk de gegevens na en verstuur dan."))
    name = "referrals:down" if desk.from_hospital else "referrals:new"
    return redirect(f"{reverse(name)}?patient={key}")


def _keep_typed(request: HttpRequest, desk: Desk, key: str) -> None:
    """What was typed and the file wait under ``key`` from now on, with whom the form is about now that he is known."""
    people.save_draft(by=desk.viewer, at=desk.at, form=FORM, about=key, data=dict(request.POST.lists()))
    if key == desk.key:
        return
    if desk.imported is not None:
        people.save_draft(
            by=desk.viewer, at=desk.at, form=RECORD_FORM, about=key, data=desk.imported.to_dict()
        )
    for form in (FORM, RECORD_FORM):
        people.discard_draft(by=desk.viewer, form=form, about=desk.key)


def _keep(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keep as a draft that colleagues of the own organisation can finish; values need not be complete."""
    content = desk.content_form
    typed = {name: values for name, values in request.POST.lists() if name not in NO_TEXT}
    open_asks = {name: one.to_dict() for name, one in desk.asks.items() if one.is_value}
    from_file = {ASKS: open_asks} if open_asks else {}
    if desk.deceased:
        from_file[DECEASED] = desk.deceased
    content.fill_in_blanks()
    try:
        found = actions.save(
            by=desk.viewer,
            at=desk.at,
            patient=desk.patient.pk,
            content=content.content(),
            form_data={**typed, **from_file},
            direction=Referral.Direction.FROM_SECOND_LINE
            if desk.from_hospital
            else Referral.Direction.FROM_FIRST_LINE,
            referral=desk.referral.pk if desk.referral else None,
            version=content.cleaned_data.get("version"),
        )
    except Stale as stale:
        return _again(request, desk, stale=stale)
    keep_warning(desk)
    people.discard_draft(by=desk.viewer, form=FORM, about=desk.key)
    text = _("Bewaard als concept %(number)s; uw collega's kunnen het afmaken.") % {"number": found.number}
    messages.success(request, text)
    for alarm in desk.answer().alarms[:1]:  # a danger does not wait for a colleague
        first = _("Klopt dit?") if alarm.if_right else _("Wacht hier niet mee.")
        messages.error(request, f"{first} {alarm.action}: {alarm.text}")
    return redirect("referrals:list")


def _again(
    request: HttpRequest,
    desk: Desk,
    stale: Stale | None = None,
    elsewhere: dict[str, list[str]] | None = None,
) -> HttpResponse:
    """The form with everything that was typed, and what is wrong with it. Who meets what somebody else (``stale``) or
    another window (``elsewhere``) changed sees that beside it, and may then go on with what stands here."""
    keep_warning(desk)
    keep_warning(desk)
    context = {**desk.context(), "has_errors": True}
    if stale is not None:
        there = OtherWindow(stale.referral.form_data, stale.referral.status_since)
        elsewhere = there.differences(dict(request.POST.lists()))
        context["stale"] = stale.referral
        if desk.data is not None:  # the next time is on purpose: the changes have been in view
            desk.data = desk.data.copy()
            desk.data["version"] = str(stale.referral.version)
            desk.content_form.data = desk.data
    context["elsewhere"] = [
        (_label_of(desk, name), ", ".join(values) or "–") for name, values in (elsewhere or {}).items()
    ]
    return render(request, "referrals/form.html", context, status=409 if elsewhere or stale else 422)


def _label_of(desk: Desk, name: str) -> str:
    """What a field is called on the form."""
    fields = (form.fields[name] for form in desk.forms if name in form.fields)
    return str(next((field.label for field in fields if field.label), name))


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Forget what was begun, by the person's own choice."""
    for form in (FORM, RECORD_FORM):
        people.discard_draft(by=request.viewer, form=form, about=request.POST.get("about", ""))
    messages.info(request, _("Het concept is weggegooid."))
    return redirect("referrals:down" if request.viewer.role in SPECIALISTS else "referrals:new")
