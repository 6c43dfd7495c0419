"""A form with the facts of one table: fill in what is known of somebody, and see what the table decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from anderhalf.core.decisions.facts import Fact, FactType, FactValue
from anderhalf.core.pathway.facts import RefusedValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import language
from anderhalf.presentation.units import unit_of
from anderhalf.presentation.wording import without_label

PREFIX = "f_"


class TryOutForm(forms.Form):
    """Fields ``f_<fact>``; an empty field is unknown. ``values`` holds what could be read."""

    use_required_attribute = False

    def __init__(
        self, data: Mapping[str, Any] | None, *, pathway: Pathway, facts: Sequence[Fact], on: date
    ) -> None:
        self.pathway, self.facts, self.on = pathway, tuple(facts), on
        self.language = language()
        self.values: dict[str, FactValue] = {}
        super().__init__(data)
        for fact in facts:
            self.fields[f"{PREFIX}{fact.name}"] = self._field(fact)

    def _field(self, fact: Fact) -> forms.Field:
        label = fact.label[self.language]
        options = self._options(fact)
        if options:
            choices = [("", _("onbekend")), *options]
            return forms.CharField(required=False, label=label, widget=forms.Select(choices=choices))
        return forms.CharField(
            required=False,
            label=label,
            max_length=40,
            widget=forms.TextInput(attrs={
                "autocomplete": "off",
                "inputmode": "decimal" if fact.type is FactType.NUMBER else "text",
                "placeholder": _("dd-mm-jjjj") if fact.type is FactType.DATE else "",
            }),
        )  # fmt: skip

    def _options(self, fact: Fact) -> list[tuple[str, str]]:
        if fact.type is FactType.BOOLEAN:
            return [("true", _("ja")), ("false", _("nee"))]
        return [(code, labels[self.language]) for code, labels in fact.values.items()]

    def clean(self) -> dict[str, Any]:
        """Read every field by the dictionary; a value that cannot be is an error of its field."""
        cleaned = super().clean() or {}
        for fact in self.facts:
            name = f"{PREFIX}{fact.name}"
            text = cleaned.get(name, "")
            if not text:
                continue
            try:
                checked = self.pathway.dictionary.read_text(fact.name, text, on=self.on)
            except RefusedValue as refused:
                self.add_error(name, without_label(fact.label[self.language], refused.texts[self.language]))
            else:
                self.values[fact.name] = FactValue(checked.value, self.on, "typed")
        return cleaned

    def rows(self) -> list[dict[str, Any]]:
        """The fields with their units, in the order of the table."""
        return [{"field": self[f"{PREFIX}{fact.name}"], "unit": unit_of(fact)} for fact in self.facts]
