"""Measurements: each Observation (and each component of a panel) whose code is in the dictionary becomes a
fact.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial

from anderhalf.core.decisions.facts import Fact, Value
from anderhalf.exchange.fhir.bundle import OpenedRecord, Resource
from anderhalf.exchange.fhir.dates import When, clinical_date
from anderhalf.exchange.fhir.dictionary import CodeIndex
from anderhalf.exchange.fhir.problems import Reason, SkippedItem, Unusable
from anderhalf.exchange.fhir.record import FoundFact, Unread
from anderhalf.exchange.fhir.tree import Coding, Node
from anderhalf.exchange.fhir.values import ReadValue, has_value, original_of, read_value
from anderhalf.exchange.fhir.whose import check_is_about_patient, points_at_patient

USABLE_STATUS = frozenset({"final", "amended", "corrected"})
# Why there is no value (HL7 data-absent-reason): nothing was measured, so an older value stays the newest.
NOT_DONE = frozenset({"not-performed", "not-asked", "asked-declined", "not-applicable"})
CORRECTIONS = frozenset({"amended", "corrected"})
# No result of this patient, or none at all: of anything else that is refused the value is looked at for danger.
NO_READING = frozenset(
    {Reason.OTHER_SUBJECT, Reason.OTHER_FOCUS, Reason.AFTER_DEATH, Reason.WITHDRAWN, Reason.NOT_DONE}
)
WITHDRAWN_STATUS = {"entered-in-error": Reason.WITHDRAWN, "cancelled": Reason.CANCELLED}
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
    died: date | None,
    skip: Callable[[SkippedItem], None],
) -> list[FoundFact] | None:
    """The facts in one Observation; None when nothing in it is in the dictionary.

    What is in the dictionary but can't be used goes to ``skip`` with its reason, also what its author took back
    (entered in error, cancelled): the older value that then is the newest never stands there without that word.
    """
    parts = _parts_in_dictionary(resource.node, index, skip)
    if parts is None:
        return None
    node = resource.node
    when: When | None = None
    try:
        # The day first: what is refused for another reason still has one, and may be newer than what is read.
        when = _day_of(node, on=on, born=born)
        _check_whole(record, resource, when, died=died)
    except Unusable as problem:
        for part, fact, coding in parts:
            read = partial(
                read_value, part, fact, index=index, code=coding.code if coding else "", on=on, born=born
            )
            skip(_skipped(problem, fact, part, when, node, values=_for_danger(problem, read)))
        return []
    found_facts = []
    condition = _poor_sample(record, node)
    for part, fact, coding in parts:
        try:
            if coding is None:
                raise Unusable(Reason.AMBIGUOUS_CODE, part.at("code"))
            _check_part(part, node, condition)
            found_facts.append(_found(part, fact, coding, when, node, index, on=on, born=born))
        except Unusable as trouble:
            read = partial(
                read_value, part, fact, index=index, code=coding.code if coding else "", on=on, born=born
            )
            skip(_skipped(trouble, fact, part, when, node, values=_for_danger(trouble, read)))
    return found_facts


def facts_named(node: Node, index: CodeIndex) -> list[str]:
    """The facts that an Observation and its components are about, by their codes."""
    return [
        fact.name
        for part in (node, *node.children("component"))
        for fact, _coding in index.facts_for(part.codings("code"))
    ]


def readable_values(node: Node, index: CodeIndex, *, on: date) -> dict[str, tuple[Value, ...]]:
    """Per fact what an Observation that is not taken over would say: for danger only ("if this is right")."""
    found: dict[str, tuple[Value, ...]] = {}
    for part in (node, *node.children("component")):
        for fact, coding in index.facts_for(part.codings("code")):
            with suppress(Unusable):
                found[fact.name] = (
                    read_value(part, fact, index=index, code=coding.code, on=on, born=None).value,
                )
    return found


def unread_observation(resource: Resource, *, on: date, born: date | None) -> Unread | None:
    """A measurement whose code is not in the dictionary, for showing; None when it was withdrawn or can't be read."""
    node = resource.node
    try:
        codings, label = node.codings("code"), node.wording("code").strip()
        if node.text("status") in WITHDRAWN_STATUS or not label:
            return None
    except Unusable:
        return None
    try:
        when = clinical_date(node, *DATE_KEYS, on=on, born=born)
    except Unusable:
        when = None
    code = codings[0] if codings else Coding("", "")
    return Unread(
        label=label, code=code, on=when.on if when else None, original=original_of(node), where=node.path
    )


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
) -> list[tuple[Node, Fact, Coding | None]] | None:
    """The Observation itself and its components, as far as their code is in the dictionary; without the code where
    it means more than one fact.
    """
    parts: list[tuple[Node, Fact, Coding | None]] = []
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
            skip(SkippedItem(reason=trouble.reason, where=trouble.where, kind="Observation"))
            known = True
            continue
        # A panel names its parts; only what carries a value (or says why not) is a measurement.
        if not matches or (part is node and not has_value(part) and part.has("component")):
            continue
        known = True
        if len({fact.name for fact, _coding in matches}) > 1:
            # Which of them it is nobody knows: for each it may be the newest result.
            parts += ((part, fact, None) for fact, _coding in matches)
            continue
        parts.append((part, *matches[0]))
    return parts if known else None


