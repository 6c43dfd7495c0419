"""Who it is about, when the patient is not registered yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.people.birth_dates import BirthDateMixin
from anderhalf.apps.people.identifiers import normalise_bsn
from anderhalf.apps.people.models import Organisation, Patient

from .widgets import DayField


class BsnForm(forms.Form):
    """Find a patient of the network by BSN (the specialist who refers down)."""

    use_required_attribute = False
    bsn = forms.CharField(
        label=gettext_lazy("Burgerservicenummer (BSN)"),
        max_length=14,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_bsn(self) -> str:
        """Nine digits that pass the 11-test."""
        return normalise_bsn(self.cleaned_data["bsn"])


class PersonForm(BirthDateMixin, forms.Form):
    """A new patient, to be registered when the referral is sent."""

    use_required_attribute = False

    bsn = forms.CharField(
        label=gettext_lazy("Burgerservicenummer (BSN)"),
        max_length=14,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    family_name = forms.CharField(label=gettext_lazy("Achternaam"), max_length=120)
    prefix = forms.CharField(label=gettext_lazy("Voorvoegsel"), max_length=20, required=False)
    initials = forms.CharField(label=gettext_lazy("Voorletters"), max_length=20, required=False)
    given_name = forms.CharField(label=gettext_lazy("Roepnaam"), max_length=80, required=False)
    birth_date = DayField(label=gettext_lazy("Geboortedatum"))
    sex = forms.ChoiceField(label=gettext_lazy("Geslacht"))
    practice = forms.ChoiceField(label=gettext_lazy("Huisartsenpraktijk"))
    insurer = forms.ChoiceField(label=gettext_lazy("Zorgverzekeraar"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telefoon"), max_length=30, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        practices: Iterable[Organisation],
        insurers: Iterable[Organisation],
        on: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.on = on
        self._practices, self._insurers = list(practices), list(insurers)
        self.fields["sex"].choices = [("", _("kies")), *Patient.Sex.choices]
        own = [(str(found.pk), found.name) for found in self._practices]
        self.fields["practice"].choices = own if len(own) == 1 else [("", _("kies")), *own]
        self.fields["insurer"].choices = [
            ("", _("nog niet bekend")),
            *((str(found.pk), found.name) for found in self._insurers),
        ]

    def clean_bsn(self) -> str:
        """Nine digits that pass the 11-test."""
        try:
            return normalise_bsn(self.cleaned_data["bsn"])
        except ValidationError as error:
            raise forms.ValidationError(error.messages) from None

    def clean(self) -> dict[str, Any]:
        """A birth date that can be, and that was confirmed when it is rare."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.check_birth_date(cleaned, on=self.on)
        return cleaned

    def person(self) -> dict[str, Any]:
        """Arguments for ``people.actions.register_patient``."""
        given = dict(self.cleaned_data)
        given.pop("birth_date_right")
        by_id = {str(found.pk): found for found in (*self._practices, *self._insurers)}
        given["practice"] = by_id.get(given["practice"])
        given["insurer"] = by_id.get(given["insurer"])
        return given
