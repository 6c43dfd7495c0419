"""The list of claims, one claim with its steps, the file, and the contracts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.roles import Role
from anderhalf.presentation.kept_reasons import shown_reason
from anderhalf.presentation.language import label_of

from .. import actions, queries
from ..errors import BillingRefused
from ..forms import ClaimFilterForm
from ..models import Claim
from ..states import NEEDS_REASON, ClaimStatus
from .spreadsheet import claims_file

TONES = {
    ClaimStatus.BLOCKED: "danger",
    ClaimStatus.READY: "info",
    ClaimStatus.SUBMITTED: "neutral",
    ClaimStatus.PAID: "ok",
    ClaimStatus.REJECTED: "attention",
    ClaimStatus.CANCELLED: "neutral",
}
VERBS = {
    ClaimStatus.SUBMITTED: gettext_lazy("Indienen"),
    ClaimStatus.PAID: gettext_lazy("Betaald"),
    ClaimStatus.REJECTED: gettext_lazy("Afwijzen"),
    ClaimStatus.READY: gettext_lazy("Opnieuw klaarzetten"),
    ClaimStatus.CANCELLED: gettext_lazy("Laten vervallen"),
}
DONE = {
    ClaimStatus.SUBMITTED: gettext_lazy("De declaratie is ingediend."),
    ClaimStatus.PAID: gettext_lazy("De betaling is vastgelegd."),
    ClaimStatus.REJECTED: gettext_lazy("De afwijzing is vastgelegd."),
    ClaimStatus.READY: gettext_lazy("De declaratie staat weer klaar."),
    ClaimStatus.CANCELLED: gettext_lazy("De declaratie is vervallen."),
}


def _filters(request: HttpRequest) -> tuple[ClaimFilterForm, queries.Filters]:
    viewer = request.viewer  # type: ignore[attr-defined]
    form = ClaimFilterForm(
        request.GET,
        insurers=list(queries.parties(viewer, "insurer")),
        centres=list(queries.parties(viewer, "centre")),
        as_insurer=viewer.role == Role.INSURER,
    )
    form.is_valid()
    return form, form.filters(problem=request.GET.get("probleem", ""))


def title_of(claim: Claim) -> str:
    """The payment title in the reader's language, as it stood in the contract on the day of care."""
    return label_of(claim.terms.get("payment_title", {}))


@require_GET
def claims(request: HttpRequest) -> HttpResponse:
    """The list with its totals; an insurer sees the own claims from the moment they are submitted, without names."""
    viewer = request.viewer  # type: ignore[attr-defined]
    form, filters = _filters(request)
    page = queries.claims_page(viewer, filters, page=request.GET.get("page", 1))
    query = request.GET.urlencode()
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "rows": [
            {"claim": one, "title": title_of(one), "tone": TONES[ClaimStatus(one.status)]} for one in page
        ],
        "totals": [
            {"total": one, "tone": TONES[one.status], "url": f"?stand={one.status}"}
            for one in queries.totals(viewer, filters)
        ],
        "with_names": viewer.role != Role.INSURER,
        "may_submit": viewer.role == Role.BILLING,
        "csv_url": reverse("billing:claims_csv") + (f"?{query}" if query else ""),
    }
    return render(request, "billing/claims.html", context)


@require_GET
def claims_csv(request: HttpRequest) -> HttpResponse:
    """The same list as a file; each patient in it gets a line in the log."""
    viewer, at = request.viewer, request.now  # type: ignore[attr-defined]
    _form, filters = _filters(request)
    rows = list(queries.filtered(viewer, filters))
    actions.log_export(by=viewer, at=at, patients=[one.patient_id for one in rows])
    text = claims_file(rows, with_names=viewer.role != Role.INSURER)
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="declaraties-{at:%Y-%m-%d}.csv"'
    return response


