"""Between consults: alarms on home measurements get an owner and an end, results a reader, controls are ticked off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anderhalf.apps.people.access import Right
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Observation, Task
from anderhalf.core.calendar import is_working_day
from anderhalf.core.pathway.titration import Protocol, alarms

from ..access import lock_episode, permit
from ..models import Episode
from ..queries.advice import pathway_of
from ..queries.due import ALARM, unread_of
from ..titration.gather import gather, local, protocol_of
from .advice import MONITORING

AT_ONCE = "call_112"


def raise_alarms(*, by: Viewer, at: datetime, patient: UUID, facts: Iterable[str]) -> list[Task]:
    """Tasks for every alarm rule that fires on what was just measured; one that is open already is not raised again.

    Called inside the transaction that recorded the measurements, which checked access. Without a running episode
    nobody would look: then there is no alarm, and the plan of the practice holds.
    """
    found = (
        Episode.objects.select_related("patient", "centre")
        .filter(patient=patient, network=by.network, ended_at__isnull=True)
        .first()
    )
    day = timezone.localdate(at)
    protocol = protocol_of(pathway_of(found, on=day)) if found is not None else None
    if found is None or protocol is None:
        return []
    measured = set(facts)
    raised = []
    for alarm in alarms(protocol, gather(found.patient, protocol), on=day, at=local(at)):
        about = f"alarm:{alarm.rule}"
        if not _about_these(protocol, alarm.rule, measured) or _open_tasks(patient, about):
            continue
        at_once = alarm.kind == AT_ONCE
        raised.append(
            record.add_task(
                by=by, at=at, patient=patient, kind=ALARM,
                title=("Bel 112. " if at_once else "Thuismeting: ") + alarm.why["nl"],
                owner_organisation=found.centre, owner=found.practitioner_id,
                due_on=day if at_once else _working_day(day), about=about, note=f"{alarm.rule} · {alarm.source}",
            )
        )  # fmt: skip
    return raised


def _about_these(protocol: Protocol, rule_id: str, measured: set[str]) -> bool:
    """Whether a rule looks at one of the facts that were just measured; weight gain looks at the weight."""
    rule = next(rule for rule in protocol.alarms.rules if rule.id == rule_id)
    tested = {name for name, cell in rule.cells.items() if not cell.any}
    return bool(tested & measured) or (
        "weight" in measured and any(name.startswith("weight_gain") for name in tested)
    )


def _open_tasks(patient: UUID, about: str) -> bool:
    return Task.objects.filter(patient=patient, about=about, status=Task.Status.OPEN).exists()


def _working_day(day: date) -> date:
    """The day itself, or the first after it on which the centre works."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


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
