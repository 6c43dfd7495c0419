"""What a free text says about facts: a doctor who types "flauwgevallen" and leaves the field empty is not silent.

By which words people write an alarm sign, and which names stand before a number, is data (`words` in facts.toml). What
is found here decides nothing: it is a doubtful reading, tried by `look_for_danger`, and asked of the person who typed
it. So a mention too many costs a question; what is clearly denied or is an instruction ("bij pijn op de borst bellen")
is left out, all else is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256

from anderhalf.core.decisions.facts import FactType, FactValue, Value
from anderhalf.core.pathway.danger import Danger
from anderhalf.core.pathway.facts import Entry, FactDictionary
from anderhalf.core.pathway.units import PERCENT
from anderhalf.core.pathway.validity import can_be

NUMBER, WITH_DECIMAL, ANY_NUMBER, GAP = "#", "#,#", "~", "…"
"""In the words of a fact: where its number stands (else after the words), the same when it is only meant with a decimal
(K 6,8), another number, and up to four words. A star ends a word in any way."""

_GAP = unicodedata.normalize("NFKD", GAP)
_START, _END = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_BETWEEN = r"[\s\-]+"
_FIGURES = r"(?P<number>\d{1,4}(?:[.,]\d{1,2})?)(?![\d.,/-]*\d)"
_WITH_DECIMAL = r"(?P<number>\d{1,3}[.,]\d{1,2})(?![\d.,/-]*\d)"
_HALF_OF_PAIR = r"(?P<number>\d{2,3})(?!\d)"
_BEFORE_NUMBER = (
    r"\s*(?:(?:thuis|nu|is|was|van|vandaag|vanochtend|gemeten|ca\.?|circa|ongeveer|rond|maar|slechts|nog|op|in rust|"
    r"of|only|now|at)\s+|[:=~±]\s*){0,3}"
)
_SENTENCE = re.compile(r"[;!?\n\r]+|\.(?=\s|$)")
_STOPS = (
    r"maar|wel|echter|doch|toch|sinds|nu|net|heeft|had|kreeg|krijgt|nieuw|nieuwe|daarna|toen|vervolgens|alleen|"
    r"twijfel|verbetering|verschil|effect|uitgesloten|wegens|vanwege|door|bij|met|but|since|only|because|with"
)
_WHO = r"(?:(?:hij|zij|ze|ik|er|mevrouw|meneer|patient|pt)\s+)?"
_NOT_AFTER = re.compile(
    r"\s*(?:[:=]\s*(?:nee|neg|negatief|geen|afwezig|niet|no|none|absent)" + _END + r"|\(-\)|-(?=\s*(?:[,)]|$))"
    r"|(?:nee|neg|negatief|afwezig|ontkend|denied|absent)" + _END +
    r"|(?:wordt|werd|is|was)\s+(?:ontkend|afwezig|uitgesloten)" + _END +
    r"|ontkent\s+(?:hij|zij|ze|mevrouw|meneer|patient|pt)" + _END +
    r"|(?:heeft|had|is|was|heb|ben)\s+" + _WHO + r"niet(?:\s+(?:meer|gehad|geweest))*\s*(?=[,)]|(?:en|of|maar)\s|$))"
)  # fmt: skip
_ADVICE_BEFORE = re.compile(
    _START + r"(?:bij|als|indien|wanneer|mocht|mochten|zodra|in geval van|if|in case of)\s+"
    r"(?:[a-z]+(?:,?\s+[a-z]+){0,4}\s+(?:of|or)\s+)?"
    r"(?:(?:u|een|de|het|toename|toenemende|verergering|van|nieuwe|erge|ergere|hevige|acute|meer|weer|opnieuw|klachten|"
    r"zoals|you|have)\s+)*$"
)
_ADVICE_AFTER = re.compile(
    _START + r"(?:bel|bellen|belt|contact|melden|meldt|meld|komen|terugkomen|call)" + _END
)
_AFRAID = re.compile(_START + r"(?:bang|angst|vrees|afraid|fear)\s+(?:voor|om|dat|of)\s+(?:[a-z]+\s+){0,2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One fact that a text names, with what it says of it and the words as they were written."""

    fact: str
    value: Value
    words: tuple[str, ...]
    """As written, in the order of the text, each once."""
    sentences: tuple[str, ...]
    """The sentences in which they stand: another sentence is another question."""

    @property
    def key(self) -> str:
        """Names this question: the same words in the same sentences about the same fact."""
        whole = "\n".join((self.fact, str(self.value), *self.sentences))
        return sha256(whole.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Plain:
    """A text in small letters without accents, and where each letter stood."""

    text: str
    places: tuple[int, ...]


def mentions_in(dictionary: FactDictionary, texts: Iterable[str]) -> tuple[Mention, ...]:
    """What the texts say about the facts of the dictionary, one mention per fact and value.

    A yes-or-no is mentioned as yes, a number with the value that is written, when the fact can have it. The words
    count as denied when they are negated in their own clause, and not at all in an instruction for later.
    """
    found: dict[tuple[str, Value], dict[str, dict[str, None]]] = {}
    for text in texts:
        for name, value, match, plain in _every_match(dictionary, _plain(text)):
            start, end = _sentence_around(plain.text, match.start(), match.end())
            denied = not isinstance(value, Decimal) and _is_denied(
                plain.text[start : match.start()], plain.text[match.end() : end]
            )
            if denied:
                continue
            seen = found.setdefault((name, value), {"words": {}, "sentences": {}})
            seen["words"][_as_written(text, plain, match.start(), match.end())] = None
            seen["sentences"][_as_written(text, plain, start, end)] = None
    return tuple(
        Mention(fact=name, value=value, words=tuple(seen["words"]), sentences=tuple(seen["sentences"]))
        for (name, value), seen in found.items()
    )


def doubtful_with(
    mentions: Iterable[Mention], doubtful: Mapping[str, Collection[FactValue]], *, on: date
) -> dict[str, tuple[FactValue, ...]]:
    """The doubtful readings of a form with those of its text, of the day `on`."""
    found = {name: tuple(given) for name, given in doubtful.items()}
    for one in mentions:
        found[one.fact] = (*found.get(one.fact, ()), FactValue(one.value, on, "form"))
    return found


def to_ask(mentions: Iterable[Mention], danger: Danger) -> tuple[Mention, ...]:
    """The mentions that would be a danger if they are so, and that nothing certain says already."""
    hanging = {(name, given.value) for sign in danger.if_right for name, given in sign.if_right.items()}
    return tuple(one for one in mentions if (one.fact, one.value) in hanging)


# ---- reading ----


def _plain(text: str) -> _Plain:
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        bare = [one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one)]
        for one in "".join(bare).casefold().replace("’", "'").replace("‐", "-").replace("–", "-"):
            letters.append(one)
            places.append(place)
    return _Plain("".join(letters), tuple(places))


