"""A mechanical valve, mitral stenosis or dialysis beside a DOAC, and other things that forbid a drug: said within the day
in both pathways, by the list, by the words of the letter, by an uploaded file, in care and by message."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from anderhalf.apps.clinic import queries
from anderhalf.apps.clinic.actions.medication import agree
from anderhalf.apps.people.access import Right
from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals import actions as referrals
from tests.integration.referrals.conftest import ORDINARY, observations
from tests.integration.referrals.test_pre_excitation import QUIET
from tests.spec.cases.care import Care
from tests.spec.cases.test_free_text import Letter, asked
from tests.spec.cases.test_free_text_messages import posts
from tests.spec.cases.test_referral import KNOWN, Desk

pytestmark = pytest.mark.django_db

PLAIN = {**KNOWN, "systolic_bp": 128, "diastolic_bp": 76, "heart_rate": 72, "potassium": "4.4", "lvef": 55,
         "creatinine": 92, "egfr": 68}  # fmt: skip
FACTS = {"heart_failure": PLAIN, "atrial_fibrillation": {**PLAIN, **QUIET}}
DOACS = ["apixaban 5 mg 2dd", "rivaroxaban 20 mg", "edoxaban 60 mg", "dabigatran 150 mg 2dd"]
TEAM, CALL = "Overleg vandaag, uiterlijk morgen", "Bel de dienstdoende cardioloog"
RULES = [
    ("mechanical_valve", True, "apixaban 5 mg 2dd", "EX-141", "AX-216", CALL),
    ("mitral_stenosis", True, "rivaroxaban 20 mg", "EX-144", "AX-220", TEAM),
    ("dialysis", True, "edoxaban 60 mg", "EX-147", "AX-222", TEAM),
    ("asthma", True, "propranolol 40 mg", "EX-149", "AX-229", TEAM),
    ("asthma", True, "carvedilol 25 mg", "EX-149", "AX-229", TEAM),
    ("egfr", "24", "dabigatran 110 mg", "EX-145", "AX-221", TEAM),
    ("ace_inhibitor_stopped", True, "Entresto 49/51", "EX-150", "AX-230", TEAM),
]
LISTS = [
    ("acenocoumarol 1 mg\nco-trimoxazol 960 mg", "EX-148", "AX-227"),
    ("fenprocoumon 3 mg\nmiconazol mondgel", "EX-148", "AX-227"),
    ("acenocoumarol 1 mg\nDaktarin orale gel", "EX-148", "AX-227"),
    ("acenocoumarol 1 mg\nmetronidazol 500 mg 3dd", "EX-148", "AX-227"),
    ("fenprocoumon 3 mg\nfluconazol 50 mg", "EX-148", "AX-227"),
    ("metoprolol 50 mg\nverapamil 120 mg", "EX-69", "AX-141"),
    ("bisoprolol 5 mg\ndiltiazem 120 mg", "EX-69", "AX-141"),
    ("apixaban 5 mg\nnaproxen 500 mg", "EX-131", "AX-231"),
]
QUIET_LISTS = ["apixaban 5 mg 2dd", "acenocoumarol 1 mg", "metronidazol 500 mg", "acenocoumarol 1 mg\nmetronidazol gel",
               "propranolol 40 mg", "Entresto 49/51", "dabigatran 150 mg 2dd"]  # fmt: skip
LETTERS = [
    ("Mechanische mitralisklep sinds 2015, moe.", "mechanical_valve", DOACS[0]),
    ("Mechanische aortaklepprothese.", "mechanical_valve", DOACS[1]),
    ("St. Jude klep in 2009.", "mechanical_valve", DOACS[2]),
    ("Echo: ernstige mitralisstenose.", "mitral_stenosis", DOACS[3]),
    ("Hemodialyse 3x per week.", "dialysis", DOACS[1]),
    ("Bekend met astma.", "asthma", "propranolol 40 mg"),
]
PATHWAYS = sorted(FACTS)


def without(facts, *names):
    return {name: value for name, value in facts.items() if name not in names}


def more(key, **rest):
    return {"intent": "titration", "pathway": key, **rest}


@pytest.mark.parametrize("key", PATHWAYS)
@pytest.mark.parametrize(("fact", "value", "listed", "hf", "af", "action"), RULES)
def test_a_known_fact_beside_a_listed_drug(people, key, fact, value, listed, hf, af, action):
    desk, rule = Desk(people), hf if key == "heart_failure" else af
    facts = without({**FACTS[key], fact: value}, "anticoagulant_drug")
    said = desk.says(facts, **more(key, treatment_so_far=listed))
    assert rule in said and action in said and "dezelfde of volgende dag" in said, said[:900]
    assert desk.sends(facts, **more(key, treatment_so_far=listed)) is None
    for other in ({**facts, fact: "68" if fact == "egfr" else False}, facts):
        quiet = "paracetamol 500 mg" if other is facts else listed
        assert rule not in desk.says(other, **more(key, treatment_so_far=quiet))


@pytest.mark.parametrize("key", PATHWAYS)
@pytest.mark.parametrize(("listed", "hf", "af"), LISTS)
def test_two_drugs_of_a_list_are_alike_in_both_pathways(people, key, listed, hf, af):
    desk, rule = Desk(people), hf if key == "heart_failure" else af
    facts = without({**FACTS[key]}, "anticoagulant_drug", "rate_slowing_drug")
    said = desk.says(facts, **more(key, treatment_so_far=listed))
    assert rule in said and TEAM in said and "geen afspraak nodig" not in said, said[:900]
    assert desk.sends(facts, **more(key, treatment_so_far=listed)) is None


@pytest.mark.parametrize("key", PATHWAYS)
@pytest.mark.parametrize("listed", QUIET_LISTS)
def test_one_of_the_two_is_quiet(people, key, listed):
    said = Desk(people).says(FACTS[key], **more(key, treatment_so_far=listed))
    assert "dezelfde of volgende dag" not in said and TEAM not in said and CALL not in said


@pytest.mark.parametrize("key", PATHWAYS)
@pytest.mark.parametrize(("text", "fact", "listed"), LETTERS)
@pytest.mark.parametrize("field", ["reason", "further_information"])
def test_the_words_of_a_letter_are_asked_and_a_yes_is_not_sent(people, key, text, fact, listed, field):
    letter = Letter(people, key, **without(FACTS[key], fact))
    letter.facts.pop(fact, None)
    texts = {"reason": "Graag titratie.", field: text, "treatment_so_far": listed, "intent": "titration"}
    page = letter.sends(**texts)
    assert page.status_code == 422 and len(asked(page)) == 1 and letter.sent is None
    letter.sends(**texts, **{asked(page)[0]: "yes"})
    assert letter.sent is None


@pytest.mark.parametrize(
    "text", ["Mechanische mitralisklep.", "Hemodialyse 3x per week.", "Bekend met astma."]
)
def test_without_the_drug_nothing_is_asked(people, text):
    letter = Letter(people, "heart_failure", **PLAIN)
    assert not asked(letter.sends(reason=text, treatment_so_far="ramipril 5 mg", intent="titration"))
    assert letter.sent is not None


def test_an_ace_inhibitor_that_stopped_yesterday_beside_an_arni_that_began(people):
    letter = Letter(people, "heart_failure", **PLAIN)
    listed = "enalapril gisteren gestopt, vandaag gestart met Entresto 49/51"
    page = letter.sends(reason="Graag titratie.", treatment_so_far=listed, intent="titration")
    [question] = asked(page)
    assert "36 uur" in page.content.decode() and letter.sent is None
    again = letter.sends(
        reason="Graag titratie.", treatment_so_far=listed, intent="titration", **{question: "yes"}
    )
    assert letter.sent is None and "EX-150" in again.content.decode()


def test_the_form_asks_after_the_valve_only_with_a_doac(people):
    desk = Desk(people)
    for listed, asks in (("apixaban 5 mg 2dd", True), ("ramipril 5 mg", False), ("", False)):
        said = desk.says(PLAIN, **more("heart_failure", treatment_so_far=listed))
        assert ("Mechanische hartklep" in said) is asks, listed
        assert "1,5 lijn, centrum Oost binnen 4 weken" in said, "it holds up nothing"
    known = desk.says(
        {**PLAIN, "mechanical_valve": False}, **more("heart_failure", treatment_so_far="apixaban 5 mg")
    )
    assert "Mechanische hartklep" not in known


def test_only_the_drug_that_is_used_is_said(people):
    facts = without({**FACTS["atrial_fibrillation"], "heart_failure_known": False}, "anticoagulant_drug")
    said = Desk(people).says(
        facts, **more("atrial_fibrillation", treatment_so_far="dabigatran 150 mg\ndronedaron 400 mg")
    )
    assert "DINT-03" in said and not set(re.findall(r"DINT-0[1245]", said))


def test_a_selective_beta_blocker_with_asthma_is_said(people):
    facts = {**PLAIN, "asthma": True}
    said = Desk(people).says(facts, **more("heart_failure", treatment_so_far="bisoprolol 5 mg"))
    assert "INT-71" in said and "EX-149" not in said


@pytest.mark.parametrize(("key", "rule"), [("heart_failure", "EX-141"), ("atrial_fibrillation", "AX-44")])
def test_in_care_it_is_a_task_of_today(people, at, key, rule):
    care = Care.begin(people, at, pathway=key)
    care.contact({"mechanical_valve": True}, at=at - timedelta(hours=3))
    agree(
        care.episode, by=care.vs, at=at, kind="reported", drug="b01af02", drug_name="apixaban 5 mg", atc="B01AF02",
        reason="gebruikt al", from_at=at - timedelta(hours=1), under=Right.WRITE_CLINICAL,
    )  # fmt: skip
    found = queries.danger_of(care.patient, care.episode.network_id, at=timezone.now())
    assert rule in {one.sign.rule for one in found.signs}
    task = next(one for one in Task.objects.filter(kind="danger", status="open") if rule in one.rules)
    assert task.role and task.due_at <= at + timedelta(days=4)


def test_a_message_on_a_referral_is_asked(people, at):
    sent = referrals.send(
        by=people.viewer("gp"), at=at, patient=people.patient().pk,
        items=observations({**ORDINARY, "doac": True}, at),
        content=referrals.Content(intent="diagnosis", reason="Graag diagnostiek.", tests_asked=("echo",)),
    )  # fmt: skip
    page = posts(people, sent, text="Heeft een mechanische hartklep.")
    assert page.status_code == 422 and len(asked(page)) == 1


@pytest.fixture
def at():
    return timezone.localtime()
