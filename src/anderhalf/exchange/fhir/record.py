"""What was found in an uploaded record: plain values, each with the place in the file where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from anderhalf.core.decisions.facts import FactValue
from anderhalf.exchange.fhir.problems import SkippedItem
from anderhalf.exchange.fhir.tree import Coding


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDetails:
    """Who the record is about. ``sex`` is FHIR's administrative gender; ``bsn`` passed the 11-test."""

    family: str
    given: tuple[str, ...]
    prefix: str
    name_text: str
    birth_date: date | None
    sex: str
    bsn: str | None
    deceased: bool
    deceased_on: date | None
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFact:
    """One value of one fact of the dictionary.

    ``value`` is in the dictionary's ``unit``, rounded to the decimals the dictionary declares;
    ``original_value`` and ``original_unit`` are what stands in the file, to the letter. ``at`` is the moment
    in UTC when the file gives a time. ``dated_by`` is the element the date came from (``effectiveDateTime``,
    ``issued``, …), empty for what is no measurement. ``unusual`` means: possible, but outside the usual
    range, so ask for confirmation.
    """

    name: str
    value: Decimal | bool | str | date
    unit: str | None
    on: date | None
    at: datetime | None
    original_value: str
    original_unit: str | None
    code: Coding
    where: str
    dated_by: str
    order: datetime
    unusual: bool = False

    def as_fact_value(self) -> FactValue:
        """The value as the decision tables take it, with its place in the file as origin."""
        return FactValue(self.value, self.on, self.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCondition:
    """A diagnosis or problem. A date is None when the file gives none, or only a part of it.

    ``active`` is None when the file does not say.
    """

    text: str
    codings: tuple[Coding, ...]
    active: bool | None
    status: str
    verification: str
    onset: date | None
    onset_text: str
    recorded: date | None
    abatement: date | None
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMedication:
    """A prescription or a reported use.

    ``atc`` comes from the file or from RxNorm; ``classes`` are the facts of the dictionary the drug
    counts for (``beta_blocker``, ``loop_diuretic``, …). ``drug_where`` is the place of the code that names
    it.
    """

    text: str
    codings: tuple[Coding, ...]
    atc: tuple[str, ...]
    classes: tuple[str, ...]
    active: bool
    status: str
    started: date | None
    order: datetime | None
    dosage: str
    where: str
    drug_where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAllergy:
    """An allergy or intolerance. ``active`` is None when the file does not say."""

    text: str
    codings: tuple[Coding, ...]
    active: bool | None
    criticality: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEncounter:
    """A contact. ``kind`` is the HL7 ActCode of the class: AMB, EMER, IMP, …"""

    kind: str
    text: str
    reason: str
    reason_codings: tuple[Coding, ...]
    start: date | None
    end: date | None
    order: datetime | None
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReading:
    """All that was read from one uploaded file. Nothing in it is invented or assumed.

    ``facts`` has the latest usable value per fact; ``history`` the earlier ones, newest first. ``skipped``
    says what was not taken over and why; ``skipped_beyond`` counts what did not fit in that list. ``unread``
    counts what this reader does not look at, per resource type (and observations whose code is not in the
    dictionary).
    """

    format: str
    kind: str
    on: date
    patient: PatientDetails | None
    subject: str
    facts: Mapping[str, FoundFact]
    history: Mapping[str, tuple[FoundFact, ...]]
    conditions: tuple[FoundCondition, ...]
    medication: tuple[FoundMedication, ...]
    allergies: tuple[FoundAllergy, ...]
    latest_encounter: FoundEncounter | None
    latest_admission: FoundEncounter | None
    skipped: tuple[SkippedItem, ...]
    skipped_beyond: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)

    @property
    def active_medication(self) -> tuple[FoundMedication, ...]:
        """Active medication, newest first, each drug (same codes and text) once."""
        seen: dict[tuple[tuple[Coding, ...], str], FoundMedication] = {}
        for item in self.medication:
            if item.active:
                seen.setdefault((item.codings, item.text), item)
        return tuple(seen.values())

    @property
    def active_conditions(self) -> tuple[FoundCondition, ...]:
        """Problems that the file calls active."""
        return tuple(item for item in self.conditions if item.active)

    def fact_values(self) -> dict[str, FactValue]:
        """The latest values as the decision tables take them."""
        return {name: found.as_fact_value() for name, found in self.facts.items()}
