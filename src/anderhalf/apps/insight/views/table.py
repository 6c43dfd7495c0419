"""The results as the table, charts and sentences that people read."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anderhalf.core.evaluation.indicators import Figure
from anderhalf.core.evaluation.intervals import Share
from anderhalf.presentation.charts import (
    IntervalRow,
    RunPoint,
    interval_chart,
    interval_table,
    run_chart,
    run_table,
)
from anderhalf.presentation.language import label_of

from ..queries import Beside, ResultRow, Results
from .words import column_label, number, p_text, period_label, share_text

HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: what stands large, what stands small under it, and whether it is hidden or reaches the target."""

    main: str
    sub: str = ""
    hidden: bool = False
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; ``sub`` lines belong to the line above them."""

    title: str
    cells: list[Cell]
    note: str = ""
    sub: bool = False


@dataclass(frozen=True, slots=True)
class SharePicture:
    """The intervals of one indicator over all columns."""

    title: str
    chart: SafeString
    table: SafeString


@dataclass(frozen=True, slots=True)
class Said:
    """A comparison of two columns in words."""

    title: str
    text: str
    demonstrable: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the template draws."""

    heads: list[str]
    running: list[bool]
    lines: list[Line]
    pictures: list[SharePicture] = field(default_factory=list)
    trend_chart: SafeString | None = None
    trend_table: SafeString | None = None
    said: list[Said] = field(default_factory=list)
    signals: int = 0
    any_hidden: bool = False


def page_of(results: Results) -> Page:
    """Turn results into what is drawn."""
    lines: list[Line] = []
    for row in results.rows:
        lines += _lines(row, results)
    said = [one for row in results.rows for one in _said(row, results)]
    chart, table = _trend(results)
    return Page(
        heads=[column_label(column) for column in results.columns],
        running=[column.running for column in results.columns],
        lines=lines,
        pictures=[_picture(row, results) for row in results.rows if _has_shares(row)],
        trend_chart=chart,
        trend_table=table,
        said=said,
        signals=sum(results.trend.signals),
        any_hidden=any(cell.hidden for line in lines for cell in line.cells),
    )


def _lines(row: ResultRow, results: Results) -> list[Line]:
    indicator = row.indicator
    target = _("doel %(target)s") % {"target": _target(row)} if indicator.target is not None else ""
    title = label_of(indicator.title)
    found = [Line(title, [_cell(figure, row) for figure in row.figures], target)]
    if indicator.kind == "duration":
        found[0] = Line(title, found[0].cells, _("mediaan"))
        found.append(
            Line(
                _("90% gezien binnen (dagen)"),
                [Cell(number(f.tail)) if f.tail is not None else _nothing(f.hidden) for f in row.figures],
                sub=True,
            )
        )
        norm = _("norm %(days)s dagen") % {"days": results.agreement.waiting.days}
        found.append(
            Line(
                _("Binnen de norm"), [_share_cell(f.within, hidden=True) for f in row.figures], norm, sub=True
            )
        )
    if indicator.numerator == "triage_overruled":
        for title, shares in (
            (_("door de verwijzer"), [one.by_referrer for one in results.overruled]),
            (_("bij de triage"), [one.by_triage for one in results.overruled]),
        ):
            found.append(Line(title, [_share_cell(share, hidden=True) for share in shares], sub=True))
    return found


def _cell(figure: Figure, row: ResultRow) -> Cell:
    if figure.kind == "share":
        cell = _share_cell(figure.share, hidden=figure.hidden)
        return Cell(cell.main, cell.sub, cell.hidden, _tone(figure, row))
    if figure.hidden or figure.value is None:
        return _nothing(figure.hidden)
    if figure.kind == "mean":
        answers = _("%(count)s ingevuld") % {"count": number(figure.answers)}
        return Cell(number(figure.value, 1), answers, tone=_tone(figure, row))
    decimals = 0 if float(figure.value).is_integer() else 1
    return Cell(number(figure.value, decimals))


def _share_cell(share: Share | None, *, hidden: bool) -> Cell:
    if share is None:
        return _nothing(hidden)
    if share.value is None:
        return _nothing(False)
    return Cell(f"{number(share.count)}", share_text(share))


def _nothing(hidden: bool) -> Cell:
    return Cell(_("afgeschermd") if hidden else "–", hidden=hidden)


def _target(row: ResultRow) -> str:
    target = row.indicator.target
    decimals = 0 if target == int(target or 0) else 1
    text = number(float(target or 0), decimals) + ("%" if row.indicator.kind == "share" else "")
    return {"higher": "≥ ", "lower": "≤ "}.get(row.indicator.better, "") + text


def _tone(figure: Figure, row: ResultRow) -> str:
    """Whether the target is reached, as far as the figure itself goes."""
    target, better = row.indicator.target, row.indicator.better
    value = figure.share.value * 100 if figure.share and figure.share.value is not None else figure.value
    if target is None or value is None or better == "neutral":
        return ""
    reached = value >= float(target) if better == "higher" else value <= float(target)
    return "ok" if reached else "attention"


def _has_shares(row: ResultRow) -> bool:
    """Whether there is anything to draw: a share above nought in at least one column."""
    return any(figure.share is not None and figure.share.count for figure in row.figures)


def _picture(row: ResultRow, results: Results) -> SharePicture:
    target = row.indicator.target
    rows = []
    for column, figure in zip(results.columns, row.figures, strict=True):
        share = figure.share
        rows.append(
            IntervalRow(
                label=column_label(column),
                share=share.value if share else None,
                low=share.low if share else None,
                high=share.high if share else None,
                n=share.total if share else None,
                norm=float(target) / 100 if target is not None else None,
                note=_("afgeschermd") if share is None else _("niemand"),
            )
        )
    title = label_of(row.indicator.title)
    return SharePicture(title, interval_chart(rows, title=title), interval_table(rows))


def _trend(results: Results) -> tuple[SafeString | None, SafeString | None]:
    trend = results.trend
    if not any(value is not None for value in trend.values):
        return None, None
    points = [
        RunPoint(period_label(month), value, signal=signal)
        for month, value, signal in zip(trend.months, trend.values, trend.signals, strict=True)
    ]
    unit = _("patiënten")
    chart = trend.chart
    limits = (
        {"centre": chart.mean, "lower": max(0.0, chart.lower), "upper": chart.upper}
        if chart is not None
        else {}
    )
    title = _("Nieuwe patiënten per maand")
    return run_chart(points, title=title, unit=unit, **limits), run_table(points, unit=unit)


def _said(row: ResultRow, results: Results) -> list[Said]:
    """One sentence per comparison; columns beside each other that are not in time are compared only as a pair."""
    if results.question.beside is not Beside.PERIODS and len(results.columns) != 2:
        return []
    found = []
    for difference in row.differences:
        first, second = (column_label(results.columns[n]) for n in (difference.first, difference.second))
        one, other = (_short(row.figures[n]) for n in (difference.first, difference.second))
        values = {"first": first, "second": second, "one": one, "other": other, "p": p_text(difference.p)}
        text = (
            _("%(one)s in %(first)s, %(other)s in %(second)s: meer verschil dan toeval verklaart (%(p)s).")
            if difference.demonstrable
            else _("%(one)s in %(first)s, %(other)s in %(second)s: niet aantoonbaar verschillend (%(p)s).")
        )
        found.append(Said(label_of(row.indicator.title), text % values, difference.demonstrable))
    return found


def _short(figure: Figure) -> str:
    if figure.share is not None and figure.share.value is not None:
        return number(figure.share.value * 100, 1) + "%"
    return number(figure.value)
