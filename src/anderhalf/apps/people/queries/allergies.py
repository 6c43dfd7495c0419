"""Reading the register of what a patient can't have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from ..followers import CONDITIONS, Condition
from ..models import AllergiesAsked, AllergyChange, AllergyIntolerance


@dataclass(frozen=True, kw_only=True)
class Past:
    """What stood in the register and no longer counts, with who took it out, when and why."""

    entry: AllergyIntolerance
    at: datetime | None
    by: str
    because: str

    @property
    def words(self) -> str:
        """What stood there."""
        return self.entry.words

    @property
    def how(self) -> str:
        """``vervallen``, or that it was rejected or an error."""
        if self.entry.verification in AllergyIntolerance.COUNTING:
            return _("vervallen")
        return str(self.entry.get_verification_display())


@dataclass(frozen=True, kw_only=True)
class Register:
    """The register of one patient: what stands in it now, what stood there, and whether anybody asked."""

    entries: list[AllergyIntolerance] = field(default_factory=list)
    past: list[Past] = field(default_factory=list)
    """What was ended, rejected or called an error, the newest first. It stays in sight, struck through."""
    asked: AllergiesAsked | None = None
    """When the patient was last asked; None: nobody did, so that no entries says nothing."""
    every_class: AllergiesAsked | None = None
    """When the centre last went through every class."""
    conditions: list[Condition] = field(default_factory=list)
    """What the record says besides that forbids drugs; only of the register of one patient."""

    @property
    def state(self) -> str:
        """``known`` (an entry, or a condition that forbids drugs), ``past`` (asked; nothing now, but something stood
        there), ``none`` (asked, and there are none) or
        ``not_asked``. What was taken out is never the same as "none known"."""
        if self.entries or self.conditions:
            return "known"
        if self.past and self.asked is not None:
            return "past"
        return "none" if self.asked is not None else "not_asked"

    @property
    def to_judge(self) -> list[AllergyIntolerance]:
        """What waits to be confirmed."""
        return [one for one in self.entries if one.to_judge]


def registers_of(patients: Iterable[UUID]) -> dict[UUID, Register]:
    """The registers of many patients, without conditions, in two queries (three when one was rejected). The caller
    established access."""
    keys = list(patients)
    entries: dict[UUID, list[AllergyIntolerance]] = defaultdict(list)
    lapsed: list[AllergyIntolerance] = []
    for row in AllergyIntolerance.objects.filter(patient__in=keys).order_by("recorded_at"):
        if row.counts:
            entries[row.patient_id].append(row)
        else:
            lapsed.append(row)
    past: dict[UUID, list[Past]] = defaultdict(list)
    for one in _past(lapsed):
        past[one.entry.patient_id].append(one)
    asked: dict[UUID, AllergiesAsked] = {}
    every: dict[UUID, AllergiesAsked] = {}
    for one in AllergiesAsked.objects.filter(patient__in=keys).order_by("at"):
        asked[one.patient_id] = one
        if one.every_class:
            every[one.patient_id] = one
    return {
        key: Register(entries=entries[key], past=past[key], asked=asked.get(key), every_class=every.get(key))
        for key in keys
    }


def entries_of(patient: UUID) -> list[AllergyIntolerance]:
    """What counts in the register of one patient, oldest first. The caller has established access."""
    rows = AllergyIntolerance.objects.filter(patient=patient).order_by("recorded_at")
    return [row for row in rows if row.counts]


def known_entry(
    patient: UUID, origin: str, *, substance: str, text: str, **exact: str
) -> AllergyIntolerance | None:
    """The same entry of the register, when it counts already; from a file also one that was rejected: the file does
    not know that. The caller has established access."""
    from_file = origin == AllergyIntolerance.Origin.IMPORTED
    refuted = (AllergyIntolerance.Verification.REFUTED,) if from_file else ()
    return AllergyIntolerance.objects.filter(
        patient=patient, substance__iexact=substance, text__iexact=text, ended_at__isnull=True,
        verification__in=(*AllergyIntolerance.COUNTING, *refuted), **({} if from_file else exact),
    ).first()  # fmt: skip


def _past(rows: list[AllergyIntolerance]) -> list[Past]:
    """Who took these out; what was rejected says so in its last step only."""
    rejected = [row.pk for row in rows if row.ended_at is None]
    steps: dict[UUID, AllergyChange] = {}
    if rejected:
        steps = {step.allergy_id: step for step in AllergyChange.objects.filter(allergy__in=rejected)}
    found = []
    for row in rows:
        step = steps.get(row.pk)
        if step is not None:
            found.append(Past(entry=row, at=step.at, by=step.by, because=step.because))
        else:
            found.append(Past(entry=row, at=row.ended_at, by=row.ended_by, because=row.ended_because))
    return sorted(found, key=lambda one: one.at or one.entry.recorded_at, reverse=True)


def register_of(patient: UUID) -> Register:
    """The register of one patient, with the conditions that forbid drugs. The caller has established access."""
    conditions = [one for known in CONDITIONS for one in known(patient)]
    return replace(registers_of([patient])[patient], conditions=conditions)
