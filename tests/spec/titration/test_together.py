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


def test_a_new_patient_starts_a_beta_blocker_a_ras_inhibitor_and_the_sglt2_inhibitor():
    """Potassium and kidney: one at a time, so the MRA waits. A beta-blocker beside a RAS inhibitor is fine."""
    assert upward(advice("")) == ["beta_blocker", "ace_inhibitor", "sglt2_inhibitor"]
    waiting = advice("").of("mra")
    assert (waiting.kind.value, waiting.own_kind.value, waiting.held_by) == ("hold", "start", "ace_inhibitor")


def test_on_all_four_one_step_per_group():
    assert upward(advice(FULL)) == ["beta_blocker", "ace_inhibitor"]


@pytest.mark.parametrize(
    ("pressure", "frailty", "up"),
    [(110, "none", ["beta_blocker", "ace_inhibitor"]), (109, "none", ["beta_blocker", "mra"]), (118, "frail", ["beta_blocker", "mra"])],
)  # fmt: skip
def test_with_a_low_pressure_or_in_frailty_one_pressure_drug_at_a_time(pressure, frailty, up):
    assert upward(advice(FULL, systolic_bp=pressure, frailty=frailty)) == up


def test_an_ideal_patient_reaches_every_target_as_soon_as_the_intervals_allow():
    """Seen every 14 days with everything well: beta-blocker 42 days, RAS inhibitor 42 (the MRA starts in between), MRA 56, SGLT2 inhibitor at once."""
    from datetime import datetime

    from anderhalf.core.pathway.titration import DrugUse, Observation, ProposalKind

    begin, uses, reached = TODAY, [], {}
    for day in range(0, 71, 14):
        now = datetime.combine(begin + timedelta(days=day), moment().time())
        one = patient("", nyha="I")
        facts = tuple(Observation(fact=each.fact, value=each.value, at=now) for each in one.observations)
        asked = type(one)(medication=tuple(uses), observations=facts, facts=one.facts, tolerances=())
        for each in advise(protocol(), asked, on=now.date(), at=now).proposals:
            if each.kind not in UPWARD or each.kind is ProposalKind.SWITCH:
                continue
            drug = protocol().drugs[each.drug]
            uses = [use if use.atc != drug.atc or use.until else type(use)(
                        atc=use.atc, since=use.since, until=now, dose=use.dose, per_day=use.per_day, stop_reason="dose_change")
                    for use in uses]  # fmt: skip
            uses.append(
                DrugUse(atc=drug.atc, since=now, dose=each.dose_new.amount, per_day=each.dose_new.per_day)
            )
            if each.dose_new.daily >= drug.target.daily:
                reached.setdefault(each.drug_class, day)
    assert reached == {"beta_blocker": 42, "ace_inhibitor": 42, "mra": 56, "sglt2_inhibitor": 0}


def test_the_rapid_schedule_lets_pressure_drugs_go_together_but_not_potassium_drugs():
    found = advice(
        FULL,
        record={"rapid": True, "last_hf_admission_on": TODAY - timedelta(days=40)},
        nt_probnp="2000",
        before={"nt_probnp": "3000"},
    )
    assert upward(found) == ["beta_blocker", "ace_inhibitor"]


def test_rapid_steps_are_half_the_target_then_the_target():
    record = {"rapid": True, "last_hf_admission_on": TODAY - timedelta(days=40)}
    given = {"record": record, "nt_probnp": "2000", "before": {"nt_probnp": "3000"}}
    assert proposal("bisoprolol 1.25 od 30d", "beta_blocker", **given).dose_new.amount == 5
    assert proposal("bisoprolol 5 od 30d", "beta_blocker", **given).dose_new.amount == 10