def _as_written(text: str, plain: _Plain, start: int, end: int) -> str:
    return " ".join(text[plain.places[start] : plain.places[end - 1] + 1].split())


def _sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence of these words begins and ends: a line is one too."""
    begins = max((one.end() for one in _SENTENCE.finditer(text, 0, start)), default=0)
    ends = _SENTENCE.search(text, end)
    return begins, ends.start() if ends is not None else len(text)


def _every_match(
    dictionary: FactDictionary, plain: _Plain
) -> Iterator[tuple[str, Value, re.Match[str], _Plain]]:
    """Every match, in the text as it is written and with one typing error in a long word put right."""
    read = []
    for name, value, match in _matches(dictionary, plain.text):
        read.append((name, match.start(), match.end()))
        yield name, value, match, plain
    for name, value, words, wrong, right in _misspelt(dictionary, plain.text):
        if any(fact == name and start <= wrong[0] < end for fact, start, end in read):
            continue
        better = _corrected(plain, wrong, right)
        for match in _pattern(words, False, False).finditer(better.text):
            if match.start() <= wrong[0] < match.end():
                yield name, value, match, better


def _matches(dictionary: FactDictionary, text: str) -> Iterator[tuple[str, Value, re.Match[str]]]:
    for name, entry in dictionary.entries.items():
        number, percent = entry.fact.type is FactType.NUMBER, entry.fact.unit == PERCENT
        for given, words in _phrases(entry):
            for match in _pattern(words, number, percent).finditer(text):
                value = Decimal(match["number"].replace(",", ".")) if number else given
                if not number or can_be(entry.fact, value):
                    yield name, value, match


def _phrases(entry: Entry) -> Iterator[tuple[Value, str]]:
    """The words by which a fact is written, each with what they say."""
    yield from ((True, words) for given in entry.words.values() for words in given)
    for value, texts in entry.words_for.items():
        yield from ((value, words) for given in texts.values() for words in given)


# ---- typing errors ----

LONG, LONG_IN_PHRASE, PHRASE = 9, 6, 3
"""A word of so many letters is known with one letter wrong; in a phrase of so many words a shorter one too. In less it
is soon another word: "niet wekbaar" and "niet werkbaar", "hoest bloed" and "moest bloed"."""
_WORD = re.compile(r"[a-z]{5,}")


def _misspelt(
    dictionary: FactDictionary, text: str
) -> Iterator[tuple[str, Value, str, tuple[int, int], str]]:
    """Words of the text that are a word of the dictionary but for one letter: fact, value, phrase, place, and the word.

    First and last letter are right: another beginning or ending is mostly another word.
    """
    wanted = _by_ends(tuple((name, *each) for name, one in dictionary.entries.items()
                            if one.fact.type is not FactType.NUMBER for each in _phrases(one)))  # fmt: skip
    for found in _WORD.finditer(text):
        word = found[0]
        for name, value, words, right in wanted.get((word[0], word[-1]), ()):
            if word != right and _one_letter(word, right):
                yield name, value, words, found.span(), right


@lru_cache(maxsize=16)
def _by_ends(
    phrases: tuple[tuple[str, Value, str], ...],
) -> Mapping[tuple[str, str], list[tuple[str, Value, str, str]]]:
    found: dict[tuple[str, str], list[tuple[str, Value, str, str]]] = {}
    for name, value, words in phrases:
        parts = _plain(words).text.split()
        if _GAP in parts or any({"*", NUMBER, ANY_NUMBER} & set(part) for part in parts):
            continue
        least = LONG_IN_PHRASE if len(parts) >= PHRASE else LONG
        for part in parts:
            if len(part) >= least and part.isalpha():
                found.setdefault((part[0], part[-1]), []).append((name, value, words, part))
    return found


def _one_letter(one: str, other: str) -> bool:
    """Whether two words differ by one letter: another, one too many, one too few, or two that changed places."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    rest, wanted = one[start:], other[start:]
    if len(one) == len(other):
        swapped = rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:]
        return swapped or rest[1:] == wanted[1:]
    return rest[1:] == wanted if len(one) > len(other) else rest == wanted[1:]


