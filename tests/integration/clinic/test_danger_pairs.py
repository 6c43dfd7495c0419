"""Two drugs that must not be together, a drug with a value, a fast pulse with fluid: danger on every road."""

from __future__ import annotations

import pytest

from anderhalf.apps.clinic import queries
from anderhalf.apps.clinic.titration.named import code_of
from anderhalf.apps.referrals.routing import route_patient
from anderhalf.content.drugs import codes_by_name
from anderhalf.core.pathway.routing import RoutingStatus
from tests.integration.clinic.test_danger_drugs import BASE
from tests.spec.cases.care import Care
from tests.spec.cases.titration_patient import DAY, TitrationPatient
from tests.support.titration import pathway as published

pytestmark = pytest.mark.django_db


@pytest.fixture
def care(people, at):
    return Care.begin(people, at)


def rules(who):
    found = queries.danger_of(who.episode.patient, who.episode.network_id, at=DAY)
    return {one.sign.rule for one in found.signs} if found else set()


def actions(who):
    found = queries.danger_of(who.episode.patient, who.episode.network_id, at=DAY)
    return {one.sign.rule: one.sign.action for one in found.signs} if found else {}


WHAMMY = "enalapril 5 bid 90d; spironolactone 25 od 90d; furosemide 40 od 90d; M01AE01 400 tid 10d"
LIST = [
    ("enalapril 5 bid 30d; sacubitril_valsartan 24 bid 10d", {}, "EX-80"),
    ("losartan 50 od 30d; sacubitril_valsartan 24 bid 10d", {}, "EX-81"),
    ("losartan 50 od 30d; enalapril 5 bid 30d", {}, "EX-81"),
    ("digoxin 125 od 90d", {"potassium": "3.4"}, "EX-82"),
    ("C01BD01 200 od 90d", {"potassium": "3.4"}, "EX-83"),
    ("C07AA07 80 bid 30d", {"potassium": "3.4", "lvef": 55}, "EX-84"),
    ("digoxin 125 od 90d; C01BD01 200 od 90d", {"potassium": "3.2", "egfr": 28, "creatinine": "180"}, "EX-85"),
    ("digoxin 125 od 90d", {"potassium": "3.4", "heart_rate": 49}, "EX-86"),
    ("digoxin 125 od 90d", {"heart_rate": 49, "egfr": 28, "creatinine": "180"}, "EX-87"),
    ("digoxin 125 od 90d", {"digoxin_level": "2.9"}, "EX-100"),
    ("digoxin 125 od 90d", {"digoxin_level": "2.01"}, "EX-100"),
    ("digoxin 125 od 90d", {"digoxin_level": "2.1", "heart_rate": 49}, "EX-101"),
    ("digoxin 125 od 90d", {"digoxin_level": "2.1", "acute_illness": True}, "EX-102"),
    ("digoxin 125 od 90d", {"digoxin_level": "2.1", "dizziness": True}, "EX-102"),
    ("digoxin 125 od 90d", {"digoxin_level": "3.01"}, "EX-103"),
    ("", {"digoxin_level": "2.9"}, "EX-100"),
    ("B01AA07 2 od 90d", {"inr": "6.1"}, "EX-104"),
    ("digoxin 125 od 90d; J01FA10 500 od 2d", {}, "EX-123"),
    ("digoxin 125 od 90d; C01BD01 200 od 90d", {}, "EX-124"),
    ("C01BD01 200 od 90d; J01FA09 500 bid 2d", {}, "EX-125"),
    ("spironolactone 25 od 90d; J01EE01 960 bid 3d", {"potassium": "4.2"}, "EX-126"),
    ("enalapril 5 bid 90d; J01EA01 300 od 3d", {"potassium": "4.5"}, "EX-127"),
    ("spironolactone 25 od 90d; A12BA01 600 od 90d", {"potassium": "5.1"}, "EX-128"),
    ("N05AN01 400 od 90d; furosemide 40 od 90d", {}, "EX-129"),
    (WHAMMY, {"potassium": "4.4"}, "EX-130"),
    ("B01AF02 5 bid 90d; M01AE02 500 bid 5d", {}, "EX-131"),
    (WHAMMY, {"potassium": "5.5", "egfr": 25, "creatinine": "200"}, "EX-105"),
    (WHAMMY, {"potassium": "5.0", "egfr": 29, "creatinine": "180"}, "EX-106"),
    ("enalapril 5 bid 90d; J01EA01 300 od 3d", {"potassium": "5.2"}, "EX-107"),
    ("bisoprolol 2.5 od 30d", {"rhythm": "af", "heart_rate": 128, "congestion": True}, "EX-88"),
    ("bisoprolol 2.5 od 30d", {"rhythm": "af", "heart_rate": 111, "nyha": "III"}, "EX-89"),
    ("furosemide 80 od 30d; C03BA08 2.5 od 10d", {"congestion": True, "sodium": 128}, "EX-92"),
    ("spironolactone 25 od 90d", {"egfr": 19, "creatinine": "260"}, "EX-93"),
    ("spironolactone 25 od 90d", {"creatinine": "311"}, "EX-94"),
    ("dapagliflozin 10 od 90d", {"diabetes_type": "type_1"}, "EX-95"),
    ("dapagliflozin 10 od 90d", {"ketoacidosis_history": True}, "EX-151"),
    ("spironolactone 25 od 90d; eplerenone 25 od 10d", {}, "EX-96"),
    ("bisoprolol 5 od 90d; C07AB02 50 od 10d", {}, "EX-96"),
    ("eplerenone 25 od 90d; J01FA09 500 bid 2d", {}, "EX-97"),
    ("B01AC23 100 bid 90d", {}, "EX-67"),
    ("A10BH03 5 od 90d", {}, "EX-67"),
    ("A10BD10 5 od 90d", {}, "EX-67"),
]  # fmt: skip


