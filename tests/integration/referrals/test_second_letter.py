"""The letter of a second referral is complete: what was known already stands in it, with its day."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.record.models import Observation
from anderhalf.apps.referrals.models import Referral
from tests.support.people import submission

from .conftest import ORDINARY, form_data

pytestmark = pytest.mark.django_db


def send(client, patient, facts, **more):
    response = client.post(
        reverse("referrals:send"), form_data(facts, patient=str(patient.pk), submission=submission(), **more)
    )
    assert response.status_code == 302, re.findall(
        r"error-summary.*?</div>", response.content.decode(), re.DOTALL
    )


def test_the_second_letter_holds_what_was_known_with_its_day(people, a_patient):
    client = people.client("gp")
    send(client, a_patient, ORDINARY)
    ten = timezone.localtime() - timedelta(days=10)
    Observation.objects.update(at=ten, recorded_at=ten)
    Referral.objects.update(sent_at=ten)
    # What is known stands filled in with its day, and comes back unchanged.
    known = ("nt_probnp", "height", "heart_failure_known")
    days = {f"d_{name}": f"{ten:%d-%m-%Y}" for name in known}
    send(client, a_patient, {**ORDINARY, "potassium": "5,1"}, **days)
    second = Referral.objects.latest("sent_at")
    assert not Observation.objects.filter(referral=second.pk, fact="nt_probnp").exists()
    Observation.objects.create(
        network=second.network, patient=a_patient, fact="sodium", number=139, at=timezone.now(),
        recorded_at=timezone.now() + timedelta(minutes=5), recorded_by="Later", origin="typed",
    )  # fmt: skip
    page = people.client("vs").get(reverse("referrals:referral", args=[second.pk])).content.decode()
    letter = " ".join(re.sub(r"<[^>]+>", " ", page.split("Gegevens")[1].split("Wat er gebeurde")[0]).split())
    day = f"{ten:%d-%m-%Y}"
    assert f"NT-proBNP 840 ng/l {day}" in letter
    assert "Kalium 5,1 mmol/l" in letter and f"Kalium 5,1 mmol/l {day}" not in letter
    assert re.search(rf"artfalen[^0-9]* nee {day}", letter), (
        "an older no has its day, and is not among those of today"
    )
    assert "Natrium" not in letter, "what came after it was sent does not stand in it"
