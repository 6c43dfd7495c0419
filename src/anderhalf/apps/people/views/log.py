"""Wie keek mee."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from .. import queries
from ..access import Right
from ..forms import LogFilterForm
from .common import patient_context


@require_GET
def log(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Who saw this record, when, in which role, what and why; for the patient and the privacy officer."""
    viewer, at = request.viewer, request.now
    form = LogFilterForm(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    entries = queries.who_looked(
        viewer,
        patient_id,
        at,
        since=chosen.get("since"),
        until=chosen.get("until"),
        emergency_only=bool(chosen.get("emergency")),
        page=request.GET.get("page", 1),
    )
    record = queries.opened_patient(viewer, patient_id, Right.VIEW_LOG, at)
    context = patient_context(request, record, "log") | {"page": entries, "form": form}
    return render(request, "people/log.html", context)
