"""The data dictionary of a pathway: units, ranges, codes and facts that follow from other facts.

A value enters in three steps: `convert` to the dictionary's unit, `validate` against its range, and (for a
whole record) `derive` what follows. Nothing here guesses: an unknown unit is an error that names the units
that are understood, and a fact that cannot be worked out stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from types import MappingProxyType

from anderhalf.core.decisions.facts import (
    Fact,
    FactType,
    FactValue,
    FactValues,
    Freshness,
    Value,
    at_declared_scale,
    freshness,
)
from anderhalf.core.pathway.derivations import ALWAYS_DERIVED, DERIVATIONS, rounded_half_up


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


class RefusedValue(ValueError):
    """A value the fact cannot have. `texts` is the sentence for the person who typed it, by language."""

    def __init__(self, fact: str, texts: Mapping[str, str]) -> None:
        super().__init__(f"{fact}: {texts['en']}")
        self.fact = fact
        self.texts = texts


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a fact follows from others: age, bmi, is_known, days_since or any_of, and from which facts."""

    how: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A value that may be stored; `unusual` asks the person for confirmation with the sentence in `texts`."""

    value: Value
    unusual: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One fact with what only entry and import need."""

    fact: Fact
    conversions: Mapping[str, Fraction] = field(default_factory=dict)
    """Other unit -> exact factor to the dictionary's unit."""
    derived: Derivation | None = None
    value_codes: Mapping[str, str] = field(default_factory=dict)
    """Foreign answer code (LOINC, SNOMED) -> value of the closed list."""


@dataclass(frozen=True)
class FactDictionary:
    """All facts of a pathway, in the order of facts.toml (the order of forms)."""

    entries: Mapping[str, Entry]

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

    @property
    def facts(self) -> Mapping[str, Fact]:
        """Name -> Fact, as the decision engine wants it."""
        return MappingProxyType({name: entry.fact for name, entry in self.entries.items()})

    def in_group(self, group: str) -> tuple[Fact, ...]:
        """The facts of one section of a form."""
        return tuple(entry.fact for entry in self.entries.values() if entry.fact.group == group)

    def with_code(self, system: str, code: str) -> tuple[Fact, ...]:
        """The facts that carry a code of `loinc`, `nhg`, `snomed`, `icpc`, `atc` or `rxnorm`.

        ATC and ICPC codes in the dictionary are prefixes: C09AA matches C09AA05, T90 matches T90.02.
        """
        prefix = system in ("atc", "icpc")
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

    def convert(self, name: str, value: Decimal, unit: str | None) -> Decimal:
        """Express a number in the dictionary's unit, at the fact's number of decimals (half up).

        The factor is applied exactly, so 14.75 pmol/L NT-proBNP is exactly 125 ng/L. A missing unit is
        accepted only for a fact without a unit. Raises UnknownUnit and UnknownFact.
        """
        entry = self.entry(name)
        if unit == entry.fact.unit or (unit in (None, "", "1") and entry.fact.unit in (None, "1")):
            return at_declared_scale(entry.fact, value)
        factor = entry.conversions.get(unit or "")
        if factor is None:
            raise UnknownUnit(name, unit or "", self.units_of(name))
        exact = Fraction(value) * factor
        return rounded_half_up(exact, entry.fact.decimals)

    def validate(self, name: str, value: Value) -> Checked:
        """Refuse what cannot be, flag what is unusual.

        `value` is in the dictionary's unit. Raises RefusedValue with the allowed range or list in Dutch and
        English, and UnknownFact.
        """
        fact = self[name]
        if fact.type is FactType.NUMBER:
            if not isinstance(value, Decimal) or not value.is_finite():
                raise RefusedValue(
                    name, _texts(fact, "{label}: vul een getal in.", "{label}: enter a number.")
                )
            return _check_number(fact, value)
        if fact.type is FactType.CODE and fact.values and value not in fact.values:
            listed = {lang: ", ".join(label[lang] for label in fact.values.values()) for lang in ("nl", "en")}
            raise RefusedValue(
                name,
                _texts(
                    fact,
                    f"{{label}}: kies uit {listed['nl']}.",
                    f"{{label}}: choose from {listed['en']}.",
                ),
            )
        if fact.type is FactType.BOOLEAN and not isinstance(value, bool):
            raise RefusedValue(name, _texts(fact, "{label}: kies ja of nee.", "{label}: choose yes or no."))
        if fact.type is FactType.DATE and not isinstance(value, date):
            raise RefusedValue(name, _texts(fact, "{label}: vul een datum in.", "{label}: enter a date."))
        return Checked(value)

    def read_text(self, name: str, text: str, *, unit: str | None = None) -> Checked:
        """Read what a person typed: `4,8` and `4.8` are both four point eight, `14-03-1948` is a date.

        `unit` is the unit the form offered, by default the dictionary's. Raises RefusedValue, UnknownUnit.
        """
        fact = self[name]
        text = text.strip()
        value: Value
        if fact.type is FactType.NUMBER:
            value = self.convert(name, _typed_number(fact, text), unit or fact.unit)
        elif fact.type is FactType.BOOLEAN:
            if text not in ("true", "false"):
                raise RefusedValue(
                    name, _texts(fact, "{label}: kies ja of nee.", "{label}: choose yes or no.")
                )
            value = text == "true"
        elif fact.type is FactType.DATE:
            value = _typed_date(fact, text)
        else:
            value = text
        return self.validate(name, value)

    def derive(self, facts: FactValues, *, on: date, birth_date: date | None = None) -> FactValues:
        """The same facts plus those that follow from them on a day.

        A fact that was given itself is kept, except `age`-like facts, which always follow the calendar.
        Values that are stale on that day are not used.
        """
        known = dict(facts)
        if birth_date is not None and "birth_date" in self.entries:
            known["birth_date"] = FactValue(birth_date, None, "person")
        for name, entry in self.entries.items():
            if entry.derived is None or (name in facts and entry.derived.how not in ALWAYS_DERIVED):
                continue
            given = _usable(self, entry.derived.inputs, known, on)
            found = DERIVATIONS[entry.derived.how](entry.fact, entry.derived.inputs, given, on)
            if found is not None:
                known[name] = replace(found, origin=f"derived:{entry.derived.how}")
        return known


