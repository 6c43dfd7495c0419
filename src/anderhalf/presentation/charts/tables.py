"""The same data as a table: for who prefers numbers, a screen reader, or paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .lanes import DoseLane, Event, MeasureLane
from .runs import RunPoint
from .shares import BarRow, IntervalRow
from .svg import day, join, number

Cell = tuple[str, str]
"""A class ("num" or "") and a text."""


def table(headings: Sequence[Cell], rows: Sequence[tuple[str, Sequence[Cell]]]) -> SafeString:
    """``<thead>`` and ``<tbody>`` for inside ``<c-table>``; each row starts with its heading."""
    head = format_html_join("", '<th scope="col" class="{}">{}</th>', headings)
    body = join(
        format_html(
            '<tr><th scope="row">{}</th>{}</tr>',
            heading,
            format_html_join("", '<td class="{}">{}</td>', cells),
        )
        for heading, cells in rows
    )
    return format_html("<thead><tr>{}</tr></thead><tbody>{}</tbody>", head, body)


def timeline_table(
    *,
    start: date,
    end: date,
    dose_lanes: Sequence[DoseLane] = (),
    measure_lanes: Sequence[MeasureLane] = (),
    events: Sequence[Event] = (),
    **_unused: object,
) -> SafeString:
    """One row per day on which something changed or was measured, newest first; a column per lane.

    Takes the arguments of ``timeline_chart`` so that both can be called with the same keywords.
    """
    columns: list[dict[date, list[str]]] = []
    for lane in dose_lanes:
        columns.append(_dose_column(lane, start, end))
    for measured in measure_lanes:
        column: dict[date, list[str]] = {}
        for p in measured.points:
            column.setdefault(p.on, []).append(p.shown or number(p.value, measured.decimals))
        columns.append(column)
    happened: dict[date, list[str]] = {}
    for event in events:
        happened.setdefault(event.on, []).append(event.label)
    columns.append(happened)
    days = sorted({on for column in columns for on in column if start <= on <= end}, reverse=True)
    headings: list[Cell] = [("", _("Datum"))]
    headings += [("", f"{lane.label} ({lane.sub})" if lane.sub else lane.label) for lane in dose_lanes]
    headings += [
        ("num", f"{lane.label} ({lane.unit})" if lane.unit else lane.label) for lane in measure_lanes
    ]
    headings.append(("", _("Gebeurtenis")))
    classes = [""] * len(dose_lanes) + ["num"] * len(measure_lanes) + [""]
    rows = [
        (
            day(on),
            [(css, ", ".join(column.get(on, []))) for css, column in zip(classes, columns, strict=True)],
        )
        for on in days
    ]
    return table(headings, rows)


def _dose_column(lane: DoseLane, start: date, end: date) -> dict[date, list[str]]:
    column: dict[date, list[str]] = {}
    steps = sorted(lane.steps, key=lambda step: step.start)
    starts = {step.start for step in steps if step.dose}
    for step in steps:
        if not step.dose:
            continue
        if step.end is None or step.end > start:
            column.setdefault(max(step.start, start), []).append(step.text or number(step.dose))
        if step.end is not None and step.end not in starts and start <= step.end <= end:
            column.setdefault(step.end, []).append(_("gestopt"))
    return column


def interval_table(rows: Sequence[IntervalRow]) -> SafeString:
    """Label, share, interval, number, norm."""
    headings = [
        ("", _("Wat")),
        ("num", _("Aandeel")),
        ("num", _("95%-interval")),
        ("num", "n"),
        ("num", _("Norm")),
    ]
    return table(
        headings,
        [
            (
                row.label,
                [
                    (
                        "num",
                        row.note or "–" if row.share is None else f"{number(float(row.share) * 100, 0)}%",
                    ),
                    ("num", _interval(row)),
                    ("num", "–" if row.n is None else str(row.n)),
                    ("num", "–" if row.norm is None else f"{number(float(row.norm) * 100, 0)}%"),
                ],
            )
            for row in rows
        ],
    )


def _interval(row: IntervalRow) -> str:
    if row.share is None or row.low is None or row.high is None:
        return "–"
    return f"{number(float(row.low) * 100, 0)}–{number(float(row.high) * 100, 0)}%"


def run_table(points: Sequence[RunPoint], *, unit: str = "", decimals: int = 0) -> SafeString:
    """Period, value, signal."""
    headings = [
        ("", _("Periode")),
        ("num", f"{_('Waarde')} ({unit})" if unit else _("Waarde")),
        ("", _("Signaal")),
    ]
    return table(
        headings,
        [
            (p.label, [("num", number(p.value, decimals)), ("", (p.text or _("ja")) if p.signal else "")])
            for p in points
        ],
    )


def bar_table(rows: Sequence[BarRow], *, unit: str = "", decimals: int = 0) -> SafeString:
    """Label, value, note."""
    headings = [
        ("", _("Wat")),
        ("num", f"{_('Waarde')} ({unit})" if unit else _("Waarde")),
        ("", _("Toelichting")),
    ]
    return table(
        headings, [(row.label, [("num", number(row.value, decimals)), ("", row.note)]) for row in rows]
    )
