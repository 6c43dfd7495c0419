"""Consents, carers who look along, the patient's own account; and what stands in the banner."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from .. import actions, queries
from ..access import Right, can_access
from ..forms import AlertForm, CarerForm, ConsentForm, PatientAccountForm
from ..forms.patients import ALLERGY
from ..purposes import ConsentPurpose
from ..viewer import Viewer
from .common import new_submission, patient_context

TAKEN_OUT = gettext_lazy("Dit geldt niet meer. Het blijft doorgestreept boven het dossier staan.")


@require_http_methods(["GET", "POST"])
def consents(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What the patient agreed or objected to, who looks along, and the own account."""
    viewer, at = request.viewer, request.now
    if request.method == "POST":
        form = ConsentForm(request.POST)
        if form.is_valid():
            actions.give_consent(by=viewer, at=at, patient=patient_id, **form.cleaned_data)
            messages.success(request, _("De keuze is vastgelegd."))
            return redirect("people:consents", patient_id)
        messages.error(request, _("Kies toestemming of bezwaar."))
        return redirect("people:consents", patient_id)
    return _consents_page(request, patient_id, CarerForm(initial=new_submission()))


def _consents_page(
    request: HttpRequest,
    patient_id: UUID,
    carer_form: CarerForm,
    account_form: PatientAccountForm | None = None,
) -> HttpResponse:
    viewer, at = request.viewer, request.now
    record = queries.patient_for(
        viewer, patient_id, Right.IDENTITY, at, event="consents.viewed", object_type="consent"
    )
    history = list(queries.consents_of(viewer, patient_id, at))
    newest: dict[str, Any] = {}
    for consent in history:
        newest.setdefault(consent.purpose, consent)
    bound = carer_form.is_bound or bool(account_form and account_form.is_bound)
    context = patient_context(request, record, "consents") | {
        "choices": [
            {"purpose": p.value, "label": p.label, "now": newest.get(p.value)} for p in ConsentPurpose
        ],
        "history": [(ConsentPurpose(c.purpose).label, c) for c in history],
        "carers": queries.carers_of(viewer, patient_id, at),
        "may_decide": can_access(viewer, Right.GIVE_CONSENT, patient=patient_id, at=at),
        "carer_form": carer_form,
        "account_form": account_form or PatientAccountForm(initial=new_submission(), auto_id="account_%s"),
    }
    return render(request, "people/consents.html", context, status=422 if bound else 200)


