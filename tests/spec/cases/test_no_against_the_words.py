"""A "no" of the form that its own words or list contradict: asked when the yes would be a danger, never silent."""

from __future__ import annotations

from datetime import date

import pytest

from tests.spec.cases.test_pregnancy_in_words import questions
from tests.spec.cases.test_referral import KNOWN, Desk

pytestmark = pytest.mark.django_db
ALL_NO = {
    **KNOWN,
    "rhythm": "sinus",
    "pregnant": False,
    "ace_inhibitor": False,
    "digoxin": False,
    "macrolide": False,
}
PREGNANT = "Is 20 weken zwanger."
DIGOXIN = "digoxine 0,125 mg\nclaritromycine 500 mg 2dd"
CASES = [
    ("EX-42", {"reason": PREGNANT, "treatment_so_far": "lisinopril 10 mg"}, ["zwanger", "lisinopril"]),
    ("EX-42", {"reason": "Is 20 weken zwanger, gebruikt lisinopril"}, ["zwanger", "lisinopril"]),
    ("EX-42", {"reason": PREGNANT, "further_information": "Lisinopril 10 mg"}, ["zwanger", "Lisinopril"]),
    ("EX-123", {"reason": "Kortademig.", "treatment_so_far": DIGOXIN}, ["digoxine"]),  # what raises it stands in the list
    ("EX-123", {"reason": "Gebruikt digoxine en sinds maandag claritromycine."}, ["digoxine", "claritromycine"]),
]  # fmt: skip


@pytest.fixture
def desk(people):
    found = Desk(people)
    found.patient = people.patient(birth_date=date(1994, 5, 6), sex="female")
    return found


@pytest.mark.parametrize(("rule", "texts", "words"), CASES)
def test_what_the_words_contradict_is_asked_and_holds_the_letter(desk, rule, texts, words):
    page = desk.page(ALL_NO, intent="titration", **texts)
    assert rule in page and "Klopt dit?" in page
    for word in words:
        assert f"‘{word}’" in page, word
    assert len(questions(page)) == len(words)
    assert desk.sends(ALL_NO, intent="titration", **texts) is None


@pytest.mark.parametrize(("rule", "texts", "words"), CASES)
def test_no_to_every_question_lets_it_go_and_yes_makes_it_certain(desk, rule, texts, words):
    asked = questions(desk.page(ALL_NO, intent="titration", **texts))
    yes = desk.says(ALL_NO, intent="titration", **texts, **dict.fromkeys(asked, "yes"))
    assert rule in yes and "Klopt dit?" not in yes
    no = dict.fromkeys(asked, "no")
    assert rule not in desk.says(ALL_NO, intent="titration", **texts, **no)
    sent = desk.sends(ALL_NO, intent="titration", **texts, **no)
    assert sent is not None and len(sent.routing["not_now"]["said"]) == len(words)


@pytest.mark.parametrize(
    "texts",
    [
        {"reason": "Is 20 weken zwanger, lisinopril gestopt"},
        {"reason": PREGNANT, "further_information": "Lisinopril niet verdragen"},
        {"reason": "Kortademig.", "treatment_so_far": "lisinopril 10 mg"},
        {"reason": "Kortademig.", "treatment_so_far": "digoxine 0,125 mg"},
    ],
)
def test_words_that_agree_with_the_no_or_are_no_danger_ask_nothing(desk, texts):
    page = desk.page(ALL_NO, intent="titration", **texts)
    assert "EX-42" not in page and "EX-123" not in page and not questions(page)
