"""The letter as PDF: A4, archivable (PDF/A-2a) and readable aloud (PDF/UA-1), made in a few milliseconds.

The page is ``letter.typ``; what it says comes in as JSON strings, so nothing that somebody typed is ever read as
markup. The fonts are the ones that Typst carries with it: the same page on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone, translation

from anderhalf.apps.people.models import Organisation, Patient
from anderhalf.presentation.formatting import format_date, format_datetime

from .blocks import clean, readable
from .models import Letter
from .picture import course_of

STANDARDS = ("a-2a", "ua-1")
TEMPLATE = Path(__file__).with_name("letter.typ")


class LetterNotPrintable(Exception):
    """The PDF could not be made; the letter stays a draft."""


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def render_pdf(letter: Letter) -> bytes:
    """The letter on paper. A draft says so across the page; a signed letter carries who signed and when.

    Needs ``letter`` with ``patient``, ``sender``, ``recipient``, ``author`` and ``episode`` (read when missing).
    """
    return _print(*_to_print(letter))


def _to_print(letter: Letter) -> tuple[str, datetime]:
    """What goes to the press: the words, and the moment that the document carries."""
    with translation.override("nl"):
        content = json.dumps(_content(letter), ensure_ascii=True)
    return content, letter.signed_at or letter.drafted_at


def _print(content: str, moment: datetime) -> bytes:
    """Pure, and without a database: it may run in another thread."""
    try:
        return _compiled(content, moment, STANDARDS)
    except typst.TypstError:
        # A character that no font on the page has may not stand in an archivable file. The text matters more.
        try:
            return _compiled(content, moment, ())
        except typst.TypstError as error:
            raise LetterNotPrintable(str(error)) from error


@dataclass
class Press:
    """Prints in another thread while one long transaction goes on; ``finish`` hands out what was printed."""

    pool: ThreadPoolExecutor
    waiting: list[tuple[Future[bytes], Callable[[bytes], None]]] = field(default_factory=list)

    def take(self, letter: Letter, then: Callable[[bytes], None]) -> None:
        """Print ``letter`` as it stands now; ``then`` gets the document at the end, in the caller's thread."""
        self.waiting.append((self.pool.submit(_print, *_to_print(letter)), then))

    def finish(self) -> None:
        """Wait for everything; an error of the press ends the transaction like any other."""
        for printed, then in self.waiting:
            then(printed.result())


_press: ContextVar[Press | None] = ContextVar("a press that prints meanwhile", default=None)


@contextmanager
def printed_meanwhile() -> Iterator[None]:
    """Within, signed letters are printed beside the work; at the end each has its document. Inside one transaction."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        press = Press(pool)
        token = _press.set(press)
        try:
            yield
        finally:
            _press.reset(token)
        press.finish()


def print_signed(letter: Letter, then: Callable[[bytes], None]) -> None:
    """Print a letter that was just signed and give the document to ``then``: at once, or see above."""
    press = _press.get()
    if press is None:
        then(render_pdf(letter))
    else:
        press.take(letter, then)


def _compiled(content: str, moment: datetime, standards: tuple[str, ...]) -> bytes:
    made = typst.compile(
        _template(),
        format="pdf",
        root=str(TEMPLATE.parent),
        ignore_system_fonts=True,
        sys_inputs={"data": content},
        pdf_standards=list(standards),
        timestamp=int(moment.timestamp()),
    )
    if not isinstance(made, bytes):
        raise LetterNotPrintable("typst gave no document")
    return made


def _content(letter: Letter) -> dict[str, Any]:
    patient, author = letter.patient, letter.author
    day = timezone.localdate(letter.signed_at or letter.drafted_at)
    identity = [f"AGB {author.agb}" if author.agb else "", f"BIG {author.big}" if author.big else ""]
    role = letter.signed_by.partition(", ")[2]
    course = course_of(letter)
    return {
        "title": clean(letter.subject),
        "author": author.full_name,
        "description": f"{letter.get_kind_display()}, {format_date(day)}",
        "date": [day.year, day.month, day.day],
        "concept": letter.signed_at is None,
        "footer": f"{clean(patient.full_name)} · {format_date(patient.birth_date)} · {clean(letter.subject)}",
        "sender": {
            "name": letter.sender.name,
            "network": letter.network.name if letter.network.name != letter.sender.name else "",
            "lines": _address(letter.sender),
        },
        "recipient": {"name": letter.recipient.name, "lines": _to_whom(letter)},
        "patient": {"name": clean(patient.full_name), "lines": _patient_lines(patient)},
        "references": [
            ["Datum", format_date(day)],
            ["Onze behandelaar", f"{author.full_name}{', ' + role if role else ''}"],
            ["Verwijzing", _referral_of(letter)],
        ],
        "sections": readable(letter.sections),
        "course": None if course is None else {"title": course.title, "svg": course.svg, "alt": course.alt},
        "closing": {
            "greeting": "Met vriendelijke groet,",
            "name": author.full_name,
            "lines": [
                line for line in (role, letter.sender.name, " · ".join(filter(None, identity))) if line
            ],
            "signed": f"Elektronisch ondertekend op {format_datetime(letter.signed_at)}"
            if letter.signed_at
            else "Concept, nog niet ondertekend",
        },
        "words": {
            "to": "Aan",
            "patient": "Betreft patiënt",
            "page": "Bladzijde",
            "of": "van",
            "concept": "CONCEPT",
            "medication": ["Middel", "Dosering", "Streefdosis", "Sinds"],
        },
    }


def _address(organisation: Organisation) -> list[str]:
    lines = [organisation.address or organisation.city]
    if organisation.phone:
        lines.append(f"T {organisation.phone}")
    if organisation.agb:
        lines.append(f"AGB {organisation.agb}")
    return [line for line in lines if line]


def _to_whom(letter: Letter) -> list[str]:
    gp = letter.patient.gp
    person = (
        f"t.a.v. {gp.full_name}, huisarts" if gp and letter.recipient_id == letter.patient.practice_id else ""
    )
    if letter.recipient.kind == Organisation.Kind.HOSPITAL:
        person = "t.a.v. de cardioloog"
    where = letter.recipient.address or letter.recipient.city
    agb = f"AGB {letter.recipient.agb}" if letter.recipient.agb else ""
    return [line for line in (person, where, agb) if line]


def _patient_lines(patient: Patient) -> list[str]:
    born = f"{Patient.Sex(patient.sex).label}, geboren {format_date(patient.birth_date)}"
    number = f"BSN {patient.bsn}" if patient.bsn else ""
    return [line for line in (str(born), number, clean(patient.address).replace("\n", ", ")) if line]


def _referral_of(letter: Letter) -> str:
    referral = letter.episode.referral
    sent = f" van {format_date(timezone.localdate(referral.sent_at))}" if referral.sent_at else ""
    return f"{referral.number}{sent}"
