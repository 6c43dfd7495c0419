"""What a text says about facts: found however it is written, denied only when it is denied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anderhalf.core.decisions.facts import FactType, FactValue
from anderhalf.core.pathway.danger import EXCLUSION, look_for_danger
from anderhalf.core.pathway.elsewhere import last_time
from anderhalf.core.pathway.mentions import doubtful_with, mentions_in, to_ask
from anderhalf.core.pathway.phrases import parts_of
from tests.support.alarms import pathway

HEART, RHYTHM = pathway("heart_failure"), pathway("atrial_fibrillation")
ON = date(2026, 3, 2)


def spelled_out(words: str) -> Iterator[str]:
    """Every way of writing a phrase without gaps."""
    parts = [one[1:-1].split("/") if one.startswith("(") else [one] for one in parts_of(words)]
    return (" ".join(each) for each in product(*parts))


SIGNS = [
    (name, each)
    for name, entry in HEART.dictionary.entries.items()
    if entry.fact.type is FactType.BOOLEAN
    for given in entry.words.values()
    for words in given
    if not {"…", "*", "|", "?", "&"} & set(words)
    for each in spelled_out(words)
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
    ("Viel vanmorgen flauw onder de douche.", "syncope"),
    ("valt de laatste tijd steeds flauw", "syncope"),
    ("vanochtend op de grond gevonden door dochter", "syncope"),
    ("werd op de vloer aangetroffen", "syncope"),
    ("zakte in de winkel in elkaar", "syncope"),
    ("was even buiten kennis", "syncope"),
    ("found on the kitchen floor", "syncope"),
    ("lost consciousness this morning", "syncope"),
    ("pijn in zijn borst in rust", "chest_pain_at_rest"),
    ("klaagt over pijn in haar borst", "chest_pain_at_rest"),
    ("pijn op z'n borst", "chest_pain_at_rest"),
    ("zwaar gevoel op de borst", "chest_pain_at_rest"),
    ("steken op de borst", "chest_pain_at_rest"),
    ("pijn achter het borstbeen", "chest_pain_at_rest"),
    ("borst doet pijn", "chest_pain_at_rest"),
    ("pain in his chest", "chest_pain_at_rest"),
    ("tightness in the chest", "chest_pain_at_rest"),
    ("kan niet meer uit zijn woorden komen", "stroke_signs"),
    ("komt sinds vanochtend niet goed uit haar woorden", "stroke_signs"),
    ("kan ineens niet meer praten", "stroke_signs"),
    ("slaat wartaal uit", "stroke_signs"),
    ("gezicht hangt links", "stroke_signs"),
    ("can't lift his arm", "stroke_signs"),
    ("unable to speak", "stroke_signs"),
    ("kreeg geen lucht", "dyspnoea_at_rest"),
    ("can't breathe", "dyspnoea_at_rest"),
    ("braakte bloed", "bleeding"),
    ("pikzwarte ontlasting", "bleeding"),
    ("zegt er niet meer te willen zijn", "suicidal_thoughts"),
    ("wil uit het leven stappen", "suicidal_thoughts"),
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
    "viel niet flauw",
    "viel vanmorgen niet flauw",
    "nooit op de grond gevonden",
    "geen pijn in zijn borst",
    "niet buiten kennis geweest",
    "no pain in his chest",
    "geen wartaal, geen steken op de borst",
    "never lost consciousness",
])  # fmt: skip
def test_what_is_denied_or_advice_for_later_is_no_mention(text):
    assert not facts(text)


@pytest.mark.parametrize(("text", "fact"), [
    ("Dochter belt: moeder is flauwgevallen", "syncope"),
    ("Mijn broer is flauwgevallen", "syncope"),
    ("Oma is flauwgevallen", "syncope"),  # who speaks may be a grandchild
    ("Dochter zegt dat haar vader is flauwgevallen", "syncope"),
    ("Broer heeft pijn op de borst, zelf ook pijn op de borst", "chest_pain_at_rest"),
    ("Vrouw, 80 jaar, flauwgevallen", "syncope"),
    ("De man heeft pijn op de borst", "chest_pain_at_rest"),
    ("niet bekend met hartfalen, vannacht syncope", "syncope"),
])  # fmt: skip
def test_a_relative_in_the_text_hides_nothing_of_the_patient(text, fact):
    assert fact in facts(text)


@pytest.mark.parametrize("text", ["syncope 2009", "Syncope (03-2011), PM geplaatst", "In 2009 is hij flauwgevallen",
                                  "2015: collaps", "collaps in 2015"])  # fmt: skip
def test_what_was_in_an_earlier_year_is_not_asked(text):
    assert not asked(text)


@pytest.mark.parametrize("text", [
    "syncope 2026", "syncope 2009, nu weer", "Syncope 2009. Vanochtend flauwgevallen.", "syncope in 2009 en 2026",
    "PCI 2015 flauwgevallen", "HF sinds 2015, flauwgevallen", "vorig jaar flauwgevallen",
])  # fmt: skip
def test_what_may_be_of_now_is_asked_whatever_year_stands_beside_it(text):
    assert asked(text) == {"syncope"}


JANUARY = date(2026, 1, 5)


@pytest.mark.parametrize("text", [
    "Syncope 20-12-2025.", "Syncope (20/12/2025), niet gezien", "Op 20 december flauwgevallen.", "20-12-2025 flauwgevallen",
    "flauwgevallen op 20-12", "flauwgevallen op 20 december 2025", "collaps in december 2025", "syncope 12-2025", "syncope 2025",
])  # fmt: skip
def test_what_was_just_before_the_turn_of_the_year_is_asked(text):
    assert asked(text, on=JANUARY) == {"syncope"}


@pytest.mark.parametrize(
    "text", ["syncope 20-12-2024", "syncope 03-2025", "flauwgevallen op 2 mei 2025", "collaps in maart 2025"]
)
def test_what_was_months_ago_by_its_date_is_not_asked(text):
    assert not asked(text, on=JANUARY)


@pytest.mark.parametrize(
    "text", ["bevallen op 20 december", "op 20 december bevallen", "bevallen op 20-12", "bevallen op 1 dec"]
)
def test_a_day_and_month_without_a_year_is_the_last_one_that_was(text):
    assert asked(text, on=JANUARY) == {"recently_delivered"}
    assert not asked(text, on=date(2026, 7, 5)) or text.startswith("op")


def test_a_day_that_is_still_to_come_this_year_was_last_year():
    assert last_time(20, 12, on=JANUARY) == date(2025, 12, 20)
    assert last_time(5, 1, on=JANUARY) == JANUARY
    assert last_time(29, 2, on=JANUARY) == date(2024, 2, 29)


def test_what_stays_is_asked_whatever_year_it_began():
    assert asked("totaal AV-blok 2019") == {"av_block"}
    assert asked("schok van de ICD uit 2019") == {"icd_shock"}


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
    ("kalium bleek 6,9", {("potassium", "6.9")}),
    ("kalium was 6,9, natrium bleek 118", {("potassium", "6.9"), ("sodium", "118")}),
    ("kalium gestegen tot 6,2; Hb gedaald naar 4,1", {("potassium", "6.2"), ("haemoglobin", "4.1")}),
    ("uitslag: kalium kwam terug op 6,4", {("potassium", "6.4")}),
    ("potassium came back at 6.4, sodium 118", {("potassium", "6.4"), ("sodium", "118")}),
    ("INR 9", {("inr", "9")}),
    ("INR bleek 8,5", {("inr", "8.5")}),
    ("INR streefwaarde 2,5-3,5, INR 2-3, INR op 12-11-2026", set()),
    ("kalium tabletten 2 keer, kalium over 6 weken", set()),
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


def asked(text: str, *, on: date = ON, **known) -> set[str]:
    mentions = mentions_in(HEART.dictionary, [text])
    values = {name: FactValue(value, on) for name, value in known.items()}
    danger = look_for_danger(
        [HEART], values, on=on, doubtful=doubtful_with(mentions, {}, on=on), tables=(EXCLUSION,)
    )
    return {one.fact for one in to_ask(mentions, danger)}


def test_only_what_would_be_a_danger_and_is_not_certain_yet_is_asked():
    assert asked("Flauwgevallen, sat 82, kalium 4,1") == {"syncope", "oxygen_saturation"}
    assert asked("Flauwgevallen, sat 82", syncope=True) == {"oxygen_saturation"}
    assert asked("Flauwgevallen", syncope=False) == {"syncope"}, "a field that says no hides nothing"
    assert asked("RR 95/60, pols 110") == {"systolic_bp", "heart_rate"}, "two numbers together"


@pytest.mark.parametrize("text", [
    "Kalium vanmorgen 6,8 doorgebeld", "kalium door lab doorgebeld: 6,8", "kalium net terug 6,8", "kalium uit lab 6,8",
    "kalium vanochtend geprikt 6,8", "kalium vandaag via het lab 6,8", "kalium (12-11) 6,8", "kalium gisteren nog 6,8",
    "potassium this morning 6.8",
])  # fmt: skip
def test_when_and_by_whom_may_stand_between_a_name_and_its_number(text):
    assert set(found(text)) == {("potassium", Decimal("6.8"))} and asked(text) == {"potassium"}


@pytest.mark.parametrize("text", [
    "kalium en Hb 6,8", "kalium vandaag prikken, Hb 6,8", "kalium over 6,5 week", "kalium stabiel, 6,8 kg afgevallen",
    "kalium vanmorgen geprikt, uitslag volgt", "kaliumtablet vanmorgen 6 stuks",
])  # fmt: skip
def test_the_number_of_something_else_is_not_taken(text):
    assert "potassium" not in facts(text)


@pytest.mark.parametrize("text", [
    "RR 225/140, hoofdpijn en wazig zien", "hoofdpijn, RR 225/140", "RR 225/140 met hoofdpijn",
    "RR thuis vanmorgen 190/100, sinds gisteren hoofdpijn", "BP 190/100, headache", "bloeddruk 150/125 en braakt",
])  # fmt: skip
def test_a_very_high_pressure_with_complaints_in_words_is_asked(text):
    assert "pressure_symptoms" in asked(text)


@pytest.mark.parametrize(
    "text", ["RR 225/140, geen hoofdpijn", "RR 225/140, niet verward", "RR 120/70, hoofdpijn"]
)
def test_denied_or_with_an_ordinary_pressure_no_complaint_of_pressure_is_asked(text):
    assert "pressure_symptoms" not in asked(text)


def test_what_too_much_digoxin_does_is_asked_with_a_level():
    assert asked("misselijk en geel zien, digoxinespiegel 2,4") == {"digoxin_signs", "digoxin_level"}
