"""Forms about accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from ..identifiers import validate_agb
from ..models import Organisation
from ..roles import SELF, Role
from .fields import SubmissionMixin, picked_date

USERNAME = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]{2,39}$", _("Gebruik 3 tot 40 kleine letters, cijfers, punten of streepjes.")
)


def username_field() -> forms.CharField:
    """A sign-in name."""
    return forms.CharField(
        label=_("Gebruikersnaam"),
        max_length=40,
        validators=[USERNAME],
        help_text=_("Kleine letters, bijvoorbeeld a.devries"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )


class AccountForm(SubmissionMixin):
    """A new professional with an account."""

    username = username_field()
    initials = forms.CharField(label=_("Voorletters"), max_length=20, required=False)
    prefix = forms.CharField(label=_("Tussenvoegsel"), max_length=20, required=False)
    family_name = forms.CharField(label=_("Achternaam"), max_length=120)
    role = forms.ChoiceField(label=_("Rol"))
    organisation = forms.ModelChoiceField(
        label=_("Organisatie"), queryset=Organisation.objects.none(), empty_label=_("kies een organisatie")
    )
    agb = forms.CharField(label=_("AGB-code"), max_length=8, required=False, validators=[validate_agb])
    big = forms.CharField(label=_("BIG-nummer"), max_length=11, required=False)

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        choices = [("", _("kies een rol"))] + [(role.value, role.label) for role in Role if role not in SELF]
        self.fields["role"].choices = choices


class PatientAccountForm(SubmissionMixin):
    """An account for the patient."""

    username = username_field()


class CarerForm(SubmissionMixin):
    """An informal carer who may look along."""

    username = username_field()
    initials = forms.CharField(label=_("Voorletters"), max_length=20, required=False)
    prefix = forms.CharField(label=_("Tussenvoegsel"), max_length=20, required=False)
    family_name = forms.CharField(label=_("Achternaam"), max_length=120)
    relation = forms.CharField(
        label=_("Wie is dit?"), max_length=60, help_text=_("Bijvoorbeeld dochter, buurman")
    )
    phone = forms.CharField(label=_("Telefoon"), max_length=30, required=False)
    until = picked_date(
        label=_("Mag meekijken tot en met"), required=False, help_text=_("Leeg: tot u het stopt")
    )