@pytest.mark.parametrize(("regimen", "facts", "expected"), LIST)
def test_what_the_list_and_the_values_hold_together_is_a_danger(people, regimen, facts, expected):
    people.at = DAY
    who = TitrationPatient(people).given(regimen, **facts)
    assert expected in rules(who), actions(who)


@pytest.mark.parametrize(("regimen", "rule", "named"), [
    ("losartan 50 od 30d; enalapril 5 bid 30d", "EX-81", "Het gaat om enalapril en losartan."),
    ("bisoprolol 5 od 90d; C07AB02 50 od 10d", "EX-96", "Het gaat om bisoprolol en metoprololsuccinaat. Twee"),
    ("eplerenone 25 od 90d; J01FA09 500 bid 2d; enalapril 5 bid 90d", "EX-97", "Het gaat om eplerenon en claritromycine."),
])  # fmt: skip
def test_a_danger_of_two_drugs_says_which(people, regimen, rule, named):
    people.at = DAY
    who = TitrationPatient(people).given(regimen)
    found = queries.danger_of(who.episode.patient, who.episode.network_id, at=DAY)
    assert next(one.sign.why["nl"] for one in found.signs if one.sign.rule == rule).startswith(named)


@pytest.mark.parametrize(
    ("regimen", "facts"),
    [
        ("sacubitril_valsartan 24 bid 10d", {}),
        ("losartan 50 od 30d", {}),
        ("digoxin 125 od 90d", {"potassium": "3.5"}),
        ("digoxin 125 od 90d", {"digoxin_level": "2.0"}),
        ("digoxin 125 od 90d", {"digoxin_level": "0.3"}),
        ("B01AA07 2 od 90d", {"inr": "6.0"}),
        ("enalapril 5 bid 90d; spironolactone 25 od 90d; M01AE01 400 tid 10d", {"potassium": "5.4"}),
        ("enalapril 5 bid 90d; J01EA01 300 od 3d", {"potassium": "4.4"}),
        ("digoxin 125 od 90d; C01BD01 200 od 90d", {"digoxin_level": "0.9"}),
        ("C01BD01 200 od 90d", {"potassium": "3.5"}),
        ("bisoprolol 2.5 od 30d", {"rhythm": "af", "heart_rate": 110, "congestion": True}),
        ("bisoprolol 2.5 od 30d", {"rhythm": "sinus", "heart_rate": 115, "congestion": True}),
        ("bisoprolol 2.5 od 30d", {"rhythm": "af", "heart_rate": 115, "nyha": "II"}),
        ("furosemide 80 od 30d", {"congestion": True, "sodium": 128}),
        ("furosemide 80 od 30d; C03BA08 2.5 od 10d", {"congestion": True, "sodium": 130}),
        ("dapagliflozin 10 od 90d", {"diabetes_type": "type_2"}),
        ("spironolactone 25 od 90d; bisoprolol 5 od 90d", {}),
    ],
)
def test_one_of_the_two_alone_is_none(people, regimen, facts):
    people.at = DAY
    who = TitrationPatient(people).given(regimen, **facts)
    assert rules(who) == set()


@pytest.mark.parametrize(
    ("name", "code"), [("Pletal", "B01AC23"), ("cilostazol", "B01AC23"), ("Onglyza", "A10BH03")]
)
def test_what_must_not_be_used_in_heart_failure_is_known_by_name(name, code):
    assert code_of(name, codes_by_name([published("heart_failure")])) == code


