"""A rule's cells in the few words that fit on one sheet: "NT-proBNP vanaf 125 ng/l", "NYHA-klasse III of IV"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.core.decisions.feel import Equals, Interval, IsNull, Part, UnaryTest
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.decisions.shown import as_shown

NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language. Patterns take `low` and `high`."""

    yes: str
    no: str
    unknown: str
    negation: str
    disjunction: str
    at_least: str
    more_than: str
    at_most: str
    less_than: str
    between: Mapping[tuple[bool, bool], str]
    decimal: str
    units: Mapping[str, str]
    """A unit as the dictionary writes it for Dutch readers, and as it is written in this language."""


WORDS: Mapping[str, Words] = {
    "nl": Words(
        yes="ja",
        no="nee",
        unknown="onbekend",
        negation="niet {what}",
        disjunction="of",
        at_least="vanaf {low}",
        more_than="boven {low}",
        at_most="hoogstens {high}",
        less_than="onder {high}",
        between={
            (True, True): "{low} tot en met {high}",
            (True, False): "{low} tot {high}",
            (False, True): "boven {low} tot en met {high}",
            (False, False): "boven {low} en onder {high}",
        },
        decimal=",",
        units={},
    ),
    "en": Words(
        yes="yes",
        no="no",
        unknown="unknown",
        negation="not {what}",
        disjunction="or",
        at_least="from {low}",
        more_than="above {low}",
        at_most="at most {high}",
        less_than="below {high}",
        between={
            (True, True): "{low} up to and including {high}",
            (True, False): "{low} up to {high}",
            (False, True): "above {low}, up to and including {high}",
            (False, False): "above {low} and below {high}",
        },
        decimal=".",
        units={
            "jaar": "years",
            "dagen": "days",
            "uur": "hours",
            "maanden": "months",
            "procentpunt": "percentage points",
            "mg/dag": "mg/day",
            "ml/min/1,73 m²": "ml/min/1.73 m²",
        },
    ),
}


def in_language(labels: Mapping[str, str], language: str) -> str:
    """A text in a language, in Dutch when it has none in that language."""
    return labels.get(language) or labels.get("nl", "")


def criterion(fact: Fact, test: UnaryTest, language: str) -> str:
    """What a cell asks of a fact, in `nl` or `en`; empty for the cell that accepts anything.

    A yes-or-no fact that must be true is named alone ("Pijn op de borst in rust").
    """
    if test.any:
        return ""
    label = in_language(fact.label, language)
    if fact.type is FactType.BOOLEAN and not test.negated and test.parts == (Equals(True),):
        return label
    what = test_in_words(fact, test, language)
    numeric = fact.type in (FactType.NUMBER, FactType.DATE) and not test.negated
    unknown = all(isinstance(part, IsNull) for part in test.parts)
    if label.endswith("?") or (numeric and isinstance(test.parts[0], Interval)) or unknown:
        return f"{label} {what}"
    return f"{label}: {what}"


def test_in_words(fact: Fact, test: UnaryTest, language: str) -> str:
    """The part of `criterion` without the fact's label."""
    words = WORDS[language]
    parts = [_part(part, fact, language) for part in test.parts]
    text = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {words.disjunction} {parts[-1]}"
    return words.negation.format(what=text) if test.negated else text


def _part(part: Part, fact: Fact, language: str) -> str:
    words = WORDS[language]
    if isinstance(part, IsNull):
        return words.unknown
    if isinstance(part, Equals):
        return value_in_words(part.value, fact, language)
    return _interval(part, fact, language)


def _interval(part: Interval, fact: Fact, language: str) -> str:
    words = WORDS[language]
    if part.low is not None and part.high is not None:
        pattern = words.between[part.low_closed, part.high_closed]
        # The unit is said once, at the end.
        return pattern.format(low=_plain(part.low, language), high=value_in_words(part.high, fact, language))
    if part.low is not None:
        pattern = words.at_least if part.low_closed else words.more_than
        return pattern.format(low=value_in_words(part.low, fact, language))
    pattern = words.at_most if part.high_closed else words.less_than
    return pattern.format(high=value_in_words(part.high or Decimal(0), fact, language))


def measured_in_words(value: Value, fact: Fact, language: str) -> str:
    """A value of a person, with the decimals that one shows of it; the limit of a rule keeps its own."""
    if isinstance(value, Decimal):
        value = as_shown(value, fact.decimals)
    return value_in_words(value, fact, language)


def value_in_words(value: Value, fact: Fact, language: str) -> str:
    """`4,8 mmol/l`, `> 90 ml/min`, `ja`, `sinusritme`, `14-03-2025`."""
    words = WORDS[language]
    if isinstance(value, bool):
        return words.yes if value else words.no
    if isinstance(value, str):
        return in_language(fact.values.get(value, {}), language) or value
    written = fact.unit_label if fact.unit_label is not None else fact.unit or ""
    unit = words.units.get(written, written).replace(" ", NO_BREAK)
    text = _plain(value, language)
    if not unit:
        return text
    return f"{text}%" if unit == "%" else f"{text}{NO_BREAK}{unit}"


def _plain(value: Decimal | Range | date, language: str) -> str:
    if isinstance(value, Range):
        ends = [_plain(end, language) for end in value.ends]
        if value.comparator:
            return f"{value.comparator}{NO_BREAK}{ends[0]}"
        return WORDS[language].between[value.low_closed, value.high_closed].format(low=ends[0], high=ends[1])
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    return format(value, "f").replace(".", WORDS[language].decimal)
