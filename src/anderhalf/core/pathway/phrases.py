"""The language in which a dictionary says by which words a fact is written, and the patterns of its phrases."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

NUMBER, WITH_DECIMAL, ANY_NUMBER, GAP, CLAUSE_END, EITHER = "#", "#,#", "~", "…", "|", "&"
"""In the words of a fact: where its number stands (else after the words), the same when it is only meant with a decimal
(K 6,8), another number, and up to four words. A star ends a word in any way; a bar is the end of a
clause ("Na 118, hypotensie", but not "na 118 dagen"). Words between round brackets are one of these:
"(poept/poepte) … zwart". What stands on both sides of an & may stand in either order, with a gap between."""

GAP_PLAIN = unicodedata.normalize("NFKD", GAP)
WORD_START, WORD_END = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_BETWEEN = r"[\s\-]+"
_FIGURES = r"(?P<number>\d{1,4}(?:[.,]\d{1,2})?)(?![\d.,/-]*\d)"
_WITH_DECIMAL = r"(?P<number>\d{1,3}[.,]\d{1,2})(?![\d.,/-]*\d)"
_HALF_OF_PAIR = r"(?P<number>\d{2,3})(?!\d)"
_BEFORE_NUMBER = (
    r"\s*(?:(?:thuis|nu|is|was|van|vandaag|vanochtend|vanmorgen|vanmiddag|vanavond|vannacht|gisteren|eergisteren|zojuist|"
    r"zonet|net|weer|opnieuw|inmiddels|nog steeds|gemeten|geprikt|bepaald|afgenomen|doorgebeld|gebeld|terug|"
    r"teruggekomen|binnen|ca\.?|circa|ongeveer|rond|maar|slechts|nog|op|in rust|"
    r"(?:(?:door|uit|via|van|volgens|in)\s+)?(?:het\s+)?(?:lab|laboratorium|ziekenhuis|spoedlab|bloed|serum|plasma)|"
    r"of|only|now|at|today|yesterday|this morning|again|(?:from|by|per) (?:the )?lab|phoned(?: in| through)?|"
    r"bleek|blijkt|werd|uitslag|(?:gestegen|gedaald|opgelopen|steeg|daalde|liep op) (?:tot|naar)|"
    r"(?:kwam|komt) (?:uit|terug) op|came back(?: at)?|(?:rose|fell|dropped|up|down) to)\s+|[:=~±]\s*|"
    r"(?:doorgebeld|gebeld|lab|vandaag|vanochtend|vanmorgen|gisteren)[:,]\s*|"
    r"\((?:lab|spoed|vandaag|vanochtend|vanmorgen|gisteren|\d{1,2}[-/]\d{1,2}(?:[-/]\d{2,4})?)\)\s*){0,5}"
)
_DENIES = r"(?:niet|nooit|geen|zonder|not|never|no|without)"


@dataclass(frozen=True, slots=True)
class Plain:
    """A text in small letters without accents, and where each letter stood."""

    text: str
    places: tuple[int, ...]


def plain_of(text: str) -> Plain:
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        bare = [one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one)]
        for one in "".join(bare).casefold().replace("’", "'").replace("‐", "-").replace("–", "-"):
            letters.append(one)
            places.append(place)
    return Plain("".join(letters), tuple(places))


def parts_of(words: str) -> list[str]:
    """The words of a phrase, each alternative in one piece."""
    return re.findall(r"\([^)]*\)\S*|\S+", plain_of(words).text)


def letters_of(words: str) -> tuple[str, ...]:
    """Pieces of which a text must hold one to hold the phrase: those of the part with the longest shortest piece."""
    parts = [part for part in parts_of(words) if part not in (GAP_PLAIN, EITHER)]
    pieces = [
        tuple(
            max(re.split(r"[#~*|,?\s]", each), key=len)
            for each in (part[1 : part.index(")")].split("/") if part.startswith("(") else (part,))
        )
        for part in parts
    ]
    return max(pieces, key=lambda each: min(len(one) for one in each))


_PIECES = {WITH_DECIMAL: _WITH_DECIMAL, ANY_NUMBER: r"\d{2,3}", "*": "[a-z]*",
           CLAUSE_END: r"(?=[ \t]*(?:[,;.)!?\r\n]|$))"}  # fmt: skip


@lru_cache(maxsize=4096)
def pattern_of(words: str, number: bool, percent: bool) -> re.Pattern[str]:
    """The words as a pattern over a plain text. A number that is not a percentage is followed by no %."""
    plain = plain_of(words).text
    if number and NUMBER not in plain:
        plain = f"{plain} {NUMBER}"
    if f" {EITHER} " in plain:
        one, other = plain.split(f" {EITHER} ")
        whole = f"(?:{_whole(f'{one} {GAP_PLAIN} {other}')}|{_whole(f'{other} {GAP_PLAIN} {one}')})"
    else:
        whole = _whole(plain)
    return re.compile(WORD_START + whole + (WORD_END if not number else "" if percent else r"(?!\s*%)"))


def _whole(plain: str) -> str:
    whole, first = "", True
    parts = parts_of(plain)
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        if part == GAP_PLAIN:
            whole += _gap_before(following)
            continue
        pattern = "".join(_piece(piece, part) for piece in _pieces_of(part))
        if not first:
            whole += _BEFORE_NUMBER if {NUMBER, ANY_NUMBER} & set(part) else _BETWEEN
        whole, first = whole + pattern, False
    return whole


def _pieces_of(part: str) -> list[str]:
    return [part] if part == WITH_DECIMAL else re.split(r"(\([^)]*\)|[#~*|])", part)


def _piece(piece: str, part: str) -> str:
    if piece.startswith("(") and piece.endswith(")"):
        each = (
            _BETWEEN.join(re.escape(word) for word in one.split()).replace(r"\*", _PIECES["*"])
            for one in sorted(piece[1:-1].split("/"), key=len, reverse=True)
        )
        return f"(?:{'|'.join(each)})"
    figures = _FIGURES if part == NUMBER else _HALF_OF_PAIR
    return {NUMBER: figures, **_PIECES}.get(piece, re.escape(piece))


def _gap_before(following: str) -> str:
    """Up to four words, of which the last ones do not deny what follows: "viel vanmorgen niet flauw"."""
    word = _piece(
        _pieces_of(following)[1] if following.startswith("(") else re.split(r"[#~*|(]", following)[0], ""
    )
    between = r"(?:(?:meer|echt|weer|zo|in|bij|op|van|met|een|de|het|a|the|in)\s+){0,2}"
    return rf"(?:[\s\-]+(?!{_DENIES}\s+{between}{word})[^\s,.;!?]+){{0,4}}"
