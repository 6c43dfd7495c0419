"""Walking the tree of a resource while knowing the place in the file.

A :class:`Node` never trusts the shape it finds: asked for text it gives text or raises :class:`Unusable` with
the path, whatever was put there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from anderhalf.exchange.fhir.json_text import Number
from anderhalf.exchange.fhir.problems import Reason, Unusable

LONGEST_TEXT = 4_000
ALLOWED_CONTROLS = frozenset("\t\n\r")


@dataclass(frozen=True, slots=True)
class Coding:
    """One code as it stands in the file; all parts to the letter, empty when absent."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One object of the file and its place, such as ``Bundle.entry[12].resource.valueQuantity``."""

    content: Mapping[str, Any]
    path: str

    def has(self, key: str) -> bool:
        """Whether the key is present with something in it."""
        return self.content.get(key) is not None

    def at(self, key: str) -> str:
        """The place of a key of this object."""
        return f"{self.path}.{key}"

    def text(self, key: str) -> str | None:
        """The string under ``key``, or None when absent. Surrounding white space is kept: to the letter."""
        value = self.content.get(key)
        if value is None:
            return None
        return _check_text(value, self.at(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """The strings in the list under ``key``; nulls (FHIR's place-holders) are left out."""
        values = self.content.get(key)
        if values is None:
            return ()
        if not isinstance(values, list):
            raise Unusable(Reason.WRONG_TYPE, self.at(key))
        return tuple(
            _check_text(value, f"{self.at(key)}[{index}]")
            for index, value in enumerate(values)
            if value is not None
        )

    def number(self, key: str) -> Number | None:
        """The number under ``key``, or None when absent."""
        value = self.content.get(key)
        if value is None or isinstance(value, Number):
            return value
        raise Unusable(Reason.WRONG_TYPE, self.at(key))

    def boolean(self, key: str) -> bool | None:
        """The boolean under ``key``, or None when absent."""
        value = self.content.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise Unusable(Reason.WRONG_TYPE, self.at(key))

    def child(self, key: str) -> Node | None:
        """The object under ``key``, or None when absent."""
        value = self.content.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise Unusable(Reason.WRONG_TYPE, self.at(key))
        return Node(value, self.at(key))

    def children(self, key: str) -> Iterator[Node]:
        """The objects in the list under ``key``."""
        values = self.content.get(key)
        if values is None:
            return
        if not isinstance(values, list):
            raise Unusable(Reason.WRONG_TYPE, self.at(key))
        for index, value in enumerate(values):
            if not isinstance(value, dict):
                raise Unusable(Reason.WRONG_TYPE, f"{self.at(key)}[{index}]")
            yield Node(value, f"{self.at(key)}[{index}]")

    def codings(self, key: str) -> tuple[Coding, ...]:
        """The codes of the CodeableConcept under ``key``; codings without a code are left out."""
        concept = self.child(key)
        return concept.own_codings() if concept is not None else ()

    def own_codings(self) -> tuple[Coding, ...]:
        """The codes when this object itself is a CodeableConcept."""
        return tuple(
            Coding(coding.text("system") or "", code, coding.text("display") or "")
            for coding in self.children("coding")
            if (code := coding.text("code"))
        )

    def wording(self, key: str) -> str:
        """What the CodeableConcept under ``key`` says in words: its text, else the first display, else the
        code.
        """
        concept = self.child(key)
        if concept is None:
            return ""
        codings = concept.own_codings()
        shown = next((coding.display for coding in codings if coding.display), "")
        return concept.text("text") or shown or next((coding.code for coding in codings), "")

    def code_of_status(self, key: str) -> str:
        """The first code of a status CodeableConcept (clinicalStatus, verificationStatus), or empty."""
        return next((coding.code for coding in self.codings(key)), "")


def _check_text(value: object, where: str) -> str:
    """Text that can be stored and shown: a string, not endless, without control characters or half
    characters.
    """
    if not isinstance(value, str):
        raise Unusable(Reason.WRONG_TYPE, where)
    if len(value) > LONGEST_TEXT:
        raise Unusable(Reason.BAD_TEXT, where)
    if not value.isprintable() and any(
        (letter < " " and letter not in ALLOWED_CONTROLS)
        or letter == "\x7f"
        or "\ud800" <= letter <= "\udfff"
        for letter in value
    ):
        raise Unusable(Reason.BAD_TEXT, where)
    return value
