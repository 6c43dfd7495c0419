"""Reading what is known about a patient.

Functions with ``viewer`` check access; the read itself is logged by ``people.queries.patient_for`` at the start of a
page. ``facts_of`` and the medication functions take a patient whose access the caller has established.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.access import AccessDenied, Right, check_access, patients_filter
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.decisions.facts import Fact, FactValue, Value, same_value
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.titration.observed import last_entered

from .models import DANGER, Document, MedicationAgreement, Observation, StoredDecision, Task

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
COUNTS = (Observation.Status.FINAL, Observation.Status.UNRELIABLE)
"""Statuses that say something about the fact now: a value, or that nobody knows it."""


FEW_FACTS = 20
"""Up to so many facts the query names them; nearly every row is about a whole dictionary: leaving out others
afterwards is quicker then."""


class Valued(Protocol):
    """An observation, or a row of its value columns."""

    @property
    def number(self) -> Decimal | None: ...
    @property
    def comparator(self) -> str: ...
    @property
    def flag(self) -> bool | None: ...
    @property
    def day(self) -> date | None: ...
    @property
    def code(self) -> str: ...
    @property
    def text(self) -> str: ...


def value_of(row: Valued) -> Value | None:
    """The value of an observation, from the one column that is filled."""
    if row.number is not None:
        number = row.number.normalize() + 0
        return Range.of(row.comparator, number) if row.comparator else number
    if row.flag is not None:
        return row.flag
    if row.day is not None:
        return row.day
    return row.code or row.text or None


def facts_of(patient: UUID, *, dictionary: Mapping[str, Fact], on: date) -> dict[str, FactValue]:
    """The latest usable value per fact of the dictionary, true on or before ``on``.

    Corrected and erroneous values don't count. A newest value that is unreliable (a haemolysed sample) makes the fact
    unknown: no older one steps in. So do two different values of one moment (a minute; what has only a date, stands at
    noon), unless one of them is a correction or was typed at home after the other (``last_entered``). Age limits are
    the table's business: stale values are included here with their date, and count as missing where a rule says so. A
    value whose type does not fit its fact is left out.
    """
    origins = dict(Observation.Origin.choices)
    found: dict[str, FactValue] = {}
    for name, candidates in _newest(patient, dictionary=dictionary, on=on).items():
        row, value = candidates[0], value_of(candidates[0])
        if value is not None and all(same_value(value, value_of(one)) for one in candidates):
            found[name] = FactValue(
                value, on=_day_of(row), origin=f"{origins[row.origin]}, {row.recorded_by}"
            )
    return found


def contradicting_of(
    patient: UUID, *, dictionary: Mapping[str, Fact], on: date
) -> dict[str, tuple[FactValue, ...]]:
    """Per fact that :func:`facts_of` leaves out because its newest moment says different things: what it says, oldest
    first. It is shown, so that what somebody entered does not vanish from sight."""
    found = {}
    for name, candidates in _newest(patient, dictionary=dictionary, on=on).items():
        said: list[Value] = []
        for row in reversed(candidates):
            value = value_of(row)
            if value is not None and not any(same_value(value, one) for one in said):
                said.append(value)
        if len(said) > 1:
            found[name] = tuple(FactValue(value, on=_day_of(candidates[0])) for value in said)
    return found


def _day_of(row: Any) -> date:
    day: date = row.at.astimezone(AMSTERDAM).date()
    return day


def _newest(patient: UUID, *, dictionary: Mapping[str, Fact], on: date) -> dict[str, list[Any]]:
    """Per fact the rows of its newest moment that count, the last entered first; without facts of which one is
    unreliable."""
    asked = Observation.objects.filter(patient=patient, status__in=COUNTS)
    if len(dictionary) <= FEW_FACTS:
        asked = asked.filter(fact__in=list(dictionary))
    rows = asked.order_by("fact", "-at", "-recorded_at").values_list(
        "fact",
        "at",
        "origin",
        "recorded_by",
        "number",
        "comparator",
        "flag",
        "day",
        "code",
        "text",
        "status",
        "replaces_id",
        "recorded_at",
        named=True,
    )
    newest: dict[str, list[Any]] = {}
    for row in rows:
        if row.fact not in dictionary or value_of(row) is None:
            continue
        same = newest.get(row.fact)
        if same is None:
            if _day_of(row) <= on:
                newest[row.fact] = [row]
        elif _minute(row.at) == _minute(same[0].at):
            same.append(row)
    found: dict[str, list[Any]] = {}
    for name, same in newest.items():
        candidates = [row for row in same if row.replaces_id is not None][:1] or last_entered(same)
        if not any(one.status == Observation.Status.UNRELIABLE for one in candidates):
            found[name] = candidates
    return found


def series_of(patient: UUID, names: Iterable[str], *, on: date) -> dict[str, tuple[FactValue, ...]]:
    """Per fact every value that counts, oldest first, up to a day: for what follows from a change.

    Unreliable samples are left out. The caller has established access.
    """
    found: dict[str, list[FactValue]] = {}
    rows = Observation.objects.filter(
        patient=patient, fact__in=list(names), status=Observation.Status.FINAL
    ).order_by("at", "recorded_at")
    for row in rows:
        value, day = value_of(row), row.at.astimezone(AMSTERDAM).date()
        if value is not None and day <= on:
            found.setdefault(row.fact, []).append(FactValue(value, day, row.origin))
    return {name: tuple(values) for name, values in found.items()}


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def observations_of(
    *,
    viewer: Viewer,
    patient: UUID,
    at: datetime,
    facts: Iterable[str] | None = None,
    since: datetime | None = None,
    with_corrected: bool = True,
) -> QuerySet[Observation]:
    """Observations of a patient, newest first, corrected and erroneous ones included unless told otherwise."""
    check_access(viewer, Right.VIEW_PLAN, patient=patient, at=at)
    rows = (
        Observation.objects.filter(patient=patient)
        .select_related("organisation")
        .order_by("-at", "-recorded_at")
    )
    if facts is not None:
        rows = rows.filter(fact__in=list(facts))
    if since is not None:
        rows = rows.filter(at__gte=since)
    if not with_corrected:
        rows = rows.filter(status=Observation.Status.FINAL)
    return rows


def medication_history(patient: UUID) -> QuerySet[MedicationAgreement]:
    """Every medication agreement of a patient, oldest first."""
    return MedicationAgreement.objects.filter(patient=patient).order_by("from_at", "recorded_at")


def current_medication(patient: UUID, *, at: datetime) -> list[MedicationAgreement]:
    """The agreement in force per drug at ``at``: stopped drugs are left out, paused ones stay (and say so)."""
    latest: dict[str, MedicationAgreement] = {}
    for row in medication_history(patient).filter(from_at__lte=at, status=Observation.Status.FINAL):
        latest[row.drug] = row
    running = [row for row in latest.values() if row.kind != MedicationAgreement.Kind.STOP]
    return sorted(running, key=lambda row: (row.drug_class, row.drug_name))


def documents_of(*, viewer: Viewer, patient: UUID, at: datetime) -> QuerySet[Document]:
    """Documents of a patient without their content, newest first."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=patient, at=at)
    return Document.objects.filter(patient=patient).defer("content").order_by("-made_on", "-recorded_at")


