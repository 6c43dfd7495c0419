"""The call about a danger, and what was done about an emergency that was not sent."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from ..danger import Call


class CallForm(forms.Form):
    """Who was called about a danger, and what was agreed."""

    use_required_attribute = False

    called_with = forms.CharField(
        label=gettext_lazy("Met wie belde u?"),
        help_text=gettext_lazy("Naam en functie, bijvoorbeeld: dr. A. Jansen, dienstdoende cardioloog."),
        required=False,
        max_length=120,
    )
    called_agreed = forms.CharField(
        label=gettext_lazy("Wat spraken jullie af?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
    )

    def call(self) -> Call:
        """The call, as far as it was filled in."""
        given = self.cleaned_data
        return Call(with_whom=given.get("called_with") or "", agreed=given.get("called_agreed") or "")


class EmergencyForm(CallForm):
    """The call about an emergency, or why there was none."""

    not_called = forms.CharField(
        label=gettext_lazy("Niet gebeld, omdat"),
        help_text=gettext_lazy("Bijvoorbeeld: de waarde was een tikfout. Laat leeg als u belde."),
        required=False,
        max_length=280,
    )
