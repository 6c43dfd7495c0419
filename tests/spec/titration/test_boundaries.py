"""Every limit of the protocol with a patient on both sides of it: `boundaries.csv`, one line per patient.

The answer is that of the class itself (`own_kind`): other classes may make a step wait, never change it.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from anderhalf.core.pathway.titration import Tolerance
from tests.support.titration import TODAY, proposal, protocol, value_of

ROWS = list(csv.DictReader((Path(__file__).parent / "boundaries.csv").open(encoding="utf-8")))


def read(text):
    """`given` in plain words: facts, `before.` 60 days ago, `recent.` the day before, `age.` days old, `choice.`, `tolerance=kind:class:drug`."""
    facts, call = (
        {},
        {"before": {}, "record": {}, "days_ago": {}, "tolerances": (), "choices": (), "recent": {}},
    )
    for piece in filter(None, (part.strip() for part in text.split(";"))):
        name, value = (word.strip() for word in piece.split("="))
        found = date.fromisoformat(value) if name == "birth_date" else value_of(value)
        kind, _, rest = name.partition(".")
        if kind == "before":
            call["before"][rest] = None if value == "none" else found
        elif kind == "recent":
            call["recent"][rest] = None if value == "none" else found
        elif kind == "age":
            call["days_ago"][rest] = int(value)
        elif kind == "choice":
            call["choices"] += ((rest, value),)
        elif name == "tolerance":
            what, drug_class, drug = value.split(":")
            call["tolerances"] += (Tolerance(kind=what, drug_class=drug_class, drug=drug),)
        elif name in ("max_tolerated", "restart_agreed"):
            call["record"][name] = [value]
        elif name in ("pregnant", "potassium_binder", "rapid", "open_danger"):
            call["record"][name] = found
        else:
            facts[name] = found
    if call["record"].get("rapid"):
        call["record"]["last_hf_admission_on"] = TODAY - timedelta(days=40)
        call["before"]["nt_probnp"] = "3000"
    return facts, call


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['class']}: {row['why']}" for row in ROWS])
def test_boundary(row):
    facts, call = read(row["given"])
    found = proposal(row["regimen"], row["class"], **call, **facts)
    said = found.rule if not found.held_by else row["rule"]
    assert (found.own_kind.value, said) == (row["expected"], row["rule"]), found.why
    assert set(found.why) == {"nl", "en"}


def test_every_rule_has_a_patient():
    """No rule without a line above: whoever adds a rule adds the patient for whom it speaks."""
    tables = [drug_class.table for drug_class in protocol().classes] + [protocol().gate]
    rules = {rule.id for table in tables for rule in table.rules}
    # STEP-26 catches a contraindicated pair of a class whose own table has no rule for it: there is none now.
    # STEP-08 and STEP-90 (nothing in the way) have their own tests; ARNI-60 is a list that contradicts itself;
    # HYD-46 to 48 speak when intolerances were never asked (case H45).
    assert rules - {row["rule"] for row in ROWS} == {
        "STEP-08",
        "STEP-26",
        "STEP-90",
        "ARNI-60",
        "HYD-46",
        "HYD-47",
        "HYD-48",
    }


def test_rules_stand_from_most_careful_to_boldest():
    """What makes "worse is never bolder" true: in every table no rule stands below a bolder one.

    DIG-05 and DIG-06 speak only while no level is known, and DIG-10 below them asks for one. LOOP-60 waits with a
    lowering of the diuretic until the drug beside it, an NSAID mostly, has stopped.
    """
    from anderhalf.core.pathway.titration.model import ProposalKind
    from tests.support.titration import boldness

    for drug_class in protocol().classes:
        # Answers that change nothing (not indicated, hold, keep, discuss) are equally bold.
        for on_drug in (True, False):
            ranks = [
                boldness(ProposalKind(rule.outputs["action"]))
                for rule in drug_class.table.rules
                if rule.cells["on_drug"].matches(on_drug) and rule.id not in ("DIG-05", "DIG-06", "LOOP-60")
            ]
            assert ranks == sorted(ranks), drug_class.key


def test_every_rule_has_both_languages_a_source_and_a_grade():
    for table in protocol().tables.values():
        for rule in table.rules:
            assert rule.why.get("nl") and rule.why.get("en") and rule.source, rule.id
            assert rule.grade in {"A", "B", "C", "D", "local"}, rule.id


def test_no_unconfirmed_dose_is_a_default():
    for drug in protocol().drugs.values():
        assert drug.agreed == bool(drug.steps)
        assert (drug.grade == "U") == (not drug.agreed)


@pytest.mark.parametrize(
    ("setting", "option", "regimen", "drug_class", "facts", "default", "other"),
    [
        ("acceptable_creatinine_rise", "30", "enalapril 5 bid 21d", "ace_inhibitor", {"creatinine": 140}, "keep", "decrease"),
        ("no_step_creatinine_rise", "50", "enalapril 5 bid 21d", "ace_inhibitor", {"creatinine": 140}, "keep", "increase"),
        ("renal_clauses", "both", "enalapril 5 bid 21d", "ace_inhibitor", {"creatinine": 120}, "increase", "decrease"),
        ("mra_stop_creatinine", "354", "spironolactone 25 od 60d", "mra", {"creatinine": 320, "egfr": 21, "before": {"creatinine": 310}}, "stop", "decrease"),
        ("arni_start_potassium", "5.0", "enalapril 10 bid 30d", "arni", {"potassium": "5.2"}, "discuss", "hold"),
        ("ras_first_choice", "arni", "", "arni", {}, "not_indicated", "start"),
        ("ras_first_choice", "arni", "", "ace_inhibitor", {}, "start", "not_indicated"),
        ("beta_blocker_step_heart_rate", "60", "bisoprolol 5 od 30d", "beta_blocker", {"heart_rate": 57}, "increase", "hold"),
        ("ivabradine_start_heart_rate", "70", "bisoprolol 10 od 90d; enalapril 10 bid 90d; spironolactone 50 od 90d", "ivabradine", {"heart_rate": 71}, "not_indicated", "start"),
        ("beta_blocker_step_heart_rate_af", "60", "bisoprolol 5 od 30d", "beta_blocker", {"rhythm": "af", "heart_rate": 70}, "keep", "increase"),
        ("hfmref_policy", "consider", "enalapril 5 bid 21d", "ace_inhibitor", {"lvef": 45, "lvef_ever_40_or_less": False}, "increase", "keep"),
        ("potassium_binder_steps", "allow", "enalapril 5 bid 21d", "ace_inhibitor", {"record": {"potassium_binder": True}}, "discuss", "increase"),
        ("sick_day_ras", "hold", "enalapril 5 bid 21d", "ace_inhibitor", {"acute_illness": True}, "pause", "hold"),
        ("sick_day_sglt2", "hold", "dapagliflozin 10 od 90d", "sglt2_inhibitor", {"acute_illness": True}, "pause", "discuss"),
    ],
)  # fmt: skip
def test_each_choice_changes_its_own_answer(setting, option, regimen, drug_class, facts, default, other):
    """Where sources disagree, the agreement's choice decides; the default is written down with its source."""
    assert proposal(regimen, drug_class, **facts).own_kind.value == default
    assert proposal(regimen, drug_class, choices=((setting, option),), **facts).own_kind.value == other
    chosen = protocol().settings[setting]
    assert chosen.source and chosen.note["nl"] and chosen.note["en"] and chosen.default in chosen.options


