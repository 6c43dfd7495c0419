"""The unit of a number in the reader's language, and the choice of one where laboratories differ."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from anderhalf.core.decisions.facts import Fact
from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.core.pathway.flowchart.words import WORDS
from anderhalf.presentation.language import label_of, language

TIMES = "×"
"""The unit of what is counted, as facts.toml writes it."""


def unit_of(fact: Fact) -> str:
    """The unit as the reader writes it: ``dagen`` or ``days``; empty for a number without one."""
    return _written(fact.unit_label or "")


def _written(unit: str) -> str:
    if unit == TIMES:
        return _("keer")
    return WORDS[language()].units.get(unit, unit)


def unit_choice(dictionary: FactDictionary, fact: Fact) -> forms.ChoiceField | None:
    """A field with the units of a fact, its own first; None when there is only one."""
    units = dictionary.offered_units(fact.name)
    if not units:
        return None
    label = _("eenheid van %(fact)s") % {"fact": label_of(fact.label)}
    widget = forms.Select(attrs={"class": "unit-choice", "aria-label": label})
    return forms.ChoiceField(
        label=label,
        choices=[(unit, _("fractie (0,35)") if unit == "fractie" else _written(unit)) for unit in units],
        initial=units[0],
        required=False,
        widget=widget,
    )
