"""Whether a fact can have a value, and whether it is unusual, with the sentence for the person who entered it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.facts import Fact, FactValueError, Value, check_value
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.entry import RefusedValue, in_words, refusal
from anderhalf.core.pathway.flowchart.words import WORDS
from anderhalf.core.wording import within


@dataclass(frozen=True, slots=True)
class Checked:
    """A value that may be stored; `unusual` asks the person for confirmation with the sentence in `texts`."""

    value: Value
    unusual: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    """Of a number that was typed: how, without its unit."""
    unit: str = ""
    """The unit that stood behind it; empty when there was none."""


def can_be(fact: Fact, value: Value) -> bool:
    """Whether a fact can have a value."""
    try:
        check_value(fact, value)
    except FactValueError:
        return False
    return True


def check_date(
    fact: Fact, value: Value, *, on: date | None, born: date | None, may_lie_ahead: bool
) -> Checked:
    """Refuse a date in the future or before birth, as far as `on` (today) and `born` are given."""
    if not isinstance(value, date):
        raise refusal(fact, "{label}: vul een datum in.", "{label}: enter a date.")
    if on is not None and value > on and not may_lie_ahead:
        raise refusal(
            fact,
            "{label}: {day} ligt in de toekomst.",
            "{label}: {day} is in the future.",
            day=f"{value:%d-%m-%Y}",
        )
    if born is not None and value < born:
        raise refusal(
            fact,
            "{label}: {day} ligt voor de geboortedatum ({born}).",
            "{label}: {day} is before the date of birth ({born}).",
            day=f"{value:%d-%m-%Y}",
            born=f"{born:%d-%m-%Y}",
        )
    return Checked(value)


def fraction_refusal(fact: Fact, typed: Decimal | Range, readings: tuple[Value, ...]) -> RefusedValue:
    """The sentence for a fraction in a field of percentages; `readings` holds what it would be as a percentage."""
    meant = readings[0] if readings and isinstance(readings[0], Decimal | Range) else None
    asked = {"nl": "", "en": ""}
    if meant is not None:
        asked = {
            "nl": f" Bedoelt u {in_words(meant, 'nl')}%? Vul dan {in_words(meant, 'nl')} in.",
            "en": f" Do you mean {in_words(meant, 'en')}%? Then enter {in_words(meant, 'en')}.",
        }
    return RefusedValue(
        fact.name,
        {
            lang: f"{fact.label[lang]}: {in_words(typed, lang)}% {words}.{asked[lang]}"
            for lang, words in (("nl", "kan haast niet"), ("en", "is hardly possible"))
        },
        readings=readings,
    )


def not_below(fact: Fact, value: Value, above: Fact, other: Value) -> RefusedValue | None:
    """The sentence for a number that must lie below another and does not (a lower pressure of 118 with an upper one of
    95); None when it may."""
    low, high = _end(value, lowest=True), _end(other, lowest=False)
    if low is None or high is None or low < high:
        return None
    patterns = {
        "nl": "{label}: {low} is niet lager dan {above} {high}. Verwisseld? Verbeter het, of meet opnieuw.",
        "en": "{label}: {low} is not below {above} {high}. Swapped? Correct it, or measure again.",
    }
    texts = {
        lang: pattern.format(
            label=fact.label[lang],
            above=within(above.label[lang]),
            low=in_words(low, lang),
            high=in_words(high, lang),
        )
        for lang, pattern in patterns.items()
    }
    return RefusedValue(fact.name, texts, readings=(value, other))


def is_above(fact: Fact, value: Value, other: Fact, second: Value) -> Mapping[str, str]:
    """The question about a number that lies above another while it hardly can (a pulse of 118 with a pressure of 96);
    empty when it does not."""
    high, low = _end(value, lowest=True), _end(second, lowest=False)
    if high is None or low is None or high <= low:
        return {}
    patterns = {
        "nl": "{label}: {high} is hoger dan {other} {low}. Klopt het?",
        "en": "{label}: {high} is above {other} {low}. Is it right?",
    }
    return {
        lang: pattern.format(
            label=fact.label[lang],
            other=within(other.label[lang]),
            high=in_words(high, lang),
            low=in_words(low, lang),
        )
        for lang, pattern in patterns.items()
    }


def _end(value: Value, *, lowest: bool) -> Decimal | None:
    if isinstance(value, Range):
        return value.low if lowest else value.high
    return value if isinstance(value, Decimal) else None


def check_number(fact: Fact, value: Decimal | Range) -> Checked:
    """Refuse a number, or a whole range, outside what is possible; flag what is outside the usual range."""
    if not can_be(fact, value):
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
    if not is_unusual(fact, value):
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


def is_unusual(fact: Fact, value: Decimal | Range) -> bool:
    """Whether a number, or a whole range, lies outside the usual range; a range that reaches into it does not."""
    if isinstance(value, Range):
        return value.within(fact.usual_minimum, fact.usual_maximum) is None
    return (fact.usual_minimum is not None and value < fact.usual_minimum) or (
        fact.usual_maximum is not None and value > fact.usual_maximum
    )


def _range_texts(
    fact: Fact, value: Decimal | Range, low: Decimal | None, high: Decimal | None, *, nl: str, en: str
) -> Mapping[str, str]:
    texts = {}
    for lang, pattern in (("nl", nl), ("en", en)):
        texts[lang] = pattern.format(
            label=fact.label[lang],
            value=in_words(value, lang),
            unit=f" {WORDS[lang].units.get(fact.unit_label, fact.unit_label)}" if fact.unit_label else "",
            low=in_words(low, lang),
            high=in_words(high, lang),
        )
    return texts
