"""No text that goes with a referral leaves while it says something of a danger that nobody was asked about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils import timezone

from anderhalf.apps.people.access import Right
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.pathway.mentions import Mention, to_ask
from anderhalf.core.pathway.routing import Routing
from anderhalf.presentation.written import question_about

from ..danger import order_of
from ..errors import WrittenDanger
from ..listed import mentions_of
from ..models import Referral
from ..routing import pathway_to_refer, route_patient
from ..steps import store_decision
from .warning import end_warnings, warn_of_form


def store_written(
    found: Referral, text: str, *, by: Viewer, at: datetime, items: Sequence[NewObservation],
    not_now: Collection[Mention],
) -> Routing | None:  # fmt: skip
    """Keep what was confirmed about a text that goes with a referral; what the agreement answers with it then.

    A danger among it brings the referral up in every list sorted by danger. Raises :class:`WrittenDanger` when the text
    says something of a danger and nobody was asked.
    """
    on = timezone.localdate(at)
    if not items and not mentions_of(
        pathway_to_refer(by.network, found.pathway, on=on), (text,), network=by.network, on=on
    ):
        return None
    routing = check_written(found, text, by=by, at=at, items=items, not_now=not_now)
    if routing is not None:
        end_warnings(by=by, at=at, patient=found.patient_id, routing=routing)
    if routing is None or not items:
        return None
    record.record_observations(
        by=by, at=at, patient=found.patient_id, items=items, under=Right.WRITE_MESSAGE, referral=found.pk
    )
    orders = [one for one in (found.danger, order_of(routing)) if one is not None]
    found.danger = min(orders, default=None)
    found.save(update_fields=["danger"])
    for decision in routing.decisions.values():
        store_decision(decision, routing, patient=found.patient_id, by=by, at=at, referral=found.pk)
    return routing


def warn_of_text(found: Referral, routing: Routing, *, by: Viewer, at: datetime) -> None:
    """A text with a question that is open leaves a task with a name and a clock: whoever is called away now, or walks
    away from it, finds it again."""
    warn_of_form(
        by=by, at=at, key=str(found.pk), routing=routing, patient=found.patient_id, under=Right.WRITE_MESSAGE
    )


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
        pathway=found.pathway, items=items, texts=(text,), listed=found.treatment_so_far, not_now=not_now,
    )  # fmt: skip
    answered = {one.key for one in not_now}
    mentions = mentions_of(routing.pathway, (text,), network=by.network, on=routing.on)
    asked = to_ask([one for one in mentions if one.key not in answered], routing.danger)
    if asked:
        raise WrittenDanger(
            routing, asked, " ".join(question_about(one, routing.pathway.facts[one.fact]) for one in asked)
        )
    return routing if items or mentions else None
