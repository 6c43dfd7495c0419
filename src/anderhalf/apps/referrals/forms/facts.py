"""The clinical part of the form, made from the pathway's data dictionary: a fact is described once, there.

An empty field is *unknown*, never "no". What somebody typed is read by the dictionary itself (decimal comma, range,
closed list); a possible but unusual value asks for confirmation and is refused until that is given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from anderhalf.apps.people.sex import sex_fact
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.decisions.facts import Fact, FactType, FactValue, Freshness, Value, freshness
from anderhalf.core.pathway.facts import RefusedValue
from anderhalf.core.pathway.mentions import Mention, doubtful_with
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.pressure import LOWER, UPPER, split_pressure
from anderhalf.core.pathway.spared import is_spared
from anderhalf.presentation.formatting import age_on, in_words
from anderhalf.presentation.language import language, typed_label
from anderhalf.presentation.wording import without_label
from anderhalf.presentation.written import Written

from ..imported import FROM_FILE, ImportedAsk, ImportedFact
from .fields import fields_of
from .layout import (
    ALWAYS_IN_FRONT,
    EVERYDAY,
    GROUP_ORDER,
    NEVER_FOLDED,
    Row,
    Section,
    as_text,
    form_facts,
    moment_on,
    shown_value,
)
from .widgets import date_text, read_date


class FactForm(forms.Form):
    """Fields ``f_<fact>``, ``d_<fact>`` (date of the value, empty is today) and ``c_<fact>`` ("yes, this is right").

    ``known`` are values from the record (latest per fact) and ``imported`` values from an uploaded file; recent ones
    are filled in, older ones are shown beside the empty field. ``asks`` is what the file leaves to a person: its
    sentence stands beside the empty field, and no older value passes as the newest. ``written`` is what the texts say.
    ``deciding`` names the facts to mark as still needed.
    """

    use_required_attribute = False

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        pathway: Pathway,
        on: date,
        known: Mapping[str, FactValue] | None = None,
        imported: Mapping[str, FactValue] | None = None,
        asks: Mapping[str, ImportedAsk] | None = None,
        born: date | None = None,
        sex: str = "",
        written: Written = Written(),  # noqa: B008  frozen, so sharing it is safe
        **kwargs: Any,
    ) -> None:
        self.written = written
        self.pathway, self.on, self.born = pathway, on, born
        self.known = dict(known or {})
        self.imported = dict(imported or {})
        self.asks = dict(asks or {})
        self.used, self.extra = (
            tuple(name for name in names if self._is_asked(pathway.facts[name], sex, data or {}))
            for names in form_facts(pathway)
        )
        self.language = language()
        self.values: dict[str, FactValue] = {}
        self.typed: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.unusual: dict[str, str] = {}
        self.doubtful: dict[str, tuple[FactValue, ...]] = {}
        """Readings that were not accepted yet: they count for danger only ("if this is right, call now")."""
        self.doubtful |= {name: found for name in self.asks if (found := self._asked(name))}
        super().__init__(data, **kwargs)
        for name in (*self.used, *self.extra):
            self._add_fields(pathway.facts[name])

    def _is_asked(self, fact: Fact, sex: str, data: Mapping[str, Any]) -> bool:
        """Whether this patient is asked it; what was answered yes all the same is not dropped."""
        person = {} if (given := sex_fact(sex)) is None else {"sex": given}
        if self.born is not None:
            person["age"] = FactValue(Decimal(age_on(self.born, self.on)))
        return (
            not is_spared(fact, {**self.known, **self.imported, **person})
            or data.get(f"f_{fact.name}") == "true"
        )

    # ---- fields ----

    def _add_fields(self, fact: Fact) -> None:
        initial = self._initial(fact)
        shown = as_text(fact, initial.value) if initial is not None else ""
        day = date_text(initial.on) if initial is not None else ""
        self.fields |= fields_of(fact, self.pathway.dictionary, shown=shown, day=day)

    def _initial(self, fact: Fact) -> FactValue | None:
        """The value to fill in: from the file or the record, whichever is newer, when still recent enough."""
        found = self._latest(fact)
        if found is None or freshness(fact, found, on=self.on) is not Freshness.KNOWN:
            return None
        return found

    def _latest(self, fact: Fact) -> FactValue | None:
        given = [source[fact.name] for source in (self.imported, self.known) if fact.name in source]
        ask = self.asks.get(fact.name)
        if ask is not None and ask.newer:
            # A newer result could not be read: nothing of that day or before is the newest value.
            given = [one for one in given if ask.on is not None and one.on is not None and one.on > ask.on]
        elif ask is not None and ask.values:
            # A drug that may be in use: an earlier "no" of the record does not answer that.
            given = [one for one in given if one.value in ask.values]
        return max(given, key=lambda value: value.on or date.min, default=None)

    def _asked(self, name: str) -> tuple[FactValue, ...]:
        """What the file leaves open about a fact, as far as it can be read: for danger only."""
        ask = self.asks.get(name)
        if ask is None or name not in self.pathway.facts:
            return ()
        # A drug that may be in use is so now, whenever it began; a result without a day may be of today.
        day = (ask.on or self.on) if ask.newer else self.on
        return tuple(FactValue(value, on=day, origin=FROM_FILE) for value in ask.values)

    def _is_settled(self, name: str) -> bool:
        """Whether what was typed is of the same day or newer than what the file leaves open, or says of what day that
        is. What has no day in the file may be of today."""
        ask, typed = self.asks.get(name), self.values.get(name)
        if ask is None or typed is None or typed.on is None:
            return typed is not None
        if not ask.newer or not self._asked(name):
            return True
        return typed.on >= (ask.on or self.on) or (ask.on is None and typed.value in ask.values)

    def not_taken_over(self) -> list[str]:
        """Results of the file that are in no field, for the reader of the letter: what they are, and why not."""
        lines = []
        for name, ask in self.asks.items():
            if name not in self.pathway.facts or not ask.is_value or self._is_settled(name):
                continue
            fact = self.pathway.facts[name]
            found = ", ".join(shown_value(fact, value, self.language) for value in ask.values) or ask.original
            lines.append(f"{fact.label[self.language]} {found}: {ask.text}")
        return lines

    # ---- reading what was typed ----

    def clean(self) -> dict[str, Any]:
        """Read every field by the dictionary; what can't be is refused with the range, beside its field."""
        cleaned = super().clean() or {}
        typed = {name: str(cleaned.get(f"f_{name}") or "").strip() for name in (*self.used, *self.extra)}
        for name, text in {**typed, **self._in_one_field(typed)}.items():
            if text:
                self._read(name, text, cleaned)
        asked = {name: given[0] for name, given in self.doubtful.items() if len(given) == 1}
        for name, refused in self.pathway.dictionary.swapped({**asked, **self.values}).items():
            for each in (name, self.pathway.dictionary.entry(name).below):
                self.unusual.pop(each, None)  # no second question beside it that no "yes" can answer
                self.errors.pop(f"f_{each}", None)
                # for danger each of the two counts as either number
                given = self.values.pop(each, None) or self.doubtful[each][0]
                self.doubtful[each] = tuple(FactValue(one, given.on, "form") for one in refused.readings)
            self.add_error(f"f_{name}", self._beside(name, refused.texts))
        self._read_written()
        return cleaned

    def _in_one_field(self, typed: Mapping[str, str]) -> Mapping[str, str]:
        """A blood pressure that was typed in one field; what the record filled in in the other gives way to it."""
        left = {
            name: ""
            for name in (UPPER, LOWER)
            if name in typed
            and (filled := self._initial(self.pathway.facts[name])) is not None
            and typed[name] == as_text(self.pathway.facts[name], filled.value)
        }
        return split_pressure({**typed, **left}) or {}

    def _read_written(self) -> None:
        """What a text says counts as doubtful until it is answered; with "yes" it is what the field says, with "not
        now" an empty yes-or-no is no."""
        for one in self.written.not_now:
            if self.pathway.facts[one.fact].type is FactType.BOOLEAN and one.fact not in self.values:
                self._said(one, False)
        for one in self.written.confirmed:
            self._said(one, one.value)
        self.doubtful = doubtful_with(self.written.unanswered, self.doubtful, on=self.on)

    def _said(self, mention: Mention, value: Value) -> None:
        fact = self.pathway.facts[mention.fact]
        self.values[fact.name] = FactValue(value, on=self.on, origin="form")
        self.typed[fact.name] = in_words([f"‘{one}’" for one in mention.words])[:40]
        self.units[fact.name] = fact.unit_label or ""
        self.doubtful.pop(fact.name, None)

    def _read(self, name: str, text: str, cleaned: Mapping[str, Any]) -> None:
        unit = str(cleaned.get(f"u_{name}") or "")
        try:
            checked = self.pathway.dictionary.read_text(
                name, self._exact(name, text, unit), unit=unit or None, on=self.on, born=self.born
            )
        except RefusedValue as refused:
            self.add_error(f"f_{name}", self._beside(name, refused.texts))
            if refused.readings:
                self.doubtful[name] = tuple(FactValue(one, self.on, "form") for one in refused.readings)
            return
        self.doubtful[name] = (FactValue(checked.value, on=self.on, origin="form"),)
        day = self._read_day(name, str(cleaned.get(f"d_{name}") or ""))
        if day is None:
            return
        if checked.unusual and not cleaned.get(f"c_{name}"):
            self.unusual[name] = self._beside(name, checked.texts)
            self.add_error(f"f_{name}", self.unusual[name])
            return
        self.values[name] = FactValue(checked.value, on=day, origin="form")
        del self.doubtful[name]
        if not self._is_settled(name):
            self.doubtful[name] = self._asked(name)
        self.typed[name] = checked.number or text
        self.units[name] = checked.unit or unit or self.pathway.facts[name].unit_label or ""

    def _beside(self, name: str, texts: Mapping[str, str]) -> str:
        return without_label(self.pathway.facts[name].label[self.language], texts[self.language])

    def _exact(self, name: str, text: str, unit: str) -> str:
        """A number that was filled in and left as it is stays the one of the record, with all its decimals."""
        fact = self.pathway.facts[name]
        filled_in = self._initial(fact)
        if filled_in is None or not isinstance(filled_in.value, Decimal) or unit not in ("", fact.unit_label):
            return text
        return typed_label(filled_in.value) if text == as_text(fact, filled_in.value) else text

    def _read_day(self, name: str, text: str) -> date | None:
        """The day of the value: empty means that of the same value in the record, or today."""
        try:
            day = read_date(text) if text else self.on
        except ValueError:
            words = _("Dit is geen datum. Schrijf dag-maand-jaar, bijvoorbeeld 14-03-2025.")
            self.add_error(f"d_{name}", words)
            return None
        if day > self.on:
            self.add_error(f"d_{name}", _("Deze datum ligt in de toekomst."))
            return None
        if self.born is not None and day < self.born:
            self.add_error(f"d_{name}", _("Deze datum ligt voor de geboortedatum."))
            return None
        return day

    def facts(self) -> dict[str, FactValue]:
        """What is known now: the record and the file, overlaid with what stands in the form.

        A recent value that was filled in and then cleared by the person counts as unknown.
        """
        found: dict[str, FactValue] = {}
        for name in {*self.known, *self.imported}:
            if name not in self.pathway.facts:
                continue
            latest = self._latest(self.pathway.facts[name])
            shown = f"f_{name}" in self.fields and self._initial(self.pathway.facts[name]) is not None
            if latest is not None and not shown:
                found[name] = latest
        return {**found, **self.values}

    def new_values(self) -> dict[str, FactValue]:
        """Values that are not in the record yet: typed, changed, or read from the file. An answer that is too old to
        stand filled in was asked anew: the same one is of today then."""
        fresh = {}
        for name, value in {**self._history(), **self.values}.items():
            known, fact = self.known.get(name), self.pathway.facts[name]
            shown = fact.type is not FactType.NUMBER and self._initial(fact) is not None
            if known is not None and known.value == value.value and (shown or known.on == value.on):
                continue
            fresh[name] = value
        return fresh

    def _history(self) -> dict[str, FactValue]:
        """Values of the file that were too old to fill in: kept with their own date."""
        facts = self.pathway.facts
        return {
            name: value
            for name, value in self.imported.items()
            if name in facts and (f"f_{name}" not in self.fields or self._initial(facts[name]) is None)
        }

    def observations(
        self,
        *,
        at: datetime,
        originals: Mapping[str, Mapping[str, Any]],
        earlier: Sequence[ImportedFact] = (),
    ) -> list[NewObservation]:
        """The new values as observations; ``originals`` holds per fact what stood in the uploaded file, ``earlier`` the
        older values of the file of what changes are looked at."""
        rows = [
            NewObservation(
                fact=one.name, value=one.value, at=moment_on(one.on, at=at), value_as_given=one.original_value,
                unit_as_given=one.original_unit, original=one.original(),
            )
            for one in earlier
            if one.on is not None
        ]  # fmt: skip
        for name, value in self.new_values().items():
            file_value = self.imported.get(name)
            from_file = file_value is not None and file_value.value == value.value
            original = dict(originals.get(name, {})) if from_file else {}
            on = (file_value.on if from_file and file_value and file_value.on else value.on) or self.on
            rows.append(
                NewObservation(
                    fact=name,
                    value=value.value,
                    at=moment_on(on, at=at),
                    value_as_given=original.get("value", "") or self.typed.get(name, ""),
                    unit_as_given=original.get("unit", "")
                    or self.units.get(name, self.pathway.facts[name].unit_label or ""),
                    original=original,
                )
            )
        return rows

    # ---- showing ----

    def sections(self, relevant: Collection[str] | None = None) -> list[Section]:
        """The groups in the order in which they decide. With ``relevant`` (facts that can still change something), an
        empty fact outside it is folded away with those for the letter."""
        groups: dict[str, list[str]] = {}
        for name in self.pathway.facts:
            if f"f_{name}" in self.fields:
                groups.setdefault(self.pathway.facts[name].group, []).append(name)
        order = [key for key in GROUP_ORDER if key in groups] + [
            key for key in groups if key not in GROUP_ORDER
        ]
        return [self._section(key, groups[key], relevant) for key in order]

    def _section(self, key: str, names: list[str], relevant: Collection[str] | None) -> Section:
        labels = self.pathway.groups.get(key, {})
        filled = {name for name in names if self[f"f_{name}"].value() not in (None, "")}

        def in_front(name: str) -> bool:
            if name in filled or f"f_{name}" in self.errors or name in ALWAYS_IN_FRONT:
                return True
            return name in self.used and (relevant is None or name in relevant or key in NEVER_FOLDED)

        rows = tuple(self.row(name) for name in names if in_front(name))
        more = tuple(self.row(name) for name in names if not in_front(name))
        decides = bool(rows)
        if not decides:
            rows, more = more, ()
        return Section(
            key=key,
            title=labels.get(self.language, key),
            rows=rows,
            more=more,
            open=(key in EVERYDAY and decides) or any(f"f_{name}" in self.errors for name in names),
            filled=len(filled),
        )

    def row(self, name: str) -> Row:
        """One fact of the form, for its template."""
        fact = self.pathway.facts[name]
        latest, initial = self._latest(fact), self._initial(fact)
        note, tone = "", ""
        if latest is not None and initial is None:
            note = _("laatst %(value)s op %(day)s: te oud") % {
                "value": shown_value(fact, latest.value, self.language),
                "day": date_text(latest.on),
            }
            tone = "attention"
        elif initial is not None and fact.type is not FactType.NUMBER and initial.on:
            note = _("uit het dossier, %(day)s") % {"day": date_text(initial.on)}
        ask = self.asks.get(name)
        if ask is not None and initial is None:
            note, tone = ask.text, "attention"
        asked = name in self.unusual or bool(self.data.get(f"c_{name}"))
        return Row(
            fact=fact,
            field=self[f"f_{name}"],
            unit_choice=self[f"u_{name}"] if f"u_{name}" in self.fields else None,
            date_field=self[f"d_{name}"] if f"d_{name}" in self.fields else None,
            confirm_field=self[f"c_{name}"] if asked and f"c_{name}" in self.fields else None,
            label=fact.label[self.language],
            help=fact.help.get(self.language, ""),
            note=note,
            note_tone=tone,
            inherited=initial is not None,
        )
