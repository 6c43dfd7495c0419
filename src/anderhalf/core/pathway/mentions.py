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
from anderhalf.core.pathway.ago import Ago, ago, before_with_date
from anderhalf.core.pathway.danger import IN_WORDS, Danger
from anderhalf.core.pathway.denied import is_denied, is_explained
from anderhalf.core.pathway.elsewhere import (
    LONG_AGO,
    day_and_month,
    ended,
    goes_at_rest,
    in_a_month,
    is_past,
    longer_ago,
    of_another,
)  # fmt: skip
from anderhalf.core.pathway.facts import Entry, FactDictionary
from anderhalf.core.pathway.no_longer import MEDICATION, changed_by, is_change, is_no_more
from anderhalf.core.pathway.phrases import (
    WORD_END,
    WORD_START,
    Plain,
    letters_of,
    pattern_of,
    plain_of,
)  # fmt: skip
from anderhalf.core.pathway.spelling import corrected, misspelt, phrases_of, spelt
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
    when: tuple[Ago, ...] = ()
    """When it was, or of what can't last when it began, in words of the day of writing; empty unless it is said
    everywhere."""
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
        for name, value, match, plain in _every_match(dictionary, spelt(dictionary, plain_of(text))):
            start, end = _sentence_around(plain.text, match.start(), match.end())
            before, after = plain.text[start : match.start()], plain.text[match.end() : end]
            if not isinstance(value, Decimal) and (
                is_denied(before, after)
                or of_another(plain.text[: match.start()], before, after)
                or goes_at_rest(match[0], before, after)
            ):
                continue
            entry = dictionary.entry(name)
            said, lasts, dated = (
                f"{before} {match[0]} {after}",
                entry.lasts_days,
                before_with_date(before, match[0]),
            )
            past = entry.ever and (is_past(said) or ago(dated, after) is not None)
            if lasts is not None and longer_ago(
                plain.text[start:end], match.start() - start, match.end() - start, days=lasts
            ):
                continue
            if entry.ever == name and is_explained(before):
                continue
            if entry.fact.group == MEDICATION and is_no_more(
                entry.fact, before, match[0], after, washout_hours=entry.washout_hours
            ):
                continue
            for fact in dict.fromkeys((name, entry.ever)) if past else (name,):
                seen = found.setdefault((fact, value), _Found())
                seen.words[_as_written(text, plain, match.start(), match.end())] = None
                seen.sentences[_as_written(text, plain, start, end)] = None
                seen.untils.add(_until(dictionary[fact], value, dated, match[0], after))
                seen.whens.add(_when(dictionary.entry(fact), value, dated, after))
    return tuple(
        Mention(
            fact=name, value=value, words=tuple(seen.words), sentences=tuple(seen.sentences),
            until=_latest(seen.untils), lasts_days=_lasts(dictionary.entry(name)),
            when=_all_said(seen.whens), ever=dictionary.entry(name).ever == name,
        )
        for (name, value), seen in found.items()
    )  # fmt: skip


@dataclass(slots=True)
class _Found:
    """What was read of one fact and value."""

    words: dict[str, None] = field(default_factory=dict)
    sentences: dict[str, None] = field(default_factory=dict)
    untils: set[date | None] = field(default_factory=set)
    whens: set[Ago | None] = field(default_factory=set)


def _until(fact: Fact, value: Value, before: str, words: str, after: str) -> date | None:
    if isinstance(value, Decimal) or fact.max_age_days is None:
        return None
    return changed_by(before, words, after) if is_change(fact) else ended(before, after)


def _when(entry: Entry, value: Value, before: str, after: str) -> Ago | None:
    if is_change(entry.fact):
        month = in_a_month(f"{before} {after}")
        return None if month is None else Ago(month=month)
    if entry.lasts_days is not None:
        found = day_and_month(after)
        return None if found is None else Ago(day=found[0], month=found[1])
    acute = (
        entry.fact.max_age_days is not None
        and entry.fact.group != MEDICATION
        and entry.ever != entry.fact.name
    )
    return ago(before, after) if acute and not isinstance(value, Decimal) else None


def _all_said(whens: Collection[Ago | None]) -> tuple[Ago, ...]:
    said = tuple(one for one in whens if one is not None)
    return said if len(said) == len(whens) else ()


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
        limit = LONG_AGO.days if one.lasts_days is None else one.lasts_days
        if one.when and (on - max(each.last_day(on=on) for each in one.when)).days > limit:
            continue
        found[one.fact] = (*found.get(one.fact, ()), FactValue(one.value, on, IN_WORDS))
    return found


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
    for name, value, words, wrong, right in misspelt(dictionary, plain.text):
        if any(fact == name and start <= wrong[0] < end for fact, start, end in read):
            continue
        better = corrected(plain, wrong, right)
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
        for entry in dictionary.entries.values() for value, words in phrases_of(entry)
    )  # fmt: skip
