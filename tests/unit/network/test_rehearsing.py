"""What a change would have done, on cases without a person."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from anderhalf.apps.network.drafting.rehearsing import (
    NEEDS_DATA,
    REFUSED,
    Case,
    answer_of,
    matrix_of,
    rehearse,
)
from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.referral import route_referral

FILES = dict(read_folder(pathway_folder("heart_failure")))
RUNNING = load_pathway(FILES, "running")
STRICTER = load_pathway(
    FILES | {"referral.csv": FILES["referral.csv"].replace(">=125", ">=150").replace("<125", "<150")},
    "stricter",
)
ON = date(2025, 11, 12)
WELL = {
    "question": "diagnosis", "referred_from": "first", "heart_failure_known": False, "new_angina": False,
    "correctable_cause_suspected": False, "specific_cause_suspected": False, "heart_rate": Decimal(80),
    "rate_slowing_drug": False, "nyha": "II", "rhythm": "sinus", "orthopnoea": False, "ecg_result": "normal",
    "bmi": Decimal(27), "chest_pain_at_rest": False, "dyspnoea_at_rest": False, "hypoperfusion": False,
    "syncope": False, "oxygen_saturation": Decimal(96), "systolic_bp": Decimal(134), "abrupt_deterioration": False,
    "age": Decimal(77), "sex": "male", "pregnant": False, "advanced_hf_sign": False,
    "natriuretic_lowering_drug": False,
}  # fmt: skip


def case(**changes):
    values = {**WELL, **changes}
    return Case({name: FactValue(value, ON - timedelta(days=2)) for name, value in values.items()}, ON)


def test_an_answer_is_the_one_that_a_referral_gets():
    for changes in ({"nt_probnp": Decimal(500)}, {"nt_probnp": Decimal(80)}, {"syncope": True}, {"nyha": "IV"},
                    {"heart_failure_known": True, "nyha": "III"}, {"referred_from": "second"}):  # fmt: skip
        one = case(**changes)
        routed = route_referral(RUNNING, one.facts, on=ON)
        answer = answer_of(RUNNING, "referral", one)
        assert answer.outcome == ((routed.line, routed.urgency) if routed.line else NEEDS_DATA)


def test_only_those_between_the_thresholds_move():
    cases = [case(nt_probnp=Decimal(value)) for value in (80, 124, 125, 149, 150, 900)]
    pairs = rehearse(RUNNING, STRICTER, "referral", cases)
    assert [pair.number for pair in pairs if pair.moves] == [3, 4]
    moved = pairs[2]
    assert (moved.before.rules, moved.after.rules) == (("RF-26",), ("RF-27",))
    matrix = matrix_of(pairs, RUNNING)
    assert (matrix.total, matrix.moved) == (6, 2)
    assert matrix.outcomes == (("intermediate", "routine"), ("first", "none"))
    assert matrix.counts[("intermediate", "routine"), ("first", "none")] == 2


def test_nothing_moves_when_nothing_changes():
    cases = [case(nt_probnp=Decimal(value)) for value in range(100, 200, 7)]
    assert matrix_of(rehearse(RUNNING, RUNNING, "referral", cases), RUNNING).moved == 0


def test_unknown_stays_unknown():
    (pair,) = rehearse(RUNNING, STRICTER, "referral", [case()])
    assert pair.before.outcome == NEEDS_DATA
    assert "nt_probnp" in pair.before.missing


def test_a_value_that_the_new_dictionary_refuses_is_a_case_of_its_own():
    files = FILES | {
        "facts.toml": FILES["facts.toml"].replace("range = [0, 120]\nusual = [18, 105]", "range = [0, 70]")
    }
    narrower = load_pathway(files, "narrower")
    (pair,) = rehearse(RUNNING, narrower, "referral", [case(nt_probnp=Decimal(500))])
    assert pair.after.outcome == REFUSED


def test_a_case_shows_no_date_and_nothing_that_no_rule_asks():
    facts = {
        **case(nt_probnp=Decimal(140)).facts,
        "birth_date": FactValue(date(1948, 3, 14)),
        "weight": FactValue(Decimal(81), ON),
    }
    (pair,) = rehearse(RUNNING, STRICTER, "referral", [Case(facts, ON)])
    shown = {one.fact.name: one for one in pair.facts}
    assert "birth_date" not in shown
    assert "weight" not in shown
    assert shown["nt_probnp"].age_days == 2
    assert not any(isinstance(one.value, date) for one in pair.facts)


def test_a_table_outside_the_referral_is_rehearsed_by_itself():
    facts = {"lvef": FactValue(Decimal(40), ON), "lvef_ever_at_most_40": FactValue(False, ON)}
    pairs = rehearse(RUNNING, RUNNING, "phenotype", [Case(facts, ON)])
    assert not pairs[0].moves
