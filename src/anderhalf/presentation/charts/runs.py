"""A figure over time with its centre line and control limits: signal told from noise (SPC)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .svg import (
    FILLS,
    INK,
    INK_2,
    Number,
    Scale,
    group,
    line,
    mark,
    nice_ticks,
    number,
    picture,
    point,
    polyline,
    rect,
    text,
)

WIDTH, HEIGHT, LEFT, RIGHT_ROOM, TOP, FOOT = 720.0, 220.0, 46.0, 124.0, 14.0, 26.0


@dataclass(frozen=True, slots=True)
class RunPoint:
    """The figure of one period; ``value`` None = no figure. ``signal``: a rule says this is no chance."""

    label: str
    value: Number | None
    signal: bool = False
    text: str = ""


def run_chart(
    points: Sequence[RunPoint],
    *,
    title: str,
    unit: str = "",
    centre: Number | None = None,
    lower: Number | None = None,
    upper: Number | None = None,
    norm: Number | None = None,
    decimals: int = 0,
) -> SafeString:
    """Points joined by a line; limits shaded; signals as diamonds with their value beside them."""
    known = [float(p.value) for p in points if p.value is not None]
    edges = [float(edge) for edge in (centre, lower, upper, norm) if edge is not None]
    low, high = min(known + edges, default=0.0), max(known + edges, default=1.0)
    ticks = nice_ticks(0 if 0 <= low < (high - low) else low, high)
    across = Scale(0, max(len(points) - 1, 1), LEFT + 10, WIDTH - RIGHT_ROOM - 10)
    up = Scale(ticks[0], ticks[-1], HEIGHT - FOOT, TOP)
    right = WIDTH - RIGHT_ROOM
    parts: list[str] = []
    if lower is not None and upper is not None:
        parts.append(
            rect(
                LEFT,
                up(upper),
                right - LEFT,
                up(lower) - up(upper),
                fill=FILLS["neutral"],
                class_="ch-limit ch-neutral",
            )
        )
    for tick in ticks:
        parts.append(line(LEFT, up(tick), right, up(tick), class_="ch-grid"))
        parts.append(text(LEFT - 6, up(tick) + 4, number(tick), text_anchor="end", class_="ch-text ch-axis"))
    parts += _reference_lines(up, right, decimals, centre=centre, lower=lower, upper=upper, norm=norm)
    parts += _period_labels(points, across)
    for run in _unbroken(points, across, up):
        parts.append(polyline(run))
    shown = [(position, p, p.value) for position, p in enumerate(points) if p.value is not None]
    marks = [
        _draw_point(p, value, across(position), up, unit, decimals, right, last=position == shown[-1][0])
        for position, p, value in shown
    ]
    return picture(
        WIDTH,
        HEIGHT,
        *parts,
        group(*marks, data_lane=""),
        title=title,
        description=_describe(points, unit, decimals),
        css_class="chart-run",
    )


def _draw_point(
    p: RunPoint, value: Number, x: float, up: Scale, unit: str, decimals: int, right: float, *, last: bool
) -> SafeString:
    y = up(value)
    written = number(value, decimals)
    words = [f"{p.label}: {written} {unit}".strip()]
    if p.signal:
        words.append(_("signaal"))
    if p.text:
        words.append(p.text)
    tone = "danger" if p.signal else "accent"
    drawn = point(
        mark(x, y, "signal" if p.signal else "inside", tone=tone),
        label=", ".join(words),
        x=x,
        y=y,
        right=right,
        first=last,
    )
    if not p.signal and not last:
        return drawn
    beside = text(
        x, y - 9, written, text_anchor="middle", font_weight=700, fill=INK, class_="ch-text ch-value"
    )
    return group(drawn, beside)


def _reference_lines(
    up: Scale,
    right: float,
    decimals: int,
    *,
    centre: Number | None,
    lower: Number | None,
    upper: Number | None,
    norm: Number | None,
) -> list[SafeString]:
    parts: list[SafeString] = []
    taken: list[float] = []
    wanted = (
        (norm, _("norm"), INK, "6 3", 2.0),
        (centre, _("midden"), INK_2, "1 0", 1.5),
        (upper, _("bovengrens"), INK_2, "3 3", 1.0),
        (lower, _("ondergrens"), INK_2, "3 3", 1.0),
    )
    for value, name, stroke, dash, thickness in wanted:
        if value is None:
            continue
        y = up(value)
        parts.append(
            line(
                LEFT,
                y,
                right,
                y,
                stroke=stroke,
                stroke_dasharray=dash,
                stroke_width=thickness,
                class_="ch-reference",
            )
        )
        label_y = y + 4
        while any(abs(label_y - other) < 12 for other in taken):
            label_y += 12
        taken.append(label_y)
        parts.append(text(right + 8, label_y, f"{name} {number(value, decimals)}"))
    return parts


def _period_labels(points: Sequence[RunPoint], across: Scale) -> list[SafeString]:
    widest = max((len(p.label) for p in points), default=1) * 6.4 + 8
    room = (across.end - across.start) / max(len(points) - 1, 1)
    every = max(1, int(widest / room) + (widest % room > 0) if room else 1)
    return [
        text(across(position), HEIGHT - 7, p.label, text_anchor="middle", class_="ch-text ch-axis")
        for position, p in enumerate(points)
        if position % every == 0
    ]


def _unbroken(points: Sequence[RunPoint], across: Scale, up: Scale) -> list[list[tuple[float, float]]]:
    """The stretches without a missing period; a gap in the figures is a gap in the line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for position, p in enumerate(points):
        if p.value is None:
            runs.append([])
        else:
            runs[-1].append((across(position), up(p.value)))
    return [run for run in runs if len(run) > 1]


def _describe(points: Sequence[RunPoint], unit: str, decimals: int) -> str:
    known = [p for p in points if p.value is not None]
    if not known:
        return _("Nog geen cijfers.")
    signals = sum(p.signal for p in known)
    parts = [
        _("%(count)d perioden, laatste %(label)s: %(value)s.")
        % {
            "count": len(known),
            "label": known[-1].label,
            "value": f"{number(known[-1].value, decimals)} {unit}".strip(),
        }
    ]
    if signals:
        parts.append(_("Signalen: %(count)d.") % {"count": signals})
    return " ".join(parts)
