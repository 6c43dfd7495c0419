"""What the readers of extracts and records say about a row or a file; needs nothing but Python."""

from __future__ import annotations

LANGUAGES = ("nl", "en")
_BETWEEN = "\x1f"
REASONS = {
    1: "this patient is not in the file of patients",
    2: "the date cannot be read",
    3: "dated after the day of the search",
    4: "the value is not a number",
    5: "the unit is not known for this code",
    6: "the value is impossible for this code",
    7: "the patient has no number",
    8: "the birth date cannot be read",
    9: "this patient is in the file more than once",
    10: "the answer is not one of the list",
    11: "the date is missing",
    12: "the year of birth has two digits; write all four",
    13: "the birth date is after the day of the search",
    14: "the unit is missing; write it beside the value",
    15: "the date is before 1850",
    20: "the number can be read in two ways (8.900 is 8900 or 8.9)",
    21: "this looks like a fraction where a percentage is expected (0.35 for 35%)",
    22: "the code counts moles and the unit grams, or the reverse",
    23: "a corrected result of the same moment replaces it",
    24: "the result was withdrawn",
    25: "the result is not final",
    26: "two different results of the same moment",
    27: "the result was cancelled although a value stands there",
    29: "the date is before the birth of the patient",
    28: "the measurement was cancelled; there is no result",
}
"""Why a row is set aside."""
UNDATED = (2, 3, 11, 15, 29)
"""Without a usable date: it may be newer than what is dated, so nothing of that measurement is known."""
UNREADABLE = (4, 5, 6, 10, 14, 20, 21, 22, 25, 27)
"""Measurements that were made and cannot be used: no older one steps in for them."""


def in_languages(nl: str, en: str) -> str:
    """One text that holds a sentence in both languages."""
    return f"{nl}{_BETWEEN}{en}"


def in_language(text: str, language: str) -> str:
    """The sentence of `in_languages` in one of them; any other text as it is."""
    parts = text.split(_BETWEEN)
    return parts[LANGUAGES.index(language)] if len(parts) == len(LANGUAGES) else text
