"""Values that can't both be right, and a wish that was recorded: said in the answer of a referral."""

from __future__ import annotations

import pytest

from anderhalf.apps.referrals.views.answer import to_do_of
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.referral import route_referral
from tests.spec.heart_failure.cases import TODAY, values
from tests.support.titration import pathway as load
from tests.support.titration import value_of

BASE = {
    "age": "70", "sex": "male", "chest_pain_at_rest": "no", "dyspnoea_at_rest": "no", "hypoperfusion": "no",
    "syncope": "no", "abrupt_deterioration": "no", "systolic_bp": "125", "heart_rate": "72",
}  # fmt: skip


def routed(pathway, **facts):
    return route_referral(pathway, values(pathway, BASE | facts), on=TODAY)


@pytest.mark.parametrize(
    ("creatinine", "egfr", "contradicts", "rule"),
    [
        ("300", "90", True, "EX-33"),
        ("300", "18", False, ""),
        ("90", "22", True, ""),
        ("90", "75", False, ""),
        ("90", "45", False, ""),
    ],
)
def test_an_egfr_that_the_creatinine_contradicts_hides_no_danger(
    pathway, creatinine, egfr, contradicts, rule
):
    """Both are tried: the one that nobody typed is a danger "if this is right"."""
    routing = routed(pathway, creatinine=creatinine, egfr=egfr)
    assert (routing.other_egfr is not None) is contradicts
    assert [sign.rule for sign in routing.danger.if_right] == ([rule] if rule else [])


def test_creatinine_that_was_typed_is_not_asked_again(pathway):
    routing = routed(pathway, creatinine="90", heart_failure_known="no")
    assert "creatinine" not in [one.fact for one in routing.missing]
    without = routed(pathway, heart_failure_known="no")
    assert "creatinine" in [one.fact for one in without.missing]


@pytest.mark.parametrize(("wish", "said"), [("yes", True), ("no", False), ("unknown", False)])
def test_a_recorded_wish_comes_with_the_emergency(pathway, wish, said):
    routing = routed(pathway, dyspnoea_at_rest="yes", hospital_undesirable=wish)
    assert routing.action == "call_112"
    assert routing.hospital_undesirable is said


STROKE = {
    "question": "follow_up", "referred_from": "first", "rhythm": "af", "heart_rate": "92", "mehra": "1",
    "age": "60", "sex": "male", "systolic_bp": "125", "stroke_or_tia": True, "anticoagulant_drug": "none",
    **dict.fromkeys(
        ("chest_pain_at_rest", "dyspnoea_at_rest", "hypoperfusion", "syncope", "af_within_48_hours",
         "af_after_cardioversion", "wants_fewer_attacks", "wpw_or_family_sudden_death", "mechanical_valve",
         "mitral_stenosis", "hcm_or_amyloidosis", "correctable_cause_suspected", "heart_failure_known", "congestion",
         "hypertension", "diabetes", "vascular_disease", "systemic_embolism", "pre_excitation"), False,
    ),
    "rate_slowing_drug": True,
}  # fmt: skip


def in_atrial_fibrillation(**facts):
    given = {
        name: FactValue(raw if name == "mehra" else value_of(raw), TODAY)
        for name, raw in (STROKE | facts).items()
    }
    return route_referral(load("atrial_fibrillation"), given, on=TODAY)


def test_anticoagulation_starts_now_also_without_a_referral():
    routing = in_atrial_fibrillation()
    assert (routing.line, [one.task for one in routing.to_do]) == ("first", ["start_anticoagulant"])
    assert [group["moment"] for group in to_do_of(routing, "nl")] == ["nu, wacht niet op het spreekuur"]


@pytest.mark.parametrize(
    "facts",
    [{"anticoagulant_drug": "apixaban"}, {"stroke_or_tia": False}],
)
def test_nothing_is_asked_of_who_takes_it_or_does_not_need_it(facts):
    assert in_atrial_fibrillation(**facts).to_do == ()


def test_the_scores_of_two_ask_it_too():
    routing = in_atrial_fibrillation(stroke_or_tia=False, hypertension=True, diabetes=True)
    assert [one.task for one in routing.to_do] == ["start_anticoagulant"]
