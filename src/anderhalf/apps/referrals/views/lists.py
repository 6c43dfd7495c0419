"""The lists: what was sent, what was received, what waits for a decision."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anderhalf.apps.people import queries as people
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.roles import CENTRE, FIRST_LINE, LEAD_PRACTITIONERS, SPECIALISTS
from anderhalf.apps.people.searches import search_text
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.presentation.numbers import to_press

from .. import agreed, queries
from ..access import is_recipient, is_requester
from ..danger import UNKNOWN
from ..models import Referral
from ..states import OWNERS, Status
from .answer import pathway_names

PAGE_SIZE = 25
TONES = {
    Status.DRAFT: "neutral",
    Status.SENT: "info",
    Status.MORE_INFORMATION: "attention",
    Status.ACCEPTED: "ok",
    Status.REDIRECTED: "attention",
    Status.ANSWERED: "ok",
    Status.BOOKED: "ok",
    Status.SEEN: "ok",
    Status.CLOSED: "neutral",
    Status.WITHDRAWN: "neutral",
}


def _filters(request: HttpRequest, *, show: str) -> queries.Filters:
    given = request.GET
    return queries.Filters(
        status=given.get("stand", ""),
        show=given.get("toon", show),
        intent=given.get("vraag", ""),
        direction=given.get("richting", ""),
        organisation=given.get("organisatie", ""),
        text=search_text(request, "zoek"),
        sort=given.get("sort", ""),
    )


def _rows(page: Any, viewer: Viewer, request: HttpRequest, norm: int | None) -> list[dict[str, Any]]:
    today = timezone.localdate(request.now)
    about = pathway_names(viewer.network, on=today)
    received = [one.patient_id for one in page if is_recipient(viewer, one)]
    twice = people.perhaps_twice(received)
    on_duty = _numbers_on_duty(page, viewer, today)
    rows = []
    for one in page:
        mine = OWNERS[one.status] == ("requester" if is_requester(viewer, one) else "recipient")
        rows.append(
            {
                "referral": one,
                "about": about.get(one.pathway, ""),
                "tone": TONES[Status(one.status)],
                "own_turn": mine,
                "days": (today - timezone.localdate(one.sent_at)).days if one.sent_at else None,
                "running": one.status
                in (Status.SENT, Status.MORE_INFORMATION, Status.ACCEPTED, Status.BOOKED),
                "norm": norm,
                "plan_before": plan_before(one, norm),
                "danger": _danger(one),
                "numbers": to_press(
                    call_112=one.danger == ACTIONS.index("call_112"),
                    cardiologist=on_duty.get(one.patient.practice.key, ""),
                )
                if _danger(one) == "certain"
                else (),
                "perhaps_twice": one.patient_id in twice,
                "late": bool(one.answer_before and one.answer_before < request.now),
                "see_late": bool(
                    one.see_before
                    and one.see_before < today
                    and one.status in (Status.SENT, Status.MORE_INFORMATION, Status.ACCEPTED, Status.BOOKED)
                ),
                "action": _next(one, viewer),
            }
        )
    return rows


def plan_before(one: Referral, norm: int | None) -> date | None:
    """The day before which somebody has to be planned, by the waiting time that was agreed and never after the day of
    the own term; None when that is done."""
    if one.sent_at is None or norm is None or one.status == Status.BOOKED:
        return None
    agreed = timezone.localdate(one.sent_at) + timedelta(days=norm)
    return min(agreed, one.see_before or agreed)


def _numbers_on_duty(page: Any, viewer: Viewer, on: date) -> dict[str, str]:
    """The number of who is on duty, by practice of those patients of a page about whom somebody must be called."""
    practices = {one.patient.practice.key for one in page if _danger(one) == "certain"}
    return {key: agreed.phone_on_duty(viewer.network, practice=key, on=on) for key in practices}


def _danger(one: Referral) -> str:
    """``certain``, ``unknown`` (alarm signs that nobody asked) or nothing, while somebody still has to act on it."""
    if one.danger is None or one.status not in (Status.SENT, Status.MORE_INFORMATION, Status.ACCEPTED):
        return ""
    return "unknown" if one.danger == UNKNOWN else "certain"


def _next(one: Referral, viewer: Viewer) -> tuple[str, str]:
    """The one visible action of a row: its words and its tone."""
    requester = is_requester(viewer, one)
    if requester:
        words = {
            Status.DRAFT: _("Afmaken"),
            Status.MORE_INFORMATION: _("Aanvullen"),
            Status.ANSWERED: _("Advies lezen"),
            Status.REDIRECTED: _("Bekijken"),
        }.get(Status(one.status))
        if words:
            return words, "primary"
    elif one.status == Status.SENT and (viewer.role in LEAD_PRACTITIONERS or viewer.role in SPECIALISTS):
        return (_("Beantwoorden") if one.intent == Referral.Intent.ADVICE else _("Beoordelen")), "primary"
    return _("Openen"), "secondary"


@require_GET
def referral_list(request: HttpRequest) -> HttpResponse:
    """What the own organisation sent; for centre and hospital also what it received (``kant=ontvangen``)."""
    viewer, at = request.viewer, request.now
    if viewer.role not in FIRST_LINE | CENTRE | SPECIALISTS:
        raise AccessDenied(_("Uw rol geeft hier geen toegang toe."))
    receives = viewer.role in CENTRE | SPECIALISTS
    side = request.GET.get("kant") or ("ontvangen" if receives else "verstuurd")
    received = receives and side == "ontvangen"
    filters = _filters(request, show="open")
    rows = queries.worklist(viewer, filters, at=at) if received else queries.sent_list(viewer, filters, at=at)
    kind = Organisation.Kind.PRACTICE if received else ""
    return _list(
        request, rows, filters, "referrals/list.html", receives=receives, received=received, kind=kind
    )


@require_GET
def triage(request: HttpRequest) -> HttpResponse:
    """What waits for a decision of the own centre, most urgent first."""
    viewer, at = request.viewer, request.now
    if viewer.role not in CENTRE | SPECIALISTS:
        raise AccessDenied(_("Uw rol geeft hier geen toegang toe."))
    filters = _filters(request, show="triage")
    rows = queries.worklist(viewer, filters, at=at)
    overdue = queries.overdue_referrals(viewer, at=at).count()
    return _list(
        request, rows, filters, "referrals/triage.html", receives=True, received=True, overdue=overdue
    )


def _list(
    request: HttpRequest,
    rows: Any,
    filters: queries.Filters,
    template: str,
    *,
    receives: bool,
    received: bool,
    kind: str = "",
    overdue: int = 0,
) -> HttpResponse:
    viewer, at = request.viewer, request.now
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", 1))
    norm = queries.waiting_norm(viewer.network, at=at)
    here = viewer.organisation_ids[0] if viewer.organisation_ids else None
    others = people.organisations(viewer, kind) if kind else people.organisations(viewer)
    address = reverse("referrals:list")
    context = {
        "page": page,
        "rows": _rows(page, viewer, request, norm),
        "filters": filters,
        "statuses": Status.choices,
        "intents": Referral.Intent.choices,
        "organisations": [one for one in others if one.kind in ("practice", "centre", "hospital")],
        "received": received,
        "tabs": [
            {"label": _("Ontvangen"), "url": f"{address}?kant=ontvangen", "current": received},
            {"label": _("Verstuurd"), "url": f"{address}?kant=verstuurd", "current": not received},
        ]
        if receives
        else [],
        "norm": norm,
        "waiting": queries.waiting_time(here, at=at) if here and received else None,
        "overdue": overdue,
        "narrowed": any((filters.status, filters.intent, filters.organisation, filters.text)),
    }
    return render(request, template, context)
