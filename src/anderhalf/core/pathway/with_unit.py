"""A number that somebody typed with its unit behind it: ``6,9 mmol/l``, ``104 /min``, ``<50 ml/min``.

A unit that the fact knows is read, its own or one that it converts from. Any other is refused in words, and the number
as it stands counts as a reading for danger: who wrote "6,9 mg" meant something, and it may be the dangerous thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from anderhalf.core.decisions.facts import Fact, Value
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.entry import RefusedValue, recorded, refusal, typed_number
from anderhalf.core.pathway.flowchart.words import WORDS
from anderhalf.core.pathway.units import Conversion, unit_key

if TYPE_CHECKING:
    from anderhalf.core.pathway.facts import Entry

_WITH_UNIT = re.compile(
    r"(?P<number>(?:<=|>=|<|>|≤|≥)?\s*[+\-\u2212]?\s*[0-9.,](?:[0-9., \u00a0\u2009\u202f\u2007]*[0-9])??)\s*"
    r"(?P<unit>(?!e[0-9])(?:[x×*]?\s*10\s*(?:\*|\^|e|exp|[⁰-⁹³])|[^\W\d_]|[/%×°µ{])[^\r\n]*)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]|%")
_ONE_NUMBER = re.compile(r"(?:(?:<=|>=|<|>|≤|≥)\s*)?[0-9]+(?:[.,][0-9]+)*")


@dataclass(frozen=True, slots=True)
class Written:
    """A number as it was typed, and the unit behind it; without one the unit is None."""

    number: Decimal | Range
    text: str
    unit: str | None = None


def with_unit(entry: Entry, text: str, chosen: str | None) -> Written:
    """The number that was typed, and in which unit when one stands behind it.

    `chosen` is the unit of the form. Raises RefusedValue; its readings are in the unit that was chosen.
    """
    fact = entry.fact
    found = _WITH_UNIT.fullmatch(text.strip())
    if found is None or not _LETTER.search(found["unit"]):
        return Written(_plain(fact, text), text.strip())
    digits, unit = found["number"].strip(), found["unit"].strip().rstrip(".")
    known = _known(entry, unit)
    if known is None:
        raise _foreign(entry, text, digits, chosen)
    spelled, how = known
    if _other_was_chosen(entry, how, chosen):
        raise _contradicting(fact, text, digits, chosen or "")
    return Written(typed_number(fact, digits), digits, spelled)


def _plain(fact: Fact, text: str) -> Decimal | Range:
    """A number without a unit; of a text with one number in it, that number is what it may be."""
    try:
        return typed_number(fact, text)
    except RefusedValue as refused:
        if refused.readings:
            raise
        numbers = _ONE_NUMBER.findall(text)
        raise RefusedValue(
            refused.fact, refused.texts, readings=_read(fact, numbers[0]) if len(numbers) == 1 else ()
        ) from None


def _known(entry: Entry, unit: str) -> tuple[str, Conversion] | None:
    """The unit as it was written and how it converts; what is left out behind a stroke is filled in when there is only
    one way: `mmol` of mmol/l, `ml/min` of ml/min/1,73 m²."""
    key = unit_key(_in_dutch(unit))
    if key in entry.known_units:
        return unit, entry.known_units[key]
    begun = {name: how for name, how in entry.known_units.items() if name.startswith(f"{key}/")}
    if len(set(begun.values())) != 1:
        return None
    name, how = next(iter(begun.items()))
    return (entry.fact.unit_label if how == Conversion() and entry.fact.unit_label else name), how


def _in_dutch(unit: str) -> str:
    """A unit that a language says in a word, as the dictionary has it."""
    for words in WORDS.values():
        for own, said in words.units.items():
            if unit.casefold() == said.casefold():
                return own
    return unit


def _other_was_chosen(entry: Entry, how: Conversion, chosen: str | None) -> bool:
    """Whether the form says another unit than its first, and that is not the one behind the number."""
    picked = entry.known_units.get(unit_key(chosen or ""))
    return picked is not None and picked != Conversion() and picked != how


def _read(fact: Fact, digits: str) -> tuple[Value, ...]:
    try:
        return (typed_number(fact, digits),)
    except RefusedValue as refused:
        return refused.readings


def _foreign(entry: Entry, text: str, digits: str, chosen: str | None) -> RefusedValue:
    fact = entry.fact
    own = chosen if chosen and chosen != fact.unit else fact.unit_label or ""
    readings = _read(fact, digits)
    if not own or own == "1":
        return refusal(
            fact,
            "{label}: ‘{text}’ is niet te lezen. Schrijf alleen het getal.",
            "{label}: ‘{text}’ can't be read. Write only the number.",
            readings=readings, text=text.strip()[:40],
        )  # fmt: skip
    dutch, english = (WORDS[lang].units.get(own, own) for lang in ("nl", "en"))
    return refusal(
        fact,
        "{label}: ‘{text}’ is niet te lezen, de eenheid is hier {dutch}. Schrijf het getal in {dutch}.",
        "{label}: ‘{text}’ can't be read, the unit here is {english}. Write the number in {english}.",
        readings=readings, text=text.strip()[:40], dutch=dutch, english=english,
    )  # fmt: skip


def _contradicting(fact: Fact, text: str, digits: str, chosen: str) -> RefusedValue:
    return refusal(
        fact,
        "{label}: bij ‘{text}’ staat een andere eenheid dan {chosen}, die ernaast is gekozen. Maak die gelijk.",
        "{label}: ‘{text}’ has another unit than {chosen}, which was chosen beside it. Make them the same.",
        readings=_read(fact, digits), text=text.strip()[:40], chosen=chosen,
    )  # fmt: skip


def hundredfold(number: Decimal | Range) -> Decimal | Range:
    """A fraction, or a range of one, as a percentage."""
    if isinstance(number, Range):
        return number.each_end(lambda end: recorded(Fraction(end) * 100))
    return recorded(Fraction(number) * 100)
