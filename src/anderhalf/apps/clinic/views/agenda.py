"""The centre's time: today, the agenda, sessions, the waiting list and everybody in care."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.models import Organisation, Professional
from anderhalf.apps.people.queries import colleagues, organisations
from anderhalf.apps.people.roles import CENTRE, SPECIALISTS
from anderhalf.apps.people.searches import search_text
from anderhalf.apps.record.queries import tasks_for
from anderhalf.presentation.language import day_label

from .. import actions, queries
from ..errors import ClinicRefused
from ..forms import ReasonForm, SessionForm, SubstituteForm
from ..queries import DANGER
from ..queries.danger import MONITORING, REPEAT
from .common import asked_day

VIEWS = ("dag", "week")


def _own_centres(request: HttpRequest) -> list[Organisation]:
    """The centres where the viewer has sessions; refuses who has none."""
    check_access(request.viewer, Right.MANAGE_SESSIONS)
    own = organisations(request.viewer, Organisation.Kind.CENTRE).filter(
        pk__in=request.viewer.organisation_ids
    )
    if not (found := list(own)):
        raise AccessDenied(_("U werkt niet bij een centrum."))
    return found


def _centre(request: HttpRequest) -> tuple[Organisation, list[Organisation]]:
    """The centre in the address when it is an own one, else the first; and all own centres."""
    own = _own_centres(request)
    asked = request.GET.get("centrum", "")
    return next((one for one in own if str(one.pk) == asked), own[0]), own


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Who comes today, and what else is waiting: contacts past their date, tasks, the waiting list."""
    _own_centres(request)
    viewer, at = request.viewer, request.now
    appointments = queries.today(viewer, at=at)
    waiting = queries.waiting_list(viewer, at=at, limit=5)
    everything = queries.due_list(viewer, at=at)
    watch = [one for one in everything if one.kind != "contact" and not one.urgent][:6]
    # the blood test that stands above as late is not said again as a task
    late = {one.patient.pk for one in watch if one.kind == "laboratory"}
    tasks = [
        task
        for task in tasks_for(viewer=viewer, at=at).exclude(kind__in=(DANGER, REPEAT))[:60]
        if task.kind != MONITORING or task.patient_id not in late
    ]
    context = {
        "appointments": appointments,
        "now": at,
        "to_come": sum(1 for one in appointments if one.status in ("booked", "arrived")),
        "waiting": waiting,
        "waiting_count": queries.rail_counts(viewer, at=at).get("clinic:waiting", 0),
        "due": queries.due_contacts(viewer, at=at, limit=8),
        "tasks": queries.tasks_by_patient(tasks)[:8],
        "dangers": queries.dangers_by_patient(everything, at=at),
        "watch": watch,
        "today": timezone.localdate(at),
    }
    return render(request, "clinic/today.html", context)


@require_GET
def agenda(request: HttpRequest) -> HttpResponse:
    """One day in columns per professional, or a week of days."""
    centre, own = _centre(request)
    view = request.GET.get("weergave", "dag")
    view = view if view in VIEWS else "dag"
    day = asked_day(request)
    first = day - timedelta(days=day.weekday()) if view == "week" else day
    length = 7 if view == "week" else 1
    days = queries.agenda(request.viewer, centre=centre.pk, first=first, days=length, at=request.now)
    context = {
        "centre": centre,
        "centres": own,
        "view": view,
        "day": day,
        "first": first,
        "last": first + timedelta(days=length - 1),
        "days": [one for one in days if one.sessions or one.holiday or one.day.weekday() < 5],
        "earlier": first - timedelta(days=length),
        "later": first + timedelta(days=length),
        "today": timezone.localdate(request.now),
    }
    return render(request, "clinic/agenda.html", context)


