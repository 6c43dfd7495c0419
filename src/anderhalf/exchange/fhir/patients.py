"""The patient of a record: name, birth date, sex and BSN."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

from anderhalf.apps.people.identifiers import normalise_bsn
from anderhalf.exchange.fhir.bundle import Resource
from anderhalf.exchange.fhir.dates import check_when, read_when
from anderhalf.exchange.fhir.names import read_name
from anderhalf.exchange.fhir.problems import Reason, SkippedItem
from anderhalf.exchange.fhir.record import PatientDetails
from anderhalf.exchange.fhir.tree import Node
from anderhalf.exchange.fhir.whose import BSN_SYSTEMS

SEXES = frozenset({"male", "female", "other", "unknown"})


def read_patient(patient: Resource, *, on: date) -> tuple[PatientDetails, list[SkippedItem]]:
    """The details of the patient, and what could not be used of them.

    Raises :class:`Unusable` when the birth date is impossible or in the future: then every other date in the
    record is in doubt too.
    """
    node = patient.node
    skipped: list[SkippedItem] = []
    born = read_when(node, "birthDate")
    if born is not None:
        check_when(born, on=on, born=None)
        if born.on is None:
            skipped.append(SkippedItem(reason=Reason.INCOMPLETE_DATE, where=born.where, original=born.text))
    died = read_when(node, "deceasedDateTime")
    if died is not None:
        check_when(died, on=on, born=born.on if born else None)
    gender = node.text("gender") or "unknown"
    if gender not in SEXES:
        skipped.append(SkippedItem(reason=Reason.UNKNOWN_ANSWER, where=node.at("gender"), original=gender))
        gender = "unknown"
    name = read_name(node, on=on)
    details = PatientDetails(
        family=name.family,
        given=name.given,
        given_name=name.given_name,
        initials=name.initials,
        prefix=name.prefix,
        name_text=name.text,
        birth_date=born.on if born else None,
        sex=gender,
        bsn=_read_bsn(node, skipped),
        deceased=died is not None or node.boolean("deceasedBoolean") is True,
        deceased_on=died.on if died else None,
        where=node.path,
    )
    return details, skipped


def _read_bsn(node: Node, skipped: list[SkippedItem]) -> str | None:
    """The one valid BSN that is not an old one. An invalid one is reported without repeating it; two different ones
    count as none.
    """
    found: dict[str, str] = {}
    for identifier in node.children("identifier"):
        if identifier.text("system") not in BSN_SYSTEMS or identifier.text("use") == "old":
            continue
        value = identifier.text("value")
        if value is None:
            continue
        try:
            found.setdefault(normalise_bsn(value), identifier.at("value"))
        except ValidationError:
            skipped.append(SkippedItem(reason=Reason.BAD_BSN, where=identifier.at("value")))
    if len(found) > 1:
        skipped.append(SkippedItem(reason=Reason.CONFLICTING_COPIES, where=node.at("identifier")))
        return None
    return next(iter(found), None)