@pytest.mark.parametrize(
    ("regimen", "drug_class", "record", "expected", "rule"),
    [
        ("enalapril 5 bid 21d", "ace_inhibitor", {"palliative_phase": True}, "hold", "STEP-04"),
        ("", "beta_blocker", {"palliative_phase": True}, "hold", "STEP-04"),
        ("enalapril 5 bid 21d", "ace_inhibitor", {"dialysis": True}, "discuss", "STEP-05"),
        ("enalapril 5 bid 21d", "ace_inhibitor", {"frailty": "severe"}, "discuss", "STEP-06"),
        ("digoxin 125 od 90d", "digoxin", {"digoxin_signs": True}, "pause", "DIG-61"),
        ("enalapril 5 bid 21d", "ace_inhibitor", {"frailty": "frail"}, "increase", "ACE-90"),
        ("enalapril 5 bid 21d; V03AE10 5 od 30d", "ace_inhibitor", {}, "discuss", "STEP-07"),
        ("enalapril 5 bid 21d", "ace_inhibitor", {"potassium_binder": True}, "discuss", "STEP-07"),
        ("bisoprolol 5 od 30d", "beta_blocker", {"potassium_binder": True}, "increase", "BB-90"),
        ("furosemide 40 od 60d", "loop_diuretic", {"palliative_phase": True}, "decrease", "LOOP-13"),
        ("C09AA09 10 od 60d", "ace_inhibitor", {}, "discuss", "STEP-02"),
        ("C09AA07 10 od 60d", "ace_inhibitor", {}, "discuss", "STEP-02"),
        ("C07AB03 50 od 60d", "beta_blocker", {}, "discuss", "STEP-02"),
        ("bisoprolol 5 od 60d; carvedilol 6.25 bid 30d", "beta_blocker", {}, "discuss", "STEP-01"),
        ("bisoprolol 500 od 60d", "beta_blocker", {}, "discuss", "STEP-03"),
        ("bisoprolol -5 od 60d", "beta_blocker", {}, "discuss", "STEP-02"),
        ("bisoprolol ? od 60d", "beta_blocker", {}, "discuss", "STEP-02"),
        ("enalapril 5 bid 90d until 40d because hyperkalaemia", "ace_inhibitor", {"restart_agreed": ["ace_inhibitor"]}, "start", "ACE-92"),
        ("bisoprolol 5 od 30d", "beta_blocker", {"max_tolerated": ["beta_blocker"]}, "keep", "BB-31"),
    ],
)  # fmt: skip
def test_who_the_patient_is_changes_the_advice(regimen, drug_class, record, expected, rule):
    found = proposal(regimen, drug_class, record=record)
    assert (found.own_kind.value, found.rule if not found.held_by else rule) == (expected, rule)


