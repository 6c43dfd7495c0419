"""The results as a file for a spreadsheet.

UTF-8 with byte order mark and semicolons: what a Dutch Excel opens with one press, accents and all. Decimals follow
the reader's language (a comma in Dutch). One line per indicator and column, so that it can be filtered and pivoted.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from django.utils.translation import gettext as _

from anderhalf.core.evaluation.intervals import Share
from anderhalf.core.spreadsheets import BOM, DELIMITER, csv_text
from anderhalf.presentation.language import label_of

from ..queries import Column, Results
from .words import column_label, number


def results_file(results: Results) -> str:
    """The whole file as text, byte order mark included."""
    lines: list[list[str]] = []
    lines.append(
        [
            _("indicator"), _("kolom"), _("van"), _("tot en met"), _("soort"), _("aantal"), _("van de"), _("waarde"),
            _("ondergrens 95%"), _("bovengrens 95%"), _("opmerking"),
        ]
    )  # fmt: skip
    for position, column in enumerate(results.columns):
        for row in results.rows:
            figure, title = row.figures[position], label_of(row.indicator.title)
            if figure.kind == "share":
                lines.append(_share(title, column, figure.share, hidden=figure.hidden))
            elif figure.kind == "count":
                lines.append(_plain(title, column, _("aantal"), count=figure.value, hidden=figure.hidden))
            elif figure.kind == "mean":
                kind, answers = _("gemiddelde"), figure.answers
                lines.append(
                    _plain(title, column, kind, count=answers, value=figure.value, hidden=figure.hidden)
                )
            else:
                count = figure.answers if figure.value is not None else None
                for kind, value in ((_("mediaan"), figure.value), (_("90e percentiel"), figure.tail)):
                    lines.append(_plain(title, column, kind, count=count, value=value, hidden=figure.hidden))
                name = _("%(title)s: binnen de norm") % {"title": title}
                lines.append(_share(name, column, figure.within, hidden=figure.within is None))
            if row.indicator.numerator == "triage_overruled":
                one = results.overruled[position]
                for words, share in (
                    (_("door de verwijzer"), one.by_referrer),
                    (_("bij de triage"), one.by_triage),
                ):
                    lines.append(_share(f"{title}: {words}", column, share, hidden=share is None))
    return csv_text(lines)


def _head(title: str, column: Column) -> list[str]:
    return [
        title,
        column_label(column),
        column.period.start.isoformat(),
        column.period.end.isoformat(),
    ]


def _share(title: str, column: Column, share: Share | None, *, hidden: bool) -> list[str]:
    if share is None or share.value is None:
        note = _("afgeschermd") if hidden else _("geen cijfers")
        return [*_head(title, column), _("aandeel"), "", "", "", "", "", note]
    figures = [number(100 * value, 1) + "%" for value in (share.value, share.low or 0, share.high or 0)]
    return [*_head(title, column), _("aandeel"), str(share.count), str(share.total), *figures, ""]


def _plain(
    title: str,
    column: Column,
    kind: str,
    *,
    count: float | None = None,
    value: float | None = None,
    hidden: bool,
) -> list[str]:
    note = _("afgeschermd") if hidden else "" if count or value is not None else _("geen cijfers")
    shown = "" if count is None else str(int(count))
    return [*_head(title, column), kind, shown, "", "" if value is None else number(value, 1), "", "", note]


def rows_of(text: str) -> Iterator[dict[str, str]]:
    """Read such a file back, line by line."""
    yield from csv.DictReader(StringIO(text.removeprefix(BOM)), delimiter=DELIMITER)
