"""Yes/no facts that follow from a coded problem, procedure, drug or admission in the file.

A code in the file can only say *yes*. That a code is absent says nothing: the fact stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from anderhalf.core.decisions.facts import FactType, FactValue, Freshness, freshness
from anderhalf.exchange.fhir.allergies import AllergyRead
from anderhalf.exchange.fhir.bundle import Resource
from anderhalf.exchange.fhir.conditions import ADMISSION_CLASSES, UNSURE
from anderhalf.exchange.fhir.dates import clinical_date
from anderhalf.exchange.fhir.dictionary import ATC, CodeIndex, system_name
from anderhalf.exchange.fhir.problems import Reason, Unusable
from anderhalf.exchange.fhir.record import (
    Ask,
    FoundCondition,
    FoundEncounter,
    FoundFact,
    FoundMedication,
    PatientDetails,
    Why,
)
from anderhalf.exchange.fhir.tree import Coding
from anderhalf.exchange.fhir.usage import MAYBE_NOW, Doubt, Use

# Facts of the dictionary without codes of their own, known by name.
BIRTH_DATE, SEX = "birth_date", "sex"
HEART_FAILURE, LAST_ADMISSION = "heart_failure_known", "last_hf_admission_on"
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def facts_from_patient(patient: PatientDetails, *, index: CodeIndex) -> Iterator[FoundFact]:
    """Birth date and sex, where the dictionary asks for them. An unknown sex is left unknown."""
    if BIRTH_DATE in index.facts and patient.birth_date is not None:
        born = patient.birth_date
        yield _found(BIRTH_DATE, born, born.isoformat(), None, f"{patient.where}.birthDate", None)
    if SEX in index.facts and patient.sex in index.facts[SEX].values:
        yield _found(SEX, patient.sex, patient.sex, None, f"{patient.where}.gender", None)


def facts_from_condition(condition: FoundCondition, *, index: CodeIndex, on: date) -> Iterator[FoundFact]:
    """A problem that the file calls active, that has not ended and is not merely suspected. What is too old to count
    and may still be so is asked instead."""
    if not condition.active or condition.ended or condition.verification in UNSURE:
        return
    for fact, coding in index.facts_for(condition.codings):
        if fact.type is FactType.BOOLEAN and not _may_be_old(condition, fact.name, index=index, on=on):
            when = condition.recorded or condition.onset
            yield _found(fact.name, True, condition.text, when, f"{condition.where}.code", coding)


def _may_be_old(condition: FoundCondition, name: str, *, index: CodeIndex, on: date) -> bool:
    """Whether an active problem is of too long ago to count, and not of so long ago that it can't be so any more."""
    if _state(condition.recorded or condition.onset, name, index=index, on=on) is Freshness.KNOWN:
        return False
    lasts, began = index.dictionary.entry(name).lasts_days, condition.onset or condition.recorded
    return lasts is None or began is None or (on - began).days <= lasts


def asked_by_condition(condition: FoundCondition, *, index: CodeIndex, on: date) -> Iterator[tuple[str, Ask]]:
    """The facts that a problem leaves to a person: no status, a contradiction, a suspicion, not active any more, or
    called active when nobody knows how long ago: that one counts as possible where it would be a danger."""
    if condition.active is None:
        why = Why.NO_STATUS
    elif condition.active and condition.ended:
        why = Why.ABATED
    elif condition.verification in UNSURE:
        why = Why.UNSURE
    elif not condition.active:
        why = Why.INACTIVE
    else:
        why = Why.MAYBE_OLD
    for fact, _coding in index.facts_for(condition.codings):
        if fact.type is FactType.BOOLEAN:
            old = why is Why.MAYBE_OLD
            if old and not _may_be_old(condition, fact.name, index=index, on=on):
                continue
            when = condition.abatement if why in (Why.ABATED, Why.INACTIVE) else None
            yield (
                fact.name,
                Ask(
                    why=why, text=condition.text, on=when or condition.recorded or condition.onset,
                    values=(True,) if old else (),
                ),
            )  # fmt: skip


