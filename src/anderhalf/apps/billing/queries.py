"""Reading claims: what the viewer may see of them, and what the contracts say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.network import queries as network
from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.contracts import Contract, DeductibleAmount
from anderhalf.presentation.language import day_label

from .models import Claim, ClaimChange
from .states import CLAIM_STATES, SEEN_BY_INSURER, SET_BY, ClaimStatus

PAGE_SIZE = 25
SORTS = {
    "dag": "care_on",
    "bedrag": "amount",
    "stand": "status",
    "verzekeraar": "insurer__name",
    "centrum": "centre__name",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of claims is narrowed to; days are days of care, both inclusive."""

    status: str = ""
    insurer: str = ""
    centre: str = ""
    problem: str = ""
    start: date | None = None
    end: date | None = None
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """How many claims stand in a state, and their amount in euro."""

    status: ClaimStatus
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSheet:
    """A contract with the names of its parties and whether it is in force today."""

    contract: Contract
    insurer: str
    centre: str
    in_force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """All contracts a viewer may see, and the statutory deductible per year."""

    sheets: Sequence[ContractSheet] = field(default_factory=tuple)
    deductibles: Sequence[DeductibleAmount] = field(default_factory=tuple)
    invented: bool = False


def visible(viewer: Viewer) -> QuerySet[Claim]:
    """Every claim of the network for billing; an insurer's own, from the day they were submitted."""
    check_access(viewer, Right.VIEW_CLAIMS)
    found = Claim.objects.filter(network=viewer.network)
    if viewer.role == Role.INSURER:
        found = found.filter(insurer__in=viewer.organisation_ids, status__in=SEEN_BY_INSURER)
    return found


def filtered(viewer: Viewer, filters: Filters) -> QuerySet[Claim]:
    """The claims of a list, with what a claim needs and nothing clinical."""
    found = visible(viewer)
    wanted = {
        "status": filters.status,
        "problem": filters.problem,
        "insurer__key": filters.insurer,
        "centre__key": filters.centre,
        "care_on__gte": filters.start,
        "care_on__lte": filters.end,
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    order = SORTS.get(filters.sort.removeprefix("-"), "care_on")
    descending = filters.sort.startswith("-") or not filters.sort
    return found.select_related(
        "patient", "insurer", "centre", "referral__requester", "referral__requester_organisation"
    ).order_by(f"-{order}" if descending else order, "-created_at", "pk")


def claims_page(viewer: Viewer, filters: Filters, *, page: str | int = 1) -> Page[Claim]:
    """One page of the list."""
    return Paginator(filtered(viewer, filters), PAGE_SIZE).get_page(page)


def totals(viewer: Viewer, filters: Filters) -> list[Total]:
    """Per state of the same list; states without claims are left out."""
    rows = (
        filtered(viewer, filters)
        .order_by()
        .values("status")
        .annotate(count=Count("pk"), amount=Sum("amount"))
    )
    by_status = {row["status"]: row for row in rows}
    return [
        Total(status, by_status[status]["count"], by_status[status]["amount"] or Decimal(0))
        for status in ClaimStatus
        if status in by_status
    ]


@transaction.atomic
def claim_for(viewer: Viewer, claim: UUID, *, at: datetime) -> Claim:
    """One claim, with its line in the log. Another insurer's, or another network's, does not exist."""
    found = (
        visible(viewer)
        .select_related(
            "patient", "insurer", "centre", "referral__requester", "referral__requester_organisation"
        )
        .filter(pk=claim)
        .first()
    )
    if found is None:
        raise AccessDenied(_("Deze declaratie bestaat niet of is niet voor u."))
    permission = permit("billing", viewer, Right.VIEW_CLAIMS, at=at)
    replace(permission, patient=found.patient_id).log("R", "claim_viewed", found)
    return found


def history_of(claim: Claim) -> QuerySet[ClaimChange]:
    """Every step, oldest first."""
    return claim.changes.all()


def steps_for(viewer: Viewer, claim: Claim) -> list[ClaimStatus]:
    """The states into which this viewer may bring the claim now."""
    return [
        status
        for status in ClaimStatus
        if CLAIM_STATES.allows(claim.status, status) and viewer.role in SET_BY[status]
    ]


def parties(viewer: Viewer, kind: str) -> QuerySet[Organisation]:
    """The insurers or centres to filter by."""
    check_access(viewer, Right.VIEW_CLAIMS)
    return Organisation.objects.filter(network=viewer.network, kind=kind).order_by("name")


def contract_in_words(claim: Claim) -> str:
    """The contract as people call it: of whom with whom, and for which days; its key only when no agreement has it."""
    if not claim.contract:
        return ""
    agreement = network.agreement_on(claim.network_id, on=claim.care_on)
    found = next((one for one in agreement.contracts if one.id == claim.contract), None)
    if found is None or claim.insurer is None:
        return str(claim.contract)
    from_day = day_label(found.valid_from)
    days = (
        _("vanaf %(first)s") % {"first": from_day}
        if found.valid_until is None
        else _("van %(first)s tot en met %(last)s")
        % {"first": from_day, "last": day_label(found.valid_until)}
    )
    return f"{claim.insurer.name} · {claim.centre.name}, {days}"


def contracts_for(viewer: Viewer, *, at: datetime) -> Contracts:
    """What was agreed with whom: everything for billing, the own contracts for an insurer."""
    check_access(viewer, Right.VIEW_CLAIMS)
    today = timezone.localdate(at)
    agreement = network.agreement_on(viewer.network, on=today)
    own = None
    if viewer.role == Role.INSURER:
        own = set(Organisation.objects.filter(pk__in=viewer.organisation_ids).values_list("key", flat=True))
    sheets = [
        ContractSheet(
            contract=contract,
            insurer=agreement.organisations[contract.insurer].name,
            centre=agreement.organisations[agreement.centres[contract.centre].organisation].name,
            in_force=contract.holds_on(today),
        )
        for contract in agreement.contracts
        if own is None or contract.insurer in own
    ]
    sheets.sort(key=lambda one: (not one.in_force, one.insurer, one.centre, one.contract.valid_from))
    return Contracts(
        sheets=sheets,
        deductibles=[agreement.deductibles[year] for year in sorted(agreement.deductibles)],
        invented=agreement.invented,
    )


def waiting(viewer: Viewer) -> list[Total]:
    """What this viewer has to act on. Billing: blocked, ready or rejected; an insurer: submitted."""
    turn = (
        {ClaimStatus.SUBMITTED}
        if viewer.role == Role.INSURER
        else {ClaimStatus.READY, ClaimStatus.BLOCKED, ClaimStatus.REJECTED}
    )
    return [one for one in totals(viewer, Filters()) if one.status in turn]


def counts(viewer: Viewer, *, at: datetime) -> dict[str, int]:
    """For the rail: how many claims wait for this viewer."""
    return {"billing:claims": sum(one.count for one in waiting(viewer))}
