"""Figures and periods in words, for the page and for the spreadsheet."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anderhalf.core.evaluation.intervals import Share
from anderhalf.core.evaluation.periods import Grain, Period
from anderhalf.presentation.formatting import format_date, format_month, format_number, percent_interval
from anderhalf.presentation.language import language

from ..queries import Column


def period_label(period: Period) -> str:
    """``2024``, ``1e helft 2025``, ``2e kwartaal 2025``, ``mrt 2025`` or two days."""
    number, year = period.number if period.grain is not Grain.FREE else 0, period.start.year
    match period.grain:
        case Grain.YEAR:
            return str(year)
        case Grain.HALF:
            return (
                _("1e helft %(year)s") % {"year": year}
                if number == 1
                else _("2e helft %(year)s") % {"year": year}
            )
        case Grain.QUARTER:
            return _("kwartaal %(number)d %(year)s") % {"number": number, "year": year}
        case Grain.MONTH:
            return format_month(period.start, language=language())
    first, last = (format_date(day, language=language()) for day in (period.start, period.end))
    return _("%(first)s t/m %(last)s") % {"first": first, "last": last}


def column_label(column: Column) -> str:
    """What stands above a column."""
    return column.organisation.name if column.organisation else period_label(column.period)


def number(value: float | None, decimals: int = 0) -> str:
    """A number in the reader's notation."""
    return format_number(value, decimals, language=language())


def share_text(share: Share) -> str:
    """``12,5% (8,2–18,5%)``; an en dash when nothing was counted."""
    return percent_interval(share.value, share.low, share.high, 1, language=language())


def p_text(p: float) -> str:
    """``p = 0,57``; very small ones as ``p < 0,001``."""
    return f"p < {number(0.001, 3)}" if p < 0.001 else f"p = {number(p, 3 if p < 0.1 else 2)}"
