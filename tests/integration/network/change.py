"""A changed threshold on its way to a new version, for the tests of writing and signing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from anderhalf.apps.network import queries
from anderhalf.apps.network.models import Draft
from anderhalf.apps.record.actions import store_decision
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import FactValue
from tests.support.drafting import sent

pytestmark = pytest.mark.django_db


NETWORK, PATHWAY = "voorbeeldstreek", "heart_failure"


SUSPECTED = {
    "question": "diagnosis",
    "referred_from": "first",
    "heart_failure_known": False,
    "new_angina": False,
    "correctable_cause_suspected": False,
    "specific_cause_suspected": False,
    "heart_rate": Decimal(80),
    "rate_slowing_drug": False,
    "nyha": "II",
    "rhythm": "sinus",
    "orthopnoea": False,
    "ecg_result": "normal",
    "bmi": Decimal(27),
    "chest_pain_at_rest": False,
    "dyspnoea_at_rest": False,
    "hypoperfusion": False,
    "syncope": False,
    "oxygen_saturation": Decimal(96),
    "potassium": Decimal("4.4"),
    "systolic_bp": Decimal(134),
    "abrupt_deterioration": False,
    "age": Decimal(77),
    "sex": "male",
    "pregnant": False,
    "advanced_hf_sign": False,
    "natriuretic_lowering_drug": False,
}


@pytest.fixture(autouse=True)
def the_clock(monkeypatch, at):
    """Requests happen at the moment of the test's people."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)


def facts(nt_probnp, on: date):
    return {
        name: FactValue(value, on) for name, value in {**SUSPECTED, "nt_probnp": Decimal(nt_probnp)}.items()
    }


def decide(people, at, nt_probnp):
    """A referral of somebody with this NT-proBNP, decided and stored as the service does."""
    viewer, on = people.viewer("gp"), at.date()
    patient = people.patient()
    pathway = queries.pathway_on(NETWORK, PATHWAY, on=on)
    referral = uuid4()
    for table in ("exclusion", "referral", "to_do"):
        decision = evaluate(pathway.tables[table], facts(nt_probnp, on), on=on)
        row = store_decision(
            by=viewer, at=at, patient=patient.pk, pathway=PATHWAY, table=table, version=pathway.version,
            content_hash=pathway.hash, status=decision.status, decision=decision.to_dict(), referral=referral,
        )  # fmt: skip
        if table == "referral":
            stored = row
    return stored


def begin(client):
    response = client.post(
        reverse("network:drafts"),
        {
            "pathway": PATHWAY,
            "title": "Grens voor NT-proBNP naar 150 ng/l",
            "because": "Minder echo's zonder opbrengst.",
        },
    )
    assert response.status_code == 302, response.content.decode()[:2000]
    return Draft.objects.get(pk=response.url.rstrip("/").rpartition("/")[2])


def save(client, draft, table="referral", op="", **cells):
    data = {**sent(draft, table, **cells), "op": op}
    response = client.post(reverse("network:draft_table", args=[draft.pk, table]), data, follow=True)
    draft.refresh_from_db()
    return response


def submit(client, draft, day):
    return client.post(
        reverse("network:draft_submit", args=[draft.pk]),
        {"valid_from": f"{day:%d-%m-%Y}", "because": "De grens van 150 is met elkaar besproken."},
        follow=True,
    )


def sign(client, draft):
    draft.refresh_from_db()
    return client.post(
        reverse("network:draft_approve", args=[draft.pk]), {"version": draft.version}, follow=True
    )


RF_26 = {
    "RF_26__nt_probnp": ">=150",
    "RF_26__why_nl": "Vermoeden van hartfalen met NT-proBNP vanaf 150 ng/l: echo en diagnose.",
    "RF_26__why_en": "Suspected heart failure with NT-proBNP from 150 ng/l: echo and diagnosis.",
}


RF_27 = {
    "RF_27__nt_probnp": "<150",
    "RF_27__why_nl": "ECG normaal en NT-proBNP onder 150 ng/l: hartfalen is onwaarschijnlijk.",
    "RF_27__why_en": "ECG normal and NT-proBNP below 150 ng/l: heart failure is unlikely.",
}


RF_28 = {
    "RF_28__nt_probnp": "<150",
    "RF_28__why_nl": "NT-proBNP onder 150 ng/l bij een BMI vanaf 35: bij blijvend vermoeden toch een echo.",
    "RF_28__why_en": "NT-proBNP below 150 ng/l with a BMI from 35: an echo if suspicion persists.",
}


RF_45 = {
    "RF_45__nt_probnp": "<150",
    "RF_45__why_nl": "NT-proBNP onder 150 ng/l bij een middel dat de waarde verlaagt: toch een echo.",
    "RF_45__why_en": "NT-proBNP below 150 ng/l while on a drug that lowers it: an echo after all.",
}
"""A changed limit with the words that go with it; on RF-45 too, or whoever uses such a drug stays without an echo."""


def changed_and_fixed(client, draft):
    save(client, draft, **RF_26, **RF_27, **RF_28, **RF_45)


@pytest.fixture
def submitted(people, at):
    """A sound change, submitted by the nurse specialist."""
    author = people.client("vs")
    draft = begin(author)
    changed_and_fixed(author, draft)
    submit(author, draft, at.date())
    draft.refresh_from_db()
    assert draft.state == "submitted"
    return draft
