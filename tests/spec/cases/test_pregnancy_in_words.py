"""A pregnancy and its drug told only in words, and a birth of weeks ago: the danger that they are with codes."""

from __future__ import annotations

import re
from datetime import date

import pytest

from anderhalf.apps.clinic import actions
from anderhalf.apps.clinic.errors import WrittenDanger
from tests.spec.cases.care import Care
from tests.spec.cases.test_referral import KNOWN, Desk

pytestmark = pytest.mark.django_db
YOUNG = {**KNOWN, "rhythm": "sinus"}


def questions(page):
    return set(re.findall(r'name="(said_[0-9a-f]+)"', page))


@pytest.fixture
def desk(people):
    found = Desk(people)
    found.patient = people.patient(birth_date=date(1994, 5, 6), sex="female")
    return found


@pytest.mark.parametrize(
    "texts",
    [
        {"reason": "zwanger 9 weken, gebruikt lisinopril"},
        {"reason": "Is 9 weken zwanger.", "further_information": "Gebruikt sinds 2021 losartan."},
        {"reason": "positieve zwangerschapstest", "treatment_so_far": "spironolacton 25 mg"},
        {"reason": "zwanger, slikt acenocoumarol"},
    ],
)
def test_a_pregnancy_and_a_drug_in_words_are_asked_and_hold_the_letter(desk, texts):
    page = desk.says(YOUNG, intent="titration", **texts)
    assert "Als dit klopt" in page or "EX-42" in page or "EX-66" in page, page[:1500]
    assert "EX-42" in page or "EX-66" in page
    assert "Bel de dienstdoende cardioloog" in page
    assert desk.sends(YOUNG, intent="titration", **texts) is None


@pytest.mark.parametrize(
    "texts",
    [
        {"reason": "zwanger 9 weken, gestopt met lisinopril"},
        {"reason": "niet zwanger, gebruikt lisinopril"},
        {"reason": "gebruikt lisinopril"},
    ],
)
def test_without_one_of_the_two_nobody_is_called(desk, texts):
    assert "EX-42" not in desk.says(YOUNG, intent="titration", **texts)


def test_an_answer_beside_the_words_settles_it(desk):
    texts = {"reason": "zwanger 9 weken, gebruikt lisinopril"}
    no_drug = {**YOUNG, "ace_inhibitor": False}
    asked = desk.page(no_drug, intent="titration", **texts)
    assert "EX-42" in asked and "‘lisinopril’; u gaf nee op" in asked
    answers = dict.fromkeys(questions(asked), "no")
    assert "EX-42" not in desk.says(no_drug, intent="titration", **texts, **answers)
    assert desk.sends(no_drug, intent="titration", **texts, **answers) is not None


@pytest.mark.parametrize(
    "words",
    [
        "3 weken geleden bevallen, kortademig en dikke voeten",
        "ligt nog in het kraambed",
        "8 weken post partum",
    ],
)
def test_a_birth_of_weeks_ago_with_heart_failure_is_no_routine_referral(desk, words):
    page = desk.says(YOUNG, intent="diagnosis", reason=words)
    assert "EX-134" in page and "Bel de dienstdoende cardioloog" in page
    assert desk.sends(YOUNG, intent="diagnosis", reason=words) is None
    said = desk.says({**YOUNG, "recently_delivered": True}, intent="diagnosis", reason="kortademig")
    assert "EX-134" in said and "binnen 4 weken" not in said


BIRTH = "3 weken geleden bevallen, kortademig"


@pytest.mark.parametrize(
    "words",
    [
        "bevallen in 2012, nu kortademig",
        "7 maanden geleden bevallen, kortademig",
        "zeven maanden post partum, kortademig",
        "Kortademig, 30 weken na de bevalling",
        "gave birth 8 months ago, short of breath",
        "Kortademig. Haar dochter is 3 weken geleden bevallen.",
        "Kortademig, zijn vrouw is drie weken geleden bevallen",
    ],
)
def test_a_birth_of_longer_ago_or_of_another_is_asked_of_nobody(desk, words):
    assert "EX-134" not in desk.says(YOUNG, intent="diagnosis", reason=words)


@pytest.mark.parametrize(
    "words",
    [
        "5 maanden geleden bevallen, kortademig",
        "Sinds 7 maanden moe, 3 weken geleden bevallen",
        "4 tot 8 maanden na de bevalling kortademig",
        "Moeder belt: haar dochter is 3 weken geleden bevallen en kortademig",
        "Dochter van 2 jaar; is 3 weken geleden bevallen van een zoon",
    ],
)
def test_a_birth_within_five_months_is_asked_whatever_stands_beside_it(desk, words):
    assert "EX-134" in desk.says(YOUNG, intent="diagnosis", reason=words)


@pytest.mark.parametrize(
    ("sex", "born", "asked"),
    [("male", 1956, False), ("male", 1994, False), ("female", 1969, False), ("female", 1971, True)],
)
def test_words_about_a_birth_are_not_about_who_is_not_asked(people, sex, born, asked):
    desk = Desk(people)
    desk.patient = people.patient(birth_date=date(born, 1, 6), sex=sex)
    for words in (BIRTH, "ligt nog in het kraambed"):
        assert ("EX-134" in desk.says(YOUNG, intent="diagnosis", reason=words)) is asked, words
    assert asked or "EX-134" not in desk.says(
        YOUNG, intent="diagnosis", reason="zijn dochter is 3 weken geleden bevallen"
    )


def test_a_yes_that_was_given_stands_whoever_it_is(people):
    desk = Desk(people)
    desk.patient = people.patient(birth_date=date(1994, 1, 6), sex="male")
    assert "EX-134" in desk.says({**YOUNG, "recently_delivered": True}, intent="diagnosis", reason=BIRTH)


def test_in_care_the_words_of_a_contact_are_asked_too(people, at):
    care = Care.begin(people, at)
    care.patient.sex, care.patient.birth_date = "female", date(1994, 5, 6)
    care.patient.save()
    with pytest.raises(WrittenDanger):
        actions.record_encounter(
            by=care.vs,
            at=care.at,
            episode=care.episode.pk,
            kind="visit",
            observations=care.items({"weight": 70}, care.at),
            text=actions.EncounterText(complaints="zwanger 9 weken, gebruikt lisinopril"),
        )
