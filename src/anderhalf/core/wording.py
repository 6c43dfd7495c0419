"""A label within a sentence: a small letter in front, but an abbreviation and a name keep their capitals."""

from __future__ import annotations

SHORT = 2
"""A word of so few letters with a capital is a symbol: Hb, Na."""


def within(label: str) -> str:
    """``Kalium`` becomes ``kalium``; ``NSAID``, ``ECG gemaakt``, ``LVEF``, ``QTc``, ``Hb`` and ``Child-Pugh`` stay."""
    first = label.split(" ", 1)[0].rstrip(",;:()")
    if len(first) <= SHORT or any(sign.isupper() for sign in first[1:]):
        return label
    return label[:1].lower() + label[1:]
