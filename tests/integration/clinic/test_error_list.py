"""The list of errors above a form: each says once which field it is about, and in which row that field stands."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from tests.support.people import submission

from .page_care import form_of


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


def summary(page: str) -> str:
    found = re.search(r'(?s)<div class="error-summary".*?</div>', page)
    assert found is not None, page[:2000]
    return strip_tags(found[0].replace("</li>", "\n"))


def consult(clinic, people, at, **typed):
    episode = clinic.episode()
    address = reverse("clinic:encounter_new", args=[episode.pk])
    return people.client("vs").post(address, form_of(episode, at, **typed)).content.decode()


@pytest.mark.parametrize(
    "typed",
    [{"f_potassium": "48"}, {"f_potassium": "veel"}, {"f_potassium": "7,9"}, {"f_potassium": "8.900"}],
)
def test_a_value_of_a_contact_is_named_once(clinic, people, at, typed):
    said = summary(consult(clinic, people, at, **typed))
    assert said.count("Kalium") == 1, said


def test_a_row_of_medication_is_named(clinic, people, at):
    row = {"kind": "start", "drug": "bisoprolol", "reason": "HFrEF"}
    page = consult(
        clinic, people, at, **{f"med_2_{part}": value for part, value in row.items()}, med_0_dose="5"
    )
    said = summary(page)
    assert "Medicatie, regel 3: dosis: " in said and "Medicatie, regel 3: keer per dag: " in said
    assert "Medicatie, regel 1: wat: " in said and "Medicatie, regel 2" not in said
    assert ">Dosis</label>" in page, "beside the field its own name is enough"


def test_other_unit_is_asked_in_the_contact(clinic, people, at):
    page = consult(clinic, people, at, f_creatinine="0,9")
    assert "0,9 lijkt in mg/dl; bedoelt u 79,6 µmol/l?" in summary(page)


def referral(people, **typed):
    patient = people.patient()
    data = {
        "patient": str(patient.pk),
        "submission": submission(),
        "intent": "titration",
        "reason": "Hartfalen.",
        "patient_informed": "on",
        "action": "send",
    }
    return people.client("gp").post(reverse("referrals:send"), data | typed).content.decode()


def test_a_referral_names_a_value_once_and_asks_for_the_other_unit(people):
    said = summary(referral(people, f_potassium="48", f_creatinine="0,9", f_height="1,68"))
    assert said.count("Kalium") == 1 and said.count("Creatinine") == 1, said
    assert "0,9 lijkt in mg/dl; bedoelt u 79,6 µmol/l?" in said
    assert "1,68 lijkt in meters; bedoelt u 168 cm?" in said


def test_a_row_of_allergies_is_named(people):
    said = summary(referral(people, allergies_asked="known", allergy_1_reaction="angioedema"))
    assert "Allergie, regel 2: middel of stof: Vul in om welk middel het gaat." in said


def test_at_home_a_value_is_named_once(clinic, people, at):
    episode = clinic.episode()
    page = people.client("vs").post(
        reverse("clinic:home_measurement", args=[episode.patient_id]),
        {"submission": submission(), "measured_on": at.date().isoformat(), "f_weight": "82400"},
    )
    said = summary(page.content.decode())
    assert said.lower().count("gewicht") == 1 and "82400 lijkt in grammen; bedoelt u 82,4 kg?" in said
