"""Texts that people have to write: a reason, with whom somebody called, what was agreed."""

from __future__ import annotations

LEAST_LETTERS = 2


def says_something(text: str | None) -> bool:
    """Whether a text that was asked for says something: at least two letters, so "." or "-" is no reason."""
    return sum(letter.isalpha() for letter in text or "") >= LEAST_LETTERS


def shortened(text: str, most: int) -> str:
    """A text that has room for `most` characters: cut after a whole word, with an ellipsis that says so."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:(") + "…"
