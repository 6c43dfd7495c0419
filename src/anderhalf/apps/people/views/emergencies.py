"""The noodknop: finding somebody outside one's own patients, opening for an hour, and the privacy officer's review."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import actions, queries
from ..access import Right, check_access
from ..forms import EmergencyForm, EmergencySearchForm, ReviewForm
from .common import link


@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """By a whole BSN, or surname and birth date together; posted, so that neither stands in an address."""
    check_access(request.viewer, Right.BREAK_GLASS)
    form = EmergencySearchForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            found = queries.find_by_identity(request.viewer, **form.cleaned_data)
            if found is not None:
                return redirect("people:emergency", found)
            form.add_error(None, _("In dit netwerk is niemand gevonden op wie dit precies past."))
    return render(request, "people/emergency_search.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def emergency(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Asks for the reason, then opens the record for one hour. Who it is about is shown only after that."""
    check_access(request.viewer, Right.BREAK_GLASS)
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                actions.break_glass(by=request.viewer, at=request.now, patient=patient_id, reason=reason)
            except actions.ReasonTooShort:
                form.add_error("reason", _("Schrijf in een zin waarom dit nu nodig is."))
            else:
                return redirect("people:patient", patient_id)
    return render(request, "people/emergency.html", {"form": form, "patient_id": patient_id}, status=status)


@require_POST
def close(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Gives up the access before the hour is over."""
    actions.end_emergency(by=request.viewer, at=request.now, patient=patient_id)
    messages.success(request, _("De noodtoegang is gesloten."))
    return redirect("home")


@require_http_methods(["GET"])
def emergencies(request: HttpRequest) -> HttpResponse:
    """For the privacy officer: every use, with reason, what was opened, and the finding."""
    open_only = request.GET.get("stand", "open") == "open"
    page = queries.emergencies(request.viewer, open_only=open_only, page=request.GET.get("page", 1))
    context = {
        "page": page,
        "open_only": open_only,
        "form": ReviewForm(),
        "states": [
            {
                "label": _("Te beoordelen"),
                "url": link("people:emergencies") + "?stand=open",
                "current": open_only,
            },
            {
                "label": _("Alles"),
                "url": link("people:emergencies") + "?stand=alles",
                "current": not open_only,
            },
        ],
    }
    return render(request, "people/emergencies.html", context)


@require_POST
def review(request: HttpRequest, access_id: UUID) -> HttpResponse:
    """Stores a finding."""
    form = ReviewForm(request.POST)
    check_access(request.viewer, Right.REVIEW_EMERGENCIES)
    if form.is_valid():
        actions.review_emergency(
            by=request.viewer, at=request.now, access_id=access_id, review=form.cleaned_data["review"]
        )
        messages.success(request, _("De bevinding is vastgelegd."))
    else:
        messages.error(request, " ".join(form.errors["review"]))
    return redirect("people:emergencies")
