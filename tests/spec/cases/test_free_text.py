"""Free text is never silent: what the fields leave out and the text says is asked before anything is sent."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from anderhalf.apps.record.models import Observation, Task
from anderhalf.apps.record.queries import value_of
from anderhalf.apps.referrals.models import Referral
from tests.integration.referrals.conftest import ORDINARY, form_data
from tests.spec.cases.test_referral import KNOWN
from tests.support.people import submission

pytestmark = pytest.mark.django_db

EMERGENCIES = [
    ("heart_failure", "Pijn op de borst sinds een uur, zweten en misselijk. Graag beoordeling.", ["chest_pain_at_rest"]),
    ("heart_failure", "Vanochtend flauwgevallen bij traplopen. Saturatie thuis 82%. Graag echo.",
     ["syncope", "oxygen_saturation"]),
    ("atrial_fibrillation", "Sinds vanochtend scheve mond en kan arm niet optillen. Boezemfibrilleren, geen antistolling.",
     ["stroke_signs"]),
    ("heart_failure", "Zegt dat zij niet meer wil leven.", ["suicidal_thoughts"]),
    ("heart_failure", "Sinds gisteren zwarte ontlasting.", ["bleeding"]),
    ("heart_failure", "Bloeddruk nu 62/40 mmHg.", ["systolic_bp"]),
    ("heart_failure", "Is weggevallen in de keuken.", ["syncope"]),
    ("heart_failure", "Pijn op de bost en zweten.", ["chest_pain_at_rest"]),
    ("heart_failure", "AP-klachten in rust.", ["chest_pain_at_rest"]),
    ("heart_failure", "Twee schokken van de ICD vannacht.", ["icd_shock"]),
]  # fmt: skip


class Letter:
    """The referral form of a GP about one patient, posted as the page posts it."""

    def __init__(self, people, pathway="heart_failure", **facts):
        self.people, self.client = people, people.client("gp")
        self.patient, self.pathway = people.patient(), pathway
        self.facts = {**ORDINARY, **KNOWN, **facts}
        self.key = submission()

    def data(self, **more):
        given = {"pathway": self.pathway, "submission": self.key, **more}
        return form_data(self.facts, patient=str(self.patient.pk), **given)

    def sends(self, **more):
        return self.client.post(reverse("referrals:send"), self.data(**more))

    @property
    def sent(self):
        return Referral.objects.filter(patient=self.patient).first()


def asked(page) -> list[str]:
    """The names of the questions about the text, each once."""
    found = re.findall(r'name="(said_[0-9a-f]+)"', page.content.decode())
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(("pathway", "text", "facts"), EMERGENCIES)
def test_an_emergency_in_the_reason_is_asked_before_it_is_sent(people, pathway, text, facts):
    letter = Letter(people, pathway)
    page = letter.sends(reason=text)
    html = page.content.decode()
    assert page.status_code == 422 and letter.sent is None
    assert len(asked(page)) == len(facts) and "Is dat nu zo" in html
    assert html.index('href="tel:112"') < html.index("data-error-summary"), (
        "the number stands before the errors"
    )
    advice = letter.sends(reason=text, **{asked(page)[0]: "yes"})
    assert letter.sent is None and "Spoed" in advice.content.decode()
    assert Task.objects.filter(patient=letter.patient, kind="emergency_advice", status="open").exists()


@pytest.mark.parametrize(("pathway", "text", "facts"), EMERGENCIES)
def test_what_does_not_hold_now_is_kept_with_who_said_so(people, pathway, text, facts):
    letter = Letter(people, pathway)
    questions = asked(letter.sends(reason=text))
    letter.sends(reason=text, chosen_line="intermediate", because="bekend", **dict.fromkeys(questions, "no"))
    said = letter.sent.routing["not_now"]
    assert [one["fact"] for one in said["said"]] == facts and said["by"] and said["at"]
    page = letter.client.get(reverse("referrals:referral", args=[letter.sent.pk])).content.decode()
    assert "in de tekst: nagevraagd, nee" in page
    if facts[0] not in ("systolic_bp", "icd_shock"):
        kept = Observation.objects.filter(patient=letter.patient, fact=facts[0])
        assert [value_of(row) for row in kept] == [False], "the answer is the value of today"


def test_another_text_is_asked_again(people):
    letter = Letter(people)
    [question] = asked(letter.sends(reason="Zou zijn flauwgevallen."))
    page = letter.sends(reason="Vanochtend flauwgevallen.", **{question: "no"})
    assert page.status_code == 422 and asked(page) and asked(page) != [question] and letter.sent is None


@pytest.mark.parametrize("name", ["reason", "treatment_so_far", "proposal", "further_information"])
def test_every_text_of_the_letter_is_read(people, name):
    letter = Letter(people)
    texts = {"reason": "Graag titratie.", name: "Net flauwgevallen."}
    assert asked(letter.sends(**texts)) and letter.sent is None


@pytest.mark.parametrize("text", [
    "Geen pijn op de borst, niet flauwgevallen. Graag titratie.",
    "Bij pijn op de borst of flauwvallen belt patiënt 112; instructie om te bellen gegeven.",
    "RR 128/76, pols 72, sat 97%, kalium 4,4. Bang voor een hartinfarct.",
])  # fmt: skip
def test_an_ordinary_sentence_asks_nothing(people, text):
    letter = Letter(people)
    page = letter.sends(reason=text, chosen_line="intermediate", because="bekend")
    assert not asked(page) and letter.sent is not None


def test_complaints_of_pressure_are_asked_with_a_pressure_that_is_very_high(people):
    letter = Letter(people, systolic_bp=190, diastolic_bp=90)
    assert len(asked(letter.sends(reason="Koppijn en wazig zien."))) == 1 and letter.sent is None


def test_one_shock_is_asked_and_is_a_call_today(people):
    letter = Letter(people)
    [question] = asked(letter.sends(reason="De ICD ging af."))
    page = letter.sends(reason="De ICD ging af.", **{question: "yes"}).content.decode()
    assert "schok van de ICD" in page and letter.sent is None


def test_what_a_field_says_already_is_not_asked(people):
    letter = Letter(people, syncope=True)
    page = letter.sends(reason="Vanochtend flauwgevallen.")
    assert not asked(page) and "Spoed" in page.content.decode() and letter.sent is None


def test_the_live_answer_asks_too_and_keeps_what_was_answered(people):
    letter = Letter(people)
    page = letter.client.post(reverse("referrals:route"), letter.data(reason="Net flauwgevallen."))
    [question] = asked(page)
    assert 'href="tel:112"' in page.content.decode()
    page = letter.client.post(
        reverse("referrals:route"), letter.data(reason="Net flauwgevallen.", **{question: "no"})
    )
    assert asked(page) == [question] and 'href="tel:112"' not in page.content.decode()
