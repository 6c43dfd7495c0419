"""A text about a patient in care that is no contact: a question for the meeting, a decision, a reason.

What it says of a danger was asked of who wrote it; what was confirmed becomes a value of now.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from anderhalf.apps.people.access import Right
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.pathway.mentions import Mention

from ..models import Episode
from ..queries.written import check_written
from .danger import watch_for_danger


def settle_text(
    episode: Episode, texts: Collection[str], *, by: Viewer, at: datetime, under: Right,
    observations: Sequence[NewObservation] = (), not_now: Collection[str] = (), before: Collection[str] = (),
) -> None:  # fmt: skip
    """Keep what was answered about the words of ``texts``: ``observations`` are so now, the mentions with the keys
    ``not_now`` are not. Raises ``WrittenDanger`` when they say something of a danger and nobody was asked; what the
    text ``before`` said was asked then."""
    denied = check_written(episode, texts, observations, at=at, moment=at, not_now=not_now, before=before)
    if observations:
        record.record_observations(by=by, at=at, patient=episode.patient_id, items=observations, under=under)
    end_denied(denied, by=by, at=at, episode=episode)


def end_denied(not_now: Collection[Mention], *, by: Viewer, at: datetime, episode: Episode) -> None:
    """The task of a danger that stood in a text ends when somebody said that it is not so now."""
    if not_now:
        watch_for_danger(by=by, at=at, patient=episode.patient_id, facts={one.fact for one in not_now})
