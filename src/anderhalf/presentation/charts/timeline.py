"""The clinician's picture: doses as steps toward target, measurements with their limits, one time axis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .dose_lane import DOSE_HEIGHT, draw_doses, steps_on_axis
from .lane_parts import LEFT, RIGHT_ROOM, TOP, WIDTH
from .lanes import DoseLane, Event, MeasureLane
from .measure_lane import MEASURE_HEIGHT, draw_measurements
from .svg import EDGE, STROKES, TimeScale, day, element, group, line, number, picture, rect, text

LANE_GAP, EVENT_ROW = 10.0, 21.0
DOSE_TONES = ("accent", "info", "local", "ok")


def timeline_chart(
    *,
    title: str,
    start: date,
    end: date,
    dose_lanes: Sequence[DoseLane] = (),
    measure_lanes: Sequence[MeasureLane] = (),
    events: Sequence[Event] = (),
    today: date | None = None,
    width: float = WIDTH,
) -> SafeString:
    """Draw all lanes between ``start`` and ``end``. Raises ValueError when the axis has no length.

    Values before ``start`` count for the dose that still holds, and are left out otherwise.
    """
    axis = TimeScale(start, end, LEFT, width - RIGHT_ROOM)
    lanes: list[str] = []
    top = TOP
    for position, dose_lane in enumerate(dose_lanes):
        lanes.append(
            draw_doses(
                dose_lane,
                axis,
                top,
                tone=DOSE_TONES[position % len(DOSE_TONES)],
                until=min(today or end, end),
                first=position == 0,
            )
        )
        top += DOSE_HEIGHT
    if dose_lanes:
        top += LANE_GAP
    for measure_lane in measure_lanes:
        lanes.append(draw_measurements(measure_lane, axis, top))
        top += MEASURE_HEIGHT + LANE_GAP
    shown = sorted((event for event in events if axis.holds(event.on)), key=lambda event: event.on)
    event_lines, event_labels, rows = _draw_events(shown, axis, top)
    return picture(
        width,
        top + rows * EVENT_ROW + 4,
        _draw_axis(axis, top, today),
        *lanes,
        event_lines,
        event_labels,
        title=title,
        description=_describe(dose_lanes, measure_lanes, axis),
        css_class="chart-timeline",
    )


def _draw_axis(axis: TimeScale, bottom: float, today: date | None) -> SafeString:
    parts = []
    for on, label in axis.ticks():
        parts.append(line(axis(on), TOP - 8, axis(on), bottom, class_="ch-grid"))
        parts.append(text(axis(on), 13, label, class_="ch-text ch-axis"))
    if today is not None and axis.holds(today) and today < axis.end:
        parts.append(line(axis(today), TOP - 8, axis(today), bottom, stroke=EDGE, class_="ch-today"))
        parts.append(text(axis(today) + 3, TOP - 2, _("vandaag"), class_="ch-text ch-axis"))
    return group(*parts, aria_hidden="true")


def _without_year(text: str) -> str:
    """``18-11`` or ``18 Nov``: the axis tells the year."""
    return text[:5] if "-" in text else text.rsplit(" ", 1)[0]


def _draw_events(events: list[Event], axis: TimeScale, bottom: float) -> tuple[SafeString, SafeString, int]:
    lines, labels = [], []
    ends: list[float] = []
    for event in events:
        x = axis(event.on)
        content = f"{event.label} · {_without_year(day(event.on))}"
        room = 7.0 * len(content) + 12
        left = min(max(x - 5, axis.left - 90), axis.right + RIGHT_ROOM - room - 2)
        row = next((n for n, end in enumerate(ends) if end + 4 < left), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = left + room
        y = bottom + row * EVENT_ROW
        colour = STROKES.get(event.tone, STROKES["neutral"])
        lines.append(
            line(
                x,
                TOP - 4,
                x,
                y + 3,
                stroke=colour,
                stroke_dasharray="4 3",
                class_=f"ch-event ch-{event.tone}",
            )
        )
        labels.append(
            group(
                element("title", f"{event.label}, {day(event.on)}"),
                rect(left, y + 2, room, EVENT_ROW - 4, rx=3, fill=colour, class_=f"ch-flag ch-{event.tone}"),
                text(
                    left + 6, y + 14, content, fill="#ffffff", font_weight=600, class_="ch-text ch-flag-text"
                ),
            )
        )
    return group(*lines, aria_hidden="true"), group(*labels), len(ends)


def _describe(doses: Sequence[DoseLane], measures: Sequence[MeasureLane], axis: TimeScale) -> str:
    parts = [_("Van %(start)s tot %(end)s.") % {"start": day(axis.start), "end": day(axis.end)}]
    for lane in doses:
        steps = steps_on_axis(lane, axis)
        if steps and (steps[-1].end is None or steps[-1].end > axis.end):
            parts.append(f"{lane.label}: {steps[-1].text or number(steps[-1].dose)}.")
    for measured in measures:
        inside = [p for p in measured.points if axis.holds(p.on)]
        if inside:
            latest = max(inside, key=lambda p: p.on)
            value = f"{number(latest.value, measured.decimals)} {measured.unit}".strip()
            parts.append(f"{measured.label}: {value} ({day(latest.on)}).")
    return " ".join(parts)
