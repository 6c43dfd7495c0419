"""Sizes and pieces that the lanes of the clinician's chart share."""

from __future__ import annotations

from django.utils.safestring import SafeString

from .svg import INK, clip, element, group, text

WIDTH, LEFT, RIGHT_ROOM, TOP = 720.0, 184.0, 112.0, 30.0


def lane_label(label: str, sub: str, y: float) -> SafeString:
    """The name left of a lane with its drug or unit beneath, cut to fit; the whole name on pointing.

    What stands in brackets goes first: "Aldosteronantagonist (MRA)" stays a word.
    """
    room = LEFT - 12
    short = label if clip(label, room, 12) == label else label.partition(" (")[0]
    parts = [
        text(
            0,
            y,
            clip(short, room, 12),
            font_size=12,
            font_weight=650,
            fill=INK,
            class_="ch-text ch-label",
        )
    ]
    if sub:
        parts.append(text(0, y + 14, clip(sub, LEFT - 18, 11)))
    return group(element("title", f"{label} {sub}".strip()), *parts, aria_hidden="true")