@require_POST
def submit(request: HttpRequest) -> HttpResponse:
    """Hands in what was ticked."""
    check_access(request.viewer, Right.VIEW_CLAIMS)  # type: ignore[attr-defined]
    chosen = [UUID(value) for value in request.POST.getlist("claim") if _is_uuid(value)]
    if not chosen:
        messages.warning(request, _("Vink eerst aan welke declaraties u wilt indienen."))
    else:
        done = actions.submit(by=request.viewer, at=request.now, claims=chosen)  # type: ignore[attr-defined]
        text = ngettext("%(n)d declaratie ingediend.", "%(n)d declaraties ingediend.", len(done))
        messages.success(request, text % {"n": len(done)})
    return redirect(_back(request))


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _back(request: HttpRequest) -> str:
    """The list as it was filtered; only this page's own query comes back."""
    query = request.POST.get("terug", "")
    return reverse("billing:claims") + (
        f"?{query}" if query and "\n" not in query and "\r" not in query else ""
    )


@require_GET
def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """What the claim needs, what the contract said that day, and every step."""
    viewer, at = request.viewer, request.now  # type: ignore[attr-defined]
    found = queries.claim_for(viewer, claim_id, at=at)
    return render(request, "billing/claim.html", _context(request, found))


def _context(request: HttpRequest, found: Claim) -> dict[str, Any]:
    viewer = request.viewer  # type: ignore[attr-defined]
    steps = queries.steps_for(viewer, found)
    if found.status == ClaimStatus.BLOCKED:
        steps = [status for status in steps if status != ClaimStatus.READY]
    return {
        "claim": found,
        "title": title_of(found),
        "contract": queries.contract_in_words(found),
        "why": label_of(found.terms.get("why", {})),
        "tone": TONES[ClaimStatus(found.status)],
        "with_names": viewer.role != Role.INSURER,
        "may_recheck": found.status == ClaimStatus.BLOCKED and viewer.role == Role.BILLING,
        "plain_steps": [(status, VERBS[status]) for status in steps if status not in NEEDS_REASON],
        "reason_steps": [(status, VERBS[status]) for status in steps if status in NEEDS_REASON],
        "history": [
            {
                "at": change.at,
                "title": str(ClaimStatus(change.status).label),
                "text": shown_reason(change.because, [one.label for one in Claim.Problem]),
                "who": change.by,
                "tone": TONES[ClaimStatus(change.status)],
            }
            for change in queries.history_of(found)
        ],
    }


@require_POST
def step(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Brings one claim into another state, or looks again for a contract."""
    check_access(request.viewer, Right.VIEW_CLAIMS)  # type: ignore[attr-defined]
    about = {"by": request.viewer, "at": request.now, "claim": claim_id}  # type: ignore[attr-defined]
    wanted, because = request.POST.get("stand", ""), request.POST.get("because", "")
    verbs = {
        "recheck": lambda: actions.recheck(**about),
        ClaimStatus.SUBMITTED: lambda: actions.submit(by=about["by"], at=about["at"], claims=[claim_id]),
        ClaimStatus.PAID: lambda: actions.mark_paid(**about),
        ClaimStatus.REJECTED: lambda: actions.reject(**about, because=because),
        ClaimStatus.READY: lambda: actions.resubmit(**about, because=because),
        ClaimStatus.CANCELLED: lambda: actions.cancel(**about, because=because),
    }
    if wanted not in verbs:
        messages.error(request, _("Deze stap bestaat niet."))
        return redirect("billing:claim", claim_id)
    try:
        verbs[wanted]()
    except BillingRefused as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("Er is nu een contract: de declaratie staat klaar.") if wanted == "recheck" else DONE[wanted]
        messages.success(request, str(done))
    return redirect("billing:claim", claim_id)


@require_GET
def contracts(request: HttpRequest) -> HttpResponse:
    """Per contract what is paid, and whether the deductible applies, with the reason."""
    found = queries.contracts_for(request.viewer, at=request.now)  # type: ignore[attr-defined]
    return render(request, "billing/contracts.html", {"found": found})
