"""A lane of measured values between shaded limits."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .lane_parts import lane_label
from .lanes import Limit, MeasureLane, Point
from .svg import (
    FILLS,
    INK,
    LINE,
    STROKES,
    Number,
    Scale,
    TimeScale,
    day,
    group,
    line,
    mark,
    number,
    point,
    polyline,
    rect,
    text,
)

MEASURE_HEIGHT = 64.0


def draw_measurements(lane: MeasureLane, axis: TimeScale, top: float) -> SafeString:
    """One measured fact: limits shaded, values joined, those outside marked by shape and number."""
    bottom = top + MEASURE_HEIGHT
    points = sorted((p for p in lane.points if axis.holds(p.on)), key=lambda p: p.on)
    low, high = _range(points, lane.limits)
    scale = Scale(low, high, bottom - 5, top + 5)
    parts: list[str] = [lane_label(lane.label, lane.unit, top + 24)]
    parts.append(
        rect(
            axis.left,
            top,
            axis.right - axis.left,
            MEASURE_HEIGHT,
            fill="none",
            stroke=LINE,
            class_="ch-frame",
        )
    )
    parts += _draw_limits(lane, scale, axis, top, bottom)
    if len(points) > 1:
        parts.append(polyline(((axis(p.on), scale(p.value)) for p in points), class_="ch-path"))
    label_end = axis.left
    for position, measured in enumerate(points):
        last = position == len(points) - 1
        x, y = axis(measured.on), scale(measured.value)
        limit, state = _limit_of(measured.value, lane.limits)
        value = measured.shown or number(measured.value, lane.decimals)
        name = _point_name(lane, measured, value, limit)
        parts.append(
            point(mark(x, y, state, tone=limit.tone if limit else "neutral"), label=name, x=x, y=y,
                  right=axis.right, first=last)
        )  # fmt: skip
        if limit and not last and x > label_end + 2:
            # Above the mark where there is room, otherwise to its right, so that the line stays free.
            room = y - 18 > top
            place = {"x": x, "y": y - 8, "text_anchor": "middle"} if room else {"x": x + 9, "y": y + 5}
            parts.append(text(content=value, font_weight=700, fill=INK, class_="ch-text ch-value", **place))
            label_end = x + 7 * len(value)
    parts.append(_value_now(lane, points, axis, scale, top))
    return group(*parts, role="group", aria_label=f"{lane.label}, {lane.unit}".strip(", "), data_lane="")


def _value_now(
    lane: MeasureLane, points: list[Point], axis: TimeScale, scale: Scale, top: float
) -> SafeString:
    x = axis.right + 8
    if not points:
        return text(x, top + MEASURE_HEIGHT / 2 + 4, _("geen waarde"))
    y = min(max(scale(points[-1].value) + 4, top + 14), top + MEASURE_HEIGHT - 14)
    value = points[-1].shown or number(points[-1].value, lane.decimals)
    limit, state = _limit_of(points[-1].value, lane.limits)
    arrow = {"above": " ▲", "below": " ▼"}.get(state, "") if limit else ""
    tone = STROKES[limit.tone] if limit else INK
    return group(
        text(
            x, y, value + arrow, font_size=13, font_weight=700, fill=tone,
            class_=f"ch-text ch-last{f' ch-{limit.tone}' if limit else ''}",
        ),
        text(x, y + 12, day(points[-1].on), font_size=10),
        aria_hidden="true",
    )  # fmt: skip


def _point_name(lane: MeasureLane, measured: Point, value: str, limit: Limit | None) -> str:
    parts = [f"{value} {lane.unit}".strip(), day(measured.on)]
    if limit and limit.label:
        parts.append(limit.label)
    if measured.text:
        parts.append(measured.text)
    return ", ".join(parts)


def _range(points: Sequence[Point], limits: Sequence[Limit]) -> tuple[float, float]:
    values = [float(p.value) for p in points]
    values += [float(edge) for limit in limits for edge in (limit.low, limit.high) if edge is not None]
    if not values:
        return 0.0, 1.0
    room = (max(values) - min(values)) * 0.2 or abs(values[0]) * 0.1 or 1.0
    return min(values) - room, max(values) + room


def _draw_limits(
    lane: MeasureLane, scale: Scale, axis: TimeScale, top: float, bottom: float
) -> list[SafeString]:
    parts = []
    labelled: list[float] = []
    for limit in lane.limits:
        upper = top if limit.high is None else scale(limit.high)
        lower = bottom if limit.low is None else scale(limit.low)
        parts.append(
            rect(
                axis.left, upper, axis.right - axis.left, lower - upper,
                fill=FILLS.get(limit.tone, FILLS["neutral"]), class_=f"ch-limit ch-{limit.tone}",
            )
        )  # fmt: skip
        for edge in (limit.low, limit.high):
            if edge is None:
                continue
            dash = "1 0" if limit.tone == "danger" else "4 3"
            parts.append(
                line(
                    axis.left, scale(edge), axis.right, scale(edge), stroke=STROKES[limit.tone],
                    stroke_width=0.75, stroke_dasharray=dash, class_=f"ch-limit-line ch-{limit.tone}",
                )
            )  # fmt: skip
            if all(abs(scale(edge) - other) > 10 for other in labelled):
                labelled.append(scale(edge))
                parts.append(
                    text(
                        axis.left - 5,
                        scale(edge) + 3.5,
                        number(edge, lane.decimals),
                        text_anchor="end",
                        font_size=10,
                    )
                )
    return parts


def _limit_of(value: Number, limits: Sequence[Limit]) -> tuple[Limit | None, str]:
    """The gravest limit the value lies in, and on which side of the normal range that is."""
    found = [limit for limit in limits if limit.holds(value)]
    if not found:
        return None, "inside"
    limit = next((one for one in found if one.tone == "danger"), found[0])
    if limit.low is not None and limit.high is None:
        return limit, "above"
    if limit.high is not None and limit.low is None:
        return limit, "below"
    # A band closed on both sides belongs to the open range it lies nearest to.
    middle = (float(limit.low or 0) + float(limit.high or 0)) / 2
    upper = [abs(float(one.low) - middle) for one in limits if one.low is not None and one.high is None]
    lower = [abs(float(one.high) - middle) for one in limits if one.high is not None and one.low is None]
    return limit, "above" if min(upper, default=inf) <= min(lower, default=inf) else "below"
