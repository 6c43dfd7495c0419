"""The patient of a record: name, birth date, sex and BSN."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

from anderhalf.apps.people.identifiers import normalise_bsn
from anderhalf.exchange.fhir.bundle import Resource
from anderhalf.exchange.fhir.dates import check_when, read_when
from anderhalf.exchange.fhir.problems import Reason, SkippedItem
from anderhalf.exchange.fhir.record import PatientDetails
from anderhalf.exchange.fhir.tree import Node

BSN_SYSTEMS = frozenset(
    {"http://fhir.nl/fhir/NamingSystem/bsn", "urn:oid:2.16.840.1.113883.2.4.6.3"}
)  # source: VZVZ table of OIDs and naming systems
SEXES = frozenset({"male", "female", "other", "unknown"})
# Which of several names is meant, best first (FHIR NameUse).
NAME_USES = ("official", "usual", "", "nickname", "temp", "anonymous", "old", "maiden")


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
    name = _best_name(node)
    details = PatientDetails(
        family=(name.text("family") or "") if name else "",
        given=name.texts("given") if name else (),
        prefix=" ".join(name.texts("prefix")) if name else "",
        name_text=(name.text("text") or "") if name else "",
        birth_date=born.on if born else None,
        sex=gender,
        bsn=_read_bsn(node, skipped),
        deceased=died is not None or node.boolean("deceasedBoolean") is True,
        deceased_on=died.on if died else None,
        where=node.path,
    )
    return details, skipped


def _best_name(node: Node) -> Node | None:
    names = list(node.children("name"))

    def rank(name: Node) -> int:
        use = name.text("use") or ""
        return NAME_USES.index(use) if use in NAME_USES else len(NAME_USES)

    return min(names, key=rank, default=None)


def _read_bsn(node: Node, skipped: list[SkippedItem]) -> str | None:
    """The one valid BSN. An invalid one is reported without repeating it; two different ones count as
    none.
    """
    found: dict[str, str] = {}
    for identifier in node.children("identifier"):
        if identifier.text("system") not in BSN_SYSTEMS:
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
