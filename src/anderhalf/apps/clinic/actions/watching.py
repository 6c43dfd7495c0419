"""Between consults: results get a reader, and controls are ticked off."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anderhalf.apps.people.access import Right
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Observation, Task

from ..access import lock_episode, permit
from ..models import Episode
from ..queries.advice import pathway_of
from ..queries.due import unread_of
from ..titration.gather import protocol_of
from .advice import MONITORING


@transaction.atomic
def review_results(*, by: Viewer, at: datetime, episode: UUID) -> int:
    """Mark the results that arrived for a patient as read by ``by``; the number of values."""
    found = lock_episode(episode, by=by)
    permission = permit(by, Right.WRITE_CLINICAL, at=at, patient=found.patient_id)
    names = [
        name
        for name, fact in pathway_of(found, on=timezone.localdate(at)).facts.items()
        if fact.group == "laboratory"
    ]
    rows = unread_of([found.patient_id], names)
    Observation.objects.filter(pk__in=[row.pk for row in rows]).update(reviewed_at=at, reviewed_by=by.name)
    close_done_checks(by=by, at=at, episode=found)
    if rows:
        permission.log("U", "results_reviewed", found, facts=sorted({row.fact for row in rows}))
    return len(rows)


def close_done_checks(*, by: Viewer, at: datetime, episode: Episode) -> int:
    """Tick off controls whose every fact was measured after the step they belong to. Checked by the caller."""
    if episode.centre_id not in by.organisation_ids:
        return 0
    open_checks = list(
        Task.objects.filter(
            patient=episode.patient_id,
            kind=MONITORING,
            status=Task.Status.OPEN,
            owner_organisation=episode.centre_id,
        )
    )
    if not open_checks:
        return 0
    protocol = protocol_of(pathway_of(episode, on=timezone.localdate(at)))
    closed = 0
    for task in open_checks if protocol is not None else ():
        drug_class = task.about.removeprefix("check:")
        wanted = {name for one in protocol.monitoring if drug_class in one.classes for name in one.facts}
        since = timezone.localdate(task.created_at)
        seen = {
            name
            for name, moment in Observation.objects.filter(
                patient=episode.patient_id, fact__in=wanted, status=Observation.Status.FINAL,
                at__gt=task.created_at,
            ).values_list("fact", "at")
            if timezone.localdate(moment) > since
        }  # fmt: skip
        if wanted and wanted <= seen:
            record.complete_task(by=by, at=at, task_id=task.pk, note="gemeten")
            closed += 1
    return closed
