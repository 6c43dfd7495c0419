"""What a user met on the referral form: a switch in the list of drugs, a past event, and which drugs a pair is about."""

from __future__ import annotations

import pytest

from tests.spec.cases.test_free_text import Letter, asked

pytestmark = pytest.mark.django_db

MORE = {"chosen_line": "intermediate", "because": "bekend"}


@pytest.mark.parametrize("text", [
    "lisinopril stopt per 1-1 wegens kriebelhoest, dan candesartan",
    "lisinopril 10 mg (eerder ramipril, gestopt ivm hoest)", "Stop enalapril, over 2 dagen Entresto",
])  # fmt: skip
@pytest.mark.parametrize("name", ["reason", "treatment_so_far"])
def test_a_planned_switch_and_a_drug_of_before_hold_up_nothing(people, name, text):
    letter = Letter(people)
    page = letter.sends(**{"reason": "Graag titratie.", name: text, **MORE})
    assert not asked(page) and letter.sent is not None


@pytest.mark.parametrize("text", ["In 2015 longoedeem.", "3 jaar geleden maagbloeding."])
def test_a_past_event_beside_a_no_holds_up_nothing(people, text):
    letter = Letter(people)
    assert not asked(letter.sends(reason=text, **MORE)) and letter.sent is not None


def test_a_list_that_tells_of_a_change_is_asked_in_its_words(people):
    letter = Letter(people)
    texts = {
        "reason": "Graag titratie.",
        "treatment_so_far": "Lisinopril blijft, candesartan per 1-1 erbij.",
        **MORE,
    }
    page = letter.sends(**texts)
    html = page.content.decode()
    assert len(asked(page)) == 2 and letter.sent is None
    assert "‘Lisinopril’" in html and "‘candesartan’" in html
    first, second = asked(page)
    letter.sends(**texts, **{first: "no", second: "no"})
    assert letter.sent is not None


def test_an_alarm_about_two_drugs_of_the_list_names_them(people):
    letter = Letter(people)
    page = letter.sends(reason="Graag titratie.", treatment_so_far="Lisinopril 10 mg\nCandesartan 8 mg")
    assert "Het gaat om lisinopril en candesartan." in page.content.decode()
    page = Letter(people).sends(
        reason="Graag titratie.", treatment_so_far="Bisoprolol 5 mg\nMetoprolol 50 mg"
    )
    assert "Het gaat om bisoprolol en metoprolol" in page.content.decode()


def test_a_pair_of_one_class_names_the_two(people):
    letter = Letter(people)
    page = letter.sends(reason="Graag titratie.", treatment_so_far="Lisinopril 10 mg\nRamipril 5 mg", **MORE)
    sent = letter.client.get(page.url).content.decode()
    assert "Het gaat om lisinopril en ramipril. Twee ACE-remmers" in sent
