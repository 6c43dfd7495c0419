"""The reader's language, and what the content says in it: texts of the agreement are kept in Dutch and English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import get_language, override

from anderhalf.core.decisions.ranges import Range
from anderhalf.core.decisions.shown import as_shown

from .formatting import format_date, format_datetime


def language() -> str:
    """``nl`` or ``en``: the two languages of the content; Dutch for a reader of another."""
    return "en" if (get_language() or "nl").startswith("en") else "nl"


def label_of(labels: Mapping[str, str] | None) -> str:
    """``{"nl": …, "en": …}`` in the reader's language, in Dutch when it was not translated."""
    return text_in(labels, language())


def day_label(day: date | datetime | None) -> str:
    """A day as the reader writes it: ``28-11-2026``, in English ``28 Nov 2026``."""
    return format_date(day, language=language())


def moment_label(moment: datetime | None) -> str:
    """The same with the time."""
    return format_datetime(moment, language=language())


def text_in(labels: Mapping[str, str] | None, language: str) -> str:
    """The text in this language, in Dutch when it was not translated."""
    given = labels or {}
    return given.get(language[:2]) or given.get("nl", "")


def in_each_language(say: Callable[[], str]) -> dict[str, str]:
    """What ``say`` gives per language of the content: kept texts of the service are worded for later readers too."""
    found = {}
    for name in ("nl", "en"):
        with override(name):
            found[name] = say()
    return found


def number_label(value: Decimal) -> str:
    """A number without trailing zeroes, with the reader's decimal sign: ``7,5`` or ``7.5``."""
    return with_reader_sign(format(value.normalize() + 0, "f"))


def measured_label(value: Decimal | Range, decimals: int) -> str:
    """A measurement as one writes it: ``4,0`` with the fact's decimals, ``> 90`` with its sign.

    Which decimals are shown is said in ``core/decisions/shown``: 29,5 and 29,98 never read as 30.
    """
    if isinstance(value, Range):
        ends = "–".join(number_label(end) for end in value.ends)
        return f"{value.comparator}\u00a0{ends}" if value.comparator else ends
    return with_reader_sign(f"{as_shown(value, decimals):f}")


def typed_label(value: Decimal) -> str:
    """A number for a field, read back as the same one: three decimals would look like thousands, so a zero follows."""
    text = format(value.normalize() + 0, "f")
    return with_reader_sign(f"{text}0" if len(text.partition(".")[2]) == 3 else text)


def with_reader_sign(number: str) -> str:
    """A number that was written with a point, with the reader's decimal sign."""
    return number if language() == "en" else number.replace(".", ",")
