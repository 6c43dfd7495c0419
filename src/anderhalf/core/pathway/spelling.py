"""Typing and spelling errors: a word of the dictionary that was written otherwise is read as that word.

Two ways. A long word of a plain phrase is known with one letter wrong. What people often misspell stands with its word
in the dictionary (`misspelt` in facts.toml); such a word is put right before anything is read, so that it counts in
every phrase, and with one letter wrong it needs no line there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from anderhalf.core.decisions.facts import FactType, Value
from anderhalf.core.pathway.facts import Entry, FactDictionary
from anderhalf.core.pathway.phrases import (
    ANY_NUMBER,
    EITHER,
    GAP_PLAIN,
    NUMBER,
    WORD_END,
    WORD_START,
    Plain,
    parts_of,
    plain_of,
)

OFTEN_WRONG = 7
"""Letters of a word of `misspelt` from which it is known with one letter wrong."""


def phrases_of(entry: Entry) -> Iterator[tuple[Value, str]]:
    """The words by which a fact is written, each with what they say."""
    yield from ((True, words) for given in entry.words.values() for words in given)
    for value, texts in entry.words_for.items():
        yield from ((value, words) for given in texts.values() for words in given)


def spelt(dictionary: FactDictionary, plain: Plain) -> Plain:
    """The text with what is often misspelt put right, each letter still knowing where it stood."""
    written, known, long = _often_wrong(dictionary)
    if written is not None:
        for found in reversed(list(written.finditer(plain.text))):
            plain = corrected(plain, found.span(), known[found[0]])
    for found in reversed(list(_WORD.finditer(plain.text))):
        word = found[0]
        near = [one for one in long if one[0] == word[0] and one[-1] == word[-1] and one_letter(word, one)]
        if len(near) == 1 and word not in long and word not in _words_in(dictionary):
            plain = corrected(plain, found.span(), near[0])
    return plain


@lru_cache(maxsize=16)
def _often_wrong(
    dictionary: FactDictionary,
) -> tuple[re.Pattern[str] | None, Mapping[str, str], frozenset[str]]:
    """What finds the words that are often misspelt, how each should be written, and the long ones among those."""
    known = {
        plain_of(wrong).text: plain_of(right).text
        for entry in dictionary.entries.values() for given in entry.misspelt.values()
        for right, each in given.items() for wrong in each
    }  # fmt: skip
    if not known:
        return None, known, frozenset()
    long = frozenset(word for word in known.values() if len(word) >= OFTEN_WRONG)
    either = "|".join(re.escape(one) for one in sorted(known, key=len, reverse=True))
    return re.compile(f"{WORD_START}(?:{either}){WORD_END}"), known, long


@lru_cache(maxsize=16)
def _words_in(dictionary: FactDictionary) -> frozenset[str]:
    """Every word that stands in a phrase: none of them is a misspelling."""
    texts = (plain_of(words).text for one in dictionary.entries.values() for _value, words in phrases_of(one))
    return frozenset(word for text in texts for word in _WORD.findall(text))


LONG, LONG_IN_PHRASE, PHRASE = 9, 6, 3
"""A word of so many letters is known with one letter wrong; in a phrase of so many words a shorter one too. In less it
is soon another word: "niet wekbaar" and "niet werkbaar", "hoest bloed" and "moest bloed"."""
_WORD = re.compile(r"[a-z]{5,}")


def misspelt(dictionary: FactDictionary, text: str) -> Iterator[tuple[str, Value, str, tuple[int, int], str]]:
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
        if one.fact.type is not FactType.NUMBER for each in phrases_of(one)
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


def corrected(plain: Plain, wrong: tuple[int, int], right: str) -> Plain:
    """The text with one word written as it should be, each letter still knowing where it stood."""
    start, end = wrong
    places = tuple(plain.places[min(start + at, end - 1)] for at in range(len(right) - 1))
    return Plain(
        plain.text[:start] + right + plain.text[end:],
        (*plain.places[:start], *places, plain.places[end - 1], *plain.places[end:]),
    )
