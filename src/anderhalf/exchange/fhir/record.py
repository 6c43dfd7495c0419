"""What was found in an uploaded record: plain values, each with the place in the file where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from anderhalf.core.decisions.facts import FactValue, Value
from anderhalf.exchange.fhir.allergies import AllergyRead
from anderhalf.exchange.fhir.problems import Notice, SkippedItem
from anderhalf.exchange.fhir.tree import Coding
from anderhalf.exchange.fhir.usage import Doubt, Period, Use


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDetails:
    """Who the record is about. ``prefix`` is the tussenvoegsel, ``given_name`` the call name or first given name,
    ``given`` all given names as written. ``sex`` is FHIR's administrative gender; ``bsn`` passed the 11-test.
    """

    family: str
    given: tuple[str, ...]
    given_name: str
    initials: str
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

    ``value`` is in the dictionary's ``unit``, as exactly as the record keeps it, a range when the file gives only a
    limit; ``original_value`` and ``original_unit`` are what stands in the file, to the letter. ``at`` is the moment
    in UTC when the file gives a time. ``dated_by`` is the element the date came from (``effectiveDateTime``,
    ``issued``, …), empty for what is no measurement. ``unusual`` means: possible, but outside the usual
    range, so ask for confirmation; ``corrected``, that the sender says it
    replaces an earlier result.
    """

    name: str
    value: Value
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
    corrected: bool = False

    def as_fact_value(self) -> FactValue:
        """The value as the decision tables take it, with its place in the file as origin."""
        return FactValue(self.value, self.on, self.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCondition:
    """A diagnosis or problem. A date is None when the file gives none, or only a part of it.

    ``active`` is None when the file does not say; ``ended`` tells that the file says that it is over.
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
    ended: bool
    where: str

    @property
    def to_confirm(self) -> bool:
        """Whether a person has to say if it is there: no status, or called active although it ended."""
        return self.active is None or (self.active and self.ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMedication:
    """A prescription, reported use or dispense (``kind`` is the type of the resource).

    ``atc`` comes from the file, from the local table of Dutch codes or from RxNorm; ``classes`` are the facts of the
    dictionary the drug counts for (``beta_blocker``, ``loop_diuretic``, …). ``use`` says whether it is used today and
    ``doubt`` why that must be asked. ``treatment`` identifies the pharmaceutical treatment of MP9 and ``prior`` is the
    place of the agreement that this one follows; both may be empty. ``held_on`` is the last day on which the file says
    this: that of the statement or of the file itself, None when it gives neither. ``drug_where`` is the place of the
    code that names it.
    """

    text: str
    codings: tuple[Coding, ...]
    atc: tuple[str, ...]
    classes: tuple[str, ...]
    kind: str
    use: Use
    doubt: Doubt | None
    treatment: str
    prior: str
    period: Period
    status: str
    started: date | None
    order: datetime | None
    held_on: date | None
    dosage: str
    where: str
    drug_where: str

    @property
    def active(self) -> bool:
        """Whether the file says that it is used today."""
        return self.use is Use.IN_USE

    @property
    def placed(self) -> bool:
        """Whether it can be told to which classes it belongs, if to any."""
        return bool(self.atc or self.classes)


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


class Why(StrEnum):
    """Why a fact is asked instead of filled in."""

    UNREADABLE = "unreadable"
    """There is a newer result that could not be read."""
    CONFLICT = "conflict"
    """There are different results of one moment."""
    DRUG = "drug"
    """A drug of this class may be in use."""
    NO_STATUS = "no_status"
    """A problem without a status."""
    ABATED = "abated"
    """A problem that is called active and has ended."""
    UNSURE = "unsure"
    INACTIVE = "inactive"
    MAYBE_OLD = "maybe_old"
    """A problem that is called active, too long ago to count or without a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What the file says about a fact that a person has to settle; ``on`` is its day when there is one.

    ``text`` is the file's own name of the drug or problem, or the unread value. ``values`` are the newest results
    as far as they can be read although none may be used (preliminary, contradictory): for danger only.
    """

    why: Why
    text: str
    on: date | None
    doubt: Doubt | None = None
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A measurement of which the code is not known here: shown, so that a person can look."""

    label: str
    code: Coding
    on: date | None
    original: str
    where: str
    readings: Mapping[str, Value] = field(default_factory=dict)
    """Per fact whose name it carries what it would be: for danger only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportText:
    """What a report or a measurement says in words."""

    label: str
    text: str
    on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReading:
    """All that was read from one uploaded file. Nothing in it is invented or assumed.

    ``facts`` has the latest usable value per fact; ``history`` the earlier ones, newest first. ``skipped``
    says what was not taken over and why; ``skipped_beyond`` counts what did not fit in that list. ``unread``
    counts what this reader does not look at, per resource type (and observations whose code is not in the
    dictionary; ``unread_codes`` names those). ``asks`` says per fact what a person has to settle: such a fact is not
    "no", and ``facts`` does not hold it unless something else in the file answers it. ``drugs_missed`` tells that a
    drug could not be read at all. ``notices`` are about the file as a whole, ``reports`` what it says in words.
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
    allergies: tuple[AllergyRead, ...]
    latest_encounter: FoundEncounter | None
    latest_admission: FoundEncounter | None
    skipped: tuple[SkippedItem, ...]
    skipped_beyond: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)
    unread_codes: tuple[Unread, ...] = ()
    asks: Mapping[str, Ask] = field(default_factory=dict)
    drugs_missed: bool = False
    notices: tuple[Notice, ...] = ()
    reports: tuple[ReportText, ...] = ()

    @property
    def medication_to_confirm(self) -> tuple[FoundMedication, ...]:
        """Drugs that may be in use, newest first, each once and without those that are in use for sure."""
        return _each_once(item for item in self.medication if item.use is Use.TO_CONFIRM)

    @property
    def maybe_old(self) -> tuple[FoundMedication, ...]:
        """Drugs that the file calls in use, and of which it can't be told that this is still so."""
        asked = {name for name, one in self.asks.items() if one.doubt is Doubt.MAYBE_OLD}
        return tuple(item for item in self.active_medication if asked.intersection(item.classes))

    @property
    def unplaced(self) -> tuple[FoundMedication, ...]:
        """Drugs that are or may be in use and of which nobody can tell the class: nothing can be called unused."""
        return _each_once(
            item for item in self.medication if item.use in (Use.IN_USE, Use.TO_CONFIRM) and not item.placed
        )

    @property
    def unsure(self) -> frozenset[str]:
        """Of which lists nobody can say that something is not on them: ``medication``, ``problems``.

        A drug without a class, one that may be in use or one that could not be read; a problem without a status, with
        a contradiction, suspected or unreadable. Whoever reads absence as "no" has to leave these persons unknown.
        """
        found = set()
        if self.unplaced or self.medication_to_confirm or self.maybe_old or self.drugs_missed:
            found.add("medication")
        asked = {Why.NO_STATUS, Why.ABATED, Why.UNSURE, Why.MAYBE_OLD}
        if self.conditions_to_confirm or any(one.why in asked for one in self.asks.values()):
            found.add("problems")
        return frozenset(found)

    @property
    def conditions_to_confirm(self) -> tuple[FoundCondition, ...]:
        """Problems without a status, or called active and yet ended."""
        return tuple(item for item in self.conditions if item.to_confirm)

    @property
    def active_medication(self) -> tuple[FoundMedication, ...]:
        """Active medication, newest first, each drug (same codes and text) once."""
        return _each_once(item for item in self.medication if item.active)

    @property
    def active_conditions(self) -> tuple[FoundCondition, ...]:
        """Problems that the file calls active, and nothing in it contradicts that."""
        return tuple(item for item in self.conditions if item.active and not item.to_confirm)

    def fact_values(self) -> dict[str, FactValue]:
        """The latest values as the decision tables take them."""
        return {name: found.as_fact_value() for name, found in self.facts.items()}


def _each_once(items: Iterable[FoundMedication]) -> tuple[FoundMedication, ...]:
    seen: dict[tuple[tuple[Coding, ...], str], FoundMedication] = {}
    for item in items:
        seen.setdefault((item.codings, item.text), item)
    return tuple(seen.values())
