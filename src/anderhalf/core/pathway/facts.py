"""The data dictionary of a pathway: units, ranges, codes and facts that follow from other facts.

A value enters in three steps: `convert` to the dictionary's unit, `validate` against its range, and (for a
whole record) `derive` what follows. Nothing here guesses: an unknown unit is an error that names the units
that are understood, and a fact that cannot be worked out stays unknown. What was typed is read in `entry`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import overload

from anderhalf.core.decisions.facts import (
    Fact,
    FactType,
    FactValue,
    FactValues,
    Freshness,
    Value,
    freshness,
)
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.derivations import DERIVATIONS, OF_A_FORMULA, OF_A_SERIES, change_over, stays
from anderhalf.core.pathway.entry import (
    RefusedValue,
    one_reading,
    recorded,
    refusal,
    typed_date,
)
from anderhalf.core.pathway.kidney import EgfrFormula, current_egfr
from anderhalf.core.pathway.other_unit import checked_number
from anderhalf.core.pathway.spared import spared_answers
from anderhalf.core.pathway.units import PERCENT, Amount, Conversion, contradicts, unit_key
from anderhalf.core.pathway.validity import (
    Checked,
    can_be,
    check_date,
    check_number,
    fraction_refusal,
    not_below,
)
from anderhalf.core.pathway.with_unit import Written, hundredfold, with_unit

__all__ = ["Checked", "Derivation", "Entry", "FactDictionary", "RefusedValue", "UnknownFact", "UnknownUnit"]

_NO_SERIES: Mapping[str, Sequence[FactValue]] = MappingProxyType({})

LOW, HIGH, YES = "low", "high", "yes"
"""Where a fact is a danger: at an end of its range, or when the answer is yes."""


class UnknownFact(KeyError):
    """A name that the dictionary does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"{self.name} is not a fact of this dictionary"


class UnknownUnit(ValueError):
    """A unit that the dictionary cannot convert, with the units that it can."""

    def __init__(self, fact: str, unit: str, known: tuple[str, ...]) -> None:
        super().__init__(f"{fact}: unit {unit!r} is not understood; understood: {', '.join(known)}")
        self.fact = fact
        self.unit = unit
        self.known = known


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a fact follows from others (`age`, `bmi`, `any_of`, …), and from which facts.

    `gain`, `gain_percent` and `loss` follow from the series of one fact over `over_days` days.
    """

    how: str
    inputs: tuple[str, ...]
    over_days: int = 0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One fact with what only entry and import need."""

    fact: Fact
    conversions: Mapping[str, Conversion] = field(default_factory=dict)
    """Other unit -> how it becomes the dictionary's, exactly."""
    offered: tuple[str, ...] = ()
    """Units that a form offers beside the dictionary's, because laboratories differ; as a clinician writes them."""
    amounts: Mapping[str, Amount] = field(default_factory=dict)
    """Code of a measurement -> whether it counts moles or mass: a unit of the other kind contradicts it."""
    may_lie_ahead: bool = False
    """A date that may be in the future, such as that of an operation."""
    derived: Derivation | None = None
    value_codes: Mapping[str, str] = field(default_factory=dict)
    """Foreign answer code (LOINC, SNOMED) -> value of the closed list."""
    danger: tuple[str, ...] | None = None
    """The ends (`low`, `high`) or the answer (`yes`) that are a danger; None: the dictionary does not say."""
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Language -> by which words people write it in a text; see `mentions`."""
    own: bool = False
    """The answer is for the patient and who treats them: an informal carer who looks along does not see it."""
    words_for: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Of a closed list: value -> language -> by which words people write it."""
    ever: str = ""
    """The fact (it may be itself) that words of long ago are about: it is asked whatever the rules say of now."""
    lasts_days: int | None = None
    """A yes that began longer ago can't be so any more (a pregnancy); None: it may be."""
    misspelt: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Language -> a word of the fact -> how people misspell it; one letter wrong needs no line."""
    washout_hours: int | None = None
    """Of a drug: the hours that must lie between the last dose of what it replaces and its first."""
    below: str = ""
    """The fact below which a number of the same day always lies: a lower pressure below the upper one."""

    @cached_property
    def known_units(self) -> Mapping[str, Conversion]:
        """Key of a unit (see `unit_key`) -> how it becomes the fact's own; a missing unit for a fact without one."""
        known = {unit_key(unit): how for unit, how in self.conversions.items()}
        own = [unit for unit in (self.fact.unit, self.fact.unit_label) if unit]
        known |= {unit_key(unit): Conversion() for unit in own}
        return known | ({"": Conversion(), "1": Conversion()} if self.fact.unit in (None, "1") else {})


