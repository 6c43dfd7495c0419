"""Forms about patients: registering, correcting, alerts, consents, the noodknop and the log."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anderhalf.presentation.fields import ReasonField

from ..birth_dates import BirthDateMixin
from ..identifiers import normalise_bsn
from ..models import Alert, AllergyIntolerance, Organisation, Patient, Professional
from ..purposes import ConsentPurpose
from .fields import SubmissionMixin, picked_date, typed_date

ALLERGY = "allergy"
"""The choice that goes to the register of allergies; the others are alerts."""


class ParticularsForm(forms.Form):
    """Name and reachability, which may change."""

    initials = forms.CharField(label=_("Voorletters"), max_length=20, required=False)
    given_name = forms.CharField(label=_("Roepnaam"), max_length=80, required=False)
    prefix = forms.CharField(label=_("Tussenvoegsel"), max_length=20, required=False)
    family_name = forms.CharField(label=_("Achternaam"), max_length=120)
    gp = forms.ModelChoiceField(
        label=_("Huisarts"),
        queryset=Professional.objects.none(),
        required=False,
        empty_label=_("nog niet bekend"),
    )
    insurer = forms.ModelChoiceField(
        label=_("Zorgverzekeraar"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("nog niet bekend"),
    )
    phone = forms.CharField(label=_("Telefoon"), max_length=30, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    address = forms.CharField(label=_("Adres"), max_length=200, required=False)
    deceased_on = typed_date(
        label=_("Overleden op"), required=False, help_text=_("Leeg zolang de patiënt leeft.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, gps: Any, insurers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gp"].queryset = gps
        self.fields["insurer"].queryset = insurers


class PatientForm(BirthDateMixin, ParticularsForm, SubmissionMixin):
    """A new patient. The BSN is checked with the 11-test while the form is read, not only when it is stored."""

    bsn = forms.CharField(
        label=_("BSN"),
        max_length=12,
        required=False,
        help_text=_("Wordt versleuteld bewaard en alleen gemaskeerd getoond. Nog niet bekend? Laat leeg."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_date = typed_date(label=_("Geboortedatum"))
    sex = forms.ChoiceField(label=_("Geslacht"), choices=Patient.Sex, widget=forms.RadioSelect)
    practice = forms.ModelChoiceField(label=_("Huisartsenpraktijk"), queryset=Organisation.objects.none())
    different = forms.BooleanField(label=_("Dit is iemand anders: toch inschrijven"), required=False)

    def __init__(self, *args: Any, practices: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.fields["practice"].queryset = practices
        del self.fields["version"], self.fields["deceased_on"]

    def clean(self) -> dict[str, Any]:
        """A birth date that can be, and that was confirmed when it is rare."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.check_birth_date(cleaned, on=self.on)
        return cleaned

    def clean_bsn(self) -> str:
        """Empty, or nine digits that pass the 11-test."""
        text: str = self.cleaned_data["bsn"].strip()
        return normalise_bsn(text) if text else ""


class AlertForm(SubmissionMixin):
    """Something for the banner."""

    kind = forms.ChoiceField(
        label=_("Soort"),
        choices=[(ALLERGY, _("allergie of niet verdragen")), *Alert.Kind.choices],
        widget=forms.RadioSelect,
        initial=ALLERGY,
    )
    text = forms.CharField(
        label=_("Tekst"),
        max_length=200,
        help_text=_("Kort: dit staat boven iedere bladzijde over de patiënt."),
    )
    reaction = forms.ChoiceField(
        label=_("Reactie"),
        required=False,
        choices=[("", "–"), *AllergyIntolerance.Reaction.choices],
        help_text=_("Bij een allergie: wat er gebeurde."),
    )
    since = picked_date(label=_("Sinds"), required=False)


class ConsentForm(forms.Form):
    """A yes or a no for one purpose."""

    purpose = forms.ChoiceField(choices=ConsentPurpose)
    given = forms.TypedChoiceField(
        choices=[("yes", _("Toestemming")), ("no", _("Bezwaar"))], coerce=lambda value: value == "yes"
    )
    note = forms.CharField(label=_("Toelichting"), max_length=200, required=False)


class EmergencyForm(forms.Form):
    """The reason for breaking the glass."""

    reason = ReasonField(
        label=_("Waarom moet u dit dossier nu zien?"),
        min_length=10,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("De patiënt en de privacyfunctionaris lezen deze reden."),
        error_messages={"min_length": _("Schrijf in een zin waarom dit nu nodig is.")},
    )


class EmergencySearchForm(forms.Form):
    """Finding somebody outside one's own patients: only by a whole BSN, or by surname and birth date together."""

    bsn = forms.CharField(
        label=_("BSN"),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    family_name = forms.CharField(
        label=_("Achternaam (volledig, zonder tussenvoegsel)"), max_length=120, required=False
    )
    birth_date = typed_date(label=_("Geboortedatum"), required=False)

    def clean_bsn(self) -> str:
        """Empty, or nine digits that pass the 11-test."""
        text: str = self.cleaned_data["bsn"].strip()
        return normalise_bsn(text) if text else ""

    def clean(self) -> dict[str, Any]:
        """One of the two ways must be complete."""
        data: dict[str, Any] = super().clean() or {}
        if (
            not self.errors
            and not data.get("bsn")
            and not (data.get("family_name") and data.get("birth_date"))
        ):
            raise forms.ValidationError(_("Vul het BSN in, of de achternaam én de geboortedatum."))
        return data


class ReviewForm(forms.Form):
    """The privacy officer's finding."""

    review = forms.CharField(
        label=_("Bevinding"),
        min_length=10,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"min_length": _("Schrijf in een zin wat u hebt gezien en wat u daarvan vindt.")},
    )


class LogFilterForm(forms.Form):
    """Which part of the log."""

    since = picked_date(label=_("Vanaf"), required=False)
    until = picked_date(label=_("Tot en met"), required=False)
    emergency = forms.BooleanField(label=_("Alleen noodtoegang"), required=False)
