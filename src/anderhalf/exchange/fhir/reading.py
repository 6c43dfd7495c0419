"""The way in: from an uploaded file to what the referral form can use of it.

Pure: bytes, dictionary and date go in; a :class:`RecordReading` comes out or :class:`RecordRefused` is
raised. Nothing is stored, and no value comes out that is not in the file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar

from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.exchange.fhir.bundle import OpenedRecord, Resource, open_record
from anderhalf.exchange.fhir.conditions import (
    admissions,
    latest,
    read_allergy,
    read_condition,
    read_encounter,
)
from anderhalf.exchange.fhir.derived import (
    LONG_AGO,
    facts_from_admission,
    facts_from_condition,
    facts_from_medication,
    facts_from_patient,
    facts_from_procedure,
)
from anderhalf.exchange.fhir.dictionary import CodeIndex
from anderhalf.exchange.fhir.medication import MEDICATION_TYPES, read_medication
from anderhalf.exchange.fhir.observations import read_observation
from anderhalf.exchange.fhir.patients import read_patient
from anderhalf.exchange.fhir.problems import Reason, RecordRefused, SkippedItem, Unusable
from anderhalf.exchange.fhir.record import FoundFact, PatientDetails, RecordReading
from anderhalf.exchange.fhir.unpack import Limits

__all__ = ["Limits", "RecordReading", "RecordRefused", "SkippedItem", "read_record"]

Found = TypeVar("Found")
READ_TYPES = frozenset(
    {"Patient", "Observation", "Condition", "AllergyIntolerance", "Encounter", "Procedure", "Medication"}
) | frozenset(MEDICATION_TYPES)


def read_record(
    raw: bytes,
    *,
    dictionary: FactDictionary,
    on: date,
    limits: Limits | None = None,
    require_patient: bool = True,
) -> RecordReading:
    """Read one FHIR R4 record: a Bundle or a single resource, as JSON or XML, plain or gzip.

    ``dictionary`` says which codes and units are known; ``on`` is today, for refusing dates in the future.
    With ``require_patient=False`` a single resource without its patient is read too; then ``subject`` of the
    reading says whom the file names, and the caller has to make sure who that is.

    Raises :class:`RecordRefused` with a reason and a place when the file can't be used as a whole.
    """
    limits = limits or Limits()
    record = open_record(raw, limits=limits, require_patient=require_patient)
    return _Reader(record, CodeIndex(dictionary), on, limits).read()


class _Reader:
    """Reads the resources of an opened record one by one; what goes wrong with one does not stop the
    others.
    """

    def __init__(self, record: OpenedRecord, index: CodeIndex, on: date, limits: Limits) -> None:
        self.record = record
        self.index = index
        self.on = on
        self.limits = limits
        self.skipped: list[SkippedItem] = []
        self.skipped_beyond = 0
        self.unread: Counter[str] = Counter()
        self.found: defaultdict[str, list[FoundFact]] = defaultdict(list)
        self.poor: dict[str, datetime] = {}
        """Per fact the last moment of which only a poor sample exists."""

    def read(self) -> RecordReading:
        patient = self.read_patient()
        born = patient.birth_date if patient is not None else None
        about = self.usable_resources()
        self.read_observations(about, born)
        conditions = self.read_each(about, ("Condition",), lambda r: read_condition(r, on=self.on, born=born))
        allergies = self.read_each(about, ("AllergyIntolerance",), read_allergy)
        encounters = self.read_each(about, ("Encounter",), lambda r: read_encounter(r, on=self.on, born=born))
        medication = self.read_each(
            about,
            MEDICATION_TYPES,
            lambda r: read_medication(self.record, r, index=self.index, on=self.on, born=born),
        )
        procedures = self.read_each(
            about,
            ("Procedure",),
            lambda r: list(facts_from_procedure(r, index=self.index, on=self.on, born=born)),
        )
        for found in procedures:
            self.keep(found)
        for condition in conditions:
            self.keep(facts_from_condition(condition, index=self.index))
        for item in medication:
            self.keep(facts_from_medication(item, index=self.index, as_of=self.as_of()))
        for encounter in encounters:
            self.keep(facts_from_admission(encounter, index=self.index))
        if patient is not None:
            self.keep(facts_from_patient(patient, index=self.index))
        facts, history = self.latest_and_earlier()
        return RecordReading(
            format=self.record.format,
            kind=self.record.kind,
            on=self.on,
            patient=patient,
            subject=self.record.subject,
            facts=facts,
            history=history,
            conditions=tuple(conditions),
            medication=tuple(sorted(medication, key=lambda item: item.order or LONG_AGO, reverse=True)),
            allergies=tuple(allergies),
            latest_encounter=latest(encounters),
            latest_admission=latest(admissions(encounters)),
            skipped=tuple(self.skipped),
            skipped_beyond=self.skipped_beyond,
            unread=dict(self.unread),
        )

    def skip(self, item: SkippedItem) -> None:
        """Keep the reason, up to a number that a person can still look through."""
        if item.reason is Reason.POOR_SAMPLE and item.fact is not None and item.order is not None:
            self.poor[item.fact] = max(item.order, self.poor.get(item.fact, item.order))
        if len(self.skipped) < self.limits.skipped_items:
            self.skipped.append(item)
        else:
            self.skipped_beyond += 1

    def keep(self, facts: Iterable[FoundFact]) -> None:
        for fact in facts:
            self.found[fact.name].append(fact)

    def as_of(self) -> date | None:
        """The day the record itself was made, unless it claims to come from the future."""
        stamped = self.record.timestamp
        return stamped if stamped is not None and stamped <= self.on else None

    def read_patient(self) -> PatientDetails | None:
        if self.record.patient is None:
            return None
        try:
            patient, skipped = read_patient(self.record.patient, on=self.on)
        except Unusable as problem:
            raise problem.refusal() from None
        for item in skipped:
            self.skip(item)
        return patient

    def usable_resources(self) -> list[Resource]:
        """The resources in the order of the file; a resource that is there twice with different content is
        not used.
        """
        copies: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for resource in self.record.resources:
            copies[resource.type, resource.id or resource.node.path].append(resource)
        usable = []
        for group in copies.values():
            differ = any(other.node.content != group[0].node.content for other in group[1:])
            if differ and group[0].type in READ_TYPES:
                for resource in group:
                    self.skip(SkippedItem(reason=Reason.CONFLICTING_COPIES, where=resource.node.path))
            else:
                usable.append(group[0])
        return usable

    def read_observations(self, about: list[Resource], born: date | None) -> None:
        for resource in about:
            if resource.type != "Observation":
                if resource.type not in READ_TYPES:
                    self.unread[resource.type] += 1
                continue
            facts = read_observation(
                self.record, resource, index=self.index, on=self.on, born=born, skip=self.skip
            )
            if facts is None:
                self.unread["Observation"] += 1
            else:
                self.keep(facts)

    def read_each(
        self, about: list[Resource], types: tuple[str, ...], read: Callable[[Resource], Found | None]
    ) -> list[Found]:
        """Read all resources of these types that name the patient; the others are skipped with their
        reason.
        """
        found = []
        for resource in about:
            if resource.type not in types:
                continue
            try:
                if not self.record.is_about_patient(resource):
                    raise Unusable(Reason.NO_SUBJECT, resource.node.path)
                item = read(resource)
            except Unusable as trouble:
                self.skip(SkippedItem(reason=trouble.reason, where=trouble.where, details=trouble.details))
                continue
            if item is not None:
                found.append(item)
        return found

    def latest_and_earlier(self) -> tuple[dict[str, FoundFact], dict[str, tuple[FoundFact, ...]]]:
        """Per fact the newest value, and the earlier ones newest first; at equal moments the file decides.

        After a poor sample without a better one the fact is unknown: no older value steps in for it.
        """
        facts, history = {}, {}
        for name in self.index.facts:
            if name not in self.found:
                continue
            in_file_order = list(enumerate(self.found[name]))
            in_file_order.sort(key=lambda placed: (placed[1].order, placed[0]), reverse=True)
            newest_first = [found for _place, found in in_file_order]
            if name in self.poor and newest_first[0].order <= self.poor[name]:
                continue
            facts[name] = newest_first[0]
            history[name] = tuple(newest_first[1:])
        return facts, history
