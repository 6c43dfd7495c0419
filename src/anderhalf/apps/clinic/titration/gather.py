"""From the record to what the titration engine takes: medication, observations, tolerances and standing facts.

Missing data stays missing: the engine then answers that it needs data. Rows are read for many patients at once, so
that a population costs as many queries as one patient.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.people.models import Patient as PatientRow
from anderhalf.apps.people.queries import registers_of
from anderhalf.apps.people.sex import sex_fact
from anderhalf.apps.record.models import DANGER, MedicationAgreement, Task
from anderhalf.apps.record.models import Observation as ObservationRow
from anderhalf.apps.record.queries import COUNTS, FEW_FACTS, value_of
from anderhalf.content.titration import PROTOCOL, titration_protocol
from anderhalf.core.decisions.facts import Fact, FactValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.titration import (
    DrugUse,
    NamedUse,
    Observation,
    ObservationStatus,
    Patient,
    ProposalKind,
    Protocol,
    Settled,
)
from anderhalf.core.pathway.titration.observed import Observed, observe, observe_each
from anderhalf.core.pathway.titration.stored import facts_from_dict

from .. import models
from .named import with_codes
from .register import Forbidden, forbidden_of
from .said import named_uses, told_of
from .told import is_told, with_told

Kind = MedicationAgreement.Kind
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
"""The beginning of a use of which nobody knows when it began: it never makes a next step wait."""
TITRATION = "titration"
"""The table under which advice of the titration engine is kept; others are tables of a second pathway."""
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
    comparator: str
    code: str
    flag: bool | None
    text: str
    day: date | None
    status: str
    confirmed: bool


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


def gather(patient: PatientRow, protocol: Protocol, *, on: date) -> Patient:
    """One patient as the engine sees them. The caller has established access."""
    return gather_many([patient], protocol, on=on)[patient.pk]


def gather_many(
    patients: Iterable[PatientRow], protocol: Protocol, *, on: date, facts: Collection[str] | None = None
) -> dict[UUID, Patient]:
    """Many patients in a few queries, whatever their number; with `facts` only what was measured or asked of those, and
    not what texts name as in use."""
    about = list(patients)
    keys = [one.pk for one in about]
    medication: dict[UUID, list[MedicationAgreement]] = defaultdict(list)
    agreements = MedicationAgreement.objects.filter(patient__in=keys, status=ObservationRow.Status.FINAL)
    recorded = with_codes(agreements.order_by("from_at", "recorded_at"), on=on)
    for agreement in with_told(recorded, keys, on=on):
        medication[agreement.patient_id].append(agreement)
    held = {key: [row for row in rows if not is_told(row)] for key, rows in medication.items()}
    named = named_uses(told_of(keys), protocol, held, on=on) if facts is None else {}
    observations = measured_of(keys, protocol.facts if facts is None else facts)
    agreed: dict[UUID, list[models.DosingAgreement]] = defaultdict(list)
    for one in models.DosingAgreement.objects.filter(patient__in=keys, ended_at__isnull=True):
        agreed[one.patient_id].append(one)
    registers, settled = registers_of(keys), _settled(keys)
    dangers = set(
        Task.objects.filter(patient__in=keys, kind=DANGER, status=Task.Status.OPEN).values_list(
            "patient_id", flat=True
        )
    )
    return {
        one.pk: _patient(
            one, protocol, medication[one.pk], observations[one.pk], agreed[one.pk],
            forbidden_of(registers[one.pk], protocol), settled[one.pk], one.pk in dangers,
            named.get(one.pk, ()),
        )
        for one in about
    }  # fmt: skip


def measured_of(patients: Sequence[UUID], facts: Collection[str]) -> dict[UUID, list[Measured]]:
    """Per patient what was measured or asked about some facts, oldest first, in one query."""
    found: dict[UUID, list[Measured]] = defaultdict(list)
    rows = ObservationRow.objects.filter(patient__in=patients, status__in=COUNTS)
    if len(facts) <= FEW_FACTS:
        rows = rows.filter(fact__in=list(facts))
    for row in rows.order_by("at", "recorded_at").values_list(*Measured._fields):
        measured = Measured(*row)
        if measured.fact in facts:
            found[measured.patient_id].append(measured)
    return found


def observed_of(patient: UUID, facts: Mapping[str, Fact], *, at: datetime) -> Observed:
    """What may be used of one patient's observations at a moment, and what was set aside, as titration takes them.

    The caller has established access.
    """
    return observe(facts, _observations(measured_of([patient], facts)[patient]), at=local(at))


def observed_each_of(
    patient: UUID, facts: Mapping[str, Fact], observed: Observed, *, at: datetime
) -> tuple[Observed, ...]:
    """The same for each of the results that contradict each other; empty when none do."""
    if not observed.contradicting:
        return ()
    rows = _observations(measured_of([patient], facts)[patient])
    return observe_each(facts, rows, observed, at=local(at))


def _patient(
    row: PatientRow,
    protocol: Protocol,
    agreements: Sequence[MedicationAgreement],
    rows: Sequence[Measured],
    agreed: Sequence[models.DosingAgreement],
    forbidden: Forbidden,
    settled: Sequence[Settled],
    open_danger: bool,
    named: Sequence[NamedUse],
) -> Patient:
    observations = _observations(rows)
    uses = uses_of(agreements, protocol)
    return Patient(
        medication=(*uses, *_reported_classes(uses, observations, protocol)),
        observations=observations,
        facts=_standing(row),
        tolerances=forbidden.tolerances,
        tolerances_asked=forbidden.asked,
        in_doubt=frozenset(forbidden.in_doubt),
        max_tolerated=_classes(agreed, models.DosingAgreement.Kind.MAX_TOLERATED),
        restart_agreed=_classes(agreed, models.DosingAgreement.Kind.RESTART_AGREED),
        rapid=_latest(observations, "rapid_titration") is True,
        settled=tuple(settled),
        open_danger=open_danger,
        named=tuple(named),
    )


def _settled(patients: Sequence[UUID]) -> dict[UUID, list[Settled]]:
    """Per patient the cards that asked to discuss and were answered: to discuss them, or to leave it so."""
    found: dict[UUID, list[Settled]] = defaultdict(list)
    rows = models.AdviceChoice.objects.filter(
        patient__in=patients,
        proposed=ProposalKind.DISCUSS.value,
        decision__table=TITRATION,
        withdrawn__isnull=True,
    )
    where = "decision__decision__advice__proposals__0__"
    for patient, drug_class, rule, at, drug, facts in rows.values_list(
        "patient_id", "drug_class", "rule", "at", f"{where}drug", f"{where}settles"
    ):
        if facts:
            found[patient].append(
                Settled(
                    drug_class=drug_class, rule=rule, on=timezone.localdate(at), drug=drug or "",
                    facts=facts_from_dict(facts),
                )
            )  # fmt: skip
    return found


def _standing(row: PatientRow) -> Mapping[str, FactValue]:
    facts = {"birth_date": FactValue(row.birth_date, None, "record")}
    if (sex := sex_fact(row.sex)) is not None:
        facts["sex"] = sex
    return facts


def _observations(rows: Iterable[Measured]) -> tuple[Observation, ...]:
    return tuple(found for one in rows if (found := _observation(one)) is not None)


def _observation(row: Measured) -> Observation | None:
    """One row; the better value of a correction says so, and when it became known; None without a value."""
    value = value_of(row)
    if value is None:
        return None
    return Observation(
        fact=row.fact, value=value, at=timezone.localtime(row.at),
        status=_status(row),
        recorded_at=timezone.localtime(row.recorded_at), origin=row.origin, confirmed=row.confirmed,
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
        atc=atc, since=used_since(row),
        until=timezone.localtime(following.from_at) if following is not None else None,
        dose=row.dose.normalize() + 0 if row.dose is not None else None,
        per_day=per_day, stop_reason=reason,
    )  # fmt: skip


def used_since(row: MedicationAgreement) -> datetime:
    """When the present dose began. What was used already began before it was told: on the last day that fits what
    was said ("since 2020"), and at :data:`LONG_AGO` when nobody knows or the year goes on still."""
    told = timezone.localtime(row.from_at)
    if row.kind != Kind.REPORTED:
        return told
    if row.used_since is None:
        return LONG_AGO
    last = {
        MedicationAgreement.Since.YEAR: date(row.used_since.year, 12, 31),
        MedicationAgreement.Since.MONTH: (row.used_since.replace(day=1) + timedelta(days=31)).replace(day=1)
        - timedelta(days=1),
    }.get(row.used_since_is, row.used_since)
    if last >= told.date() and row.used_since_is == MedicationAgreement.Since.YEAR:
        return LONG_AGO
    return min(told, datetime.combine(last, time(12), tzinfo=told.tzinfo))


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
            # that a referral tells of it is no step: since when it is used nobody knows
            found.append(DrugUse(atc=_any_atc(key, protocol), since=LONG_AGO))
    return found


def _any_atc(drug_class: str, protocol: Protocol) -> str:
    """A code that counts for a class: its ATC group, else that of one of its drugs."""
    if prefixes := protocol.class_prefixes.get(drug_class):
        return prefixes[0]
    return next((drug.atc for drug in protocol.drugs.values() if drug.drug_class == drug_class), "")


def _classes(agreed: Iterable[models.DosingAgreement], kind: str) -> frozenset[str]:
    return frozenset(one.drug_class for one in agreed if one.kind == kind)


def _latest(observations: Sequence[Observation], name: str) -> Any:
    usable = (one for one in reversed(observations) if one.status is not ObservationStatus.UNRELIABLE)
    return next((one.value for one in usable if one.fact == name), None)


def local(at: datetime) -> datetime:
    """A moment on the clock of Amsterdam, as the engine counts days."""
    return timezone.localtime(at)
