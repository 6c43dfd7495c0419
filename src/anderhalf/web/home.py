"""The first page, per role: what needs this person today. ``BLOCKS`` says who sees which block, in which order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from anderhalf.apps.people.roles import (
    CARE_TEAM,
    CENTRE,
    FIRST_LINE,
    LEAD_PRACTITIONERS,
    SELF,
    SPECIALISTS,
    Role,
)
from anderhalf.apps.people.viewer import Viewer

from . import home_care, home_danger, home_figures, home_office, home_patient
from .home_blocks import Block, link

Maker = Callable[..., Block | None]

_FIRST_LINE = frozenset(FIRST_LINE)
_CENTRE = frozenset(CENTRE)
_SPECIALISTS = frozenset(SPECIALISTS)
_SELF = frozenset(SELF)

BLOCKS: tuple[tuple[Maker, frozenset[str]], ...] = (
    (home_patient.next_appointment, _SELF),
    (home_figures.questionnaire, _SELF),
    (home_patient.my_letters, _SELF),
    (home_patient.my_medication, _SELF),
    (home_patient.my_measurements, _SELF),
    (home_patient.my_plan, _SELF),
    (home_danger.dangers, _CENTRE),
    (home_danger.emergencies, _FIRST_LINE | _CENTRE | _SPECIALISTS),
    (home_danger.dangers_elsewhere, _FIRST_LINE | _SPECIALISTS | frozenset(CARE_TEAM)),
    (home_office.orphaned_sessions, _CENTRE | {Role.PROJECT_LEADER}),
    (home_care.today, _CENTRE),
    (home_care.triage, frozenset(LEAD_PRACTITIONERS)),
    (home_care.unread_letters, _FIRST_LINE | _SPECIALISTS),
    (home_care.answers_needed, _FIRST_LINE | _SPECIALISTS),
    (home_care.next_meeting, frozenset(LEAD_PRACTITIONERS) | _SPECIALISTS),
    (home_care.waiting, _CENTRE),
    (home_care.due, _CENTRE),
    (home_care.letters_to_sign, frozenset(LEAD_PRACTITIONERS)),
    (home_care.unread_elsewhere, _CENTRE),
    (home_care.found_people, _FIRST_LINE),
    (home_care.overdue, _FIRST_LINE | _CENTRE | _SPECIALISTS),
    (home_care.tasks, _FIRST_LINE | _CENTRE | _SPECIALISTS | frozenset(CARE_TEAM)),
    (home_care.care_team_patients, frozenset(CARE_TEAM)),
    (home_office.results, frozenset({Role.PROJECT_LEADER})),
    (home_figures.claims, frozenset({Role.BILLING, Role.INSURER})),
    (home_office.accounts, frozenset({Role.ADMINISTRATOR})),
    (home_office.emergencies, frozenset({Role.PRIVACY_OFFICER})),
    (home_office.agreement, frozenset({Role.PROJECT_LEADER, Role.INSURER, Role.ADMINISTRATOR, Role.BILLING})),
    (home_care.drafts, _FIRST_LINE | _CENTRE | _SPECIALISTS),
)


def blocks(viewer: Viewer, *, at: datetime) -> list[Block]:
    """The blocks of this viewer's role that have something to say; where nothing waits comes last."""
    made = [make(viewer, at=at) for make, roles in BLOCKS if viewer.role in roles]
    shown = [block for block in made if block is not None and (block.rows or block.count or not block.calm)]
    return (
        shown if viewer.is_self else sorted(shown, key=lambda block: (block.key != "danger", not block.rows))
    )


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What needs this person today; patients and carers go to their own overview."""
    viewer = request.viewer
    if viewer.is_self:
        return redirect("people:my_record")
    hour = timezone.localtime(request.now).hour
    context = {
        "blocks": blocks(viewer, at=request.now),
        "part_of_day": "morning" if hour < 12 else "afternoon" if hour < 18 else "evening",
        "today": timezone.localdate(request.now),
        "refer_url": link("referrals:new") if viewer.is_first_line else "",
        "refer_down_url": link("referrals:down") if viewer.role in _SPECIALISTS else "",
    }
    return render(request, "home.html", context)