def document_for(*, viewer: Viewer, document: UUID, at: datetime) -> Document:
    """One document with its content; leaves its own audit line."""
    found = Document.objects.filter(pk=document, network=viewer.network).first()
    if found is None:
        raise AccessDenied
    rule = check_access(viewer, Right.VIEW_CLINICAL, patient=found.patient_id, at=at)
    audit.record(
        by=viewer,
        at=at,
        action="R",
        event="document_read",
        object_type="document",
        object_id=found.pk,
        patient=found.patient_id,
        rule=rule,
        emergency=rule.endswith(":emergency"),
    )
    return found


def decisions_of(
    patient: UUID, *, referral: UUID | None = None, encounter: UUID | None = None
) -> QuerySet[StoredDecision]:
    """Stored decisions about a patient, newest first."""
    rows = StoredDecision.objects.filter(patient=patient).order_by("-at")
    if referral is not None:
        rows = rows.filter(referral=referral)
    if encounter is not None:
        rows = rows.filter(encounter=encounter)
    return rows


def tasks_for(*, viewer: Viewer, at: datetime) -> QuerySet[Task]:
    """Open tasks of the viewer's organisations about patients they may see, most urgent first."""
    if not viewer.organisation_ids:
        return Task.objects.none()
    seen = Patient.objects.filter(patients_filter(viewer, Right.VIEW_PLAN, at=at))
    return (
        Task.objects.filter(
            network=viewer.network,
            owner_organisation__in=viewer.organisation_ids,
            status=Task.Status.OPEN,
            patient__in=seen,
        )
        .select_related("patient", "owner", "owner_organisation")
        .order_by("rank", F("due_at").asc(nulls_last=True), "due_on", "created_at")
    )


def danger_tasks(patient: UUID) -> list[Task]:
    """The tasks about danger that nobody finished, most urgent first. The caller has established access."""
    return list(
        Task.objects.filter(patient=patient, kind=DANGER, status=Task.Status.OPEN).order_by("rank", "due_at")
    )


def tasks_about(patient: UUID) -> QuerySet[Task]:
    """All tasks about a patient, open ones first."""
    return (
        Task.objects.filter(patient=patient)
        .select_related("owner_organisation")
        .order_by("-status", "rank", "due_on")
    )
