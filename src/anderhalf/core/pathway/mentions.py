"""What a free text says about facts: a doctor who types "flauwgevallen" and leaves the field empty is not silent.

By which words people write an alarm sign, and which names stand before a number, is data (`words` in facts.toml). What
is found here decides nothing: it is a doubtful reading, tried by `look_for_danger`, and asked of the person who typed
it. So a mention too many costs a question; what is clearly denied or is an instruction ("bij pijn op de borst bellen")
is left out, all else is asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256

from anderhalf.core.decisions.facts import Fact, FactType, FactValue, Value
from anderhalf.core.pathway.danger import IN_WORDS, Danger
from anderhalf.core.pathway.denied import is_denied, is_explained
from anderhalf.core.pathway.elsewhere import (
    LONG_AGO,
    day_and_month,
    end_of_month,
    ended,
    goes_at_rest,
    in_a_month,
    is_past,
    last_time,
    longer_ago,
    of_another,
)  # fmt: skip
from anderhalf.core.pathway.facts import Entry, FactDictionary
from anderhalf.core.pathway.no_longer import MEDICATION, changed_by, is_change, is_no_more
from anderhalf.core.pathway.phrases import (
    ANY_NUMBER,
    EITHER,
    GAP_PLAIN,
    NUMBER,
    WORD_END,
    WORD_START,
    Plain,
    letters_of,
    parts_of,
    pattern_of,
    plain_of,
)  # fmt: skip
from anderhalf.core.pathway.units import PERCENT
from anderhalf.core.pathway.validity import can_be

_SENTENCE = re.compile(r"[;!?\n\r]+|\.(?=\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One fact that a text names, with what it says of it and the words as they were written."""

    fact: str
    value: Value
    words: tuple[str, ...]
    """As written, in the order of the text, each once."""
    sentences: tuple[str, ...]
    """The sentences in which they stand: another sentence is another question."""
    until: date | None = None
    """The last day on which it can have been, when the text gives a year everywhere it names it: "syncope 2009"; never
    of what stays."""
    day: tuple[int, int] | None = None
    """Of what can't last: the day and month on which it began, without a year; day 0 is somewhere in that month."""
    lasts_days: int | None = None
    ever: bool = False
    """It is asked whether it was ever so, also when nothing of now makes it a danger: what is started next may."""
    denied: bool = False
    """A drug that is named while the same form answers "no" about it."""

    @property
    def key(self) -> str:
        """Names this question: the same words in the same sentences about the same fact."""
        whole = "\n".join((self.fact, str(self.value), *self.sentences))
        return sha256(whole.encode()).hexdigest()[:16]


def mentions_in(dictionary: FactDictionary, texts: Iterable[str]) -> tuple[Mention, ...]:
    """What the texts say about the facts of the dictionary, one mention per fact and value.

    A yes-or-no is mentioned as yes, a number with the value that is written, when the fact can have it. The words
    count as denied when they are negated in their own clause, and not at all in an instruction for later.
    """
    found: dict[tuple[str, Value], _Found] = {}
    for text in texts:
        for name, value, match, plain in _every_match(dictionary, plain_of(text)):
            start, end = _sentence_around(plain.text, match.start(), match.end())
            before, after = plain.text[start : match.start()], plain.text[match.end() : end]
            if not isinstance(value, Decimal) and (
                is_denied(before, after)
                or of_another(plain.text[: match.start()], before, after)
                or goes_at_rest(match[0], before, after)
            ):
                continue
            entry = dictionary.entry(name)
            lasts, past = entry.lasts_days, entry.ever and is_past(f"{before} {match[0]} {after}")
            if lasts is not None and longer_ago(
                plain.text[start:end], match.start() - start, match.end() - start, days=lasts
            ):
                continue
            if entry.ever == name and is_explained(before):
                continue
            if entry.fact.group == MEDICATION and is_no_more(entry.fact, before, match[0], after):
                continue
            for fact in dict.fromkeys((name, entry.ever)) if past else (name,):
                seen = found.setdefault((fact, value), _Found())
                seen.words[_as_written(text, plain, match.start(), match.end())] = None
                seen.sentences[_as_written(text, plain, start, end)] = None
                seen.untils.add(_until(dictionary[fact], value, before, match[0], after))
                seen.days.add(_day(entry, before, after))
    return tuple(
        Mention(
            fact=name, value=value, words=tuple(seen.words), sentences=tuple(seen.sentences),
            until=_latest(seen.untils), lasts_days=_lasts(dictionary.entry(name)),
            day=next(iter(seen.days)) if len(seen.days) == 1 else None, ever=dictionary.entry(name).ever == name,
        )
        for (name, value), seen in found.items()
    )  # fmt: skip


