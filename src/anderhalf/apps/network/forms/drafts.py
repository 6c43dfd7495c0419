"""Small forms about a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anderhalf.presentation.fields import ReasonField

DAY_FORMATS = ("%d-%m-%Y", "%Y-%m-%d")


class StartForm(forms.Form):
    """What is going to change, and why."""

    pathway = forms.ChoiceField(label=_("Zorgpad"))
    title = forms.CharField(
        label=_("Wat verandert er?"),
        min_length=10,
        max_length=120,
        help_text=_("Kort, bijvoorbeeld: grens voor NT-proBNP naar 150 ng/l."),
    )
    because = ReasonField(
        label=_("Waarom?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("De partners lezen dit voordat ze ondertekenen."),
    )

    def __init__(self, *args: Any, pathways: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pathway"].choices = pathways  # type: ignore[attr-defined]


class SubmitForm(forms.Form):
    """From when it holds, and why the partners should sign."""

    valid_from = forms.DateField(
        label=_("Geldig vanaf"),
        input_formats=DAY_FORMATS,
        widget=forms.DateInput(
            format="%d-%m-%Y",
            attrs={"autocomplete": "off", "placeholder": _("dd-mm-jjjj")},
        ),
    )
    because = ReasonField(label=_("Waarom?"), min_length=10, widget=forms.Textarea(attrs={"rows": 3}))


class RejectForm(forms.Form):
    """Why not."""

    because = ReasonField(label=_("Waarom niet?"), min_length=10, widget=forms.Textarea(attrs={"rows": 2}))


class ImportForm(forms.Form):
    """A table as CSV or DMN, from a spreadsheet or another tool."""

    file = forms.FileField(label=_("Bestand (.csv, .dmn of .xml)"))
