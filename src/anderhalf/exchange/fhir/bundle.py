"""Opening a record: which resources it holds, whose it is, and what its references point at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from anderhalf.exchange.fhir.dates import read_when
from anderhalf.exchange.fhir.json_text import parse_json, show
from anderhalf.exchange.fhir.problems import Reason, RecordRefused, Unusable
from anderhalf.exchange.fhir.tree import Node
from anderhalf.exchange.fhir.unpack import Limits, unpack
from anderhalf.exchange.fhir.xml_text import parse_xml

BUNDLE_TYPES = frozenset({"transaction", "collection", "document", "searchset"})
# Single resources that say something about a patient; anything else uploaded on its own is the wrong file.
SINGLE_TYPES = frozenset(
    {
        "AllergyIntolerance", "CarePlan", "CareTeam", "Composition", "Condition", "Consent",
        "DiagnosticReport", "Encounter", "EpisodeOfCare", "Flag", "Goal", "Immunization",
        "MedicationRequest", "MedicationStatement", "Observation", "Patient", "Procedure",
        "ServiceRequest", "Task",
    }
)  # fmt: skip
# Where a resource says whose it is.
SUBJECT_KEYS = ("subject", "patient", "for", "beneficiary")
_TYPE_NAME = re.compile(r"[A-Z][A-Za-z]{1,63}")
_RELATIVE = re.compile(r"(?P<type>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9.-]{1,64})")
_VERSION = re.compile(r"/_history/[A-Za-z0-9.-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the file: its type, the address the bundle gives it, and its content."""

    type: str
    full_url: str
    node: Node

    @property
    def id(self) -> str:
        """The logical id, or empty."""
        value = self.node.content.get("id")
        return value if isinstance(value, str) else ""


