"""Form fields made from the pathway's data dictionary: a fact is described once, there.

An empty field is *unknown*, never "no". What can't be is refused with its range; what is unusual asks to be confirmed:
the box that confirms carries the very text that was typed, so that a changed value is asked about again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.decisions.facts import Fact, FactType, FactValue, Value
from anderhalf.core.pathway.facts import RefusedValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.pressure import split_pressure
from anderhalf.core.pathway.spared import is_spared
from anderhalf.core.pathway.validity import is_above
from anderhalf.presentation.language import language
from anderhalf.presentation.units import unit_choice, unit_of
from anderhalf.presentation.wording import without_label

from ..queries import label_of, value_label
from ..queries.chart import either_label
from .fields import moment_on

YES_NO = [("true", gettext_lazy("ja")), ("false", gettext_lazy("nee")), ("", gettext_lazy("onbekend"))]
SHORT_LIST = 4
"""A closed list up to this length is shown as choices on one line, a longer one as a drop-down."""


def field_for(fact: Fact) -> forms.Field:
    """The field in which a fact is typed or chosen."""
    label = label_of(fact.label)
    if fact.type is FactType.BOOLEAN:
        return forms.ChoiceField(
            label=label, choices=YES_NO, widget=forms.RadioSelect, required=False, initial=""
        )
    if fact.type is FactType.CODE and fact.values:
        choices = [(code, label_of(labels)) for code, labels in fact.values.items()]
        if len(choices) <= SHORT_LIST and all(len(text) <= SHORT_LIST for _code, text in choices):
            return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, required=False)
        return forms.ChoiceField(label=label, choices=[("", "–"), *choices], required=False)
    attrs = {"autocomplete": "off"}
    if fact.type is FactType.NUMBER:
        attrs |= {"inputmode": "decimal", "maxlength": "24"}
    return forms.CharField(label=label, required=False, max_length=60, widget=forms.TextInput(attrs=attrs))


class FactsMixin(forms.Form):
    """Adds fields ``f_<fact>`` for the facts named, reads them, and says what was last known beside each."""

    at: datetime
    doubt: Mapping[str, Sequence[FactValue]] = {}
    """What was entered twice and differs, by fact: it does not vanish."""
    lay = False
    """Whether a patient fills it in: they are asked about no unit that only professionals or other countries use."""

    def add_facts(
        self, pathway: Pathway, names: Iterable[str], *, latest: Mapping[str, FactValue] | None = None
    ) -> None:
        """Make the fields; call in ``__init__``. Names that the pathway does not have are left out."""
        self.pathway = self.described_by = pathway
        self.language = language()
        self.latest = dict(latest or {})
        self.fact_names = [name for name in names if name in pathway.facts and self._is_asked(name)]
        self.values: dict[str, Value] = {}
        self.typed: dict[str, str] = {}
        self.to_confirm: dict[str, str] = {}
        self.unconfirmed: dict[str, tuple[Value, ...]] = {}
        """What was typed and not accepted, and what it would be: it counts for danger only."""
        self.units: dict[str, str] = {}
        self.sure: set[str] = set()
        """The facts of which the box "is right" was ticked for the very text that was typed."""
        for name in self.fact_names:
            self.fields[f"f_{name}"] = field_for(pathway.facts[name])
            choice = unit_choice(pathway.dictionary, pathway.facts[name])
            if choice is not None:
                self.fields[f"u_{name}"] = choice

    def _is_asked(self, name: str) -> bool:
        """Whether this person is asked it; what was answered yes all the same is not dropped."""
        spared = is_spared(self.described_by.facts[name], self.latest)
        return not spared or self.data.get(f"f_{name}") == "true"

    def read_facts(self, cleaned: Mapping[str, Any]) -> None:
        """Read every fact; call in ``clean``. A blood pressure may be typed in one field, as people say it: 120/80."""
        given = {name: str(cleaned.get(f"f_{name}") or "").strip() for name in self.fact_names}
        both = split_pressure(given)
        if both is not None:
            given |= both
        for name, text in given.items():
            if text:
                self._read(name, text, str(cleaned.get(f"u_{name}") or ""))
        self._refuse_swapped()
        self._ask_above()

    def _ask_above(self) -> None:
        """A pulse above the upper pressure is a typing mistake or an emergency: it is asked, and counts as an emergency
        until somebody said that it is a mistake."""
        dictionary = self.described_by.dictionary
        for derivation in dictionary.follows.values():
            if derivation.how != "above" or self.sure & set(derivation.inputs):
                continue
            name, other = derivation.inputs
            if name not in self.values or other not in self.values:
                continue
            asked = is_above(dictionary[name], self.values[name], dictionary[other], self.values[other])
            if asked:
                self.to_confirm[name] = self._with_unit(name)
                self.add_error(f"f_{name}", self._said(name, asked))
                for each in (name, other):
                    self.unconfirmed[each] = (self.values.pop(each),)

    def _with_unit(self, name: str) -> str:
        return f"{self.typed[name]} {self.cleaned_data.get(f'u_{name}') or ''}".strip()

    def _refuse_swapped(self) -> None:
        """Two numbers that can't both be right are asked about at the field; for danger each counts as either."""
        dictionary = self.described_by.dictionary
        asked = {name: given[0] for name, given in self.unconfirmed.items() if len(given) == 1}
        typed = {name: FactValue(value, None) for name, value in {**asked, **self.values}.items()}
        for name, refused in dictionary.swapped(typed).items():
            for each in (
                name,
                dictionary.entry(name).below,
            ):  # no second question beside it that no "yes" can answer
                self.to_confirm.pop(each, None)
                self.errors.pop(f"f_{each}", None)
            self.add_error(f"f_{name}", self._said(name, refused.texts))
            for each in (name, dictionary.entry(name).below):
                self.unconfirmed[each] = refused.readings
                self.values.pop(each, None)

    def _read(self, name: str, text: str, unit: str) -> None:
        field = f"f_{name}"
        born = self.latest.get("birth_date")
        try:
            checked = self.described_by.dictionary.read_text(
                name, text, unit=unit or None, on=timezone.localdate(self.at),
                born=born.value if born is not None and isinstance(born.value, date) else None,
                lay=self.lay,
            )  # fmt: skip
        except RefusedValue as refused:
            self.add_error(field, self._said(name, refused.texts))
            if refused.readings:
                self.unconfirmed[name] = refused.readings
            return
        with_unit = f"{text} {unit}".strip()
        if self.data.get(f"sure_{name}", "").strip() == with_unit:
            self.sure.add(name)
        elif checked.unusual:
            question = self._said(name, checked.texts)
            self.to_confirm[name] = with_unit
            self.unconfirmed[name] = (checked.value,)
            self.add_error(field, question)
            return
        self.values[name], self.typed[name] = checked.value, checked.number or text
        self.units[name] = checked.unit or unit or self.described_by.facts[name].unit_label or ""

    def take_over(self, name: str, value: Value, as_written: str) -> None:
        """Take a value that was confirmed elsewhere in the form: it goes before what its field says."""
        self.values[name], self.typed[name] = value, as_written[:40]
        self.units[name] = self.described_by.facts[name].unit_label or ""
        self.unconfirmed.pop(name, None)

    def _said(self, name: str, texts: Mapping[str, str]) -> str:
        return self.refused_words(self.described_by.facts[name], texts.get(self.language, texts["nl"]))

    def refused_words(self, fact: Fact, text: str) -> str:
        """What stands beside the field when a value is refused or asked about: its name stands there already."""
        return without_label(label_of(fact.label), text)

    def observations(self, days: Mapping[str, date], *, default: date, at: Any) -> list[NewObservation]:
        """The values as observations, each on its day (``days`` by fact, else ``default``)."""
        return [
            NewObservation(
                fact=name,
                value=value,
                at=moment_on(days.get(name, default), at=at),
                value_as_given=self.typed[name],
                unit_as_given=self.units[name],
                confirmed=name in self.sure,
            )
            for name, value in self.values.items()
        ]

    def typed_facts(self, days: Mapping[str, date], *, default: date) -> dict[str, FactValue]:
        """What was typed and confirmed, for the eye for danger: it looks before anything is saved."""
        return {
            name: FactValue(value, days.get(name, default), "form") for name, value in self.values.items()
        }

    def unconfirmed_facts(self, days: Mapping[str, date], *, default: date) -> dict[str, list[FactValue]]:
        """What was typed and is asked about: a danger if it is right."""
        return {
            name: [FactValue(value, days.get(name, default), "form") for value in values]
            for name, values in self.unconfirmed.items()
        }

    def last_known(self, name: str) -> tuple[str, date | None]:
        """What was known before, in words, and of which day; empty for what was not known."""
        if name in self.doubt:
            said = self.doubt[name]
            either = either_label(self.described_by.facts[name], (one.value for one in said))
            return self.contradicting_words(either), said[0].on
        last = self.latest.get(name)
        if last is None:
            return "", None
        return value_label(self.described_by.facts[name], last.value), last.on

    def contradicting_words(self, either: str) -> str:
        """How values are shown that can't all be right."""
        return _("%(values)s, spreken elkaar tegen") % {"values": either}

    def row(self, name: str) -> dict[str, Any]:
        """What the template needs to draw one fact."""
        fact, note = self.described_by.facts[name], ""
        value, day = self.last_known(name)
        if value:
            when = _short_day(day, today=timezone.localdate(self.at)) if day else ""
            note = _("vorige: %(value)s · %(day)s") % {"value": value, "day": when}
        return {
            "name": name,
            "field": self[f"f_{name}"],
            "unit": "" if f"u_{name}" in self.fields else unit_of(fact),
            "unit_choice": self[f"u_{name}"] if f"u_{name}" in self.fields else None,
            "note": note,
            "confirm": self.to_confirm.get(name, "") if hasattr(self, "to_confirm") else "",
            "sure": self.data.get(f"sure_{name}", "") if self.is_bound else "",
            "across": isinstance(self.fields[f"f_{name}"].widget, forms.RadioSelect),
        }

    def rows(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """The facts of one section, those the pathway has."""
        return [self.row(name) for name in names if f"f_{name}" in self.fields]


def _short_day(day: date, *, today: date) -> str:
    """``3 nov``, with the year when it is another: beside a field there is little room."""
    month = "M" if language() == "en" else "b"
    return date_format(day, f"j {month}" if day.year == today.year else f"j {month} Y")
