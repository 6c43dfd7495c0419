"""Drugs that must not be used together or in this heart, AV block and saturation: seen today on every road."""

from __future__ import annotations

import pytest
from django.utils import timezone

from anderhalf.apps.clinic import queries
from anderhalf.apps.network.queries import pathway_on
from anderhalf.apps.referrals.routing import route, route_patient
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.routing import RoutingStatus
from tests.spec.cases.care import Care
from tests.spec.cases.titration_patient import DAY, TitrationPatient
from tests.support.titration import value_of

pytestmark = pytest.mark.django_db
SIGNS = ("chest_pain_at_rest", "dyspnoea_at_rest", "hypoperfusion", "syncope", "abrupt_deterioration")
BASE = {
    **dict.fromkeys(SIGNS, False), "systolic_bp": "125", "heart_rate": "72", "oxygen_saturation": "97",
    "respiratory_rate": "14", "nyha": "II", "ecg_result": "normal", "rhythm": "sinus", "creatinine": "90",
    "egfr": "75", "potassium": "4.4", "sodium": "139",
}  # fmt: skip


@pytest.fixture
def care(people, at):
    return Care.begin(people, at)


def rules(who, at):
    found = queries.danger_of(who.episode.patient, who.episode.network_id, at=at)
    return {one.sign.rule for one in found.signs} if found else set()


def referred(people, care, facts, *, pathway="heart_failure"):
    return route_patient(
        by=people.viewer("gp"), at=care.at, patient=care.patient.pk, intent="diagnosis", direction="from_first_line",
        pathway=pathway, items=care.items({**BASE, **facts}, care.at),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("regimen", "facts", "expected"),
    [
        ("B01AF02 5 bid 30d; B01AA07 1 od 30d", {}, "EX-64"),
        ("B01AF02 5 bid 30d; B01AF01 20 od 30d; M01AE02 250 bid 30d", {}, "EX-64"),
        ("C07AA07 80 bid 30d; furosemide 80 od 30d", {"potassium": "2.9"}, "EX-60"),
        ("furosemide 80 od 30d", {"potassium": "2.9"}, "EX-61"),
        ("C01BC04 100 bid 30d", {}, "EX-67"),
        ("C01BD07 400 bid 30d", {}, "EX-67"),
        ("A10BG03 30 od 30d", {}, "EX-67"),
        ("C02AC05 0.4 od 90d", {}, "EX-67"),
        ("J02AC02 200 bid 5d", {}, "EX-67"),
        ("L04AB02 400 od 90d", {"nyha": "III"}, "EX-98"),
        ("L04AB04 40 od 90d", {"nyha": "IV"}, "EX-98"),
        ("C07AA07 80 bid 30d", {}, "EX-68"),
        ("C08DB01 200 od 30d", {}, "EX-68"),
        ("C08DA01 240 od 30d", {}, "EX-68"),
        ("C01DA14 60 od 30d; G04BE03 50 od 3d", {}, "EX-43"),
        ("hydralazine 37.5 tid 60d; C01DA08 20 tid 60d; G04BE03 50 od 3d", {}, "EX-43"),
        ("hydralazine 37.5 tid 60d; C02KX05 1 tid 30d", {}, "EX-43"),
        ("C08DA01 240 od 30d; bisoprolol 2.5 od 60d; digoxin 125 od 60d", {"lvef": 50}, "EX-69"),
    ],
)
def test_what_the_medication_list_holds_is_a_danger_of_today(people, regimen, facts, expected):
    people.at = DAY
    who = TitrationPatient(people).given(regimen, **facts)
    assert expected in rules(who, DAY)


@pytest.mark.parametrize(
    ("regimen", "facts"),
    [
        ("B01AF02 5 bid 30d", {}),
        ("hydralazine 37.5 tid 60d; C01DA08 20 tid 60d", {}),
        ("G04BE03 50 od 3d", {}),
        ("L04AB02 400 od 90d", {"nyha": "II"}),
        ("C02AC01 0.15 bid 90d", {}),
        ("B01AA07 1 od 30d", {}),
        ("furosemide 80 od 30d", {"potassium": "3.0"}),
        ("C08DB01 200 od 30d", {"lvef": 50}),
        ("bisoprolol 2.5 od 60d; digoxin 125 od 60d", {}),
    ],
)
def test_what_may_be_used_is_none(people, regimen, facts):
    people.at = DAY
    who = TitrationPatient(people).given(regimen, **facts)
    assert rules(who, DAY) == set()


