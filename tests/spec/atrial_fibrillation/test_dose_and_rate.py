"""The atrial-fibrillation pathway as a handbook: the dose of the anticoagulant, controls, rate control, way back.

Every row is one patient: what is special about them, and what the agreement answers, by which rule.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from anderhalf.content.titration import anticoagulant_interactions
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.pathway.interactions import InteractionError
from anderhalf.core.pathway.scores_anticoagulation import (
    Company,
    anticoagulation_facts,
    creatinine_clearance,
)
from tests.support.titration import pathway, scores

from . import test_atrial_fibrillation
from .examples import DOACS, EXPECTING, ON, decide, dose_check, facts, rule_of


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
        test_atrial_fibrillation.test_who_is_in_this_pathway_too,
        test_atrial_fibrillation.test_who_must_never_wait,
        test_atrial_fibrillation.test_where_to,
        test_rate_control,
        test_way_back,
        test_atrial_fibrillation.test_anticoagulation,
        test_dose_check,
        test_atrial_fibrillation.test_what_the_referrer_still_has_to_do,
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
