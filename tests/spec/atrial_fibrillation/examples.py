"""One usual patient with atrial fibrillation, and what the tables answer about who is different."""

from __future__ import annotations

from datetime import date

from anderhalf.content.titration import anticoagulant_interactions
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.scores_anticoagulation import (
    Company,
    anticoagulation_facts,
    check_anticoagulant_dose,
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
