"""Choosing a slot, and what can become of an appointment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.queries import colleagues
from anderhalf.apps.people.roles import CENTRE, SPECIALISTS
from anderhalf.presentation.language import day_label

from .. import actions, queries
from ..errors import ClinicRefused, SlotTaken
from ..forms import AboutPatientForm, SlotForm
from ..models import Appointment, Episode, Slot
from .common import asked_day, frame
from .danger import unsaved_panel
from .written import ask_in

SLOTS = 80


@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Free slots of the centre for one patient; pressing one books it."""
    episode = queries.episode(request.viewer, episode_id, at=request.now, right=Right.BOOK)
    if request.method == "POST":
        return _take(request, episode, None)
    return _slots_page(request, episode, None)


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """The same page, for another slot instead of the present one."""
    present = queries.appointment(request.viewer, appointment_id, at=request.now)
    episode = queries.episode(request.viewer, present.episode_id, at=request.now, right=Right.BOOK)
    if request.method == "POST":
        return _take(request, episode, present)
    return _slots_page(request, episode, present)


def _slots_page(
    request: HttpRequest, episode: Episode, present: Appointment | None, status: int = 200
) -> HttpResponse:
    viewer, at = request.viewer, request.now
    if episode.centre_id not in viewer.organisation_ids:
        raise AccessDenied(_("Deze patiënt is bij een ander centrum in zorg."))
    kinds = Appointment.Kind.values
    asked = request.GET.get("soort", "")
    kind = present.kind if present else asked if asked in kinds else Appointment.Kind.VISIT
    who = colleagues(viewer, episode.centre_id, at=at, roles=CENTRE | SPECIALISTS, reachable=True)
    by = request.GET.get("wie", "")
    professional = next((one.pk for one in who if str(one.pk) == by), None)
    slots = queries.free_slots(
        viewer, centre=episode.centre_id, at=at, kind=kind, professional=professional,
        first=asked_day(request, "vanaf"), limit=SLOTS,
    )  # fmt: skip
    narrowed = bool(by) or asked_day(request, "vanaf") > timezone.localdate(at)
    context: dict[str, Any] = {
        **frame(request, episode.patient, episode, "chart"),
        "days": queries.by_day(slots),
        "more": len(slots) == SLOTS,
        "too_late": _first_too_late(episode, slots, narrowed=narrowed),
        "last_day": timezone.localdate(slots[-1].starts_at) if slots else None,
        "form": SlotForm(),
        "present": present,
        "planned": queries.planned_of(viewer, episode, at=at),
        "kinds": Appointment.Kind.choices,
        "kind": kind,
        "kind_label": Appointment.Kind(kind).label,
        "professionals": who,
        "professional": by,
        "first": asked_day(request, "vanaf"),
    }
    return render(request, "clinic/book.html", context, status=status)


def _first_too_late(episode: Episode, slots: Sequence[Slot], *, narrowed: bool) -> date | None:
    """The day of the first free slot when that is after the term of the first visit; only when all were looked at."""
    before = episode.referral.see_before
    if narrowed or not slots or before is None or episode.first_seen_at is not None:
        return None
    day = timezone.localdate(slots[0].starts_at)
    return day if day > before else None


def _take(request: HttpRequest, episode: Episode, present: Appointment | None) -> HttpResponse:
    form = SlotForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Kies een tijdstip."))
        return _slots_page(request, episode, present, status=422)
    slot, kind = form.cleaned_data["slot"], form.cleaned_data["kind"] or Appointment.Kind.VISIT
    try:
        if present is None:
            made = actions.book(
                by=request.viewer, at=request.now, slot=slot, episode=episode.pk, kind=kind,
                note=form.cleaned_data["note"],
            )  # fmt: skip
        else:
            made = actions.move(by=request.viewer, at=request.now, appointment=present.pk, slot=slot)
    except SlotTaken as taken:
        if taken.episode == episode.pk:  # the second press of the same button
            messages.info(request, _("Deze afspraak was al gemaakt."))
            return redirect("clinic:chart", episode.patient_id)
        messages.error(request, str(taken))
        return _slots_page(request, episode, present, status=409)
    except ClinicRefused as refused:
        messages.error(request, str(refused))
        return _slots_page(request, episode, present, status=422)
    when = timezone.localtime(made.slot.starts_at)
    messages.success(
        request,
        _("Afspraak gemaakt: %(day)s om %(time)s.") % {"day": day_label(when), "time": f"{when:%H:%M}"},
    )
    return redirect("clinic:chart", episode.patient_id)


def _back(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """To where the button was: today's list, or the patient."""
    if request.POST.get("from") == "chart":
        return redirect("clinic:chart", appointment.patient_id)
    return redirect("clinic:today")


@require_POST
def arrived(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """The patient is there."""
    found = queries.appointment(request.viewer, appointment_id, at=request.now)
    actions.arrived(by=request.viewer, at=request.now, appointment=found.pk)
    return _back(request, found)


@require_POST
def no_show(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """The patient did not come."""
    found = queries.appointment(request.viewer, appointment_id, at=request.now)
    try:
        actions.no_show(by=request.viewer, at=request.now, appointment=found.pk)
    except ClinicRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Vastgelegd: niet verschenen. De patiënt staat weer op de lijst."))
    return _back(request, found)


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Call an appointment off, with the reason."""
    found = queries.appointment(request.viewer, appointment_id, at=request.now)
    episode = queries.episode(request.viewer, found.episode_id, at=request.now, right=Right.BOOK)
    form = AboutPatientForm(
        request.POST or None, pathway=queries.described_by(episode, at=request.now), at=request.now
    )
    if form.is_bound:
        form.full_clean()
        ask_in(form, request.viewer, episode.patient, at=request.now)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel(
                by=request.viewer, at=request.now, appointment=found.pk, because=form.cleaned_data["because"],
                observations=form.new_observations(), not_now=form.written.not_now_keys,
            )  # fmt: skip
        except ClinicRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("De afspraak is afgezegd; het tijdstip is weer vrij."))
            return redirect("clinic:chart", found.patient_id)
    context = {**frame(request, episode.patient, episode, "chart"), "form": form, "appointment": found}
    if form.is_bound:
        context["danger"] = (
            unsaved_panel(request.viewer, episode.patient, form, at=request.now) or context["danger"]
        )
    return render(request, "clinic/appointment_cancel.html", context, status=422 if form.errors else 200)
