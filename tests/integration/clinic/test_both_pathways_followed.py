"""Following what the second pathway says: the dose of the rules, a start, what is used by any name, going back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.clinic import queries
from anderhalf.apps.clinic.errors import AdviceChanged
from anderhalf.apps.record.models import StoredDecision

from . import both_care
from .both_care import AF, FOUND, follow, in_use

both = both_care.both


def test_following_the_dose_of_the_rules_is_a_medication_agreement(both):
    """Too low by the rules: then the right dose is agreed, with what the patient reads."""
    both.measure(**FOUND, edoxaban_interaction=False)
    both.uses("edoxaban", "30", 1, "B01AF03")
    row = follow(both, "anticoagulant_dose")
    used = in_use(both)
    assert row.medication == [str(used.pk)]
    assert (used.kind, used.drug, used.dose, used.times_per_day) == ("change", "edoxaban", Decimal(60), 1)
    assert used.instructions == "Neem edoxaban 60 mg, 1 keer per dag." and "(DD-24)" in used.reason
    assert both.card("anticoagulant_dose").card.kind == "keep" and not both.shown().asked_for
    assert queries.replay_choice(both.vs, row.pk, at=both.at) == ()


def test_a_reduced_dose_to_consider_is_in_order_once_it_is_taken(both):
    both.measure(**FOUND, gastritis_or_reflux=True, dabigatran_interaction=False, verapamil=False)
    both.uses("dabigatran", "150", 2, "B01AE07")
    assert both.card("anticoagulant_dose").card.kind == "lower"
    follow(both, "anticoagulant_dose")
    assert in_use(both).dose == 110 and both.card("anticoagulant_dose").card.kind == "keep"


def test_declining_or_discussing_changes_no_medication(both):
    both.measure(**{**FOUND, "mechanical_valve": True})
    both.uses("apixaban", "5", 2, "B01AF02")
    assert follow(both, "anticoagulant_dose").medication == [], "stopping is for the cardiologist to say"
    assert follow(both, "anticoagulation").medication == [] and in_use(both).dose == 5


def test_an_anticoagulant_is_started_in_the_dose_of_the_rules(both):
    """Only drugs whose dose the rules can tell are offered; which one is the professional's choice."""
    both.measure(**{**FOUND, "anticoagulant_drug": "none", "edoxaban_interaction": True, "verapamil": False,
                    "dabigatran_interaction": True})  # fmt: skip
    offered = dict(both.card("anticoagulation").starts)
    assert list(offered.values()) == ["apixaban 5 mg 2 dd", "edoxaban 30 mg 1 dd", "rivaroxaban 20 mg 1 dd"]
    with pytest.raises(AdviceChanged):
        follow(both, "anticoagulation", start="apixaban|2.5|2")
    with pytest.raises(AdviceChanged):
        follow(both, "anticoagulation", start="dabigatran|150|2")
    row = follow(both, "anticoagulation", start="edoxaban|30|1")
    used = in_use(both)
    assert row.medication == [str(used.pk)]
    assert (used.kind, used.drug_class, used.dose, used.times_per_day) == (
        "start",
        "anticoagulant",
        Decimal(30),
        1,
    )
    assert "(DD-23)" in used.reason
    stored = StoredDecision.objects.filter(patient=both.episode.patient_id, pathway=AF)
    assert set(stored.values_list("table", flat=True)) == {"anticoagulation", "anticoagulant_dose"}
    assert both.card("anticoagulation").starts == [] and not both.shown().asked_for


def test_nothing_is_offered_where_the_dose_cannot_be_told(both):
    found = {name: value for name, value in FOUND.items() if name not in ("weight", "creatinine")}
    both.measure(**found, anticoagulant_drug="none")
    assert both.card("anticoagulation").starts == []
    row = follow(both, "anticoagulation")
    assert row.medication == []


def test_whoever_stopped_the_only_anticoagulant_uses_none(both):
    both.measure(**FOUND)
    both.uses("apixaban", "5", 2, "B01AF02", days=40)
    both.uses("apixaban", None, None, "B01AF02", kind="stop", days=10)
    assert both.found().facts["anticoagulant_drug"].value == "none"
    assert both.card("anticoagulation").card.kind == "start"
    both.measure(anticoagulant_drug="edoxaban", when=both.at - timedelta(minutes=5))
    assert both.found().facts["anticoagulant_drug"].value == "edoxaban", "told later than the list"


