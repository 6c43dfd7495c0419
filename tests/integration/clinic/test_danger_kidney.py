"""Acute kidney failure, glucose, QTc and drugs that must stop today: seen on every road, by what the record knows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Observation
from anderhalf.apps.referrals.routing import route_patient
from anderhalf.core.decisions.ranges import Range
from tests.spec.cases.care import Care
from tests.spec.cases.titration_patient import DAY, TitrationPatient

pytestmark = pytest.mark.django_db


@pytest.fixture
def care(people, at):
    return Care.begin(people, at)


def older(care: Care, facts: dict[str, str], *, days: int) -> None:
    """A result of so many days ago that arrives now."""
    record.record_observations(
        by=care.vs, at=care.at, patient=care.patient.pk, items=care.items(facts, care.at - timedelta(days=days)),
        under=Right.WRITE_CLINICAL, origin=Observation.Origin.IMPORTED,
    )  # fmt: skip


def rules(care: Care) -> set[str]:
    found = care.danger()
    return {one.sign.rule for one in found.signs} if found else set()


ROADS = {
    "contact": lambda care, facts: care.contact(facts),
    "result": lambda care, facts: care.result(facts),
}


@pytest.mark.parametrize("road", ROADS)
def test_a_creatinine_that_rose_by_half_within_a_week_is_a_danger_of_today(care, road):
    care.result({"creatinine": "90"}, at=care.at - timedelta(days=6))
    assert rules(care) == set()
    ROADS[road](care, {"creatinine": "190"})
    assert {"EX-31"} <= rules(care)
    (task, *_more) = care.tasks()
    assert task.due_at is not None and task.due_at <= care.at + timedelta(days=1)


def test_the_same_rise_over_two_months_is_none_until_it_doubled(care):
    older(care, {"creatinine": "90"}, days=60)
    older(care, {"creatinine": "170"}, days=10)
    assert rules(care) == set()
    care.result({"creatinine": "180"})
    assert rules(care) == {"EX-32"}


def test_a_very_low_egfr_is_a_danger_unless_it_was_known(care):
    care.result({"egfr": "18", "creatinine": "300"})
    assert rules(care) == {"EX-33"}


def test_a_very_low_egfr_that_was_so_last_month_is_no_danger(care):
    older(care, {"egfr": "19", "creatinine": "290"}, days=30)
    assert rules(care) == {"EX-33"}
    care.result({"egfr": "18", "creatinine": "300"})
    assert rules(care) == set()


def test_a_creatinine_of_520_is_a_danger_also_before_it_is_confirmed(care):
    care.result({"creatinine": "520"})
    assert rules(care) & {"EX-33", "EX-34"}


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"glucose": "32"}, "EX-36"),
        ({"glucose": "2.1"}, "EX-37"),
        ({"qtc": "540"}, "EX-40"),
        ({"potassium": "3.0", "digoxin": True}, "EX-38"),
        ({"potassium": "2.9", "amiodarone": True}, "EX-39"),
        ({"av_block": True, "beta_blocker": True}, "EX-41"),
        ({"pregnant": True, "mra": True}, "EX-42"),
        ({"glucose": "26"}, "AL-34"),
    ],
)
def test_other_dangers_of_today(care, facts, rule):
    care.contact(facts)
    assert rule in rules(care) and care.tasks()


def test_a_drug_of_the_list_counts_and_the_answer_lasts_until_something_changes(people):
    people.at = DAY
    who = TitrationPatient(people)
    who.given("spironolactone 25 od 60d; bisoprolol 2.5 od 60d")
    who.measure(("av_block", True, 0), minutes=5)
    find = lambda at: queries.danger_of(who.episode.patient, who.episode.network_id, at=at)  # noqa: E731
    assert [one.sign.rule for one in find(DAY).signs] == ["EX-41", "EX-62"]
    actions.answer_danger(
        by=who.vs, at=DAY, patient=who.episode.patient_id, bases=[one.basis for one in find(DAY).signs],
        steps=["called_cardiologist"], called="dr. De Vries", called_at=DAY, note="bisoprolol gestopt",
    )  # fmt: skip
    assert not find(DAY + timedelta(days=3)), "the list says it again every day: that is no other answer"


def test_nothing_that_loads_the_kidney_is_started_while_creatinine_rises(people):
    people.at = DAY
    who = TitrationPatient(people)
    who.given("bisoprolol 2.5 od 60d")
    who.measure(("creatinine", 80, 2), ("creatinine", 125, 0), minutes=5)
    found = {card.drug_class: card.kind for card in queries.proposals(who.vs, who.episode, at=DAY).cards}
    assert found["ace_inhibitor"] != "start" and found.get("arni") != "start" and found["mra"] != "start"
    danger = queries.danger_of(who.episode.patient, who.episode.network_id, at=DAY)
    actions.answer_danger(
        by=who.vs, at=DAY, patient=who.episode.patient_id, bases=[one.basis for one in danger.signs],
        steps=["called_cardiologist"], called="dr. De Vries", called_at=DAY, note="besproken",
    )  # fmt: skip
    found = {card.drug_class: card.kind for card in queries.proposals(who.vs, who.episode, at=DAY).cards}
    assert found["ace_inhibitor"] != "start", "also after the call: it still rises"


def test_a_referral_sees_the_rise_in_the_record(people, care):
    care.result({"creatinine": "90"}, at=care.at - timedelta(days=5))
    found = route_patient(
        by=people.viewer("gp"), at=care.at, patient=care.patient.pk, intent="titration", direction="from_first_line",
        items=care.items({"creatinine": "150"}, care.at),
    )  # fmt: skip
    assert [one.rule for one in found.danger.certain] == ["EX-31"]
    assert timezone.localdate(care.at) == found.on


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"mechanical_valve": True, "anticoagulant_drug": "apixaban"}, "AX-44"),
        ({"mechanical_valve": True, "anticoagulant_drug": "none"}, "AX-46"),
        ({"mitral_stenosis": True, "anticoagulant_drug": "rivaroxaban"}, "AX-45"),
        ({"qtc": "540"}, "AX-40"),
        ({"creatinine": "520"}, "AX-34"),
    ],
)
def test_in_atrial_fibrillation(people, at, facts, rule):
    care = Care.begin(people, at, pathway="atrial_fibrillation")
    care.contact(facts)
    assert rule in rules(care) and care.tasks()


@pytest.mark.parametrize(
    ("drug", "task"), [("none", "start_anticoagulant"), (None, "state_anticoagulant"), ("apixaban", None)]
)
def test_a_referral_for_atrial_fibrillation_says_that_the_anticoagulant_is_missing(people, care, drug, task):
    facts = {"systolic_bp": "130", "heart_rate": "115", "rate_slowing_drug": True, "stroke_or_tia": True}
    if drug is not None:
        facts["anticoagulant_drug"] = drug
    found = route_patient(
        by=people.viewer("gp"), at=care.at, patient=care.patient.pk, intent="titration", direction="from_first_line",
        pathway="atrial_fibrillation", items=care.items(facts, care.at),
    )  # fmt: skip
    assert [one.task for one in found.to_do] == ([task] if task else [])


@pytest.mark.parametrize("known", [True, False])
def test_an_extreme_natriuretic_peptide_never_gets_the_routine_term(people, care, known):
    facts = {
        "nt_probnp": "36000",
        "nyha": "II",
        "heart_failure_known": known,
        "systolic_bp": "130",
        "heart_rate": "72",
    }
    signs = ("chest_pain_at_rest", "dyspnoea_at_rest", "hypoperfusion", "syncope", "abrupt_deterioration")
    found = route_patient(
        by=people.viewer("gp"), at=care.at, patient=care.patient.pk, intent="titration", direction="from_first_line",
        items=care.items({**facts, **dict.fromkeys(signs, False)}, care.at),
    )  # fmt: skip
    assert found.urgency not in ("routine", "within_2_weeks"), (found.status, found.missing)


def test_the_evidence_of_a_typed_egfr_is_that_egfr_and_not_the_older_creatinine(care):
    care.result({"creatinine": "69"}, at=care.at - timedelta(days=6))
    care.contact({"egfr": "14"})
    (sign,) = [one for one in care.danger().signs if "egfr" in one.sign.facts]
    said = queries.values_in_words(sign.values, care.danger().place.pathways)
    assert "eGFR (CKD-EPI): 14" in said and "reatinine" not in said and "Geslacht" not in said
    assert f"{timezone.localdate(care.at):%d-%m-%Y}" in said
    (task,) = care.tasks()
    assert "14" in task.note and "69" not in task.note


def test_the_evidence_of_an_egfr_that_follows_from_creatinine_is_that_creatinine(care):
    care.result({"creatinine": "520"})
    sign = next(one for one in care.danger().signs if "egfr" in one.sign.facts)
    assert "creatinine" in sign.measured and "egfr" not in sign.measured


def test_two_egfrs_of_one_moment_that_contradict_are_both_shown(care):
    care.result({"creatinine": "104", "egfr": Range.of("<", Decimal(15))})
    care.result({"egfr": "14"})
    signs = [one for one in care.danger().signs if "egfr" in one.sign.facts]
    said = queries.values_in_words(signs[0].values, care.danger().place.pathways)
    assert "15 of 14" in said, said
