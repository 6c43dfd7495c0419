"""The patient's own page, also for the carer who looks along."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from .. import queries
from ..access import AccessDenied, Right


@require_GET
def my_record(request: HttpRequest) -> HttpResponse:
    """The own record in plain language. What the other rooms add comes through ``my_blocks`` (``web/context.py``)."""
    viewer, at = request.viewer, request.now
    if not viewer.is_self:
        raise AccessDenied(_("Deze bladzijde is voor patiënten en hun mantelzorgers."))
    patient_id = viewer.patient_ids[0]
    record = queries.patient_for(viewer, patient_id, Right.IDENTITY, at, event="own_record.viewed")
    involved = [
        relation
        for relation in queries.relations_of(viewer, patient_id, at)
        if relation.ends_at is None or relation.ends_at > at
    ]
    seen: set[str] = set()
    context = {
        "patient": record,
        "banner": queries.banner_of(viewer, record, at),
        "involved": [
            r for r in involved if not (r.organisation.name in seen or seen.add(r.organisation.name))
        ],
        "is_carer": viewer.role == "carer",
    }
    return render(request, "people/my_record.html", context)