@pytest.mark.parametrize(
    ("regimen", "drug_class", "dose"),
    [
        ("losartan 25 od 30d", "arb", 50), ("losartan 50 od 30d", "arb", 100), ("losartan 100 od 30d", "arb", 150),
        ("lisinopril 2.5 od 30d", "ace_inhibitor", 10), ("lisinopril 10 od 30d", "ace_inhibitor", 20),
    ],
)  # fmt: skip
def test_a_rapid_step_never_leaps_past_half_the_target(regimen, drug_class, dose):
    """SHF2: half the target, then the target; losartan has no step of exactly half."""
    record = {"rapid": True, "last_hf_admission_on": TODAY - timedelta(days=40)}
    given = {"record": record, "before": {"nt_probnp": "3000"}, "nt_probnp": "2000"}
    others = "spironolactone 50 od 90d; bisoprolol 10 od 90d"
    assert proposal(f"{regimen}; {others}", drug_class, **given).dose_new.amount == dose


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
    record = {"rapid": True, "last_hf_admission_on": TODAY - timedelta(days=40)}
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
        "enalapril 10 bid 60d; bisoprolol 10 od 90d; spironolactone 50 od 90d", potassium="5.0", egfr=40
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


def test_of_what_would_go_down_for_a_low_pressure_only_the_first_does():
    """40: three cards at once, each saying that nothing else can come down."""
    found = advice(FULL, hypotension_symptoms=True, systolic_bp=92)
    ace, beta = found.of("ace_inhibitor"), found.of("beta_blocker")
    assert (ace.kind.value, ace.rule) == ("decrease", "ACE-11")
    assert (beta.kind.value, beta.own_kind.value, beta.held_by) == ("keep", "decrease", "ace_inhibitor")
    assert beta.dose_new is None and not beta.agenda and "eerst het andere (ACE-remmer)" in beta.why["nl"]
    lowered = [each.drug_class for each in found.proposals if each.kind.value in ("decrease", "pause")]
    assert lowered == ["ace_inhibitor"]


def test_a_single_drug_that_lowers_pressure_goes_down_by_itself():
    alone = advice("bisoprolol 5 od 30d", hypotension_symptoms=True)
    assert (alone.of("beta_blocker").kind.value, alone.of("beta_blocker").rule) == ("decrease", "BB-13")


def test_a_pressure_that_is_an_emergency_lowers_everything():
    found = advice(FULL, hypotension_symptoms=False, systolic_bp=78)
    assert {found.of(key).kind.value for key in ("ace_inhibitor", "beta_blocker")} == {"decrease"}


def test_two_drugs_of_one_class_hold_up_what_works_beside_them():
    """Two MRAs: no RAS inhibitor is started, raised or switched until one of them has stopped."""
    started = advice("spironolactone 25 od 90d; eplerenone 25 od 20d; bisoprolol 10 od 90d")
    assert (started.of("ace_inhibitor").kind.value, started.of("ace_inhibitor").held_by) == ("hold", "mra")
    raised = advice(
        "spironolactone 25 od 90d; eplerenone 25 od 20d; enalapril 5 bid 30d; bisoprolol 10 od 90d"
    )
    assert (raised.of("ace_inhibitor").kind.value, raised.of("ace_inhibitor").held_by) == ("keep", "mra")
    switched = advice(
        "spironolactone 50 od 90d; eplerenone 25 od 20d; enalapril 20 bid 60d; bisoprolol 10 od 90d"
    )
    assert (switched.of("arni").own_kind.value, switched.of("arni").kind.value) == ("switch", "hold")
    one = advice("spironolactone 50 od 90d; enalapril 5 bid 30d; bisoprolol 10 od 90d")
    assert one.of("ace_inhibitor").kind.value == "increase"


def test_two_beta_blockers_hold_up_what_lowers_pressure_or_pulse():
    found = advice(
        "bisoprolol 5 od 90d; metoprolol_succinate 50 od 20d; enalapril 5 bid 30d; spironolactone 50 od 90d"
    )
    assert (found.of("ace_inhibitor").kind.value, found.of("ace_inhibitor").held_by) == (
        "keep",
        "beta_blocker",
    )


@pytest.mark.parametrize(
    "order",
    ["spironolactone 25 od 90d; eplerenone 25 od 20d", "eplerenone 25 od 90d; spironolactone 25 od 20d"],
)
def test_a_contraindicated_pair_stays_said_beside_a_double(order):
    found = advice(f"{order}; J01FA09 500 bid 2d; bisoprolol 10 od 90d")
    assert "CYP3A4" in found.of("mra").why["nl"], found.of("mra").why
    assert not {"ace_inhibitor", "arb", "arni", "mra"} & set(upward(found))
