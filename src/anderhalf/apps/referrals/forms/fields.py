"""The fields in which one fact of the dictionary is typed or chosen."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.presentation.language import language
from anderhalf.presentation.units import unit_choice

YES_NO = [("true", gettext_lazy("ja")), ("false", gettext_lazy("nee")), ("", gettext_lazy("onbekend"))]


def fields_of(fact: Fact, dictionary: FactDictionary, *, shown: str, day: str) -> dict[str, forms.Field]:
    """``f_`` the value; of a number also ``u_`` its unit where there is a choice, ``d_`` its day, ``c_`` "it is right".

    ``shown`` and ``day`` are what is filled in already.
    """
    found = {f"f_{fact.name}": _value_field(fact, shown)}
    choice = unit_choice(dictionary, fact)
    if choice is not None:
        found[f"u_{fact.name}"] = choice
    if fact.type is FactType.NUMBER:
        found[f"d_{fact.name}"] = _day_field(fact, day)
        found[f"c_{fact.name}"] = forms.BooleanField(
            required=False, label=_("Ja, deze waarde klopt"), widget=forms.CheckboxInput
        )
    return found


def _value_field(fact: Fact, shown: str) -> forms.Field:
    label = fact.label[language()]
    if fact.type is FactType.BOOLEAN:
        return forms.ChoiceField(
            choices=YES_NO, widget=forms.RadioSelect, required=False, label=label, initial=shown
        )
    if fact.type is FactType.CODE and fact.values:
        choices = [("", gettext_lazy("nog niet bekend"))]
        choices += [(code, labels[language()]) for code, labels in fact.values.items()]
        return forms.CharField(
            required=False, label=label, initial=shown, widget=forms.Select(choices=choices)
        )
    attrs = {"autocomplete": "off", "inputmode": "decimal" if fact.type is FactType.NUMBER else "numeric"}
    if fact.type is FactType.DATE:
        attrs["placeholder"] = _("dd-mm-jjjj")
    return forms.CharField(
        required=False, label=label, initial=shown, max_length=40, widget=forms.TextInput(attrs=attrs)
    )


def _day_field(fact: Fact, day: str) -> forms.Field:
    attrs = {"autocomplete": "off", "inputmode": "numeric", "placeholder": _("vandaag"), "class": "day"}
    return forms.CharField(
        required=False,
        label=_("datum van %(fact)s") % {"fact": fact.label[language()]},
        max_length=20,
        initial=day,
        widget=forms.TextInput(attrs=attrs),
    )
