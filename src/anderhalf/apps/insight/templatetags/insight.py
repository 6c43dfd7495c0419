"""Small helpers of the results page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template

from anderhalf.presentation.formatting import format_month
from anderhalf.presentation.language import language

register = template.Library()


@register.filter
def at(values: Sequence[Any], position: int) -> Any:
    """The value at a position of a list."""
    return values[position]


@register.filter
def demonstrable(said: Sequence[Any]) -> list[Any]:
    """Only the comparisons that chance does not explain."""
    return [one for one in said if one.demonstrable]


@register.filter
def nl_month(day: date) -> str:
    """``mrt 2025``."""
    return format_month(day, language=language())