def _corrected(plain: _Plain, wrong: tuple[int, int], right: str) -> _Plain:
    """The text with one word written as it should be, each letter still knowing where it stood."""
    start, end = wrong
    places = tuple(plain.places[min(start + at, end - 1)] for at in range(len(right) - 1))
    return _Plain(
        plain.text[:start] + right + plain.text[end:],
        (*plain.places[:start], *places, plain.places[end - 1], *plain.places[end:]),
    )


_PIECES = {WITH_DECIMAL: _WITH_DECIMAL, ANY_NUMBER: r"\d{2,3}", "*": "[a-z]*"}


@lru_cache(maxsize=2048)
def _pattern(words: str, number: bool, percent: bool) -> re.Pattern[str]:
    """The words as a pattern over a plain text. A number that is not a percentage is followed by no %."""
    plain = _plain(words).text
    if number and NUMBER not in plain:
        plain = f"{plain} {NUMBER}"
    whole, first = "", True
    for part in plain.split():
        if part == _GAP:
            whole += r"(?:[\s\-]+[^\s,.;!?]+){0,4}"
            continue
        pattern, figures = "", _FIGURES if part == NUMBER else _HALF_OF_PAIR
        for piece in (part,) if part == WITH_DECIMAL else re.split(r"([#~*])", part):
            pattern += {NUMBER: figures, **_PIECES}.get(piece, re.escape(piece))
        if not first:
            whole += _BEFORE_NUMBER if {NUMBER, ANY_NUMBER} & set(part) else _BETWEEN
        whole, first = whole + pattern, False
    return re.compile(_START + whole + (_END if not number else "" if percent else r"(?!\s*%)"))


def _is_denied(before: str, after: str) -> bool:
    """Whether the words between these two halves of a sentence are negated, feared, or an instruction for later."""
    if _NOT_AFTER.match(after):
        return True
    if _AFRAID.search(before) or (_ADVICE_BEFORE.search(before) and _ADVICE_AFTER.search(after)):
        return True
    return _negated_before(before, after)


_NEGATION = re.compile(
    _START + r"(?P<word>geen|zonder|ontkent|ontkende|nooit|niet|no|not|without|denies|denied|never)" + _END
)
_DIRECTLY = frozenset({"niet", "nooit", "not", "never"})
_WEAK = re.compile(r"\s+(?:(?:meer|echt|weer|nog|ooit|recent|opnieuw|gehad|of|een|again|been|a)\s+){0,2}")
_STOP = re.compile(_START + "(?:" + _STOPS + ")" + _END)
_ALTERNATIVE = re.compile(_START + r"(?:of|noch|or|nor)" + _END)
_FAR = 8
"""Words between a negation and what it still negates: "geen klachten van duizeligheid of pijn op de borst"."""


def _negated_before(before: str, after: str) -> bool:
    for found in reversed(list(_NEGATION.finditer(before))):
        between = before[found.end() :]
        if found["word"] in _DIRECTLY:
            if _WEAK.fullmatch(between):
                return True
            continue
        if _STOP.search(between) or len(between.split()) > _FAR:
            continue
        comma = between.find(",")
        if comma < 0:
            return True
        # "geen koorts, pijn op de borst of benauwdheid" is one denied list; without "of" the comma begins something new
        rest = between[comma:] + " " + after.split(",", maxsplit=1)[0]
        listed = _ALTERNATIVE.search(rest)
        if listed is not None and not _STOP.search(rest[: listed.start()]):
            return True
    return False
