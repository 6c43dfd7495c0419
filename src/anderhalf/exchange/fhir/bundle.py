"""Opening a record: which resources it holds, whose it is, and what its references point at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from anderhalf.exchange.fhir.addresses import base_and_tail, normal
from anderhalf.exchange.fhir.dates import read_when
from anderhalf.exchange.fhir.json_text import parse_json, show
from anderhalf.exchange.fhir.problems import Notice, Reason, RecordRefused, Remark, Unusable
from anderhalf.exchange.fhir.tree import Node
from anderhalf.exchange.fhir.unpack import Limits, unpack
from anderhalf.exchange.fhir.xml_text import parse_xml

BUNDLE_TYPES = frozenset({"transaction", "collection", "document", "searchset", "message", "batch"})
# Single resources that say something about a patient; anything else uploaded on its own is the wrong file.
SINGLE_TYPES = frozenset(
    {
        "AllergyIntolerance", "CarePlan", "CareTeam", "Composition", "Condition", "Consent",
        "DiagnosticReport", "Encounter", "EpisodeOfCare", "Flag", "Goal", "Immunization",
        "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation", "Patient", "Procedure",
        "ServiceRequest", "Task",
    }
)  # fmt: skip
# Where a resource says whose it is.
SUBJECT_KEYS = ("subject", "patient", "for", "beneficiary")
_TYPE_NAME = re.compile(r"[A-Z][A-Za-z]{1,63}")


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

    def addresses(self) -> set[str]:
        """The references by which it can be meant: its full address and its relative one."""
        found = {normal(self.full_url)} if self.full_url else set()
        whole = base_and_tail(self.full_url)
        if self.id:
            found.add(f"{self.type}/{self.id}")
        elif whole is not None:
            found.add(whole[1])
        return found


@dataclass(slots=True)
class OpenedRecord:
    """The resources of a file, by type, with the one patient they are about (None for a single resource).

    ``same_patient`` holds every Patient of the file that is this person, ``notices`` what must be known of the file
    as a whole.
    """

    format: str
    kind: str
    resources: list[Resource]
    timestamp: date | None = None
    patient: Resource | None = None
    same_patient: tuple[Resource, ...] = ()
    patient_addresses: frozenset[str] = frozenset()
    patient_identifiers: frozenset[str] = frozenset()
    subject: str = ""
    notices: list[Notice] = field(default_factory=list)
    by_address: dict[str, Resource] = field(default_factory=dict)

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of these types, in the order of the file."""
        return (resource for resource in self.resources if resource.type in types)

    def counts(self) -> Counter[str]:
        """How many resources of each type."""
        return Counter(resource.type for resource in self.resources)

    def resolve(self, reference: str) -> Resource | None:
        """The resource in this file that a reference points at."""
        found = self.by_address.get(normal(reference))
        whole = base_and_tail(reference)
        if found is None and whole is not None:
            found = self.by_address.get(whole[1])
            # With a server of its own it is another resource that happens to have the same id.
            if found is not None and base_and_tail(found.full_url) is not None:
                found = None
        return found


def open_record(raw: bytes, *, limits: Limits, require_patient: bool) -> OpenedRecord:
    """Unpack, parse and check the outside of a record.

    Raises :class:`RecordRefused` when the file is unreadable, is no FHIR record, has no patient or more than
    one, or holds anything that is about another patient.
    """
    from anderhalf.exchange.fhir.whose import check_subjects, find_patient

    text = unpack(raw, limits=limits)
    is_xml = text.lstrip()[:1] == "<"
    tree = parse_xml(text, limits=limits) if is_xml else parse_json(text, limits=limits)
    if not isinstance(tree, dict):
        raise RecordRefused(Reason.NOT_FHIR, "")
    try:
        record = _open_tree(tree, "xml" if is_xml else "json", limits)
        find_patient(record, require_patient=require_patient)
        check_subjects(record)
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
    record = OpenedRecord(file_format, f"Bundle/{bundle_type}", [])
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
        for address in resource.addresses():
            record.by_address.setdefault(address, resource)
    if not record.resources:
        raise RecordRefused(Reason.EMPTY, "Bundle.entry")
    record.timestamp = _made_on(bundle, bundle_type, record)
    _say_when_incomplete(bundle, record)
    return record


def _made_on(bundle: Node, kind: str, record: OpenedRecord) -> date | None:
    """The day of the file: its timestamp, else that of the document in it, else the moment of the search."""
    when = read_when(bundle, "timestamp")
    if when is None and kind == "document":
        when = next((read_when(one.node, "date") for one in record.of_type("Composition")), None)
    meta = bundle.child("meta") if when is None and kind == "searchset" else None
    if meta is not None:
        when = read_when(meta, "lastUpdated")
    return when.on if when is not None else None


def _say_when_incomplete(bundle: Node, record: OpenedRecord) -> None:
    """Search results come in pages: one of more is not the whole record."""
    total = bundle.number("total")
    following = any(link.text("relation") == "next" for link in bundle.children("link"))
    short = total is not None and total > len(record.resources)
    if following or short:
        record.notices.append(
            Notice(
                Remark.MORE_PAGES,
                {"read": str(len(record.resources)), "total": total.text if total is not None else "–"},
            )
        )


def _type_of(tree: Mapping[str, Any], path: str) -> str:
    where = f"{path}.resourceType" if path else "resourceType"
    found = tree.get("resourceType")
    if not isinstance(found, str) or not _TYPE_NAME.fullmatch(found):
        raise RecordRefused(Reason.NOT_FHIR, where)
    return found
