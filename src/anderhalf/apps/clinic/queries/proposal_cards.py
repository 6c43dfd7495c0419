"""What is proposed, class by class, as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anderhalf.presentation.formatting import in_words

from ..models import AdviceChoice


@dataclass(frozen=True, kw_only=True)
class Card:
    """One proposal, ready for ``<c-advice>`` and its form."""

    drug_class: str
    class_title: str
    kind: str
    face: str
    title: str
    why: str
    facts: list[dict[str, Any]]
    missing: list[str]
    change: str
    source: str
    rule: str
    local: bool
    first: str
    checks: list[str]
    agenda: bool
    percent: Any
    not_before: datetime | None
    begins: str
    """From when the step may be taken, in words."""
    basis: str
    """Fingerprint of what the advice rests on: a choice made on another one is refused."""
    steps: bool
    asks: bool
    unclear: bool
    """A step, but drug or dose was never recorded: that comes first."""
    protects: bool
    """It asks for less: only a prescriber says that it is not followed."""
    waits: bool
    """Facts are missing, so there is no answer yet."""
    adaptable: bool
    doses: list[tuple[str, str]]
    settled_on: date | None
    """The day on which this was discussed and decided; it comes back when what it rested on changes."""
    stop_reasons: list[tuple[str, str]]
    doubts: tuple[str, ...] = ()
    """What stands in the register about this class and nobody judged yet, in its own words."""
    forbidden: tuple[str, ...] = ()
    """What stands in the register about the very drug that would be started or raised."""
    never: bool = False
    """No reason goes past it by a press on a proposal."""
    named: tuple[tuple[str, str], ...] = ()
    """The classes (key and name) that a text names as in use and that the medication list must answer first."""
    only_named: bool = False
    """Nothing else is asked."""
    declined: AdviceChoice | None = None
    """That this was declined, and nothing it rested on has changed since."""

    @property
    def says(self) -> str:
        """What is proposed and by which rule: the same on another day when nothing about it changed."""
        return f"{self.kind}|{self.rule}|{self.title}"


@dataclass(frozen=True, kw_only=True)
class Proposals:
    """Everything that is proposed for one patient now."""

    cards: list[Card]
    problems: list[str]
    version: str
    tolerances_asked: bool

    @property
    def asked_for(self) -> list[Card]:
        """Steps, and what must be discussed, and was not declined."""
        return [card for card in self.cards if card.asks and not card.waits and card.declined is None]

    @property
    def declined(self) -> list[Card]:
        """What was declined and stays so until its facts change or the next contact."""
        return [card for card in self.cards if card.declined is not None]

    @property
    def without_data(self) -> list[Card]:
        """Classes about which nothing can be said yet."""
        return [card for card in self.cards if card.waits and card.declined is None]

    @property
    def others(self) -> list[Card]:
        """Classes for which nothing has to be done now."""
        return [card for card in self.cards if not card.asks]

    @property
    def waiting(self) -> list[tuple[str, str]]:
        """Which classes wait for which facts; classes that wait for the same are said together."""
        by_facts: dict[tuple[str, ...], list[str]] = {}
        for card in self.without_data:
            by_facts.setdefault(tuple(card.missing), []).append(card.class_title)
        return [(in_words(classes), ", ".join(facts)) for facts, classes in by_facts.items()]

    @property
    def quiet(self) -> bool:
        """Whether no step is needed and nothing is to be discussed: only when nothing waits to be known."""
        return self.tolerances_asked and not (self.asked_for or self.without_data or self.problems)
