"""Problems and contacts of the patient."""

from __future__ import annotations

from datetime import date

from anderhalf.exchange.fhir.bundle import Resource
from anderhalf.exchange.fhir.dates import When, check_when, clinical_date, read_when
from anderhalf.exchange.fhir.problems import Reason, Unusable
from anderhalf.exchange.fhir.record import FoundCondition, FoundEncounter
from anderhalf.exchange.fhir.tree import Coding, Node

ACTIVE = frozenset({"active", "recurrence", "relapse"})
NOT_ACTIVE = frozenset({"inactive", "remission", "resolved"})
WITHDRAWN = frozenset({"entered-in-error", "refuted"})
# What was written down but is not (yet) sure: listed, and never a "yes" in the dictionary.
UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
# HL7 ActCode: inpatient, acute and non-acute inpatient.
ADMISSION_CLASSES = frozenset({"IMP", "ACUTE", "NONAC"})
NEVER_HAPPENED = frozenset({"planned", "cancelled", "entered-in-error", "unknown"})


def read_condition(resource: Resource, *, on: date, born: date | None) -> FoundCondition | None:
    """One problem; None when it was withdrawn (entered in error, refuted).

    Raises :class:`Unusable` when a date in it is impossible, in the future or before birth.
    """
    node = resource.node
    verification = node.code_of_status("verificationStatus")
    if verification in WITHDRAWN:
        return None
    status = node.code_of_status("clinicalStatus")
    onset = clinical_date(node, "onsetDateTime", "onsetPeriod", on=on, born=born)
    recorded = clinical_date(node, "recordedDate", on=on, born=born)
    ended = _ended(node, on, born)
    return FoundCondition(
        text=_required_wording(node),
        codings=node.codings("code"),
        active=_is_active(status),
        status=status,
        verification=verification,
        onset=onset.on if onset else None,
        onset_text=onset.text if onset else "",
        recorded=recorded.on if recorded else None,
        abatement=ended.on if ended else None,
        ended=_has_ended(node, ended),
        where=node.path,
    )


def read_encounter(resource: Resource, *, on: date, born: date | None) -> FoundEncounter | None:
    """One contact that took place; None when it was only planned, cancelled or entered in error."""
    node = resource.node
    if (node.text("status") or "unknown") in NEVER_HAPPENED:
        return None
    kind = node.child("class")
    period = node.child("period")
    start = _checked(read_when(period, "start"), on, born) if period else None
    end = _checked(read_when(period, "end"), on, born) if period else None
    if start and end and end.order < start.order:
        raise Unusable(Reason.IMPOSSIBLE_DATE, end.where, date=end.text)
    reasons: list[Coding] = []
    words: list[str] = []
    for reason in node.children("reasonCode"):
        reasons += reason.own_codings()
        words += [word for word in (reason.text("text"), *(c.display for c in reason.own_codings())) if word][
            :1
        ]
    types = [word for item in node.children("type") if (word := _wording_of(item))]
    return FoundEncounter(
        kind=(kind.text("code") or "") if kind else "",
        text=", ".join(types),
        reason=", ".join(words),
        reason_codings=tuple(reasons),
        start=start.on if start else None,
        end=end.on if end else None,
        order=start.order if start else None,
        where=node.path,
    )


def latest(encounters: list[FoundEncounter]) -> FoundEncounter | None:
    """The contact that started last; those without a date can't be it."""
    dated = [
        (encounter.order, index) for index, encounter in enumerate(encounters) if encounter.order is not None
    ]
    return encounters[max(dated)[1]] if dated else None


def admissions(encounters: list[FoundEncounter]) -> list[FoundEncounter]:
    """The contacts that were hospital admissions."""
    return [encounter for encounter in encounters if encounter.kind in ADMISSION_CLASSES]


def _is_active(status: str) -> bool | None:
    if status in ACTIVE:
        return True
    return False if status in NOT_ACTIVE else None


def _ended(node: Node, on: date, born: date | None) -> When | None:
    """When it ended. An end that is still to come is no end, and no reason to lose the problem."""
    try:
        return clinical_date(node, "abatementDateTime", "abatementPeriod", on=on, born=born)
    except Unusable as problem:
        if problem.reason is Reason.FUTURE_DATE:
            return None
        raise


def _has_ended(node: Node, ended: When | None) -> bool:
    """Whether the file says that the problem is over: a day that has come, an age, or words."""
    if ended is not None:
        return True
    if node.boolean("abatementBoolean"):
        return True
    return any(node.has(key) for key in ("abatementAge", "abatementRange", "abatementString"))


def _required_wording(node: Node) -> str:
    wording = node.wording("code")
    if not wording.strip():
        raise Unusable(Reason.NO_VALUE, node.at("code"))
    return wording


def _wording_of(concept: Node) -> str:
    codings = concept.own_codings()
    return concept.text("text") or next((coding.display for coding in codings if coding.display), "")


def _checked(when: When | None, on: date, born: date | None) -> When | None:
    return check_when(when, on=on, born=born) if when is not None else None
