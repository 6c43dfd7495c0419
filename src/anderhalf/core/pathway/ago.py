"""When something of before was, as it is said from the day of writing: "in maart", "vorig jaar", "3 jaar geleden".

Only what stands right beside a sign is about that sign: "vorig jaar stent, pijn op de borst" says nothing of the pain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from anderhalf.core.pathway.elsewhere import (
    DAYS_OF,
    MONTH_NAME,
    NOW,
    NUMBER_OF,
    NUMBER_WORD,
    end_of_month,
    last_time,
    month_of,
)
from anderhalf.core.pathway.phrases import WORD_END, WORD_START

_SEASONS = {"voorjaar": (3, 6), "lente": (3, 6), "spring": (3, 6), "zomer": (6, 9), "summer": (6, 9),
            "najaar": (9, 12), "herfst": (9, 12), "autumn": (9, 12), "winter": (12, 3)}  # fmt: skip
"""First and last month in which it may be."""
_DECADE = 3650
"""Days: of what was "als kind"."""


@dataclass(frozen=True, slots=True)
class Ago:
    """A time before the day of writing, as far as it was said."""

    days: int = 0
    """At least so many days before."""
    last_year: bool = False
    day: int = 0
    """Of the month; 0 is somewhere in it."""
    month: int = 0
    first: int = 0
    """Of a season: its first month, `month` its last."""

    def last_day(self, *, on: date) -> date:
        """The last day on which it can have been."""
        if self.last_year:
            return date(on.year - 1, 12, 31)
        if not self.month:
            return on - timedelta(days=self.days)
        if self.first and (on.month - self.first) % 12 <= (self.month - self.first) % 12:
            return on
        return last_time(self.day, self.month, on=on) if self.day else end_of_month(self.month, on=on)


_UNIT = r"(?P<unit>dagen|dag|weken|week|maanden|maand|jaren|jaar|days?|weeks?|months?|years?)"
_MONTH = rf"(?P<month>{MONTH_NAME})(?!\.?\s*\d)"
_WHEN = (
    rf"(?:(?:ruim|ca\.?|circa|ongeveer|zo'n|bijna|al|about|over)\s+)?"
    rf"(?:(?P<number>{NUMBER_WORD}|(?:een\s+)?half|anderhalf|enkele|(?:een\s+)?paar)\s+)?{_UNIT}\s+(?:geleden|terug|ago)"
    r"|(?P<last>(?:vorig|verleden|voorgaand|last)\s+(?:jaar|year))"
    rf"|(?:dit|deze|afgelopen|vorige?|last|this)\s+(?P<season>{'|'.join(_SEASONS)})"
    rf"|(?:begin|half|medio|eind|in)\s+(?:(?:begin|eind|late|early)\s+)?{_MONTH}"
    r"|(?P<young>als\s+kind|in\s+(?:zijn|haar|de)\s+jeugd|op\s+jonge\s+leeftijd|as\s+a\s+child)"
)
_BETWEEN = (
    r"(?:vaak|soms|eens|regelmatig|vaker|is|was|werd|heeft|had|kreeg|hij|zij|ze|mevrouw|meneer|patient|een|eenmalig|ook|1x|status|na|opname|opgenomen|"
    r"ziekenhuisopname|geweest|met|wegens|ivm|i\.v\.m\.|vanwege|voor|gehad|doorgemaakt|onder|acuut|acute|ernstige|fors|"
    r"forse|heftige|flinke|grote|kleine|milde|the|a|an|with|for|had|was|admitted|admission|"
    r"(?:met|op|in|van)\s+(?:de|het|een|zijn|haar)(?:\s+\w+)?)"
)
_BEFORE = re.compile(
    rf"(?:(?:^|[,(:])|{WORD_START}(?:opname|opgenomen|ziekenhuis|seh|gehad|admitted|admission))\s*(?:{_WHEN})\s*:?\s+"
    rf"(?:{_BETWEEN}\s+){{0,5}}$"
)
_AFTER = re.compile(
    r"\s*(?:(?:gehad|geweest|doorgemaakt|opgetreden|waarvoor|opname|opgenomen|ook|once)\s+){0,3}\(?"
    rf"(?:{_WHEN})(?=\s*(?:[,;.)]|$)|\s+(?:en|gehad|geweest|doorgemaakt|opgenomen|waarvoor|toen|bij|na|door|tijdens|in|"
    rf"op|and|during){WORD_END})"
)


_BEGINS_WITH_DATE = re.compile(rf"(?:in|op|on)\s+(?:{_MONTH}|(?:19|20)\d\d){WORD_END}")


def before_with_date(before: str, words: str) -> str:
    """What stands before the sign, with the words of a phrase that begins with a date: "in 2015 op straat gevallen"."""
    return before if _BEGINS_WITH_DATE.match(words) is None else f"{before}{words.rpartition(' ')[0]} "


def ago(before: str, after: str) -> Ago | None:
    """When it was, when that stands right beside the words and nothing of their sentence is of now."""
    found = _BEFORE.search(before) or _AFTER.match(after)
    if found is None or NOW.search(before) or NOW.search(after):
        return None
    if found["last"] or found["young"]:
        return Ago(last_year=True) if found["last"] else Ago(days=_DECADE)
    if season := found["season"]:
        first, last = _SEASONS[season]
        return Ago(month=last, first=first)
    if (month := month_of(found["month"])) is not None:
        return Ago(month=month)
    return Ago(days=_days(found["number"] or "", found["unit"]))


def _days(number: str, unit: str) -> int:
    """At least how many days "3 jaar", "een half jaar" or "maanden" is."""
    days = DAYS_OF[unit[:2]]
    if number.endswith("half") and number != "anderhalf":
        return days // 2
    several = 2 if unit.endswith(("en", "s")) else 1
    return days * (NUMBER_OF.get(number) or (int(number) if number.isdigit() else several))
