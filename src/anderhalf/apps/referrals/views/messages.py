"""A line in the thread about a referral. What it says of a danger is asked before it is posted."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anderhalf.presentation.written import Written, ask_written

from .. import actions, queries
from ..access import is_recipient
from ..errors import AlreadyPlaced, ReferralRefused, WrittenDanger
from ..models import Referral
from .answer import alarms_of
from .detail import closed_of, pathway_of, phone_of
from .steps import act_now, confirmed_items, refused, told
from .written import written_of_line


@require_POST
def message(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Post a line; a question about its words first."""
    by, at = request.viewer, request.now
    found, text = queries.referral_for(by, referral_id, at=at), request.POST.get("text", "")
    pathway = pathway_of(found)
    written = written_of_line(request, pathway, text) if pathway is not None else Written()
    items = confirmed_items(written, at=at)
    try:
        routing = actions.post_message(
            by=by, at=at, referral=referral_id, text=text, items=items, not_now=written.not_now
        )
    except WrittenDanger as open_:
        actions.warn_of_text(found, open_.routing, by=by, at=at)
        return _asked(request, found, written, open_)
    except AlreadyPlaced as why:
        return _placed(request, found, already=str(why))
    except ReferralRefused as why:
        return refused(request, referral_id, str(why), status=422)
    if routing is not None and routing.danger.certain:
        sent = _("Uw bericht is geplaatst. Wacht niet op antwoord: bel nu.")
        return act_now(request, found, routing, sent=sent)
    return _placed(request, found)


def _placed(request: HttpRequest, found: Referral, *, already: str = "") -> HttpResponse:
    """The thread with the line in it; ``already`` says that it stood there."""
    if request.htmx:
        return _thread(request, found, already=already)
    if already:
        messages.info(request, already)
    return redirect("referrals:referral", referral_id=found.pk)


def _thread(request: HttpRequest, found: Referral, status: int = 200, **more: object) -> HttpResponse:
    context = {
        "referral": found,
        "thread": queries.thread_of(request.viewer, found),
        "steps": ("message",),
        "closed": None if is_recipient(request.viewer, found) else closed_of(found, at=request.now),
        **more,
    }
    return render(request, "referrals/_thread.html", context, status=status)


def _asked(request: HttpRequest, found: Referral, written: Written, open_: WrittenDanger) -> HttpResponse:
    """The text again, with whom to call if it is so, and the question."""
    pathway = open_.routing.pathway
    questions = ask_written(forms.Form(request.POST), written, open_.asked, facts=pathway.facts)
    alarms = alarms_of(open_.routing.danger, pathway)
    if not request.htmx:
        return refused(
            request, found.pk, str(open_), status=422, alarms=alarms, questions=questions,
            told=told(request, found),
        )  # fmt: skip
    return _thread(
        request, found, status=422, typed=request.POST.dict() | {"step": "message"}, questions=questions,
        asked_alarms=alarms, phone=phone_of(found, at=request.now), told=told(request, found),
    )  # fmt: skip
