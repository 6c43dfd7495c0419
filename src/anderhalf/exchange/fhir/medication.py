"""Medication: what the patient uses, with ATC from the file or looked up from RxNorm."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import resources

from anderhalf.exchange.fhir.bundle import OpenedRecord, Resource
from anderhalf.exchange.fhir.dates import clinical_date, read_when
from anderhalf.exchange.fhir.dictionary import ATC, RXNORM, CodeIndex, system_name
from anderhalf.exchange.fhir.problems import Reason, Unusable
from anderhalf.exchange.fhir.record import FoundMedication
from anderhalf.exchange.fhir.tree import Coding, Node

MEDICATION_TYPES = ("MedicationRequest", "MedicationStatement")
WITHDRAWN = frozenset({"entered-in-error", "cancelled", "draft", "not-taken", "intended"})
# Where each type says since when, or at least as of when, it holds.
DATE_KEYS = {
    "MedicationRequest": ("authoredOn",),
    "MedicationStatement": ("dateAsserted", "effectiveDateTime"),
}
# A plan, proposal or option is not (yet) medication.
ORDER_INTENTS = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})


def read_medication(
    record: OpenedRecord, resource: Resource, *, index: CodeIndex, on: date, born: date | None
) -> FoundMedication | None:
    """One prescription or reported use; None for what was never given (draft, cancelled, entered in error).

    Raises :class:`Unusable` when a date is impossible, it says *do not* give, it is only proposed, or nothing
    tells which drug it is.
    """
    node = resource.node
    status = node.text("status") or "unknown"
    if status in WITHDRAWN:
        return None
    if node.boolean("doNotPerform") or node.has("modifierExtension"):
        raise Unusable(
            Reason.UNKNOWN_MODIFIER,
            node.at("doNotPerform" if node.has("doNotPerform") else "modifierExtension"),
        )
    if resource.type == "MedicationRequest" and node.text("intent") not in ORDER_INTENTS:
        raise Unusable(Reason.NOT_FINAL, node.at("intent"), status=node.text("intent") or "")
    started = clinical_date(node, *DATE_KEYS[resource.type], on=on, born=born)
    drug = _drug(record, node)
    codings, text = drug.own_codings(), _wording(drug)
    if not text.strip():
        raise Unusable(Reason.NO_VALUE, drug.path)
    atc = atc_of(codings)
    return FoundMedication(
        text=text,
        codings=codings,
        atc=atc,
        classes=index.drug_classes(codings, atc),
        active=status == "active" and not _has_ended(node, on),
        status=status,
        started=started.on if started else None,
        order=started.order if started else None,
        dosage=_dosage(node),
        where=node.path,
        drug_where=drug.path,
    )


def atc_of(codings: tuple[Coding, ...]) -> tuple[str, ...]:
    """The ATC codes of a drug: those in the file, else those that belong to its RxNorm codes."""
    written = tuple(dict.fromkeys(c.code for c in codings if system_name(c.system) == ATC))
    if written:
        return written
    table = rxnorm_to_atc()
    return tuple(
        dict.fromkeys(table[c.code] for c in codings if system_name(c.system) == RXNORM and c.code in table)
    )


@lru_cache(maxsize=1)
def rxnorm_to_atc() -> Mapping[str, str]:
    """RxNorm code → ATC code, from ``rxnorm_hf.toml`` beside this module."""
    text = resources.files("anderhalf.exchange.fhir").joinpath("rxnorm_hf.toml").read_text(encoding="utf-8")
    return {drug["rxnorm"]: drug["atc"] for drug in tomllib.loads(text)["drug"]}


def _drug(record: OpenedRecord, node: Node) -> Node:
    """The CodeableConcept that names the drug: in place, in a contained Medication, or elsewhere in
    the file.
    """
    concept = node.child("medicationCodeableConcept")
    if concept is not None:
        return concept
    reference = node.child("medicationReference")
    address = (reference.text("reference") or "") if reference is not None else ""
    if reference is None or not address:
        raise Unusable(Reason.NO_VALUE, node.path)
    if address.startswith("#"):
        medication = next(
            (item for item in node.children("contained") if item.content.get("id") == address[1:]), None
        )
    else:
        target = record.resolve(address)
        medication = target.node if target is not None and target.type == "Medication" else None
    concept = medication.child("code") if medication is not None else None
    if concept is None:
        raise Unusable(Reason.NO_VALUE, reference.at("reference"))
    return concept


def _wording(concept: Node) -> str:
    codings = concept.own_codings()
    shown = next((coding.display for coding in codings if coding.display), "")
    return concept.text("text") or shown or next((coding.code for coding in codings), "")


def _has_ended(node: Node, on: date) -> bool:
    period = node.child("effectivePeriod")
    if period is None or not period.has("end"):
        return False
    ended = read_when(period, "end")
    return ended is not None and ended.on is not None and ended.on < on


def _dosage(node: Node) -> str:
    key = "dosageInstruction" if node.has("dosageInstruction") else "dosage"
    return "; ".join(text for item in node.children(key) if (text := item.text("text")))
