"""The way in: from an uploaded file to what the referral form can use of it.

Pure: bytes, dictionary and date go in; a :class:`RecordReading` comes out or :class:`RecordRefused` is
raised. Nothing is stored, and no value comes out that is not in the file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TypeVar

from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.exchange.fhir.allergies import AllergyRead, is_withdrawn, read_alert, read_allergy
from anderhalf.exchange.fhir.bundle import OpenedRecord, Resource, open_record
from anderhalf.exchange.fhir.by_name import latest_per_code, readings_by_name, report_text
from anderhalf.exchange.fhir.conditions import admissions, latest, read_condition, read_encounter
from anderhalf.exchange.fhir.dates import clinical_date
from anderhalf.exchange.fhir.derived import (
    LONG_AGO,
    asked_by_allergy,
    asked_by_condition,
    asked_by_medication,
    facts_from_admission,
    facts_from_condition,
    facts_from_medication,
    facts_from_patient,
    facts_from_procedure,
)
from anderhalf.exchange.fhir.dictionary import CodeIndex
from anderhalf.exchange.fhir.medication import DATE_KEYS, MEDICATION_TYPES, name_of, read_medication, settle
from anderhalf.exchange.fhir.newest import Unreadable, conflict, held_back, newest_first, unreadable
from anderhalf.exchange.fhir.observations import DATE_KEYS as OBSERVED
from anderhalf.exchange.fhir.observations import (
    facts_named,
    read_observation,
    readable_values,
    unread_observation,
)
from anderhalf.exchange.fhir.patients import read_patient
from anderhalf.exchange.fhir.problems import (
    Notice,
    Reason,
    RecordRefused,
    Remark,
    SkippedItem,
    Unusable,
)
from anderhalf.exchange.fhir.record import (
    Ask,
    FoundFact,
    PatientDetails,
    RecordReading,
    ReportText,
    Unread,
    Why,
)
from anderhalf.exchange.fhir.unpack import Limits
from anderhalf.exchange.fhir.values import original_of
from anderhalf.exchange.fhir.whose import check_is_about_patient, is_about_patient

__all__ = ["Limits", "RecordReading", "RecordRefused", "SkippedItem", "read_record"]

Found = TypeVar("Found")
DAYS = {**DATE_KEYS, "Observation": OBSERVED, "Condition": ("recordedDate", "onsetDateTime"),
        "Procedure": ("performedDateTime",), "AllergyIntolerance": ("recordedDate",)}  # fmt: skip
"""Where each type says its day, for naming what was not taken over."""
READ_TYPES = frozenset(
    {
        "Patient",
        "Observation",
        "Condition",
        "AllergyIntolerance",
        "Encounter",
        "Procedure",
        "Medication",
        "Flag",
    }
) | frozenset(MEDICATION_TYPES)


def read_record(
    raw: bytes,
    *,
    dictionary: FactDictionary,
    on: date,
    limits: Limits | None = None,
    require_patient: bool = True,
    as_of: date | None = None,
) -> RecordReading:
    """Read one FHIR R4 record: a Bundle or a single resource, as JSON or XML, plain or gzip.

    ``dictionary`` says which codes and units are known; ``on`` is today, for refusing dates in the future.
    With ``require_patient=False`` a single resource without its patient is read too; then ``subject`` of the
    reading says whom the file names, and the caller has to make sure who that is. ``as_of`` is the day of a file that
    does not say it, for who gathered the file and knows.

    Raises :class:`RecordRefused` with a reason and a place when the file can't be used as a whole.
    """
    limits = limits or Limits()
    record = open_record(raw, limits=limits, require_patient=require_patient)
    return _Reader(record, CodeIndex(dictionary), on, limits, as_of).read()


class _Reader:
    """Reads the resources of an opened record one by one; what goes wrong with one does not stop the
    others.
    """

    def __init__(
        self, record: OpenedRecord, index: CodeIndex, on: date, limits: Limits, as_of: date | None
    ) -> None:
        self.record, self.index, self.on, self.limits, self.gathered_on = record, index, on, limits, as_of
        self.skipped: list[SkippedItem] = []
        self.skipped_beyond = 0
        self.unread: Counter[str] = Counter()
        self.found: defaultdict[str, list[FoundFact]] = defaultdict(list)
        self.unreadable: defaultdict[str, list[Unreadable]] = defaultdict(list)
        self.unread_codes: list[Unread] = []
        self.reports: list[ReportText] = []
        self.asks: dict[str, Ask] = {}
        self.drugs_missed = False
        self.results_missing = 0

    def read(self) -> RecordReading:
        patient = self.read_patient()
        born = patient.birth_date if patient is not None else None
        about = self.usable_resources()
        self.read_observations(about, born, patient.deceased_on if patient is not None else None)
        conditions = self.read_each(about, ("Condition",), lambda r: read_condition(r, on=self.on, born=born))
        allergies = self.read_each(
            about, ("AllergyIntolerance",), lambda r: read_allergy(r, on=self.on, born=born)
        )
        allergies += self.read_each(about, ("Flag",), lambda r: read_alert(r, on=self.on, born=born))
        allergies += self.intolerances(about, born)
        encounters = self.read_each(about, ("Encounter",), lambda r: read_encounter(r, on=self.on, born=born))
        medication = settle(
            self.read_each(
                about,
                MEDICATION_TYPES,
                lambda r: read_medication(
                    self.record, r, index=self.index, on=self.on, born=born, as_of=self.as_of()
                ),
            ),
            on=self.on,
        )
        procedures = self.read_each(
            about,
            ("Procedure",),
            lambda r: list(facts_from_procedure(r, index=self.index, on=self.on, born=born)) or None,
        )
        for found in procedures:
            self.keep(found)
        for condition in conditions:
            self.keep(facts_from_condition(condition, index=self.index, on=self.on))
            self.ask(asked_by_condition(condition, index=self.index, on=self.on))
        for item in medication:
            self.keep(facts_from_medication(item, index=self.index, on=self.on))
            self.ask(asked_by_medication(item, index=self.index, on=self.on))
        for allergy in allergies:
            self.ask(asked_by_allergy(allergy, index=self.index))
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
            unread_codes=latest_per_code(self.unread_codes),
            asks=self.open_asks(facts),
            drugs_missed=self.drugs_missed,
            notices=tuple(self.notices()),
            reports=tuple(self.reports),
        )

    def notices(self) -> Iterator[Notice]:
        """What must be known of the file as a whole."""
        yield from self.record.notices
        if self.results_missing:
            yield Notice(Remark.RESULTS_MISSING, {"count": str(self.results_missing)})

    def skip(self, item: SkippedItem) -> None:
        """Keep the reason, up to a number that a person can still look through."""
        newer = unreadable(item)
        if newer is not None and item.fact is not None:
            self.unreadable[item.fact].append(newer)
        if len(self.skipped) < self.limits.skipped_items:
            self.skipped.append(item)
        else:
            self.skipped_beyond += 1

    def keep(self, facts: Iterable[FoundFact]) -> None:
        for fact in facts:
            self.found[fact.name].append(fact)

    def ask(self, asks: Iterable[tuple[str, Ask]]) -> None:
        """Keep what must be settled; of two that are about one fact the first, a drug or problem now before a past
        one, and what may be so now before what is only unclear."""
        for name, one in asks:
            known = self.asks.get(name)
            past = known is not None and known.why is Why.INACTIVE and one.why is not Why.INACTIVE
            if known is None or past or (one.values and not known.values):
                self.asks[name] = one

    def open_asks(self, facts: Mapping[str, FoundFact]) -> dict[str, Ask]:
        """What is left to ask: nothing else in the file answers it."""
        return {
            name: one for name, one in self.asks.items() if name in self.index.facts and name not in facts
        }

    def as_of(self) -> date | None:
        """The day of the file, unless it claims to come from the future; else the one that came along with it."""
        stamped = self.record.timestamp
        return stamped if stamped is not None and stamped <= self.on else self.gathered_on

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
                    self.conflicting(resource)
            else:
                usable.append(group[0])
        return usable

    def conflicting(self, resource: Resource) -> None:
        """One of the copies that contradict each other: none is used, and each may be the newest result."""
        problem = Unusable(Reason.CONFLICTING_COPIES, resource.node.path)
        parts: list[str] = []
        if resource.type == "Observation":
            with suppress(Unusable):
                parts = facts_named(resource.node, self.index)
        values = readable_values(resource.node, self.index, on=self.on) if parts else {}
        for name in parts:
            item = skipped_item(problem, resource, on=self.on, fact=name)
            self.skip(replace(item, values=values.get(name, ())))
        if not parts and resource.type != "Patient":
            self.missed(problem, resource)

    def missed(self, problem: Unusable, resource: Resource) -> None:
        """Something that could not be read: a drug or problem among it is asked, never taken for absent."""
        self.skip(skipped_item(problem, resource, on=self.on))
        if problem.reason in (Reason.OTHER_SUBJECT, Reason.OTHER_FOCUS):
            return
        if resource.type in MEDICATION_TYPES and problem.reason is not Reason.NOT_FINAL:
            self.drugs_missed = True
        if resource.type == "Condition":
            with suppress(Unusable):
                text = resource.node.wording("code")
                for fact, _coding in self.index.facts_for(resource.node.codings("code")):
                    self.ask([(fact.name, Ask(why=Why.UNSURE, text=text, on=None))])

    def read_observations(self, about: list[Resource], born: date | None, died: date | None) -> None:
        for resource in about:
            self.packed(resource)
            if resource.type in ("DiagnosticReport", "Observation"):
                self.reports += report_text(self.record, resource, on=self.on, born=born)
            if resource.type != "Observation":
                if resource.type not in READ_TYPES:
                    self.unread[resource.type] += 1
                continue
            facts = read_observation(
                self.record, resource, index=self.index, on=self.on, born=born, died=died, skip=self.skip
            )
            if facts is None:
                self.unread["Observation"] += 1
                unread = unread_observation(resource, on=self.on, born=born)
                named = readings_by_name(self.record, resource, index=self.index, on=self.on, born=born)
                self.unread_codes += [replace(unread, readings=named)] if unread is not None else []
            else:
                self.keep(facts)

    def packed(self, resource: Resource) -> None:
        """Results within another resource are not read, and may be the newest: each is said and asked. Results that are
        only pointed at, and are not in the file, are counted."""
        with suppress(Unusable):
            for one in resource.node.children("contained"):
                if one.text("resourceType") == "Observation":
                    inner = Resource("Observation", "", one)
                    problem = Unusable(Reason.CONTAINED, one.path)
                    values = readable_values(one, self.index, on=self.on)
                    for name in facts_named(one, self.index):
                        item = skipped_item(problem, inner, on=self.on, fact=name)
                        self.skip(replace(item, values=values.get(name, ())))
        for key in ("result", "hasMember"):
            with suppress(Unusable):
                told = [one.text("reference") or "" for one in resource.node.children(key)]
                self.results_missing += sum(
                    not one.startswith("#") and self.record.resolve(one) is None for one in told if one
                )

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
                check_is_about_patient(self.record, resource, resource.node.path)
                item = read(resource)
            except Unusable as trouble:
                self.missed(trouble, resource)
                continue
            if item is not None:
                found.append(item)
            elif is_withdrawn(resource):
                self.skip(skipped_item(Unusable(Reason.WITHDRAWN, resource.node.path), resource, on=self.on))
        return found

    def intolerances(self, about: list[Resource], born: date | None) -> Iterator[AllergyRead]:
        """The problems that are intolerances. One that can't be read is said by the reading of problems."""
        for resource in about:
            if resource.type != "Condition":
                continue
            with suppress(Unusable):
                if is_about_patient(self.record, resource) and (
                    found := read_alert(resource, on=self.on, born=born)
                ):
                    yield found

    def latest_and_earlier(self) -> tuple[dict[str, FoundFact], dict[str, tuple[FoundFact, ...]]]:
        """Per fact the newest value, and the earlier ones newest first. A newer result that could not be read makes the
        fact unknown and asked: no older value steps in for it, and all of them are earlier ones."""
        facts, history = {}, {}
        for name in self.index.facts:
            values = newest_first(self.found.get(name, ()))
            different = conflict(values)
            if different is not None:
                self.skip(different)
            held = held_back(self.index.facts[name], values, self.unreadable.get(name, ()), on=self.on)
            if held is not None:
                self.asks[name] = held
                if values:
                    history[name] = tuple(values)
            elif values:
                facts[name] = values[0]
                history[name] = tuple(values[1:])
        return facts, history


def skipped_item(problem: Unusable, resource: Resource, *, on: date, fact: str | None = None) -> SkippedItem:
    """A resource that was not taken over, with its name and day for the reader as far as they can be read."""
    label, original, when = "", "", None
    with suppress(Unusable):
        label = name_of(resource.node)
    with suppress(Unusable):
        when = clinical_date(resource.node, *DAYS.get(resource.type, ()), on=on, born=None)
    if resource.type == "Observation":
        original = original_of(resource.node)
    return SkippedItem(
        reason=problem.reason,
        where=problem.where,
        fact=fact,
        on=when.on if when is not None else None,
        order=when.order if when is not None else None,
        timed=when is not None and when.at is not None,
        original=original,
        label=label,
        kind=resource.type,
        details=problem.details,
    )
