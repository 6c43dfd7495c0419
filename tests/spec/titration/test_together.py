"""What may not happen at once, what comes first, and what is due afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anderhalf.core.pathway.titration import advise
from anderhalf.core.pathway.titration.model import UPWARD
from tests.support.titration import TODAY, moment, patient, proposal, protocol

FULL = "enalapril 5 bid 30d; bisoprolol 5 od 30d; spironolactone 25 od 60d; dapagliflozin 10 od 90d"


def advice(regimen="", *, at=None, **kwargs):
    return advise(protocol(), patient(regimen, **kwargs), on=TODAY, at=at)


def upward(found):
    return [each.drug_class for each in found.proposals if each.kind in UPWARD]


def test_a_new_patient_starts_one_per_group_and_the_sglt2_inhibitor_beside_it():
    """Potassium and kidney: one. Blood pressure: one. MRA and SGLT2 inhibitor do not lower pressure much."""
    assert upward(advice("")) == ["beta_blocker", "mra", "sglt2_inhibitor"]
    waiting = advice("").of("ace_inhibitor")
    assert (waiting.kind.value, waiting.own_kind.value, waiting.held_by) == ("hold", "start", "beta_blocker")


def test_on_all_four_one_step_per_group():
    assert upward(advice(FULL)) == ["beta_blocker", "mra"]


def test_the_rapid_schedule_lets_pressure_drugs_go_together_but_not_potassium_drugs():
    found = advice(
        FULL,
        record={"rapid": True, "last_hf_admission_on": TODAY - timedelta(days=14)},
        nt_probnp="2000",
        before={"nt_probnp": "3000"},
    )
    assert upward(found) == ["beta_blocker", "ace_inhibitor"]


def test_rapid_steps_are_half_the_target_then_the_target():
    record = {"rapid": True, "last_hf_admission_on": TODAY - timedelta(days=14)}
    given = {"record": record, "nt_probnp": "2000", "before": {"nt_probnp": "3000"}}
    assert proposal("bisoprolol 1.25 od 30d", "beta_blocker", **given).dose_new.amount == 5
    assert proposal("bisoprolol 5 od 30d", "beta_blocker", **given).dose_new.amount == 10


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "increase"), ({"systolic_bp": 95}, "increase"), ({"systolic_bp": 94}, "hold"), ({"heart_rate": 55}, "increase"), ({"heart_rate": 54}, "hold"),
        ({"nt_probnp": "3300"}, "increase"), ({"nt_probnp": "3301"}, "hold"), ({"nt_probnp": None}, "needs_data"),
        ({"egfr": 30}, "increase"), ({"egfr": 29}, "hold"),
    ],
)  # fmt: skip
def test_rapid_schedule_safety_indicators(facts, expected):
    """STRONG-HF: any one of them holds the step at that visit (SHF1)."""
    record = {"rapid": True, "last_hf_admission_on": TODAY - timedelta(days=14)}
    given = {"nt_probnp": "2000", **facts}
    found = proposal(
        "bisoprolol 2.5 od 30d", "beta_blocker", record=record, before={"nt_probnp": "3000"}, **given
    )
    assert found.own_kind.value == expected


def test_no_step_up_beside_a_step_down():
    """Potassium 5.6: ACE inhibitor stops, MRA halves; nothing of that group goes up."""
    found = advice(FULL, potassium="5.6")
    assert [(each.drug_class, each.kind.value) for each in found.proposals[:2]] == [
        ("ace_inhibitor", "stop"),
        ("mra", "decrease"),
    ]
    assert upward(found) == []


def test_a_stop_never_waits_for_another_class():
    found = advice(FULL, potassium="6.2", heart_rate=46, beta_blocker_complaints="slow_pulse")
    assert found.of("mra").kind.value == "stop"
    assert found.of("ace_inhibitor").kind.value == "stop"
    assert found.of("beta_blocker").kind.value == "decrease"


def test_switching_stops_the_ace_inhibitor_and_waits_36_hours():
    found = advice("enalapril 10 bid 60d; bisoprolol 10 od 90d; spironolactone 50 od 90d", at=moment())
    arni, ace = found.of("arni"), found.of("ace_inhibitor")
    assert (arni.kind.value, ace.kind.value, ace.held_by) == ("switch", "stop", "arni")
    assert arni.not_before == moment() + timedelta(hours=36)
    assert arni.checks[0].from_on == (moment() + timedelta(hours=36)).date() + timedelta(days=7)


def test_switching_from_an_arb_needs_no_wash_out():
    found = advice("losartan 150 od 60d; bisoprolol 10 od 90d; spironolactone 50 od 90d", at=moment())
    assert found.of("arni").kind.value == "switch"
    assert found.of("arni").not_before is None
    assert found.of("arb").kind.value == "stop"


def test_a_switch_that_waits_does_not_stop_the_ace_inhibitor():
    found = advice(
        "enalapril 10 bid 60d; bisoprolol 10 od 90d; spironolactone 25 od 90d", potassium="5.0", egfr=40
    )
    assert (found.of("arni").kind.value, found.of("ace_inhibitor").kind.value) == ("switch", "stop")
    held = advice(
        "enalapril 10 bid 60d; bisoprolol 5 od 30d; spironolactone 50 od 90d",
        heart_rate=48,
        beta_blocker_complaints="slow_pulse",
    )
    assert held.of("arni").held_by == "beta_blocker"
    assert held.of("ace_inhibitor").kind.value == "keep"


@pytest.mark.parametrize(
    ("regimen", "drug_class", "first", "last"),
    [("enalapril 5 bid 30d", "ace_inhibitor", 7, 14), ("spironolactone 25 od 60d", "mra", 7, 7), ("bisoprolol 5 od 30d", "beta_blocker", 7, 14)],
)  # fmt: skip
def test_what_to_check_after_a_step(regimen, drug_class, first, last):
    others = {
        "ace_inhibitor": "bisoprolol 10 od 90d; spironolactone 50 od 90d",
        "mra": "bisoprolol 10 od 90d; enalapril 10 bid 90d",
        "beta_blocker": "enalapril 10 bid 90d; spironolactone 50 od 90d",
    }
    found = proposal(f"{regimen}; {others[drug_class]}", drug_class, nyha="I")
    assert found.kind.value == "increase"
    assert (found.checks[0].from_on, found.checks[0].until_on) == (
        TODAY + timedelta(days=first),
        TODAY + timedelta(days=last),
    )
    assert found.checks[0].then["nl"] and found.checks[0].source


def test_stable_treatment_is_checked_within_six_months_of_the_last_laboratory():
    found = proposal("enalapril 10 bid 90d", "ace_inhibitor", days_ago={"potassium": 100, "creatinine": 100})
    assert found.kind.value == "keep"
    assert found.checks[0].until_on == TODAY + timedelta(days=82)


def test_a_proposal_says_what_would_change_it():
    found = proposal("bisoprolol 5 od 30d", "beta_blocker")
    said = {(each.fact, each.cell, each.kind) for each in found.would_change}
    assert ("heart_rate", "<55", "hold") in said
    assert ("congestion", "true", "hold") in said
    used = {fact.name: fact.age_days for fact in found.facts_used}
    assert used["heart_rate"] == 0


def test_steps_of_a_frail_patient_use_the_strengths_in_between():
    text = "bisoprolol 5 od 30d; enalapril 10 bid 90d; spironolactone 50 od 90d"
    assert str(proposal(text, "beta_blocker", nyha="I").dose_new.amount) == "10"
    assert str(proposal(text, "beta_blocker", nyha="I", record={"frailty": "frail"}).dose_new.amount) == "7.5"
