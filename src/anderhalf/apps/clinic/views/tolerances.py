"""What a patient can't have: the register judged and added to, agreements about dosing, standing conditions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.queries import may_lift
from anderhalf.apps.record import actions as record

from .. import actions, queries
from ..errors import ClinicRefused
from ..forms import ConditionsForm, JudgeForm, ToleranceForm
from ..models import Episode
from .titration import opened, protocol_for


@require_http_methods(["GET", "POST"])
def tolerances(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What the patient can't have and which conditions stand; several forms, each with its own button."""
    viewer, at = request.viewer, request.now
    context = opened(request, patient_id, "tolerances")
    known = protocol_for(request, context["episode"])
    if known is None:
        return render(request, "clinic/chart_empty.html", context)
    pathway, protocol = known
    episode: Episode = context["episode"]
    asked = request.POST.get("do", "")
    latest = queries.known_facts(
        patient_id,
        pathway,
        on=context["today"],
        birth_date=context["patient"].birth_date,
        sex=context["patient"].sex,
    )
    groups = queries.grouped_choices(episode, protocol, at=at)
    tolerance = ToleranceForm(request.POST if asked == "remember" else None, groups=groups, at=at, prefix="t")
    conditions = ConditionsForm(
        request.POST if asked == "conditions" else None,
        pathway=pathway,
        protocol=protocol,
        at=at,
        latest=latest,
    )
    if request.method == "POST":
        check_access(viewer, Right.WRITE_CLINICAL, patient=patient_id, at=at)
        try:
            if _saved(request, episode, asked, tolerance, conditions):
                return redirect("clinic:tolerances", patient_id)
        except (ClinicRefused, record.RecordRefused) as refused:
            tolerance.add_error(None, str(refused))
    context |= {
        "may_lift": may_lift(viewer, patient_id, at),
        "remembered": queries.tolerances(viewer, episode, protocol, at=at),
        "form": tolerance,
        "judge": JudgeForm(groups=groups),
        "groups": groups,
        "conditions": conditions,
        "facts": conditions.rows(conditions.fact_names),
    }
    failed = bool((tolerance.is_bound and tolerance.errors) or (conditions.is_bound and conditions.errors))
    return render(request, "clinic/tolerances.html", context, status=422 if failed else 200)


def _saved(
    request: HttpRequest, episode: Episode, asked: str, tolerance: ToleranceForm, conditions: ConditionsForm
) -> bool:
    """Do what the pressed button says; False when its form has errors."""
    about: dict[str, Any] = {"by": request.viewer, "at": request.now}
    if asked == "asked":
        actions.ask_tolerances(**about, episode=episode.pk)
        messages.success(request, _("Vastgelegd dat alle klassen zijn nagevraagd."))
        return True
    if asked == "remember" and tolerance.is_valid():
        remember = actions.agree_dosing if tolerance.is_dosing else actions.remember_tolerance
        try:
            remember(**about, episode=episode.pk, **tolerance.arguments())
        except ClinicRefused as refused:
            tolerance.add_error(None, str(refused))
            return False
        messages.success(request, _("Het dossier onthoudt dit."))
        return True
    if asked == "conditions" and conditions.is_valid():
        record.record_observations(
            **about,
            patient=episode.patient_id,
            items=conditions.new_observations(),
            under=Right.WRITE_CLINICAL,
        )
        messages.success(request, _("De omstandigheden zijn vastgelegd."))
        return True
    return False


@require_POST
def judge(request: HttpRequest, patient_id: UUID, allergy_id: UUID) -> HttpResponse:
    """Confirm or reject what came in from elsewhere, by one press."""
    context = opened(request, patient_id, "tolerances")
    known = protocol_for(request, context["episode"])
    check_access(request.viewer, Right.WRITE_CLINICAL, patient=patient_id, at=request.now)
    if context["episode"] is None:
        return redirect("clinic:chart", patient_id)
    groups = queries.grouped_choices(context["episode"], known[1] if known else None, at=request.now)
    form = JudgeForm(request.POST, groups=groups)
    about: dict[str, Any] = {"by": request.viewer, "at": request.now, "allergy": allergy_id}
    try:
        if not form.is_valid():
            messages.error(request, _("Kies bevestigen of verwerpen."))
        elif form.cleaned_data["do"] == "reject":
            actions.reject_tolerance(**about, because=form.cleaned_data["because"])
            messages.success(request, _("Verworpen; het blijft hieronder te lezen."))
        else:
            chosen = [queries.named_of(key) for key in form.chosen()]
            actions.judge_tolerance(**about, about=chosen, reaction=form.cleaned_data["reaction"])
            messages.success(request, _("Bevestigd; voorstellen rekenen hier vanaf nu mee."))
    except ClinicRefused as refused:
        messages.error(request, str(refused))
    return redirect("clinic:tolerances", patient_id)


@require_POST
def tolerance_end(request: HttpRequest, patient_id: UUID, allergy_id: UUID) -> HttpResponse:
    """Say that an entry of the register no longer holds, or never did."""
    return _ended(
        request,
        patient_id,
        actions.end_tolerance,
        allergy=allergy_id,
        in_error=bool(request.POST.get("in_error")),
    )


@require_POST
def tolerance_restore(request: HttpRequest, patient_id: UUID, allergy_id: UUID) -> HttpResponse:
    """Undo that an entry was ended, rejected or called an error."""
    try:
        actions.restore_tolerance(by=request.viewer, at=request.now, allergy=allergy_id)
    except ClinicRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Dit geldt weer."))
    return redirect("clinic:tolerances", patient_id)


@require_POST
def dosing_end(request: HttpRequest, patient_id: UUID, dosing_id: UUID) -> HttpResponse:
    """Say that an agreement about dosing no longer holds."""
    return _ended(request, patient_id, actions.end_dosing, agreement=dosing_id)


def _ended(request: HttpRequest, patient_id: UUID, action: Any, **about: Any) -> HttpResponse:
    try:
        action(by=request.viewer, at=request.now, because=request.POST.get("because", ""), **about)
    except ClinicRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Dit geldt niet meer; het blijft in het dossier te lezen."))
    return redirect("clinic:tolerances", patient_id)
