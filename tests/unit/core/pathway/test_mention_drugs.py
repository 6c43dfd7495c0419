"""Classes of drugs in words, what was ever so, and drugs that made place for another: as the referral form asks.

The sentences come from an adversary who tried the form; what is asked is what the form asks: the mentions of the text,
the drugs that it names, and the one eye over both.
"""

from __future__ import annotations

from datetime import date

import pytest

from anderhalf.apps.referrals import listed
from anderhalf.content.drugs import codes_by_name
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.mentions import doubtful_with, mentions_in, to_ask
from anderhalf.core.pathway.no_longer import without_replaced
from anderhalf.core.pathway.referral import route_referral
from tests.support.alarms import pathway

HEART, RHYTHM = pathway("heart_failure"), pathway("atrial_fibrillation")
BOTH = pytest.mark.parametrize("of", [HEART, RHYTHM], ids=["heart_failure", "atrial_fibrillation"])
ON = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def names(monkeypatch):
    known = codes_by_name([HEART, RHYTHM])
    monkeypatch.setattr(listed, "drug_names_on", lambda network, on: known)


def asked(text: str, of=HEART, *, on: date = ON, **known) -> set[str]:
    """The facts that are asked, and the rules of dangers that hang on the text."""
    values = {name: FactValue(value, on) for name, value in known.items()}
    mentions = mentions_in(of.dictionary, [text])
    readings = listed.with_texts(of, [text], values, doubtful_with(mentions, {}, on=on), network="n", on=on)
    danger = route_referral(of, values, on=on, birth_date=date(1950, 1, 1), doubtful=readings).danger
    return {one.fact for one in to_ask(mentions, danger)} | {sign.rule for sign in danger.if_right}


@BOTH
@pytest.mark.parametrize("text", [
    "Mechanische hartklep, slikt een DOAC.", "Hemodialyse en NOAC.", "Mitralisstenose, NOAC.",
    "Kunstklep, slikt een DOAC.", "VKA en co-trimoxazol.", "ACE-remmer en Entresto samen.", "Lithium en plaspil.",
    "Astma en een niet-selectieve bètablokker.", "ACE-remmer, MRA, NSAID en kaliumtabletten.", "MRA en zoutvervanger.",
    "NOAC en ibuprofen voor de knie.", "VKA én DOAC op de lijst.", "Betablokker plus diltiazem.", "DM1 en SGLT2-remmer.",
    "Metalen aortaklep, gebruikt dabigatran.", "On-X klep en Lixiana.", "Mechanoklep, Eliquis.",
    "Stenose van de mitralisklep, apixaban.", "Matig-ernstige MS op echo (MVA 1,2 cm2), Eliquis 2x5.",
    "Rheumatische MS, edoxaban.", "Nierfunctievervangende therapie, rivaroxaban", "Diabetes type 1, slikt Jardiance.",
])  # fmt: skip
def test_a_class_counts_as_the_drugs_of_it_do(text, of):
    assert asked(text, of)


@BOTH
@pytest.mark.parametrize(("text", "fact"), [
    ("Bleek allergisch voor perindopril: dikke tong in 2018.", "angioedema_history"),
    ("Angio-oedeem ACEi 2019. Graag instellen.", "angioedema_history"),
    ("Overgevoelig voor ACE-remmer (angio-oedeem).", "angioedema_history"),
    ("In 2016 opname wegens gezwollen gezicht door ACE-remmer. Graag Entresto.", "angioedema_history"),
    ("Dikke tong na ramipril, vijf jaar geleden.", "angioedema_history"),
    ("Kreeg dikke lippen van perindopril.", "angioedema_history"),
    ("Ketoacidose gehad onder dapagliflozine in 2023, gebruikt nu empagliflozine.", "ketoacidosis_history"),
    ("DKA gehad onder dapagliflozine in 2023, gebruikt nu empagliflozine.", "ketoacidosis_history"),
])  # fmt: skip
def test_what_was_once_so_is_asked_as_ever(text, fact, of):
    assert fact in asked(text, of)
    assert fact in asked(text, of, **{fact: False}), "a no of a form hides nothing"


def test_what_is_known_for_ever_is_not_asked_again():
    assert "angioedema_history" not in asked("Angio-oedeem in 2019.", angioedema_history=True)
    assert not asked("Uitleg over angio-oedeem bij Entresto gegeven.")
    assert not asked("Geen angio-oedeem in de voorgeschiedenis, graag ARNI.")


