"""Titration: proposals and what is done with them, what a patient tolerates, what is due, the whole centre."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.queries import patient_for
from anderhalf.apps.people.searches import search_text
from anderhalf.apps.record import actions as record
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.titration import Protocol

from .. import actions, queries
from ..errors import ClinicRefused
from ..forms import BesideForm, ChoiceForm
from ..models import AdviceChoice, Episode
from ..titration.gather import protocol_of
from .beside import panels
from .common import frame

FILTERS = ("class", "state", "sort")


def opened(request: HttpRequest, patient_id: UUID, event: str) -> dict[str, Any]:
    """The frame around a patient whose clinical record the viewer may see; leaves the audit line."""
    patient = patient_for(
        request.viewer, patient_id, Right.VIEW_CLINICAL, request.now, event=f"clinic:{event}_viewed"
    )
    episode = queries.shown_episode_of(request.viewer, patient_id, at=request.now)
    return frame(request, patient, episode, "medication")


def protocol_for(request: HttpRequest, episode: Episode | None) -> tuple[Pathway, Protocol] | None:
    if episode is None:
        return None
    pathway = queries.pathway_of(episode, on=timezone.localdate(request.now))
    protocol = protocol_of(pathway)
    return (pathway, protocol) if protocol is not None else None


@require_GET
def proposals(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Every class as a card, and what was done with earlier proposals."""
    return _proposals_page(request, patient_id)


def _proposals_page(request: HttpRequest, patient_id: UUID, status: int = 200) -> HttpResponse:
    context = opened(request, patient_id, "proposals")
    known = protocol_for(request, context["episode"])
    if known is None:
        return render(request, "clinic/chart_empty.html", context)
    choices = queries.choices_of(request.viewer, patient_id, at=request.now)
    context |= {
        "proposals": queries.proposals(request.viewer, context["episode"], at=request.now),
        "beside": panels(
            queries.beside(request.viewer, context["episode"], at=request.now), on=context["today"]
        ),
        "chosen": [
            line | {"undoable": queries.undoable_by(request.viewer, line["row"], at=request.now)}
            for line in queries.choice_lines(choices, known[1])
        ],
        "discussed": queries.discussed(request.viewer, patient_id, at=request.now),
        "prescribes": request.viewer.role in actions.PRESCRIBERS,
        "encounter_id": request.GET.get("consult", "") or request.POST.get("encounter", ""),
    }
    return render(request, "clinic/proposals.html", context, status=status)


