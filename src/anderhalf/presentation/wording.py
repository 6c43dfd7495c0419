"""Texts that people have to write: a reason, with whom somebody called, what was agreed."""

from __future__ import annotations

import re

LEAST_LETTERS = 2


def says_something(text: str | None) -> bool:
    """Whether a text that was asked for says something: at least two letters, so "." or "-" is no reason."""
    return sum(letter.isalpha() for letter in text or "") >= LEAST_LETTERS


def ended(text: str) -> str:
    """A text as a sentence: one full stop behind it, unless it ends with a sign of its own."""
    text = text.rstrip()
    return text if not text or text.endswith((".", "!", "?", "…", ":")) else f"{text}."


def in_sentences(*parts: str) -> str:
    """Parts that are there, each ended once."""
    return " ".join(ended(part) for part in parts if part.strip())


PARTS = (
    "verpleegkundige",
    "ondersteuner",
    "medewerker",
    "functionaris",
    "verzekeraar",
    "centrum",
    "praktijk",
)
"""What long compounds of this care end with."""
SOFT_HYPHEN = "\u00ad"


def breakable(text: str) -> str:
    """Long compounds with a soft hyphen between their parts: "hartfalen-verpleegkundige", never a lonely "e"."""
    for part in PARTS:
        text = re.sub(rf"(?<=[a-z]){part}", SOFT_HYPHEN + part, text)
    return text


def without_label(label: str, text: str) -> str:
    """A sentence about a value without its name, which stands beside it already."""
    rest = text.removeprefix(f"{label}: ")
    return rest[:1].upper() + rest[1:]


def without_local(source: str) -> str:
    """Sources without the word "local": that it is the network's own agreement is said beside it already."""
    return "; ".join(part.strip() for part in source.split(";") if part.strip() != "local")


def shortened(text: str, most: int) -> str:
    """A text that has room for `most` characters: cut after a whole word, with an ellipsis that says so."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:(") + "…"