@dataclass(slots=True)
class OpenedRecord:
    """The resources of a file, by type, with the one patient they are about (None for a single resource)."""

    format: str
    kind: str
    resources: list[Resource]
    timestamp: date | None = None
    patient: Resource | None = None
    subject: str = ""
    addresses: dict[str, Resource] = field(default_factory=dict)

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of these types, in the order of the file."""
        return (resource for resource in self.resources if resource.type in types)

    def counts(self) -> Counter[str]:
        """How many resources of each type."""
        return Counter(resource.type for resource in self.resources)

    def resolve(self, reference: str) -> Resource | None:
        """The resource in this file that a reference points at."""
        return self.addresses.get(_VERSION.sub("", reference))

    def is_about_patient(self, resource: Resource) -> bool:
        """Whether the resource names its patient, being the patient of this record.

        ``check_subjects`` has already refused a record in which somebody else is named.
        """
        return any(
            self._points_at_patient(subject)
            for key in SUBJECT_KEYS
            if (subject := resource.node.child(key)) is not None
        )

    def _points_at_patient(self, subject: Node) -> bool:
        reference = _VERSION.sub("", subject.text("reference") or "")
        if self.patient is None:
            return bool(reference) and reference == self.subject
        if reference:
            if reference in _own_addresses(self.patient):
                return True
            query = reference.removeprefix("Patient?identifier=")
            if query != reference:
                return query in _identifiers(self.patient)
            return False
        identifier = subject.child("identifier")
        return identifier is not None and _token(identifier) in _identifiers(self.patient)


def open_record(raw: bytes, *, limits: Limits, require_patient: bool) -> OpenedRecord:
    """Unpack, parse and check the outside of a record.

    Raises :class:`RecordRefused` when the file is unreadable, is no FHIR record, has no patient or more than
    one, or holds anything that is about another patient.
    """
    text = unpack(raw, limits=limits)
    is_xml = text.lstrip()[:1] == "<"
    tree = parse_xml(text, limits=limits) if is_xml else parse_json(text, limits=limits)
    if not isinstance(tree, dict):
        raise RecordRefused(Reason.NOT_FHIR, "")
    try:
        record = _open_tree(tree, "xml" if is_xml else "json", limits)
        _find_patient(record, require_patient=require_patient)
        _check_subjects(record)
    except Unusable as problem:
        raise problem.refusal() from None
    return record


def _open_tree(tree: Mapping[str, Any], file_format: str, limits: Limits) -> OpenedRecord:
    kind = _type_of(tree, "")
    if kind != "Bundle":
        if kind not in SINGLE_TYPES:
            raise RecordRefused(Reason.WRONG_RESOURCE, "resourceType", found=kind)
        return OpenedRecord(file_format, kind, [Resource(kind, "", Node(tree, kind))])
    bundle = Node(tree, "Bundle")
    bundle_type = bundle.text("type") or ""
    if bundle_type not in BUNDLE_TYPES:
        raise RecordRefused(Reason.WRONG_BUNDLE, "Bundle.type", found=show(bundle_type))
    stamped = read_when(bundle, "timestamp")
    record = OpenedRecord(file_format, f"Bundle/{bundle_type}", [], stamped.on if stamped else None)
    for entry in bundle.children("entry"):
        content = entry.child("resource")
        if content is None:
            continue
        if len(record.resources) >= limits.resources:
            raise RecordRefused(Reason.TOO_MANY, entry.path, limit=str(limits.resources))
        resource_type = _type_of(content.content, content.path)
        if resource_type == "Bundle":
            raise RecordRefused(Reason.WRONG_RESOURCE, content.path, found="Bundle")
        resource = Resource(resource_type, entry.text("fullUrl") or "", content)
        record.resources.append(resource)
        for address in _own_addresses(resource):
            record.addresses.setdefault(address, resource)
    if not record.resources:
        raise RecordRefused(Reason.EMPTY, "Bundle.entry")
    return record


def _type_of(tree: Mapping[str, Any], path: str) -> str:
    where = f"{path}.resourceType" if path else "resourceType"
    found = tree.get("resourceType")
    if not isinstance(found, str) or not _TYPE_NAME.fullmatch(found):
        raise RecordRefused(Reason.NOT_FHIR, where)
    return found


def _find_patient(record: OpenedRecord, *, require_patient: bool) -> None:
    patients = list(record.of_type("Patient"))
    if len(patients) > 1:
        raise RecordRefused(Reason.SEVERAL_PATIENTS, patients[1].node.path)
    if patients:
        record.patient = patients[0]
    elif require_patient:
        raise RecordRefused(
            Reason.NO_PATIENT, "Bundle.entry" if record.kind.startswith("Bundle") else record.kind
        )


def _check_subjects(record: OpenedRecord) -> None:
    """Every patient named in the record is one and the same, and is the patient the record holds.

    Without a patient in the file (single resources), all must at least name the same one.
    """
    for resource in record.resources:
        for key in SUBJECT_KEYS:
            # `subject` of some types is a list or a code; only references to a patient matter here.
            subject = resource.node.content.get(key)
            if not isinstance(subject, dict):
                continue
            named = Node(subject, resource.node.at(key))
            reference = _VERSION.sub("", named.text("reference") or "")
            if not _names_a_patient(named, reference, record):
                continue
            if record.patient is None and not record.subject:
                record.subject = reference
            if not record._points_at_patient(named):
                raise RecordRefused(Reason.OTHER_PATIENT, named.path, found=show(reference))


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
    if "Patient/" in reference or reference.startswith("Patient?"):
        return True
    target = record.resolve(reference)
    if target is not None:
        return target.type == "Patient"
    # An address without a type that leads nowhere in this file (urn:uuid:…) may well be another patient.
    return not _RELATIVE.fullmatch(reference) and "/" not in reference


def _own_addresses(resource: Resource) -> set[str]:
    """The references by which a resource of this file can be meant: its full address and its relative one."""
    addresses = {resource.full_url} if resource.full_url else set()
    if resource.id:
        addresses.add(f"{resource.type}/{resource.id}")
    return addresses


def _identifiers(patient: Resource) -> set[str]:
    return {token for identifier in patient.node.children("identifier") if (token := _token(identifier))}


def _token(identifier: Node) -> str:
    system, value = identifier.text("system"), identifier.text("value")
    return f"{system}|{value}" if system and value else ""
