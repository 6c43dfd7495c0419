"""One case with everything that the meeting wants to see beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.network import queries as network
from anderhalf.apps.people.access import AccessDenied, Right, can_access, check_access
from anderhalf.apps.people.queries import patient_for
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.queries import current_medication, tasks_about
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.wording import without_local

from ..models import CaseDiscussion
from ..rules import RequiredCase, situations_of
from ..titration import PREFIX
from .meetings import waiting_cases
from .together import by_patient, mark_dealt_with, patients_waiting

ENCOUNTERS = 3
IN_PICTURE = 30
LATELY = 3
Status = CaseDiscussion.Status


def case_for(viewer: Viewer, case_id: UUID, *, at: datetime) -> CaseDiscussion:
    """One case, after checking that the viewer may see it; leaves the line that this viewer looked."""
    found = (
        CaseDiscussion.objects.filter(pk=case_id, network=viewer.network)
        .select_related("episode__centre", "episode__referral", "episode__practitioner")
        .select_related("centre", "decided_by", "meeting")
        .first()
    )
    if found is None:
        raise AccessDenied
    found.patient = patient_for(
        viewer,
        found.patient_id,
        Right.VIEW_CASE,
        at,
        event="supervision:case_viewed",
        object_type="case",
        object_id=found.pk,
    )
    found.episode.patient = found.patient
    mark_dealt_with([found])
    return found


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a case is on the agenda. Without ``rule`` somebody put it there; ``source`` is the rule's, in words."""

    rule: str
    title: str
    source: str
    local: bool


def reason_of(case: CaseDiscussion) -> Reason:
    """The situation of the agreement that put the case on the agenda, as it was on that day."""
    if not case.rule:
        return Reason(rule="", title="", source="", local=False)
    if case.rule.startswith(PREFIX):
        return Reason(
            rule=case.rule.removeprefix(PREFIX),
            title=case.question_shown,
            source="",
            local=False,
        )
    agreed = network.agreement_on(case.network_id, on=timezone.localdate(case.added_at)).supervision
    for situation in agreed.situations:
        if situation.id == case.rule:
            source = without_local(situation.source)
            return Reason(
                rule=case.rule,
                title=clinic.label_of(situation.title),
                source=source,
                local=situation.grade == "local",
            )
    return Reason(
        rule=case.rule.partition(":")[2] or case.rule, title=case.question_shown, source="", local=False
    )


def asked_in(case: CaseDiscussion) -> str:
    """What is to be discussed, in the reader's language: the agreement's words, else those of who put it there."""
    return reason_of(case).title or case.question_shown


def material_of(viewer: Viewer, case: CaseDiscussion, *, at: datetime, months: int = 6) -> dict[str, Any]:
    """What the one screen shows: latest values, the timeline, medication, last contacts, tasks, earlier decisions."""
    check_access(viewer, Right.VIEW_CASE, patient=case.patient_id, at=at)
    day = timezone.localdate(at)
    pathway: Pathway = clinic.pathway_of(case.episode, on=day)
    return {
        "pathway": pathway,
        "latest": clinic.latest_values(case.patient_id, pathway, on=day),
        "timeline": clinic.timeline(case.patient_id, pathway, at=at, months=months),
        "drugs": clinic.drug_lines(current_medication(case.patient_id, at=at), pathway),
        "encounters": clinic.encounters_of(viewer, case.patient_id, at=at, limit=ENCOUNTERS),
        "decision_of_table": clinic.stable_advice(viewer, case.episode, at=at),
        "task": tasks_about(case.patient_id).filter(pk=case.follow_up_task).first()
        if case.follow_up_task
        else None,
        "earlier": [one for one in decisions_about(viewer, case.patient_id, at=at) if one.pk != case.pk],
    }


def cases_of(viewer: Viewer, patient_id: UUID, *, at: datetime) -> list[CaseDiscussion]:
    """Every case about a patient, newest first, dropped ones included."""
    check_access(viewer, Right.VIEW_CASE, patient=patient_id, at=at)
    return list(
        CaseDiscussion.objects.filter(patient=patient_id, network=viewer.network)
        .select_related("decided_by", "meeting", "centre")
        .order_by("-added_at")
    )


def decisions_about(viewer: Viewer, patient_id: UUID, *, at: datetime) -> list[CaseDiscussion]:
    """What was decided about a patient before, newest first."""
    decided = [one for one in cases_of(viewer, patient_id, at=at) if one.status == Status.DECIDED]
    return sorted(decided, key=lambda one: one.decided_at or one.added_at, reverse=True)


def waiting_of(viewer: Viewer, episode: Episode, *, at: datetime) -> list[CaseDiscussion]:
    """What about this episode still waits to be discussed."""
    check_access(viewer, Right.VIEW_CASE, patient=episode.patient_id, at=at)
    return list(episode.cases.filter(status=Status.WAITING).order_by("-urgent", "added_at"))


def undecided_rules(
    viewer: Viewer, episode: Episode, *, at: datetime, events: tuple[str, ...] = ()
) -> list[RequiredCase]:
    """What the agreement wants discussed about this patient now and nobody decided yet."""
    check_access(viewer, Right.VIEW_CASE, patient=episode.patient_id, at=at)
    return situations_of(episode, at=at, events=events)


def neighbours(viewer: Viewer, case: CaseDiscussion, *, at: datetime) -> dict[str, Any]:
    """Where this case stands on the agenda of its centre, and the ones before and after it."""
    agenda = waiting_cases(viewer, at=at, centre=case.centre_id)
    ids = [one.pk for one in agenda]
    if case.pk not in ids:
        return {
            "number": 0,
            "total": patients_waiting(agenda),
            "previous": None,
            "next": next(iter(agenda), None),
        }
    here, groups = ids.index(case.pk), by_patient(agenda)
    own = [one.pk for one in next(group for group in groups if case.pk in [one.pk for one in group])]
    return {
        "number": next(at for at, group in enumerate(groups, 1) if group[0].pk == own[0]),
        "total": len(groups),
        "question": own.index(case.pk) + 1,
        "questions": len(own),
        "previous": agenda[here - 1] if here > 0 else None,
        "next": agenda[here + 1] if here + 1 < len(agenda) else None,
    }


def decisions_in_timeline(patient: UUID, first: date, last: date) -> list[dict[str, Any]]:
    """What was decided in supervision, as events of the patient's picture; the caller has established access."""
    rows = CaseDiscussion.objects.filter(patient=patient, status=Status.DECIDED, decided_at__isnull=False)
    return [
        {
            "on": day,
            "label": _("Bespreking: %(decision)s") % {"decision": _short(row.decision)},
            "tone": "info",
        }
        for row in rows
        if row.decided_at is not None and first <= (day := timezone.localdate(row.decided_at)) <= last
    ]


def decisions_lately(viewer: Viewer, patient: UUID, at: datetime) -> list[dict[str, Any]]:
    """The last decisions about a patient in full, beside the proposals that they are about; none for who may not see
    cases."""
    if not can_access(viewer, Right.VIEW_CASE, patient=patient, at=at):
        return []
    return [
        {
            "case": one.pk,
            "asked": asked_in(one),
            "decision": one.decision,
            "by": one.decided_by.full_name if one.decided_by is not None else "",
            "on": one.decided_at,
        }
        for one in decisions_about(viewer, patient, at=at)[:LATELY]
    ]


def _short(decision: str) -> str:
    """As many words as fit beside the mark in the picture."""
    return decision if len(decision) <= IN_PICTURE else decision[: IN_PICTURE - 1].rsplit(" ", 1)[0] + "…"
