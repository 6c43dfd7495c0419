"""An emergency that was not sent: whom to call, and writing down what was done."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anderhalf.apps.network.queries import pathways_on
from anderhalf.apps.people.access import Right
from anderhalf.apps.people.queries import patient_for
from anderhalf.apps.record.models import Task
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.presentation.language import language

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
    context = {"task": task, "form": form, "phone": phone, "patient": patient, "why": _why(task, on),
               "is_112": task.rank == ACTIONS.index("call_112")}  # fmt: skip
    return render(request, "referrals/emergency_task.html", context, status=status)


def _why(task: Task, on: date) -> str:
    """Why it is an emergency in the reader's language, by the rules that the task names; else as it was stored."""
    tables = [
        one.tables["exclusion"] for one in pathways_on(task.network_id, on=on) if "exclusion" in one.tables
    ]
    found = [
        table.rule(name).why[language()]
        for name in task.note.split(" · ")
        for table in tables
        if name in table.rule_ids
    ]
    return " ".join(dict.fromkeys(found)) or task.title
