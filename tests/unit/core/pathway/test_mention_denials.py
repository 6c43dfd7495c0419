"""What only resembles a denial, an instruction or somebody else is asked; a denial within a phrase denies it."""

from __future__ import annotations

import pytest

from tests.unit.core.pathway.test_mentions import asked, facts


@pytest.mark.parametrize(("text", "fact"), [
    ("Geen koorts: pijn op de borst.", "chest_pain_at_rest"),
    ("Geen: koorts, hoesten, maar wel pijn op de borst.", "chest_pain_at_rest"),
    ("Geen: koorts. Pijn op de borst sinds vanochtend.", "chest_pain_at_rest"),
    ("Pijn op de borst in rust.", "chest_pain_at_rest"),
    ("Pijn op de borst bij fietsen.", "chest_pain_at_rest"),
    ("Pijn op de borst bij fietsen, zakt niet in rust.", "chest_pain_at_rest"),
    ("Pijn op de borst bij fietsen, zakt in rust, sinds gisteren ook in bed.", "chest_pain_at_rest"),
    ("Toenemend pijn op de borst bij lopen, zakt in rust.", "chest_pain_at_rest"),
    ("Pijn op de borst in rust en bij fietsen, zakt bij rust.", "chest_pain_at_rest"),
    ("Flauwgevallen bij fietsen, weg na rust.", "syncope"),
    ("Bij pijn op de borst 112 gebeld.", "chest_pain_at_rest"),
    ("Belt bij pijn op de borst sinds vanochtend.", "chest_pain_at_rest"),
    ("Alarmsymptomen: pijn op de borst, klam.", "chest_pain_at_rest"),
    ("Alarmsymptomen besproken: heeft nu pijn op de borst.", "chest_pain_at_rest"),
    ("Broer belt: kreeg vannacht schok van de ICD.", "icd_shock"),
    ("Broer kreeg ICD, zelf gisteren flauwgevallen.", "syncope"),
    ("Voorheen syncope, laatste keer gisteren.", "syncope"),
    ("Flauwgevallen, laatste keer 2020.", "syncope"),
    ("In 2015 gereanimeerd, gisteren drie schokken van de ICD.", "icd_shock"),
    ("Niet eerder weggeraakt, gisteren wel weggeraakt.", "syncope"),
    ("Niet lekker of flauwgevallen.", "syncope"),
])  # fmt: skip
def test_what_only_resembles_a_denial_is_asked(text, fact):
    assert fact in asked(text)


@pytest.mark.parametrize(("text", "fact"), [
    ("rochelende ademhaling: nee", "dyspnoea_at_rest"), ("hoest geen bloed op", "bleeding"),
    ("arm niet slap", "stroke_signs"), ("ICD gaf nooit een schok", "icd_shock"), ("poept niet zwart", "bleeding"),
    ("benauwd bij lopen, niet in rust", "dyspnoea_at_rest"), ("lag niet op de grond", "syncope"),
])  # fmt: skip
def test_a_denial_between_the_words_of_a_phrase_denies_it(text, fact):
    assert fact not in facts(text)


@pytest.mark.parametrize(("text", "fact"), [
    ("Geen pijn op de borst meer, vannacht wel een uur lang.", "chest_pain_at_rest"),
    ("Vroeger nooit pijn op de borst, nu wel in rust.", "chest_pain_at_rest"),
    ("Nooit pijn op de borst gehad, vannacht wel, een half uur.", "chest_pain_at_rest"),
    ("Pijn in linkerarm en kaak in rust sinds vanochtend.", "chest_pain_at_rest"),
    ("Plotselinge scheurende rugpijn.", "chest_pain_at_rest"),
    ("Zwarte plakkende ontlasting sinds 3 dagen, op Eliquis.", "bleeding"),
    ("Zwart gekleurde ontlasting.", "bleeding"), ("Zwarte, plakkerige poep.", "bleeding"),
    ("Linker gezichtshelft hangt.", "stroke_signs"), ("Vanmorgen even niet kunnen praten, nu over.", "stroke_signs"),
    ("Trekt sinds ontbijt met het rechterbeen.", "stroke_signs"),
    ("Zag een half uur niets met het linkeroog.", "stroke_signs"),
    ("Hij ontkent flauwvallen maar zijn vrouw zag hem gisteren wegzakken.", "syncope"),
    ("Valt sinds gisteren telkens weg.", "syncope"),
    ("Kan niet meer liggen van de benauwdheid.", "dyspnoea_at_rest"),
    ("Plotseling koud, wit, pijnlijk been.", "hypoperfusion"), ("Heeft een touw klaargelegd.", "suicidal_thoughts"),
    ("Leven hoeft niet meer van hem.", "suicidal_thoughts"),
    ("Heeft alle pillen van de week ineens ingenomen.", "suicidal_thoughts"),
])  # fmt: skip
def test_what_is_denied_of_another_time_or_said_in_other_words_is_asked(text, fact):
    assert fact in asked(text)


@pytest.mark.parametrize("text", [
    "Geen pijn op de borst, nu wel moe.", "Geen pijn op de borst, wel vermoeid.",
    "Geen pijn op de borst meer, gaat wel goed.",
])  # fmt: skip
def test_a_denial_stays_one_when_something_else_follows(text):
    assert not asked(text)
