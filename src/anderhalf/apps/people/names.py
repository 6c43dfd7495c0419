"""Names as they are looked for: without accents, capitals and signs, in any order.

`search_key` is stored with a patient, so that every database finds the same; a word that was typed is folded in the
same way and has to begin one of the key's words.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_KEY = 600
_WORD = re.compile(r"[^\W_]+")
# Letters that are no base letter with a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ĳ": "ij", "ŋ": "n"}
)
# As a name is written where the mark cannot be typed: Mueller for Müller.
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def folded(text: str) -> str:
    """The text without accents and capitals; ß is ss."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(_LETTERS)


def words(text: str) -> list[str]:
    """The words of a text, folded: what stands between spaces, hyphens, dots, commas and apostrophes."""
    return _WORD.findall(folded(text))


def search_key(*parts: str) -> str:
    """Every word of a name, each with a space before it: without marks, spelled out, and written as one."""
    found: dict[str, None] = {}
    for part in parts:
        spelled = unicodedata.normalize("NFC", part).casefold().translate(_SPELLED)
        for one in (*part.split(), *spelled.split()):
            split = words(one)
            found.update(dict.fromkeys(split))
            if len(split) > 1:
                found["".join(split)] = None
    return "".join(f" {word}" for word in found)[:LONGEST_KEY]


def spellings(text: str) -> set[str]:
    """The folded ways in which one typed word may stand in a key."""
    spelled = unicodedata.normalize("NFC", text).casefold().translate(_SPELLED)
    return {"".join(words(text)), "".join(words(spelled))} - {""}
