"""A value of a fact as a person reads it: rounded as it is usually given, a time in hours or days, a code in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.ranges import Range

from .language import day_label, label_of, measured_label
from .units import unit_of

HOURS = "h"
PERCENT = "%"
DAY = 24
IN_HOURS = 3 * DAY
"""Up to so many hours a time is said in hours, after that in days."""


def value_label(fact: Fact | None, value: Any) -> str:
    """A value as one writes it, without its unit: ``4,8``, ``II``, ``ja``."""
    if isinstance(value, bool):
        return _("ja") if value else _("nee")
    if isinstance(value, Decimal | Range):
        return measured_label(value, _decimals(fact, value))
    if isinstance(value, date):
        return day_label(value)
    if fact is not None and fact.type is FactType.CODE and value in fact.values:
        return label_of(fact.values[value])
    return "" if value is None else str(value)


def _decimals(fact: Fact | None, value: Decimal | Range) -> int:
    """As many as the fact is usually given with; a whole percentage is written without."""
    if fact is None or (fact.unit == PERCENT and isinstance(value, Decimal) and value == int(value)):
        return 0
    return fact.decimals


def value_with_unit(fact: Fact | None, value: Any, *, space: str = " ") -> str:
    """The same with its unit: ``4,8 mmol/l``, ``35 uur``, ``5 dagen``; ``space`` stands between them."""
    if fact is None or not isinstance(value, Decimal | Range):
        return value_label(fact, value)
    if fact.unit == HOURS and isinstance(value, Decimal):
        return _time(value)
    return f"{value_label(fact, value)}{space}{unit_of(fact)}".strip()


def _time(hours: Decimal) -> str:
    """Whole hours or days that have passed: never more than did."""
    if hours < 1:
        return _("minder dan 1 uur")
    if hours < IN_HOURS:
        return ngettext("%(n)d uur", "%(n)d uur", int(hours)) % {"n": int(hours)}
    days = int(hours / DAY)
    return ngettext("%(n)d dag", "%(n)d dagen", days) % {"n": days}
