"""The few building blocks all charts share: escaped elements, scales, ticks.

Colours stand twice in the picture: as presentation attributes (so that a picture cut out of the page, in a
letter or a PDF, keeps its light colours) and as classes (so that the style sheet can recolour it for the dark
theme). No ``style`` attributes, because the content security policy forbids them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from html import escape
from itertools import count
from math import floor, log10

from django.utils.safestring import SafeString, mark_safe

from anderhalf.presentation import formatting
from anderhalf.presentation.language import language

Number = Decimal | int | float

INK, INK_2, LINE, EDGE = "#16212b", "#435361", "#d9e0e5", "#7d8b96"
FILLS = {
    "danger": "#fde8ea",
    "attention": "#fdf0d9",
    "ok": "#e2f3e9",
    "info": "#e8eefb",
    "neutral": "#eef2f4",
}
STROKES = {
    "danger": "#a61b2b",
    "attention": "#8a5300",
    "ok": "#1d6b43",
    "info": "#2a4f9c",
    "local": "#6a3d9a",
    "accent": "#0a5f73",
    "neutral": "#435361",
}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"

_ids = count(1)


def element(name: str, *children: str, **attributes: object) -> SafeString:
    """One SVG element. Text children and attribute values are escaped unless they are safe already.

    ``class_`` becomes ``class``, other underscores become hyphens; ``None`` leaves an attribute out; floats
    are written with at most one decimal, because a tenth of a unit is already less than anybody sees.
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        text = _coordinate(value) if isinstance(value, float) else str(value)
        parts.append(f'{key.rstrip("_").replace("_", "-")}="{escape(text)}"')
    inside = "".join(child if isinstance(child, SafeString) else escape(str(child)) for child in children)
    opening = " ".join(parts)
    return mark_safe(f"<{opening}>{inside}</{name}>" if inside else f"<{opening}/>")


def join(parts: Iterable[str]) -> SafeString:
    """Safe parts after one another."""
    return mark_safe("".join(part if isinstance(part, SafeString) else escape(part) for part in parts))


def group(*children: str, **attributes: object) -> SafeString:
    """A ``<g>``."""
    return element("g", *children, **attributes)


def text(x: float, y: float, content: str, **attributes: object) -> SafeString:
    """A text in the ordinary ink, 11 units high unless told otherwise."""
    merged = {"font_size": 11, "fill": INK_2, "class_": "ch-text", **attributes}
    return element("text", content, x=float(x), y=float(y), **merged)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> SafeString:
    """A straight line."""
    merged = {"stroke": LINE, "class_": "ch-line", **attributes}
    return element("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), **merged)


def rect(x: float, y: float, width: float, height: float, **attributes: object) -> SafeString:
    """A rectangle; a negative width or height is drawn as none."""
    return element(
        "rect",
        x=float(x),
        y=float(y),
        width=max(float(width), 0.0),
        height=max(float(height), 0.0),
        **attributes,
    )


def picture(
    width: float, height: float, *children: str, title: str, description: str, css_class: str = ""
) -> SafeString:
    """The ``<svg>`` with its name and description for those who do not see it."""
    number = next(_ids)
    name, about = f"ch{number}t", f"ch{number}d"
    return element(
        "svg",
        element("title", title, id=name),
        element("desc", description, id=about) if description else "",
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_coordinate(float(width))} {_coordinate(float(height))}",
        class_=f"chart {css_class}".strip(),
        role="group",
        aria_labelledby=name,
        aria_describedby=about if description else None,
        font_family=FONT,
        focusable="false",
    )


def point(
    shape: str, *, label: str, x: float, y: float, right: float, first: bool = False, css_class: str = ""
) -> SafeString:
    """A mark with its own name, reachable by keyboard, showing its text when pointed at or focused.

    One point per lane is a tab stop (``first``); the arrow keys go on from there (static/js/app.js).
    """
    end = x > right - 6.5 * len(label)
    tip = text(
        x, y - 9, label, class_="ch-tip", visibility="hidden", text_anchor="end" if end else "start", fill=INK
    )
    return group(
        element("title", label),
        shape,
        tip,
        class_=f"ch-point {css_class}".strip(),
        tabindex=0 if first else -1,
        role="img",
        aria_label=label,
        data_point="",
    )


