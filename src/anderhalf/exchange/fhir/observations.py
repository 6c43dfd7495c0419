"""Measurements: each Observation (and each component of a panel) whose code is in the dictionary becomes a
fact.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from anderhalf.core.decisions.facts import Fact
from anderhalf.exchange.fhir.bundle import OpenedRecord, Resource
from anderhalf.exchange.fhir.dates import When, clinical_date
from anderhalf.exchange.fhir.dictionary import CodeIndex
from anderhalf.exchange.fhir.problems import Reason, SkippedItem, Unusable
from anderhalf.exchange.fhir.record import FoundFact
from anderhalf.exchange.fhir.tree import Coding, Node
from anderhalf.exchange.fhir.values import has_value, original_of, read_value

USABLE_STATUS = frozenset({"final", "amended", "corrected"})
WITHDRAWN_STATUS = frozenset({"entered-in-error", "cancelled"})
SPECIMEN_CONDITION = "http://terminology.hl7.org/CodeSystem/v2-0493"
POOR_CONDITIONS = frozenset({"HEM", "CLOT", "CON", "AUT"})
"""Haemolysed, clotted, contaminated, autolysed (HL7 v2 table 0493): potassium leaks out of broken cells."""
# Preferred first. `issued` is when the result was released, later than the measurement: only when nothing
# else is known.
DATE_KEYS = ("effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued")


def read_observation(
    record: OpenedRecord,
    resource: Resource,
    *,
    index: CodeIndex,
    on: date,
    born: date | None,
    skip: Callable[[SkippedItem], None],
) -> list[FoundFact] | None:
    """The facts in one Observation; None when nothing in it is in the dictionary.

    What is in the dictionary but can't be used goes to ``skip`` with its reason. Entered-in-error and
    cancelled observations are passed over in silence: their author took them back.
    """
    parts = _parts_in_dictionary(resource.node, index, skip)
    if parts is None:
        return None
    node = resource.node
    try:
        if node.text("status") in WITHDRAWN_STATUS:
            return []
        when = _check_whole(record, resource, on=on, born=born)
    except Unusable as problem:
        for part, fact, _coding in parts:
            skip(_skipped(problem, fact, part, None))
        return []
    found_facts = []
    condition = _poor_sample(record, node)
    for part, fact, coding in parts:
        try:
            if condition is not None:
                raise Unusable(Reason.POOR_SAMPLE, node.at("specimen"), condition=condition)
            found_facts.append(_found(part, fact, coding, when, node, index))
        except Unusable as trouble:
            skip(_skipped(trouble, fact, part, when.on, order=when.order))
    return found_facts


def _poor_sample(record: OpenedRecord, node: Node) -> str | None:
    """What was wrong with the sample, as the laboratory says in the Specimen; None when nothing is said."""
    specimen = node.child("specimen")
    reference = (specimen.text("reference") or "") if specimen is not None else ""
    if reference.startswith("#"):
        inside = (one for one in node.children("contained") if one.text("id") == reference[1:])
        found = next(inside, None)
    else:
        resolved = record.resolve(reference) if reference else None
        found = resolved.node if resolved is not None else None
    if found is None:
        return None
    for concept in found.children("condition"):
        for coding in concept.own_codings():
            if coding.system == SPECIMEN_CONDITION and coding.code in POOR_CONDITIONS:
                return coding.display or coding.code
    return None


def _parts_in_dictionary(
    node: Node, index: CodeIndex, skip: Callable[[SkippedItem], None]
) -> list[tuple[Node, Fact, Coding]] | None:
    """The Observation itself and its components, as far as their code is in the dictionary."""
    parts: list[tuple[Node, Fact, Coding]] = []
    known = False
    try:
        candidates = [node, *node.children("component")]
    except Unusable:
        candidates = [node]
    for part in candidates:
        try:
            matches = index.facts_for(part.codings("code"))
        except Unusable as trouble:
            # Without a readable code nobody can say whether it matters: say so, once.
            skip(SkippedItem(reason=trouble.reason, where=trouble.where))
            known = True
            continue
        # A panel names its parts; only what carries a value (or says why not) is a measurement.
        if not matches or (part is node and not has_value(part) and part.has("component")):
            continue
        known = True
        if len({fact.name for fact, _coding in matches}) > 1:
            skip(SkippedItem(reason=Reason.AMBIGUOUS_CODE, where=part.at("code"), original=original_of(part)))
            continue
        parts.append((part, *matches[0]))
    return parts if known else None


def _check_whole(record: OpenedRecord, resource: Resource, *, on: date, born: date | None) -> When:
    """What must hold for everything in an Observation; gives its date, which is complete."""
    node = resource.node
    status = node.text("status") or ""
    if status not in USABLE_STATUS:
        raise Unusable(Reason.NOT_FINAL, node.at("status"), status=status)
    if not record.is_about_patient(resource):
        raise Unusable(Reason.NO_SUBJECT, node.at("subject"))
    if node.has("modifierExtension"):
        raise Unusable(Reason.UNKNOWN_MODIFIER, node.at("modifierExtension"))
    when = clinical_date(node, *DATE_KEYS, on=on, born=born)
    if when is None:
        raise Unusable(Reason.NO_DATE, node.path)
    if when.on is None:
        raise Unusable(Reason.INCOMPLETE_DATE, when.where, date=when.text)
    return when


def _found(part: Node, fact: Fact, coding: Coding, when: When, whole: Node, index: CodeIndex) -> FoundFact:
    read = read_value(part, fact, index=index)
    return FoundFact(
        name=fact.name,
        value=read.value,
        unit=fact.unit,
        on=when.on,
        at=when.at,
        original_value=read.original,
        original_unit=read.unit,
        code=coding,
        where=read.where,
        dated_by=when.where.removeprefix(f"{whole.path}."),
        order=when.order,
        unusual=read.unusual,
    )


def _skipped(
    trouble: Unusable, fact: Fact, part: Node, on: date | None, *, order: datetime | None = None
) -> SkippedItem:
    return SkippedItem(
        reason=trouble.reason,
        where=trouble.where,
        fact=fact.name,
        on=on,
        original=original_of(part),
        order=order,
        details=trouble.details,
    )
