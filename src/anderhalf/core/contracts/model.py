"""What insurers and centres agreed to pay for. Data only; `terms.terms_for` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

DIRECTIONS = ("first", "second", "any")
SERVICES = ("episode", "advice")
PER = ("episode", "quarter", "contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """One line of a contract: what is paid for one service after a referral from one direction.

    `amount` is in euro, per `per`. `deductible`: whether the patient's own risk (eigen risico) applies, which
    follows from the payment title and never from the place of care.
    """

    service: str
    direction: str
    payment_title: Mapping[str, str]
    service_code: str
    amount: Decimal
    per: str
    deductible: bool
    why: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """An insurer's contract for one centre, from a day up to and including another (None: still running)."""

    id: str
    insurer: str
    centre: str
    valid_from: date
    valid_until: date | None
    terms: tuple[ContractTerms, ...]

    def holds_on(self, day: date) -> bool:
        """Whether the contract is in force on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeductibleAmount:
    """The statutory own risk of a year, in euro."""

    year: int
    amount: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms that apply to one referral, with the contract they come from."""

    contract_id: str
    insurer: str
    centre: str
    service: str
    direction: str
    payment_title: Mapping[str, str]
    service_code: str
    amount: Decimal
    per: str
    deductible: bool
    why: Mapping[str, str]
    source: str
    on: date
