"""Reading in the supervision room: meetings, what is on the agenda, one case with everything beside it."""

from .cases import (
    asked_in,
    case_for,
    cases_of,
    decisions_about,
    decisions_in_timeline,
    decisions_lately,
    material_of,
    neighbours,
    reason_of,
    undecided_rules,
    waiting_of,
)
from .meetings import (
    MeetingView,
    agenda_of,
    counts,
    meeting_for,
    next_meeting,
    own_centres,
    past_meetings,
    planned_meetings,
    waiting_cases,
)
from .together import by_patient

__all__ = [
    "MeetingView",
    "agenda_of",
    "asked_in",
    "by_patient",
    "case_for",
    "cases_of",
    "counts",
    "decisions_about",
    "decisions_in_timeline",
    "decisions_lately",
    "material_of",
    "meeting_for",
    "neighbours",
    "next_meeting",
    "own_centres",
    "past_meetings",
    "planned_meetings",
    "reason_of",
    "undecided_rules",
    "waiting_cases",
    "waiting_of",
]
