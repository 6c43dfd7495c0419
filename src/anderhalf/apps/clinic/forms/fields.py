"""Dates, hidden keys and moments, as the clinic's forms use them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

INPUT_FORMATS = ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"]


def picked_date(**options: Any) -> forms.DateField:
    """A date near today, with the browser's own calendar; typed as 14-03-2025 works as well."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    options.setdefault("error_messages", {"invalid": gettext_lazy("Vul een datum in als dag-maand-jaar.")})
    return forms.DateField(input_formats=INPUT_FORMATS, widget=widget, **options)


def words(label: Any, *, rows: int = 2, **options: Any) -> forms.CharField:
    """A text of some lines; never required by the browser, so that errors come from one place."""
    options.setdefault("required", False)
    return forms.CharField(
        label=label, widget=forms.Textarea(attrs={"rows": rows}), max_length=6000, **options
    )


class ClinicForm(forms.Form):
    """Every form of the clinic: errors by the server, and a key by which a second press is known."""

    use_required_attribute = False
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def submission_key(self) -> str:
        """The key as the actions take it."""
        return str(self.cleaned_data["submission"])


def moment_on(day: date, *, at: datetime) -> datetime:
    """The moment that stands for a day: now for today, noon for an earlier day."""
    if day >= timezone.localdate(at):
        return at
    return timezone.make_aware(datetime.combine(day, time(12)))


def refuse_future(day: date | None, *, at: datetime) -> None:
    """Raise a ``ValidationError`` for a day after today."""
    if day is not None and day > timezone.localdate(at):
        raise forms.ValidationError(_("Deze datum ligt in de toekomst."))
