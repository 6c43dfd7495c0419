"""Atrial fibrillation (A, C, D, S): the referral form, and the query behind the cards of a second pathway."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from anderhalf.apps.clinic import queries
from anderhalf.apps.clinic.views.beside import panel
from anderhalf.apps.people.actions import register_allergy
from tests.spec.cases.test_referral import Desk
from tests.spec.cases.titration_patient import DAY, TitrationPatient

pytestmark = pytest.mark.django_db

AF = "atrial_fibrillation"
REFERRED = {
    "chest_pain_at_rest": False, "dyspnoea_at_rest": False, "hypoperfusion": False, "syncope": False,
    "af_within_48_hours": False, "af_after_cardioversion": False, "systolic_bp": 118, "heart_rate": 76, "mehra": "1",
    "rate_slowing_drug": True, "wpw_or_family_sudden_death": False, "correctable_cause_suspected": False,
    "mechanical_valve": False, "mitral_stenosis": False, "hcm_or_amyloidosis": False, "heart_failure_known": False,
    "congestion": False, "af_pattern": "permanent", "wants_fewer_attacks": False, "rhythm": "af",
}  # fmt: skip
CARE = {
    "rhythm": "af", "mehra": "1", "heart_rate": 76, "systolic_bp": 128, "congestion": False, "heart_failure_known": False,
    "hypertension": False, "diabetes": False, "stroke_or_tia": False, "systemic_embolism": False, "vascular_disease": False,
    "coronary_disease": False, "mechanical_valve": False, "mitral_stenosis": False, "hcm_or_amyloidosis": False, "dialysis": False,
    "asthma": False, "diltiazem_or_verapamil": False, "beta_blocker": False, "rate_slowing_drug": False, "pre_excitation": False,
    "lvef": 60, "liver_disease": False, "kidney_transplant": False, "major_bleeding": False, "labile_inr": False,
    "antiplatelet": False, "nsaid": False, "alcohol_units_per_week": 0, "doac_strong_inhibitor": False, "doac_inducer": False,
    "dabigatran_interaction": False, "edoxaban_interaction": False, "verapamil": False, "gastritis_or_reflux": False,
}  # fmt: skip


@pytest.fixture
def at():
    return DAY


@pytest.fixture
def form(people):
    desk = Desk(people)

    def says(**facts):
        sure = {f"c_{name}": "on" for name in facts}
        return desk.says({**REFERRED, **facts}, intent="follow_up", pathway=AF, **sure)

    return says


@pytest.fixture
def care(people):
    """A man of 70 (or another age) in care, with everything known that the cards ask; then what is special."""

    def about(regimen="", *, birth_date=date(1956, 2, 1), **facts):
        patient = TitrationPatient(people, birth_date=birth_date)
        patient.given(regimen, earlier=(), **{**CARE, **facts})
        (found,) = [
            one for one in queries.beside(patient.vs, patient.episode, at=DAY) if one.pathway.key == AF
        ]
        return found

    return about


def said(found, table, output="advice"):
    decision = found.decisions[table]
    return (decision.value(output) if decision.is_decided else None), [
        rule.rule_id for rule in decision.decisive
    ]


def dose(found):
    return found.decisions["anticoagulant_dose"].value("dose"), said(found, "anticoagulant_dose", "verdict")


# ---- both ends, by the referral form ---------------------------------------------------------------------------------


@pytest.mark.case("A02")
@pytest.mark.case("A02b")
@pytest.mark.parametrize("slowing", [True, False])
def test_a_very_slow_pulse_is_a_matter_of_today(form, answer, slowing):
    text = form(heart_rate=33, rate_slowing_drug=slowing)
    assert "AX-19" in text and "Bel de dienstdoende cardioloog" in text and "AR-90" not in text
    answer("AX-19: call the cardiologist the same day")


@pytest.mark.case("A01")
def test_a_very_fast_pulse_is_an_emergency(form, answer):
    text = form(heart_rate=185, rate_slowing_drug=False)
    assert "AX-08" in text and "Bel 112" in text
    answer("AX-08: emergency, call 112")


@pytest.mark.case("A06")
def test_saturation(form, answer):
    assert "AX-10" in form(oxygen_saturation=84)
    answer("AX-10: emergency")


@pytest.mark.case("A07")
def test_potassium(form, answer):
    assert "AX-18" in form(potassium="6.8")
    answer("AX-18: emergency, call the cardiologist")


@pytest.mark.case("A10")
def test_pregnancy(people, form, answer):
    desk = Desk(people)
    desk.patient = people.patient(birth_date=date(1992, 3, 4), sex="female")
    text = desk.says({**REFERRED, "pregnant": True}, intent="follow_up", pathway=AF)
    assert "AX-30" in text
    answer("AX-30: cardiologist and gynaecologist")


# ---- rate control ----------------------------------------------------------------------------------------------------


@pytest.mark.case("C01")
def test_pre_excited_fibrillation_never_gets_an_av_nodal_blocker(care, answer):
    found = care(heart_rate=125, pre_excitation=True)
    assert said(found, "rate_control") == ("refer", ["RC-14"])
    assert said(found, "exclusion", "action") == ("call_112", ["AX-11"])
    answer("RC-14: no slowing drug, to the cardiologist; AX-11: 112")


@pytest.mark.case("C02")
def test_asthma_on_a_beta_blocker_gets_no_second_drug(care, answer):
    found = care("bisoprolol 5 od 60d", heart_rate=118, asthma=True)
    assert said(found, "rate_control") == ("discuss", ["RC-16"])
    answer("RC-16: discuss")


@pytest.mark.parametrize(
    "facts",
    [
        {"pre_excitation": True}, {"pre_excitation": None}, {"heart_rate": 151}, {"heart_rate": 39}, {"asthma": True, "lvef": 40},
        {"asthma": True, "systolic_bp": 88}, {"systolic_bp": 88}, {"congestion": True}, {"av_block": True},
    ],
)  # fmt: skip
def test_rate_control_starts_nothing_that_the_same_facts_forbid(care, facts):
    advice, _rules = said(care(**{"heart_rate": 125, **facts}), "rate_control")
    assert advice is None or not advice.startswith("start_or_raise")


def test_a_beta_blocker_that_was_not_tolerated_is_not_started(people):
    patient = TitrationPatient(people)
    patient.given(
        tolerances=(("contraindication", "beta_blocker", ""),), earlier=(), **{**CARE, "heart_rate": 125}
    )
    (found,) = [one for one in queries.beside(patient.vs, patient.episode, at=DAY) if one.pathway.key == AF]
    assert said(found, "rate_control") == ("discuss", ["RC-18"])


@pytest.mark.parametrize(
    "entry",
    [{"substance": "Verapamil"}, {"substance": "Tildiem", "atc": "C08DB01"}, {"substance": "Tildiem"}],
)
def test_diltiazem_or_verapamil_that_stands_in_the_register_is_not_started(people, entry):
    patient = TitrationPatient(people)
    patient.given(earlier=(), **{**CARE, "heart_rate": 125, "asthma": True, "lvef": 55})
    register_allergy(by=patient.vs, at=DAY, patient=patient.episode.patient_id, text="uitslag", **entry)
    (found,) = [one for one in queries.beside(patient.vs, patient.episode, at=DAY) if one.pathway.key == AF]
    assert said(found, "rate_control") == ("discuss", ["RC-19"])


# ---- dose ------------------------------------------------------------------------------------------------------------


@pytest.mark.case("D06")
def test_rivaroxaban_at_a_clearance_of_exactly_50(care, answer):
    """(140 - 80) x 150 kg x 88.4 / (72 x 221) = 50."""
    found = care("B01AF01 20 od 60d", birth_date=date(1946, 2, 1), weight=150, creatinine=221)
    assert found.facts["creatinine_clearance"].value == 50
    assert dose(found) == ("20 mg 1x", ("standard", ["DD-32"]))
    answer("20 mg")


@pytest.mark.case("D07b")
@pytest.mark.case("D07c")
@pytest.mark.case("D07d")
@pytest.mark.parametrize("atc", ["B01AF01", "B01AF02", "B01AF03", "B01AE07"])
def test_no_doac_on_dialysis(care, answer, atc):
    assert dose(care(f"{atc} 15 od 60d", dialysis=True)) == ("none", ("not", ["DD-03"]))
    answer("DD-03: do not use")


@pytest.mark.case("D09c")
def test_dabigatran_beside_dronedarone(care, answer):
    found = care("B01AE07 150 bid 60d; C01BD07 400 bid 30d")
    assert dose(found) == ("none", ("not", ["DD-04"]))
    card = next(one for one in panel(found, on=DAY.date()).cards if one.table == "anticoagulant_dose")
    assert any("Dronedaron" in note for note in card.notes)
    label = found.pathway.facts["doac_strong_inhibitor"].label["nl"]
    assert "Ketoconazol" in label and "ritonavir" in label
    answer("DD-04: contraindicated; dronedarone is named, and ketoconazole and ritonavir in the question")


@pytest.mark.case("D10c")
def test_a_mechanical_valve_has_its_own_target(care, answer):
    found = care("B01AA07 1 od 60d", mechanical_valve=True)
    assert dose(found) == ("none", ("discuss", ["DD-49"]))
    card = next(one for one in panel(found, on=DAY.date()).cards if one.table == "anticoagulant_dose")
    assert "INR 2" not in " ".join([card.card.title, *card.card.why, *card.notes])
    answer("DD-49: the cardiologist decides the target of this valve")


@pytest.mark.case("D08c")
def test_edoxaban_at_a_high_clearance_has_a_remark(care, answer):
    found = care("B01AF03 60 od 60d", weight=134, creatinine=90)
    assert found.facts["creatinine_clearance"].value > 120
    assert dose(found) == ("60 mg 1x", ("standard", ["DD-26"]))
    assert "beschermt" in found.decisions["anticoagulant_dose"].decisive[0].why["nl"]
    answer("60 mg with a remark")


# ---- scores ----------------------------------------------------------------------------------------------------------


def stroke_points(found):
    assert found.stroke is not None and found.stroke.band is not None
    return found.stroke.band.code


@pytest.mark.case("S04")
def test_a_low_lvef_counts_without_the_label(care, answer):
    young = date(1966, 2, 1)
    assert stroke_points(care(birth_date=young, lvef=41)) == "low"
    assert stroke_points(care(birth_date=young + timedelta(days=1), lvef=35)) == "consider"
    answer("C = 1")


@pytest.mark.case("S06")
def test_an_embolism_counts(care, answer):
    assert stroke_points(care(birth_date=date(1966, 2, 1), systemic_embolism=True)) == "recommended"
    answer("S = 2")
