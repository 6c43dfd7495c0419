"""A drug that a file calls in use without a day: asked beside its field, and looked at together with the others."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.people.models import Draft
from tests.support.people import submission

from .conftest import ORDINARY, form_data
from .test_danger_roads import named
from .test_upload import bundle, recent, upload

pytestmark = pytest.mark.django_db
PAIR = "EX-69"
"""A beta-blocker with diltiazem or verapamil."""


def use(code, name, **more):
    return {
        "resourceType": "MedicationStatement", "status": "active", "subject": {"reference": "urn:uuid:p"},
        "medicationCodeableConcept": {
            "coding": [{"system": "http://www.whocc.no/atc", "code": code, "display": name}], "text": name,
        },
        **more,
    }  # fmt: skip


SINCE = {"effectivePeriod": {"start": recent(300)}}
PAIRED = (use("C07AB07", "Bisoprolol 5 mg", **SINCE), use("C08DA01", "Verapamil 120 mg", **SINCE))


def page_of(client, content):
    return client.get(upload(client, content).url).content.decode()


def test_in_a_file_without_a_day_it_is_asked_and_the_pair_is_named(people):
    page = page_of(people.client("poh"), bundle(*PAIRED))
    assert "in het bestand: Bisoprolol 5 mg (in gebruik genoemd" in page
    assert "in het bestand: Verapamil 120 mg (in gebruik genoemd" in page
    assert PAIR in named(page) and "te oud" not in page


def test_in_a_file_of_today_it_is_filled_in_and_the_pair_is_certain(people):
    page = page_of(people.client("poh"), {**bundle(*PAIRED), "timestamp": f"{recent(0)}T00:00:01+01:00"})
    assert "in gebruik genoemd" not in page and PAIR in named(page)


def test_one_drug_in_doubt_beside_one_that_is_known(people):
    known = use("C08DA01", "Verapamil 120 mg", dateAsserted=recent(3))
    assert PAIR in named(page_of(people.client("poh"), bundle(PAIRED[0], known)))


def test_who_answers_that_it_is_not_used_is_not_asked_again(people, a_patient):
    client = people.client("poh")
    who = {"bsn": a_patient.bsn, "name": [{"family": a_patient.family_name}]}
    there = upload(client, bundle(*PAIRED, **who))
    data = form_data({"beta_blocker": False, "diltiazem_or_verapamil": True}, patient=str(a_patient.pk))
    page = client.post(reverse("referrals:route"), data).content.decode()
    assert PAIR not in named(page)
    unanswered = form_data({"diltiazem_or_verapamil": True}, patient=str(a_patient.pk))
    assert PAIR in named(client.post(reverse("referrals:route"), unanswered).content.decode()), there


def test_an_earlier_no_of_the_record_does_not_answer_the_file(people, a_patient):
    client = people.client("poh")
    facts = {**ORDINARY, "beta_blocker": False}
    sent = client.post(
        reverse("referrals:send"), form_data(facts, patient=str(a_patient.pk), submission=submission())
    )
    assert sent.status_code == 302 and not Draft.objects.exists()
    who = {"bsn": a_patient.bsn, "name": [{"family": a_patient.family_name}]}
    page = page_of(client, bundle(*PAIRED, **who))
    assert "in het bestand: Bisoprolol 5 mg (in gebruik genoemd" in page and PAIR in named(page)
