"""What a person typed, read exactly or refused: never another number than the one that was meant.

`8,9` and `8.9` are eight point nine. `8.900` can be read two ways by people who write thousands with a dot, and by
those who write a decimal with one; so it is refused with both readings, whatever the fact. `8 900`, `1.234,5` and
`1,234.5` can be read one way. A number with a comparator (`>90`) is a range.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from anderhalf.core.decisions.facts import Fact, Value
from anderhalf.core.decisions.ranges import Range

RECORDED_DECIMALS = 4
"""Decimals that the record keeps, more than any threshold has: see `recorded`."""
_LONGEST = 15
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f\u2007", " ") | {"\u2212": "-"})
_COMPARATOR = re.compile(r"(<=|>=|<|>|≤|≥)\s*(.*)", re.DOTALL)
_SIGNS = {"≤": "<=", "≥": ">="}
_PLAIN = re.compile(r"[0-9]+")
_ONE_SEPARATOR = re.compile(r"([0-9]*)[.,]([0-9]+)")
_TWO_WAYS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED = (
    re.compile(r"[1-9][0-9]{0,2}(?: [0-9]{3})+(?:[.,][0-9]+)?"),
    re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}"),
    re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}"),
    re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+"),
    re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+"),
)
"""Thousands in groups of three, with one reading only: of two kinds of separator the last is the decimal."""


class RefusedValue(ValueError):
    """A value the fact cannot have. `texts` is the sentence for the person who typed it, by language.

    `readings` are the values that the person may have meant, when there is more than one: nobody has said which.
    """

    def __init__(self, fact: str, texts: Mapping[str, str], *, readings: tuple[Value, ...] = ()) -> None:
        super().__init__(f"{fact}: {texts['en']}")
        self.fact = fact
        self.texts = texts
        self.readings = readings


def recorded(exact: Fraction) -> Decimal:
    """A number at the decimals that the record keeps, on the same side of every threshold as the number itself.

    Rounded half up, but never onto a number of fewer decimals: 29.99999 becomes 29.9999, not 30.
    """
    scaled = exact * 10**RECORDED_DECIMALS
    below = scaled.numerator // scaled.denominator
    if scaled.denominator == 1:
        nearest = below
    else:
        nearest = below + (scaled - below >= Fraction(1, 2))
        if nearest % 10 == 0:
            nearest = below + (nearest == below)
    number = Decimal(nearest).scaleb(-RECORDED_DECIMALS)
    whole = number.to_integral_value()
    return whole if whole == number else number.normalize()


LABORATORY = "laboratory"
"""The group of facts that are reported with a comparator."""


def typed_number(fact: Fact, text: str) -> Decimal | Range:
    """The number, or the range, that somebody typed. Raises RefusedValue with a sentence that says what to do."""
    plain = text.translate(_SPACES).strip()
    found = _COMPARATOR.fullmatch(plain)
    if found is None:
        return _number(fact, text, plain)
    sign = _SIGNS.get(found[1], found[1])
    try:
        return Range.of(sign, _number(fact, text, found[2].strip()))
    except RefusedValue as refused:
        readings = tuple(Range.of(sign, one) for one in refused.readings if isinstance(one, Decimal))
        raise RefusedValue(refused.fact, refused.texts, readings=readings) from None


def _number(fact: Fact, text: str, plain: str) -> Decimal:
    negative = plain.startswith("-")
    digits = plain[1:].strip() if negative or plain.startswith("+") else plain
    if _TWO_WAYS.fullmatch(digits):
        raise _read_two_ways(fact, text, digits)
    if not (
        _PLAIN.fullmatch(digits)
        or _ONE_SEPARATOR.fullmatch(digits)
        or any(grouped.fullmatch(digits) for grouped in _GROUPED)
    ):
        raise _no_number(fact, text)
    without_groups = digits.replace(" ", "")
    at = max(without_groups.rfind("."), without_groups.rfind(","))
    several = len(re.findall(r"[.,]", without_groups)) > 1
    only_groups = several and len(set(re.findall(r"[.,]", without_groups))) == 1
    if at < 0 or only_groups:
        whole, fraction = re.sub(r"[.,]", "", without_groups), ""
    else:
        whole, fraction = re.sub(r"[.,]", "", without_groups[:at]) or "0", without_groups[at + 1 :]
    fraction = fraction.rstrip("0") if len(fraction) > RECORDED_DECIMALS else fraction
    if len(fraction) > RECORDED_DECIMALS or len(whole) > _LONGEST:
        raise _too_long(fact, text)
    number = Decimal(f"{whole}.{fraction}" if fraction else whole)
    return -number if negative else number


def typed_date(fact: Fact, text: str) -> date:
    """Day-month-year, or year first; a year of two digits is refused: it could be of either of two centuries."""
    parts = text.replace("/", "-").replace(".", "-").split("-")
    try:
        if not all(part.strip().isascii() and part.strip().isdigit() for part in parts):
            raise ValueError
        numbers = [int(part) for part in parts]
        year_first = len(parts[0]) == 4
        if len(numbers) != 3 or len(parts[0 if year_first else 2]) != 4:
            raise ValueError
        return date(*numbers) if year_first else date(numbers[2], numbers[1], numbers[0])
    except ValueError:
        raise refusal(
            fact,
            "{label}: ‘{text}’ is geen datum (dag-maand-jaar).",
            "{label}: ‘{text}’ is not a date (day-month-year).",
            text=_quoted(text),
        ) from None


def refusal(fact: Fact, nl: str, en: str, *, readings: tuple[Value, ...] = (), **named: str) -> RefusedValue:
    """A refusal whose sentences begin with the fact's name; `named` fills in the rest, alike in both languages."""
    return RefusedValue(
        fact.name,
        {lang: pattern.format(label=fact.label[lang], **named) for lang, pattern in (("nl", nl), ("en", en))},
        readings=readings,
    )


