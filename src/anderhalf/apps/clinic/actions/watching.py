"""Between consults: results get a reader, and controls are ticked off."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Observation, Task
from anderhalf.core.decisions.facts import Fact
from anderhalf.presentation.formatting import in_words
from anderhalf.presentation.kept_reasons import kept
from anderhalf.presentation.language import label_of
from anderhalf.presentation.wording import says_something

from ..access import lock_episode, permit
from ..errors import TaskRefused
from ..models import Episode
from ..queries.advice import pathway_of
from ..queries.danger import MONITORING, REPEAT
from ..queries.due import unread_of
from ..titration.gather import protocol_of

LABORATORY_TASKS = frozenset({MONITORING, REPEAT})
"""Kinds of tasks that end with a result, or with why there is none."""
RESULT_IN, NOT_DONE = "result", "none"


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


@transaction.atomic
def finish_task(*, by: Viewer, at: datetime, task: UUID, outcome: str = "", because: str = "") -> Task:
    """Tick off a task. One about the laboratory says what happened: the result is in, or why there is none.

    ``outcome`` is ``result`` (the record must hold it) or ``none`` with ``because``; the task stays open otherwise:
    ``TaskRefused`` with what is missing.
    """
    row = Task.objects.select_for_update(of=("self",)).filter(pk=task, network=by.network).first()
    if row is None:
        raise AccessDenied
    if row.kind not in LABORATORY_TASKS or row.status != Task.Status.OPEN:
        return record.complete_task(by=by, at=at, task_id=task)
    if row.owner_organisation_id not in by.organisation_ids:
        raise AccessDenied
    if outcome == RESULT_IN:
        missing = awaited(row, by=by, at=at)
        if missing:
            words = in_words([label_of(fact.label) for fact in missing])
            raise TaskRefused(
                _(
                    "Nog geen uitslag in het dossier van: %(facts)s. Voer de uitslag in, of schrijf op waarom niet."
                )
                % {"facts": words}
            )
        return record.complete_task(by=by, at=at, task_id=task, note=kept("De uitslag is binnen."))
    if outcome != NOT_DONE:
        raise TaskRefused(_("Kies wat er is gebeurd."))
    if not says_something(because):
        raise TaskRefused(_("Schrijf op waarom er geen uitslag komt."))
    permission = permit(by, Right.VIEW_PLAN, at=at, patient=row.patient_id)
    return record.cancel_task(by=by, at=at, task_id=task, note=because.strip(), allowed=permission.rule)


def awaited(task: Task, *, by: Viewer, at: datetime) -> list[Fact]:
    """The facts of a laboratory task of which the record has no result from after the task was made.

    Of a task that names no facts any result of the laboratory will do.
    """
    facts = _facts_of(task, at=at)
    seen = set(
        Observation.objects.filter(
            patient=task.patient_id, status=Observation.Status.FINAL, at__gt=task.created_at, at__lte=at,
            fact__in=[fact.name for fact in facts],
        ).values_list("fact", flat=True)
    )  # fmt: skip
    if not task.about and seen:
        return []
    return [fact for fact in facts if fact.name not in seen]


def _facts_of(task: Task, *, at: datetime) -> list[Fact]:
    """What a laboratory task waits for: named by the task, else by the class that it is about, else everything."""
    episode = Episode.objects.filter(patient=task.patient_id).order_by("-started_at").first()
    if episode is None:
        return []
    pathway = pathway_of(episode, on=timezone.localdate(at))
    laboratory = {name: fact for name, fact in pathway.facts.items() if fact.group == "laboratory"}
    kind, _colon, named = task.about.partition(":")
    if kind == "repeat":
        return [laboratory[name] for name in named.split("+") if name in laboratory]
    protocol = protocol_of(pathway)
    if kind == "check" and protocol is not None:
        wanted = {name for one in protocol.monitoring if named in one.classes for name in one.facts}
        return [fact for name, fact in pathway.facts.items() if name in wanted]
    return list(laboratory.values())


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
