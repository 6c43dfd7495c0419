"""The list of meetings, one meeting, who is there, and closing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from .. import actions, queries
from ..errors import SupervisionRefused
from ..forms import MeetingsForm
from ..models import CaseDiscussion


def agenda_rows(cases: list[CaseDiscussion]) -> list[dict[str, Any]]:
    """Each patient once, with the cases about them and why those are on the agenda, in the reader's language."""
    return [
        {
            "case": group[0],
            "first": any(case.comes_first for case in group),
            "questions": [{"case": case, "reason": queries.reason_of(case)} for case in group],
        }
        for group in queries.by_patient(cases)
    ]


@require_GET
def meetings(request: HttpRequest) -> HttpResponse:
    """The coming meeting of each own centre with its agenda, what is planned, and what was held."""
    return _meetings_page(request, None)


def _meetings_page(request: HttpRequest, form: MeetingsForm | None) -> HttpResponse:
    viewer, at = request.viewer, request.now
    centres = queries.own_centres(viewer)
    planned = queries.planned_meetings(viewer, at=at)
    waiting = queries.waiting_cases(viewer, at=at)
    blocks = []
    for centre in centres:
        own = [one for one in planned if one.centre_id == centre.pk]
        blocks.append(
            {
                "centre": centre,
                "next": own[0] if own else None,
                "later": own[1:],
                "rows": agenda_rows([case for case in waiting if case.centre_id == centre.pk]),
            }
        )
    form = form or MeetingsForm(
        centres=centres, initial={"day": timezone.localdate(at), "starts": "12:30", "times": 8}
    )
    context = {
        "blocks": blocks,
        "past": queries.past_meetings(viewer, at=at, page=request.GET.get("page", 1)),
        "form": form,
        "today": timezone.localdate(at),
    }
    return render(request, "supervision/meetings.html", context, status=422 if form.errors else 200)


@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Plan one meeting or a series."""
    form = MeetingsForm(request.POST, centres=queries.own_centres(request.viewer))
    if form.is_valid():
        try:
            made = actions.plan_meetings(
                by=request.viewer,
                at=request.now,
                centre=form.chosen_centre(),
                first=form.first(),
                times=form.cleaned_data["times"],
            )
        except SupervisionRefused as refused:
            form.add_error(None, str(refused))
        else:
            text = ngettext("%(n)d bespreking gepland.", "%(n)d besprekingen gepland.", len(made))
            messages.success(request, text % {"n": len(made)})
            return redirect("supervision:meetings")
    return _meetings_page(request, form)


@require_GET
def meeting(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The agenda of one meeting, case by case, with who is there."""
    return _meeting_page(request, meeting_id, "")


def _meeting_page(request: HttpRequest, meeting_id: UUID, refused: str) -> HttpResponse:
    viewer, at = request.viewer, request.now
    shown = queries.meeting_for(viewer, meeting_id, at=at)
    held = timezone.localdate(shown.meeting.starts_at)
    context = {
        "shown": shown,
        "meeting": shown.meeting,
        "rows": agenda_rows(shown.cases),
        "open": shown.meeting.status == "planned",
        "may_close": shown.meeting.status == "planned" and held <= timezone.localdate(at),
        "refused": refused,
    }
    return render(request, "supervision/meeting.html", context, status=422 if refused else 200)


@require_POST
def attend(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Set who is there."""
    try:
        present = [UUID(one) for one in request.POST.getlist("present")]
        actions.attend(by=request.viewer, at=request.now, meeting=meeting_id, present=present)
    except ValueError:
        return _meeting_page(request, meeting_id, _("Deze lijst is niet te lezen. Probeer het opnieuw."))
    except SupervisionRefused as refused:
        return _meeting_page(request, meeting_id, str(refused))
    messages.success(request, _("De aanwezigheid is vastgelegd."))
    return redirect("supervision:meeting", meeting_id)


@require_POST
def close(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Close the meeting; what was not reached goes to the next one."""
    try:
        actions.close_meeting(by=request.viewer, at=request.now, meeting=meeting_id)
    except SupervisionRefused as refused:
        return _meeting_page(request, meeting_id, str(refused))
    messages.success(
        request, _("De bespreking is afgesloten. Wat niet aan de beurt kwam, staat op de volgende agenda.")
    )
    return redirect("supervision:meetings")
