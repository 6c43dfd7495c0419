"""Referral terms (Q12, Q14–Q16, Q18), by the form that a practice nurse fills in and by what is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.integration.referrals.conftest import ORDINARY
from tests.spec.cases.test_referral import KNOWN, Desk, without

pytestmark = pytest.mark.django_db

SUSPECTED = {**without(ORDINARY, "nt_probnp"), "ecg_result": "normal"}


@pytest.fixture
def desk(people):
    return Desk(people)


@pytest.mark.case("Q12")
def test_shortly_after_discharge_whoever_refers(desk, answer):
    left = (timezone.localdate() - timedelta(days=4)).strftime("%d-%m-%Y")
    facts = {**without(KNOWN, "hf_admission_ever"), "last_hf_admission_on": left}
    said = desk.says(facts, intent="titration")
    assert "RF-36" in said and "binnen 1 week" in said and "binnen 4 weken" not in said
    assert desk.sends(facts, intent="titration").urgency == "within_1_week"
    answer("RF-36: 1.5 line within 1 week")


def test_shortly_after_discharge_is_never_routine_for_another_reason(desk):
    left = (timezone.localdate() - timedelta(days=14)).strftime("%d-%m-%Y")
    facts = {**without(KNOWN, "hf_admission_ever"), "last_hf_admission_on": left,
             "correctable_cause_suspected": True}  # fmt: skip
    assert desk.sends(facts, intent="titration").urgency == "within_1_week"


@pytest.mark.case("Q14")
def test_congested_and_unstable(desk, answer):
    facts = {**KNOWN, "congestion": True, "weight_stable": False}
    said = desk.says(facts, intent="titration")
    assert "RF-37" in said and "binnen 1 week" in said
    assert desk.sends(facts, intent="titration").urgency == "within_1_week"
    answer("RF-37: 1.5 line within 1 week")


@pytest.mark.parametrize(
    ("fact", "value", "rule", "term"),
    [
        ("weight_stable", False, "RF-38", "binnen 1 week"), ("potassium", "3.4", "RF-39", "binnen 1 week"),
        ("potassium", "5.6", "RF-39", "dezelfde of volgende dag"), ("sodium", 129, "RF-40", "binnen 1 week"),
        ("haemoglobin", "6.4", "RF-41", "binnen 1 week"), ("systolic_bp", 180, "RF-42", "dezelfde of volgende dag"),
        ("heart_rate", 110, "RF-43", "binnen 1 week"), ("orthopnoea", True, "RF-18", "dezelfde of volgende dag"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_wait_is_never_routine(desk, fact, value, rule, term):
    sure = {} if isinstance(value, bool) else {f"c_{fact}": "on"}
    said = desk.says({**KNOWN, fact: value}, intent="titration", **sure)
    assert rule in said and term in said and "binnen 4 weken" not in said


@pytest.mark.case("Q15")
def test_bnp_beside_nt_probnp(desk, answer):
    known = {**SUSPECTED, "natriuretic_lowering_drug": False}
    low, high = desk.says({**known, "bnp": 20}), desk.says({**known, "bnp": 90})
    assert "RF-48" in low and "1e lijn" in low
    assert "RF-46" in high and "1,5e lijn" in high.replace("1,5 lijn", "1,5e lijn")
    assert desk.sends({**known, "bnp": 90}).urgency == "routine"
    answer("BNP 20: RF-48 first line; BNP 90: RF-46 1.5 line, echo")


@pytest.mark.case("Q16")
def test_a_low_value_under_treatment_excludes_nothing(desk, answer):
    treated = {**SUSPECTED, "nt_probnp": 100, "loop_diuretic": True, "ace_inhibitor": True}
    said = desk.says(treated)
    assert "RF-45" in said and "RF-27" not in said
    assert (desk.sends(treated).proposed_line, "RF-27" in said) == ("intermediate", False)
    answer("RF-45: not excluded, echo in the 1.5 line")


def test_a_low_value_asks_for_treatment_before_it_excludes(desk):
    said = desk.says({**SUSPECTED, "nt_probnp": 100})
    assert "RF-27" not in said and "verlagen NT-proBNP" in said
    assert "RF-27" in desk.says({**SUSPECTED, "nt_probnp": 100, "natriuretic_lowering_drug": False})


@pytest.mark.case("Q18")
def test_who_does_not_want_the_hospital_stays(desk, answer):
    facts = {**KNOWN, "hospital_undesirable": True, "advanced_hf_sign": True}
    said = desk.says(facts, intent="titration")
    assert "RF-29" in said and "RF-02" not in said
    sent = desk.sends(facts, intent="titration")
    assert (sent.proposed_line, sent.urgency) == ("intermediate", "advice")
    answer("RF-29: the GP keeps the lead, advice of the 1.5 line within 2 days")


@pytest.mark.parametrize(
    "facts",
    [
        {"new_angina": True}, {"hf_admissions_12_months": 2}, {"lvef": 19}, {"nyha": "IV"}, {"specific_cause_suspected": True},
        {"correctable_cause_suspected": True}, {"new_ecg_abnormality": True}, {"lvef": 30, "optimal_therapy_3_months": True, "device_assessed": False},
        {"nyha": "III", "optimal_therapy_3_months": True}, {"heart_rate": 49, "rate_slowing_drug": False},
    ],
)  # fmt: skip
def test_no_rule_sends_who_does_not_want_the_hospital_to_it(desk, facts):
    more = {"intent": "titration", **{f"c_{name}": "on" for name in facts}}
    assert desk.line({**KNOWN, "hospital_undesirable": True, **facts}, **more) in ("1e lijn", "1,5 lijn")
    assert desk.line({**KNOWN, **facts}, **more) == "2e lijn", "wanted, the hospital is the answer"


def test_a_very_low_egfr_that_nobody_knew_is_a_danger_for_who_does_not_want_the_hospital_too(desk):
    """A call is no admission: where the patient stays is agreed in it."""
    said = desk.says({**KNOWN, "hospital_undesirable": True, "egfr": 19}, intent="titration", c_egfr="on")
    assert "EX-33" in said


def test_an_infarction_of_last_month_is_no_reason_for_an_icd_yet(desk):
    wide = {**KNOWN, "lvef": 30, "optimal_therapy_3_months": True, "device_assessed": False}
    assert "RF-16" in desk.says(wide, intent="titration")
    assert "RF-34" in desk.says({**wide, "infarction_within_40_days": True}, intent="titration")
    assert "RF-35" in desk.says({**wide, "palliative_phase": True}, intent="titration")
