"""More ways in which people write an emergency: each is asked at the referral although every box says no."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from tests.spec.cases.care import Care
from tests.spec.cases.test_free_text import Letter, asked
from tests.spec.cases.test_free_text_in_care import Contact

pytestmark = pytest.mark.django_db

WRITTEN = {
    "dyspneu in rust": "dyspnoea_at_rest",
    "rustdyspneu": "dyspnoea_at_rest",
    "Benaudw in rust": "dyspnoea_at_rest",
    "benauwt in rust": "dyspnoea_at_rest",
    "benauwd, kan geen zinnen afmaken": "dyspnoea_at_rest",
    "geeft roze schuim op": "dyspnoea_at_rest",
    "coughing up pink froth": "dyspnoea_at_rest",
    "collapse yesterday": "syncope",
    "black-out": "syncope",
    "TLOC gisteren": "syncope",
    "LOC x1": "syncope",
    "viel weg achter het stuur": "syncope",
    "valt steeds weg": "syncope",
    "was even weg, trok met armen": "syncope",
    "gereanimeerd gisteren": "cardiac_arrest",
    "hartstilstand vorige week": "cardiac_arrest",
    "VF gehad": "cardiac_arrest",
    "VT runs on holter": "dangerous_rhythm",
    "pauzes van 6 seconden": "dangerous_rhythm",
    "ST-elevatie op ECG": "chest_pain_at_rest",
    "hevige pijn tussen de schouderbladen": "chest_pain_at_rest",
    "total AV block": "av_block",
    "ICD heeft vannacht 3 keer een schok gegeven": "icd_shock",
    "ICD therapie afgegeven": "icd_shock",
    "TIA gehad vanochtend, nu over": "stroke_signs",
    "kan rechterarm niet optillen": "stroke_signs",
    "Plast sinds gisteren bijna niet meer": "hypoperfusion",
    "verward sinds vandaag": "hypoperfusion",
    "Anuric since yesterday": "hypoperfusion",
    "acute pijn in koud rechterbeen": "hypoperfusion",
    "koorts 40 en rillingen, sepsis?": "hypoperfusion",
    "Overweegt er een eind aan te maken": "suicidal_thoughts",
    "dood willen": "suicidal_thoughts",
    "Heeft alle pillen ingenomen": "suicidal_thoughts",
    "overdosis metoprolol ingenomen": "suicidal_thoughts",
    "levensmoe": "suicidal_thoughts",
    "bloed in urine bij edoxaban": "bleeding",
    "bloed bij de ontlasting": "bleeding",
    "op hoofd gevallen onder apixaban, suf": "bleeding",
    "Kaliumuitslag 6.9 gebeld door lab": "potassium",
    "Kalium laatste keer 7.1": "potassium",
    "Na 118": "sodium",
    "Na: 118 mmol/l": "sodium",
    "Na 118, K 4,5": "sodium",
    "digoxinespiegel 3,4": "digoxin_level",
}


def holds_up_until_answered(people, text: str, fact: str) -> None:
    """A referral with this text is asked about this fact, and not sent before the answer."""
    letter = Letter(people)
    page = letter.sends(reason=text, chosen_line="intermediate", because="bekend")
    assert asked(page) and letter.sent is None
    letter.sends(
        reason=text, chosen_line="intermediate", because="bekend", **dict.fromkeys(asked(page), "no")
    )
    assert fact in [one["fact"] for one in letter.sent.routing["not_now"]["said"]]


@pytest.mark.parametrize("text", WRITTEN)
def test_it_is_asked_and_nothing_is_sent_until_it_is_answered(people, text):
    holds_up_until_answered(people, text, WRITTEN[text])


@pytest.mark.parametrize("text", [
    "Wil niet gereanimeerd worden.", "Reanimatie besproken: wenst die niet.", "Controle na 118 dagen.", "TIA in 2015.",
    "ICD in 2019 wegens VT in 2018.", "Geen VT, geen pauzes.", "Digoxine 0,125 mg.", "Koude voeten in de winter.",
    "Hartstilstand in 2012, sindsdien ICD.", "Collaps 2009, cardiaal niets gevonden.", "Broer heeft pijn op de borst.",
    "Niet bekend met syncope.", "Oma is flauwgevallen, patient zelf niet.", "Plast goed op furosemide.",
])  # fmt: skip
def test_an_ordinary_sentence_asks_nothing(people, text):
    letter = Letter(people)
    page = letter.sends(reason=text, chosen_line="intermediate", because="bekend")
    assert not asked(page) and letter.sent is not None


def test_a_pregnancy_that_is_written_is_asked(people):
    letter = Letter(people, pregnant=False, ace_inhibitor=True, ras_inhibitor_or_mra=True)
    letter.patient = people.patient(birth_date=date(1990, 3, 14), sex="female")
    page = letter.sends(
        reason="Zwangerschap 14 weken, enalapril", chosen_line="intermediate", because="bekend"
    )
    assert asked(page) and letter.sent is None


def test_kilos_in_a_week_are_asked_at_a_contact(people):
    care = Care.begin(people, timezone.localtime())
    contact = Contact(care)
    page = contact.posts(complaints="12 kg aangekomen in een week")
    assert asked(page) and contact.saved is None
    contact.posts(complaints="12 kg aangekomen in een week", **dict.fromkeys(asked(page), "yes"))
    assert contact.saved is not None
