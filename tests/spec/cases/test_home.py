"""Cases of measurements at home (AL), typed by the patient in their own form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from anderhalf.apps.clinic.queries import phones_of
from tests.spec.cases.care import Care

NO_COMPLAINTS = dict.fromkeys(
    ("pressure_symptoms", "stroke_signs", "chest_pain_at_rest", "dyspnoea_at_rest"), False
)


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


def panel_of(response) -> str:
    page = response.content.decode()
    assert 'id="gevaar"' in page, "the page says nothing of a danger"
    before, _, after = page.partition('id="gevaar"')
    assert "data-error-summary" not in before, "a danger stands above every error of the form"
    return after.split("</section>")[0]


@pytest.mark.case("AL1")
def test_shock_at_home_says_112_before_and_after_it_is_confirmed(care, answer):
    values = {"systolic_bp": "70", "diastolic_bp": "45", "heart_rate": "110"}
    asked = care.typed_at_home(**values)
    assert asked.status_code == 422
    assert "tel:112" in panel_of(asked) and "Klopt dit? Bel dan nu 112" in panel_of(asked)
    assert [task.rank for task in care.tasks()][:1] == [0], "the centre knows although nothing was saved"
    saved = care.typed_at_home(**values, sure=True)
    assert "tel:112" in panel_of(saved) and "De meting is bewaard" not in saved.content.decode()
    assert care.actions()[0] == "call_112"
    first = care.tasks()[0]
    assert first.rank == 0 and first.due_at <= timezone.now()
    answer("112, ook voordat de waarde bevestigd is")


@pytest.mark.case("AL2")
def test_a_pulse_of_182_is_contact_at_once(care, answer):
    page = care.typed_at_home(systolic_bp="190", diastolic_bp="100", heart_rate="182", sure=True)
    assert care.actions()[0] == "call_112" and "tel:112" in panel_of(page)
    answer("112 (pols boven 150)")


@pytest.mark.case("AL4")
def test_a_pressure_of_228_is_for_the_team(care, answer):
    page = care.typed_at_home(
        systolic_bp="228", diastolic_bp="130", heart_rate="80", sure=True, **NO_COMPLAINTS
    )
    assert set(care.actions()) == {"contact_team"}
    said, phones = panel_of(page), phones_of(care.episode.centre, at=care.at)
    within_the_day = phones.open_now or (phones.opens_at or care.at) <= care.at + timedelta(days=1)
    if within_the_day:
        assert "099-9990011" in said, "the number of the centre"
    else:  # in a weekend that of who can be asked within the day
        assert "Bel nu de huisartsenpost" in said and "099-9990090" in said
    answer("team bellen, dezelfde of volgende werkdag")


@pytest.mark.case("AL5")
def test_four_and_a_half_kilos_in_two_weeks_is_for_the_team(care, at, answer):
    care.home({"weight": "80"}, at=at - timedelta(days=14))
    care.home({"weight": "82.2"}, at=at - timedelta(days=7))
    care.typed_at_home(weight="84,5")
    assert "contact_team" in care.actions()
    assert {"danger:weight_gain_14_days", "danger:weight_gain_7_days"} <= {
        task.about for task in care.tasks()
    }
    answer("team bellen: meer dan 3 kg in 14 dagen")


@pytest.mark.case("AL7")
def test_six_kilos_lost_in_five_days_is_for_the_team(care, at, answer):
    care.home({"weight": "80"}, at=at - timedelta(days=5))
    care.typed_at_home(weight="74")
    assert care.actions() == ["contact_team"] and care.tasks()[0].about == "danger:weight_loss_7_days"
    answer("team bellen: mogelijk te droog")


@pytest.mark.parametrize("facts", [{"systolic_bp": "62", "diastolic_bp": "40"}, {"heart_rate": "26"}])
def test_a_pressure_of_62_and_a_pulse_of_26_are_never_for_the_next_working_day(care, facts):
    care.typed_at_home(**facts, sure=True)
    assert care.actions()[0] == "call_112"


def test_chest_pain_comes_before_every_error_of_the_form(care):
    response = care.typed_at_home(chest_pain_at_rest=True, weight="acht")
    assert response.status_code == 422
    said = panel_of(response)
    assert "Bel nu 112" in said and 'href="tel:112"' in said and "nog niet bewaard" in said
    assert [task.rank for task in care.tasks()] == [0]
    english = panel_of(care.typed_at_home(chest_pain_at_rest=True, weight="acht", language="en"))
    assert "Call 112 now" in english
    assert len(care.tasks()) == 1, "pressed twice is one task"


@pytest.mark.parametrize(
    "pressure", [{"systolic_bp": "224", "diastolic_bp": "118"}, {"systolic_bp": "150", "diastolic_bp": "145"}]
)
def test_a_very_high_pressure_at_home_asks_for_complaints_and_the_answer_decides(care, pressure):
    given = {**pressure, "heart_rate": "80", "sure": True}
    page = care.typed_at_home(**given)
    assert page.status_code == 422
    said = page.content.decode()
    assert said.count("Uw bloeddruk is erg hoog. Beantwoord ook deze vraag.") >= 4
    assert care.tasks(), "whoever walks away now leaves a task all the same"
    care.typed_at_home(**given, **NO_COMPLAINTS)
    assert care.actions()[0] == "contact_team"
    (due, *_rest) = [one.due_at for one in care.tasks()]
    assert (due.date() - care.at.date()).days <= 3


@pytest.mark.parametrize(
    "pressure", [{"systolic_bp": "224", "diastolic_bp": "118"}, {"systolic_bp": "150", "diastolic_bp": "145"}]
)
def test_a_very_high_pressure_with_a_headache_is_an_emergency(care, pressure):
    complaints = {**NO_COMPLAINTS, "pressure_symptoms": True}
    page = care.typed_at_home(**pressure, heart_rate="80", sure=True, **complaints)
    assert "112" in page.content.decode() and care.actions()[0] == "call_112"


def test_an_ordinary_pressure_asks_nothing_more(care):
    page = care.typed_at_home(systolic_bp="130", diastolic_bp="80", heart_rate="70")
    assert page.status_code == 200 and "Uw bloeddruk is erg hoog" not in page.content.decode()