def mark(x: float, y: float, state: str, *, tone: str = "neutral") -> SafeString:
    """A dot for an ordinary value, a triangle pointing up or down for one above or below a limit."""
    size = 5.0
    stroke = {"fill": STROKES.get(tone, INK_2), "class_": f"ch-mark ch-{tone}"}
    if state == "above":
        return element(
            "path", d=_path([(x, y - size), (x + size, y + size - 1), (x - size, y + size - 1)]), **stroke
        )
    if state == "below":
        return element(
            "path", d=_path([(x, y + size), (x + size, y - size + 1), (x - size, y - size + 1)]), **stroke
        )
    if state == "signal":
        return element(
            "path", d=_path([(x, y - size), (x + size, y), (x, y + size), (x - size, y)]), **stroke
        )
    return element("circle", cx=float(x), cy=float(y), r=3, **stroke)


def polyline(points: Iterable[tuple[float, float]], **attributes: object) -> SafeString:
    """A line through points."""
    merged = {"fill": "none", "stroke": INK_2, "stroke_width": 1.75, "class_": "ch-path", **attributes}
    return element(
        "polyline", points=" ".join(f"{_coordinate(x)},{_coordinate(y)}" for x, y in points), **merged
    )


class Scale:
    """Maps numbers from one range to another, linearly; a range without width maps to the middle."""

    def __init__(self, low: Number, high: Number, start: float, end: float) -> None:
        self.low, self.high, self.start, self.end = float(low), float(high), start, end

    def __call__(self, value: Number) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (float(value) - self.low) / (self.high - self.low) * (self.end - self.start)

    def clamp(self, value: Number) -> float:
        """The position, kept inside the range."""
        return self(min(max(float(value), self.low), self.high))


class TimeScale:
    """Maps dates to x, and knows where to put the labels of the axis."""

    def __init__(self, start: date, end: date, left: float, right: float) -> None:
        if end <= start:
            raise ValueError(f"a time axis must end after it starts, not run from {start} to {end}")
        self.start, self.end, self.left, self.right = start, end, left, right
        self._scale = Scale(start.toordinal(), end.toordinal(), left, right)

    def __call__(self, day: date) -> float:
        return self._scale.clamp(day.toordinal())

    def holds(self, day: date) -> bool:
        """True when the day lies on the axis."""
        return self.start <= day <= self.end

    def ticks(self, room: float = 74) -> list[tuple[date, str]]:
        """Days to label, at least ``room`` units apart: weeks for short spans, else months or more."""
        if (self.end - self.start).days <= 70:
            step = timedelta(days=7)
            weeks = [self.start + step * n for n in range((self.end - self.start).days // 7 + 1)]
            every = max(1, round(len(weeks) * room / max(self.right - self.left, 1) + 0.49))
            return [(day, f"{day.day:02d}-{day.month:02d}") for day in weeks[::every]]
        months = [
            date(year, month, 1)
            for year in range(self.start.year, self.end.year + 1)
            for month in range(1, 13)
            if self.start <= date(year, month, 1) <= self.end
        ]
        steps = (1, 2, 3, 6, 12, 24, 60, 120)
        every = next((n for n in steps if len(months) * room / n <= self.right - self.left), steps[-1])
        chosen = [day for day in months if (day.year * 12 + day.month - 1) % every == 0]
        return [(day, formatting.format_month(day, language=language())) for day in chosen]


def nice_ticks(low: Number, high: Number, wanted: int = 4) -> list[float]:
    """Round numbers that cover ``low`` to ``high``: steps of 1, 2, 2.5 or 5 times a power of ten."""
    low, high = float(low), float(high)
    if high <= low:
        high = low + 1
    rough = (high - low) / wanted
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first = floor(low / step)
    ticks = [first * step]
    while ticks[-1] < high - step * 1e-9:
        ticks.append((first + len(ticks)) * step)
    return [round(tick, 10) for tick in ticks]


def clip(content: str, room: float, size: float = 11) -> str:
    """The text, cut with an ellipsis when it would be wider than ``room`` (estimated from its length)."""
    fits = int(room / (size * 0.58))
    return content if len(content) <= fits else content[: max(fits - 1, 1)].rstrip() + "…"


def number(value: Number | None, decimals: int | None = None) -> str:
    """A number as the reader writes it."""
    return formatting.format_number(value, decimals, language=language())


def day(value: date) -> str:
    """A date as the reader writes it."""
    return formatting.format_date(value, language=language())


def _coordinate(value: float) -> str:
    rounded = round(value, 1)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)


def _path(corners: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_coordinate(x)} {_coordinate(y)}" for x, y in corners) + "Z"