def in_words(value: Decimal | Range | None, lang: str) -> str:
    """A number as it is typed in a language, without an exponent; `…` for none."""
    if value is None:
        return "…"
    if isinstance(value, Range):
        ends = " – ".join(in_words(end, lang) for end in value.ends)
        return f"{value.comparator} {ends}".strip()
    text = format(value.normalize(), "f") if value else "0"
    return text.replace(".", ",") if lang == "nl" else text


def _read_two_ways(fact: Fact, text: str, digits: str) -> RefusedValue:
    whole, _, rest = digits.replace(",", ".").partition(".")
    thousands, decimal = Decimal(whole + rest), Decimal(f"{whole}.{rest}")
    shown = {lang: (in_words(thousands, lang), in_words(decimal, lang)) for lang in ("nl", "en")}
    texts = {
        "nl": "{label}: ‘{text}’ is op twee manieren te lezen. Schrijf {0} of {1}.",
        "en": "{label}: ‘{text}’ can be read in two ways. Write {0} or {1}.",
    }
    return RefusedValue(
        fact.name,
        {
            lang: pattern.format(*shown[lang], label=fact.label[lang], text=text.strip()[:40])
            for lang, pattern in texts.items()
        },
        readings=(thousands, decimal),
    )


def one_reading(fact: Fact, text: str, value: Value) -> Mapping[str, str]:
    """The question about a number of which only one of the two readings can be: 82.400 kg is no weight."""
    patterns = {
        "nl": "{label}: ‘{text}’ is niet duidelijk. Bedoelt u {0}? Schrijf dan {0}.",
        "en": "{label}: ‘{text}’ is not clear. Do you mean {0}? Then write {0}.",
    }
    number = value if isinstance(value, Decimal | Range) else None
    return {
        lang: pattern.format(in_words(number, lang), label=fact.label[lang], text=_quoted(text))
        for lang, pattern in patterns.items()
    }


def _no_number(fact: Fact, text: str) -> RefusedValue:
    example = _example(fact)
    shown = {lang: in_words(example, lang) for lang in ("nl", "en")}
    if fact.group == LABORATORY and fact.usual_maximum is not None:
        limit = {lang: in_words(fact.usual_maximum, lang) for lang in ("nl", "en")}
        shown = {"nl": f"{shown['nl']} of >{limit['nl']}", "en": f"{shown['en']} or >{limit['en']}"}
    texts = {
        "nl": "{label}: ‘{text}’ is geen getal. Schrijf alleen het getal, bijvoorbeeld {0}.",
        "en": "{label}: ‘{text}’ is not a number. Write only the number, for instance {0}.",
    }
    return RefusedValue(
        fact.name,
        {
            lang: pattern.format(shown[lang], label=fact.label[lang], text=_quoted(text))
            for lang, pattern in texts.items()
        },
    )


def _example(fact: Fact) -> Decimal:
    """A number as it is usually given for this fact: from the middle of what is usual, with its decimals."""
    low = fact.usual_minimum if fact.usual_minimum is not None else fact.minimum
    high = fact.usual_maximum if fact.usual_maximum is not None else fact.maximum
    middle = ((low or Decimal(0)) + high) / 2 if high is not None else Decimal(10)
    number = middle.quantize(Decimal(1).scaleb(-fact.decimals))
    whole = fact.decimals > 0 and number == number.to_integral_value()
    return number + Decimal(5).scaleb(-fact.decimals) if whole else number


def _too_long(fact: Fact, text: str) -> RefusedValue:
    return refusal(
        fact,
        f"{{label}}: ‘{{text}}’ heeft te veel cijfers; schrijf hoogstens {RECORDED_DECIMALS} decimalen.",
        f"{{label}}: ‘{{text}}’ has too many digits; write at most {RECORDED_DECIMALS} decimals.",
        text=_quoted(text),
    )


def _quoted(text: str) -> str:
    return text.strip()[:40]