@dataclass(frozen=True, eq=False)
class FactDictionary:
    """All facts of a pathway, in the order of facts.toml (the order of forms); read once, so itself and no other."""

    entries: Mapping[str, Entry]
    egfr: EgfrFormula | None = None
    """How eGFR follows from creatinine, as the agreement chose; None: it does not."""

    def __getitem__(self, name: str) -> Fact:
        return self.entry(name).fact

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def entry(self, name: str) -> Entry:
        """The entry of a fact; raises UnknownFact."""
        try:
            return self.entries[name]
        except KeyError:
            raise UnknownFact(name) from None

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Name -> Fact, as the decision engine wants it."""
        return {name: entry.fact for name, entry in self.entries.items()}

    @cached_property
    def follows(self) -> Mapping[str, Derivation]:
        """The facts that follow from others, and how."""
        return {name: one.derived for name, one in self.entries.items() if one.derived is not None}

    @cached_property
    def in_series(self) -> frozenset[str]:
        """The facts of which changes are looked at."""
        return frozenset(
            name for one in self.follows.values() if one.how in OF_A_SERIES for name in one.inputs
        )

    def with_code(self, system: str, code: str) -> tuple[Fact, ...]:
        """The facts that carry a code of `loinc`, `nhg`, `snomed`, `icpc`, `icd10`, `atc` or `rxnorm`.

        ATC, ICPC and ICD-10 codes in the dictionary are prefixes: C09AA matches C09AA05, T90 matches T90.02.
        """
        prefix = system in ("atc", "icpc", "icd10")
        return tuple(
            entry.fact
            for entry in self.entries.values()
            if any(
                code == known or (prefix and code.startswith(known))
                for known in entry.fact.codes.get(system, ())
            )
        )

    def value_of_code(self, name: str, code: str) -> str | None:
        """The closed-list value that a foreign answer code stands for, or None when it stands for nothing."""
        return self.entry(name).value_codes.get(code)

    def units_of(self, name: str) -> tuple[str, ...]:
        """Every unit that `convert` understands for a fact, the dictionary's own first."""
        entry = self.entry(name)
        own = () if entry.fact.unit is None else (entry.fact.unit,)
        return (*own, *entry.conversions)

    def offered_units(self, name: str) -> tuple[str, ...]:
        """The units among which a form lets choose, the dictionary's own first; empty when there is only that one."""
        entry = self.entry(name)
        return (entry.fact.unit_label or entry.fact.unit or "", *entry.offered) if entry.offered else ()

    def conversion(self, name: str, unit: str | None) -> Conversion:
        """How a unit, however it is spelled, becomes the dictionary's unit.

        A missing unit is accepted only for a fact without a unit. Raises UnknownUnit and UnknownFact.
        """
        found = self.entry(name).known_units.get(unit_key(unit or ""))
        if found is None:
            raise UnknownUnit(name, unit or "", self.units_of(name))
        return found

    def contradicts(self, name: str, code: str, unit: str | None) -> bool:
        """Whether a measurement's code says moles and its unit mass, or the reverse."""
        return contradicts(self.entry(name).amounts, code, unit or "")

    def is_fraction(self, name: str, value: Decimal | Range, unit: str | None) -> bool:
        """Whether a number stands for a percentage as a fraction of one would: 0,35 in a field of %."""
        if self[name].unit != PERCENT or unit_key(unit or "") != PERCENT:
            return False
        numbers = value.ends if isinstance(value, Range) else (value,)
        return any(0 < number < 1 for number in numbers)

    @overload
    def convert(self, name: str, value: Decimal, unit: str | None) -> Decimal: ...
    @overload
    def convert(self, name: str, value: Decimal | Range, unit: str | None) -> Decimal | Range: ...
    def convert(self, name: str, value: Decimal | Range, unit: str | None) -> Decimal | Range:
        """Express a number or range in the dictionary's unit, as exactly as the record keeps it (`entry.recorded`).

        The conversion itself is exact: 14.75 pmol/L NT-proBNP is 125 ng/L. Raises UnknownUnit and UnknownFact.
        """
        how = self.conversion(name, unit)
        if isinstance(value, Range):
            return value.each_end(lambda end: recorded(how.apply(Fraction(end))))
        return recorded(how.apply(Fraction(value)))

    def validate(
        self, name: str, value: Value, *, on: date | None = None, born: date | None = None
    ) -> Checked:
        """Refuse what cannot be, flag what is unusual.

        `value` is in the dictionary's unit; with `on` (today) and `born` a date may not lie in the future or before
        birth. Raises RefusedValue with the allowed range or list in Dutch and English, and UnknownFact.
        """
        fact = self[name]
        if fact.type is FactType.NUMBER:
            if not isinstance(value, Decimal | Range) or (
                isinstance(value, Decimal) and not value.is_finite()
            ):
                raise refusal(fact, "{label}: vul een getal in.", "{label}: enter a number.")
            return check_number(fact, value)
        if fact.type is FactType.CODE and fact.values and value not in fact.values:
            dutch, english = (
                ", ".join(label[lang] for label in fact.values.values()) for lang in ("nl", "en")
            )
            raise refusal(
                fact,
                "{label}: kies uit {dutch}.",
                "{label}: choose from {english}.",
                dutch=dutch,
                english=english,
            )
        if fact.type is FactType.BOOLEAN and not isinstance(value, bool):
            raise refusal(fact, "{label}: kies ja of nee.", "{label}: choose yes or no.")
        if fact.type is FactType.DATE:
            ahead = self.entry(name).may_lie_ahead
            return check_date(fact, value, on=on, born=born, may_lie_ahead=ahead)
        return Checked(value)

    def read_text(
        self, name: str, text: str, *, unit: str | None = None, on: date | None = None, born: date | None = None,
        lay: bool = False,
    ) -> Checked:  # fmt: skip
        """Read what a person typed: `4,8` and `4.8` are both four point eight, `>90` is a range, `14-03-1948` a date.

        `unit` is the unit that was chosen in the form, by default the dictionary's; `on` and `born` as in `validate`,
        `lay` as in `checked_number`. Raises RefusedValue, UnknownUnit.
        """
        fact = self[name]
        text = text.strip()
        value: Value
        if fact.type is FactType.NUMBER:
            typed = self._typed(fact, text, unit or fact.unit)
            own = typed.unit or unit or fact.unit
            checked = checked_number(self, fact, typed.number, own, lay=lay)
            return replace(checked, number=typed.text, unit=typed.unit or "")
        elif fact.type is FactType.BOOLEAN:
            if text not in ("true", "false"):
                raise refusal(fact, "{label}: kies ja of nee.", "{label}: choose yes or no.")
            value = text == "true"
        elif fact.type is FactType.DATE:
            value = typed_date(fact, text)
        else:
            value = text
        return self.validate(name, value, on=on, born=born)

    def _typed(self, fact: Fact, text: str, unit: str | None) -> Written:
        """What was typed, and its unit. What can be read in two ways is refused with both readings."""
        try:
            written = with_unit(self.entry(fact.name), text, unit)
        except RefusedValue as refused:
            readings = self._possible(fact, refused.readings, unit)
            texts = refused.texts
            if len(refused.readings) > 1 and len(readings) == 1:
                meant = next(one for one in refused.readings if self._possible(fact, (one,), unit))
                texts = one_reading(fact, text, meant)
            raise RefusedValue(refused.fact, texts, readings=readings) from None
        unit = written.unit or unit
        if self.is_fraction(fact.name, written.number, unit):
            times = self._possible(fact, (hundredfold(written.number),), unit)
            raise fraction_refusal(fact, written.number, times)
        return written

    def _possible(self, fact: Fact, readings: tuple[Value, ...], unit: str | None) -> tuple[Value, ...]:
        """The readings, in the dictionary's unit, that the fact can have."""
        found: list[Value] = []
        for reading in readings:
            if isinstance(reading, Decimal | Range):
                found.append(self.convert(fact.name, reading, unit))
        return tuple(value for value in found if can_be(fact, value))

    def swapped(self, values: FactValues) -> Mapping[str, RefusedValue]:
        """Per number that does not lie below the one it must lie below on that day, the sentence; see `Entry.below`.

        The readings are its own value and the other one: what each field may have meant.
        """
        found = {}
        for name, entry in self.entries.items():
            one, other = values.get(name), values.get(entry.below) if entry.below else None
            if one is not None and other is not None and one.on == other.on:
                refused = not_below(entry.fact, one.value, self[entry.below], other.value)
                if refused is not None:
                    found[name] = refused
        return found

    def derive(
        self,
        facts: FactValues,
        *,
        on: date,
        birth_date: date | None = None,
        series: Mapping[str, Sequence[FactValue]] = _NO_SERIES,
    ) -> FactValues:
        """The same facts plus those that follow from them on a day.

        A fact that was given itself is kept, except `age`-like facts (they follow the calendar) and a "no" about drugs
        of which one is used; a stale value is not used, what cannot be (an age of 126) stays unknown. `series` holds
        per fact all its values with their days, for facts that follow from a change.
        """
        known = dict(facts)
        if birth_date is not None and "birth_date" in self.entries:
            known["birth_date"] = FactValue(birth_date, None, "person")
        for name, entry in self.entries.items():
            if entry.derived is None:
                continue
            if entry.derived.how in OF_A_FORMULA:
                self._by_formula(name, entry, known, on)
                continue
            if entry.derived.how in OF_A_SERIES:
                values = series.get(entry.derived.inputs[0], ())
                found = change_over(entry.derived.how, values, entry.derived.over_days)
            else:
                given = _usable(self, entry.derived.inputs, known, on)
                found = DERIVATIONS[entry.derived.how](entry.fact, entry.derived.inputs, given, on)
            answer = _usable(self, (name,), facts, on).get(name)
            if name in facts and stays(entry.derived.how, entry.fact, answer, found):
                continue
            if found is not None and can_be(entry.fact, found.value):
                known[name] = replace(found, origin=f"derived:{entry.derived.how}")
            elif found is not None:
                known.pop(name, None)
        return {**known, **spared_answers(self.facts, known, on)}

    def _by_formula(self, name: str, entry: Entry, known: dict[str, FactValue], on: date) -> None:
        """eGFR where the laboratory gave none that is recent and as new as the creatinine."""
        if entry.derived is None or self.egfr is None:
            return
        creatinine, age, sex = entry.derived.inputs
        usable = _usable(self, (name, creatinine, age, sex), known, on)
        found = current_egfr(
            self.egfr, reported=usable.get(name), creatinine=usable.get(creatinine), age=usable.get(age),
            sex=usable.get(sex),
        )  # fmt: skip
        if found is not None and can_be(entry.fact, found.value):
            known[name] = replace(found, origin=f"derived:{entry.derived.how}")


def _usable(
    dictionary: FactDictionary, names: tuple[str, ...], known: FactValues, on: date
) -> Mapping[str, FactValue]:
    """The values that may be used on a day: known, not stale."""
    return {
        name: known[name]
        for name in names
        if name in known and freshness(dictionary[name], known[name], on=on) is Freshness.KNOWN
    }
