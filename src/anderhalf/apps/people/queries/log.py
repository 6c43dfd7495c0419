"""Wie keek mee: the log of one patient, in words that the patient understands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.audit.queries import lines_about_patient

from ..access import Right, check_access
from ..log_words import what_happened
from ..models import EmergencyAccess
from ..purposes import Purpose, purpose_of
from ..roles import Role
from ..viewer import SYSTEM, Viewer

PAGE_SIZE = 50


@dataclass(frozen=True)
class LogEntry:
    """One line: who, in which role, where, did what, why; ``emergency`` when it was under the noodknop."""

    at: datetime
    who: str
    role: str
    organisation: str
    what: str
    why: str
    emergency: bool
    refused: bool
    reason: str = ""


def who_looked(
    viewer: Viewer,
    patient_id: UUID,
    at: datetime,
    *,
    since: date | None = None,
    until: date | None = None,
    emergency_only: bool = False,
    page: int | str = 1,
) -> Page[LogEntry]:
    """One page of the log of this patient, newest first, between two days (both included).

    Reading the log is itself a line in it. For the patient, a carer and the privacy officer.
    """
    rule = check_access(viewer, Right.VIEW_LOG, patient=patient_id, at=at)
    audit.record(
        by=viewer,
        at=at,
        action="R",
        event="log.viewed",
        object_type="log",
        object_id=patient_id,
        patient=patient_id,
        rule=rule,
        purpose=purpose_of(viewer, rule),
    )
    lines = lines_about_patient(patient=patient_id).filter(network=viewer.network)
    if since:
        lines = lines.filter(at__gte=_midnight(since))
    if until:
        lines = lines.filter(at__lt=_midnight(until + timedelta(days=1)))
    if emergency_only:
        lines = lines.filter(emergency=True)
    result: Page[LogEntry] = Paginator(lines, PAGE_SIZE).get_page(page)
    rows: list[AuditLine] = list(result.object_list)
    reasons = _emergency_reasons(rows)
    result.object_list = [_entry(line, reasons) for line in rows]
    return result


def _entry(line: AuditLine, reasons: dict[str, str]) -> LogEntry:
    return LogEntry(
        at=line.at,
        who=_("het systeem zelf") if line.user == SYSTEM.user_id else line.user_name,
        role=str(Role(line.role).label) if line.role in Role.values else "",
        organisation=line.organisation,
        what=what_happened(event=line.event, action=line.action, object_type=line.object_type),
        why=str(Purpose(line.purpose).label) if line.purpose in Purpose.values else "",
        emergency=line.emergency,
        refused=line.outcome != AuditLine.Outcome.SUCCESS,
        reason=reasons.get(line.object_id, ""),
    )


def _emergency_reasons(rows: list[AuditLine]) -> dict[str, str]:
    """The reason that was typed, by the id of the access; one query for the page."""
    ids = [line.object_id for line in rows if line.event == "emergency.opened"]
    if not ids:
        return {}
    return {
        str(pk): reason
        for pk, reason in EmergencyAccess.objects.filter(pk__in=ids).values_list("pk", "reason")
    }


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
