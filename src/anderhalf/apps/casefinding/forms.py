"""Small forms about somebody on a list."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from anderhalf.presentation.fields import ReasonField

from .actions.people import SHORTEST_REASON


class InviteForm(forms.Form):
    """When the invitation went out."""

    on = forms.DateField(
        label=_("Uitgenodigd op"),
        input_formats=("%d-%m-%Y", "%Y-%m-%d"),
        widget=forms.DateInput(
            format="%d-%m-%Y", attrs={"autocomplete": "off", "placeholder": _("dd-mm-jjjj")}
        ),
    )


class SetAsideForm(forms.Form):
    """Why somebody is not suitable."""

    reason = ReasonField(
        label=_("Waarom niet?"),
        min_length=SHORTEST_REASON,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Komt niet terug op de lijst, tenzij de gegevens veranderen waarop het antwoord rust."),
    )