REFERRED = [
    ({"digoxin": True, "digoxin_level": "2.9"}, "EX-100", "AX-170"),
    ({"digoxin_level": "2.2", "heart_rate": "48"}, "EX-101", "AX-171"),
    ({"digoxin_level": "2.2", "dizziness": True}, "EX-102", "AX-172"),
    ({"digoxin_level": "3.1"}, "EX-103", "AX-173"),
    ({"inr": "6.1"}, "EX-104", "AX-174"),
    ({"nsaid": True, "mra": True, "potassium": "5.5"}, "EX-105", "AX-175"),
    ({"nsaid": True, "ace_inhibitor": True, "loop_diuretic": True, "egfr": "25", "creatinine": "200"}, "EX-106", "AX-176"),
    ({"trimethoprim": True, "mra": True, "potassium": "5.2"}, "EX-107", "AX-177"),
    ({"digoxin": True, "macrolide": True}, "EX-123", "AX-197"),
    ({"digoxin": True, "amiodarone": True}, "EX-124", "AX-198"),
    ({"digoxin": True, "diltiazem_or_verapamil": True}, "EX-139", "AX-214"),
    ({"digoxin": True, "trimethoprim": True}, "EX-140", "AX-215"),
    ({"digoxin": True, "digoxin_signs": True}, "EX-138", "AX-213"),
    ({"qt_drug": True, "macrolide": True}, "EX-125", "AX-199"),
    ({"trimethoprim": True, "mra": True, "potassium": "4.2"}, "EX-126", "AX-200"),
    ({"trimethoprim": True, "ace_inhibitor": True, "potassium": "4.5"}, "EX-127", "AX-201"),
    ({"salt_substitute": True, "mra": True, "potassium": "5.1"}, "EX-128", "AX-202"),
    ({"lithium": True, "ace_inhibitor": True}, "EX-129", "AX-203"),
    ({"nsaid": True, "ace_inhibitor": True, "loop_diuretic": True}, "EX-130", "AX-204"),
    ({"nsaid": True, "anticoagulant": True, "anticoagulant_drug": "apixaban"}, "", "AX-205"),
    ({"nsaid": True, "anticoagulant": True}, "EX-131", ""),
    ({"ace_inhibitor": True, "arni": True}, "EX-80", "AX-150"),
    ({"arb": True, "arni": True}, "EX-81", "AX-151"),
    ({"arb": True, "ace_inhibitor": True}, "EX-81", "AX-151"),
    ({"digoxin": True, "potassium": "3.4"}, "EX-82", "AX-152"),
    ({"amiodarone": True, "potassium": "3.4"}, "EX-83", "AX-153"),
    ({"qt_drug": True, "potassium": "3.4"}, "EX-84", "AX-154"),
    ({"digoxin": True, "amiodarone": True, "potassium": "3.2", "egfr": "28", "creatinine": "180"}, "EX-85", "AX-155"),
    ({"digoxin": True, "potassium": "3.4", "heart_rate": "49"}, "EX-86", "AX-156"),
    ({"digoxin": True, "heart_rate": "49", "egfr": "28", "creatinine": "180"}, "EX-87", "AX-157"),
    ({"rhythm": "af", "heart_rate": "118", "congestion": True}, "EX-88", "AX-158"),
    ({"rhythm": "af", "heart_rate": "118", "nyha": "III", "heart_failure_known": True}, "EX-89", ""),
    ({"two_of_one_class": True}, "EX-96", "AX-93"),
    ({"contraindicated_pair": True}, "EX-97", "AX-94"),
    ({"cilostazol": True, "heart_failure_known": True}, "EX-67", "AX-127"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pathway", "facts", "rule"),
    [
        (pathway, facts, rule)
        for facts, heart, fibrillation in REFERRED
        for pathway, rule in (("heart_failure", heart), ("atrial_fibrillation", fibrillation))
        if rule  # what is asked otherwise there: see tests/spec/atrial_fibrillation
    ],
)
def test_a_referral_gets_a_call_today(people, care, pathway, facts, rule):
    more = {"rhythm": "af", "mehra": "2a"} if pathway == "atrial_fibrillation" else {}
    routing = route_patient(
        by=people.viewer("gp"), at=care.at, patient=care.patient.pk, intent="diagnosis", direction="from_first_line",
        pathway=pathway, items=care.items({**BASE, **more, **facts}, care.at),
    )  # fmt: skip
    assert rule in {sign.rule for sign in routing.danger.certain}
    assert routing.status in (RoutingStatus.DECIDED, RoutingStatus.AT_LEAST)
    assert routing.days is not None and routing.days <= 1


@pytest.mark.parametrize("pathway", ["heart_failure", "atrial_fibrillation"])
@pytest.mark.parametrize(
    ("facts", "heart", "fibrillation"),
    [
        ({"apixaban": True, "anticoagulant_drug": "apixaban"}, "EX-90", "AX-159"),
        ({"ivabradine": True}, "EX-91", "AX-92"),
        ({"sglt2_inhibitor": True}, "EX-91", "AX-92"),
    ],
)
def test_what_may_not_be_used_in_pregnancy_is_a_call_today(people, at, pathway, facts, heart, fibrillation):
    """Also in sinus rhythm, in the heart-failure pathway."""
    care = Care.begin(people, at, pathway=pathway)
    given = (
        facts
        if pathway == "atrial_fibrillation"
        else {k: v for k, v in facts.items() if k != "anticoagulant_drug"}
    )
    care.contact({"pregnant": True, **given})
    found = care.danger()
    assert (heart if pathway == "heart_failure" else fibrillation) in {one.sign.rule for one in found.signs}
