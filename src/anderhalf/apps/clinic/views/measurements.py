"""Measurements apart from a contact: taken at home, or to be corrected."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.queries import patient_for
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.queries import contradicting_of, observations_of
from anderhalf.presentation.units import unit_of

from .. import actions, queries
from ..errors import ClinicRefused
from ..forms import CorrectionForm, HomeForm
from .common import JUST_SAVED, frame
from .danger import hidden_from, home_panel, panel_of
from .written import ask_in


@require_http_methods(["GET", "POST"])
def home(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Weight, blood pressure and pulse measured at home, by the patient, a carer or the care team."""
    viewer, at = request.viewer, request.now
    patient = patient_for(
        viewer, patient_id, Right.ENTER_MEASUREMENT, at, event="clinic:home_measurement_viewed"
    )
    episode = queries.shown_episode_of(viewer, patient_id, at=at)
    if episode is None:
        messages.info(request, _("U bent nog niet in zorg bij het centrum. Daarna kunt u hier meten."))
        return redirect("clinic:plan", patient_id)
    day = timezone.localdate(at)
    pathway = queries.pathway_of(episode, on=day)
    latest = queries.known_facts(patient_id, pathway, on=day, birth_date=patient.birth_date, sex=patient.sex)
    hidden = hidden_from(viewer, [pathway])
    doubt = contradicting_of(patient_id, dictionary=pathway.facts, on=day)
    form = HomeForm(
        request.POST or None, pathway=pathway, at=at,
        latest={name: value for name, value in latest.items() if name not in hidden},
        doubt={name: values for name, values in doubt.items() if name not in hidden},
        initial={"measured_on": day, "submission": uuid4()},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        items = form.observations({}, default=form.cleaned_data["measured_on"], at=at)
        try:
            actions.enter_home_measurements(
                by=viewer, at=at, patient=patient_id, items=items, submission=form.submission_key()
            )
        except record.RecordRefused as refused:
            form.add_error("measured_on", str(refused))
        else:
            if home_panel(viewer, patient, at=at) is None:
                messages.success(request, _("De meting is bewaard."))
            else:  # the next page says what to do now, above all, and below it that this was saved
                request.session[JUST_SAVED] = True
            return redirect("clinic:plan", patient_id)
    elif request.method == "POST":
        # A form with an error is not saved; a danger in it is told to the centre all the same.
        typed, unconfirmed = form.for_the_eye()
        actions.warn_of_unsaved(by=viewer, at=at, patient=patient_id, typed=typed, unconfirmed=unconfirmed)
    told = [name for name in form.fact_names if name not in hidden]
    rows = observations_of(viewer=viewer, patient=patient_id, at=at, facts=told)[:20]
    context = {
        **frame(request, patient, episode, "plan"),
        "form": form,
        "facts": form.rows(form.fact_names),
        "lines": queries.observation_lines(rows, pathway, plainly=True),
    }
    if form.is_bound and (seen := home_panel(viewer, patient, at=at, form=form)) is not None:
        context |= {"home_danger": seen, "danger": None}
    return render(request, "clinic/home_measurement.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """Replace a value, or say that it can't be trusted or was never true. The old value stays visible."""
    viewer, at = request.viewer, request.now
    found = queries.observation(viewer, observation_id, at=at)
    check_access(viewer, Right.WRITE_CLINICAL, patient=found.patient_id, at=at)
    episode = queries.shown_episode_of(viewer, found.patient_id, at=at)
    if episode is None:
        return redirect("clinic:chart", found.patient_id)
    pathway = queries.pathway_of(episode, on=timezone.localdate(at))
    fact = pathway.facts.get(found.fact)
    if fact is None:
        messages.error(request, _("Deze meting hoort niet bij dit zorgpad."))
        return redirect("clinic:measurements", found.patient_id)
    form = CorrectionForm(
        request.POST or None,
        pathway=pathway,
        fact=fact,
        at=at,
        born=found.patient.birth_date,
        described_by=queries.described_by(episode, at=at),
    )
    if form.is_bound:
        form.full_clean()
        ask_in(form, viewer, found.patient, at=at)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.correct_measurement(
                by=viewer, at=at, episode=episode, observation=found.pk, because=given["because"],
                better=form.better(),
                unreliable=given["what"] == "unreliable", observations=form.new_observations(),
                not_now=form.written.not_now_keys,
            )  # fmt: skip
        except (record.RecordRefused, ClinicRefused) as refused:
            form.add_error(None, str(refused))
        else:
            stored = _("De meting is gecorrigeerd; de oude waarde blijft zichtbaar.")
            if queries.danger_of(found.patient, viewer.network, at=at):
                messages.warning(request, stored)
            else:
                messages.success(request, stored)
            return redirect("clinic:measurements", found.patient_id)
    context = {
        **frame(request, found.patient, episode, "measurements"),
        "form": form,
        "line": queries.observation_lines([found], pathway)[0],
        "observation": found,
        "unit": unit_of(fact),
    }
    if form.is_bound:
        typed, asked = form.with_the_value(day=timezone.localdate(found.at))
        context["danger"] = panel_of(viewer, found.patient, typed, asked, at=at) or context["danger"]
    return render(request, "clinic/observation_correct.html", context, status=422 if form.errors else 200)
