"""The choice of a unit beside a number, where laboratories differ: the form offers it, nobody has to convert."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from anderhalf.core.decisions.facts import Fact
from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.presentation.language import label_of


def unit_choice(dictionary: FactDictionary, fact: Fact) -> forms.ChoiceField | None:
    """A field with the units of a fact, its own first; None when there is only one."""
    units = dictionary.offered_units(fact.name)
    if not units:
        return None
    label = _("eenheid van %(fact)s") % {"fact": label_of(fact.label)}
    widget = forms.Select(attrs={"class": "unit-choice", "aria-label": label})
    return forms.ChoiceField(
        label=label,
        choices=[(unit, _("fractie (0,35)") if unit == "fractie" else unit) for unit in units],
        initial=units[0],
        required=False,
        widget=widget,
    )
