"""From the record to what the titration engine takes: medication, observations, tolerances and standing facts.

Missing data stays missing: the engine then answers that it needs data. Rows are read for many patients at once, so
that a population costs as many queries as one patient.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.people.models import Patient as PatientRow
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.apps.record.models import Observation as ObservationRow
from anderhalf.apps.record.queries import COUNTS, value_of
from anderhalf.content.titration import PROTOCOL, titration_protocol
from anderhalf.core.decisions.facts import Fact, FactValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.titration import (
    DrugUse,
    Observation,
    ObservationStatus,
    Patient,
    Protocol,
    Tolerance,
)
from anderhalf.core.pathway.titration.observed import Observed, observe

from .. import models

Kind = MedicationAgreement.Kind
UNKNOWN_STOP = "unknown"
"""The protocol's code for a stop whose reason was not recorded: a restart is discussed first."""


class Measured(NamedTuple):
    """An observation as the engine needs it; as a model each would cost ten times as much to make."""

    patient_id: UUID
    fact: str
    at: datetime
    recorded_at: datetime
    origin: str
    replaces_id: UUID | None
    number: Decimal | None
    code: str
    flag: bool | None
    text: str
    day: date | None
    status: str


_pathways: dict[tuple[str, tuple[tuple[str, str], ...]], Pathway] = {}


def protocol_of(pathway: Pathway) -> Protocol | None:
    """The titration protocol of a pathway as the agreement answered its settings; None for one without."""
    if PROTOCOL not in pathway.files:
        return None
    key = (pathway.hash, tuple(sorted((name, one.chosen) for name, one in pathway.settings.items())))
    _pathways.setdefault(key, pathway)
    return _protocol(key)


@lru_cache(maxsize=16)
def _protocol(key: tuple[str, tuple[tuple[str, str], ...]]) -> Protocol:
    return titration_protocol(_pathways[key])


def gather(patient: PatientRow, protocol: Protocol) -> Patient:
    """One patient as the engine sees them. The caller has established access."""
    return gather_many([patient], protocol)[patient.pk]


def gather_many(patients: Iterable[PatientRow], protocol: Protocol) -> dict[UUID, Patient]:
    """Many patients in four queries, whatever their number."""
    about = list(patients)
    keys = [one.pk for one in about]
    medication: dict[UUID, list[MedicationAgreement]] = defaultdict(list)
    for agreement in MedicationAgreement.objects.filter(
        patient__in=keys, status=ObservationRow.Status.FINAL
    ).order_by("from_at", "recorded_at"):
        medication[agreement.patient_id].append(agreement)
    observations = measured_of(keys, protocol.facts)
    tolerances: dict[UUID, list[models.Tolerance]] = defaultdict(list)
    for one in models.Tolerance.objects.filter(patient__in=keys, ended_at__isnull=True):
        tolerances[one.patient_id].append(one)
    asked = set(models.ToleranceAsked.objects.filter(patient__in=keys).values_list("patient_id", flat=True))
    return {
        one.pk: _patient(
            one, protocol, medication[one.pk], observations[one.pk], tolerances[one.pk], asked=one.pk in asked
        )
        for one in about
    }


def measured_of(patients: Sequence[UUID], facts: Container[str]) -> dict[UUID, list[Measured]]:
    """Per patient what was measured or asked about some facts, oldest first, in one query."""
    found: dict[UUID, list[Measured]] = defaultdict(list)
    for row in (
        ObservationRow.objects.filter(patient__in=patients, status__in=COUNTS)
        .order_by("at", "recorded_at")
        .values_list(*Measured._fields)
    ):
        measured = Measured(*row)
        if measured.fact in facts:
            found[measured.patient_id].append(measured)
    return found


def observed_of(patient: UUID, facts: Mapping[str, Fact], *, at: datetime) -> Observed:
    """What may be used of one patient's observations at a moment, and what was set aside, as titration takes them.

    The caller has established access.
    """
    return observe(facts, _observations(measured_of([patient], facts)[patient]), at=local(at))


def _patient(
    row: PatientRow,
    protocol: Protocol,
    agreements: Sequence[MedicationAgreement],
    rows: Sequence[Measured],
    remembered: Sequence[models.Tolerance],
    *,
    asked: bool,
) -> Patient:
    observations = _observations(rows)
    uses = uses_of(agreements, protocol)
    return Patient(
        medication=(*uses, *_reported_classes(uses, observations, protocol)),
        observations=observations,
        facts=_standing(row),
        tolerances=_tolerances(remembered) if asked else None,
        max_tolerated=_classes(remembered, models.Tolerance.Kind.MAX_TOLERATED),
        restart_agreed=_classes(remembered, models.Tolerance.Kind.RESTART_AGREED),
        rapid=_latest(observations, "rapid_titration") is True,
    )


def _standing(row: PatientRow) -> Mapping[str, FactValue]:
    facts = {"birth_date": FactValue(row.birth_date, None, "record")}
    if row.sex in ("male", "female"):
        facts["sex"] = FactValue(row.sex, None, "record")
    return facts


