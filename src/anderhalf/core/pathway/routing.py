"""What the agreement answers to a referral, as it is shown and stored: line, term, reasons, what is still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.danger import Danger, Sign
from anderhalf.core.pathway.interactions import Interaction
from anderhalf.core.pathway.model import Labels, Pathway
from anderhalf.core.pathway.pairs import said

EMERGENCY = "emergency"


class RoutingStatus(StrEnum):
    """How sure the routing is."""

    DECIDED = "decided"
    AT_LEAST = "at_least"
    """Certain that it is this urgent; missing facts could make it more urgent."""
    NEEDS_DATA = "needs_data"
    NO_MATCH = "no_match"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A rule that gave the answer, in both languages, with its source."""

    rule: str
    texts: Labels
    source: str
    local: bool
    """Whether the rule is the network's own agreement, not a published criterion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A fact that could change the answer; `lines` are the lines it could become (or :data:`CALL`), `cells` what it
    would have to be.

    `blocking`: it must be known before there is an answer. `state`: missing, stale, undated or future.
    """

    fact: str
    lines: tuple[str, ...]
    cells: tuple[str, ...]
    blocking: bool
    state: str
    alone: bool = False
    """With this fact alone it becomes that; else others that are open have to agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """What the referrer still has to do, and when (codes of the table's outputs)."""

    task: str
    moment: str
    rule: str
    texts: Labels


@dataclass(frozen=True, kw_only=True)
class Routing:
    """The answer to a referral, with everything that explains it.

    `line` and `urgency` are empty while the facts do not decide; `likely` says which line it would be without the
    missing ones. `days` is the longest wait (None: no appointment needed, or not decided).
    """

    pathway: Pathway
    status: RoutingStatus
    line: str
    likely: str
    urgency: str
    days: int | None
    action: str
    excluded: bool
    """An exclusion rule answered: nothing may be booked in the 1.5 line."""
    danger: Danger
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    """The blocking ones first."""
    to_do: tuple[ToDo, ...]
    decisions: Mapping[str, Decision]
    """Table id -> decision, to be stored and replayed."""
    on: date
    other_egfr: FactValue | None = None
    """What eGFR would be by the creatinine, when the two that were given contradict each other."""
    hospital_undesirable: bool = False
    """It is recorded that care in hospital is not wanted: said before any emergency."""
    alarms: tuple[Sign, ...] = ()
    """What is an alarm in care, and certain: it asks for no call before sending, and sets the longest term."""
    pairs: tuple[Interaction, ...] = ()
    """Drugs that are used and do not go together: said before sending. A contraindicated pair sets the term as an alarm
    does."""

    @property
    def is_decided(self) -> bool:
        """Whether line and urgency are certain."""
        return self.status is RoutingStatus.DECIDED

    @property
    def is_emergency(self) -> bool:
        """Somebody must act now instead of waiting for a referral; nothing is sent."""
        return self.line == EMERGENCY

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe: enough to show the answer again as it was given."""
        return {
            "line": self.line,
            "likely": self.likely,
            "urgency": self.urgency,
            "days": self.days,
            "action": self.action,
            "status": self.status.value,
            "danger": {
                "state": self.danger.state.value,
                "signs": [sign.to_dict() for sign in self.danger.signs],
                "missing": list(self.danger.missing),
            },
            "alarms": [sign.to_dict() for sign in self.alarms],
            "pairs": [said(pair) for pair in self.pairs],
            "reasons": [
                {"rule": one.rule, "texts": dict(one.texts), "source": one.source, "local": one.local}
                for one in self.reasons
            ],
            "missing": [
                {
                    "fact": one.fact,
                    "lines": list(one.lines),
                    "cells": list(one.cells),
                    "blocking": one.blocking,
                    "state": one.state,
                }
                for one in self.missing
            ],
            "to_do": [
                {"task": one.task, "moment": one.moment, "rule": one.rule, "texts": dict(one.texts)}
                for one in self.to_do
            ],
            "pathway": {"key": self.pathway.key, "version": self.pathway.version, "hash": self.pathway.hash},
        }
