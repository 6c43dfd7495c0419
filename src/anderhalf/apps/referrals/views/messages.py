"""A line in the thread about a referral. What it says of a danger is asked before it is posted."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.pathway.referral import Routing
from anderhalf.presentation.written import Written, ask_written, written_in

from .. import actions, agreed, queries
from ..access import is_requester
from ..errors import ReferralRefused, WrittenDanger
from ..models import Referral
from .answer import alarms_of
from .detail import page_context, pathway_of, refused


@require_POST
def message(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Post a line; a question about its words first."""
    by, at = request.viewer, request.now
    found, text = queries.referral_for(by, referral_id, at=at), request.POST.get("text", "")
    pathway = pathway_of(found)
    written = written_in(pathway.dictionary, [text], request.POST) if pathway is not None else Written()
    items = [
        NewObservation(fact=one.fact, value=one.value, at=at, value_as_given=one.words[0][:40])
        for one in written.confirmed
    ]
    try:
        routing = actions.post_message(
            by=by, at=at, referral=referral_id, text=text, items=items, not_now=written.not_now
        )
    except WrittenDanger as open_:
        return _asked(request, found, written, open_)
    except ReferralRefused as why:
        return refused(request, referral_id, str(why), status=422)
    if routing is not None and routing.danger.certain:
        return _act_now(request, found, routing)
    if request.htmx:
        return _thread(request, found)
    return redirect("referrals:referral", referral_id=referral_id)


def _thread(request: HttpRequest, found: Referral, status: int = 200, **more: object) -> HttpResponse:
    context = {
        "referral": found,
        "thread": queries.thread_of(request.viewer, found),
        "steps": ("message",),
        **more,
    }
    return render(request, "referrals/_thread.html", context, status=status)


def _asked(request: HttpRequest, found: Referral, written: Written, open_: WrittenDanger) -> HttpResponse:
    """The text again, with whom to call if it is so, and the question."""
    pathway = open_.routing.pathway
    questions = ask_written(forms.Form(request.POST), written, open_.asked, facts=pathway.facts)
    alarms = alarms_of(open_.routing.danger, pathway)
    if not request.htmx:
        return refused(request, found.pk, str(open_), status=422, alarms=alarms, questions=questions)
    return _thread(
        request, found, status=422, typed=request.POST.dict() | {"step": "message"}, questions=questions,
        asked_alarms=alarms, phone=_phone(found, request),
    )  # fmt: skip


def _act_now(request: HttpRequest, found: Referral, routing: Routing) -> HttpResponse:
    """It is so: whoever sent the referral has the emergency as a task of their own, the centre has it already."""
    task = None
    if routing.is_emergency and is_requester(request.viewer, found):
        task = actions.record_emergency(
            by=request.viewer, at=request.now, patient=found.patient_id, routing=routing
        )
    if task is None:
        context = page_context(
            request, found, alarms=alarms_of(routing.danger, routing.pathway), phone=_phone(found, request),
            danger_sent=_("Uw bericht is geplaatst. Wacht niet op antwoord: bel nu."),
        )  # fmt: skip
        return render(request, "referrals/referral.html", context)
    address = reverse("referrals:emergency", args=[task.pk])
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _phone(found: Referral, request: HttpRequest) -> str:
    on = timezone.localdate(request.now)
    return agreed.phone_on_duty(found.network_id, practice=found.patient.practice.key, on=on)