def facts_from_procedure(
    resource: Resource, *, index: CodeIndex, on: date, born: date | None
) -> Iterator[FoundFact]:
    """A procedure that was completed."""
    node = resource.node
    matches = [match for match in index.facts_for(node.codings("code")) if match[0].type is FactType.BOOLEAN]
    if not matches or node.text("status") in {"entered-in-error", "not-done", "preparation"}:
        return
    if node.text("status") != "completed":
        raise Unusable(Reason.NOT_FINAL, node.at("status"), status=node.text("status") or "")
    if node.has("modifierExtension"):
        raise Unusable(Reason.UNKNOWN_MODIFIER, node.at("modifierExtension"))
    when = clinical_date(node, "performedDateTime", "performedPeriod", on=on, born=born)
    for fact, coding in matches:
        day = when.on if when is not None else None
        yield _found(fact.name, True, node.wording("code"), day, node.at("code"), coding)


def facts_from_medication(medication: FoundMedication, *, index: CodeIndex, on: date) -> Iterator[FoundFact]:
    """The drug classes of active medication.

    Dated by the day the prescription was written or the use was stated; by the day of the file itself when that is
    later, because the file says that it was still active then. What is too old by that day is asked instead.
    """
    if not medication.active:
        return
    coding = next((c for c in medication.codings if system_name(c.system) == ATC), None)
    coding = coding or next(iter(medication.codings), None)
    for name in medication.classes:
        if _state(medication.held_on, name, index=index, on=on) is Freshness.KNOWN:
            yield _found(name, True, medication.text, medication.held_on, medication.drug_where, coding)


def asked_by_medication(
    medication: FoundMedication, *, index: CodeIndex, on: date
) -> Iterator[tuple[str, Ask]]:
    """The classes of a drug that may be in use: it is not sure, or it was when nobody knows how long ago."""
    day = medication.started or medication.period.start
    for name in medication.classes:
        held = _state(medication.held_on, name, index=index, on=on)
        if medication.active and held is not Freshness.KNOWN:
            doubt: Doubt | None = Doubt.MAYBE_OLD
        elif medication.use is Use.TO_CONFIRM:
            doubt = medication.doubt
        else:
            continue
        handed = _state(medication.started, name, index=index, on=on)
        past = doubt is Doubt.DISPENSED and handed is Freshness.STALE
        values = (True,) if doubt in MAYBE_NOW and not past else ()
        yield name, Ask(why=Why.DRUG, text=medication.text, on=day, doubt=doubt, values=values)


def _state(day: date | None, name: str, *, index: CodeIndex, on: date) -> Freshness:
    """Whether something of a day may still be used for a fact."""
    return freshness(index.facts[name], FactValue(True, on=day), on=on)


def asked_by_allergy(allergy: AllergyRead, *, index: CodeIndex) -> Iterator[tuple[str, Ask]]:
    """The facts that a reaction means (angio-oedema): an allergy is to be confirmed, so it is asked."""
    happened = (*allergy.manifestations, *(allergy.codings if allergy.source != "AllergyIntolerance" else ()))
    for fact, _coding in index.facts_for(happened):
        if fact.type is FactType.BOOLEAN:
            yield fact.name, Ask(why=Why.UNSURE, text=allergy.in_words, on=allergy.onset or allergy.recorded)


def facts_from_admission(encounter: FoundEncounter, *, index: CodeIndex) -> Iterator[FoundFact]:
    """The day of discharge of a hospital admission whose coded reason is heart failure."""
    if LAST_ADMISSION not in index.facts or encounter.kind not in ADMISSION_CLASSES or encounter.end is None:
        return
    for fact, coding in index.facts_for(encounter.reason_codings):
        if fact.name == HEART_FAILURE:
            discharged = encounter.end
            where = f"{encounter.where}.period.end"
            yield _found(LAST_ADMISSION, discharged, discharged.isoformat(), discharged, where, coding)
            return


def _found(
    name: str, value: bool | str | date, original: str, on: date | None, where: str, coding: Coding | None
) -> FoundFact:
    return FoundFact(
        name=name,
        value=value,
        unit=None,
        on=on,
        at=None,
        original_value=original,
        original_unit=None,
        code=coding or Coding("", ""),
        where=where,
        dated_by="",
        order=datetime.combine(on, time.min, UTC) if on is not None else LONG_AGO,
    )
