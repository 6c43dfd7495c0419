"""The steps of a referral, each asked about the words of its text first: taken, asked, sent on, answered, closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.pathway.routing import Routing
from anderhalf.presentation.written import Written, ask_written

from .. import actions, queries
from ..access import is_requester
from ..errors import ReferralRefused, Stale, WrittenDanger
from ..models import Referral
from ..routing import route_patient
from .answer import Alarm, alarms_of
from .detail import page_context, pathway_of
from .gaps import either
from .written import written_of_line


def confirmed_items(written: Written, *, at: datetime) -> list[NewObservation]:
    """What somebody said is so now, about the words of a text."""
    return [
        NewObservation(fact=one.fact, value=one.value, at=at, value_as_given=one.words[0][:40])
        for one in written.confirmed
    ]


def take_step(
    request: HttpRequest, referral_id: UUID, do: Callable[..., Any], done: str, *, about: str = "",
    written: Written = Written(), **arguments: Any,  # noqa: B008  frozen, so sharing it is safe
) -> HttpResponse:  # fmt: skip
    """Take a step and say what happened; what is refused comes back with everything that was typed. ``about`` is a
    text of which the words are asked about first, ``written`` what was answered about one that was read already."""
    version = request.POST.get("version", "")
    found = queries.referral_for(request.viewer, referral_id, at=request.now)
    if about:
        if (pathway := pathway_of(found)) is not None:
            written = written_of_line(request, pathway, about)
        items = confirmed_items(written, at=request.now)
        arguments |= {"items": items, "not_now": written.not_now}
    try:
        do(
            by=request.viewer,
            at=request.now,
            referral=referral_id,
            version=int(version) if version.isdigit() else None,
            **arguments,
        )
    except Stale as stale:
        return refused(request, stale.referral.pk, str(stale), status=409)
    except WrittenDanger as open_:
        actions.warn_of_text(found, open_.routing, by=request.viewer, at=request.now)
        named, danger = open_.routing.pathway, open_.routing.danger
        questions = ask_written(forms.Form(request.POST), written, open_.asked, facts=named.facts)
        alarms = alarms_of(danger, named)
        return refused(
            request, referral_id, str(open_), status=422, alarms=alarms, questions=questions,
            told=told(request, found),
        )  # fmt: skip
    except ReferralRefused as why:
        return refused(request, referral_id, str(why), status=422)
    if written.confirmed and (now := _danger_now(request, found, written, done)) is not None:
        return now
    messages.success(request, done)
    return redirect("referrals:referral", referral_id=referral_id)


def _danger_now(request: HttpRequest, found: Referral, written: Written, done: str) -> HttpResponse | None:
    """The page that says to call now, when what was confirmed about the words is a danger. ``found`` is as it was
    before the step: after it the sender may not be a party to it any more."""
    routing = route_patient(
        by=request.viewer, at=request.now, patient=found.patient_id, intent=found.intent,
        direction=found.direction, pathway=found.pathway, items=confirmed_items(written, at=request.now),
    )  # fmt: skip
    if not routing.danger.certain:
        return None
    return act_now(request, found, routing, sent=_("%(done)s Wacht daar niet op: bel nu.") % {"done": done})


def act_now(request: HttpRequest, found: Referral, routing: Routing, *, sent: str) -> HttpResponse:
    """It is so: whoever sent the referral has the emergency as a task of their own, the centre has it already."""
    task = None
    if routing.is_emergency and is_requester(request.viewer, found):
        task = actions.record_emergency(
            by=request.viewer, at=request.now, patient=found.patient_id, routing=routing
        )
    if (
        task is None and request.htmx
    ):  # the whole page anew, with the danger on top; never a page within a page
        messages.warning(request, sent)
        return HttpResponse(headers={"HX-Redirect": reverse("referrals:referral", args=[found.pk])})
    if task is None:
        context = page_context(
            request, found, alarms=alarms_of(routing.danger, routing.pathway), danger_sent=sent
        )
        return render(request, "referrals/referral.html", context)
    address = reverse("referrals:emergency", args=[task.pk])
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def told(request: HttpRequest, found: Referral) -> str:
    """With whom the task stands that an open question leaves, for a writer who may not act on it; else nothing."""
    names = queries.who_acts(request.viewer, found.patient_id, at=request.now)
    if not names:
        return ""
    return _("Dit staat nu als taak bij %(who)s. Bel zelf als het niet kan wachten.") % {"who": either(names)}


def refused(
    request: HttpRequest,
    referral_id: UUID,
    text: str,
    *,
    status: int,
    alarms: Sequence[Alarm] = (),
    questions: Sequence[BoundField] = (),
    told: str = "",
) -> HttpResponse:
    found = queries.referral_for(request.viewer, referral_id, at=request.now)
    step = request.resolver_match.url_name if request.resolver_match else ""
    typed = {**request.POST.dict(), "step": step}
    context = page_context(request, found, typed=typed, refused=text, questions=questions, told=told)
    if alarms:
        context["alarms"] = alarms
    return render(request, "referrals/referral.html", context, status=status)


@require_POST
def accept(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Take the patient on."""
    given = request.POST
    return take_step(
        request,
        referral_id,
        actions.accept,
        _("De verwijzing is aangenomen. De patiënt staat op de wachtlijst."),
        about=given.get("because", ""),
        urgency=given.get("urgency", ""),
        because=given.get("because", ""),
    )


@require_POST
def ask(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Ask the sender for more."""
    text = request.POST.get("question", "")
    return take_step(
        request,
        referral_id,
        actions.ask_more,
        _("Uw vraag is naar de verwijzer gestuurd."),
        about=text,
        question=text,
    )


@require_POST
def redirect_line(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """To the first or second line instead."""
    return take_step(
        request,
        referral_id,
        actions.redirect,
        _("De verwijzer krijgt bericht dat deze patiënt naar een andere lijn gaat."),
        about=request.POST.get("because", ""),
        line=request.POST.get("line", ""),
        because=request.POST.get("because", ""),
    )


@require_POST
def answer(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Answer as advice."""
    text = request.POST.get("answer", "")
    return take_step(
        request, referral_id, actions.answer_advice, _("Uw advies is verstuurd."), about=text, answer=text
    )


@require_POST
def withdraw(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Take it back."""
    text, done = request.POST.get("because", ""), _("De verwijzing is ingetrokken.")
    return take_step(request, referral_id, actions.withdraw, done, about=text, because=text)


@require_POST
def close(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """The sender has read the answer, or acted on the redirection."""
    return take_step(request, referral_id, actions.close, _("De verwijzing is afgesloten."))


@require_POST
def seen(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """The hospital saw the patient; its appointments are not kept here."""
    return take_step(request, referral_id, actions.mark_seen, _("Vastgelegd dat de patiënt is gezien."))
