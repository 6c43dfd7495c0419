"""The way to the diagnosis, and every calculator with its inputs."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anderhalf.apps.people.access import Right
from anderhalf.apps.people.queries import patient_for

from .. import queries
from ..queries.calculators import calculators
from ..queries.diagnosis import diagnosis_way
from .common import frame


@require_GET
def diagnosis(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Steps, what is still to be done, and the calculators: each an answer or the range it can still be."""
    viewer, at = request.viewer, request.now
    patient = patient_for(viewer, patient_id, Right.VIEW_CLINICAL, at, event="clinic:diagnosis_viewed")
    episode = queries.shown_episode_of(viewer, patient_id, at=at)
    context = frame(request, patient, episode, "diagnosis")
    if episode is None:
        return render(request, "clinic/chart_empty.html", context)
    context |= {
        "way": diagnosis_way(viewer, episode, at=at),
        "calculators": calculators(viewer, episode, at=at),
    }
    return render(request, "clinic/diagnosis.html", context)
