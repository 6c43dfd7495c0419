"""Other words for the same emergency: asked at a referral and in a telephone note although every box says no."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.spec.cases.care import Care
from tests.spec.cases.test_free_text import Letter, asked
from tests.spec.cases.test_free_text_in_care import Contact
from tests.spec.cases.test_free_text_signs import holds_up_until_answered

pytestmark = pytest.mark.django_db

WRITTEN = {
    "Hoest sinds gisteren bloed op.": "bleeding",
    "Poept zwart sinds gisteren.": "bleeding",
    "Braakte vannacht koffieprut.": "bleeding",
    "Ontlasting is pikzwart.": "bleeding",
    "Bloedneus die niet stopt sinds 2 uur.": "bleeding",
    "Heeft bloederig sputum.": "bleeding",
    "Hevig vaginaal bloedverlies sinds vanochtend.": "bleeding",
    "Vanmorgen even weggeweest in de badkamer.": "syncope",
    "Raakte gisteren weg op de wc.": "syncope",
    "Lag ineens op de grond, weet niet hoe.": "syncope",
    "Flauwte gehad vanmorgen.": "syncope",
    "Werd wakker op de vloer.": "syncope",
    "Arm links slap sinds een uur.": "stroke_signs",
    "Dubbelzien en dronkemansgang sinds vandaag.": "stroke_signs",
    "Snakt naar lucht in rust.": "dyspnoea_at_rest",
    "Kan geen hele zin uitspreken.": "dyspnoea_at_rest",
    "Reutelende ademhaling.": "dyspnoea_at_rest",
    "Kreeg een dreun van de ICD.": "icd_shock",
    "Ziet het niet meer zitten, wil eruit stappen.": "suicidal_thoughts",
    "Ging tegen de vlakte in de supermarkt.": "syncope",
    "Ziet sinds vanmorgen dubbel.": "stroke_signs",
    "Olifant op de borst.": "chest_pain_at_rest",
    "Haar lippen zijn dik geworden.": "angioedema_now",
    "Kreeg drie klappen van de ICD.": "icd_shock",
    "Van de een op de andere dag veel slechter.": "abrupt_deterioration",
    "Is op straat gereanimeerd door omstanders.": "cardiac_arrest",
    "Niet wakker te krijgen.": "hypoperfusion",
    "Ineens heel benauwd, verdenking longembolie.": "dyspnoea_at_rest",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_it_is_asked_and_nothing_is_sent_until_it_is_answered(people, text):
    holds_up_until_answered(people, text, WRITTEN[text])


@pytest.mark.parametrize("text", list(WRITTEN)[::5])
def test_it_is_asked_of_a_note_at_a_contact(people, text):
    care = Care.begin(people, timezone.localtime())
    contact = Contact(care)
    assert asked(contact.posts(complaints=text)) and contact.saved is None


@pytest.mark.parametrize("text", [
    "Geen: pijn op de borst, syncope, dyspnoe in rust, orthopneu.", "Pijn op de borst bij fietsen, zakt in rust.",
    "In 2015 gereanimeerd, sindsdien ICD zonder shocks.", "Broer kreeg ICD na hartstilstand.",
    "Bij vocht vasthouden bellen; bij pijn op de borst 112.", "Voorheen syncope, laatste keer 2020.",
    "Alarmsymptomen besproken: pijn op de borst, flauwvallen, benauwd in rust.",
    "Ontlasting normaal, geen bloed of slijm.", "Hoest en is verkouden, bloed wordt maandag geprikt.",
])  # fmt: skip
def test_an_ordinary_sentence_asks_nothing(people, text):
    letter = Letter(people)
    page = letter.sends(reason=text, chosen_line="intermediate", because="bekend")
    assert not asked(page) and letter.sent is not None
