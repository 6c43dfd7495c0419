"""The course of treatment as a picture in the letter: doses as steps toward target, measurements beneath, one axis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from anderhalf.apps.clinic import queries as clinic
from anderhalf.presentation import charts
from anderhalf.presentation.formatting import format_date, format_number

from .models import Letter

DAYS_A_MONTH = 30.44
LONGEST = 24
"""Months; a longer course is unreadable at the width of a letter, and its beginning is in earlier letters."""
CONTACTS = 2
"""Contacts before there is a course to show."""
TITLE = "Verloop van medicatie en metingen"
LETTER_FONT = "Libertinus Serif"


@dataclass(frozen=True, kw_only=True)
class Course:
    """An SVG, what stands above it, and the same in words for who cannot see it."""

    svg: str
    title: str
    alt: str


def course_of(letter: Letter) -> Course | None:
    """The course since this period of care began; None when there is nothing yet that moved. In Dutch, as the letter.

    Needs Dutch to be the active language. The signed letter keeps the picture as it was drawn on that day.
    """
    moment = letter.signed_at or letter.drafted_at
    episode = letter.episode
    if episode.encounters.filter(at__lte=moment).count() < CONTACTS:
        return None
    months = min(LONGEST, max(1, round((moment - episode.started_at).days / DAYS_A_MONTH) + 1))
    pathway = clinic.pathway_of(episode, on=timezone.localdate(moment))
    data = clinic.timeline(letter.patient_id, pathway, at=moment, months=months)
    data["measure_lanes"] = [lane for lane in data["measure_lanes"] if len(lane["points"]) > 1]
    if not data["measure_lanes"]:
        return None
    # who reads the letter next month must not find a line that says "today"
    svg = charts.timeline_chart(title=TITLE, **charts.lanes_from({**data, "today": None}))
    return Course(svg=_in_letter_font(svg), title=TITLE, alt=_in_words(data))


def _in_letter_font(svg: str) -> str:
    """Paper has the fonts of the letter and no others."""
    return re.sub(r'font-family="[^"]*"', f'font-family="{LETTER_FONT}"', svg)


def _in_words(data: dict[str, Any]) -> str:
    """First and last of everything drawn; all values are on the patient's page."""
    said = []
    for lane in data["dose_lanes"]:
        first, last = lane["steps"][0], lane["steps"][-1]
        course = first["text"] if first is last else f"{first['text']} naar {last['text']}"
        ended = ", daarna gestopt" if last["end"] is not None else ""
        said.append(f"{lane['label']} ({lane['sub']}): {course}{ended}")
    for lane in data["measure_lanes"]:
        first, last = (
            format_number(lane["points"][place]["value"], lane.get("decimals")) for place in (0, -1)
        )
        said.append(f"{lane['label']}: {first} naar {last} {lane.get('unit', '')}".strip())
    return f"{TITLE} van {format_date(data['start'])} tot {format_date(data['today'])}. {'; '.join(said)}."
