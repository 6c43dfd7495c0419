"""Shares with their intervals (Wilson's, computed in core/evaluation), one row each, and plain bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .svg import (
    INK,
    INK_2,
    LINE,
    STROKES,
    Number,
    Scale,
    clip,
    element,
    group,
    line,
    nice_ticks,
    number,
    picture,
    point,
    rect,
    text,
)

WIDTH, LABEL_ROOM, VALUE_ROOM, ROW, TOP = 720.0, 232.0, 132.0, 34.0, 26.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalRow:
    """A share between 0 and 1 with its interval and denominator; ``share`` None = too few to show.

    ``note`` replaces the value when there is none ("minder dan 10").
    """

    label: str
    share: Number | None
    low: Number | None = None
    high: Number | None = None
    n: int | None = None
    norm: Number | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """One bar; ``note`` stands behind the value."""

    label: str
    value: Number
    note: str = ""
    tone: str = "accent"


def interval_chart(rows: Sequence[IntervalRow], *, title: str) -> SafeString:
    """A square for the share, a whisker for its interval, a tick for the norm; the numbers beside it."""
    left, right = LABEL_ROOM, WIDTH - VALUE_ROOM
    scale = Scale(0, 1, left, right)
    bottom = TOP + ROW * len(rows)
    parts = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        parts.append(line(scale(tick), TOP - 6, scale(tick), bottom, class_="ch-grid"))
        parts.append(
            text(scale(tick), 13, f"{number(tick * 100, 0)}%", text_anchor="middle", class_="ch-text ch-axis")
        )
    for position, row in enumerate(rows):
        parts.append(_draw_share(row, scale, TOP + ROW * position + ROW / 2, first=position == 0))
    return picture(
        WIDTH,
        bottom + 4,
        *parts,
        title=title,
        description=" ".join(f"{row.label}: {_share_words(row)}." for row in rows),
        css_class="chart-shares",
    )


def _draw_share(row: IntervalRow, scale: Scale, y: float, *, first: bool) -> SafeString:
    parts: list[str] = [
        line(0, y + ROW / 2, WIDTH, y + ROW / 2, stroke=LINE, class_="ch-grid"),
        text(
            0,
            y + 4,
            clip(row.label, LABEL_ROOM - 16, 12.5),
            font_size=12.5,
            fill=INK,
            class_="ch-text ch-label",
        ),
    ]
    if row.norm is not None:
        x = scale.clamp(row.norm)
        parts.append(
            line(x, y - 11, x, y + 11, stroke=INK, stroke_width=2, stroke_dasharray="3 2", class_="ch-norm")
        )
    if row.share is None:
        parts.append(text(scale.end + 10, y + 4, row.note or _("te weinig")))
        return group(element("title", f"{row.label}: {_share_words(row)}"), *parts)
    shape = []
    if row.low is not None and row.high is not None:
        low, high = scale.clamp(row.low), scale.clamp(row.high)
        for x1, y1, x2, y2 in ((low, y, high, y), (low, y - 4, low, y + 4), (high, y - 4, high, y + 4)):
            shape.append(line(x1, y1, x2, y2, stroke=INK_2, stroke_width=1.5, class_="ch-whisker"))
    x = scale.clamp(row.share)
    shape.append(rect(x - 4.5, y - 4.5, 9, 9, fill=STROKES["accent"], class_="ch-mark ch-accent"))
    label = f"{row.label}: {_share_words(row)}"
    parts.append(point(group(*shape), label=label, x=x, y=y - 3, right=scale.end, first=first))
    parts.append(
        text(
            scale.end + 10, y + 1, f"{number(float(row.share) * 100, 0)}%",
            font_size=12.5, font_weight=700, fill=INK, class_="ch-text ch-last",
        )
    )  # fmt: skip
    detail = _interval_words(row)
    if row.n is not None:
        detail = f"{detail} · n={row.n}" if detail else f"n={row.n}"
    parts.append(text(scale.end + 48, y + 1, detail, font_size=10))
    if row.norm is not None:
        norm = _("norm %(norm)s%%") % {"norm": number(float(row.norm) * 100, 0)}
        parts.append(text(scale.end + 10, y + 13.5, norm, font_size=10))
    return group(*parts, data_lane="")


def _interval_words(row: IntervalRow) -> str:
    if row.low is None or row.high is None:
        return ""
    return f"{number(float(row.low) * 100, 0)}–{number(float(row.high) * 100, 0)}%"


def _share_words(row: IntervalRow) -> str:
    if row.share is None:
        return row.note or _("te weinig om te tonen")
    parts = [f"{number(float(row.share) * 100, 0)}%"]
    if interval := _interval_words(row):
        parts.append(f"({interval})")
    if row.n is not None:
        parts.append(f"n={row.n}")
    if row.norm is not None:
        parts.append(_("norm %(norm)s%%") % {"norm": number(float(row.norm) * 100, 0)})
    return " ".join(parts)


def bar_chart(rows: Sequence[BarRow], *, title: str, unit: str = "", decimals: int = 0) -> SafeString:
    """Horizontal bars from zero, each with its number at the end. Negative values are refused."""
    if any(row.value < 0 for row in rows):
        raise ValueError("a bar chart starts at zero and cannot show a negative value")
    ticks = nice_ticks(0, max([float(row.value) for row in rows], default=1.0) or 1.0)
    scale = Scale(0, ticks[-1], LABEL_ROOM, WIDTH - VALUE_ROOM)
    bottom = TOP + ROW * len(rows)
    parts: list[str] = []
    for tick in ticks:
        parts.append(line(scale(tick), TOP - 6, scale(tick), bottom, class_="ch-grid"))
        parts.append(text(scale(tick), 13, number(tick), text_anchor="middle", class_="ch-text ch-axis"))
    for position, row in enumerate(rows):
        y = TOP + ROW * position
        tone = row.tone or "accent"
        words = f"{number(row.value, decimals)} {unit}".strip()
        bar = rect(
            scale(0), y + 6, scale(row.value) - scale(0), ROW - 12, rx=2,
            fill=STROKES.get(tone, STROKES["accent"]), class_=f"ch-bar ch-{tone}",
        )  # fmt: skip
        label = f"{row.label}: {words}{f', {row.note}' if row.note else ''}"
        parts.append(
            text(
                0,
                y + 19,
                clip(row.label, LABEL_ROOM - 16, 12.5),
                font_size=12.5,
                fill=INK,
                class_="ch-text ch-label",
            )
        )
        parts.append(point(bar, label=label, x=scale(0), y=y + 6, right=scale.end, first=position == 0))
        parts.append(
            text(scale(row.value) + 6, y + 19, words, font_weight=700, fill=INK, class_="ch-text ch-last")
        )
        if row.note:
            parts.append(text(scale(row.value) + 14 + 6.8 * len(words), y + 19, row.note, font_size=10))
    description = " ".join(f"{row.label}: {number(row.value, decimals)} {unit}".strip() + "." for row in rows)
    return picture(
        WIDTH,
        bottom + 4,
        group(*parts, data_lane=""),
        title=title,
        description=description,
        css_class="chart-bars",
    )
