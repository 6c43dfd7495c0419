"""What a text says about facts: found however it is written, denied only when it is denied."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anderhalf.core.decisions.facts import FactType, FactValue
from anderhalf.core.pathway.danger import EXCLUSION, look_for_danger
from anderhalf.core.pathway.mentions import doubtful_with, mentions_in, to_ask
from tests.support.alarms import pathway

HEART, RHYTHM = pathway("heart_failure"), pathway("atrial_fibrillation")
ON = date(2026, 3, 2)
SIGNS = [
    (name, words)
    for name, entry in HEART.dictionary.entries.items()
    if entry.fact.type is FactType.BOOLEAN
    for given in entry.words.values()
    for words in given
    if "…" not in words and "*" not in words
]


def found(text: str, of=HEART) -> dict:
    return {(one.fact, one.value): one for one in mentions_in(of.dictionary, [text])}


def facts(text: str) -> set[str]:
    return {fact for fact, _value in found(text)}


@pytest.mark.parametrize(("text", "fact"), [
    ("Pijn op de borst sinds een uur.", "chest_pain_at_rest"),
    ("POB +, transpireert", "chest_pain_at_rest"),
    ("pijn  op\nde borst", "chest_pain_at_rest"),
    ("pijn-op-de-borst", "chest_pain_at_rest"),
    ("Hemoptoë", "bleeding"),
    ("kan zijn arm niet optillen", "stroke_signs"),
    ("kan vanochtend de linker arm niet goed bewegen", "stroke_signs"),
    ("geen koorts, pijn op de borst sinds vanochtend", "chest_pain_at_rest"),
    ("geen koorts maar pijn op de borst", "chest_pain_at_rest"),
    ("pijn op de borst zakt niet", "chest_pain_at_rest"),
    ("pijn op de borst is niet weg", "chest_pain_at_rest"),
    ("geen verbetering van de pijn op de borst", "chest_pain_at_rest"),
    ("niet alleen moe, maar ook pijn op de borst", "chest_pain_at_rest"),
    ("slaapt niet door pijn op de borst", "chest_pain_at_rest"),
    ("bij traplopen pijn op de borst, graag bellen", "chest_pain_at_rest"),
    ("Geen pijn op de borst. Wel flauwgevallen.", "syncope"),
    ("niet eerder flauwgevallen, vanochtend wel flauwgevallen", "syncope"),
    ("No fever but chest pain", "chest_pain_at_rest"),
    ("Zegt: ‘ik wil niet meer leven’", "suicidal_thoughts"),
    ("is weggevallen in de keuken", "syncope"),
    ("viel ineens weg op de wc", "syncope"),
    ("pijn op de bost en zweten", "chest_pain_at_rest"),
    ("AP-klachten in rust", "chest_pain_at_rest"),
    ("ICD ging vannacht af", "icd_shock"),
    ("De ICD ging af.", "icd_shock"),
    ("heeft een schok gehad van zijn ICD", "icd_shock"),
    ("koppijn en wazig zien sinds vanochtend", "pressure_symptoms"),
    ("heeft koorts en drinkt bijna niets", "acute_illness"),
    ("koorts en braken sinds gisteren", "acute_illness"),
    # one letter wrong in a long word
    ("vanochtend flauwgevalen", "syncope"),
    ("vanochtend flauwgevallne, nee flauwgevallen", "syncope"),
    ("kortadmeig in rust", "dyspnoea_at_rest"),
    ("kotademig in rust", "dyspnoea_at_rest"),
    ("zwarte ontlastinng", "bleeding"),
    ("suicidiaal", "suicidal_thoughts"),
])  # fmt: skip
def test_a_sign_is_found(text, fact):
    assert fact in facts(text)


@pytest.mark.parametrize("text", [
    "Geen pijn op de borst, niet flauwgevallen. Graag titratie.",
    "geen pijn op de borst of flauwvallen",
    "Geen koorts, pijn op de borst of benauwdheid in rust.",
    "geen klachten van pijn op de borst",
    "ontkent pob",
    "pob: nee, syncope: geen",
    "pob -, syncope (-)",
    "syncope heeft zij niet gehad",
    "is niet meer flauwgevallen",
    "zonder syncope",
    "bang om flauw te vallen, bang voor hartinfarct",
    "Bij pijn op de borst of flauwvallen direct bellen.",
    "bij pijn op de borst: bel 112",
    "Denies chest pain or syncope.",
    "borstpijnstiller",
])  # fmt: skip
def test_what_is_denied_or_advice_for_later_is_no_mention(text):
    assert not facts(text)


ORDINARY = [
    "Komt voor controle, voelt zich goed, NYHA II.", "Conditie iets beter, loopt weer 500 meter.",
    "Moest bloed laten prikken, uitslag volgt.", "Dit schema is voor haar niet werkbaar.",
    "De broek past niet meer door het vocht.", "Mantelzorg is weggevallen sinds de verhuizing.",
    "De partner is in maart weggevallen.", "Heeft weer levensmoed gekregen.",
    "AP-klachten bij inspanning, stabiel sinds jaren.", "Stabiele AP, CCS II.", "ICD in 2019 geplaatst, geen problemen.",
    "ICD-controle in april, geen schokken.", "ICD nooit afgegaan.", "Nooit een schok gehad.",
    "Af en toe hoofdpijn, neemt paracetamol.", "Bril is te zwak, ziet de krant slecht.", "Staar rechts, operatie volgt.",
    "Is 2 kilo afgevallen met het dieet.", "Geen koorts, geen hoesten.", "Griepprik gehad.",
    "Slaapt met een kussen, plat liggen gaat goed.", "Kortademig bij traplopen, in rust geen klachten.",
    "Enkeloedeem beiderzijds, pitting tot halverwege.", "Plast veel na furosemide.", "Hoest wat slijm op, helder.",
    "Eet zoutarm, drinkt 1,5 liter.", "Vergeet soms de avonddosis.", "Weegt elke ochtend, noteert in de app.",
    "Bloeduitslag besproken, nierfunctie stabiel.", "Bloeddruk thuis gemiddeld 122/74.", "Pols regelmatig.",
    "Woont alleen, dochter helpt.", "Stopte zelf met roken in 2010.", "Fietst dagelijks op de hometrainer.",
    "Duizelig bij snel opstaan, geen val.", "Blauwe plek op de arm na bloedprikken.", "Borstvoeding gegeven in 1990.",
    "Borstkanker in 2005, curatief behandeld.", "Koude voeten in de winter, bekend.", "Werkdruk is hoog op de post.",
    "Pijn in de knie bij lopen.", "Zwarte koffie gaat beter dan melk.", "Is moe na de verjaardag.",
    "Ontlasting normaal.", "Tandarts: tandvlees bloedt soms bij poetsen.", "Hartslag thuis rond 66.",
    "De thuiszorg is weggevallen, wijkverpleging gevraagd.", "Is onder het dak gaan wonen bij zijn zoon.",
]  # fmt: skip
"""Sentences of an ordinary contact: a question about one of these would be asked for nothing."""


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_sentence_stays_silent(text):
    danger = {(name, value) for name, value in found(text) if not isinstance(value, Decimal)}
    assert not danger


def test_how_many_shocks_is_what_is_written():
    assert ("icd_shock", "one") in found("de icd ging af") and ("icd_shock", "several") in found(
        "twee schokken"
    )
    [one] = found("Vanochtend flauwgevalen.").values()
    assert one.words == ("flauwgevalen",), "quoted as it was written"


@pytest.mark.parametrize(("text", "expected"), [
    ("Saturatie thuis 82%", {("oxygen_saturation", "82")}),
    ("sat: 82 %", {("oxygen_saturation", "82")}),
    ("RR 85/50", {("systolic_bp", "85"), ("diastolic_bp", "50")}),
    ("tensie nu 85/50 mmHg", {("systolic_bp", "85"), ("diastolic_bp", "50")}),
    ("HF 38, kalium 6,8", {("heart_rate", "38"), ("potassium", "6.8")}),
    ("K 6.8; K+ 2.4", {("potassium", "6.8"), ("potassium", "2.4")}),
    ("HF 2019, HF 40%, HF 3e graad", set()),
    ("K 3 patiënten, na 118 dagen", set()),
    ("pols 12-3-2025", set()),
    ("streefgewicht 78 kg", set()),
])  # fmt: skip
def test_a_number_is_found_behind_its_name_only(text, expected):
    assert set(found(text)) == {(fact, Decimal(value)) for fact, value in expected}


@pytest.mark.parametrize(("name", "words"), SIGNS)
def test_every_word_of_the_dictionary_is_found_and_can_be_denied(name, words):
    assert name in facts(f"Sinds vanochtend {words}.")
    assert name in facts(words.upper())
    assert name not in facts(f"{words}: nee")


@given(st.text(max_size=80), st.sampled_from(SIGNS), st.text(max_size=80))
def test_no_text_around_a_sentence_hides_what_it_says(before, sign, after):
    name, words = sign
    assert name in facts(f"{before}\nSinds vanochtend {words}.\n{after}")


@given(st.text(max_size=200))
def test_what_is_found_stands_in_the_text(text):
    for one in mentions_in(HEART.dictionary, [text]):
        assert all("".join(words.split()) in "".join(text.split()) for words in one.words)
        assert one.fact in HEART.dictionary


def test_other_words_are_another_question_and_white_space_is_not():
    [one] = found("Vanochtend flauwgevallen.").values()
    [same] = found("Vanochtend   flauwgevallen.").values()
    [other] = found("Gisteren flauwgevallen.").values()
    assert one.key == same.key != other.key
    assert one.words == ("flauwgevallen",)


def test_a_second_pathway_reads_the_same_words():
    assert set(found("Net flauwgevallen, sat 82", RHYTHM)) == set(found("Net flauwgevallen, sat 82"))


def asked(text: str, **known) -> set[str]:
    mentions = mentions_in(HEART.dictionary, [text])
    values = {name: FactValue(value, ON) for name, value in known.items()}
    danger = look_for_danger(
        [HEART], values, on=ON, doubtful=doubtful_with(mentions, {}, on=ON), tables=(EXCLUSION,)
    )
    return {one.fact for one in to_ask(mentions, danger)}


def test_only_what_would_be_a_danger_and_is_not_certain_yet_is_asked():
    assert asked("Flauwgevallen, sat 82, kalium 4,1") == {"syncope", "oxygen_saturation"}
    assert asked("Flauwgevallen, sat 82", syncope=True) == {"oxygen_saturation"}
    assert asked("Flauwgevallen", syncope=False) == {"syncope"}, "a field that says no hides nothing"
    assert asked("RR 95/60, pols 110") == {"systolic_bp", "heart_rate"}, "two numbers together"
