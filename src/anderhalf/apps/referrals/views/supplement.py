"""The sender gives what was asked. New values may be a danger: that is said first, and the receiver has them too."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.pathway.danger import EXCLUSION, look_for_danger
from anderhalf.core.pathway.mentions import to_ask
from anderhalf.presentation.written import Written, ask_written

from .. import actions, queries
from ..forms.supplement import supplement_form
from ..routing import route_patient, series_with
from .answer import Alarm, alarms_of
from .detail import page_context, pathway_of
from .steps import refused, take_step, told
from .written import written_of_line


@require_POST
def supplement(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Give what was asked, in words and in values."""
    found, on = (
        queries.referral_for(request.viewer, referral_id, at=request.now),
        timezone.localdate(request.now),
    )
    pathway, born = pathway_of(found), found.patient.birth_date
    items: list[NewObservation] = []
    alarms: list[Alarm] = []
    written = Written()
    if pathway is not None:
        written = written_of_line(request, pathway, request.POST.get("text", ""))
        form = supplement_form(found, pathway, request.POST, on=on, written=written)
        valid = form.is_valid()
        given = form.facts()
        danger = look_for_danger(
            [pathway], given, on=on, birth_date=born, doubtful=form.doubtful, tables=(EXCLUSION,),
            series=series_with(pathway, found.patient_id, given, on=on),
        )  # fmt: skip
        alarms = alarms_of(danger, pathway)
        asked = to_ask(written.unanswered, danger)
        questions = ask_written(form, written, asked, facts=pathway.facts)
        if asked or (not valid and danger.signs):
            routing = route_patient(
                by=request.viewer, at=request.now, patient=found.patient_id, intent=found.intent,
                direction=found.direction, pathway=found.pathway, items=form.observations(at=request.now, originals={}),
                doubtful=form.doubtful,
            )  # fmt: skip
            actions.warn_of_text(found, routing, by=request.viewer, at=request.now)
        if not valid or asked:
            wrong = "; ".join(f"{form[name].label}: {errors[0]}" for name, errors in form.errors.items())
            return refused(
                request, referral_id, wrong, status=422, alarms=alarms, questions=questions,
                told=told(request, found) if alarms else "",
            )  # fmt: skip
        items = form.observations(at=request.now, originals={})
    text = request.POST.get("text", "")
    sent = _("Uw aanvulling is verstuurd.")
    done = take_step(request, referral_id, actions.supplement, sent, text=text, items=items,
                     not_now=written.not_now, written=written)  # fmt: skip
    if not alarms or done.status_code != 302:
        return done
    list(messages.get_messages(request))  # "sent" alone would be the wrong first word
    found = queries.referral_for(request.viewer, referral_id, at=request.now)
    context = page_context(
        request, found, alarms=alarms,
        danger_sent=_("Uw aanvulling is verstuurd, ook naar de ontvanger. Wacht daar niet op: bel nu."),
    )  # fmt: skip
    return render(request, "referrals/referral.html", context)
