"""What a user met: misspelt and homely alarm signs that were missed, and history and plans that asked for nothing.

The sentences and their answers were written before the word lists were read. Every one is read by both pathways, as
the reason of a referral whose boxes all say no, and (what is about drugs) as its list of drugs as well.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from anderhalf.apps.referrals import listed
from anderhalf.content.drugs import codes_by_name
from anderhalf.core.decisions.facts import FactType, FactValue
from anderhalf.core.pathway.mentions import doubtful_with, mentions_in, to_ask
from anderhalf.core.pathway.pairs import pairs_on_list
from anderhalf.core.pathway.referral import route_referral
from tests.support.alarms import pathway

HEART, RHYTHM = pathway("heart_failure"), pathway("atrial_fibrillation")
BOTH = pytest.mark.parametrize("of", [HEART, RHYTHM], ids=["heart_failure", "atrial_fibrillation"])
ON = date(2026, 11, 20)

ASKS = {
    "dyspnoea_at_rest": [
        "Sins gisteren beauwd als ie stil zit.", "Benouwd bij stilzitten.", "Erg kortadimg in rust.",
        "Kortademich als hij zit.", "Krijgt geen lucht als ze in de stoel zit.", "Benaud in rust sinds vannacht.",
        "Ook op de bank al kort van adem.", "Buiten adem zonder iets te doen.", "Zit te hijgen in de stoel.",
        "Kortadmig terwijl ze niks doet.", "Sinds vorig jaar benauwd in rust.",
        "Vanmorgen longoedeem, in maart ook al.",
    ],
    "syncope": [
        "Ineens zwart voor de ogen en omgevallen.", "Onderuit gegaan in de badkamer.",
        "Was even van de wereld aan tafel.", "Weg geweest tijdens het eten.",
        "Vanmorgen zwart voor ogen geworden en gevallen.", "Vlauwgevallen bij de bakker.", "Flouw gevallen op de wc.",
        "Alles werd zwart en toen lag ze op de grond.", "Was er ineens niet meer bij, viel van de kruk.",
        "Zomaar gestrekt gegaan in de gang.", "Flauw gevalen na het plassen.",
        "Ging onderuit in de supermarkt, hart op hol.", "Sinds maart wegrakingen, gisteren nog.",
        "In maart flauwgevallen, vorige week weer.", "Lag vanmorgen gestrekt in de keuken.",
        "Is steeds van de wereld.", "Kreeg alles zwart en ging neer.", "Vorige maand flauwgevallen.", "Twee dagen geleden flauwgevallen.",
    ],
    "suicidal_thoughts": [
        "Zegt dat het voor hem niet meer hoeft.", "Het hoeft van haar allemaal niet meer.", "Wil niet meer verder zo.",
        "Zegt: het heeft geen zin meer.", "Zou liever niet meer wakker worden.", "Is klaar met het leven.",
        "Zou het liefst inslapen en niet meer wakker worden.", "Was liever dood.",
        "Hoopt 's avonds dat hij de ochtend niet haalt.", "Iedereen is beter af zonder haar, zegt ze.",
        "Heeft een doodswens.", "Heeft zelfmoort gedachten.", "Ziet geen uitweg meer.", "Is levensmoe.",
        "Heeft pillen opgespaard.",
    ],
    "chest_pain_at_rest": ["Pijn op de borts sinds een uur, in rust.", "Druk op de bosrt in rust."],
    "bleeding": ["Bloed gebraakd vannacht.", "Vorig jaar maagbloeding, nu weer zwarte ontlasting."],
    "stroke_signs": ["Scheeve mond sinds vanochtend."],
    "angioedema_history": ["In 2019 angio-oedeem bij enalapril."],
    "ketoacidosis_history": ["Vorig jaar ketoacidose."],
}  # fmt: skip
DRUGS_ASK = [
    "Enalapril -> Entresto.", "Lisinopril gestopt per 1-1 en dan Entresto.", "Stop lisinopril, dan Entresto.", "Stop perindopril vandaag, over 12 uur Entresto.",
    "Gisteren enalapril gestopt, vandaag Entresto gestart.", "Stop enalapril, morgen Entresto.",
    "Stop enalapril, over 24 uur Entresto.", "Lisinopril en daarnaast candesartan.", "Lisinopril stopt niet, candesartan erbij.",
    "Ramipril (eerder lisinopril) en candesartan.", "Slikt apixaban naast acenocoumarol.",
    "Apixaban 2x5, eerder rivaroxaban; gebruikt ook dabigatran.", "Enalapril blijft, Entresto per 1-1 erbij.",
]  # fmt: skip
CALM = [
    "Niet flauwgevallen, wel moe.", "Geen doodswens, geen suïcidale gedachten.", "Niet omgevallen, niet weg geweest.",
    "Ontkent wegrakingen en zwart voor de ogen.", "Niet benauwd als hij zit.", "Niet beauwd in rust.",
    "Echo hoeft niet meer.", "Furosemide hoeft niet meer, oedeem is weg.",
    "Wil niet meer verder met metoprolol wegens moeheid.", "Heeft geen zin meer in zoutarm eten.",
    "Controle bij de cardioloog hoeft van hem niet meer.", "Een tweede ECG heeft geen zin meer.",
    "Wil graag verder leven en ziet uit naar de kleinkinderen.", "Weegt zich niet meer, wil geen dieet.",
    "Twee weken weg geweest met vakantie.", "In 2015 met de fiets omgevallen.", "In maart longoedeem, nu stabiel.",
    "In maart longoedeem.", "Vorig jaar maagbloeding.", "In 2015 hartstilstand.", "3 jaar geleden flauwgevallen.",
    "Twee jaar geleden scheve mond, volledig hersteld.", "Vorig jaar opname met pijn op de borst in rust.",
    "Dit voorjaar longoedeem, toen opgenomen.", "Maagbloeding in 2018.", "Vorig jaar TIA, geen restverschijnselen.",
    "Wordt soms liever met rust gelaten.", "Zit stil in de stoel, niet kortademig.",
    "Benauwd bij traplopen, in rust niet.", "Niet onderuit gegaan, alleen gestruikeld over het kleed.",
    "Zwart voor de ogen bij opstaan.", "Heeft nooit gezegd dat het voor hem niet meer hoeft.", "Is niet klaar met het leven.",
]  # fmt: skip
LISTED = [
    "Lisinopril 10 mg, ramipril 5 mg.", "Ramipril (eerder lisinopril) en candesartan.",
    "Stop enalapril, over 24 uur Entresto.", "Enalapril blijft, Entresto per 1-1 erbij.",
    "Lisinopril en daarnaast candesartan.",
]  # fmt: skip
DRUGS_CALM = [
    "lisinopril stopt per 1-1 wegens kriebelhoest, dan candesartan",
    "lisinopril 10 mg (eerder ramipril, gestopt ivm hoest)", "lisinopril 10 mg (was ramipril 5 mg)",
    "candesartan 8 mg, voorheen lisinopril", "Stop enalapril, over 2 dagen Entresto.",
    "Enalapril gestopt, na 48 uur Entresto.", "Stop enalapril, 36 uur later start Entresto.",
    "Bisoprolol 5 mg (eerder metoprolol 50 mg).", "Perindopril tot 1 januari, daarna valsartan.",
    "Ramipril wordt vervangen door candesartan.", "Spironolacton 25 mg (vroeger eplerenon).",
    "Apixaban 2x5 (eerder acenocoumarol).", "Lisinopril -> candesartan per 1-1.",
    "Candesartan (eerder lisinopril en ramipril).", "Enalapril 3 dagen geleden gestopt, nu Entresto.",
    "Metoprolol stopt 1 maart, vanaf 2 maart bisoprolol.", "Acenocoumarol stopt maandag, dan apixaban.",
]  # fmt: skip


@pytest.fixture(autouse=True)
def names(monkeypatch):
    known = codes_by_name([HEART, RHYTHM])
    monkeypatch.setattr(listed, "drug_names_on", lambda network, on: known)
    monkeypatch.setattr(listed, "pathways_on", lambda network, on: [HEART, RHYTHM])


def asked(text: str, of, *, on: date = ON) -> set[str]:
    """The facts that are asked, and the rules of dangers that hang on the text, of a form whose boxes say no."""
    boxes = {
        name: FactValue(False, on, "form") for name, fact in of.facts.items()
        if fact.group == "red_flags" and fact.type is FactType.BOOLEAN
    }  # fmt: skip
    mentions = mentions_in(of.dictionary, [text])
    readings = listed.with_texts(of, [text], boxes, doubtful_with(mentions, {}, on=on), network="n", on=on)
    danger = route_referral(of, boxes, on=on, birth_date=date(1950, 1, 1), doubtful=readings).danger
    return {one.fact for one in to_ask(mentions, danger)} | {sign.rule for sign in danger.if_right}


def shown(text: str, of, *, on: date = ON) -> set[str]:
    """The rules and pairs that stand beside a referral of which this is the list of drugs."""
    codes = listed.codes_of(
        "n", listed=text, patient=None, at=datetime(on.year, on.month, on.day, 10, tzinfo=UTC)
    )
    known, readings = listed.with_list(of, codes, {}, {}, on=on)
    readings = listed.with_texts(of, [], known, readings, network="n", on=on, listed=text)
    danger = route_referral(of, known, on=on, birth_date=date(1950, 1, 1), doubtful=readings).danger
    return {sign.rule for sign in danger.signs} | {
        pair.id for pair in pairs_on_list([HEART, RHYTHM], codes, known)
    }


@BOTH
@pytest.mark.parametrize(("fact", "text"), [(fact, text) for fact, texts in ASKS.items() for text in texts])
def test_an_alarm_sign_is_asked(fact, text, of):
    assert fact in asked(text, of)


@BOTH
@pytest.mark.parametrize("text", DRUGS_ASK)
def test_two_drugs_of_now_are_asked_and_shown(text, of):
    assert asked(text, of)


@BOTH
@pytest.mark.parametrize("text", LISTED)
def test_two_drugs_of_a_list_are_shown(text, of):
    assert shown(text, of)


@BOTH
@pytest.mark.parametrize("text", [*CALM, *DRUGS_CALM])
def test_an_ordinary_sentence_asks_nothing(text, of):
    assert not asked(text, of)


@BOTH
@pytest.mark.parametrize("text", DRUGS_CALM)
def test_a_list_that_tells_of_a_switch_shows_no_pair(text, of):
    assert not shown(text, of)


@BOTH
@pytest.mark.parametrize("text", [
    "Ramipril (eerder lisinopril) en candesartan.", "Enalapril blijft, Entresto per 1-1 erbij.",
    "Stop enalapril, over 24 uur Entresto.",
])  # fmt: skip
def test_a_list_that_tells_of_a_change_is_asked_and_not_taken_for_certain(text, of):
    codes = listed.codes_of("n", listed=text, patient=None, at=datetime(2026, 11, 20, 10, tzinfo=UTC))
    assert not codes
    readings = listed.with_texts(of, [], {}, {}, network="n", on=ON, listed=text)
    danger = route_referral(of, {}, on=ON, birth_date=date(1950, 1, 1), doubtful=readings).danger
    questions = to_ask(listed.drugs_named(of, [text], network="n", on=ON, listed=text), danger)
    assert danger.if_right and not danger.certain and len(questions) == 2
    settled = {one.fact for one in questions}
    left = listed.with_texts(of, [], {}, {}, network="n", on=ON, listed=text, settled=settled)
    assert not route_referral(of, {}, on=ON, birth_date=date(1950, 1, 1), doubtful=left).danger.signs


@BOTH
def test_what_lasts_for_ever_is_asked_though_it_was_long_ago(of):
    assert "angioedema_history" in asked("In maart angio-oedeem op enalapril.", of)


@BOTH
@pytest.mark.parametrize(("text", "on"), [
    ("Vorig jaar flauwgevallen.", date(2026, 1, 9)), ("Flauwgevallen in november.", ON),
    ("Deze zomer flauwgevallen.", date(2026, 8, 1)), ("Afgelopen winter flauwgevallen.", date(2026, 1, 9)),
    ("Vorig jaar stent, flauwgevallen.", ON), ("In maart pijn op de borst, nu in rust.", ON),
])  # fmt: skip
def test_what_may_be_of_these_weeks_is_asked(text, on, of):
    assert asked(text, of, on=on)
