"""An emergency that was not sent: whom to call, and writing down what was done."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.queries import patient_for
from anderhalf.core.pathway.danger import ACTIONS

from .. import actions, agreed, queries
from ..errors import ReferralRefused
from ..forms import EmergencyForm


@require_http_methods(["GET", "POST"])
def emergency(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """What to do now; on POST the call, or why there was none."""
    task = queries.emergency(request.viewer, task_id, at=request.now)
    if task is None:
        raise Http404
    patient = patient_for(
        request.viewer, task.patient_id, Right.REFER, request.now, event="referrals:emergency_viewed"
    )
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_emergency(
                by=request.viewer, at=request.now, task=task.pk, call=form.call(),
                because=form.cleaned_data["not_called"],
            )  # fmt: skip
        except ReferralRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Vastgelegd wat u hebt gedaan."))
            return redirect("home")
    if form.is_bound:
        status = 422
    on = timezone.localdate(request.now)
    phone = agreed.phone_on_duty(request.viewer.network, practice=task.patient.practice.key, on=on)
    context = {"task": task, "form": form, "phone": phone, "patient": patient,
               "is_112": task.rank == ACTIONS.index("call_112")}  # fmt: skip
    return render(request, "referrals/emergency_task.html", context, status=status)


@require_http_methods(["GET", "POST"])
def unnamed(request: HttpRequest, emergency_id: UUID) -> HttpResponse:
    """The same for somebody who is not registered yet."""
    viewer, at = request.viewer, request.now
    check_access(viewer, Right.REGISTER_PATIENT)
    found = queries.unnamed_emergencies(viewer).filter(pk=emergency_id).first()
    if found is None:
        raise AccessDenied(_("Deze spoed bestaat niet, is afgehandeld of is niet van uw organisatie."))
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_unnamed(
                by=viewer,
                at=at,
                emergency=found.pk,
                call=form.call(),
                because=form.cleaned_data["not_called"],
            )
        except ReferralRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Vastgelegd wat u hebt gedaan."))
            return redirect("home")
    practice = found.organisation.key if found.organisation.kind == Organisation.Kind.PRACTICE else ""
    context = {
        "task": found,
        "unnamed": True,
        "form": form,
        "phone": agreed.phone_on_duty(viewer.network, practice=practice, on=timezone.localdate(at)),
        "is_112": found.rank == ACTIONS.index("call_112"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "referrals/emergency_task.html", context, status=status)
