"""Claims as a file: what a claim needs (Vektis record 04), with byte order mark and semicolons for a Dutch Excel."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.core.spreadsheets import csv_text
from anderhalf.presentation.formatting import format_number
from anderhalf.presentation.language import label_of, language

from ..models import Claim


def claims_file(claims: Iterable[Claim], *, with_names: bool) -> str:
    """One line per claim. ``with_names`` for the network's own billing; an insurer knows its insured by BSN."""
    head = [
        _("kenmerk"), _("stand"), _("probleem"), _("BSN"), _("geboortedatum"), _("naam"), _("UZOVI"), _("verzekeraar"),
        _("AGB centrum"), _("prestatiecode"), _("prestatie"), _("datum zorg"), _("bedrag"), _("eigen risico"),
        _("verwijsnummer"), _("verwijsdatum"), _("AGB verwijzer"), _("AGB praktijk verwijzer"), _("contract"),
    ]  # fmt: skip
    return csv_text([head, *(_line(claim, with_names=with_names) for claim in claims)])


def _line(claim: Claim, *, with_names: bool) -> list[str]:
    referral, patient = claim.referral, claim.patient
    amount = "" if claim.amount is None else format_number(claim.amount, 2, language=language())
    return [
        str(claim.pk),
        str(claim.get_status_display()),
        str(claim.get_problem_display()) if claim.problem else "",
        patient.bsn,
        patient.birth_date.isoformat(),
        patient.full_name if with_names else "",
        claim.insurer.uzovi if claim.insurer else "",
        claim.insurer.name if claim.insurer else "",
        claim.centre.agb,
        claim.service_code,
        label_of(claim.terms.get("payment_title")),
        claim.care_on.isoformat(),
        amount,
        "" if claim.deductible is None else _("ja") if claim.deductible else _("nee"),
        referral.number,
        timezone.localdate(referral.sent_at).isoformat() if referral.sent_at else "",
        referral.requester.agb,
        referral.requester_organisation.agb,
        claim.contract,
    ]
