"""The same name and birth date under another BSN: who triages is told, who refers hears nothing of the other person."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.people.models import Patient
from anderhalf.apps.referrals.models import Referral
from tests.support.people import submission

from .conftest import ORDINARY, form_data
from .test_upload import bundle, upload

pytestmark = pytest.mark.django_db
NEW = {
    "bsn": "999990019",
    "family_name": "Verschuren",
    "initials": "K.",
    "birth_date": "14-03-1948",
    "sex": "male",
}
SAID, BADGE = "niet met dit BSN", "mogelijk dubbel"


@pytest.fixture
def known(people):
    """Somebody of another practice, whom this practice may not see."""
    return people.patient(practice="praktijk_westerhof", family_name="Verschuren", given_name="Kornelis")


def refer(people, client=None, **more):
    client = client or people.client("poh")
    practice = str(people.organisation("praktijk_de_linde").pk)
    person = {"concept": submission(), "practice": practice, **NEW, **more}
    if person["initials"] == "K.":
        person["given_name"] = "Karel"
    data = form_data(ORDINARY, submission=submission(), **person)
    sent = client.post(reverse("referrals:send"), data)
    assert sent.status_code == 302, sent.content.decode()[:2000]
    return client, client.get(sent.url).content.decode()


def initial_k(known):
    Patient.objects.filter(pk=known.pk).update(initials="K.")


def test_who_triages_sees_it_and_who_refers_hears_only_that_the_number_differs(people, known):
    initial_k(known)
    _client, page = refer(people)
    assert SAID in page and BADGE not in page
    for private in ("Kornelis", "Westerhof", str(known.pk), known.bsn, "Mogelijk dubbel ingeschreven"):
        assert private not in page, private
    vs = people.client("vs")
    assert BADGE in vs.get(reverse("referrals:triage")).content.decode()
    letter = vs.get(reverse("referrals:referral", args=[Referral.objects.get().pk])).content.decode()
    assert "Mogelijk dubbel ingeschreven" in letter
    assert str(known.pk) not in letter, "no way to a record that is not theirs to see"


def test_who_may_open_the_other_record_is_led_there(people, known):
    initial_k(known)
    _client, _page = refer(people, bsn="999990020")
    first = Referral.objects.get()
    refer(people, bsn="999990032")
    other = Referral.objects.exclude(pk=first.pk).get()
    letter = people.client("vs").get(reverse("referrals:referral", args=[other.pk])).content.decode()
    assert reverse("people:patient", args=[first.patient_id]) in letter


def test_an_uploaded_record_is_looked_at_alike(people, known):
    initial_k(known)
    client = people.client("poh")
    there = upload(client, bundle(bsn=NEW["bsn"], name=[{"family": "Verschuren", "given": ["Karel"]}]))
    _client, page = refer(people, client, concept=there.url.split("concept=")[1])
    assert SAID in page
    assert BADGE in people.client("vs").get(reverse("referrals:triage")).content.decode()


@pytest.mark.parametrize(
    "more",
    [{"birth_date": "15-03-1948"}, {"family_name": "Verschuur"}, {"initials": "P.", "given_name": "Piet"}],
)
def test_somebody_else_is_not_called_double(people, known, more):
    initial_k(known)
    _client, page = refer(people, **more)
    assert SAID not in page
    assert BADGE not in people.client("vs").get(reverse("referrals:triage")).content.decode()


def test_without_initials_nobody_can_tell_them_apart(people, known):
    Patient.objects.filter(pk=known.pk).update(initials="", given_name="", bsn="", bsn_index="")
    _client, page = refer(people, family_name="VERSCHUREN")
    assert SAID in page
