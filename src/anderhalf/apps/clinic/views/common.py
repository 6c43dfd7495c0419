"""What several pages of the clinic share: the frame around a patient, tabs, dates from the address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right, can_access, care_relations_remembered
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.queries import banner_of
from anderhalf.apps.people.viewer import Viewer

from .. import queries
from ..models import Episode
from ..queries.danger import PatientDanger
from .danger import home_panel, panel_of_danger

JUST_SAVED = "home_measurement_saved"
"""In the session: the next page says once that the measurement was saved."""


def link(name: str, *args: Any, query: str = "") -> str:
    """The address of a page in any room; empty when the installation does not have it."""
    try:
        return reverse(name, args=args) + query
    except NoReverseMatch:
        return ""


def chart_tabs(viewer: Viewer, patient: UUID, *, at: Any, current: str) -> list[dict[str, Any]]:
    """The tabs of a patient's chart that this viewer may open; other rooms use them above their own pages."""
    clinical = can_access(viewer, Right.VIEW_CLINICAL, patient=patient, at=at)
    wanted = [("plan", _("Plan en voorlichting"), link("clinic:plan", patient), True)]
    if clinical:
        wanted = [
            ("chart", _("Overzicht"), link("clinic:chart", patient), True),
            ("encounters", _("Consulten"), link("clinic:encounters", patient), True),
            ("measurements", _("Metingen"), link("clinic:measurements", patient), True),
            ("medication", _("Medicatie"), link("clinic:medication", patient), True),
            ("diagnosis", _("Diagnose"), link("clinic:diagnosis", patient), True),
            *wanted,
            ("documents", _("Documenten"), link("clinic:documents", patient), True),
        ]
    letters = link("letters:inbox", query=f"?patient={patient}")
    may_read = can_access(viewer, Right.READ_LETTER, patient=patient, at=at)
    wanted += [
        ("letters", _("Brieven"), letters, may_read and not viewer.is_self),
        ("details", _("Gegevens"), link("people:patient_details", patient), not viewer.is_self),
        (
            "log",
            _("Wie keek mee"),
            link("people:log", patient),
            can_access(viewer, Right.VIEW_LOG, patient=patient, at=at),
        ),
    ]
    return [
        {"label": label, "url": url, "current": key == current}
        for key, label, url, shown in wanted
        if url and shown
    ]


def frame(
    request: HttpRequest, patient: Patient, episode: Episode | None, current: str, *,
    look: Callable[[], PatientDanger | None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Banner, tabs and what the viewer may do, for a patient whom the viewer has opened. ``look`` gives the danger of
    this patient where the page looked for it already."""
    with care_relations_remembered():  # each tab and button asks for its own right, of the same relations
        return _frame(request, patient, episode, current, look)


def _frame(
    request: HttpRequest, patient: Patient, episode: Episode | None, current: str,
    look: Callable[[], PatientDanger | None] | None,
) -> dict[str, Any]:  # fmt: skip
    viewer, at = request.viewer, request.now
    diagnosis = ""
    clinical = can_access(viewer, Right.VIEW_CLINICAL, patient=patient.pk, at=at)
    if episode is not None and (clinical or viewer.is_first_line):
        day = timezone.localdate(at)
        diagnosis = queries.diagnosis_line(patient.pk, queries.pathway_of(episode, on=day), on=day)
    at_home = not clinical and _measures(viewer, patient, at=at)
    found = (look or (lambda: queries.danger_of(patient, viewer.network, at=at)))() if clinical else None
    return {
        "danger": panel_of_danger(viewer, patient, found, at=at),
        "answered_dangers": queries.still_holding(patient.pk, found),
        "home_danger": home_panel(viewer, patient, at=at) if at_home else None,
        "just_saved": bool(at_home and request.session.pop(JUST_SAVED, False)),
        "patient": patient,
        "episode": episode,
        "banner": banner_of(viewer, patient, at, diagnosis=diagnosis, url=link("people:patient", patient.pk)),
        "tabs": chart_tabs(viewer, patient.pk, at=at, current=current),
        "today": timezone.localdate(at),
        "may_write": episode is not None
        and episode.ended_at is None
        and can_access(viewer, Right.WRITE_CLINICAL, patient=patient.pk, at=at),
        "may_book": episode is not None
        and episode.ended_at is None
        and episode.centre_id in viewer.organisation_ids
        and can_access(viewer, Right.BOOK, patient=patient.pk, at=at),
        "may_measure": _measures(viewer, patient, at=at),
    }


def _measures(viewer: Viewer, patient: Patient, *, at: Any) -> bool:
    return can_access(viewer, Right.ENTER_MEASUREMENT, patient=patient.pk, at=at)


def asked_day(request: HttpRequest, name: str = "dag") -> date:
    """The day in the address, or today when it is missing or no day."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return timezone.localdate(request.now)