@require_POST
def choose(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Accept, adapt or decline one proposal; refused with the new one beside it when the facts changed."""
    viewer, at = request.viewer, request.now
    episode = queries.episode(viewer, episode_id, at=at)
    check_access(viewer, Right.WRITE_CLINICAL, patient=episode.patient_id, at=at)
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Kies overnemen, aanpassen of niet doen."))
        return _proposals_page(request, episode.patient_id, status=422)
    given = form.cleaned_data
    try:
        row = actions.choose_advice(
            by=viewer, at=at, episode=episode_id, drug_class=given["drug_class"], choice=given["choice"],
            basis=given["basis"], reason=given["reason"], dose=given["dose"], stop_reason=given["stop_reason"],
            despite=given["despite"], encounter=given["encounter"], submission=form.submission_key(),
        )  # fmt: skip
    except (ClinicRefused, record.RecordRefused) as refused:
        messages.error(request, str(refused))
        return _proposals_page(request, episode.patient_id, status=409)
    messages.success(request, _told(row))
    address = reverse("clinic:proposals", args=[episode.patient_id])
    return redirect(f"{address}?consult={row.encounter}" if row.encounter else address)


@require_POST
def not_used(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Record that what a text names as in use is not used."""
    viewer, at = request.viewer, request.now
    episode = queries.episode(viewer, episode_id, at=at)
    check_access(viewer, Right.WRITE_CLINICAL, patient=episode.patient_id, at=at)
    try:
        actions.record_not_used(
            by=viewer, at=at, episode=episode_id, drug_class=request.POST.get("drug_class", "")
        )
    except (ClinicRefused, record.RecordRefused) as refused:
        messages.error(request, str(refused))
        return _proposals_page(request, episode.patient_id, status=409)
    messages.success(request, _("Vastgelegd dat de patiënt dit niet gebruikt."))
    return redirect("clinic:proposals", episode.patient_id)


def _told(row: AdviceChoice) -> str:
    """What a press did, in a sentence."""
    if row.choice == "adapted":
        return _("Uw keuze is vastgelegd.")
    if row.choice == "declined":
        return _("Vastgelegd dat u het voorstel niet volgt.")
    if row.medication:
        return _("Het voorstel is overgenomen.")
    if row.tasks:
        return _("Staat als taak klaar op Vandaag.")
    return _("Staat op de agenda van de bespreking.") if row.agenda else _("Het voorstel is overgenomen.")


@require_POST
def choose_beside(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Follow an answer of a second pathway, or not, with the reason."""
    viewer, at = request.viewer, request.now
    episode = queries.episode(viewer, episode_id, at=at)
    check_access(viewer, Right.WRITE_CLINICAL, patient=episode.patient_id, at=at)
    form = BesideForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Kies overnemen of niet doen."))
        return _proposals_page(request, episode.patient_id, status=422)
    given = form.cleaned_data
    try:
        row = actions.choose_beside(
            by=viewer, at=at, episode=episode_id, pathway=given["pathway"], table=given["table"],
            choice=given["choice"], basis=given["basis"], reason=given["reason"], start=given["start"],
            despite=given["despite"], encounter=given["encounter"], submission=form.submission_key(),
        )  # fmt: skip
    except (ClinicRefused, record.RecordRefused) as refused:
        messages.error(request, str(refused))
        return _proposals_page(request, episode.patient_id, status=409)
    messages.success(
        request,
        _("Het voorstel is overgenomen.")
        if row.choice == "accepted"
        else _("Vastgelegd dat u het voorstel niet volgt."),
    )
    address = reverse("clinic:proposals", args=[episode.patient_id])
    return redirect(f"{address}?consult={row.encounter}" if row.encounter else address)


@require_POST
def advice_undo(request: HttpRequest, choice_id: UUID) -> HttpResponse:
    """Take back the own choice of today."""
    return _taken_back(
        request, choice_id, actions.undo_choice, _("Ongedaan gemaakt. Alles blijft in het dossier te lezen.")
    )


@require_POST
def advice_reopen(request: HttpRequest, choice_id: UUID) -> HttpResponse:
    """Open a declined proposal again."""
    return _taken_back(request, choice_id, actions.reopen_advice, _("Het voorstel staat weer open."))


def _taken_back(request: HttpRequest, choice_id: UUID, action: Any, told: str) -> HttpResponse:
    patient_id = queries.patient_of_choice(request.viewer, choice_id, at=request.now)
    try:
        action(by=request.viewer, at=request.now, choice=choice_id)
    except (ClinicRefused, record.RecordRefused) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, told)
    return redirect("clinic:proposals", patient_id)


@require_POST
def results_seen(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """The results that arrived were read."""
    episode = queries.episode(request.viewer, episode_id, at=request.now)
    actions.review_results(by=request.viewer, at=request.now, episode=episode_id)
    messages.success(request, _("De uitslagen staan als gezien."))
    return redirect("clinic:chart", episode.patient_id)


@require_GET
def due(request: HttpRequest) -> HttpResponse:
    """Alarms, unread results, overdue laboratory and missed contacts of the centre."""
    watch, at = queries.due_list(request.viewer, at=request.now), request.now
    context = {
        "dangers": queries.dangers_by_patient(watch, at=at),
        "watch": [one for one in watch if not one.urgent],
        "now": at,
    }
    return render(request, "clinic/due.html", context)


@require_GET
def population(request: HttpRequest) -> HttpResponse:
    """Everybody in titration at the own centre."""
    filters = {name: request.GET.get(name, "") for name in FILTERS} | {"q": search_text(request, "q")}
    found = queries.population(
        request.viewer, at=request.now, filters=filters, page=request.GET.get("page", 1)
    )
    context = {"population": found, "filters": filters, "today": timezone.localdate(request.now)}
    template = "clinic/_population_list.html" if request.htmx else "clinic/population.html"
    return render(request, template, context)
