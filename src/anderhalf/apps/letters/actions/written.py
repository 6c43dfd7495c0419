"""What somebody typed in a letter is read for danger before it is signed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils import timezone

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.network import queries as network
from anderhalf.apps.people.access import Right
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.actions import NewObservation

from ..composing import compose
from ..models import Letter
from ..typed import typed_lines


def settle_letter(
    episode: Episode, letter: Letter, *, by: Viewer, at: datetime, beside: Sequence[str] = (),
    observations: Sequence[NewObservation] = (), not_now: Collection[str] = (),
) -> None:  # fmt: skip
    """Keep what was answered about what was typed in a letter and ``beside`` it; see ``clinic.settle_text``.

    What the record itself proposed for the letter was asked when it was written, and of the dead nothing is asked.
    Raises ``WrittenDanger``.
    """
    if Patient.objects.filter(pk=episode.patient_id, deceased_on__isnull=False).exists():
        return
    agreement = network.agreement_on(episode.network_id, on=timezone.localdate(at))
    own = compose(episode, agreement=agreement, kind=letter.kind, at=at).sections
    typed = typed_lines((str(one["text"]) for one in letter.sections), (str(one["text"]) for one in own))
    clinic.settle_text(
        episode, [*typed, *beside], by=by, at=at, under=Right.WRITE_CLINICAL,
        observations=observations, not_now=not_now,
    )  # fmt: skip
