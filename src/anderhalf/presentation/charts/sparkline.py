"""A line the size of a word: where a value has been going."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from .lanes import Limit
from .svg import FILLS, INK, Number, Scale, element, picture, polyline, rect

WIDTH, HEIGHT = 96.0, 24.0


def sparkline(values: Sequence[Number], *, title: str, limits: Sequence[Limit] = ()) -> SafeString:
    """The values from left to right with the last one as a dot; ``title`` says in words what is to be seen.

    One value gives a dot; no value an empty picture that still carries its title.
    """
    edges = [float(edge) for limit in limits for edge in (limit.low, limit.high) if edge is not None]
    numbers = [float(value) for value in values]
    low, high = (min(numbers + edges), max(numbers + edges)) if numbers else (0.0, 1.0)
    across = Scale(0, max(len(numbers) - 1, 1), 2.0, WIDTH - 5)
    up = Scale(low, high, HEIGHT - 4, 4.0)
    parts = []
    if numbers:
        for limit in limits:
            top = 0.0 if limit.high is None else up(limit.high)
            bottom = HEIGHT if limit.low is None else up(limit.low)
            parts.append(
                rect(
                    0,
                    top,
                    WIDTH,
                    bottom - top,
                    fill=FILLS.get(limit.tone),
                    class_=f"ch-limit ch-{limit.tone}",
                )
            )
        if len(numbers) > 1:
            parts.append(
                polyline(((across(n), up(value)) for n, value in enumerate(numbers)), stroke_width=1.5)
            )
        last = len(numbers) - 1 if len(numbers) > 1 else 1
        parts.append(
            element("circle", cx=across(last), cy=up(numbers[-1]), r=2.5, fill=INK, class_="ch-mark ch-ink")
        )
    return picture(WIDTH, HEIGHT, *parts, title=title, description="", css_class="chart-sparkline")
