"""Claims follow care, once, under the contract of that day; nothing is lost and nobody sees another's."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.billing import actions, queries
from anderhalf.apps.billing.errors import BillingRefused
from anderhalf.apps.billing.models import Claim
from anderhalf.apps.billing.queries import Filters
from anderhalf.apps.billing.states import CLAIM_STATES, SET_BY, ClaimStatus
from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.referrals import actions as referrals
from anderhalf.core.states import StepRefused


def test_first_contact_is_claimed_once(care, people, at):
    episode = care.episode()
    claim = Claim.objects.get()
    assert (claim.service_code, claim.amount, claim.deductible) == ("VB101", Decimal("310.00"), False)
    assert (claim.contract, claim.status, claim.care_on) == ("noord_oost_2024", "ready", at.date())
    assert claim.terms["payment_title"]["nl"] == "Huisartsenzorg, segment 3 (innovatie)"
    clinic.record_encounter(by=people.viewer("vs"), at=at + timedelta(days=20), episode=episode.pk)
    assert Claim.objects.count() == 1
    assert AuditLine.objects.filter(event="billing:claim_made", patient=episode.patient_id).count() == 1


def test_other_insurer_other_terms(care):
    care.episode(patient=care.patient(insurer="verzekeraar_zuid"))
    claim = Claim.objects.get()
    assert (claim.service_code, claim.amount, claim.deductible) == ("VB301", Decimal("295.00"), True)


def test_the_contract_of_the_day_of_care_counts(care):
    seen = datetime(2026, 1, 7, 10, tzinfo=ZoneInfo("Europe/Amsterdam"))
    care.episode(seen=seen, patient=care.patient(insurer="verzekeraar_zuid"))
    assert Claim.objects.get().service_code == "VB302"


def test_without_insurer_it_is_visibly_blocked_until_mended(care, people, at):
    episode = care.episode(patient=care.patient(insurer=""))
    claim = Claim.objects.get()
    assert (claim.status, claim.problem, claim.amount) == ("blocked", "no_insurer", None)
    billing = people.viewer("billing")
    with pytest.raises(BillingRefused, match="verzekeraar onbekend"):
        actions.recheck(by=billing, at=at, claim=claim.pk)
    episode.patient.insurer = people.organisation("verzekeraar_zuid")
    episode.patient.save()
    mended = actions.recheck(by=billing, at=at, claim=claim.pk)
    assert (mended.status, mended.problem, mended.service_code) == ("ready", "", "VB301")


def test_without_contract_it_is_visibly_blocked(care, people, at, monkeypatch):
    from anderhalf.apps.billing import contracts
    from anderhalf.core.contracts import NoContract

    def none(*args, **kwargs):
        raise NoContract("none", {"nl": "geen", "en": "none"})

    monkeypatch.setattr(contracts, "terms_for", none)
    care.episode()
    claim = Claim.objects.get()
    assert (claim.status, claim.problem) == ("blocked", "no_contract")
    page = people.client("billing").get(reverse("billing:claims")).content.decode()
    assert "geen contract" in page


def test_an_answered_advice_is_claimed(care, people, at):
    referral = care.referral(sent=at - timedelta(days=1), intent="advice")
    referrals.answer_advice(
        by=people.viewer("vs"), at=at, referral=referral.pk, answer="Verhoog de bètablokker."
    )
    claim = Claim.objects.get()
    assert (claim.service, claim.service_code, claim.amount, claim.episode) == (
        "advice",
        "VB111",
        Decimal("55.00"),
        None,
    )


# ---- steps -------------------------------------------------------------------------------------------------------


@pytest.fixture
def claim(care):
    care.episode()
    return Claim.objects.get()


def test_the_way_of_a_claim(claim, people, at):
    billing, insurer = people.viewer("billing"), people.viewer("insurer")
    actions.submit(by=billing, at=at, claims=[claim.pk])
    actions.reject(by=insurer, at=at, claim=claim.pk, because="verzekerde niet gevonden")
    actions.resubmit(by=billing, at=at, claim=claim.pk, because="BSN gecontroleerd")
    actions.submit(by=billing, at=at, claims=[claim.pk])
    actions.mark_paid(by=insurer, at=at, claim=claim.pk)
    assert [c.status for c in claim.changes.all()] == [
        "ready",
        "submitted",
        "rejected",
        "ready",
        "submitted",
        "paid",
    ]
    assert claim.changes.all()[2].because == "verzekerde niet gevonden"
    with pytest.raises(StepRefused):
        actions.cancel(by=billing, at=at, claim=claim.pk, because="vergissing")


@pytest.mark.parametrize("start", list(ClaimStatus))
@pytest.mark.parametrize("role", ["billing", "insurer"])
def test_exactly_the_table_is_possible(claim, people, at, start, role):
    """Every state × role × step: done when the table and the role allow it, refused otherwise."""
    by = people.viewer(role)
    verbs = {
        ClaimStatus.SUBMITTED: lambda: actions.submit(by=by, at=at, claims=[claim.pk]),
        ClaimStatus.PAID: lambda: actions.mark_paid(by=by, at=at, claim=claim.pk),
        ClaimStatus.REJECTED: lambda: actions.reject(by=by, at=at, claim=claim.pk, because="x"),
        ClaimStatus.CANCELLED: lambda: actions.cancel(by=by, at=at, claim=claim.pk, because="x"),
    }
    for following, verb in verbs.items():
        Claim.objects.filter(pk=claim.pk).update(status=start)
        visible = role == "billing" or start in ("submitted", "paid", "rejected")
        if visible and role in SET_BY[following] and CLAIM_STATES.allows(start, following):
            verb()
            claim.refresh_from_db()
            assert claim.status == following
        else:
            with pytest.raises((AccessDenied, StepRefused)):
                verb()
            claim.refresh_from_db()
            assert claim.status == start


@pytest.mark.parametrize("verb", [actions.reject, actions.cancel])
def test_a_reason_is_needed(claim, people, at, verb):
    Claim.objects.update(status="submitted" if verb is actions.reject else "ready")
    with pytest.raises(BillingRefused, match="waarom"):
        verb(by=people.viewer("billing"), at=at, claim=claim.pk, because="  ")


def test_submitting_is_all_or_none(care, people, at):
    care.episode()
    care.episode()
    ready, other = Claim.objects.order_by("pk")
    Claim.objects.filter(pk=other.pk).update(status="paid")
    with pytest.raises(StepRefused):
        actions.submit(by=people.viewer("billing"), at=at, claims=[ready.pk, other.pk])
    ready.refresh_from_db()
    assert ready.status == "ready"


# ---- who sees what -----------------------------------------------------------------------------------------------


def test_an_insurer_sees_the_own_submitted_claims_without_names(care, people, at):
    own = care.episode(patient=care.patient(family_name="Zandstra"))
    other = care.episode(patient=care.patient(insurer="verzekeraar_zuid", family_name="Kruidhof"))
    insurer = people.viewer("insurer")
    assert queries.filtered(insurer, Filters()).count() == 0
    actions.submit(
        by=people.viewer("billing"), at=at, claims=list(Claim.objects.values_list("pk", flat=True))
    )
    assert [c.patient_id for c in queries.filtered(insurer, Filters())] == [own.patient_id]
    client = people.client("insurer")
    text = client.get(reverse("billing:claims")).content.decode()
    file = client.get(reverse("billing:claims_csv")).content.decode()
    for name in ("Zandstra", "Kruidhof"):
        assert name not in text
        assert name not in file
    foreign = Claim.objects.get(patient=other.patient_id)
    assert client.get(reverse("billing:claim", args=[foreign.pk])).status_code == 403
    step = client.post(reverse("billing:step", args=[foreign.pk]), {"stand": "paid"})
    assert step.status_code == 403


@pytest.mark.parametrize(
    "role", ["gp", "poh", "vs", "cardiologist", "project_leader", "patient", "administrator"]
)
def test_others_see_no_claims(claim, people, role):
    client = people.client(role)
    for address in ("billing:claims", "billing:claims_csv", "billing:contracts"):
        assert client.get(reverse(address)).status_code == 403
    assert client.get(reverse("billing:claim", args=[claim.pk])).status_code == 403
    assert client.post(reverse("billing:submit"), {"claim": [claim.pk]}).status_code == 403


def test_pages_of_billing(claim, people, at):
    client = people.client("billing")
    text = client.get(reverse("billing:claims")).content.decode()
    assert "VB101" in text
    assert "€\xa0310,00" in text
    detail = client.get(reverse("billing:claim", args=[claim.pk])).content.decode()
    assert "geen eigen risico" in detail
    assert claim.contract not in detail, "the contract is called by its parties and days, not by its key"
    assert f"{claim.insurer.name} · {claim.centre.name}, van" in detail
    assert AuditLine.objects.filter(event="billing:claim_viewed", patient=claim.patient_id).count() == 1
    response = client.post(reverse("billing:submit"), {"claim": [str(claim.pk)]}, follow=True)
    assert "1 declaratie ingediend" in response.content.decode()
    contracts = client.get(reverse("billing:contracts")).content.decode()
    assert "Facultatieve prestatie anderhalvelijnszorg" in contracts
    assert "€\xa0385,00" in contracts


def test_the_file_holds_what_a_claim_needs(claim, people):
    response = people.client("billing").get(reverse("billing:claims_csv"))
    text = response.content.decode()
    assert text.startswith("\ufeff")
    (row,) = csv.DictReader(StringIO(text[1:]), delimiter=";")
    assert row["BSN"] == claim.patient.bsn
    assert (row["UZOVI"], row["AGB centrum"]) == ("9991", "53999901")
    assert (row["prestatiecode"], row["bedrag"], row["eigen risico"]) == ("VB101", "310,00", "nee")
    assert row["AGB praktijk verwijzer"] == "01999901"
    assert AuditLine.objects.filter(event="billing:claims_exported", patient=claim.patient_id).count() == 1


def test_the_file_reads_in_the_readers_language(claim, people):
    client = people.client("billing")
    titles = claim.terms["payment_title"]
    for language, heads in (
        ("nl", ("prestatie", "bedrag", "310,00")),
        ("en", ("service", "amount", "310.00")),
    ):
        client.post(reverse("set_language"), {"language": language})
        text = client.get(reverse("billing:claims_csv")).content.decode()
        (row,) = csv.DictReader(StringIO(text[1:]), delimiter=";")
        assert (row[heads[0]], row[heads[1]]) == (titles[language], heads[2])


@pytest.mark.parametrize(
    "query", ["stand=onzin", "van=morgen", "sort=-onzin", "page=99", "verzekeraar=x", "probleem='"]
)
def test_strange_filters_still_get_a_list(claim, people, query):
    for role in ("billing", "insurer"):
        assert people.client(role).get(f"{reverse('billing:claims')}?{query}").status_code == 200


def test_counts_for_the_rail(claim, people, at):
    assert queries.counts(people.viewer("billing"), at=at) == {"billing:claims": 1}
    assert queries.counts(people.viewer("insurer"), at=at) == {"billing:claims": 0}