def _observations(rows: Iterable[Measured]) -> tuple[Observation, ...]:
    return tuple(found for one in rows if (found := _observation(one)) is not None)


def _observation(row: Measured) -> Observation | None:
    """One row; the better value of a correction says so, and when it became known; None without a value."""
    value = value_of(row)
    if value is None:
        return None
    if isinstance(value, Decimal):
        value = value.normalize() + 0
    return Observation(
        fact=row.fact, value=value, at=timezone.localtime(row.at),
        status=_status(row),
        recorded_at=timezone.localtime(row.recorded_at), origin=row.origin,
    )  # fmt: skip


def _status(row: Measured) -> ObservationStatus:
    """An unreliable sample goes along: the engine then knows that the fact is unknown, whatever was measured before."""
    if row.status == ObservationRow.Status.UNRELIABLE:
        return ObservationStatus.UNRELIABLE
    return ObservationStatus.CORRECTED if row.replaces_id else ObservationStatus.FINAL


def uses_of(agreements: Sequence[MedicationAgreement], protocol: Protocol) -> tuple[DrugUse, ...]:
    """Agreements, oldest first, as periods of use: each change ends one period and begins the next."""
    by_drug: dict[str, list[MedicationAgreement]] = defaultdict(list)
    for row in agreements:
        by_drug[row.drug].append(row)
    found: list[DrugUse] = []
    for rows in by_drug.values():
        for at, row in enumerate(rows):
            if row.kind in (Kind.STOP, Kind.PAUSE):
                continue
            following = rows[at + 1] if at + 1 < len(rows) else None
            atc = _atc(row, protocol)
            if atc:
                found.append(_use(row, following, atc))
    return tuple(sorted(found, key=lambda use: use.since))


def _use(row: MedicationAgreement, following: MedicationAgreement | None, atc: str) -> DrugUse:
    ended = following is not None and following.kind in (Kind.STOP, Kind.PAUSE)
    per_day = Decimal(row.times_per_day) / row.every_days if row.times_per_day else None
    reason = ""
    if following is not None:
        reason = (following.stop_reason or UNKNOWN_STOP) if ended else "dose_change"
    return DrugUse(
        atc=atc, since=timezone.localtime(row.from_at),
        until=timezone.localtime(following.from_at) if following is not None else None,
        dose=row.dose.normalize() + 0 if row.dose is not None else None,
        per_day=per_day, stop_reason=reason,
    )  # fmt: skip


def _atc(row: MedicationAgreement, protocol: Protocol) -> str:
    """The code of a drug; one that was recorded without code counts for its class all the same."""
    if row.atc:
        return row.atc
    known = protocol.drugs.get(row.drug)
    if known is not None:
        return known.atc
    return _any_atc(row.drug_class, protocol) if row.drug_class else ""


def classes_of(row: MedicationAgreement, protocol: Protocol) -> tuple[str, ...]:
    """The classes for which a drug counts: every one that a combination tablet contains."""
    return protocol.classes_of_atc(_atc(row, protocol)) or ((row.drug_class,) if row.drug_class else ())


def _reported_classes(
    uses: Sequence[DrugUse], observations: Sequence[Observation], protocol: Protocol
) -> list[DrugUse]:
    """Classes that a referral says are used, while the medication list knows nothing of them at all.

    They count as used in an unknown dose: to the engine "not on the list" would mean that one may start.
    """
    listed = {key for use in uses for key in protocol.classes_of_atc(use.atc)}
    found = []
    for key in protocol.drug_class:
        said = next((one for one in reversed(observations) if one.fact == key), None)
        if said is not None and said.value is True and key not in listed:
            found.append(DrugUse(atc=_any_atc(key, protocol), since=said.at))
    return found


def _any_atc(drug_class: str, protocol: Protocol) -> str:
    """A code that counts for a class: its ATC group, else that of one of its drugs."""
    if prefixes := protocol.class_prefixes.get(drug_class):
        return prefixes[0]
    return next((drug.atc for drug in protocol.drugs.values() if drug.drug_class == drug_class), "")


def _tolerances(remembered: Iterable[models.Tolerance]) -> tuple[Tolerance, ...]:
    return tuple(
        Tolerance(kind=one.kind, drug_class=one.drug_class, drug=one.drug, on=one.since, reason=one.reason)
        for one in remembered
        if one.kind not in models.Tolerance.AGREEMENTS
    )


def _classes(remembered: Iterable[models.Tolerance], kind: str) -> frozenset[str]:
    return frozenset(one.drug_class for one in remembered if one.kind == kind)


def _latest(observations: Sequence[Observation], name: str) -> Any:
    usable = (one for one in reversed(observations) if one.status is not ObservationStatus.UNRELIABLE)
    return next((one.value for one in usable if one.fact == name), None)


def local(at: datetime) -> datetime:
    """A moment on the clock of Amsterdam, as the engine counts days."""
    return timezone.localtime(at)