@BOTH
@pytest.mark.parametrize("text", [
    "Hoest van enalapril, overgezet op losartan.", "Kreeg hoestklachten op perindopril en gebruikt nu valsartan.",
    "Gebruikt nu losartan in plaats van enalapril.", "Van acenocoumarol over op Eliquis sinds 2023.",
    "Marcoumar vervangen door apixaban.", "In mei omgezet van enalapril naar Entresto, gaat goed.",
    "Kan Entresto in plaats van enalapril?", "Diltiazem werd niet verdragen; gebruikt carvedilol.",
    "Gebruikt candesartan i.p.v. lisinopril.", "Was op perindopril, hoestte, nu losartan.",
    "Verdroeg verapamil niet, gebruikt bisoprolol.", "Switch van fenprocoumon naar apixaban 3 jaar geleden.",
    "Enalapril in 2023 omgezet naar Entresto.", "ACE-remmer vervangen door ARB wegens hoest.",
    "ACE-remmer of ARNI starten?", "Verdraagt ACE-remmer niet, gebruikt losartan.", "Biologische klep 2019, DOAC.",
    "Geen NSAID's, gebruikt plaspil en ACE-remmer.", "MS sinds 2010, apixaban.",
])  # fmt: skip
def test_a_drug_that_made_place_for_another_is_not_used_now(text, of):
    assert not asked(text, of)


@BOTH
@pytest.mark.parametrize("text", [
    "Vandaag omgezet van enalapril naar Entresto.", "Gisteren enalapril vervangen door Entresto.",
    "Enalapril vervangen door Entresto.", "Omgezet van lisinopril naar Entresto.",
    "In november omgezet van enalapril naar Entresto.", "Start Entresto in plaats van enalapril.",
    "Gebruikt losartan naast enalapril.", "Hoest van enalapril, nu ook losartan.", "Hoest van enalapril, nu minder; losartan.",
    "Apixaban, slikt ook Marcoumar.", "Verapamil wordt niet verdragen, gebruikt ook bisoprolol.",
    "Marcoumar vervangen door apixaban, slikt weer Marcoumar.", "Bisoprolol en verapamil, overgezet op ander schema.",
])  # fmt: skip
def test_a_switch_of_now_and_two_drugs_together_are_asked(text, of):
    assert asked(text, of)


def test_the_text_keeps_its_length_when_a_drug_is_taken_out():
    text = "Hoest van enalapril, overgezet op losartan. Gebruikt enalapril."
    plain = without_replaced(text, lambda word: word in ("enalapril", "losartan"))
    assert plain == "Hoest van ·········, overgezet op losartan. Gebruikt enalapril."


@pytest.mark.parametrize("text", [
    "9 kilo erbij in een week, benen tot de liezen vol vocht.", "Gewicht van 80 naar 89 kg in 5 dagen.",
    "Is 4 kilo aangekomen in 3 dagen.",
])  # fmt: skip
def test_a_weight_that_rose_fast_is_asked_where_weight_is_followed(text):
    assert any(name.startswith("weight_gain") for name in asked(text))
    assert not asked(text, RHYTHM), "the network's choice: not followed in atrial fibrillation alone"


@BOTH
@pytest.mark.parametrize("text", [
    "Bloeddruk 70 over 40 vanmorgen, erg duizelig.", "Tensie vanochtend 68 systolisch.", "Zuurstof zakt naar 80.",
    "Ademt heel snel, 36 per minuut.", "INR > 8 volgens trombosedienst.",
    "Heeft gisteren per ongeluk 10 tabletten digoxine genomen.",
])  # fmt: skip
def test_numbers_in_words(text, of):
    assert asked(text, of)


@BOTH
@pytest.mark.parametrize("text", [
    "1 kg aangekomen in een week.", "Gewicht van 82 naar 80 kg in 5 dagen.", "Zuurstof 97 procent.",
    "Bloeddruk 130 over 80.", "Ademt rustig, 16 per minuut.", "INR 2,8, streef 2,5 tot 3,5.",
    "Wil uitleg over wat te doen bij pijn op de borst.", "Kreeg in 2014 een ICD-schok, daarna nooit meer.",
    "Dotterbehandeling 2018 wegens pijn op de borst, sindsdien klachtenvrij.", "Kon de huisarts niet spreken.",
])  # fmt: skip
def test_ordinary_sentences_are_calm(text, of):
    assert not asked(text, of)
