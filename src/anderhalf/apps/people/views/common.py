"""What several pages of this room share."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from .. import queries
from ..access import Right, can_access
from ..models import Patient


def link(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page in any room; empty when the installation does not have that room."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def new_submission() -> dict[str, Any]:
    """Initial value for the hidden key of a form."""
    return {"submission": uuid4()}


def patient_context(request: HttpRequest, patient: Patient, current: str) -> dict[str, Any]:
    """Banner and the tabs of this room for a patient whom the viewer has opened."""
    viewer, at = request.viewer, request.now
    tabs = []
    if can_access(viewer, Right.VIEW_PLAN, patient=patient.pk, at=at) and not viewer.is_self:
        tabs.append(_tab(_("Dossier"), link("clinic:chart", patient.pk), current == "chart"))
    tabs.append(_tab(_("Gegevens"), link("people:patient_details", patient.pk), current == "details"))
    if not viewer.is_self and viewer.role != "privacy_officer":
        tabs.append(_tab(_("Waarschuwingen"), link("people:alerts", patient.pk), current == "alerts"))
    tabs.append(_tab(_("Toestemming"), link("people:consents", patient.pk), current == "consents"))
    if can_access(viewer, Right.VIEW_LOG, patient=patient.pk, at=at):
        tabs.append(_tab(_("Wie keek mee"), link("people:log", patient.pk), current == "log"))
    return {
        "patient": patient,
        "banner": queries.banner_of(viewer, patient, at, url=link("people:patient", patient.pk)),
        "tabs": [tab for tab in tabs if tab["url"]],
    }


def _tab(label: str, url: str, current: bool) -> dict[str, Any]:
    return {"label": label, "url": url, "current": current}
