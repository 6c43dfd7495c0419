"""The agreement's terms for one service on one day, found by who pays and where care was given."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from anderhalf.apps.network import queries as network
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.referrals.models import Referral
from anderhalf.content import Agreement
from anderhalf.core.contracts import NoContract, Terms, terms_for

from .models import Claim


def direction_of(referral: Referral) -> str:
    """``first`` or ``second``: from which line the patient was referred."""
    return "first" if referral.direction == Referral.Direction.FROM_FIRST_LINE else "second"


def centre_of(agreement: Agreement, organisation: Organisation) -> str:
    """The agreement's id of a centre; "" for an organisation that is none."""
    return next((key for key, one in agreement.centres.items() if one.organisation == organisation.key), "")


def find_terms(
    *, centre: Organisation, insurer: Organisation | None, on: date, direction: str, service: str
) -> tuple[Terms | None, str]:
    """The terms of that day and "", or None and which problem stands in the way (``Claim.Problem``)."""
    if insurer is None:
        return None, Claim.Problem.NO_INSURER
    try:
        agreement = network.agreement_on(centre.network_id, on=on)
        return (
            terms_for(
                agreement,
                insurer=insurer.key,
                centre=centre_of(agreement, centre),
                on=on,
                referral_direction=direction,
                service=service,
            ),
            "",
        )
    except (NoContract, network.NotPublished):
        return None, Claim.Problem.NO_CONTRACT


def snapshot(terms: Terms) -> dict[str, Any]:
    """What the contract said, to keep with the claim."""
    kept = asdict(terms)
    return {name: dict(kept[name]) for name in ("payment_title", "why")} | {
        "per": terms.per,
        "source": terms.source,
        "contract": terms.contract_id,
    }