def _usable(
    dictionary: FactDictionary, names: tuple[str, ...], known: FactValues, on: date
) -> Mapping[str, FactValue]:
    """The values that may be used on a day: known, not stale."""
    return {
        name: known[name]
        for name in names
        if name in known and freshness(dictionary[name], known[name], on=on) is Freshness.KNOWN
    }


def _check_number(fact: Fact, value: Decimal) -> Checked:
    too_low = fact.minimum is not None and value < fact.minimum
    too_high = fact.maximum is not None and value > fact.maximum
    if too_low or too_high:
        raise RefusedValue(
            fact.name,
            _range_texts(
                fact,
                value,
                fact.minimum,
                fact.maximum,
                nl="{label}: {value} kan niet; mogelijk is {low} tot {high}{unit}.",
                en="{label}: {value} is impossible; possible is {low} to {high}{unit}.",
            ),
        )
    unusual = (fact.usual_minimum is not None and value < fact.usual_minimum) or (
        fact.usual_maximum is not None and value > fact.usual_maximum
    )
    if not unusual:
        return Checked(value)
    return Checked(
        value,
        True,
        _range_texts(
            fact,
            value,
            fact.usual_minimum,
            fact.usual_maximum,
            nl="{label}: {value} is ongewoon (gewoonlijk {low} tot {high}{unit}). Klopt het?",
            en="{label}: {value} is unusual (usually {low} to {high}{unit}). Is it right?",
        ),
    )


def _range_texts(
    fact: Fact, value: Decimal, low: Decimal | None, high: Decimal | None, *, nl: str, en: str
) -> Mapping[str, str]:
    unit = f" {fact.unit_label}" if fact.unit_label else ""
    texts = {}
    for lang, pattern in (("nl", nl), ("en", en)):
        texts[lang] = pattern.format(
            label=fact.label[lang],
            value=_number(value, lang),
            unit=unit,
            low=_number(low, lang),
            high=_number(high, lang),
        )
    return texts


def _number(value: Decimal | None, lang: str) -> str:
    if value is None:
        return "…"
    text = format(value.normalize(), "f") if value else "0"
    return text.replace(".", ",") if lang == "nl" else text


def _texts(fact: Fact, nl: str, en: str) -> Mapping[str, str]:
    return {"nl": nl.format(label=fact.label["nl"]), "en": en.format(label=fact.label["en"])}


def _typed_number(fact: Fact, text: str) -> Decimal:
    plain = text.replace(" ", "").replace("\u00a0", "").replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        value = Decimal("NaN")
    # Python also reads "1e5" and "٣": not what somebody means who fills in a form.
    if not value.is_finite() or not all(sign in "+-.0123456789" for sign in plain):
        raise RefusedValue(
            fact.name,
            _texts(
                fact,
                f"{{label}}: ‘{_quoted(text)}’ is geen getal.",
                f"{{label}}: ‘{_quoted(text)}’ is not a number.",
            ),
        )
    return value


def _typed_date(fact: Fact, text: str) -> date:
    parts = text.replace("/", "-").replace(".", "-").split("-")
    try:
        numbers = [int(part) for part in parts]
        year_first = len(parts[0]) == 4
        # A year of two digits could be a birth in either of two centuries.
        if len(numbers) != 3 or len(parts[0 if year_first else 2]) != 4:
            raise ValueError
        return date(*numbers) if year_first else date(numbers[2], numbers[1], numbers[0])
    except ValueError:
        raise RefusedValue(
            fact.name,
            _texts(
                fact,
                f"{{label}}: ‘{_quoted(text)}’ is geen datum (dag-maand-jaar).",
                f"{{label}}: ‘{_quoted(text)}’ is not a date (day-month-year).",
            ),
        ) from None


def _quoted(text: str) -> str:
    return text[:40].replace("{", "{{").replace("}", "}}")