@dataclass(slots=True)
class _Found:
    """What was read of one fact and value."""

    words: dict[str, None] = field(default_factory=dict)
    sentences: dict[str, None] = field(default_factory=dict)
    untils: set[date | None] = field(default_factory=set)
    days: set[tuple[int, int] | None] = field(default_factory=set)


def _until(fact: Fact, value: Value, before: str, words: str, after: str) -> date | None:
    if isinstance(value, Decimal) or fact.max_age_days is None:
        return None
    return changed_by(before, words, after) if is_change(fact) else ended(before, after)


def _day(entry: Entry, before: str, after: str) -> tuple[int, int] | None:
    if is_change(entry.fact):
        month = in_a_month(f"{before} {after}")
        return None if month is None else (0, month)
    return None if entry.lasts_days is None else day_and_month(after)


def _lasts(entry: Entry) -> int | None:
    return entry.fact.max_age_days if is_change(entry.fact) else entry.lasts_days


def _latest(days: Collection[date | None]) -> date | None:
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None


def doubtful_with(
    mentions: Iterable[Mention], doubtful: Mapping[str, Collection[FactValue]], *, on: date
) -> dict[str, tuple[FactValue, ...]]:
    """The doubtful readings of a form with those of its text, of the day `on`; what was long ago is none."""
    found = {name: tuple(given) for name, given in doubtful.items()}
    for one in mentions:
        if one.until is not None and one.until < on - LONG_AGO:
            continue
        began = None if one.day is None else _began(*one.day, on=on)
        if began is not None and one.lasts_days is not None and (on - began).days > one.lasts_days:
            continue
        found[one.fact] = (*found.get(one.fact, ()), FactValue(one.value, on, IN_WORDS))
    return found


def _began(day: int, month: int, *, on: date) -> date:
    return last_time(day, month, on=on) if day else end_of_month(month, on=on)


def to_ask(mentions: Iterable[Mention], danger: Danger) -> tuple[Mention, ...]:
    """The mentions that would be a danger if they are so, or were once so for ever, and that nothing certain says
    already. Of words that stand
    within those of another one ("angio-oedeem" in "angio-oedeem sinds vandaag") only the other is asked."""
    hanging = {(name, given.value) for sign in danger.if_right for name, given in sign.if_right.items()}
    certain = {
        used.name for made in danger.decisions.values() for used in made.facts_used if used.value is True
    }
    asked = [
        one for one in mentions if (one.fact, one.value) in hanging or (one.ever and one.fact not in certain)
    ]
    return tuple(one for one in asked if not any(_stands_within(one, other) for other in asked))


def _stands_within(one: Mention, other: Mention) -> bool:
    return one.fact != other.fact and all(
        any(len(own) < len(said) and own.casefold() in said.casefold() for said in other.words)
        for own in one.words
    )


# ---- reading ----


def _as_written(text: str, plain: Plain, start: int, end: int) -> str:
    return " ".join(text[plain.places[start] : plain.places[end - 1] + 1].split())


