"""Finding, registering and correcting patients."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from .. import actions, queries
from ..access import AccessDenied, Right, can_access, check_access
from ..forms import ParticularsForm, PatientForm
from ..identifiers import looks_like_bsn
from ..models import Organisation, Patient
from ..roles import CLINICIANS, FIRST_LINE, SPECIALISTS, Role
from ..same_person import known_otherwise
from ..searches import search_text
from .common import link, new_submission, patient_context

DRAFT = "patient_new"


@require_GET
def patients(request: HttpRequest) -> HttpResponse:
    """The viewer's own patients, and search among them.

    A BSN of somebody whom the viewer may see leads to that patient at once; it is never shown again.
    """
    if request.viewer.role not in CLINICIANS and request.viewer.role != Role.PRIVACY_OFFICER:
        raise AccessDenied(_("Uw rol ziet geen patiënten."))
    text = search_text(request, "q")
    if looks_like_bsn(text):
        found = queries.find_patients(request.viewer, text, request.now).object_list
        if len(found) == 1:
            return redirect("people:patient", found[0].pk)
        return _list(request, text, shown_text="")
    return _list(request, text)


def _list(request: HttpRequest, text: str, shown_text: str | None = None) -> HttpResponse:
    viewer, at = request.viewer, request.now
    return render(
        request,
        "people/patients.html",
        {
            "page": queries.find_patients(viewer, text, at, request.GET.get("page", 1)),
            "text": text if shown_text is None else shown_text,
            "searched": bool(text),
            "may_register": can_access(viewer, Right.REGISTER_PATIENT),
            "may_break_glass": can_access(viewer, Right.BREAK_GLASS),
        },
    )


@require_GET
def patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """To the page about this patient that fits the viewer's work."""
    viewer = request.viewer
    if viewer.is_self:
        return redirect("people:my_record")
    if viewer.role == Role.PRIVACY_OFFICER:
        return redirect("people:log", patient_id)
    check_access(viewer, Right.IDENTITY, patient=patient_id, at=request.now)
    may_see_plan = can_access(viewer, Right.VIEW_PLAN, patient=patient_id, at=request.now)
    return redirect(
        (may_see_plan and link("clinic:chart", patient_id)) or link("people:patient_details", patient_id)
    )


@require_http_methods(["GET", "POST"])
def details(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Name, address, practice and who is involved; corrected by who refers or treats."""
    viewer, at = request.viewer, request.now
    record = queries.patient_for(viewer, patient_id, Right.IDENTITY, at, event="patient.details_viewed")
    rights = (Right.WRITE_CLINICAL, Right.REFER)
    may_change = any(can_access(viewer, right, patient=patient_id, at=at) for right in rights)
    form = _particulars_form(request, record, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data.pop("version") or 0
        try:
            actions.change_patient(
                by=viewer, at=at, patient=patient_id, version=version, changes=form.cleaned_data
            )
        except actions.StaleRecord as stale:
            status = 409
            form.add_error(
                None, _("Iemand anders heeft deze gegevens intussen gewijzigd. Hieronder staat wat u typte.")
            )
            record = stale.present
        except ValidationError as wrong:
            status = 422
            form.add_error(None, wrong)
        else:
            messages.success(request, _("De gegevens zijn opgeslagen."))
            return redirect("people:patient_details", patient_id)
    context = patient_context(request, record, "details") | {
        "form": form,
        "may_change": may_change,
        "relations": queries.relations_of(viewer, patient_id, at),
        "refer_url": link("referrals:new")
        if viewer.role in FIRST_LINE | SPECIALISTS  # the form is theirs; a centre sends on from its own pages
        and can_access(viewer, Right.REFER, patient=patient_id, at=at)
        else "",
    }
    return render(request, "people/patient_details.html", context, status=status)


def _particulars_form(request: HttpRequest, record: Patient, data: Any) -> ParticularsForm:
    names = [*actions.CHANGEABLE, "version"]
    return ParticularsForm(
        data,
        initial={name: getattr(record, name) for name in names},
        gps=queries.colleagues(request.viewer, record.practice_id, at=request.now, roles=[Role.GP]),
        insurers=queries.organisations(request.viewer, Organisation.Kind.INSURER),
    )


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """A new patient: checked against the 11-test and against who is registered already."""
    check_access(request.viewer, Right.REGISTER_PATIENT)
    if request.method == "GET":
        return _register_page(request, _register_form(request, None))
    form = _register_form(request, request.POST)
    if not form.is_valid():
        return _register_page(request, form, status=422)
    data = dict(form.cleaned_data)
    different, key = data.pop("different"), str(data.pop("submission"))
    data.pop("birth_date_right")
    if queries.earlier_result(request.viewer, key):
        return redirect("people:patient_details", queries.earlier_result(request.viewer, key))
    duplicates = queries.possible_duplicates(
        request.viewer, family_name=data["family_name"], birth_date=data["birth_date"], at=request.now
    )
    if duplicates and not different:
        return _register_page(request, form, status=422, duplicates=duplicates)
    return _store(request, form, data, key)


def _store(request: HttpRequest, form: PatientForm, data: dict[str, Any], key: str) -> HttpResponse:
    viewer, at = request.viewer, request.now
    try:
        with transaction.atomic():
            if actions.submit_once(by=viewer, at=at, key=key):
                record = actions.register_patient(by=viewer, at=at, **data)
                actions.keep_result(by=viewer, key=key, result=str(record.pk))
                actions.discard_draft(by=viewer, form=DRAFT)
                messages.success(request, _("%(name)s is ingeschreven.") % {"name": record.full_name})
                if queries.perhaps_twice([record.pk]):
                    messages.warning(request, known_otherwise())
    except actions.DuplicatePatient as known:
        if known.differs:
            form.add_error("bsn", known.differs)
        return _register_page(request, form, status=422, known=known)
    except ValidationError as wrong:
        form.add_error(None, wrong)
        return _register_page(request, form, status=422)
    return redirect("people:patient_details", queries.earlier_result(viewer, key))


def _register_form(request: HttpRequest, data: Any) -> PatientForm:
    viewer = request.viewer
    practices = queries.practices(viewer)
    initial: dict[str, Any] = new_submission()
    if len(viewer.organisation_ids) == 1 and viewer.is_first_line:
        initial["practice"] = viewer.organisation_ids[0]
    draft = queries.draft_of(viewer, DRAFT) if data is None else None
    initial |= {name: values[-1] for name, values in (draft or {}).items() if values}
    chosen = (data or initial).get("practice") or None
    gps = (
        queries.colleagues(viewer, _uuid(chosen), at=request.now, roles=[Role.GP])
        if chosen
        else (queries.network_gps(viewer, at=request.now))
    )
    return PatientForm(
        data,
        on=timezone.localdate(request.now),
        initial=initial,
        practices=practices,
        gps=gps,
        insurers=queries.organisations(viewer, Organisation.Kind.INSURER),
    )


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _register_page(
    request: HttpRequest,
    form: PatientForm,
    *,
    status: int = 200,
    duplicates: Any = (),
    known: actions.DuplicatePatient | None = None,
) -> HttpResponse:
    known_url = ""
    if known is not None and known.may_open:
        viewer = request.viewer
        sees = can_access(viewer, Right.IDENTITY, patient=known.patient, at=request.now)
        known_url = (
            link("people:patient", known.patient)
            if sees
            else f"{link('referrals:down')}?patient={known.patient}"
        )
    context = {
        "form": form,
        "duplicates": duplicates,
        "known": known,
        "known_url": known_url,
        "draft_form": DRAFT,
    }
    return render(request, "people/patient_new.html", context, status=status)
