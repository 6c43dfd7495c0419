"""How numbers and dates look inside a field, and how a typed date is read."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def date_text(value: date | None) -> str:
    """``14-03-1948``, as it is typed."""
    return f"{value.day:02d}-{value.month:02d}-{value.year}" if value else ""


def read_date(text: str) -> date:
    """``14-03-1948``, ``14/3/1948`` or ``1948-03-14``; raises ``ValueError`` for anything else."""
    parts = text.strip().replace("/", "-").replace(".", "-").split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(text)
    if len(parts[0]) == 4:
        year, month, day = parts
    else:
        day, month, year = parts
    if len(year) != 4:
        raise ValueError(text)
    return date(int(year), int(month), int(day))


class DayField(forms.CharField):
    """A date typed the Dutch way; cleans to a ``date`` or None."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "placeholder": _("dd-mm-jjjj"), "autocomplete": "off"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A date is shown the way it is typed."""
        return date_text(value) if isinstance(value, date) else value

    def clean(self, value: Any) -> Any:
        """The date, or None when empty and not required."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_date(text)
        except ValueError:
            raise forms.ValidationError(
                _("Dit is geen datum. Schrijf dag-maand-jaar, bijvoorbeeld 14-03-2025.")
            ) from None