@require_http_methods(["GET", "POST"])
def sessions_new(request: HttpRequest) -> HttpResponse:
    """Make one session or a weekly series."""
    centre, own = _centre(request)
    who = colleagues(request.viewer, at=request.now, roles=CENTRE | SPECIALISTS, reachable=True)
    initial: dict[str, Any] = {
        "centre": str(centre.pk),
        "professional": str(request.viewer.professional_id or ""),
        "first_day": asked_day(request),
        "starts": "09:00",
        "ends": "12:00",
        "slot_minutes": 30,
        "kinds": ["visit"],
        "weeks": 1,
    }
    form = SessionForm(request.POST or None, centres=own, professionals=who, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_sessions(by=request.viewer, at=request.now, **form.arguments())
        except ClinicRefused as refused:
            form.add_error(None, str(refused))
        else:
            _tell_made(request, made)
            begin = timezone.localdate(made.sessions[0].starts_at)
            return redirect(
                f"{reverse('clinic:agenda')}?dag={begin.isoformat()}&centrum={form.cleaned_data['centre']}"
            )
    return render(request, "clinic/sessions_new.html", {"form": form}, status=422 if form.errors else 200)


def _tell_made(request: HttpRequest, made: actions.MadeSessions) -> None:
    count = len(made.sessions)
    messages.success(
        request, ngettext("%(n)d spreekuur gemaakt.", "%(n)d spreekuren gemaakt.", count) % {"n": count}
    )
    for day, why in made.skipped:
        messages.warning(request, _("%(day)s overgeslagen: %(why)s") % {"day": day_label(day), "why": why})


@require_GET
def session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One session: who is in it, call it off, or let somebody else take it over."""
    return _session_page(request, session_id)


def _offered(request: HttpRequest, centre: UUID) -> QuerySet[Professional]:
    """Who may hold a session at this centre."""
    roles = CENTRE | SPECIALISTS
    return colleagues(request.viewer, centre, at=request.now, roles=roles, reachable=True)


def _session_page(request: HttpRequest, session_id: UUID, **forms: Any) -> HttpResponse:
    found = queries.session(request.viewer, session_id, at=request.now)
    who = colleagues(
        request.viewer, found.session.centre_id, at=request.now, roles=CENTRE | SPECIALISTS, reachable=True
    )
    others = who.exclude(pk=found.session.professional_id)
    context = {
        "found": found,
        "session": found.session,
        "reason_form": forms.get("reason_form") or ReasonForm(prefix="cancel"),
        "substitute_form": forms.get("substitute_form") or SubstituteForm(professionals=others),
        "open": found.session.cancelled_at is None and found.session.ends_at > request.now,
    }
    return render(request, "clinic/session.html", context, status=422 if forms else 200)


@require_POST
def session_cancel(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Call a session off; whoever was in it is on the waiting list again."""
    queries.session(request.viewer, session_id, at=request.now)
    form = ReasonForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return _session_page(request, session_id, reason_form=form)
    hit = actions.cancel_session(
        by=request.viewer, at=request.now, session=session_id, because=form.cleaned_data["because"]
    )
    messages.success(request, _("Het spreekuur is vervallen."))
    if hit:
        text = ngettext(
            "%(n)d afspraak staat weer open: maak een nieuwe en bel de patiënt.",
            "%(n)d afspraken staan weer open: maak nieuwe en bel de patiënten.",
            len(hit),
        )
        messages.warning(request, text % {"n": len(hit)})
    return redirect("clinic:session", session_id)


@require_POST
def session_substitute(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Let somebody else take a session over."""
    found = queries.session(request.viewer, session_id, at=request.now)
    who = colleagues(
        request.viewer, found.session.centre_id, at=request.now, roles=CENTRE | SPECIALISTS, reachable=True
    )
    form = SubstituteForm(request.POST, professionals=who)
    if not form.is_valid():
        return _session_page(request, session_id, substitute_form=form)
    try:
        actions.substitute(
            by=request.viewer,
            at=request.now,
            session=session_id,
            professional=UUID(form.cleaned_data["professional"]),
            because=form.cleaned_data["because"],
        )
    except ClinicRefused as refused:
        form.add_error("professional", str(refused))
        return _session_page(request, session_id, substitute_form=form)
    messages.success(request, _("Het spreekuur is overgenomen."))
    return redirect("clinic:session", session_id)


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Who waits for a first appointment, most pressing first, and which contacts are due."""
    _own_centres(request)
    context = {
        "waiting": queries.waiting_list(request.viewer, at=request.now),
        "due": queries.due_contacts(request.viewer, at=request.now),
    }
    return render(request, "clinic/waiting.html", context)


@require_GET
def in_care(request: HttpRequest) -> HttpResponse:
    """Everybody in care at the own centre."""
    _own_centres(request)
    filters = {name: request.GET.get(name, "") for name in ("practitioner", "state", "sort")}
    filters["q"] = search_text(request, "q")
    page = queries.worklist(request.viewer, at=request.now, page=request.GET.get("page", 1), filters=filters)
    for one in page:
        if one.danger_rank is not None:
            one.numbers = queries.numbers_beside(one.centre, one.danger_rank, at=request.now)
    context = {"page": page, "filters": filters, "today": timezone.localdate(request.now)}
    template = "clinic/_in_care_list.html" if request.htmx else "clinic/in_care.html"
    return render(request, template, context)
