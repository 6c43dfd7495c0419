"""Medication: which drug it is (ATC from the file, a local table or RxNorm) and whether it is used."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from importlib import resources

from anderhalf.exchange.fhir.bundle import OpenedRecord, Resource
from anderhalf.exchange.fhir.dates import clinical_date
from anderhalf.exchange.fhir.dictionary import ATC, RXNORM, CodeIndex, system_name
from anderhalf.exchange.fhir.drug_codes import atc_of_dutch
from anderhalf.exchange.fhir.problems import Reason, Unusable
from anderhalf.exchange.fhir.record import FoundMedication
from anderhalf.exchange.fhir.tree import Coding, Node
from anderhalf.exchange.fhir.usage import (
    NICTIZ,
    Doubt,
    Period,
    Use,
    extension,
    has_other_modifier,
    period_of,
    rendered_dosage,
    stops,
    supply_lasts_until,
    treatment_of,
)

DISPENSE = "MedicationDispense"
MEDICATION_TYPES = ("MedicationRequest", "MedicationStatement", DISPENSE)
WITHDRAWN = frozenset({"entered-in-error", "cancelled", "draft", "intended", "preparation", "declined"})
# Where each type says since when, or at least as of when, it holds.
DATE_KEYS = {
    "MedicationRequest": ("authoredOn",),
    "MedicationStatement": ("dateAsserted", "effectiveDateTime"),
    DISPENSE: ("whenHandedOver", "whenPrepared"),
}
# A plan, proposal or option is not (yet) medication.
ORDER_INTENTS = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
DESCRIPTION = NICTIZ + "ext-PharmaceuticalProduct.Description"
_DOUBTS = {"unknown": Doubt.STATUS, "on-hold": Doubt.ON_HOLD}


def read_medication(
    record: OpenedRecord,
    resource: Resource,
    *,
    index: CodeIndex,
    on: date,
    born: date | None,
    as_of: date | None,
) -> FoundMedication | None:
    """One prescription, reported use or dispense; None for what was never given (draft, entered in error).
    ``as_of`` is the day of the file: what it calls in use was so then.

    Raises :class:`Unusable` when a date is impossible, something unknown changes its meaning, it says *do not*
    give, it is only proposed, or nothing tells which drug it is.
    """
    node = resource.node
    status = node.text("status") or "unknown"
    if status in WITHDRAWN:
        return None
    if node.boolean("doNotPerform") or has_other_modifier(node):
        raise Unusable(
            Reason.UNKNOWN_MODIFIER,
            node.at("doNotPerform" if node.has("doNotPerform") else "modifierExtension"),
        )
    if resource.type == "MedicationRequest" and node.text("intent") not in ORDER_INTENTS:
        raise Unusable(Reason.NOT_FINAL, node.at("intent"), status=node.text("intent") or "")
    started = clinical_date(node, *DATE_KEYS[resource.type], on=on, born=born)
    codings, text, where = _drug(record, node)
    if not text.strip():
        raise Unusable(Reason.NO_VALUE, where)
    period = period_of(node)
    use, doubt = _use(resource.type, node, status, period, on)
    atc = atc_of(codings)
    if resource.type == DISPENSE and use is Use.TO_CONFIRM:
        lasts = supply_lasts_until(node, started.on if started else None)
        use = Use.ENDED if lasts is not None and lasts < on else use
    return FoundMedication(
        text=text,
        codings=codings,
        atc=atc,
        classes=index.drug_classes(codings, atc),
        kind=resource.type,
        use=use,
        doubt=doubt,
        treatment=treatment_of(node),
        prior=_prior(record, node),
        period=period,
        status=status,
        started=started.on if started else None,
        order=started.order if started else None,
        held_on=max((day for day in (started and started.on, as_of) if day), default=None),
        dosage=_dosage(node),
        where=node.path,
        drug_where=where,
    )


def settle(items: Sequence[FoundMedication], *, on: date) -> list[FoundMedication]:
    """What the items say about each other: a stop ends its treatment, reported non-use is asked, and a dispense of
    what is agreed says nothing new.
    """
    return [_settled(item, items, on) if item.use in (Use.IN_USE, Use.TO_CONFIRM) else item for item in items]


def _settled(item: FoundMedication, items: Sequence[FoundMedication], on: date) -> FoundMedication:
    stopped = [_stopped_by(stop, item, on) for stop in items if stop.use is Use.STOP]
    doubts = [said for said in stopped if said is not None]
    if Use.ENDED in doubts or (item.kind == DISPENSE and _is_agreed(item, items)):
        return replace(item, use=Use.ENDED)
    if doubts:
        return replace(item, use=Use.TO_CONFIRM, doubt=Doubt.MAYBE_STOPPED)
    if any(said.use is Use.NOT_TAKEN and _not_before(said, item) and belongs(said, item) for said in items):
        return replace(item, use=Use.TO_CONFIRM, doubt=Doubt.NOT_TAKEN)
    return item


def _is_agreed(item: FoundMedication, items: Sequence[FoundMedication]) -> bool:
    return any(other.kind != DISPENSE and belongs(other, item) for other in items)


def _stopped_by(stop: FoundMedication, item: FoundMedication, on: date) -> Use | None:
    """What a stop agreement makes of an item: ended, to be confirmed, or nothing."""
    ended, begins = stop.period.end or stop.started, item.period.start
    if not _not_before(stop, item) or (ended is not None and ended > on):
        return None
    if item.where == stop.prior:
        return Use.ENDED
    if not stop.treatment or not item.treatment:
        # It does not say which treatment it ends: nobody can be sure about the same drug.
        return Use.TO_CONFIRM if not stop.prior and same_drug(stop, item) else None
    if stop.treatment != item.treatment:
        return None
    if begins is None or ended is None or begins < ended:
        return Use.ENDED
    # A change is a stop and a new agreement of the same day; without a word about what it follows, ask.
    unclear = begins == ended and not item.prior and item.order == stop.order
    return Use.TO_CONFIRM if unclear else None


def _not_before(later: FoundMedication, item: FoundMedication) -> bool:
    """Whether one was written on or after the other; without a date nobody can say that it was earlier."""
    return later.order is None or item.order is None or later.order >= item.order


def belongs(one: FoundMedication, other: FoundMedication) -> bool:
    """Whether two items are about the same treatment; without a treatment, about the same drug."""
    if one.treatment and other.treatment:
        return one.treatment == other.treatment
    return same_drug(one, other)


def same_drug(one: FoundMedication, other: FoundMedication) -> bool:
    """Whether two items name the same drug: a code in common, else the same words."""
    if set(one.atc) & set(other.atc):
        return True
    mine, yours = ({(code.system, code.code) for code in item.codings} for item in (one, other))
    return bool(mine & yours) or one.text.casefold() == other.text.casefold()


def atc_of(codings: tuple[Coding, ...]) -> tuple[str, ...]:
    """The ATC codes of a drug: those in the file, else those of its Dutch codes (by the local table) or RxNorm."""
    written = tuple(dict.fromkeys(c.code for c in codings if system_name(c.system) == ATC))
    if written:
        return written
    dutch = tuple(dict.fromkeys(atc for c in codings for atc in atc_of_dutch(c.system, c.code)))
    if dutch:
        return dutch
    table = rxnorm_to_atc()
    return tuple(
        dict.fromkeys(table[c.code] for c in codings if system_name(c.system) == RXNORM and c.code in table)
    )


@lru_cache(maxsize=1)
def rxnorm_to_atc() -> Mapping[str, str]:
    """RxNorm code → ATC code, from ``rxnorm_hf.toml`` beside this module."""
    text = resources.files("anderhalf.exchange.fhir").joinpath("rxnorm_hf.toml").read_text(encoding="utf-8")
    return {drug["rxnorm"]: drug["atc"] for drug in tomllib.loads(text)["drug"]}


def name_of(node: Node) -> str:
    """What a resource is called in the file: its code in words, or the drug in place or by reference."""
    drug = node.child("medicationCodeableConcept")
    if drug is not None:
        return _wording(drug)
    reference = node.child("medicationReference")
    return ((reference.text("display") or "") if reference is not None else "") or node.wording("code")


def _use(kind: str, node: Node, status: str, period: Period, on: date) -> tuple[Use, Doubt | None]:
    """Whether it is used, by itself. The period decides; only without an end does the status."""
    if stops(node):
        return Use.STOP, None
    if status == "not-taken":
        return Use.NOT_TAKEN, None
    doubt = Doubt.DISPENSED if kind == DISPENSE else _DOUBTS.get(status)
    if period.is_over(on) or (doubt is None and status != "active"):
        return Use.ENDED, None
    if kind != DISPENSE and period.is_ahead(on):
        doubt = Doubt.LATER
    return (Use.IN_USE if doubt is None else Use.TO_CONFIRM), doubt


def _drug(record: OpenedRecord, node: Node) -> tuple[tuple[Coding, ...], str, str]:
    """Codes, words and place of a drug: in place, in a contained Medication, elsewhere in the file, or (without the
    Medication itself) what the reference is called."""
    concept = node.child("medicationCodeableConcept")
    if concept is not None:
        return concept.own_codings(), _wording(concept), concept.path
    reference = node.child("medicationReference")
    if reference is None:
        raise Unusable(Reason.NO_VALUE, node.path)
    address, display = reference.text("reference") or "", reference.text("display") or ""
    medication = _medication(record, node, address)
    if medication is None:
        return (), display, reference.at("reference")
    found = medication.child("code")
    described = extension(medication, DESCRIPTION)
    codings = list(found.own_codings() if found is not None else ())
    parts = []
    for ingredient in medication.children("ingredient"):
        part = ingredient.child("itemCodeableConcept")
        if part is not None:
            codings += part.own_codings()
            parts.append(_wording(part))
    text = (
        (_wording(found) if found is not None else "")
        or ((described.text("valueString") or "") if described is not None else "")
        or display
        or " + ".join(part for part in parts if part)
    )
    return tuple(codings), text, found.path if found is not None else medication.path


def _medication(record: OpenedRecord, node: Node, address: str) -> Node | None:
    if address.startswith("#"):
        return next((one for one in node.children("contained") if one.content.get("id") == address[1:]), None)
    target = record.resolve(address) if address else None
    return target.node if target is not None and target.type == "Medication" else None


def _prior(record: OpenedRecord, node: Node) -> str:
    """The place in the file of the agreement that this one follows; empty when it names none of the file."""
    prior = node.child("priorPrescription")
    target = record.resolve(prior.text("reference") or "") if prior is not None else None
    return target.node.path if target is not None else ""


def _wording(concept: Node) -> str:
    codings = concept.own_codings()
    shown = next((coding.display for coding in codings if coding.display), "")
    return concept.text("text") or shown or next((coding.code for coding in codings), "")


def _dosage(node: Node) -> str:
    key = "dosageInstruction" if node.has("dosageInstruction") else "dosage"
    return rendered_dosage(node) or "; ".join(
        text for item in node.children(key) if (text := item.text("text"))
    )
