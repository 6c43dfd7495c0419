"""A result with a laboratory's own code, or with a name only, and what a report says in words: a danger among it is
asked first, and nothing of it is taken over by itself."""

from __future__ import annotations

import pytest
from django.utils import timezone

from anderhalf.apps.record.models import Observation
from anderhalf.apps.referrals.models import Referral

from .test_not_taken_over import FACTS, bundle, potassium
from .test_pages import post
from .test_upload import recent, upload

pytestmark = pytest.mark.django_db


def named(code, value=6.9, unit="mmol/L", days=1):
    return {**potassium(value, recent(days)), "code": code, "valueQuantity": {"value": value, "unit": unit}}


def local(display):
    return {"coding": [{"system": "urn:lokaal", "code": "KAL", "display": display}]}


def report(text, days=1, **more):
    return {
        "resourceType": "DiagnosticReport", "status": "final", "subject": {"reference": "urn:uuid:p"},
        "code": {"text": "Lab"}, "effectiveDateTime": recent(days), "conclusion": text, **more,
    }  # fmt: skip


NAMED = {
    "a local code": lambda: [named(local("Kalium"))],
    "a local code with a text": lambda: [named({**local(""), "text": "Kalium"})],
    "only a text": lambda: [named({"text": "Kalium"})],
    "only K": lambda: [named({"text": "K"})],
    "with the specimen": lambda: [named({"text": "Kalium (serum)"})],
    "in English": lambda: [named({"text": "Potassium in plasma"})],
    "with a word more": lambda: [named({"text": "Potassium concentration"})],
    "newer than a coded one": lambda: [named({"text": "Kalium"}), potassium(4.4, recent(5))],
}
ORDINARY = {
    "an ordinary value": lambda: [named({"text": "Kalium"}, 4.4)],
    "another unit": lambda: [named({"text": "Kalium"}, 6.9, "mmol/24h")],
    "of urine": lambda: [named({"text": "Kalium urine"}, 6.9)],
    "another name": lambda: [named({"text": "Calcium"}, 6.9)],
    "older than a coded one": lambda: [named({"text": "Kalium"}, days=9), potassium(4.4, recent(1))],
    "withdrawn": lambda: [{**named({"text": "Kalium"}), "status": "entered-in-error"}],
    "long ago": lambda: [named({"text": "Kalium"}, days=400)],
    "a report that denies": lambda: [report("Geen syncope, kalium 4,4.")],
    "a report of long ago": lambda: [report("Kalium 6,9 doorgebeld", days=400)],
    "a withdrawn report": lambda: [report("Kalium 6,9 doorgebeld", status="entered-in-error")],
}


@pytest.mark.parametrize("road", NAMED)
def test_a_result_that_is_named_and_not_coded_is_asked_first_when_it_would_be_a_danger(
    people, a_patient, road
):
    client = people.client("poh")
    answer = upload(client, bundle(*NAMED[road]()), patient=str(a_patient.pk))
    page = client.get(answer.url).content.decode()
    assert "Klopt dit?" in page and "EX-07" in page and "met een code die hier niet bekend is" in page
    assert 'name="f_potassium" value=' not in page
    refused = post(client, FACTS, patient=a_patient)
    assert refused.status_code == 422 and not Referral.objects.exists()
    assert not Observation.objects.filter(fact="potassium").exists()
    today = f"{timezone.localdate():%d-%m-%Y}"
    assert (
        post(client, {**FACTS, "potassium": "4.4"}, patient=a_patient, d_potassium=today).status_code == 302
    )


@pytest.mark.parametrize("road", ORDINARY)
def test_what_is_no_danger_asks_nobody_to_call(people, a_patient, road):
    client = people.client("poh")
    answer = upload(client, bundle(*ORDINARY[road]()), patient=str(a_patient.pk))
    page = client.get(answer.url).content.decode()
    assert "EX-07" not in page and "Is dat nu zo?" not in page and "Als dit klopt" not in page


SAID = {
    "a conclusion": lambda: report("Kalium 6,9 doorgebeld"),
    "a conclusion of two lines": lambda: report("Nierfunctie stabiel.\nKalium vanmorgen 6,9."),
    "a remark": lambda: {**named({"text": "Lab"}, 4.4), "note": [{"text": "Kalium 6,9 doorgebeld"}]},
    "a result in words": lambda: {
        **{key: value for key, value in named({"text": "Lab"}).items() if key != "valueQuantity"},
        "valueString": "Kalium 6,9 doorgebeld",
    },
}


@pytest.mark.parametrize("road", SAID)
def test_what_a_report_says_in_words_is_asked(people, a_patient, road):
    client = people.client("poh")
    answer = upload(client, bundle(SAID[road]()), patient=str(a_patient.pk))
    page = client.get(answer.url).content.decode()
    assert "Is dat nu zo?" in page and "EX-07" in page
    refused = post(client, FACTS, patient=a_patient)
    assert refused.status_code == 422 and not Referral.objects.exists(), (
        "also when the letter's text is empty"
    )
