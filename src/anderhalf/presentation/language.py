"""The reader's language, and what the content says in it: texts of the agreement are kept in Dutch and English."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import get_language


def language() -> str:
    """``nl`` or ``en``: the two languages of the content; Dutch for a reader of another."""
    return "en" if (get_language() or "nl").startswith("en") else "nl"


def label_of(labels: Mapping[str, str] | None) -> str:
    """``{"nl": …, "en": …}`` in the reader's language, in Dutch when it was not translated."""
    return text_in(labels, language())


def text_in(labels: Mapping[str, str] | None, language: str) -> str:
    """The text in this language, in Dutch when it was not translated."""
    given = labels or {}
    return given.get(language[:2]) or given.get("nl", "")


def number_label(value: Decimal) -> str:
    """A number without trailing zeroes, with the reader's decimal sign: ``7,5`` or ``7.5``."""
    return with_reader_sign(format(value.normalize() + 0, "f"))


def with_reader_sign(number: str) -> str:
    """A number that was written with a point, with the reader's decimal sign."""
    return number if language() == "en" else number.replace(".", ",")
