"""When somebody is seen next (`pathways/heart_failure/followup.toml`), counted from today, Friday 20 November 2026.

`discharge-5` is a discharge five days ago, `step mra` a change of dose today, `step mra-3` one of three days ago.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from anderhalf.core.pathway.followup import Situation, Step, ahead_of, next_contact
from anderhalf.core.pathway.titration import advise
from tests.support.titration import TODAY, pathway, patient, protocol

FULL = "sacubitril_valsartan 97 bid 200d; bisoprolol 10 od 200d; spironolactone 50 od 200d; dapagliflozin 10 od 200d"
"""Every basic class at target."""


def propose(*, closed=lambda day: False, **known):
    return next_contact(
        pathway().follow_up, Situation(**known), on=TODAY, monitoring=protocol().monitoring, closed=closed
    )


def day(days):
    return TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("situation", "rule", "days", "source"),
    [
        ({}, "under_control", 182, "ESC21 p.3636"),
        ({"ahead": ("mra",)}, "before_next_step", 14, "local; ESC21S"),
        ({"steps": (Step("ace_inhibitor", TODAY),)}, "titration", 14, "SPS-ACE"),
        ({"steps": (Step("mra", TODAY),)}, "titration", 7, "SPS-SPI"),
        ({"steps": (Step("beta_blocker", TODAY),)}, "titration", 14, "PMJ-BB"),
        ({"steps": (Step("sglt2_inhibitor", TODAY),)}, "titration", 14, "SPS-ACE"),
        ({"steps": (Step("ace_inhibitor", TODAY), Step("mra", TODAY))}, "titration", 7, "SPS-SPI"),
        ({"steps": (Step("mra", day(-3)),)}, "titration", 4, "SPS-SPI"),
        ({"discharged_on": day(-5)}, "after_discharge", 9, "ESC21 p.3657"),
        ({"discharged_on": day(-5), "seen_since_discharge": True}, "under_control", 182, "ESC21 p.3636"),
        ({"discharged_on": day(-13), "steps": (Step("mra", TODAY),)}, "after_discharge", 1, "ESC21 p.3657"),
        ({"steps": (Step("mra", TODAY),), "ahead": ("arni",)}, "titration", 7, "SPS-SPI"),
    ],
)
def test_the_contact_whose_latest_day_comes_first(situation, rule, days, source):
    found = propose(**situation)
    assert (found.because.rule, (found.on - TODAY).days, found.because.source) == (rule, days, source)
    assert found.earliest <= found.on and not found.overdue


def test_a_contact_after_a_step_is_not_before_its_control_makes_sense():
    found = propose(steps=(Step("ace_inhibitor", TODAY),))
    assert (found.earliest, found.on) == (day(7), day(14))
    assert {"potassium", "creatinine", "systolic_bp"} <= set(found.measure)


def test_the_next_step_cannot_be_taken_earlier_than_its_interval():
    assert propose(ahead=("ace_inhibitor",), not_before=day(6)).earliest == day(6)
    assert propose(ahead=("mra",), not_before=day(50)).earliest == day(14)  # still seen within two weeks


def test_a_term_that_has_passed_is_today_and_says_so():
    found = propose(discharged_on=day(-20))
    assert (found.on, found.overdue, found.because.rule) == (TODAY, True, "after_discharge")


def test_everything_else_that_asks_for_a_contact_is_told_too():
    found = propose(steps=(Step("mra", TODAY), Step("ace_inhibitor", TODAY)), discharged_on=day(-2))
    assert [one.rule for one in found.others] == ["after_discharge", "titration"]


def test_no_contact_on_a_closed_day_and_never_later_than_agreed():
    weekend = lambda one: one.isoweekday() > 5  # noqa: E731
    saturday = propose(steps=(Step("mra", day(-6)),), closed=weekend)
    assert saturday.on == TODAY  # Saturday: the Friday before
    overdue = propose(discharged_on=day(-20), closed=lambda one: one <= day(2))
    assert overdue.on == day(3)  # nothing is open up to today: the first open day after it


def test_recurring_tests_that_are_due_by_then_go_along():
    never = propose()
    assert {test.id for test in never.tests} == {"first_line_lab", "ecg_yearly", "iron_status"}
    assert {"rhythm", "ferritin", "potassium"} <= set(never.measure)
    recent = {name: day(-30) for test in pathway().follow_up.tests for name in test.measure}
    assert propose(measured_on=recent).tests == ()
    half_a_year = {**recent, "ecg_result": day(-183)}
    assert [test.id for test in propose(measured_on=half_a_year).tests] == ["ecg_yearly"]
    no_ferritin = {name: when for name, when in recent.items() if name != "ferritin"}
    assert [test.id for test in propose(measured_on=no_ferritin).tests] == ["iron_status"]


def ahead(regimen, **known):
    one = patient(regimen, tolerances=(), **known)
    return ahead_of(protocol(), one, advise(protocol(), one, on=TODAY))


def test_titration_is_finished_at_target():
    assert ahead(FULL, nyha="I") == ()


def test_titration_is_not_finished_while_a_class_waits_for_another_for_its_interval_or_for_a_value():
    assert {"ace_inhibitor", "beta_blocker", "mra"} <= set(ahead("enalapril 5 bid 5d"))
    assert "ace_inhibitor" in ahead("enalapril 5 bid 30d", systolic_bp=88)
    assert "mra" in ahead(FULL, omit=["potassium"])
    assert "arni" in ahead(FULL, potassium=5.7)


def test_a_dose_recorded_as_the_highest_tolerated_is_finished():
    lower = FULL.replace("bisoprolol 10", "bisoprolol 5")
    assert ahead(lower, nyha="I") == ("beta_blocker",)
    assert ahead(lower, nyha="I", record={"max_tolerated": ("beta_blocker",)}) == ()


def test_in_the_palliative_phase_no_step_waits():
    lower = FULL.replace("bisoprolol 10", "bisoprolol 5")
    assert ahead(lower, nyha="I", palliative_phase=True) == ()


def test_a_schedule_without_entries_proposes_nothing():
    from anderhalf.core.pathway.model import FollowUp

    assert next_contact(FollowUp(), Situation(), on=date(2026, 11, 20)) is None


@pytest.mark.parametrize("gap", range(0, 40, 3))
def test_a_fresher_discharge_never_gives_a_later_contact_than_none(gap):
    """Whatever else holds, an unseen discharge brings the contact within its own term or to today."""
    found = propose(discharged_on=day(-gap), ahead=("mra",), steps=(Step("arni", TODAY),))
    assert found.on <= max(TODAY, day(14 - gap))
