"""An unusual value that nobody confirmed is read as it is when it is right, on both ends, for every number that can be a
danger: a pressure of 215 is no quieter than one of 190. Nothing is sent on it before somebody said that it is right."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.referrals.forms.layout import form_facts
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.referrals.routing import pathway_to_refer
from anderhalf.core.decisions.facts import FactType
from tests.integration.referrals.conftest import form_data
from tests.integration.referrals.test_pre_excitation import QUIET as RHYTHM
from tests.spec.cases.test_referral import KNOWN, Desk
from tests.support.people import submission

pytestmark = pytest.mark.django_db

FACTS = {
    "heart_failure": {**KNOWN, "systolic_bp": 128, "diastolic_bp": 76, "heart_rate": 72, "potassium": "4.4"},
    "atrial_fibrillation": {**KNOWN, **RHYTHM, "systolic_bp": 128, "diastolic_bp": 76, "heart_rate": 72, "potassium": "4.4"},
}  # fmt: skip
RULE = re.compile(r"\b(?:EX|AX|AL|AA)-\d+")


def unusual_values(entry):
    """Just outside what is usual, and the furthest that can be, on the ends that are a danger."""
    fact, step = entry.fact, Decimal(1).scaleb(-entry.fact.decimals)
    found: list[Decimal] = []
    if "low" in entry.danger and fact.usual_minimum > fact.minimum:
        found += [max(fact.usual_minimum - step, fact.minimum), fact.minimum]
    if "high" in entry.danger and fact.usual_maximum < fact.maximum:
        found += [min(fact.usual_maximum + step, fact.maximum), fact.maximum]
    return [str(one).replace(".", ",") for one in dict.fromkeys(found)]


@pytest.mark.parametrize("key", sorted(FACTS))
def test_what_would_be_urgent_is_said_before_it_is_confirmed(people, key):
    pathway = pathway_to_refer(people.network.key, key, on=timezone.localdate(people.at))
    desk, asked, tried = Desk(people), set().union(*form_facts(pathway)), 0
    more, posted = {"intent": "titration", "pathway": key}, set()
    base = set(RULE.findall(desk.says(FACTS[key], **more)))
    for name, entry in pathway.dictionary.entries.items():
        if entry.fact.type is not FactType.NUMBER or not entry.danger or name not in asked:
            continue
        for value in unusual_values(entry):
            facts = {**FACTS[key], name: value}
            sure = set(RULE.findall(desk.says(facts, **{f"c_{name}": "on"}, **more))) - base
            if not sure:
                continue
            said = desk.says(facts, **more)
            assert "Klopt dit?" in said and "Nog niet te zeggen" not in said, (name, value, sure, said[:400])
            assert sure & set(RULE.findall(said)), (name, value, sure)
            tried += 1
            if name not in posted:
                posted.add(name)
                data = form_data(facts, patient=str(desk.patient.pk), submission=submission(), **more)
                sent = desk.client.post(reverse("referrals:send"), data)
                assert sent.status_code == 422 and "Klopt dit?" in sent.content.decode(), (name, value)
    assert tried > 20 and not Referral.objects.exists()


@pytest.mark.parametrize(
    ("key", "more", "rule"),
    [
        ("heart_failure", {"systolic_bp": "215", "diastolic_bp": "125"}, "AL-23"),
        ("atrial_fibrillation", {"heart_rate": "145", "systolic_bp": "150"}, "AA-22"),
        ("atrial_fibrillation", {"heart_rate": "44", "rate_slowing_drug": False}, "AA-21"),
    ],
)
def test_the_three_that_were_silent(people, key, more, rule):
    said = Desk(people).says({**FACTS[key], **more}, intent="titration", pathway=key)
    assert "Klopt dit?" in said and rule in said and "tel:" not in said
