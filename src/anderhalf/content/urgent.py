"""[urgent] of network.toml: whom to call, when the centres are there, and how soon a danger must be acted on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from anderhalf.content.agreement import Role
from anderhalf.content.network import PHONE, known_role
from anderhalf.content.toml import Section
from anderhalf.core.calendar import is_working_day
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.core.pathway.model import Labels

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentTerm:
    """How soon somebody of a role must have acted: in minutes, or before the centre closes on a working day."""

    action: str
    role: str
    minutes: int | None
    """None: before closing time, today or else on the next working day."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentCare:
    """What holds when a danger is seen. An agreement without [urgent] has no hours and wants everything at once."""

    opens: time | None = None
    closes: time | None = None
    """Opening hours of the centres on working days, on the clock of Amsterdam."""
    out_of_hours: Labels = field(default_factory=dict)
    """Who is there when the centres are closed (the GP post), and its number."""
    out_of_hours_phone: str = ""
    terms: Mapping[str, UrgentTerm] = field(default_factory=dict)
    """Action -> term."""
    source: str = ""

    def is_open(self, at: datetime) -> bool:
        """Whether somebody of the centres is there to read, at a moment on the clock of Amsterdam."""
        if self.opens is None or self.closes is None:
            return False
        return is_working_day(at.date()) and self.opens <= at.time() < self.closes

    def next_opening(self, at: datetime) -> datetime | None:
        """When somebody of the centres is there again; the moment itself while they are open."""
        if self.opens is None or self.closes is None:
            return None
        if self.is_open(at):
            return at
        day = at.date() if at.time() < self.opens else at.date() + timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, tzinfo=at.tzinfo)

    def within_hours(self, at: datetime) -> datetime:
        """A moment by which somebody of the centres answers: outside their hours the closing time of that day, or of
        the next working day. Nobody answers at 03:51."""
        if self.opens is None or self.closes is None or self.is_open(at):
            return at
        day = at.date()
        while not is_working_day(day):
            day += timedelta(days=1)
        return datetime.combine(day, self.closes, tzinfo=at.tzinfo)

    def due_at(self, action: str, at: datetime, *, days: int | None = None) -> datetime:
        """Before when somebody must have acted on a danger seen at a moment on the clock of Amsterdam. ``days`` is what
        the rule itself gives: a weekend doesn't make "within a day" Monday."""
        due = self._by_term(action, at)
        return min(due, at + timedelta(days=days)) if days else due

    def _by_term(self, action: str, at: datetime) -> datetime:
        term = self.terms.get(action)
        if term is None:
            return at
        if term.minutes is not None:
            return at + timedelta(minutes=term.minutes)
        opening = self.next_opening(at)
        if opening is None or self.closes is None:
            return at
        return datetime.combine(opening.date(), self.closes, tzinfo=at.tzinfo)

    def can_wait(self, at: datetime, *, due: datetime, days: int | None = None) -> bool:
        """Whether a danger that asks for no call may wait until the centres open, at a moment on the clock of
        Amsterdam. What the rule wants within a day is said today: who opens tomorrow is too late for it, also in the
        last hours of the term."""
        opening = self.next_opening(at)
        if opening is None:
            return False
        today = opening.date() == at.date()
        return self.is_open(at) or (opening <= due and (today or days is None or days > 1))

    def role_of(self, action: str) -> str:
        """The key of the role that acts; empty when the agreement names none."""
        term = self.terms.get(action)
        return term.role if term is not None else ""


def read_urgent(root: Section, roles: Mapping[str, Role]) -> UrgentCare:
    """`[urgent]` with `[[urgent.terms]]`; nothing when the agreement has none."""
    if "urgent" not in root:
        return UrgentCare()
    section = root.section("urgent")
    section.only(
        "opens", "closes", "out_of_hours_nl", "out_of_hours_en", "out_of_hours_phone", "terms", "source"
    )
    opens, closes = _clock(section, "opens"), _clock(section, "closes")
    if opens is not None and closes is not None and opens >= closes:
        section.fault("closes", "the closing time is not after the opening time")
    phone = section.text("out_of_hours_phone")
    if phone and not PHONE.fullmatch(phone):
        section.fault("out_of_hours_phone", f"{phone!r} is not a Dutch telephone number of ten digits")
    terms = {}
    for one in section.items("terms", required=True):
        one.only("action", "role", "minutes", "before_closing", "source")
        action = one.choice("action", ACTIONS)
        known_role(one, "role", one.text("role"), roles)
        minutes = one.whole("minutes", required=False, minimum=0)
        if (minutes is None) is not one.flag("before_closing", default=False):
            one.fault("minutes", "write either minutes, or before_closing = true")
        if action in terms:
            one.fault("action", f"{action} has a term already")
        terms[action] = UrgentTerm(
            action=action, role=one.text("role"), minutes=minutes, source=one.text("source")
        )
    for action in ACTIONS:
        if action not in terms:
            section.fault("terms", f"{action} has no term: how soon must somebody act?")
    return UrgentCare(
        opens=opens, closes=closes, out_of_hours=section.labels("out_of_hours"), out_of_hours_phone=phone,
        terms=terms, source=section.text("source"),
    )  # fmt: skip


def _clock(section: Section, key: str) -> time | None:
    text = section.text(key)
    if text and not _CLOCK.fullmatch(text):
        section.fault(key, f"{text!r} is not a time like 08:00")
        return None
    return time.fromisoformat(text) if text else None