def _sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence of these words begins and ends: a line is one too."""
    begins = max((one.end() for one in _SENTENCE.finditer(text, 0, start)), default=0)
    ends = _SENTENCE.search(text, end)
    return begins, ends.start() if ends is not None else len(text)


def _every_match(
    dictionary: FactDictionary, plain: Plain
) -> Iterator[tuple[str, Value, re.Match[str], Plain]]:
    """Every match, in the text as it is written and with one typing error in a long word put right."""
    matches = list(_matches(dictionary, plain.text))
    ends: dict[tuple[str, Value, int], int] = {}
    for name, value, match in matches:
        place = name, value, match.start()
        ends[place] = max(match.end(), ends.get(place, 0))
    read = [(name, match.start(), match.end()) for name, _value, match in matches]
    # "rochelende ademhaling: nee" is no "rochelende": of what begins at the same word the longest is meant
    for name, value, match in matches:
        if match.end() == ends[name, value, match.start()]:
            yield name, value, match, plain
    yield from ((*each, plain) for each in _risen(dictionary, plain.text))
    for name, value, words, wrong, right in _misspelt(dictionary, plain.text):
        if any(fact == name and start <= wrong[0] < end for fact, start, end in read):
            continue
        better = _corrected(plain, wrong, right)
        for match in pattern_of(words, False, False).finditer(better.text):
            if match.start() <= wrong[0] < match.end():
                yield name, value, match, better


def _matches(dictionary: FactDictionary, text: str) -> Iterator[tuple[str, Value, re.Match[str]]]:
    for one in _sought(dictionary):
        if not any(letters in text for letters in one.must_hold):
            continue
        number = one.fact.type is FactType.NUMBER
        for match in one.pattern.finditer(text):
            value = Decimal(match["number"].replace(",", ".")) if number else one.value
            if not number or can_be(one.fact, value):
                yield one.fact.name, value, match


_WEIGHTS = re.compile(
    WORD_START + r"(?:gewicht|weegt|woog|weight)?\s*(?:ging|steeg|liep|gestegen|opgelopen|is|up|rose)?\s*"
    r"(?:van|from)\s+(?P<first>\d{2,3}(?:[.,]\d)?)\s*(?:kg|kilo)?\s+(?:naar|tot|to)\s+(?P<last>\d{2,3}(?:[.,]\d)?)\s*(?:kg|kilo)\s+"
    r"(?:(?:gegaan|gestegen|in|binnen|tijd|within|over)\s+)*(?P<days>\d{1,2}|een|a|twee|drie|vier|vijf|zes)?\s*"
    r"(?P<unit>dag|dagen|day|days|week|weken|weeks)" + WORD_END
)  # fmt: skip
_COUNT = {"een": 1, "a": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, None: 1}


def _risen(dictionary: FactDictionary, text: str) -> Iterator[tuple[str, Value, re.Match[str]]]:
    """What was gained by "van 80 naar 89 kg in 5 dagen", over the shortest time that holds it."""
    for found in _WEIGHTS.finditer(text):
        gained = Decimal(found["last"].replace(",", ".")) - Decimal(found["first"].replace(",", "."))
        number = found["days"]
        days = (_COUNT[number] if number in _COUNT else int(number)) * (7 if "we" in found["unit"] else 1)
        gains = sorted(
            (one.derived.over_days, name) for name, one in dictionary.entries.items()
            if one.derived is not None and one.derived.how == "gain" and one.derived.inputs == ("weight",)
        )  # fmt: skip
        name = next((name for over, name in gains if days <= over), None)
        if name is not None and gained > 0:
            yield name, gained, found


@dataclass(frozen=True, slots=True)
class _Sought:
    """One phrase to look for, and letters of which a text must hold some to hold it: most texts are left at those."""

    fact: Fact
    value: Value
    pattern: re.Pattern[str]
    must_hold: tuple[str, ...]


@lru_cache(maxsize=16)
def _sought(dictionary: FactDictionary) -> tuple[_Sought, ...]:
    """Every phrase of the dictionary, in its order."""
    return tuple(
        _Sought(
            entry.fact, value,
            pattern_of(words, entry.fact.type is FactType.NUMBER, entry.fact.unit == PERCENT), letters_of(words),
        )
        for entry in dictionary.entries.values() for value, words in _phrases(entry)
    )  # fmt: skip


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
    wanted = _by_ends(dictionary)
    for found in _WORD.finditer(text):
        word = found[0]
        for name, value, words, right in wanted.get((word[0], word[-1]), ()):
            if word != right and one_letter(word, right):
                yield name, value, words, found.span(), right


@lru_cache(maxsize=16)
def _by_ends(dictionary: FactDictionary) -> Mapping[tuple[str, str], list[tuple[str, Value, str, str]]]:
    """First and last letter of a word -> the facts and phrases in which it stands."""
    phrases = [
        (name, *each) for name, one in dictionary.entries.items()
        if one.fact.type is not FactType.NUMBER for each in _phrases(one)
    ]  # fmt: skip
    found: dict[tuple[str, str], list[tuple[str, Value, str, str]]] = {}
    for name, value, words in phrases:
        parts = parts_of(words)
        if {GAP_PLAIN, EITHER} & set(parts) or any({"*", NUMBER, ANY_NUMBER} & set(part) for part in parts):
            continue
        least = LONG_IN_PHRASE if len(parts) >= PHRASE else LONG
        for part in (each for one in parts for each in one.strip("()").split("/")):
            if len(part) >= least and part.isalpha():
                found.setdefault((part[0], part[-1]), []).append((name, value, words, part))
    return found


def one_letter(one: str, other: str) -> bool:
    """Whether two words differ by one letter: another, one too many, one too few, or two that changed places."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    rest, wanted = one[start:], other[start:]
    if len(one) == len(other):
        swapped = rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:]
        return swapped or rest[1:] == wanted[1:]
    return rest[1:] == wanted if len(one) > len(other) else rest == wanted[1:]


def _corrected(plain: Plain, wrong: tuple[int, int], right: str) -> Plain:
    """The text with one word written as it should be, each letter still knowing where it stood."""
    start, end = wrong
    places = tuple(plain.places[min(start + at, end - 1)] for at in range(len(right) - 1))
    return Plain(
        plain.text[:start] + right + plain.text[end:],
        (*plain.places[:start], *places, plain.places[end - 1], *plain.places[end:]),
    )
