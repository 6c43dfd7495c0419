"""contracts.toml: what each insurer pays per centre, checked for gaps and overlaps in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from anderhalf.content.agreement import Centre, Organisation
from anderhalf.content.network import known_organisation
from anderhalf.content.schedule import unique_ids
from anderhalf.content.toml import Section
from anderhalf.core.contracts.model import (
    DIRECTIONS,
    PER,
    SERVICES,
    Contract,
    ContractTerms,
    DeductibleAmount,
)


def read_contracts(
    root: Section, organisations: Mapping[str, Organisation], centres: Mapping[str, Centre]
) -> tuple[Contract, ...]:
    """`[[contracts]]`: known insurers and centres, and no two contracts of one pair on one day."""
    root.only("currency", "invented", "deductible", "contracts")
    root.choice("currency", ("EUR",))
    unique_ids(root, "contracts")
    found: list[Contract] = []
    for section in root.items("contracts", required=True):
        section.only("id", "insurer", "centre", "valid_from", "valid_until", "terms")
        insurer, centre = section.text("insurer"), section.text("centre")
        known_organisation(section, "insurer", insurer, organisations, kind="insurer")
        start, end = section.day("valid_from") or date.min, section.day("valid_until", required=False)
        if end is not None and end < start:
            section.fault("valid_until", f"{end} lies before {start}")
        if centre not in centres:
            section.fault("centre", f"{centre!r} is not a centre of this agreement")
        elif start < centres[centre].from_day:
            section.fault("valid_from", f"centre {centre} exists only from {centres[centre].from_day}")
        contract = Contract(
            id=section.text("id"),
            insurer=insurer,
            centre=centre,
            valid_from=start,
            valid_until=end,
            terms=_all_terms(section),
        )
        for other in found:
            if (other.insurer, other.centre) == (insurer, centre) and _overlap(other, contract):
                section.fault("valid_from", f"overlaps in time with contract {other.id}")
        found.append(contract)
    _every_pair(root, found, organisations, centres)
    return tuple(found)


def read_deductibles(root: Section) -> Mapping[int, DeductibleAmount]:
    """`[[deductible]]` by year."""
    found: dict[int, DeductibleAmount] = {}
    for section in root.items("deductible"):
        section.only("year", "amount_eur", "source")
        year = section.whole("year", minimum=2000) or 0
        if year in found:
            section.fault("year", f"the year {year} is given twice")
        found[year] = DeductibleAmount(
            year=year,
            amount=section.number("amount_eur", minimum=0) or Decimal(0),
            source=section.text("source"),
        )
    return found


def _all_terms(contract: Section) -> tuple[ContractTerms, ...]:
    found: list[ContractTerms] = []
    for section in contract.items("terms", required=True):
        section.only(
            "service",
            "direction",
            "payment_title_nl",
            "payment_title_en",
            "service_code",
            "amount_eur",
            "per",
            "deductible",
            "why_nl",
            "why_en",
            "source",
        )
        terms = ContractTerms(
            service=section.choice("service", SERVICES),
            direction=section.choice("direction", DIRECTIONS),
            payment_title=section.labels("payment_title"),
            service_code=section.text("service_code"),
            amount=section.number("amount_eur", minimum=0) or Decimal(0),
            per=section.choice("per", PER),
            deductible=section.flag("deductible"),
            why=section.labels("why"),
            source=section.text("source"),
        )
        if any((other.service, other.direction) == (terms.service, terms.direction) for other in found):
            section.fault("service", f"{terms.service} from {terms.direction} has two lines in this contract")
        found.append(terms)
    for service in SERVICES:
        covered = {terms.direction for terms in found if terms.service == service}
        if "any" not in covered and not {"first", "second"} <= covered:
            contract.fault("terms", f"{service} is not covered for referrals from both lines")
    return tuple(found)


def _overlap(one: Contract, other: Contract) -> bool:
    return one.valid_from <= (other.valid_until or date.max) and other.valid_from <= (
        one.valid_until or date.max
    )


def _every_pair(
    root: Section,
    contracts: list[Contract],
    organisations: Mapping[str, Organisation],
    centres: Mapping[str, Centre],
) -> None:
    """Each insurer has a contract for each centre from the day the centre starts."""
    for centre in centres.values():
        for insurer in organisations.values():
            if insurer.kind != "insurer":
                continue
            own = [c for c in contracts if (c.insurer, c.centre) == (insurer.id, centre.id)]
            if not any(contract.holds_on(centre.from_day) for contract in own):
                root.fault(
                    "contracts", f"{insurer.id} has no contract for centre {centre.id} on {centre.from_day}"
                )
