"""A swollen face, lips, tongue or throat is an emergency of its own: ticked, written, at a contact and at home."""

from __future__ import annotations

import pytest
from django.utils import timezone

from anderhalf.apps.record.models import Observation, Task
from tests.spec.cases.care import Care
from tests.spec.cases.test_free_text import Letter, asked
from tests.spec.cases.test_free_text_in_care import Contact
from tests.spec.cases.test_home import panel_of
from tests.spec.cases.titration_patient import TitrationPatient

pytestmark = pytest.mark.django_db

FACT = "angioedema_now"
WRITTEN = [
    "Dikke lip en tong sinds start enalapril gisteren", "angio-oedeem sinds vanochtend", "gezwollen tong",
    "zwelling van de keel", "tongue swelling after ramipril", "angioedeem na lisinopril gisteren",
    "sinds gisteren dikke tong en lippen na start ramipril", "swollen lips since this morning",
]  # fmt: skip


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


@pytest.fixture
def base(people):
    return TitrationPatient(people)


@pytest.mark.parametrize("pathway", ["heart_failure", "atrial_fibrillation"])
def test_at_a_referral_it_calls_112_and_nothing_is_sent(people, pathway):
    letter = Letter(people, pathway, **{FACT: True})
    page = letter.sends().content.decode()
    assert letter.sent is None and 'href="tel:112"' in page and "Spoed" in page
    assert "ACE-remmer, ARB of ARNI: nu stoppen" in page
    assert Task.objects.filter(patient=letter.patient, kind="emergency_advice", status="open").exists()


@pytest.mark.parametrize("given", [{FACT: False}, {}])
def test_who_has_none_or_was_not_asked_is_referred_as_ever(people, given):
    letter = Letter(people, **given)
    letter.sends(chosen_line="intermediate", because="bekend")
    assert letter.sent is not None


def test_an_earlier_one_is_no_swelling_of_now(people):
    letter = Letter(people, angioedema_history=True)
    letter.sends(chosen_line="intermediate", because="bekend")
    assert letter.sent is not None


@pytest.mark.parametrize("text", WRITTEN)
@pytest.mark.parametrize("pathway", ["heart_failure", "atrial_fibrillation"])
def test_what_is_written_is_asked_although_the_box_says_no(people, pathway, text):
    letter = Letter(people, pathway, **{FACT: False})
    page = letter.sends(reason=text)
    assert page.status_code == 422 and letter.sent is None and len(asked(page)) == 1
    advice = letter.sends(reason=text, **{asked(page)[0]: "yes"})
    assert letter.sent is None and "Spoed" in advice.content.decode()


def test_what_is_denied_asks_nothing(people):
    letter = Letter(people)
    page = letter.sends(reason="Geen gezwollen tong of lippen.", chosen_line="intermediate", because="bekend")
    assert not asked(page) and letter.sent is not None


@pytest.mark.parametrize("beside", ["", ", nu candesartan"])
def test_one_of_long_ago_is_asked_as_ever(people, beside):
    """Not as a swelling of now: it forbids drugs for life. The drug of now beside it is asked too."""
    letter = Letter(people)
    page = letter.sends(reason=f"Angio-oedeem in 2019 op enalapril{beside}.")
    text = page.content.decode()
    assert "ook lang geleden" in text and "angio-oedeem doorgemaakt" in text.lower() and letter.sent is None
    assert ("‘candesartan’" in text) is bool(beside) and "‘enalapril’" not in text
    assert len(asked(page)) == (2 if beside else 1)


@pytest.mark.parametrize("kind", ["visit", "phone"])
def test_a_contact_asks_it_and_calls(care, kind):
    contact = Contact(care)
    page = contact.posts(kind, **{f"f_{FACT}": "true"}).content.decode()
    assert "Bel nu 112 of de SEH" in page and care.tasks()[0].rank == 0


def test_a_contact_asks_what_its_text_says(care):
    contact = Contact(care)
    text = "sinds gisteren dikke tong en lippen na start ramipril"
    page = contact.posts(complaints=text)
    assert page.status_code == 422 and len(asked(page)) == 1
    contact.posts(complaints=text, **dict.fromkeys(asked(page), "yes"))
    assert {row.fact for row in Observation.objects.filter(encounter=contact.saved.pk)} == {FACT}


@pytest.mark.parametrize(
    ("regimen", "key"), [("ramipril 5 bid 220d", "ace_inhibitor"), ("valsartan 80 bid 220d", "arb")]
)
def test_the_card_of_what_may_cause_it_says_to_stop(base, regimen, key):
    base.given(regimen, angioedema_now=True)
    assert base.card(key).kind == "stop"


def test_at_home_it_is_asked_in_plain_words_and_says_112(care):
    page = care.typed_at_home(**{FACT: True})
    assert "tel:112" in panel_of(page) and "Zijn uw gezicht, lippen, tong of keel ineens dik?" in panel_of(
        page
    )
    assert "-pril of -sartan, of gebruikt u Entresto? Neem dat medicijn niet meer in." in panel_of(page)
    assert care.actions()[0] == "call_112"
