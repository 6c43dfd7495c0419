"""An eGFR well above that of who is dialysed answers the question whether there is dialysis: it holds up no step. A yes
that was given counts whatever the eGFR, and with a low or unknown eGFR it is asked, once."""

from __future__ import annotations

import pytest

from tests.spec.cases.titration_patient import DAY, TitrationPatient

pytestmark = pytest.mark.django_db

GOOD = {"potassium": "4.5", "systolic_bp": 124, "heart_rate": 74}


def card(people, **more):
    people.at = DAY
    omit = more.pop("omit", ("dialysis",))
    return (
        TitrationPatient(people)
        .given("enalapril 5 bid 30d", omit=omit, **{**GOOD, **more})
        .card("ace_inhibitor")
    )


def test_a_step_is_proposed_while_nobody_answered_about_dialysis(people):
    found = card(people, egfr=75)
    assert found.rule == "ACE-90" and not found.missing, (found.kind, found.rule, found.missing)


@pytest.mark.parametrize("egfr", [29, 24])
def test_with_a_low_egfr_it_is_asked(people, egfr):
    found = card(people, egfr=egfr, creatinine=200)
    assert found.rule != "ACE-90"


@pytest.mark.parametrize("egfr", [75, 31])
def test_a_yes_counts_whatever_the_egfr(people, egfr):
    found = card(people, omit=(), dialysis=True, egfr=egfr)
    assert (found.kind, found.rule) == ("discuss", "STEP-05")


def test_who_is_severely_frail_gets_another_answer_so_it_is_asked(people):
    assert card(people, omit=("frailty",), egfr=75).rule != "ACE-90"
    assert card(people, omit=(), frailty="severe", egfr=75).rule == "STEP-06"