@require_POST
def add_carer(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Somebody near the patient may look along; shows the temporary password once."""
    form = CarerForm(request.POST)
    if not form.is_valid():
        return _consents_page(request, patient_id, form)
    data = dict(form.cleaned_data)
    return _with_password(
        request,
        patient_id,
        key=str(data.pop("submission")),
        make=lambda password: actions.add_carer(
            by=request.viewer, at=request.now, patient=patient_id, temporary_password=password, **data
        ),
        username=data["username"],
        again=lambda wrong: _consents_page(request, patient_id, _with_error(form, wrong)),
    )


@require_POST
def open_account(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """An account for the patient; shows the temporary password once."""
    form = PatientAccountForm(request.POST, auto_id="account_%s")
    carer_form = CarerForm(initial=new_submission())
    if not form.is_valid():
        return _consents_page(request, patient_id, carer_form, form)
    data = dict(form.cleaned_data)
    record = queries.opened_patient(request.viewer, patient_id, Right.GIVE_CONSENT, request.now)
    return _with_password(
        request,
        patient_id,
        key=str(data.pop("submission")),
        make=lambda password: actions.open_patient_account(
            by=request.viewer, at=request.now, patient=record, temporary_password=password, **data
        ),
        username=data["username"],
        again=lambda wrong: _consents_page(request, patient_id, carer_form, _with_error(form, wrong)),
    )


def _with_error(form: Any, wrong: ValidationError) -> Any:
    form.add_error("username", wrong.messages)
    return form


def _with_password(
    request: HttpRequest, patient_id: UUID, *, key: str, make: Any, username: str, again: Any
) -> HttpResponse:
    password = actions.new_temporary_password()
    try:
        with transaction.atomic():
            if not actions.submit_once(by=request.viewer, at=request.now, key=key):
                return redirect("people:consents", patient_id)
            make(password)
    except ValidationError as wrong:
        return again(wrong)
    context = {"username": username, "password": password, "back": request.path.rsplit("/", 2)[0] + "/"}
    return render(request, "people/temporary_password.html", context)


@require_POST
def end_carer(request: HttpRequest, patient_id: UUID, carer_id: UUID) -> HttpResponse:
    """The carer no longer looks along."""
    actions.end_carer(by=request.viewer, at=request.now, carer_id=carer_id)
    messages.success(request, _("Deze mantelzorger kijkt niet meer mee."))
    return redirect("people:consents", patient_id)


@require_http_methods(["GET", "POST"])
def alerts(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Allergies, warnings and treatment limits: what stands in the banner and what stood there."""
    viewer, at = request.viewer, request.now
    form = AlertForm(request.POST) if request.method == "POST" else AlertForm(initial=new_submission())
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        key = str(data.pop("submission"))
        with transaction.atomic():
            if actions.submit_once(by=viewer, at=at, key=key):
                _note(viewer, patient_id, at, **data)
        messages.success(request, _("Dit staat nu boven het dossier."))
        return redirect("people:alerts", patient_id)
    record = queries.patient_for(
        viewer, patient_id, Right.VIEW_PLAN, at, event="alerts.viewed", object_type="alert"
    )
    context = patient_context(request, record, "alerts") | {
        "form": form,
        "register": queries.register_of(patient_id),
        "current": queries.alerts_of(viewer, patient_id, at),
        "ended": queries.alerts_of(viewer, patient_id, at, ended=True),
        "may_note": queries.may_note(viewer, patient_id, at),
        "may_lift": queries.may_lift(viewer, patient_id, at),
    }
    return render(request, "people/alerts.html", context, status=422 if form.is_bound else 200)


def _note(
    viewer: Viewer, patient_id: UUID, at: datetime, *, kind: str, text: str, reaction: str, since: Any
) -> None:
    """An allergy goes to the register, the rest is an alert."""
    if kind == ALLERGY:
        actions.register_allergy(
            by=viewer, at=at, patient=patient_id, substance=text, reaction=reaction, since=since
        )
    else:
        actions.add_alert(by=viewer, at=at, patient=patient_id, kind=kind, text=text, since=since)


@require_POST
def allergies_asked(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Somebody asked, and there are none."""
    actions.ask_allergies(by=request.viewer, at=request.now, patient=patient_id)
    messages.success(request, _("Vastgelegd dat het is nagevraagd."))
    return redirect("people:alerts", patient_id)


@require_POST
def end_allergy(request: HttpRequest, patient_id: UUID, allergy_id: UUID) -> HttpResponse:
    """An entry of the register no longer holds, with the reason."""
    try:
        actions.end_allergy(
            by=request.viewer, at=request.now, allergy=allergy_id, because=request.POST.get("because", "")
        )
    except ValidationError as wrong:
        messages.error(request, wrong.messages[0])
    else:
        messages.success(request, TAKEN_OUT)
    return redirect("people:alerts", patient_id)


@require_POST
def restore_allergy(request: HttpRequest, patient_id: UUID, allergy_id: UUID) -> HttpResponse:
    """Undo that an entry of the register was taken out."""
    try:
        actions.restore_allergy(by=request.viewer, at=request.now, allergy=allergy_id)
    except ValidationError as wrong:
        messages.error(request, wrong.messages[0])
    else:
        messages.success(request, _("Dit geldt weer."))
    return redirect("people:alerts", patient_id)


@require_POST
def end_alert(request: HttpRequest, patient_id: UUID, alert_id: UUID) -> HttpResponse:
    """Takes one out of the banner, with the reason."""
    because = request.POST.get("because", "")
    try:
        actions.end_alert(by=request.viewer, at=request.now, alert_id=alert_id, because=because)
    except ValidationError as wrong:
        messages.error(request, wrong.messages[0])
    else:
        messages.success(request, TAKEN_OUT)
    return redirect("people:alerts", patient_id)


@require_POST
def restore_alert(request: HttpRequest, patient_id: UUID, alert_id: UUID) -> HttpResponse:
    """Puts back what was taken out of the banner."""
    actions.restore_alert(by=request.viewer, at=request.now, alert_id=alert_id)
    messages.success(request, _("Dit geldt weer."))
    return redirect("people:alerts", patient_id)