def _day_of(node: Node, *, on: date, born: date | None) -> When | None:
    return clinical_date(node, *DATE_KEYS, on=on, born=born)


def _check_whole(record: OpenedRecord, resource: Resource, when: When | None, *, died: date | None) -> None:
    """What must hold for everything in an Observation, its complete date included."""
    node = resource.node
    status = node.text("status") or ""
    check_is_about_patient(record, resource, node.at("subject"))
    if any(not points_at_patient(record, focus) for focus in node.children("focus")):
        raise Unusable(Reason.OTHER_FOCUS, node.at("focus"))
    if status in WITHDRAWN_STATUS:
        raise Unusable(WITHDRAWN_STATUS[status], node.at("status"))
    if status not in USABLE_STATUS:
        raise Unusable(Reason.NOT_FINAL, node.at("status"), status=status)
    if node.has("modifierExtension"):
        raise Unusable(Reason.UNKNOWN_MODIFIER, node.at("modifierExtension"))
    if when is None:
        raise Unusable(Reason.NO_DATE, node.path)
    if when.on is None:
        raise Unusable(Reason.INCOMPLETE_DATE, when.where, date=when.text)
    if died is not None and when.on > died:
        raise Unusable(Reason.AFTER_DEATH, when.where, date=when.text)


def _check_part(part: Node, whole: Node, condition: str | None) -> None:
    """What must hold for one value: a good sample, and no word beside it that there is none."""
    if condition is not None:
        raise Unusable(Reason.POOR_SAMPLE, whole.at("specimen"), condition=condition)
    if part.has("dataAbsentReason") and has_value(part):
        said = part.wording("dataAbsentReason")
        raise Unusable(Reason.VALUE_AND_ABSENT, part.at("dataAbsentReason"), said=said)
    if part.code_of_status("dataAbsentReason") in NOT_DONE:
        raise Unusable(Reason.NOT_DONE, part.at("dataAbsentReason"))


def _found(
    part: Node,
    fact: Fact,
    coding: Coding,
    when: When | None,
    whole: Node,
    index: CodeIndex,
    *,
    on: date,
    born: date | None,
) -> FoundFact:
    if when is None:
        raise Unusable(Reason.NO_DATE, whole.path)
    read = read_value(part, fact, index=index, code=coding.code, on=on, born=born)
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
        corrected=whole.text("status") in CORRECTIONS,
    )


def _for_danger(problem: Unusable, read: Callable[[], ReadValue]) -> tuple[Value, ...]:
    """The value of a result that is refused for its date, its status or what stands beside it: never taken over, and
    looked at for danger."""
    if problem.reason in NO_READING:
        return ()
    try:
        return (read().value,)
    except Unusable:
        return ()


def _skipped(
    trouble: Unusable,
    fact: Fact,
    part: Node,
    when: When | None,
    whole: Node,
    *,
    values: tuple[Value, ...] = (),
) -> SkippedItem:
    return SkippedItem(
        reason=trouble.reason,
        where=trouble.where,
        fact=fact.name,
        on=when.on if when is not None else None,
        original=original_of(part),
        order=when.order if when is not None else None,
        timed=when is not None and when.at is not None,
        corrects=str(whole.content.get("status")) in CORRECTIONS,
        kind="Observation",
        values=values,
        details=trouble.details,
    )