@pytest.mark.parametrize(
    ("tolerance", "expected"),
    [
        (Tolerance(kind="angioedema", drug_class="ace_inhibitor"), {"ace_inhibitor": "not_indicated", "arb": "not_indicated", "arni": "not_indicated", "hydralazine_nitrate": "discuss"}),
        (Tolerance(kind="intolerance", drug_class="ace_inhibitor", drug="enalapril"), {"ace_inhibitor": "not_indicated", "arb": "start", "arni": "not_indicated"}),
        (Tolerance(kind="allergy", drug_class="beta_blocker", drug="bisoprolol"), {"beta_blocker": "not_indicated"}),
        (Tolerance(kind="contraindication", drug_class="mra"), {"mra": "not_indicated"}),
    ],
)  # fmt: skip
def test_the_record_remembers(tolerance, expected):
    for drug_class, kind in expected.items():
        assert proposal("", drug_class, tolerances=(tolerance,)).own_kind.value == kind, drug_class


@pytest.mark.parametrize(
    ("tolerance", "expected"),
    [
        (Tolerance(kind="allergy", drug_class="mra", drug="eplerenone"), "discuss"),
        (Tolerance(kind="allergy", drug_class="mra", drug="spironolactone"), "stop"),
        (Tolerance(kind="contraindication", drug_class="mra"), "stop"),
        (Tolerance(kind="contraindication", drug_class="mra", drug="eplerenone"), "stop"),
    ],
)  # fmt: skip
def test_an_allergy_to_another_drug_of_the_class_is_asked_not_stopped(tolerance, expected):
    assert proposal("spironolactone 25 od 60d", "mra", tolerances=(tolerance,)).own_kind.value == expected


def test_a_drug_that_was_not_tolerated_is_not_proposed_again():
    refused = (Tolerance(kind="intolerance", drug_class="beta_blocker", drug="bisoprolol"),)
    assert proposal("", "beta_blocker", tolerances=refused).drug == "carvedilol"


def test_asthma_and_angioedema_in_the_record_exclude_by_themselves():
    assert (
        proposal("", "beta_blocker", record={"asthma": True}, tolerances=None).own_kind.value
        == "not_indicated"
    )
    assert (
        proposal("", "ace_inhibitor", record={"angioedema_history": True}, tolerances=None).own_kind.value
        == "not_indicated"
    )


def test_contraindications_never_asked_is_not_none():
    found = proposal("", "beta_blocker", tolerances=None)
    assert found.kind.value == "needs_data"
    assert "excluded" in {each.fact for each in found.missing}
