"""A measurement that was not right: a better value, that it can't be trusted, or that it was never true."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from anderhalf.apps.people.access import Right
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.decisions.facts import Value

from ..models import Episode
from .written import settle_text


@dataclass(frozen=True, kw_only=True)
class BetterValue:
    """What it should have been, and as it was typed."""

    value: Value
    as_given: str
    unit: str
    confirmed: bool


@transaction.atomic
def correct_measurement(
    *, by: Viewer, at: datetime, episode: Episode, observation: UUID, because: str,
    better: BetterValue | None = None, unreliable: bool = False,
    observations: Sequence[NewObservation] = (), not_now: Collection[str] = (),
) -> None:  # fmt: skip
    """Set a measurement right, with the reason; the old value stays visible.

    What the reason says of a danger was asked: ``observations`` are so now, the mentions with the keys ``not_now`` are
    not. Raises ``WrittenDanger`` when nobody was asked.
    """
    settle_text(
        episode,
        [because],
        by=by,
        at=at,
        under=Right.WRITE_CLINICAL,
        observations=observations,
        not_now=not_now,
    )
    if better is not None:
        record.correct_observation(
            by=by, at=at, observation_id=observation, value=better.value, because=because,
            value_as_given=better.as_given, unit_as_given=better.unit, confirmed=better.confirmed,
        )  # fmt: skip
    elif unreliable:
        record.mark_unreliable(by=by, at=at, observation_id=observation, because=because)
    else:
        record.mark_in_error(by=by, at=at, observation_id=observation, because=because)
