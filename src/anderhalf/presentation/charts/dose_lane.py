"""A lane of doses: steps toward a dotted target."""

from __future__ import annotations

from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .lane_parts import RIGHT_ROOM, lane_label
from .lanes import DoseLane, DoseStep
from .svg import (
    INK,
    INK_2,
    STROKES,
    Scale,
    TimeScale,
    clip,
    day,
    element,
    group,
    join,
    line,
    number,
    point,
    rect,
    text,
)

DOSE_HEIGHT = 40.0


def draw_doses(
    lane: DoseLane, axis: TimeScale, top: float, *, tone: str, until: date, first: bool
) -> SafeString:
    """One drug: filled steps, the target dotted, pauses marked, the present dose in bold behind them.

    A dose that still holds is drawn to ``until``: nothing is known of the days after.
    """
    tone = lane.tone or tone
    base, ceiling = top + DOSE_HEIGHT - 8, top + 4
    steps = steps_on_axis(lane, axis)
    highest = max([step.dose for step in steps] + [lane.target or 0], default=0) or 1
    scale = Scale(0, highest, base, ceiling)
    parts: list[str] = [lane_label(lane.label, lane.sub, top + 17)]
    if lane.target:
        parts.append(
            line(
                axis.left, scale(lane.target), axis.right, scale(lane.target),
                stroke=INK_2, stroke_dasharray="2 4", class_="ch-target",
            )
        )  # fmt: skip
        if first:
            parts.append(
                text(axis.left + 2, ceiling - 4, _("streefdosis"), class_="ch-text ch-axis", font_size=10)
            )
    parts.append(line(axis.left, base, axis.right, base, class_="ch-base"))
    for position, step in enumerate(steps):
        parts.append(
            _draw_step(lane, step, axis, scale, base, tone=tone, until=until, last=step is steps[-1])
        )
        if position and (pause := _pause_before(steps[position - 1], step)):
            left, right = axis(pause[0]), axis(pause[1])
            parts.append(_pause_mark(left, right, base))
    parts.append(_dose_now(lane, steps, axis, top))
    return group(*parts, role="group", aria_label=f"{lane.label} {lane.sub}".strip(), data_lane="")


def steps_on_axis(lane: DoseLane, axis: TimeScale) -> list[DoseStep]:
    """The doses that held at some time on the axis, in order; a dose of zero is no dose."""
    return [
        step
        for step in sorted(lane.steps, key=lambda step: step.start)
        if step.dose and step.start <= axis.end and (step.end is None or step.end > axis.start)
    ]


def _draw_step(
    lane: DoseLane,
    step: DoseStep,
    axis: TimeScale,
    scale: Scale,
    base: float,
    *,
    tone: str,
    until: date,
    last: bool,
) -> SafeString:
    left, right, y = axis(step.start), axis(step.end or until), scale(step.dose)
    label = f"{step.text or number(step.dose)}, {_since_until(step)}{_share_of_target(lane, step)}"
    shape = join(
        [
            rect(
                left,
                y,
                right - left,
                base - y,
                fill=STROKES[tone],
                fill_opacity=0.2,
                class_=f"ch-area ch-{tone}",
            ),
            line(left, y, right, y, stroke=STROKES[tone], stroke_width=2.5, class_=f"ch-edge ch-{tone}"),
            line(left, base, left, y, stroke=STROKES[tone], stroke_width=1, class_=f"ch-edge ch-{tone}"),
        ]
    )
    return point(shape, label=label, x=left + 3, y=y + 7, right=axis.right, first=last)


def _since_until(step: DoseStep) -> str:
    if step.end is None:
        return _("sinds %(start)s") % {"start": day(step.start)}
    return _("%(start)s tot %(end)s") % {"start": day(step.start), "end": day(step.end)}


def _share_of_target(lane: DoseLane, step: DoseStep) -> str:
    if not lane.target:
        return ""
    share = number(float(step.dose) / float(lane.target) * 100, 0)
    return ", " + _("%(share)s%% van de streefdosis") % {"share": share}


def _pause_before(earlier: DoseStep, later: DoseStep) -> tuple[date, date] | None:
    if earlier.end is None or later.start <= earlier.end:
        return None
    return earlier.end, later.start


def _pause_mark(left: float, right: float, base: float) -> SafeString:
    word = _("gepauzeerd")
    bar = line(
        left, base, right, base, stroke=INK_2, stroke_width=2, stroke_dasharray="1 3", class_="ch-pause"
    )
    if right - left < 6.2 * len(word):
        return group(element("title", word), bar)
    return group(bar, text((left + right) / 2, base - 5, word, text_anchor="middle"))


def _dose_now(lane: DoseLane, steps: list[DoseStep], axis: TimeScale, top: float) -> SafeString:
    current = steps[-1] if steps and (steps[-1].end is None or steps[-1].end > axis.end) else None
    x = axis.right + 8
    if current is None:
        word = _("gestopt") if steps else _("niet gestart")
        return text(x, top + 21, word)
    parts = [
        text(
            x, top + 17, clip(current.text or number(current.dose), RIGHT_ROOM - 8),
            font_size=11, font_weight=700, fill=INK, class_="ch-text ch-last",
        )
    ]  # fmt: skip
    if lane.target:
        share = number(float(current.dose) / float(lane.target) * 100, 0)
        parts.append(text(x, top + 30, _("%(share)s%% van doel") % {"share": share}, font_size=10))
    return group(*parts, aria_hidden="true")
