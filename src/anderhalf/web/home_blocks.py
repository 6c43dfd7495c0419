"""What a block of the first page is: a short worklist with one line per thing, most pressing first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.urls import NoReverseMatch, reverse

from anderhalf.apps.people.models import Patient
from anderhalf.presentation.language import day_label
from anderhalf.presentation.numbers import Number

SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line: what, about whom, when, and where a click leads. ``tone`` colours the badge; its text says the same."""

    title: str
    sub: str = ""
    url: str = ""
    badge: str = ""
    tone: str = ""
    at: date | datetime | None = None
    patient: Patient | None = None
    """Whom the line is about: birth date and namesakes stand beside the name."""
    numbers: tuple[Number, ...] = ()
    """Whom to call, where the line is a danger."""

    @property
    def about(self) -> str:
        """Sex and birth date of the patient."""
        if self.patient is None:
            return ""
        return f"{self.patient.get_sex_display()} · {day_label(self.patient.birth_date)}"


@dataclass(frozen=True, kw_only=True)
class Block:
    """A titled list. ``count`` is all there is, of which ``rows`` shows the first; ``empty`` says what will be here."""

    key: str
    title: str
    icon: str = "inbox"
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    empty: str = ""
    more_url: str = ""
    more_label: str = ""
    calm: bool = False
    """A calm block is left out while it is empty."""


def link(name: str, *args: object) -> str:
    """The address of a page; empty while that room is not part of this installation."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