@pytest.mark.parametrize("pathway", ["heart_failure", "atrial_fibrillation"])
@pytest.mark.parametrize(
    ("facts", "number"),
    [
        ({"av_block": True}, "62 122"),
        ({"av_block": True, "heart_rate": "41"}, "63 123"),
        ({"two_anticoagulants": True}, "64 124"),
        ({"oxygen_saturation": "91"}, "65 125"),
        ({"nitrate_or_hydralazine": True, "pde5_or_riociguat": True}, "43 140"),
        ({"contraindicated_in_hf": True, "heart_failure_known": True}, "67 127"),
        ({"diltiazem_or_verapamil": True, "lvef": "30"}, "68 128"),
    ],
)
def test_a_referral_gets_a_call_today(people, care, pathway, facts, number):
    more = {"rhythm": "af", "mehra": "2a"} if pathway == "atrial_fibrillation" else {}
    routing = referred(people, care, {**more, **facts}, pathway=pathway)
    heart, fibrillation = number.split()
    rule = f"EX-{heart}" if pathway == "heart_failure" else f"AX-{fibrillation}"
    assert rule in {sign.rule for sign in routing.danger.certain}
    assert routing.status in (RoutingStatus.DECIDED, RoutingStatus.AT_LEAST)
    assert routing.days is not None and routing.days <= 1


@pytest.mark.parametrize("pathway", ["heart_failure", "atrial_fibrillation"])
@pytest.mark.parametrize(
    "facts", [{"av_block": True}, {"oxygen_saturation": "91"}, {"two_anticoagulants": True}]
)
def test_so_does_a_contact(people, at, pathway, facts):
    care = Care.begin(people, at, pathway=pathway)
    care.contact(facts)
    assert care.tasks()
    assert care.danger().signs[0].sign.days <= 1


def test_copd_has_its_own_usual_saturation_but_not_below_90(people, care):
    assert not referred(people, care, {"oxygen_saturation": "90", "copd": True}).danger.certain
    worse = referred(people, care, {"oxygen_saturation": "89", "copd": True})
    assert [sign.rule for sign in worse.danger.certain] == ["EX-05"]


@pytest.mark.parametrize("drug", ["digoxin", "diltiazem_or_verapamil"])
def test_pre_excitation_beside_a_drug_of_the_av_node(people, care, drug):
    routing = referred(
        people, care, {"rhythm": "af", "heart_rate": "96", "pre_excitation": True, drug: True},
        pathway="atrial_fibrillation",
    )  # fmt: skip
    assert [sign.rule for sign in routing.danger.certain] == ["AX-129"]
    assert "igoxine" in routing.danger.certain[0].why["nl"]


def test_a_vka_in_pregnancy(people, care):
    routing = referred(
        people,
        care,
        {"rhythm": "af", "pregnant": True, "anticoagulant_drug": "vka"},
        pathway="atrial_fibrillation",
    )
    assert "AX-126" in {sign.rule for sign in routing.danger.certain}
    assert routing.days == 1


def test_av_block_is_said_while_the_pulse_waits_for_confirmation(care):
    """HR 41 that nobody confirmed: the block is certain, the slow pulse is said as "if this is right"."""
    on = timezone.localdate(care.at)
    pathway = pathway_on(care.episode.network_id, "heart_failure", on=on)
    facts = {
        name: FactValue(value_of(raw), on) for name, raw in BASE.items() if name not in ("heart_rate", "nyha")
    }
    routing = route(
        pathway=pathway, facts={**facts, "av_block": FactValue(True, on)}, intent="diagnosis", from_hospital=False,
        birth_date=care.patient.birth_date, sex="male", at=care.at,
        doubtful={"heart_rate": (FactValue(value_of("41"), on),)},
    )  # fmt: skip
    assert routing.status is RoutingStatus.AT_LEAST
    assert [sign.rule for sign in routing.danger.certain] == ["EX-62"]
    assert [sign.rule for sign in routing.danger.if_right] == ["EX-63"]
