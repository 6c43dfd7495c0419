"""The atrial-fibrillation pathway as a handbook: referral, anticoagulation, dose, rate control, way back.

Every row is one patient: what is special about them, and what the agreement answers, by which rule.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations

import pytest

from anderhalf.content.titration import anticoagulant_interactions
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.interactions import InteractionError
from anderhalf.core.pathway.scores_anticoagulation import (
    Company,
    anticoagulation_facts,
    check_anticoagulant_dose,
    creatinine_clearance,
)
from tests.support.titration import pathway, scores, value_of

ON = date(2026, 11, 20)
DOACS = ("apixaban", "edoxaban", "rivaroxaban", "dabigatran")
USUAL = {
    "anticoagulant_dose_fits": True,
    "question": "follow_up", "referred_from": "first", "age": 78, "sex": "male", "weight": 80, "creatinine": 90,
    "heart_rate": 76, "systolic_bp": 130, "mehra": "1", "rhythm": "af", "af_pattern": "permanent", "af_within_48_hours": False,
    "af_after_cardioversion": False, "wants_fewer_attacks": False, "wpw_or_family_sudden_death": False, "mechanical_valve": False,
    "mitral_stenosis": False, "hcm_or_amyloidosis": False, "correctable_cause_suspected": False, "heart_failure_known": False,
    "hypertension": False, "diabetes": False, "stroke_or_tia": False, "vascular_disease": False, "congestion": False,
    "chest_pain_at_rest": False, "dyspnoea_at_rest": False, "hypoperfusion": False, "syncope": False, "dialysis": False,
    "rate_slowing_drug": True, "beta_blocker": True, "diltiazem_or_verapamil": False, "asthma": False, "lvef": 55, "frailty": "none",
    "anticoagulant_drug": "apixaban", "edoxaban_interaction": False, "dabigatran_interaction": False, "verapamil": False,
    "gastritis_or_reflux": False, "kidney_transplant": False, "liver_disease": False, "major_bleeding": False, "labile_inr": False,
    "antiplatelet": False, "nsaid": False, "pre_excitation": False, "doac_strong_inhibitor": False, "doac_inducer": False,
    "systemic_embolism": False, "coronary_disease": False, "stroke": False, "alcohol_units_per_week": 0, "rate_control_stable_months": 8,
}  # fmt: skip


def facts(**changes):
    given = {name: value for name, value in {**USUAL, **changes}.items() if value is not None}
    return {
        name: FactValue(value if name == "mehra" else value_of(value), ON) for name, value in given.items()
    }


def decide(table_id, **changes):
    return evaluate(pathway("atrial_fibrillation").tables[table_id], facts(**changes), on=ON)


def rule_of(decision):
    return decision.decisive[0].rule_id if decision.decisive else decision.status.value


EXPECTING = {"sex": "female", "age": 30, "pregnant": True}


def dose_check(*, codes=(), **changes):
    """The dose check as the clinic asks it: the calculators first, then the drugs on the list."""
    whole = pathway("atrial_fibrillation")
    found = anticoagulation_facts(scores(), facts(**changes), on=ON)
    company = Company(anticoagulant_interactions(whole), whole.facts, frozenset(codes))
    drug = changes["anticoagulant_drug"]
    return check_anticoagulant_dose(whole.tables["anticoagulant_dose"], found, drug, company, on=ON)


@pytest.mark.parametrize(
    ("changes", "rule", "answer"),
    [
        ({}, "AI-01", "included"),
        ({"rhythm": "sinus", "atrial_fibrillation": True}, "AI-02", "included"),
        ({"rhythm": "paced", "atrial_fibrillation": True}, "AI-02", "included"),
        ({"rhythm": None, "atrial_fibrillation": True}, "AI-02", "included"),
        ({"rhythm": "sinus", "atrial_fibrillation": False}, "AI-90", "not_included"),
        ({"rhythm": "sinus", "atrial_fibrillation": None}, "needs_data", None),
        ({"rhythm": None, "atrial_fibrillation": None}, "needs_data", None),
    ],
)  # fmt: skip
def test_who_is_in_this_pathway_too(changes, rule, answer):
    """Beside heart failure: by the rhythm of now or by history; what nobody looked at is not "no"."""
    decision = decide("inclusion", **changes)
    assert (rule_of(decision), decision.value("advice")) == (rule, answer)


@pytest.mark.parametrize(
    ("changes", "rule", "line"),
    [
        ({}, "AX-90", "none"),
        ({"chest_pain_at_rest": True}, "AX-01", "emergency"),
        ({"dyspnoea_at_rest": True}, "AX-02", "emergency"),
        ({"hypoperfusion": True}, "AX-03", "emergency"),
        ({"syncope": True}, "AX-04", "emergency"),
        ({"stroke_signs": True}, "AX-110", "emergency"), ({"stroke_signs": False}, "AX-90", "none"),
        ({"bleeding": True}, "AX-111", "emergency"), ({"bleeding": False}, "AX-90", "none"),
        ({"suicidal_thoughts": True}, "AX-112", "emergency"), ({"suicidal_thoughts": False}, "AX-90", "none"),
        ({"systolic_bp": 90}, "AX-90", "none"), ({"systolic_bp": 89}, "AX-05", "emergency"),
        ({"af_within_48_hours": True, "age": 74}, "AX-06", "second"), ({"af_within_48_hours": True, "age": 75}, "AX-90", "none"),
        ({"af_within_48_hours": True, "mehra": "3"}, "AX-07", "second"),
        ({"af_within_48_hours": True, "heart_rate": 150}, "AX-90", "none"), ({"af_within_48_hours": True, "heart_rate": 151}, "AX-08", "emergency"),
        ({"heart_rate": 150, "systolic_bp": 160}, "AX-90", "none"), ({"heart_rate": 151}, "AX-08", "emergency"),
        ({"af_after_cardioversion": True, "mehra": "4"}, "AX-09", "second"),
        ({"oxygen_saturation": 91}, "AX-125", "second"), ({"oxygen_saturation": 92}, "AX-90", "none"),
        ({"oxygen_saturation": 90, "copd": True}, "AX-90", "none"), ({"oxygen_saturation": 90, "copd": False}, "AX-125", "second"),
        ({"oxygen_saturation": 89}, "AX-10", "emergency"),
        ({"pre_excitation": True, "heart_rate": 110}, "AX-90", "none"), ({"pre_excitation": True, "heart_rate": 111}, "AX-11", "emergency"),
        ({"heart_rate": 30}, "AX-19", "second"), ({"heart_rate": 29}, "AX-12", "emergency"),
        ({"systolic_bp": 99, "pulse_above_systolic": True}, "AX-13", "emergency"), ({"systolic_bp": 99}, "AX-90", "none"),
        ({"systolic_bp": 100, "pulse_above_systolic": True}, "AX-27", "second"),
        ({"respiratory_rate": 29}, "AX-25", "second"), ({"respiratory_rate": 30}, "AX-14", "emergency"), ({"respiratory_rate": 24}, "AX-90", "none"),
        ({"respiratory_rate": 9}, "AX-90", "none"), ({"respiratory_rate": 8}, "AX-15", "emergency"),
        ({"icd_shock": "several"}, "AX-16", "emergency"), ({"icd_shock": "one"}, "AX-26", "second"), ({"icd_shock": "none"}, "AX-90", "none"),
        ({"pressure_symptoms": True, "systolic_bp": 180}, "AX-17", "emergency"), ({"pressure_symptoms": True, "systolic_bp": 179}, "AX-90", "none"),
        ({"potassium": "6.0"}, "AX-90", "none"), ({"potassium": "6.1"}, "AX-18", "emergency"),
        ({"potassium": "2.8"}, "AX-90", "none"), ({"potassium": "2.7"}, "AX-21", "second"),
        ({"heart_rate": 40}, "AX-90", "none"), ({"heart_rate": 39}, "AX-19", "second"),
        ({"heart_rate": 39, "rate_slowing_drug": True}, "AX-19", "second"),
        ({"abrupt_deterioration": True}, "AX-20", "second"),
        ({"sodium": 125}, "AX-90", "none"), ({"sodium": 124}, "AX-22", "second"),
        ({"sodium": 155}, "AX-90", "none"), ({"sodium": 156}, "AX-23", "second"),
        ({"haemoglobin": "5.0"}, "AX-90", "none"), ({"haemoglobin": "4.9"}, "AX-24", "second"),
        ({"systolic_bp": 219}, "AX-90", "none"), ({"systolic_bp": 220}, "AX-28", "second"),
        ({"age": 17}, "AX-29", "second"),
        ({"age": 34, "sex": "female", "pregnant": True, "anticoagulant_drug": "none"}, "AX-30", "second"), ({"age": 34, "sex": "female", "pregnant": None}, "needs_data", None),
        ({"creatinine_rise_7_days": 50}, "AX-31", "second"), ({"creatinine_rise_7_days": "49.9"}, "AX-90", "none"),
        ({"creatinine_rise_90_days": 100}, "AX-32", "second"), ({"creatinine_rise_90_days": "99.9"}, "AX-90", "none"),
        ({"egfr": 19}, "AX-33", "second"), ({"egfr": 20}, "AX-90", "none"), ({"egfr": 19, "creatinine_rise_90_days": 24}, "AX-90", "none"),
        ({"creatinine": 354}, "AX-34", "second"), ({"creatinine": 353}, "AX-90", "none"), ({"creatinine": 354, "creatinine_rise_90_days": 24}, "AX-90", "none"),
        ({"creatinine_rise_2_days": 26}, "AX-35", "second"), ({"creatinine_rise_2_days": 25}, "AX-90", "none"),
        ({"glucose": 30}, "AX-36", "second"), ({"glucose": "29.9"}, "AX-90", "none"), ({"glucose": "2.4"}, "AX-37", "second"), ({"glucose": "2.5"}, "AX-90", "none"),
        ({"potassium": "3.0", "digoxin": True}, "AX-38", "second"), ({"potassium": "3.5", "digoxin": True}, "AX-90", "none"),
        ({"potassium": "3.4", "digoxin": True}, "AX-152", "second"), ({"potassium": "3.4", "amiodarone": True}, "AX-153", "second"), ({"potassium": "3.4", "qt_drug": True}, "AX-154", "second"),
        ({"potassium": "3.4", "digoxin": True, "egfr": 29}, "AX-155", "second"), ({"potassium": "3.4", "digoxin": True, "egfr": 30}, "AX-152", "second"),
        ({"potassium": "3.4", "digoxin": True, "heart_rate": 49}, "AX-156", "second"), ({"digoxin": True, "heart_rate": 49, "egfr": 29}, "AX-157", "second"),
        ({"digoxin": True, "heart_rate": 49, "egfr": 30}, "AX-90", "none"),
        ({"heart_rate": 111, "congestion": True}, "AX-158", "second"), ({"heart_rate": 110, "congestion": True}, "AX-90", "none"),
        ({"heart_rate": 111, "mehra": "3", "heart_failure_known": True}, "AX-91", "second"), ({"heart_rate": 110, "mehra": "3", "heart_failure_known": True}, "AX-90", "none"),
        ({"heart_rate": 111, "mehra": "2b", "heart_failure_known": True}, "AX-90", "none"),
        ({"ace_inhibitor": True, "arni": True}, "AX-150", "second"), ({"arni": True}, "AX-90", "none"),
        ({"arb": True, "ace_inhibitor_or_arni": True}, "AX-151", "second"), ({"arb": True}, "AX-90", "none"),
        ({"contraindicated_pair": True}, "AX-94", "second"), ({"contraindicated_pair": False}, "AX-90", "none"),
        ({"two_of_one_class": True}, "AX-93", "second"), ({"two_of_one_class": False}, "AX-90", "none"),
        ({"age": 34, "sex": "female", "pregnant": True, "anticoagulant_drug": "none", "not_in_pregnancy": True}, "AX-92", "second"),
        ({"potassium": "3.0", "amiodarone": True}, "AX-39", "second"), ({"potassium": "3.0", "amiodarone": False}, "AX-90", "none"),
        ({"qtc": 501}, "AX-40", "second"), ({"qtc": 500}, "AX-90", "none"),
        ({"av_block": True}, "AX-41", "second"), ({"av_block": True, "rate_slowing_drug": False}, "AX-122", "second"),
        ({"av_block": True, "heart_rate": 49}, "AX-123", "second"), ({"av_block": True, "heart_rate": 50, "rate_slowing_drug": False}, "AX-122", "second"),
        ({"av_block": False, "heart_rate": 49}, "AX-90", "none"),
        ({"potassium": "3.0", "qt_drug": True}, "AX-120", "second"), ({"potassium": "3.5", "qt_drug": True}, "AX-90", "none"),
        ({"potassium": "2.9", "diuretic_tablet": True}, "AX-121", "second"), ({"potassium": "3.0", "diuretic_tablet": True}, "AX-90", "none"),
        ({"two_anticoagulants": True}, "AX-124", "second"), ({"two_anticoagulants": False}, "AX-90", "none"),
        ({"age": 34, "sex": "female", "pregnant": True, "anticoagulant_drug": "vka"}, "AX-126", "second"),
        ({"age": 34, "sex": "female", "pregnant": True, "anticoagulant_drug": "apixaban"}, "AX-159", "second"),
        ({"contraindicated_in_hf": True, "heart_failure_known": True}, "AX-127", "second"), ({"contraindicated_in_hf": True}, "AX-90", "none"),
        ({"contraindicated_in_reduced_lvef": True, "lvef": 40}, "AX-128", "second"), ({"contraindicated_in_reduced_lvef": True, "lvef": 41}, "AX-90", "none"),
        ({"angioedema_history": True, "ace_inhibitor_or_arni": True}, "AX-100", "second"), ({"angioedema_history": True, "arb": True}, "AX-101", "second"),
        ({"angioedema_history": True}, "AX-90", "none"),
        ({"nitrate_or_hydralazine": True, "pde5_or_riociguat": True}, "AX-140", "second"), ({"pde5_or_riociguat": True}, "AX-90", "none"),
        ({"diltiazem_or_verapamil": True, "heart_rate": 59}, "AX-141", "second"), ({"diltiazem_or_verapamil": True, "heart_rate": 60}, "AX-90", "none"),
        ({"beta_blocker": False, "diltiazem_or_verapamil": True, "heart_rate": 59}, "AX-90", "none"),
        ({"pre_excitation": True, "av_node_drug": True}, "AX-129", "second"), ({"pre_excitation": True, "av_node_drug": False}, "AX-90", "none"),
        ({"pre_excitation": False, "av_node_drug": True}, "AX-90", "none"),
        ({"age": 34, "sex": "female", "pregnant": True, "ras_inhibitor_or_mra": True}, "AX-42", "second"),
        *(({"mechanical_valve": True, "anticoagulant_drug": drug}, "AX-44", "second") for drug in DOACS),
        ({"mechanical_valve": True, "anticoagulant_drug": "vka"}, "AX-90", "none"), ({"mechanical_valve": True, "anticoagulant_drug": "none"}, "AX-46", "second"),
        *(({"mitral_stenosis": True, "anticoagulant_drug": drug}, "AX-45", "second") for drug in DOACS), ({"mitral_stenosis": True, "anticoagulant_drug": "vka"}, "AX-90", "none"),
        ({"heart_rate": None}, "needs_data", None),
        ({"syncope": None}, "needs_data", None),
    ],
)  # fmt: skip
def test_who_must_never_wait(changes, rule, line):
    """AF-R1, AF-R2, AF-R3, TRI-03."""
    decision = decide("exclusion", **changes)
    assert (rule_of(decision), decision.value("line")) == (rule, line)


@pytest.mark.parametrize(
    ("changes", "rule", "line"),
    [
        ({}, "AR-90", "first"),
        ({"question": "advice"}, "AR-01", "intermediate"),
        ({"referred_from": "second"}, "AR-02", "intermediate"),
        ({"heart_rate": 49, "rate_slowing_drug": False}, "AR-03", "second"), ({"heart_rate": 50, "rate_slowing_drug": False}, "AR-90", "first"), ({"heart_rate": 50}, "AR-90", "first"),
        ({"wpw_or_family_sudden_death": True}, "AR-04", "second"), ({"wpw_or_family_sudden_death": True, "heart_rate": 109}, "AR-04", "second"),
        ({"wpw_or_family_sudden_death": True, "heart_rate": 110}, "AR-16", "second"),
        ({"pre_excitation": True}, "AR-29", "second"), ({"pre_excitation": True, "heart_rate": 109}, "AR-29", "second"),
        ({"pre_excitation": True, "heart_rate": 110}, "AR-28", "second"), ({"pre_excitation": None}, "AR-90", "first"),
        ({"pre_excitation": True, "wpw_or_family_sudden_death": None}, "AR-29", "second"),
        ({"pre_excitation": True, "heart_rate": 110, "wpw_or_family_sudden_death": None}, "AR-28", "second"),
        ({"heart_rate": 49}, "AR-17", "intermediate"), ({"referred_from": "second", "congestion": True}, "AR-10", "intermediate"),
        ({"correctable_cause_suspected": True}, "AR-05", "second"),
        ({"mechanical_valve": True}, "AR-06", "second"), ({"mitral_stenosis": True}, "AR-07", "second"),
        ({"hcm_or_amyloidosis": True}, "AR-08", "second"),
        ({"heart_failure_known": True}, "AR-09", "intermediate"),
        ({"congestion": True}, "AR-10", "intermediate"),
        ({"heart_rate": 109}, "AR-90", "first"), ({"heart_rate": 110}, "AR-11", "intermediate"),
        ({"heart_rate": 110, "correctable_cause_suspected": True}, "AR-24", "second"), ({"heart_rate": 110, "mechanical_valve": True}, "AR-25", "second"),
        ({"heart_rate": 110, "mitral_stenosis": True}, "AR-26", "second"), ({"heart_rate": 110, "hcm_or_amyloidosis": True}, "AR-27", "second"),
        *(({"referred_from": sender, **facts}, rule, "intermediate") for sender in ("first", "second") for facts, rule in (
            ({"hf_admission_ever": True, "days_since_hf_admission": 14}, "AR-18"), ({"weight_stable": False}, "AR-19"),
            ({"potassium": "3.4"}, "AR-20"), ({"potassium": "5.6"}, "AR-20"), ({"sodium": 129}, "AR-21"), ({"haemoglobin": "6.4"}, "AR-22"),
            ({"systolic_bp": 180}, "AR-23"), ({"heart_rate": 110}, "AR-11"),
        )),
        ({"hf_admission_ever": True, "days_since_hf_admission": 15}, "AR-90", "first"), ({"potassium": "3.5"}, "AR-90", "first"), ({"potassium": "5.5"}, "AR-90", "first"),
        ({"sodium": 130}, "AR-90", "first"), ({"haemoglobin": "6.5"}, "AR-90", "first"), ({"systolic_bp": 179}, "AR-90", "first"),
        ({"heart_rate": 110, "rate_slowing_drug": False}, "AR-14", "intermediate"),
        ({"mehra": "2b"}, "AR-12", "second"),
        ({"af_pattern": "paroxysmal", "wants_fewer_attacks": True}, "AR-13", "second"),
        ({"question": "diagnosis", "age": 74}, "AR-15", "intermediate"), ({"question": "diagnosis", "age": 75}, "AR-90", "first"),
        ({"age": 64}, "AR-90", "first"),
    ],
)  # fmt: skip
def test_where_to(changes, rule, line):
    """AF-R4 to AF-R11; being younger than 65 is no reason (X10)."""
    decision = decide("referral", **changes)
    assert (rule_of(decision), decision.value("line")) == (rule, line)


@pytest.mark.parametrize(
    ("changes", "rule", "advice"),
    [
        ({"age": 64}, "AC-07", "not_by_score"),
        ({"age": 65}, "AC-06", "consider"),
        ({"age": 64, "sex": "female"}, "AC-07", "not_by_score"),
        ({"age": 74}, "AC-06", "consider"), ({"age": 75}, "AC-05", "recommended"),
        ({"age": 60, "heart_failure_known": True}, "AC-06", "consider"), ({"age": 60, "lvef": 40}, "AC-06", "consider"), ({"age": 60, "lvef": "40.1"}, "AC-07", "not_by_score"),
        ({"age": 60, "coronary_disease": True}, "AC-06", "consider"), ({"age": 60, "systemic_embolism": True}, "AC-05", "recommended"),
        ({"age": 60, "stroke_or_tia": True}, "AC-05", "recommended"),
        ({"age": 60, "hcm_or_amyloidosis": True}, "AC-03", "recommended"),
        ({"mechanical_valve": True}, "AC-01", "vka"), ({"mitral_stenosis": True}, "AC-02", "vka"),
        ({"anticoagulant_drug": "vka", "frailty": "frail"}, "AC-04", "keep_vka"),
        ({"age": 60, "diabetes": None}, "needs_data", None),
        ({"age": 80, "diabetes": None}, "AC-05", "recommended"),
        # No card prefers a DOAC beside one that says that none may be used.
        ({"age": 80, "dialysis": True}, "AC-08", "discuss"), ({"age": 70, "dialysis": True}, "AC-08", "discuss"),
        ({"age": 80, "creatinine_clearance": "14.9"}, "AC-09", "discuss"), ({"age": 80, "creatinine_clearance": 15}, "AC-05", "recommended"),
        ({"age": 80, "liver_class": "c"}, "AC-10", "discuss"), ({"age": 80, "liver_class": "b"}, "AC-05", "recommended"),
        ({"age": 64, "dialysis": True}, "AC-07", "not_by_score"),
    ],
)  # fmt: skip
def test_anticoagulation(changes, rule, advice):
    """Score 2 recommended, 1 consider (ESCAF24). A missing item matters only when it could change the advice."""
    table = pathway("atrial_fibrillation").tables["anticoagulation"]
    decision = evaluate(table, anticoagulation_facts(scores(), facts(**changes), on=ON), on=ON)
    assert (rule_of(decision), decision.value("advice")) == (rule, advice)


ITEMS = ("heart_failure_known", "hypertension", "diabetes", "vascular_disease")


@pytest.mark.parametrize(
    ("changes", "rule", "task"),
    [
        ({"age": 75}, "AT-01", "start_anticoagulant"), ({"age": 74}, None, None), ({"age": 75, "anticoagulant_drug": "vka"}, None, None),
        ({"stroke_or_tia": True}, "AT-02", "start_anticoagulant"), ({"systemic_embolism": True}, "AT-03", "start_anticoagulant"),
        ({"hcm_or_amyloidosis": True}, "AT-04", "start_anticoagulant"),
        *(({"age": 65, name: True}, f"AT-{at:02d}", "start_anticoagulant") for at, name in enumerate(ITEMS, 5)),
        *(({name: True}, None, None) for name in ITEMS),
        *(({one: True, other: True}, f"AT-{at:02d}", "start_anticoagulant") for at, (one, other) in enumerate(combinations(ITEMS, 2), 9)),
        ({"anticoagulant_drug": None}, "AT-20", "state_anticoagulant"),
    ],
)  # fmt: skip
def test_what_the_referrer_still_has_to_do(changes, rule, task):
    """A score of 2 without anticoagulant: the GP starts, and nobody waits for the clinic; unknown is asked."""
    decision = decide("to_do", **{"age": 60, "anticoagulant_drug": "none", **changes})
    fired = {one.rule_id: one.outputs["task"] for one in decision.fired}
    assert fired == ({} if rule is None else {rule: task})


def clearance(target, *, age=70, weight=80):
    """The creatinine that gives a man this clearance."""
    return {
        "age": age,
        "weight": weight,
        "creatinine": Decimal(140 - age) * weight * Decimal("88.4") / 72 / Decimal(str(target)),
    }


@pytest.mark.parametrize(
    ("drug", "changes", "rule", "dose"),
    [
        # V20: a woman of 81, 70 kg, creatinine 120: one criterion, so the standard dose.
        ("apixaban", {"age": 81, "sex": "female", "weight": 70, "creatinine": 120}, "DD-14", "5 mg 2x"),
        ("apixaban", {"age": 82, "sex": "female", "weight": 58, "creatinine": 110}, "DD-13", "2.5 mg 2x"),
        ("apixaban", {"age": 80, "weight": 80, "creatinine": 133}, "DD-13", "2.5 mg 2x"),
        ("apixaban", {"age": 79, "weight": 80, "creatinine": 133}, "DD-14", "5 mg 2x"),
        ("apixaban", {"age": 80, "weight": 80, "creatinine": 132}, "DD-14", "5 mg 2x"),
        ("apixaban", {"age": 80, "weight": 60, "creatinine": 90}, "DD-13", "2.5 mg 2x"),
        ("apixaban", {"age": 80, "weight": "60.1", "creatinine": 90}, "DD-14", "5 mg 2x"),
        ("apixaban", {"creatinine_clearance": "14.9"}, "DD-11", "none"), ("apixaban", {"creatinine_clearance": 15}, "DD-12", "2.5 mg 2x"),
        ("apixaban", {"creatinine_clearance": "29.9"}, "DD-12", "2.5 mg 2x"), ("apixaban", {"creatinine_clearance": 30}, "DD-14", "5 mg 2x"),
        *((drug, {"dialysis": True}, "DD-03", "none") for drug in DOACS),
        *((drug, {**EXPECTING, "creatinine_clearance": 80}, "DD-53", "none") for drug in DOACS),
        ("vka", EXPECTING, "DD-54", "none"), ("apixaban", {**EXPECTING, "sex": "other"}, "DD-53", "none"),
        ("apixaban", {**EXPECTING, "pregnant": None}, "needs_data", None), ("apixaban", {**EXPECTING, "pregnant": False}, "DD-14", "5 mg 2x"),
        ("apixaban", {**EXPECTING, "age": 55}, "DD-53", "none"), ("apixaban", {**EXPECTING, "age": 56}, "DD-14", "5 mg 2x"),
        ("apixaban", {**EXPECTING, "sex": "male"}, "DD-14", "5 mg 2x"),
        *((drug, {"creatinine_clearance": 80, "doac_inducer": True}, "DD-05" if drug == "edoxaban" else "DD-04", "none") for drug in DOACS),
        *((drug, {"creatinine_clearance": 80, "liver_disease": True}, "DD-10", "none") for drug in DOACS),
        ("apixaban", {"creatinine_clearance": 80, "liver_class": "none", "liver_disease": True}, "DD-15", "none"),
        ("dabigatran", {"age": 70, "creatinine_clearance": 80, "liver_class": "a"}, "DD-06", "none"), ("apixaban", {"liver_class": "a"}, "DD-14", "5 mg 2x"),
        ("rivaroxaban", {"creatinine_clearance": 80, "liver_class": "a"}, "DD-32", "20 mg 1x"), ("rivaroxaban", {"creatinine_clearance": 80, "liver_class": "b"}, "DD-07", "none"),
        ("apixaban", {"liver_class": "b"}, "DD-09", "none"), ("edoxaban", {"creatinine_clearance": 80, "liver_class": "c"}, "DD-08", "none"),
        ("apixaban", {"liver_class": "c", "liver_disease": None}, "DD-08", "none"),
        ("apixaban", {"doac_strong_inhibitor": True}, "DD-04", "none"), ("rivaroxaban", {"creatinine_clearance": 80, "doac_strong_inhibitor": True}, "DD-04", "none"),
        ("edoxaban", {"creatinine_clearance": 80, "doac_strong_inhibitor": True}, "DD-05", "none"),
        ("apixaban", {"doac_strong_inhibitor": None}, "needs_data", None), ("apixaban", {"doac_strong_inhibitor": None, "doac_inducer": True}, "DD-04", "none"),
        ("dabigatran", {"age": 70, "creatinine_clearance": "29.9", "doac_inducer": None}, "DD-40", "none"),
        ("edoxaban", {"creatinine_clearance": 95}, "DD-24", "60 mg 1x"), ("edoxaban", {"creatinine_clearance": "95.1"}, "DD-26", "60 mg 1x"),
        ("vka", {"mechanical_valve": True}, "DD-49", "none"), ("vka", {"mitral_stenosis": True}, "DD-52", "none"),
        ("apixaban", {"mechanical_valve": True}, "DD-01", "none"), ("apixaban", {"mitral_stenosis": True}, "DD-02", "none"),
        ("edoxaban", {"age": 75, "weight": 70, "creatinine": 120}, "DD-21", "30 mg 1x"),
        ("edoxaban", {"creatinine_clearance": 50}, "DD-21", "30 mg 1x"), ("edoxaban", {"creatinine_clearance": "50.1"}, "DD-24", "60 mg 1x"),
        ("edoxaban", {"creatinine_clearance": 15}, "DD-21", "30 mg 1x"), ("edoxaban", {"creatinine_clearance": "14.9"}, "DD-20", "none"),
        ("edoxaban", {"creatinine_clearance": 80, "weight": 60}, "DD-22", "30 mg 1x"), ("edoxaban", {"creatinine_clearance": 80, "weight": 61}, "DD-24", "60 mg 1x"),
        ("edoxaban", {"creatinine_clearance": 80, "edoxaban_interaction": True}, "DD-23", "30 mg 1x"),
        ("rivaroxaban", {"creatinine_clearance": "49.9"}, "DD-31", "15 mg 1x"), ("rivaroxaban", {"creatinine_clearance": 50}, "DD-32", "20 mg 1x"),
        ("rivaroxaban", {"creatinine_clearance": "14.9"}, "DD-30", "none"), ("rivaroxaban", {"creatinine_clearance": 15}, "DD-31", "15 mg 1x"),
        ("dabigatran", {"age": 74, "creatinine_clearance": 80}, "DD-48", "150 mg 2x"), ("dabigatran", {"age": 75, "creatinine_clearance": 80}, "DD-44", "110 mg 2x"),
        ("dabigatran", {"age": 80, "creatinine_clearance": 80}, "DD-42", "110 mg 2x"),
        ("dabigatran", {"age": 70, "creatinine_clearance": 30}, "DD-45", "110 mg 2x"), ("dabigatran", {"age": 70, "creatinine_clearance": "29.9"}, "DD-40", "none"),
        ("dabigatran", {"age": 70, "creatinine_clearance": 80, "verapamil": True}, "DD-43", "110 mg 2x"),
        ("dabigatran", {"age": 70, "creatinine_clearance": 80, "dabigatran_interaction": True}, "DD-04", "none"),
        ("dabigatran", {"age": 70, "creatinine_clearance": 80, "gastritis_or_reflux": True}, "DD-46", "110 mg 2x"),
        ("dabigatran", {"age": 70, "creatinine_clearance": 80, "major_bleeding": True, "antiplatelet": True}, "DD-47", "110 mg 2x"),
        ("vka", {}, "DD-50", "INR 2.0-3.0"), ("none", {}, "DD-51", "none"),
    ],
)  # fmt: skip
def test_dose_check(drug, changes, rule, dose):
    """Clinical facts 4.2; X6 (from 80), X7 (below 50), X8 (product text)."""
    decision = dose_check(anticoagulant_drug=drug, **changes)
    assert (rule_of(decision), decision.value("dose")) == (rule, dose)


def test_dose_check_without_weight_says_what_is_missing():
    decision = dose_check(anticoagulant_drug="edoxaban", weight=None)
    assert decision.status.value == "needs_data"
    assert set(decision.facts_missing) == {"creatinine_clearance", "weight"}
    assert creatinine_clearance(scores(), facts(weight=None), on=ON).missing == ("weight",)


@pytest.mark.parametrize(
    ("drug", "atc", "rule", "named"),
    [
        *(("dabigatran", atc, "DD-04", word) for atc, word in (
            ("J02AB02", "Ketoconazol"), ("J02AC02", "traconazol"), ("L04AD01", "Ciclosporine"), ("L04AD02", "acrolimus"),
            ("C01BD07", "Dronedaron"), ("J05AE03", "ritonavir"), ("J05AR10", "ritonavir"), ("J05AP57", "Glecaprevir"),
            ("C01BA01", "Kinidine"), ("J04AB02", "Rifampicine"), ("N06AX25", "sint-janskruid"),
        )),
        *((drug, atc, "DD-04", word) for drug in ("apixaban", "rivaroxaban") for atc, word in (
            ("J02AC04", "posaconazol"), ("J02AC03", "voriconazol"), ("J05AE03", "ritonavir"), ("N03AF01", "carbamazepine"), ("N03AB02", "fenytoïne"),
        )),
        ("edoxaban", "J04AB02", "DD-05", "Rifampicine"), ("edoxaban", "J02AC02", "DD-05", "Itraconazol"),
        ("rivaroxaban", "C01BD07", "DD-05", "Dronedaron"),
        ("apixaban", "C01BD07", "DD-14", None), ("edoxaban", "J02AB02", "DD-24", None), ("apixaban", "J01FA09", "DD-14", None),
    ],
)  # fmt: skip
def test_a_drug_on_the_list_that_does_not_go_together_is_named(drug, atc, rule, named):
    """By ATC code, whatever was answered; edoxaban with ketoconazole is a lower dose (DD-23, by its own question)."""
    given = {"anticoagulant_drug": drug, "age": 70, "creatinine_clearance": 80}
    assert rule_of(dose_check(codes=[atc], **given)) == rule
    whole = pathway("atrial_fibrillation")
    company = Company(anticoagulant_interactions(whole), whole.facts, frozenset([atc]))
    pairs = company.at_hand(drug, facts(**given), on=ON)
    assert bool(pairs) is (named is not None)
    assert named is None or named in pairs[0].why["nl"]


def test_an_interaction_about_a_drug_that_this_pathway_does_not_have_is_refused():
    whole = pathway("atrial_fibrillation")
    text = whole.files["interactions.toml"].replace('about = ["edoxaban"]', 'about = ["edoxiban"]')
    with pytest.raises(InteractionError, match="edoxiban"):
        anticoagulant_interactions(replace(whole, files={**whole.files, "interactions.toml": text}))


def test_apixaban_criteria_can_be_known_without_weight():
    """Two criteria hold already: weight cannot change that. The clearance stays unknown."""
    found = anticoagulation_facts(scores(), facts(weight=None, age=85, creatinine=150), on=ON)
    assert found["apixaban_low_dose_criteria"].value is True
    assert "creatinine_clearance" not in found
    found = anticoagulation_facts(scores(), facts(weight=None, age=85, creatinine=100), on=ON)
    assert "apixaban_low_dose_criteria" not in found


def test_dose_check_in_real_creatinine():
    """Clearance just under and just over 50 from an actual creatinine."""
    for target, rule in (("49.9", "DD-31"), ("50.2", "DD-32")):
        decision = dose_check(anticoagulant_drug="rivaroxaban", **clearance(target))
        assert rule_of(decision) == rule


@pytest.mark.parametrize(
    ("changes", "months"),
    [
        ({"creatinine_clearance": "60.1", "age": 74}, 12), ({"creatinine_clearance": 60, "age": 74}, 5), ({"creatinine_clearance": 50, "age": 74}, 5),
        ({"creatinine_clearance": "49.9"}, 4), ({"creatinine_clearance": 30}, 3), ({"creatinine_clearance": 25}, 2), ({"creatinine_clearance": 16}, 1),
        ({"creatinine_clearance": 80, "age": 75}, 6), ({"creatinine_clearance": 80, "age": 70, "frailty": "frail"}, 6),
    ],
)  # fmt: skip
def test_how_often_to_check(changes, months):
    """EHRA via SMPC-ELI: yearly; 6-monthly from 75 or frail; every clearance/10 months up to 60."""
    assert decide("anticoagulant_monitoring", **changes).value("months") == months


@pytest.mark.parametrize(
    ("changes", "rule", "advice"),
    [
        ({"heart_rate": 79}, "RC-05", "on_target_strict"), ({"heart_rate": 80}, "RC-06", "on_target"),
        ({"heart_rate": 109}, "RC-06", "on_target"), ({"heart_rate": 110}, "RC-13", "start_or_raise_beta_blocker"),
        ({"heart_rate": 95, "mehra": "3"}, "RC-07", "strict_target"),
        ({"heart_rate": 49}, "RC-02", "reduce"), ({"heart_rate": 49, "rate_slowing_drug": False}, "RC-01", "refer"),
        ({"heart_rate": 50}, "RC-05", "on_target_strict"),
        ({"heart_rate": 120, "lvef": 40}, "RC-12", "start_or_raise_beta_blocker"),
        ({"heart_rate": 120, "asthma": True, "beta_blocker": False}, "RC-08", "start_or_raise_calcium_blocker"),
        ({"heart_rate": 120, "asthma": True, "beta_blocker": False, "lvef": 40}, "RC-09", "discuss"),
        ({"heart_rate": 118, "asthma": True, "lvef": 60}, "RC-16", "discuss"),
        ({"heart_rate": 125, "pre_excitation": True}, "RC-14", "refer"), ({"heart_rate": 70, "pre_excitation": True}, "RC-14", "refer"),
        ({"heart_rate": 125, "pre_excitation": None}, "needs_data", None), ({"heart_rate": 70, "pre_excitation": None}, "RC-05", "on_target_strict"),
        ({"heart_rate": 39}, "RC-15", "refer"), ({"heart_rate": 40}, "RC-02", "reduce"),
        ({"heart_rate": 150}, "RC-13", "start_or_raise_beta_blocker"), ({"heart_rate": 151}, "RC-15", "refer"),
        ({"diltiazem_or_verapamil": True, "beta_blocker": True}, "RC-03", "discuss"),
        ({"diltiazem_or_verapamil": True, "beta_blocker": False, "lvef": 40}, "RC-04", "discuss"),
        ({"diltiazem_or_verapamil": True, "beta_blocker": False, "lvef": 41}, "RC-05", "on_target_strict"),
        ({"heart_rate": 95, "mehra": "3", "systolic_bp": 89}, "RC-10", "discuss"), ({"heart_rate": 120, "asthma": True, "beta_blocker": False, "systolic_bp": 89}, "RC-10", "discuss"),
        ({"heart_rate": 120, "av_block": True}, "RC-17", "discuss"), ({"heart_rate": 120, "asthma": True, "beta_blocker": False, "av_block": True}, "RC-17", "discuss"),
        ({"heart_rate": 120, "beta_blocker_excluded": True}, "RC-18", "discuss"), ({"heart_rate": 120, "beta_blocker_excluded": True, "lvef": 35}, "RC-18", "discuss"),
        ({"heart_rate": 120, "systolic_bp": 89}, "RC-10", "discuss"), ({"heart_rate": 120, "congestion": True}, "RC-11", "discuss"),
        ({"heart_rate": 120, "asthma": True, "beta_blocker": False, "calcium_blocker_excluded": True}, "RC-19", "discuss"),
        ({"heart_rate": 120, "open_danger": True}, "RC-20", "discuss"), ({"heart_rate": 76, "open_danger": True}, "RC-05", "on_target_strict"),
        ({"heart_rate": 120, "beta_blocker": False, "calcium_blocker_excluded": True}, "RC-13", "start_or_raise_beta_blocker"),
        ({"heart_rate": None}, "needs_data", None),
    ],
)  # fmt: skip
def test_rate_control(changes, rule, advice):
    """Clinical facts 4.4."""
    decision = decide("rate_control", **changes)
    assert (rule_of(decision), decision.value("advice")) == (rule, advice)


@pytest.mark.parametrize(
    ("changes", "rule", "advice"),
    [
        ({"rate_control_stable_months": 6}, "AS-07", "return"), ({"rate_control_stable_months": "5.9"}, "AS-06", "stay"),
        ({"heart_rate": 110}, "AS-02", "stay"), ({"heart_rate": 49}, "AS-01", "discuss"), ({"mehra": "3"}, "AS-03", "forward"),
        ({"congestion": True}, "AS-04", "stay"), ({"anticoagulant_drug": "none"}, "AS-05", "stay"),
        ({"pre_excitation": True}, "AS-08", "forward"), ({"correctable_cause_suspected": True}, "AS-14", "forward"),
        ({"anticoagulant_drug": "none", "age": 60, "mechanical_valve": True}, "AS-15", "stay"), ({"anticoagulant_drug": "none", "age": 60, "mitral_stenosis": True}, "AS-16", "stay"),
        ({"anticoagulant_drug": "none", "age": 60, "hcm_or_amyloidosis": True}, "AS-17", "stay"), ({"creatinine": None}, "AS-18", "stay"), ({"weight": None}, "AS-18", "stay"),
        ({"creatinine": None, "anticoagulant_drug": "vka"}, "AS-07", "return"),
        ({"anticoagulant_verdict": "not"}, "AS-19", "discuss"), ({"anticoagulant_verdict": "discuss"}, "AS-19", "discuss"), ({"anticoagulant_verdict": "reduced"}, "AS-07", "return"),
        ({"anticoagulant_dose_fits": False}, "AS-21", "discuss"), ({"anticoagulant_dose_fits": False, "anticoagulant_drug": "vka"}, "AS-07", "return"),
        ({"systolic_bp": 89}, "AS-09", "discuss"), ({"systolic_bp": 90}, "AS-07", "return"), ({"systolic_bp": 179}, "AS-07", "return"), ({"systolic_bp": 180}, "AS-09", "discuss"),
        ({"potassium": "3.4"}, "AS-10", "stay"), ({"potassium": "3.5"}, "AS-07", "return"), ({"potassium": "5.5"}, "AS-07", "return"), ({"potassium": "5.6"}, "AS-10", "stay"),
        ({"sodium": 129}, "AS-11", "discuss"), ({"sodium": 130}, "AS-07", "return"), ({"sodium": 150}, "AS-07", "return"), ({"sodium": 151}, "AS-11", "discuss"),
        ({"open_danger": True}, "AS-20", "stay"), ({"open_danger": False}, "AS-07", "return"),
        ({"haemoglobin": "8.0"}, "AS-12", "discuss"), ({"haemoglobin": "8.1"}, "AS-07", "return"),
        ({"haemoglobin": "7.4", "sex": "female"}, "AS-13", "discuss"), ({"haemoglobin": "7.5", "sex": "female"}, "AS-07", "return"),
    ],
)  # fmt: skip
def test_way_back(changes, rule, advice):
    """AF-R12, STB-03: stable on rate control for six months."""
    given = anticoagulation_facts(scores(), facts(**changes), on=ON)
    decision = evaluate(pathway("atrial_fibrillation").tables["stable"], given, on=ON)
    assert (rule_of(decision), decision.value("advice")) == (rule, advice)


def test_every_rule_of_the_pathway_can_answer():
    """No rule is written that never speaks: the rows above reach each of them."""
    reached = set()
    for test in (
        test_who_is_in_this_pathway_too,
        test_who_must_never_wait,
        test_where_to,
        test_rate_control,
        test_way_back,
        test_anticoagulation,
        test_dose_check,
        test_what_the_referrer_still_has_to_do,
    ):
        for row in test.pytestmark[0].args[1]:
            reached.add(
                next(
                    cell
                    for cell in row
                    if (isinstance(cell, str) and cell[2:3] == "-") or cell in ("needs_data", None)
                )
            )
    tables = pathway("atrial_fibrillation").tables
    rules = {
        rule.id
        for name, table in tables.items()
        if name not in ("anticoagulant_monitoring", "home_alarms")  # test_alarms.py reaches those
        for rule in table.rules
    }
    assert rules - reached == set()


def test_both_pathways_share_their_facts():
    """A patient in both pathways is described once."""
    heart_failure, atrial = pathway(), pathway("atrial_fibrillation")
    shared = set(heart_failure.dictionary.facts) & set(atrial.dictionary.facts)
    assert {"heart_rate", "potassium", "creatinine", "frailty", "lvef"} <= shared
    assert all(heart_failure.dictionary[name] == atrial.dictionary[name] for name in shared)
