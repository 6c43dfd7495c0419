"""No message or supplement leaves while it says something of a danger that nobody was asked about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.pathway.mentions import Mention, mentions_in, to_ask
from anderhalf.core.pathway.referral import Routing
from anderhalf.presentation.written import question_about

from ..errors import WrittenDanger
from ..models import Referral
from ..routing import route_patient


def check_written(
    found: Referral, text: str, *, by: Viewer, at: datetime, items: Sequence[NewObservation],
    not_now: Collection[Mention],
) -> Routing | None:  # fmt: skip
    """What the agreement answers with these values; None when the text says nothing and there are none.

    Raises :class:`WrittenDanger` when the text mentions what would be a danger, and nobody said that it is
    ``not_now``.
    """
    routing = route_patient(
        by=by, at=at, patient=found.patient_id, intent=found.intent, direction=found.direction,
        pathway=found.pathway, items=items, texts=(text,), not_now=not_now,
    )  # fmt: skip
    answered = {one.key for one in not_now}
    mentions = mentions_in(routing.pathway.dictionary, (text,))
    asked = to_ask([one for one in mentions if one.key not in answered], routing.danger)
    if asked:
        raise WrittenDanger(routing, asked, " ".join(question_about(one) for one in asked))
    return routing if items or mentions else None
