"""That a patient does not use what a text names as in use: an answer in the record, after which it may be proposed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.core.pathway.scores_anticoagulation import DRUG

from ..access import lock_episode, permit
from ..errors import AdviceRefused
from ..models import Episode
from ..queries.advice import pathways_beside
from ..queries.listed import NONE
from ..queries.named_anticoagulant import ANTICOAGULANT, anticoagulant_named
from ..queries.proposals import advice_about


@transaction.atomic
def record_not_used(*, by: Viewer, at: datetime, episode: UUID, drug_class: str) -> None:
    """Record that a drug of this class (or an anticoagulant) is not used, where a text names one and the list none.

    Refuses a class about which nothing waits: what the list holds is stopped there, with the reason.
    """
    found = lock_episode(episode, by=by)
    permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    if by.professional_id is None:
        raise AccessDenied(_("Alleen een zorgverlener beslist over een voorstel."))
    if drug_class not in _waiting(found, at=at):
        raise AdviceRefused(_("Over dit middel staat niets meer open. Laad de pagina opnieuw."))
    items = [record.NewObservation(fact=drug_class, value=False, at=at)]
    if drug_class == ANTICOAGULANT:
        items.append(record.NewObservation(fact=DRUG, value=NONE, at=at))
    record.record_observations(
        by=by, at=at, patient=found.patient_id, under=Right.WRITE_CLINICAL, items=items
    )


def _waiting(episode: Episode, *, at: datetime) -> set[str]:
    answered = advice_about(episode, at=at)
    named = {one.drug_class for one in answered[1].named} if answered is not None else set()
    on = timezone.localdate(at)
    waits = any(anticoagulant_named(episode, one, on=on) for one in pathways_beside(episode, on=on))
    return named | ({ANTICOAGULANT} if waits else set())
