"""Whose record it is: the one patient of a file, under every address and number by which the file means that person."""

from __future__ import annotations

import re

from anderhalf.exchange.fhir.addresses import RELATIVE, base_and_tail, normal, unversioned
from anderhalf.exchange.fhir.bundle import SUBJECT_KEYS, OpenedRecord, Resource
from anderhalf.exchange.fhir.json_text import show
from anderhalf.exchange.fhir.problems import Notice, Reason, RecordRefused, Remark, Unusable
from anderhalf.exchange.fhir.tree import Node

BSN_SYSTEMS = frozenset(
    {"http://fhir.nl/fhir/NamingSystem/bsn", "urn:oid:2.16.840.1.113883.2.4.6.3"}
)  # source: VZVZ table of OIDs and naming systems
_BSN = "bsn"


def is_about_patient(record: OpenedRecord, resource: Resource) -> bool:
    """Whether the resource names its patient, being the patient of this record.

    ``check_subjects`` has already refused a record in which somebody else is named.
    """
    return any(
        _points_at_patient(record, subject)
        for key in SUBJECT_KEYS
        if (subject := resource.node.child(key)) is not None
    )


def check_is_about_patient(record: OpenedRecord, resource: Resource, where: str) -> None:
    """Raises Unusable for a resource that names nobody (it may be of this patient), or something else than a person."""
    if is_about_patient(record, resource):
        return
    named = [child for key in SUBJECT_KEYS if (child := resource.node.child(key)) is not None]
    # What is packed inside the resource can't be told from nobody.
    told = [one.text("reference") or "" for one in named]
    other = any(reference and not reference.startswith("#") for reference in told)
    raise Unusable(Reason.OTHER_SUBJECT if other else Reason.NO_SUBJECT, where)


def points_at_patient(record: OpenedRecord, reference: Node) -> bool:
    """Whether a reference (a focus, for instance) means the patient of this record."""
    return _points_at_patient(record, reference)


def find_patient(record: OpenedRecord, *, require_patient: bool) -> None:
    """The patient of the file. The same person may stand in it more than once: as the same copy, or as two entries
    with one BSN and no other birth date.

    Raises :class:`RecordRefused` for nobody, and for two persons.
    """
    patients = list(record.of_type("Patient"))
    if not patients:
        if require_patient:
            where = "Bundle.entry" if record.kind.startswith("Bundle") else record.kind
            raise RecordRefused(Reason.NO_PATIENT, where)
        return
    # The one that is in use goes before one that was replaced.
    chosen = next((one for one in patients if not _is_replaced(one)), patients[0])
    for other in patients:
        _check_same_person(chosen, other)
    if any(one.node.content != chosen.node.content for one in patients):
        record.notices.append(Notice(Remark.SAME_PERSON_TWICE, {"count": str(len(patients))}))
    if _is_replaced(chosen):
        record.notices.append(Notice(Remark.REPLACED, {}))
    record.patient, record.same_patient = chosen, tuple(patients)
    record.patient_addresses = frozenset(address for one in patients for address in one.addresses())
    record.patient_identifiers = frozenset(token for one in patients for token in _identifiers(one))


def check_subjects(record: OpenedRecord) -> None:
    """Every patient named in the record is one and the same, and is the patient the record holds.

    Without a patient in the file (single resources), all must at least name the same one.
    """
    servers: set[str] = set()
    for resource in record.resources:
        for key in SUBJECT_KEYS:
            # `subject` of some types is a list or a code; only references to a patient matter here.
            subject = resource.node.content.get(key)
            if not isinstance(subject, dict):
                continue
            named = Node(subject, resource.node.at(key))
            reference = unversioned(named.text("reference") or "")
            if not _names_a_patient(named, reference, record):
                continue
            if record.patient is None and not record.subject:
                record.subject = reference
            whole = base_and_tail(reference)
            servers |= {whole[0]} if whole is not None else set()
            if len(servers) > 1 or not _points_at_patient(record, named):
                raise RecordRefused(Reason.OTHER_PATIENT, named.path, found=show(reference))


def _points_at_patient(record: OpenedRecord, subject: Node) -> bool:
    reference = unversioned(subject.text("reference") or "")
    if record.patient is None:
        return bool(reference) and normal(reference) == normal(record.subject)
    if reference:
        if normal(reference) in record.patient_addresses:
            return True
        query = re.sub(r"\A(?:https?://\S+/)?Patient\?identifier=", "", reference)
        if query != reference:
            system, _, value = query.partition("|")
            return _token(system, value) in record.patient_identifiers
        whole = base_and_tail(reference)
        # Where the file gives its patient no address, the id decides: there is one patient.
        return whole is not None and any(
            whole[1] in one.addresses() and not one.full_url for one in record.same_patient
        )
    identifier = subject.child("identifier")
    if identifier is None:
        return False
    token = _token(identifier.text("system") or "", identifier.text("value") or "")
    return token in record.patient_identifiers


def _names_a_patient(subject: Node, reference: str, record: OpenedRecord) -> bool:
    """Whether a reference is to a patient: by its type, by its address, or because it is in the file
    as one.
    """
    if reference.startswith("#"):
        return False  # contained: identity can't be compared, so the item itself will not be used
    if subject.has("type"):
        return subject.text("type") == "Patient"
    if not reference:
        identifier = subject.child("identifier")
        return identifier is not None and record.patient is not None
    if "Patient/" in reference or "Patient?" in reference:
        return True
    target = record.resolve(reference)
    if target is not None:
        return target.type == "Patient"
    # An address without a type that leads nowhere in this file (urn:uuid:…) may well be another patient.
    return not RELATIVE.fullmatch(reference) and "/" not in reference


def _check_same_person(chosen: Resource, other: Resource) -> None:
    if other.node.content == chosen.node.content:
        return
    mine, yours = _bsn_of(chosen), _bsn_of(other)
    born, also = chosen.node.text("birthDate"), other.node.text("birthDate")
    if not mine or mine != yours:
        raise RecordRefused(Reason.SEVERAL_PATIENTS, other.node.path)
    if born and also and born != also:
        raise RecordRefused(Reason.SAME_BSN_OTHER_BIRTH, other.node.path)


def _is_replaced(patient: Resource) -> bool:
    return patient.node.boolean("active") is False or any(
        link.text("type") == "replaced-by" for link in patient.node.children("link")
    )


def _bsn_of(patient: Resource) -> set[str]:
    return {token for token in _identifiers(patient) if token.startswith(f"{_BSN}|")}


def _identifiers(patient: Resource) -> set[str]:
    return {
        token
        for one in patient.node.children("identifier")
        if one.text("use") != "old" and (token := _token(one.text("system") or "", one.text("value") or ""))
    }


def _token(system: str, value: str) -> str:
    """System and value; a BSN is the same under its address and its OID, with dots and without leading zeros."""
    if not system or not value:
        return ""
    if system in BSN_SYSTEMS:
        return f"{_BSN}|{''.join(sign for sign in value if sign.isdigit()).lstrip('0')}"
    return f"{system}|{value}"