@pytest.mark.parametrize("answered", ["dabigatran", "apixaban"])
def test_an_answer_that_the_list_contradicts_never_starts_a_second_anticoagulant(both, answered):
    """Stopped on the list, chosen in the form of that same day: nobody knows, so it is asked."""
    both.measure(**FOUND)
    both.uses("apixaban", "5", 2, "B01AF02")
    both.uses("apixaban", None, None, "B01AF02", kind="stop", days=0)
    assert both.card("anticoagulation").starts
    both.measure(anticoagulant_drug=answered, when=both.at - timedelta(minutes=5))
    card = both.card("anticoagulation")
    assert card.card.kind == "info" and not card.starts
    assert "spreken elkaar tegen" in card.notes[0] and "geen antistolling" in card.notes[0]


def test_an_anticoagulant_that_the_question_does_not_name_is_no_none(both):
    both.measure(**FOUND, anticoagulant_drug="none")
    both.uses("warfarine", "5", 1, "")
    card = both.card("anticoagulation")
    assert not card.starts and "spreken elkaar tegen" in card.notes[0]


def test_an_anticoagulant_by_its_trade_name_is_in_use_with_its_interactions(both):
    both.measure(**FOUND)
    both.uses("apixaban", "5", 2, "B01AF02")
    both.uses("apixaban", None, None, "B01AF02", kind="stop", days=2)
    both.uses("Pradaxa", "150", 2, "", days=1)
    both.uses("rifampicine 600", None, None, "", kind="reported", days=1)
    both.uses("ketoconazol", None, None, "", kind="reported", days=1)
    found = both.found()
    assert found.facts["anticoagulant_drug"].value == "dabigatran"
    assert {one.id for one in found.interactions} >= {"DINT-01", "DINT-20"}
    assert both.card("anticoagulant_dose").card.kind == "stop"
    notes = both.card("anticoagulant_dose").notes
    assert any("Op de lijst: ketoconazol." in note for note in notes), notes
    assert any("Op de lijst: rifampicine." in note for note in notes), "what is really used is named"
    assert not both.card("anticoagulation").starts


def _rule_of_going_back(both):
    decision = queries.stable_advice(both.vs, both.episode, at=both.at)
    assert decision.is_decided, decision.facts_missing
    return decision.decisive[0].rule_id


HEART_FAILURE_IN_ORDER = {
    "potassium": "4.4", "egfr": "61", "sodium": "140", "haemoglobin": "8.6", "nyha": "II", "weight_stable": True,
    "advanced_hf_sign": False, "therapy_status": "at_target", "hf_admission_ever": False, "device_assessed": True,
    "echo_after_optimal_done": True, "self_care_taught": True, "anticoagulant": True, "ferritin": "200",
    "transferrin_saturation": "25", "new_angina": False, "new_ecg_abnormality": False,
    "echo_structural_abnormality": True, "lvef": "42",
}  # fmt: skip


@pytest.fixture
def could_go_back(both):
    """Stable in every respect of heart failure, with atrial fibrillation and apixaban."""
    both.measure(**FOUND | HEART_FAILURE_IN_ORDER, days_since_medication_change="90")
    return both


@pytest.mark.parametrize(
    ("list_of", "facts", "rule"),
    [
        ([("apixaban", "5", 2, "B01AF02")], {}, "ST-99"),
        ([("apixaban", "2.5", 2, "B01AF02")], {}, "ST-33"),
        ([("apixaban", "5", 2, "B01AF02")], {"mechanical_valve": True}, "ST-33"),
        ([("apixaban", None, None, "B01AF02")], {}, "ST-34"),
        ([("apixaban", "5", 2, "B01AF02")], {"pre_excitation": True}, "ST-33"),
        ([], {}, "ST-34"),
        ([], {"anticoagulant_drug": "none"}, "ST-33"),
    ],
)
def test_atrial_fibrillation_keeps_a_patient_whom_heart_failure_would_send_back(
    could_go_back, list_of, facts, rule
):
    """Underdosed, forbidden beside a valve, dose or drug unknown: the heart-failure answer sees it."""
    for drug, dose, times, atc in list_of:
        could_go_back.uses(drug, dose, times, atc, days=90, kind="start" if dose else "reported")
    could_go_back.measure(when=could_go_back.at - timedelta(minutes=5), **facts)
    assert _rule_of_going_back(could_go_back) == rule


def test_a_term_of_the_second_pathway_keeps_nobody(could_go_back):
    """Two months of rate control is too short for who is in that pathway alone; it says nothing about today."""
    could_go_back.uses("apixaban", "5", 2, "B01AF02", days=90)
    assert could_go_back.card("stable").card.rule == "AS-06" and _rule_of_going_back(could_go_back) == "ST-99"
