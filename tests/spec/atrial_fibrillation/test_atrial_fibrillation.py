"""The atrial-fibrillation pathway as a handbook: who belongs here, who must never wait, where to, anticoagulation.

Every row is one patient: what is special about them, and what the agreement answers, by which rule.
"""

from __future__ import annotations

from itertools import combinations

import pytest

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.pathway.scores_anticoagulation import (
    anticoagulation_facts,
)
from tests.support.titration import pathway, scores

from .examples import DOACS, ON, decide, facts, rule_of

# Of whom the list says which anticoagulant it is, and nobody answered the question.
BY_THE_LIST = [
    ({"mechanical_valve": True, "doac": True}, "AX-216", "second"), ({"mechanical_valve": True, "anticoagulant": False}, "AX-217", "second"),
    ({"age": 34, "sex": "female", "pregnant": True, "doac": True}, "AX-218", "second"), ({"age": 34, "sex": "female", "pregnant": True, "vka": True}, "AX-219", "second"),
    ({"mitral_stenosis": True, "doac": True}, "AX-220", "second"), ({"egfr": 29, "dabigatran": True}, "AX-221", "second"),
    ({"dialysis": True, "doac": True}, "AX-222", "second"), ({"vka": True, "raises_inr": True}, "AX-227", "intermediate"),
    ({"nsaid": True, "anticoagulant": True}, "AX-231", "intermediate"), ({"mechanical_valve": True, "vka": True}, "AX-90", "none"),
    ({"egfr": 30, "dabigatran": True}, "AX-90", "none"),
]  # fmt: skip


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
        ({"digoxin_level": "2.01"}, "AX-170", "second"), ({"digoxin_level": "2.0"}, "AX-90", "none"),
        ({"digoxin_level": "2.01", "heart_rate": 49}, "AX-171", "emergency"), ({"digoxin_level": "2.01", "heart_rate": 50}, "AX-170", "second"),
        ({"digoxin_level": "2.01", "digoxin_complaints": True}, "AX-172", "emergency"),
        ({"digoxin": True, "diltiazem_or_verapamil": True, "beta_blocker": False}, "AX-214", "intermediate"), ({"digoxin": True, "diltiazem_or_verapamil": True, "beta_blocker": False, "digoxin_level": "0.9"}, "AX-90", "none"),
        ({"digoxin": True, "trimethoprim": True}, "AX-215", "intermediate"), ({"digoxin": False, "trimethoprim": True}, "AX-90", "none"),
        ({"digoxin": True, "digoxin_signs": True}, "AX-213", "second"), ({"digoxin": False, "digoxin_signs": True}, "AX-90", "none"),
        ({"digoxin": True, "digoxin_signs": True, "heart_rate": 49}, "AX-212", "emergency"),
        ({"digoxin_level": "3.01"}, "AX-173", "emergency"), ({"digoxin_level": "3.0"}, "AX-170", "second"),
        ({"nsaid": True, "ras_inhibitor_or_mra": True, "potassium": "5.5"}, "AX-175", "intermediate"), ({"nsaid": True, "ras_inhibitor_or_mra": True, "potassium": "5.4", "anticoagulant_drug": "none"}, "AX-90", "none"),
        ({"nsaid": True, "ras_inhibitor_or_mra": True, "diuretic_tablet": True, "egfr": 29}, "AX-176", "intermediate"), ({"nsaid": True, "ras_inhibitor_or_mra": True, "diuretic_tablet": True, "egfr": 30}, "AX-204", "intermediate"),
        ({"trimethoprim": True, "ras_inhibitor_or_mra": True, "potassium": "5.1"}, "AX-177", "intermediate"), ({"trimethoprim": True, "ras_inhibitor_or_mra": True, "potassium": "5.0"}, "AX-90", "none"),
        ({"trimethoprim": True, "mra": True, "potassium": "5.0"}, "AX-200", "intermediate"), ({"trimethoprim": True, "ras_inhibitor": True, "potassium": "4.5"}, "AX-201", "intermediate"), ({"trimethoprim": True, "ras_inhibitor": True, "potassium": "4.4"}, "AX-90", "none"),
        ({"digoxin": True, "raises_digoxin": True}, "AX-197", "intermediate"), ({"digoxin": True, "amiodarone": True}, "AX-198", "intermediate"), ({"digoxin": True, "amiodarone": True, "digoxin_level": "0.9"}, "AX-90", "none"),
        ({"qt_drug": True, "macrolide": True}, "AX-199", "intermediate"), ({"mra": True, "salt_substitute": True, "potassium": "5.1"}, "AX-202", "intermediate"), ({"mra": True, "salt_substitute": True, "potassium": "5.0"}, "AX-90", "none"),
        ({"lithium": True, "raises_lithium": True}, "AX-203", "intermediate"), ({"lithium": True}, "AX-90", "none"), ({"nsaid": True, "anticoagulant_drug": "vka"}, "AX-205", "intermediate"), ({"nsaid": True, "anticoagulant_drug": "none"}, "AX-90", "none"),
        ({"diastolic_bp": 120, "pressure_symptoms": True}, "AX-206", "emergency"), ({"diastolic_bp": 120}, "AX-90", "none"),
        ({"diastolic_bp": 130}, "AX-207", "second"), ({"diastolic_bp": 129}, "AX-90", "none"),
        ({"age": 34, "sex": "female", "recently_delivered": True}, "AX-208", "second"),
        ({"age": 34, "sex": "female", "pregnant": True, "anticoagulant_drug": "none", "congestion": True}, "AX-210", "second"),
        ({"age": 34, "sex": "female", "pregnant": True, "anticoagulant_drug": "none", "orthopnoea": True}, "AX-211", "second"),
        ({"inr": "6.1"}, "AX-174", "second"), ({"inr": "6.0"}, "AX-90", "none"),
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
        ({"angioedema_now": True}, "AX-190", "emergency"), ({"angioedema_now": False}, "AX-90", "none"),
        ({"cardiac_arrest": True}, "AX-191", "emergency"), ({"cardiac_arrest": False}, "AX-90", "none"),
        ({"dangerous_rhythm": True}, "AX-192", "second"), ({"dangerous_rhythm": False}, "AX-90", "none"),
        ({"nitrate_or_hydralazine": True, "pde5_or_riociguat": True}, "AX-140", "second"), ({"pde5_or_riociguat": True}, "AX-90", "none"),
        ({"diltiazem_or_verapamil": True, "heart_rate": 59}, "AX-141", "second"), ({"diltiazem_or_verapamil": True, "heart_rate": 60}, "AX-141", "second"),
        ({"beta_blocker": False, "diltiazem_or_verapamil": True, "heart_rate": 59}, "AX-90", "none"),
        ({"pre_excitation": True, "av_node_drug": True}, "AX-129", "second"), ({"pre_excitation": True, "av_node_drug": False}, "AX-90", "none"),
        ({"pre_excitation": False, "av_node_drug": True}, "AX-90", "none"),
        ({"age": 34, "sex": "female", "pregnant": True, "ras_inhibitor_or_mra": True}, "AX-42", "second"),
        *(({"mechanical_valve": True, "anticoagulant_drug": drug}, "AX-44", "second") for drug in DOACS),
        ({"mechanical_valve": True, "anticoagulant_drug": "vka"}, "AX-90", "none"), ({"mechanical_valve": True, "anticoagulant_drug": "none"}, "AX-46", "second"),
        *(({"mitral_stenosis": True, "anticoagulant_drug": drug}, "AX-45", "second") for drug in DOACS), ({"mitral_stenosis": True, "anticoagulant_drug": "vka"}, "AX-90", "none"),
        ({"anticoagulant_drug": "dabigatran", "egfr": 29}, "AX-195", "second"), ({"anticoagulant_drug": "dabigatran", "egfr": 30}, "AX-90", "none"),
        ({"anticoagulant_drug": "apixaban", "egfr": 29}, "AX-90", "none"),
        ({"mechanical_valve": True, "anticoagulant_drug": "vka", "inr": "1.9"}, "AX-196", "second"),
        ({"mechanical_valve": True, "anticoagulant_drug": "vka", "inr": "2.0"}, "AX-90", "none"),
        ({"mechanical_valve": False, "anticoagulant_drug": "vka", "inr": "1.9"}, "AX-90", "none"),
        *((row | {"anticoagulant_drug": None}, rule, line) for row, rule, line in BY_THE_LIST),
        *(({"dialysis": True, "anticoagulant_drug": drug}, "AX-223", "second") for drug in DOACS), ({"dialysis": True, "anticoagulant_drug": "vka"}, "AX-90", "none"),
        ({"raises_inr": True, "anticoagulant_drug": "vka"}, "AX-228", "intermediate"), ({"raises_inr": True, "anticoagulant_drug": "apixaban"}, "AX-90", "none"),
        ({"egfr": 19, "creatinine_rise_90_days": "10", "mra": True}, "AX-224", "second"), ({"egfr": 20, "mra": True}, "AX-90", "none"),
        ({"creatinine": 311, "mra": True}, "AX-225", "second"), ({"creatinine": 310, "mra": True}, "AX-90", "none"),
        ({"diabetes_type": "type_1", "sglt2_inhibitor": True}, "AX-226", "second"), ({"diabetes_type": "type_2", "sglt2_inhibitor": True}, "AX-90", "none"),
        ({"ketoacidosis_history": True, "sglt2_inhibitor": True}, "AX-232", "second"), ({"ketoacidosis_history": True, "sglt2_inhibitor": False}, "AX-90", "none"),
        ({"asthma": True, "non_selective_beta_blocker": True}, "AX-229", "intermediate"), ({"asthma": True, "non_selective_beta_blocker": False}, "AX-90", "none"),
        ({"arni": True, "ace_inhibitor_stopped": True}, "AX-230", "intermediate"), ({"arni": True, "ace_inhibitor_stopped": False}, "AX-90", "none"),
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
            ({"nsaid": True, "heart_failure_known": True, "ras_inhibitor_or_mra": True, "anticoagulant_drug": "none"}, "AR-91"),
            ({"nsaid": True, "heart_failure_known": True, "diuretic_tablet": True, "anticoagulant_drug": "none"}, "AR-92"),
            ({"nsaid": True, "heart_failure_known": True, "egfr": 59, "anticoagulant_drug": "none"}, "AR-93"),
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
        ({"hcm_or_amyloidosis": True}, "AT-04", "start_anticoagulant"), ({"mitral_stenosis": True}, "AT-15", "start_anticoagulant"),
        *(({"age": 65, name: True}, f"AT-{at:02d}", "start_anticoagulant") for at, name in enumerate(ITEMS, 5)),
        *(({name: True}, None, None) for name in ITEMS),
        *(({one: True, other: True}, f"AT-{at:02d}", "start_anticoagulant") for at, (one, other) in enumerate(combinations(ITEMS, 2), 9)),
        ({"anticoagulant_drug": None}, "AT-20", "state_anticoagulant"),
        ({"heart_failure_known": True, "nsaid": True}, "AT-21", "stop_nsaid"),
    ],
)  # fmt: skip
def test_what_the_referrer_still_has_to_do(changes, rule, task):
    """A score of 2 without anticoagulant: the GP starts, and nobody waits for the clinic; unknown is asked."""
    decision = decide("to_do", **{"age": 60, "anticoagulant_drug": "none", **changes})
    fired = {one.rule_id: one.outputs["task"] for one in decision.fired}
    assert fired == ({} if rule is None else {rule: task})
