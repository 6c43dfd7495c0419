"""Which payment title, amount and deductible apply: insurer × centre × day × direction of referral."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from anderhalf.core.contracts.model import DIRECTIONS, SERVICES, Contract, ContractTerms, Terms


class HasContracts(Protocol):
    """Anything with contracts: an agreement."""

    @property
    def contracts(self) -> Sequence[Contract]:
        """All contracts, past, present and future."""
        ...


class NoContract(LookupError):
    """No contract covers this referral: nothing can be claimed, and somebody must know."""

    def __init__(self, why: str, texts: dict[str, str]) -> None:
        super().__init__(why)
        self.texts = texts


def terms_for(
    agreement: HasContracts,
    *,
    insurer: str,
    centre: str,
    on: date,
    referral_direction: str,
    service: str = "episode",
) -> Terms:
    """The terms that apply on a day for a referral from the `first` or `second` line.

    `service` is `episode` (a patient under care) or `advice` (a question, the patient stays with the asker).
    A line for the exact direction goes before one for `any`. Raises NoContract when no contract of this
    insurer for this centre is in force or it has no such line, and ValueError for an unknown direction or
    service.
    """
    if referral_direction not in DIRECTIONS or referral_direction == "any":
        raise ValueError(f"referral_direction is first or second, not {referral_direction!r}")
    if service not in SERVICES:
        raise ValueError(f"service is one of {', '.join(SERVICES)}, not {service!r}")
    for contract in agreement.contracts:
        if contract.insurer != insurer or contract.centre != centre or not contract.holds_on(on):
            continue
        line = _line(contract, referral_direction, service)
        if line is not None:
            return _terms(contract, line, on)
    raise NoContract(
        f"no contract of {insurer} for centre {centre} on {on} covers {service} from {referral_direction}",
        {
            "nl": f"Op {on:%d-%m-%Y} heeft deze verzekeraar voor dit centrum geen contract voor deze zorg.",
            "en": f"On {on:%d-%m-%Y} there is no contract with this insurer for this centre and care.",
        },
    )


def _line(contract: Contract, direction: str, service: str) -> ContractTerms | None:
    for wanted in (direction, "any"):
        for line in contract.terms:
            if line.service == service and line.direction == wanted:
                return line
    return None


def _terms(contract: Contract, line: ContractTerms, on: date) -> Terms:
    return Terms(
        contract_id=contract.id,
        insurer=contract.insurer,
        centre=contract.centre,
        service=line.service,
        direction=line.direction,
        payment_title=line.payment_title,
        service_code=line.service_code,
        amount=line.amount,
        per=line.per,
        deductible=line.deductible,
        why=line.why,
        source=line.source,
        on=on,
    )
