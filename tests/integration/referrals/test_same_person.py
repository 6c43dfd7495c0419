"""A BSN of somebody else: what was typed or read about one person never enters the record of another."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.people.models import Draft, Patient
from anderhalf.apps.people.same_person import same_family_name
from anderhalf.apps.record.models import Observation
from anderhalf.apps.referrals.models import Referral
from tests.support.people import submission

from .test_pages import post
from .test_upload import bundle, observation, recent, upload

pytestmark = pytest.mark.django_db
ALIKE = [
    ("Jansen", "jansen"), ("Müller", "Muller"), ("Müller", "Mueller"), ("van der Vries", "Vries"),
    ("Bakker-de Wit", "de Wit"), ("Bakker - Wit", "Wit-Bakker"), ("Dijk", "van Dyk"), ("", "Jansen"), ("in 't Veld", "Veld"),
]  # fmt: skip
OTHERS = [
    ("Jansen", "Echtewaar"),
    ("van der Vries", "van der Berg"),
    ("Bakker-de Wit", "de Groot"),
    ("Jans", "Jansen"),
]
WRONG = {
    "name": ({"family_name": "Echtewaar"}, "hoort een andere achternaam"),
    "birth date": ({"birth_date": "01-01-1940"}, "hoort een andere geboortedatum"),
    "sex": ({"sex": "male"}, "hoort een ander geslacht"),
    "both": (
        {"birth_date": "01-01-1940", "sex": "male"},
        "horen een andere geboortedatum en een ander geslacht",
    ),
    "all": (
        {"family_name": "Echtewaar", "birth_date": "01-01-1940", "sex": "male"},
        "horen een andere achternaam, een andere geboortedatum en een ander geslacht",
    ),
}


@pytest.fixture
def klerk(people):
    return people.patient(family_name="Klerk-Müller", sex="female")


def typed(patient, **more):
    return {
        "concept": submission(), "bsn": patient.bsn, "family_name": "Klerk", "birth_date": "14-03-1948", "sex": "female",
        "practice": str(patient.practice_id), "reason": "Voor wie het is.", **more,
    }  # fmt: skip


def nothing_stored():
    return not (Referral.objects.exists() or Observation.objects.exists()) and Patient.objects.count() == 1


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_family_names_that_may_be_of_one_person(one, other):
    assert same_family_name(one, other) and same_family_name(other, one)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_family_names_of_two_persons(one, other):
    assert not same_family_name(one, other) and not same_family_name(other, one)


@pytest.mark.parametrize("what", WRONG)
def test_by_hand_it_is_refused_and_what_was_typed_stays(people, klerk, what):
    changes, sentence = WRONG[what]
    answer = post(people.client("poh"), **typed(klerk, **changes))
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in page and "Controleer het BSN." in page
    assert "Voor wie het is." in page and "Klerk-Müller" not in page and klerk.bsn in page
    for name in ("family_name", "birth_date"):
        assert f'value="{typed(klerk, **changes)[name]}"' in page
    assert nothing_stored() and not Draft.objects.exists()


def test_by_hand_a_shared_surname_is_the_same_person(people, klerk):
    answer = post(people.client("poh"), **typed(klerk, family_name="Muller"))
    assert answer.status_code == 302 and str(klerk.pk) in answer.url


def test_registering_says_what_differs(people, klerk):
    data = typed(klerk, submission=submission(), sex="male")
    page = people.client("gp").post(reverse("people:patient_new"), data)
    assert page.status_code == 422 and "Bij dit BSN hoort een ander geslacht" in page.content.decode()


FILES = {
    "name": ({"name": [{"family": "Ander", "given": ["Bert"]}]}, "een andere achternaam"),
    "birth date": ({"birthDate": "1940-01-01"}, "een andere geboortedatum"),
    "sex": ({"gender": "male"}, "een ander geslacht"),
}


@pytest.mark.parametrize("what", FILES)
@pytest.mark.parametrize("bsn", [True, False])
@pytest.mark.parametrize("chosen", [True, False])
def test_by_file_it_is_refused(people, klerk, what, bsn, chosen):
    changes, sentence = FILES[what]
    file = bundle(
        observation("2823-3", 5.2, "mmol/L", recent()), bsn=klerk.bsn if bsn else "",
        **{"name": [{"family": "Klerk"}], "gender": "female", **changes},
    )  # fmt: skip
    more = {"patient": str(klerk.pk)} if chosen else {}
    answer = upload(people.client("poh"), file, **more)
    if not bsn and not chosen:
        assert "concept=" in answer.url, "nobody is known by it"
        return
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert nothing_stored() and not Draft.objects.exists()


@pytest.mark.parametrize("bsn", [True, False])
def test_by_file_the_same_person_is_read(people, klerk, bsn):
    file = bundle(bsn=klerk.bsn if bsn else "", name=[{"family": "Müller"}], gender="female")
    assert upload(people.client("poh"), file, patient=str(klerk.pk)).url.endswith(f"patient={klerk.pk}")


def test_a_file_of_another_does_not_come_along_with_a_bsn_that_is_typed(people, klerk):
    """Read without a BSN as somebody new, then the BSN and the name of somebody known are typed over it."""
    client = people.client("poh")
    url = upload(client, bundle(observation("2823-3", 5.2, "mmol/L", recent()), gender="male")).url
    answer = post(client, **typed(klerk, concept=url.split("concept=")[1]))
    assert (
        answer.status_code == 422 and "in het bestand staat een andere achternaam" in answer.content.decode()
    )
    assert nothing_stored()
