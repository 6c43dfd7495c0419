"""Alarms on weight, measurements and complaints (clinical facts 5.3), with both sides of every limit."""

from __future__ import annotations

import pytest

from tests.support.alarms import fired

TEAM = "contact_team"


def test_a_stable_patient_raises_nothing():
    assert fired() == [] and fired("atrial_fibrillation") == []


@pytest.mark.parametrize(
    ("gained", "days", "expected"),
    [
        ("82.0", 3, []), ("82.1", 3, ["AL-01", "AL-03"]), ("82.1", 4, ["AL-03"]), ("82.1", 7, ["AL-03"]),
        ("82.1", 8, []), ("83.0", 14, []), ("83.1", 14, ["AL-04"]), ("83.1", 15, []),
        ("77.0", 7, []), ("76.9", 7, ["AL-05"]), ("76.9", 8, []),
    ],
)  # fmt: skip
def test_weight_gained_and_lost(gained, days, expected):
    assert fired(weights=((days, "80.0"), (0, gained))) == [(rule, TEAM) for rule in expected]


def test_the_lowest_weight_of_the_days_before_counts():
    found = fired(weights=((3, "81.0"), (2, "80.0"), (0, "82.5")))
    assert found[0] == ("AL-01", TEAM)


@pytest.mark.parametrize(
    ("weight", "expected"), [("82.0", []), ("82.1", ["AL-06"]), ("78.0", []), ("77.9", ["AL-07"])]
)
def test_the_target_weight_is_used(weight, expected):
    assert fired(weights=((0, weight),), target_weight="80") == [(rule, TEAM) for rule in expected]


def test_a_choice_of_the_agreement_adds_one_kilo_in_one_day():
    grown = ((1, "80.0"), (0, "81.1"))
    assert fired(weights=grown) == []
    assert fired(weights=grown, choices=(("weight_alarm", "adrz"),)) == [("AL-02", TEAM)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"systolic_bp": 95}, []), ({"systolic_bp": 94}, ["AL-20"]),
        ({"systolic_bp": 179}, []), ({"systolic_bp": 180}, ["AL-23"]),
        ({"diastolic_bp": 119}, []), ({"diastolic_bp": 120}, ["AL-24"]),
        ({"heart_rate": 50}, []), ({"heart_rate": 49}, ["AL-21"]),
        ({"heart_rate": 130, "systolic_bp": 140}, []), ({"heart_rate": 131, "systolic_bp": 140}, ["AL-22"]),
        ({"potassium": "5.5"}, []), ({"potassium": "5.6"}, ["AL-30"]),
        ({"sodium": 128}, []), ({"sodium": 127}, ["AL-31"]), ({"sodium": 150}, []), ({"sodium": 151}, ["AL-32"]),
        ({"haemoglobin": "11.5"}, []), ({"haemoglobin": "11.6"}, ["AL-33"]),
        ({"glucose": "25"}, []), ({"glucose": "25.1"}, ["AL-34"]),
        ({"urea": "40"}, []), ({"urea": "40.1"}, ["AL-60"]),
        ({"leucocytes": "1.5"}, []), ({"leucocytes": "1.4"}, ["AL-61"]),
        ({"leucocytes": "20"}, []), ({"leucocytes": "20.1"}, ["AL-62"]),
        ({"platelets": 50}, []), ({"platelets": 49}, ["AL-63"]),
        ({"free_t4": "5"}, []), ({"free_t4": "4.9"}, ["AL-64"]), ({"free_t4": "40"}, []), ({"free_t4": "40.1"}, ["AL-65"]),
        ({"alt": 150}, []), ({"alt": 151}, ["AL-66"]), ({"crp": 100}, []), ({"crp": 101}, ["AL-67"]),
        ({"acute_illness": True}, ["AL-68"]), ({"acute_illness": True, "mra": False}, ["AL-68"]),
        ({"acute_illness": True, "mra": True}, ["AL-13"]), ({"orthopnoea": True}, ["AL-14"]),
    ],
)  # fmt: skip
def test_limits_and_complaints(facts, expected):
    assert fired(**facts) == [(rule, TEAM) for rule in expected]
    if not {"acute_illness"} & set(facts):
        other = [(rule.replace("AL-", "AA-"), TEAM) for rule in expected]
        assert fired("atrial_fibrillation", **facts) == other


@pytest.mark.parametrize("name", ["dyspnoea_at_rest", "chest_pain_at_rest", "syncope", "hypoperfusion"])
@pytest.mark.parametrize("key", ["heart_failure", "atrial_fibrillation"])
def test_red_flags_are_the_same_rules_as_for_a_referral(key, name):
    assert fired(key, **{name: True})[0][1] == "call_112"


def test_the_most_urgent_comes_first():
    found = fired(systolic_bp=88, syncope=True, heart_rate=48)
    assert found[0] == ("EX-04", "call_112") and found[1] == ("EX-08", "call_cardiologist")


def test_what_nobody_measured_is_no_alarm():
    assert fired(omit=("systolic_bp", "heart_rate", "acute_illness")) == []


def test_weights_of_long_ago_are_no_alarm_of_today():
    assert fired(weights=((40, "80.0"), (38, "83.0"))) == []
