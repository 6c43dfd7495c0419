"""A cell as a person of this country writes it: 5,5 and ja in Dutch, 5.5 and yes in English. Pure.

The table keeps the one way of `core.decisions.feel`. What can be read in two ways is refused, never guessed: a limit of
1.250 is a thousand times another patient than one of 1250.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from anderhalf.core.decisions.facts import FactType

YES_NO = {"nl": ("ja", "nee"), "en": ("yes", "no")}
UNKNOWN = {"nl": "onbekend", "en": "unknown"}
_SAID = {"ja": "true", "yes": "true", "nee": "false", "no": "false"}
_NOTHING = ("onbekend", "unknown")
_STRINGS = re.compile(r'("(?:[^"\\]|\\.)*")')
_POINT = re.compile(r"(\d+)\.(?=\d)|(?<![\d.])\.(?=\d)")
_RUN = re.compile(r"\d+(?:[.,]\d+)+")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_BARE_COMMA = re.compile(r"(^|[<>=\[(\-]|\.\.)(\s*),(?=\d)")
_SIGNS = {"≥": ">=", "≤": "<=", "⩾": ">=", "⩽": "<=", "=>": ">=", "=<": "<="}
_SIGN = re.compile("|".join(_SIGNS))
_WORD = re.compile(r"[^\W\d]\w*")


class UnclearCell(ValueError):
    """A number that can be read in more ways than one, as it was typed."""


def shown_cell(text: str, kind: FactType | None, lang: str) -> str:
    """A cell as the reader writes it; ``kind`` is the fact's type, None for an outcome. `read_cell` reads it back."""

    def shown(part: str) -> str:
        if lang == "nl" and kind in (FactType.NUMBER, None) and _POINT.search(part):
            part = _POINT.sub(lambda found: (found[1] or "") + ",", part.replace(",", ";"))
        yes, no = YES_NO[lang]
        words = {"null": UNKNOWN[lang], **({"true": yes, "false": no} if _has_yes_no(kind) else {})}
        return _WORD.sub(lambda word: words.get(word[0], word[0]), part)

    return _outside_strings(text, shown)


def read_cell(text: str, kind: FactType | None, lang: str) -> str:
    """The cell of the table that somebody means; what nobody can read stays as typed, for the check to name.

    Raises :class:`UnclearCell` for a number that may be two.
    """

    def said(word: re.Match[str]) -> str:
        plain = word[0].casefold()
        if plain in _NOTHING:
            return "null"
        return _SAID.get(plain, word[0]) if _has_yes_no(kind) else word[0]

    def read(part: str) -> str:
        if kind in (FactType.NUMBER, None):
            part = _SIGN.sub(lambda sign: _SIGNS[sign[0]], part)
            part = _RUN.sub(lambda run: _number(run[0], lang), part)
            part = _BARE_COMMA.sub(r"\1\2.", part) if lang == "nl" else part
        return _WORD.sub(said, part.replace(";", ","))

    return _outside_strings(text, read)


def _has_yes_no(kind: FactType | None) -> bool:
    return kind in (FactType.BOOLEAN, None)


def _number(run: str, lang: str) -> str:
    """Digits with points or commas between them, as one number with a point."""
    twice = len(re.findall("[.,]", run)) > 1
    if twice or (lang == "nl" and _THOUSANDS.fullmatch(run)) or (lang != "nl" and "," in run):
        raise UnclearCell(run)
    return run.replace(",", ".")


def _outside_strings(text: str, change: Callable[[str], str]) -> str:
    """The text with what does not stand between quotes changed."""
    parts = _STRINGS.split(text)
    return "".join(part if at % 2 else change(part) for at, part in enumerate(parts))
