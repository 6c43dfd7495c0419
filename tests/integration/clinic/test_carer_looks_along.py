"""An informal carer measures along, and does not read what the patient answers for themselves and who treats them."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.people.models import Carer, User
from tests.spec.cases.care import Care
from tests.support.people import TOTP_SECRET, submission


@pytest.fixture
def care(people) -> Care:
    """Now, by the real clock, as the pages read it; with a daughter who looks along."""
    found = Care.begin(people, timezone.localtime())
    user = people._users["carer", False] = User.objects.create(username="dochter")
    TOTP.activate(user, TOTP_SECRET)
    Carer.objects.create(
        user=user,
        patient=found.patient,
        family_name="Naaste",
        relation="dochter",
        allowed_from=date(2024, 1, 1),
    )
    return found


@pytest.mark.parametrize("address", ["own", "form"])
def test_thoughts_of_suicide_are_told_to_who_treats_and_not_to_who_looks_along(care, address):
    care.typed_at_home(suicidal_thoughts=True, bleeding=True)
    where = (
        reverse("people:my_record")
        if address == "own"
        else reverse("clinic:home_measurement", args=[care.patient.pk])
    )
    told = care.people.client("patient").get(where).content.decode()
    along = care.people.client("carer").get(where, follow=True).content.decode()
    assert 'id="gevaar"' in told and 'id="gevaar"' in along, "the bleeding is told to both"
    panel = along.partition('id="gevaar"')[2].split("</section>")[0]
    assert "zelfdoding" not in panel and "niet meer leven" not in panel and "113" not in panel
    assert "113" in told
    assert {"EX-51", "EX-52"} <= {rule for task in care.tasks() for rule in task.rules}


def test_the_list_of_earlier_answers_leaves_it_out_for_who_looks_along(care):
    care.typed_at_home(suicidal_thoughts=True, weight="80")
    where = reverse("clinic:home_measurement", args=[care.patient.pk])
    told, along = (care.people.client(role).get(where).content.decode() for role in ("patient", "carer"))
    earlier = told.count("niet meer leven")
    assert earlier > along.count("niet meer leven") >= 1  # the question itself stays
    assert 'id="gevaar"' in told and 'id="gevaar"' not in along


def test_what_the_patient_took_back_stays_said_to_the_patient_and_hidden_from_who_looks_along(care):
    for answer in (True, False):
        care.typed_at_home(suicidal_thoughts=answer)
    told, along = (
        care.people.client(role).get(reverse("people:my_record")).content.decode()
        for role in ("patient", "carer")
    )
    assert 'href="tel:113"' in told and "U meldde op" in told
    assert 'id="gevaar"' not in along


def test_who_looks_along_reads_that_it_was_reported_at_home(care):
    for answer in (True, False):
        care.typed_at_home(chest_pain_at_rest=answer)
    along = care.people.client("carer").get(reverse("people:my_record")).content.decode()
    assert "Thuis gemeld op" in along and "U meldde op" not in along and 'href="tel:112"' in along


def words_of(page) -> str:
    html = page.content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html[html.index("<main") :])).split())


def test_who_looks_along_is_not_spoken_to_as_the_patient(care):
    """A question "Did you faint?" to a daughter is about the daughter."""
    carer, about = care.people.client("carer"), [care.patient.pk]
    where = [reverse("people:my_record"), reverse("clinic:home_measurement", args=about), reverse("clinic:plan", args=about)]  # fmt: skip
    carer.post(
        reverse("clinic:home_measurement", args=about),
        {
            "submission": submission(), "measured_on": timezone.localdate().isoformat(), "f_acute_illness": "true",
            "f_chest_pain_at_rest": "true", "f_angioedema_now": "true", "f_weight": "80",
        },
    )  # fmt: skip
    wrong = re.compile(
        r"Bent u |Hebt u |U bent |Uw (gewicht|medicijnen|afspraken|metingen|laatste|plan|meting|gegevens)|uw medicijnen"
        r"|Krijgt u |U hebt |u pijn|voor u |mijn dossier|met mij"
    )
    for address in where:
        # what the agreement explains is written to the patient, and says so
        said = words_of(carer.get(address)).partition("geschreven aan uw naaste")[0]
        assert not wrong.search(said), (address, said[max(0, wrong.search(said).start() - 60) :][:160])
        assert "uw naaste" in said.lower()
    along = words_of(carer.get(where[0]))
    assert "Heeft uw naaste pijn op de borst bij stilzitten? Ja" in along and "Is uw naaste alleen?" in along
    assert "Het gewicht van uw naaste" in along
    patient = words_of(care.people.client("patient").get(where[0]))
    assert "Hebt u pijn op de borst als u stilzit? Ja" in patient and "Bent u alleen?" in patient
    assert "uw naaste" not in patient.lower()


def test_what_a_carer_typed_is_kept_in_the_words_of_the_patient_and_told_to_each_in_their_own(care):
    care.people.client("carer").post(
        reverse("clinic:home_measurement", args=[care.patient.pk]),
        {"submission": submission(), "measured_on": timezone.localdate().isoformat(), "f_heart_rate": "25"},
    )
    care.typed_at_home(syncope=True)
    care.typed_at_home(syncope=False)
    where = reverse("people:my_record")
    assert "Bent u flauwgevallen? Ja" in words_of(care.people.client("patient").get(where))
    assert "Is uw naaste flauwgevallen? Ja" in words_of(care.people.client("carer").get(where))
