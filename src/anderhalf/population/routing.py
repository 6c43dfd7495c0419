"""Exclusion and referral together for a whole population: `core.pathway.referral.route_referral`, per distinct pair.

Which line and how soon follows from two tables. Here it is worked out once per distinct combination of their
fired and undecided rules, and spread over the patients. A test compares every patient with `route_referral`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from anderhalf.core.decisions.model import DecisionTable, Rule
from anderhalf.core.decisions.policy import Answer, Status, policy_of
from anderhalf.core.pathway.danger import EXCLUSION
from anderhalf.core.pathway.referral import INTERMEDIATE, NONE, REFERRAL, SECOND_LINE
from anderhalf.core.pathway.routing import RoutingStatus
from anderhalf.population.decide import Decided, rule_indexes

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Where somebody belongs; `line` is None while undecided, and `line_so_far` then holds without the rest."""

    status: RoutingStatus
    line: str | None
    urgency: str | None
    line_so_far: str | None
    urgency_so_far: str | None
    rules: tuple[Rule, ...]
    excluded: bool
    asks: tuple[str, ...]
    """The tables whose missing facts have to be asked for."""


@dataclass(frozen=True)
class Routes:
    """The routes of all rows."""

    routes: tuple[Route, ...]
    place: npt.NDArray[np.int64]

    def where(self, test) -> npt.NDArray[np.bool_]:  # type: ignore[no-untyped-def]
        """The rows whose route passes a test."""
        return np.array([test(route) for route in self.routes], dtype=bool)[self.place]

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """Rows per distinct route."""
        return np.bincount(self.place, minlength=len(self.routes))


def route_all(exclusion: Decided, referral: Decided) -> Routes:
    """Combine the two tables' answers for every row."""
    width = len(referral.pairs)
    kept, place = np.unique(exclusion.place * width + referral.place, return_inverse=True)
    return Routes(
        tuple(_route(exclusion, code // width, referral, code % width) for code in kept.tolist()), place
    )


def _route(exclusion: Decided, at: int, referral: Decided, and_at: int) -> Route:
    fired, undecided = exclusion.pairs[at]
    answer, other = exclusion.answers[at], referral.answers[and_at]
    so_far = _so_far(exclusion, at, referral, and_at)
    certain = next(
        (rule for rule in rule_indexes(fired) if _outputs(exclusion.table, rule)["line"] != NONE), None
    )
    if certain is not None:
        worse = any(
            rule < certain and _urgent(exclusion.table, rule) != _urgent(exclusion.table, certain)
            for rule in rule_indexes(undecided)
        )
        at_least = worse and answer.status is Status.NEEDS_DATA
        found = _outputs(exclusion.table, certain)
        same = tuple(
            exclusion.table.rules[rule]
            for rule in rule_indexes(fired)
            if _urgent(exclusion.table, rule) == _urgent(exclusion.table, certain)
        )
        line, asks = found["line"], (EXCLUSION,) if at_least else ()
        if line == INTERMEDIATE and other.status is not Status.DECIDED:
            at_least, asks = True, (EXCLUSION, REFERRAL)
        elif line == INTERMEDIATE and _single(other)[0] == SECOND_LINE:
            line = SECOND_LINE
            same += tuple(referral.table.rules[rule] for rule in other.decisive)
        status = RoutingStatus.AT_LEAST if at_least else RoutingStatus.DECIDED
        return Route(status, line, found["urgency"], *so_far, same, True, asks)
    if answer.status is not Status.DECIDED:
        return Route(
            RoutingStatus(answer.status.value), None, None, *so_far, (), False, (EXCLUSION, REFERRAL)
        )
    line, urgency = _single(other)
    rules = tuple(referral.table.rules[rule] for rule in other.decisive)
    return Route(RoutingStatus(other.status.value), line, urgency, *so_far, rules, False, (REFERRAL,))


def _so_far(exclusion: Decided, at: int, referral: Decided, and_at: int) -> tuple[str | None, str | None]:
    """The answer if nothing that is unknown fires."""
    line, urgency = _single(policy_of(exclusion.table).answer(exclusion.pairs[at][0], 0))
    if line not in (None, NONE):
        return line, urgency
    return _single(policy_of(referral.table).answer(referral.pairs[and_at][0], 0))


def _single(answer: Answer) -> tuple[str | None, str | None]:
    if isinstance(answer.outcome, tuple) or not answer.outcome:
        return None, None
    line, urgency = answer.outcome.get("line"), answer.outcome.get("urgency")
    return (line if isinstance(line, str) else None), (urgency if isinstance(urgency, str) else None)


def _outputs(table: DecisionTable, rule: int) -> dict[str, str]:
    return {name: str(value) for name, value in table.rules[rule].outputs.items()}


def _urgent(table: DecisionTable, rule: int) -> tuple[str, str]:
    found = _outputs(table, rule)
    return found["line"], found["urgency"]
