"""From a request to the desk that it is about, with access checked."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from anderhalf.apps.people import queries as people
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.roles import FIRST_LINE, SPECIALISTS

from .. import queries
from .desk import Desk, parsed_uuid


def open_desk(
    request: HttpRequest, *, from_hospital: bool | None = None, data: QueryDict | None = None
) -> Desk | None:
    """The desk that the request is about (``patient``, ``concept`` or ``verwijzing``), with access checked and the
    read logged; None when it names none. A first-line viewer refers up, a specialist down."""
    viewer = request.viewer
    if viewer.role not in FIRST_LINE | SPECIALISTS:
        raise AccessDenied(_("Alleen huisarts, praktijkondersteuner en medisch specialist verwijzen hier."))
    source = data if data is not None else request.GET
    down = viewer.role in SPECIALISTS if from_hospital is None else from_hospital
    referral = None
    referral_id = parsed_uuid(source.get("verwijzing"))
    patient_id = parsed_uuid(source.get("patient"))
    key = parsed_uuid(source.get("concept"))
    if referral_id is not None:
        referral = queries.referral_for(viewer, referral_id, at=request.now)
        patient_id = referral.patient_id
    if patient_id is not None:
        patient = people.patient_for(
            viewer,
            patient_id,
            Right.REFER,
            request.now,
            event="referral.form",
        )
        return Desk(viewer, request, patient, str(referral_id or patient_id), down, referral, data)
    if key is not None:
        return Desk(viewer, request, None, str(key), down, None, data)
    return None
