"""A lower pressure that is not below the upper one is asked about beside its field, on every road."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.record.models import Observation
from tests.integration.referrals.conftest import form_data
from tests.integration.referrals.test_upload import bundle, observation, upload
from tests.spec.cases.care import Care
from tests.support.people import submission

pytestmark = pytest.mark.django_db
ASKED = {"nl": "is niet lager dan", "en": "is not below"}


@pytest.fixture
def care(people):
    people.at = now = timezone.now()  # pages read the real clock
    return Care.begin(people, now)


def contact(people, care, *, language="nl", **facts):
    address = reverse("clinic:encounter_new", args=[care.episode.pk])
    return people.client("vs", language=language).post(address, {
        "submission": submission(), "version": care.episode.version, "kind": "phone",
        "happened_on": timezone.localdate(care.at).isoformat(), **{f"f_{name}": text for name, text in facts.items()},
    })  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("pair", [("95", "118"), ("110", "110")])
def test_in_a_contact(people, care, pair, language):
    upper, lower = pair
    answer = contact(people, care, language=language, systolic_bp=upper, diastolic_bp=lower)
    assert answer.status_code == 422 and ASKED[language] in answer.content.decode()
    assert not Observation.objects.filter(fact__in=["systolic_bp", "diastolic_bp"]).exists()
    assert contact(people, care, systolic_bp="118", diastolic_bp="95").status_code == 302


def test_at_home_and_a_danger_is_said_all_the_same(care):
    answer = care.typed_at_home(systolic_bp="66", diastolic_bp="95", sure=True)
    page = answer.content.decode()
    assert ASKED["nl"] in page and re.search("112", page)
    assert not Observation.objects.filter(fact="diastolic_bp").exists()


def test_in_a_referral_typed_or_from_a_file(people, a_patient):
    client, on = people.client("poh"), timezone.localdate()
    typed = form_data(
        {"systolic_bp": "95", "diastolic_bp": "118"}, patient=str(a_patient.pk), intent="titration"
    )
    refused = client.post(reverse("referrals:send"), typed)
    assert refused.status_code == 422 and ASKED["nl"] in refused.content.decode()
    rows = [
        observation("8480-6", 95, "mm[Hg]", on.isoformat()),
        observation("8462-4", 118, "mm[Hg]", on.isoformat()),
    ]
    read = client.get(upload(client, bundle(*rows)).url)
    assert 'value="95"' in read.content.decode() and 'value="118"' in read.content.decode()


def test_a_file_with_an_earlier_creatinine_shows_how_fast_it_rose(people):
    client, on = people.client("poh"), timezone.localdate()
    week = (on - timezone.timedelta(days=6)).isoformat()
    rows = [
        observation("14682-9", 90, "umol/L", week),
        observation("14682-9", 190, "umol/L", on.isoformat()),
    ]
    page = client.get(upload(client, bundle(*rows)).url).content.decode()
    assert "EX-31" in page
