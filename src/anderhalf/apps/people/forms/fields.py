"""Fields that Dutch desks type: dates as 14-03-1948."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

INPUT_FORMATS = ["%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d%m%Y", "%Y-%m-%d"]


def typed_date(**options: Any) -> forms.DateField:
    """A date that is quicker typed than picked (birth date): 14-03-1948, 14/3/1948 or 14031948."""
    widget = forms.DateInput(format="%d-%m-%Y", attrs={"autocomplete": "off", "placeholder": _("dd-mm-jjjj")})
    return forms.DateField(
        input_formats=INPUT_FORMATS,
        widget=widget,
        error_messages={"invalid": _("Vul de datum in als dag-maand-jaar, bijvoorbeeld 14-03-1948.")},
        **options,
    )


def picked_date(**options: Any) -> forms.DateField:
    """A date near today, with the browser's own calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(input_formats=INPUT_FORMATS, widget=widget, **options)


class SubmissionMixin(forms.Form):
    """A hidden key made when the form was drawn, so that sending it twice does it once."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
