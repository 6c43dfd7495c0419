"""A number that cannot be: with a slip of the decimal point (750 for 75,0), or in another unit (1,68 in centimetres).

It is asked, never converted: what the person meant, only the person knows. For danger the meant value counts as a
reading until it was answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from anderhalf.core.decisions.facts import Fact
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.decisions.shown import as_shown
from anderhalf.core.pathway.entry import RefusedValue, in_words, recorded
from anderhalf.core.pathway.units import Conversion, unit_key
from anderhalf.core.pathway.validity import Checked, can_be, is_unusual

if TYPE_CHECKING:
    from anderhalf.core.pathway.facts import Entry, FactDictionary

_NAMES: Mapping[str, Mapping[str, str]] = {
    "m": {"nl": "meters", "en": "metres"},
    "g": {"nl": "grammen", "en": "grams"},
    "lb": {"nl": "ponden (lb)", "en": "pounds"},
    "[lb_av]": {"nl": "ponden (lb)", "en": "pounds"},
    "in": {"nl": "inches", "en": "inches"},
    "[in_i]": {"nl": "inches", "en": "inches"},
}
"""Units that are said in a word rather than by their sign."""


def checked_number(
    dictionary: FactDictionary, fact: Fact, typed: Decimal | Range, unit: str | None, *, lay: bool = False
) -> Checked:
    """A typed number in the dictionary's unit; of one that can't be is asked what was meant.

    `lay` is for who measures at home: they are asked about no unit that only professionals or other countries use.
    """
    entry = dictionary.entry(fact.name)
    try:
        checked = dictionary.validate(fact.name, dictionary.convert(fact.name, typed, unit))
    except RefusedValue as refused:
        if not isinstance(typed, Decimal):
            raise
        raise _with_what_was_meant(entry, typed, unit, refused, lay=lay) from None
    if checked.unusual and isinstance(typed, Decimal) and not lay:
        return _with_offered_unit(entry, typed, unit, checked)
    return checked


@dataclass(frozen=True, slots=True)
class _Meant:
    """What a number would be in another unit, or (without one) with its decimal point in another place."""

    unit: str | None
    value: Decimal
    """In the dictionary's unit."""
    usual: bool
    offered: bool = False
    retyped: Decimal = Decimal(0)
    """Of a slip: the number as it should have been typed, in the unit that was chosen."""

    @property
    def order(self) -> int:
        """What is asked first: a unit that the form itself offers, then a slip of the decimal point, then the rest."""
        if self.offered:
            return 0 if self.usual else 1
        return 2 + (self.unit is not None) + (0 if self.usual else 2)


def _with_what_was_meant(
    entry: Entry, typed: Decimal, unit: str | None, refused: RefusedValue, *, lay: bool
) -> RefusedValue:
    """The refusal with the question what was meant: as a reading counts what is asked, and nothing that is not."""
    found = [*_in_other_units(entry, typed, unit, lay=lay), *_slips(entry, typed, unit)]
    if not found:
        return refused
    asked = min(found, key=lambda one: one.order)
    same = (one.value for one in found if (one.unit is None) == (asked.unit is None))
    texts = {
        lang: f"{text} {_asked(entry, typed, unit, asked, lang)}" for lang, text in refused.texts.items()
    }
    return RefusedValue(refused.fact, texts, readings=tuple(dict.fromkeys((*refused.readings, *same))))


def _with_offered_unit(entry: Entry, typed: Decimal, unit: str | None, checked: Checked) -> Checked:
    """An unusual number that is a usual one in another unit of the form: haemoglobin 13,9 is 8,6 from g/dl."""
    found = (one for one in _in_other_units(entry, typed, unit, lay=False) if one.usual and one.offered)
    asked = next(found, None)
    if asked is None:
        return checked
    return replace(
        checked,
        texts={
            lang: f"{text} {_asked(entry, typed, unit, asked, lang)}" for lang, text in checked.texts.items()
        },
    )


def _in_other_units(entry: Entry, typed: Decimal, unit: str | None, *, lay: bool) -> Iterator[_Meant]:
    fact, spelled = entry.fact, {unit_key(one): one for one in entry.offered}
    chosen = unit_key(unit or fact.unit or "")
    here = {unit_key(one) for one in (fact.unit, fact.unit_label) if one}
    own = {fact.unit_label or fact.unit or "": Conversion()} if chosen not in here else {}
    for other, how in {**own, **entry.conversions}.items():
        meant = recorded(how.apply(Fraction(typed)))
        if unit_key(other) != chosen and can_be(fact, meant) and not (lay and _is_foreign(typed, meant)):
            name = spelled.get(unit_key(other), other)
            offered = name in own or unit_key(other) in spelled
            yield _Meant(name, meant, not is_unusual(fact, meant), offered)


def _is_foreign(typed: Decimal, meant: Decimal) -> bool:
    """Whether a unit is no power of ten of the fact's own, as grams are of kilograms and pounds are not."""
    return typed.normalize().as_tuple().digits != meant.normalize().as_tuple().digits


def _slips(entry: Entry, typed: Decimal, unit: str | None) -> Iterator[_Meant]:
    """The number with its decimal point one place to the right or to the left: 64 that was meant as 6,4."""
    own = entry.known_units.get(unit_key(unit or entry.fact.unit or ""))
    if own is None:
        return
    for times in (Fraction(10), Fraction(1, 10)):
        meant = recorded(own.apply(Fraction(typed) * times))
        if can_be(entry.fact, meant):
            usual = not is_unusual(entry.fact, meant)
            yield _Meant(None, meant, usual, retyped=recorded(Fraction(typed) * times))


def _asked(entry: Entry, typed: Decimal, chosen: str | None, meant: _Meant, lang: str) -> str:
    fact = entry.fact
    own = fact.unit_label or fact.unit or ""
    number, value, name = in_words(typed, lang), in_words(as_shown(meant.value, fact.decimals), lang), own
    if meant.unit is None:
        name = chosen if chosen and chosen != fact.unit else own
        value = _with_decimals(meant.retyped, fact.decimals, lang)
        pattern = {
            "nl": "Bedoelt u {value} {unit}? Vul dat dan in.",
            "en": "Do you mean {value} {unit}? Then enter that.",
        }[lang]
    elif meant.unit == own:
        pattern = {
            "nl": "Bedoelt u {value} {own}? Kies dan {own} als eenheid.",
            "en": "Do you mean {value} {own}? Then choose {own} as the unit.",
        }[lang]
    else:
        name = _NAMES.get(meant.unit, {}).get(lang, meant.unit)
        pattern = {
            "nl": "{number} lijkt in {unit}; bedoelt u {value} {own}? Vul dat dan in.",
            "en": "{number} looks like {unit}; do you mean {value} {own}? Then enter that.",
        }[lang]
    return pattern.format(number=number, unit=name, value=value, own=own).replace(" ?", "?")


def _with_decimals(number: Decimal, decimals: int, lang: str) -> str:
    """`75,0` and not `75`: where the point went is what is asked."""
    places = max(decimals, -int(number.normalize().as_tuple().exponent))
    text = f"{number:.{places}f}"
    return text.replace(".", ",") if lang == "nl" else text
