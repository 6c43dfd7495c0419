"""Drugs that may kill together reach somebody within a day on every road: the list of a referral, that of an uploaded
file, the list in care. The weekly meeting is never where they are seen first."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from anderhalf.apps.clinic import queries
from anderhalf.apps.clinic.actions.medication import agree
from anderhalf.apps.clinic.errors import QuestionFirst
from anderhalf.apps.clinic.titration.told import not_taken_over
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals.routing import route_patient
from tests.spec.cases.care import Care
from tests.spec.cases.test_pairs_at_referral import NAMES, page_after_upload, said
from tests.spec.cases.test_referral import KNOWN, Desk
from tests.spec.cases.titration_patient import DAY, TitrationPatient

pytestmark = pytest.mark.django_db

CODES = {"C01AA05": "digoxine 0,125 mg", "C01BD01": "amiodaron 200 mg", "J01FA09": "claritromycine 500 mg",
         "J01EE01": "co-trimoxazol 960 mg", "C03DA04": "eplerenon 25 mg", "M01AE02": "naproxen 500 mg",
         "A12BA01": "kaliumchloride 600 mg", "C08DA01": "verapamil 120 mg"}  # fmt: skip
PAIRS = [
    pytest.param(("C01AA05", "C01BD01", "J01FA09"), {}, "EX-123", id="digoxin, amiodarone, clarithromycin"),
    pytest.param(("C01AA05", "C01BD01"), {}, "EX-124", id="digoxin, amiodarone, no level"),
    pytest.param(("C01AA05", "C08DA01"), {}, "EX-139", id="digoxin, verapamil, no level"),
    pytest.param(("C01AA05", "J01EE01"), {}, "EX-140", id="digoxin, co-trimoxazole"),
    pytest.param(("C01BD01", "J01FA09"), {}, "EX-125", id="amiodarone, clarithromycin"),
    pytest.param(("C03DA01", "J01EE01"), {"potassium": "4.5"}, "EX-126", id="spironolactone, co-trimoxazole"),
    pytest.param(("C03DA04", "J01EA01"), {"potassium": None}, "EX-126", id="eplerenone, trimethoprim, no potassium"),
    pytest.param(("C09AA05", "J01EE01"), {"potassium": None}, "EX-127", id="ACE inhibitor, co-trimoxazole, no potassium"),
    pytest.param(("C03DA01", "A12BA01"), {"potassium": None}, "EX-128", id="MRA, potassium tablets"),
    pytest.param(("N05AN01", "C09AA05", "C03DA01"), {}, "EX-129", id="lithium, ACE inhibitor, MRA"),
    pytest.param(("N05AN01", "C03CA01"), {}, "EX-129", id="lithium, furosemide"),
    pytest.param(("M01AE01", "C09AA05", "C03CA01"), {"egfr": 58, "creatinine": 85}, "EX-130", id="NSAID, ACE inhibitor, furosemide"),
    pytest.param(("B01AF02", "M01AE02"), {}, "EX-131", id="apixaban, naproxen"),
]  # fmt: skip
NAMES |= CODES
NSAID_TERMS = [
    pytest.param("ibuprofen 400 mg 3dd\nramipril 5 mg", {}, "RF-65", id="ACE inhibitor"),
    pytest.param("ibuprofen 400 mg 3dd\nfurosemide 40 mg", {}, "RF-66", id="diuretic"),
    pytest.param("ibuprofen 400 mg 3dd", {"egfr": 59, "creatinine": 90}, "RF-67", id="kidney"),
]


def known(facts):
    """The ordinary patient of a referral with these differences; None is not measured."""
    return {name: value for name, value in {**KNOWN, **facts}.items() if value is not None}


@pytest.mark.parametrize(("codes", "facts", "rule"), PAIRS)
def test_a_typed_list_is_said_to_the_referrer_and_waits_for_a_call(people, codes, facts, rule):
    desk, listed = Desk(people), "\n".join(NAMES[code] for code in codes)
    page = desk.says(known(facts), intent="titration", treatment_so_far=listed)
    assert rule in page and "dezelfde of volgende dag" in page, page[:1500]
    assert "binnen 4 weken" not in page
    assert desk.sends(known(facts), intent="titration", treatment_so_far=listed) is None


@pytest.mark.parametrize(("codes", "facts", "rule"), PAIRS)
def test_the_list_of_an_uploaded_file_is_said_to_the_referrer(people, codes, facts, rule):
    potassium = [("2823-3", float(facts["potassium"]), "mmol/L")] if facts.get("potassium") else []
    _client, _url, page = page_after_upload(people, codes, results=potassium)
    assert rule in said(page), said(page)[:3000]


@pytest.mark.parametrize(("codes", "facts", "rule"), PAIRS)
def test_in_care_it_is_a_task_of_a_named_role_within_a_day(people, codes, facts, rule):
    people.at = DAY
    facts = {name: value for name, value in facts.items() if value is not None}
    absent = tuple(name for name in ("potassium",) if name not in facts)
    who = TitrationPatient(people).given(**facts, omit=absent)
    for code in codes:
        agree(
            who.episode, by=who.vs, at=DAY, kind="reported", drug=code.lower(), drug_name=NAMES[code], atc=code,
            reason="gebruikt al", from_at=DAY - timedelta(hours=1), under=Right.WRITE_CLINICAL,
        )  # fmt: skip
    found = queries.danger_of(who.episode.patient, who.episode.network_id, at=DAY)
    assert rule in {one.sign.rule for one in found.signs}
    task = next(one for one in Task.objects.filter(kind="danger", status="open") if rule in one.rules)
    assert task.role and task.due_at <= DAY + timedelta(days=3), "the same or the next working day"


def test_an_nsaid_alone_with_known_heart_failure_is_said_at_the_referral(people):
    """Nothing else is used: the referrer reads to stop it now, before the appointment, also when no line is needed."""
    desk = Desk(people)
    page = desk.says(known({}), intent="titration", treatment_so_far="ibuprofen 400 mg 3dd")
    assert "INT-70" in page and "Stop de NSAID" in page and "nu, wacht niet op het spreekuur" in page
    stays = known({"therapy_status": "at_target"})
    page = desk.says(stays, intent="follow_up", treatment_so_far="ibuprofen 400 mg 3dd")
    assert "1e lijn: u houdt de behandeling" in page and "Stop de NSAID" in page
    without_it = desk.says(known({}), intent="titration", treatment_so_far="paracetamol 500 mg")
    assert "INT-70" not in without_it and "Stop de NSAID" not in without_it


def test_an_nsaid_without_known_heart_failure_is_no_such_pair(people):
    facts = known({"heart_failure_known": False, "nt_probnp": 400, "ecg_result": "abnormal"})
    page = Desk(people).says(facts, intent="diagnosis", treatment_so_far="ibuprofen 400 mg 3dd")
    assert "INT-70" not in page


@pytest.mark.parametrize(("listed", "facts", "rule"), NSAID_TERMS)
def test_an_nsaid_in_heart_failure_with_a_drug_or_kidney_is_no_routine_referral(people, listed, facts, rule):
    found = Desk(people).sends(known(facts), intent="titration", treatment_so_far=listed)
    assert found is not None and found.urgency == "within_1_week"
    assert rule in {one["rule"] for one in found.routing["reasons"]}


def test_in_care_the_nsaid_stands_above_the_proposals_and_asks_before_a_start(people):
    people.at = DAY
    who = TitrationPatient(people).given("M01AE01 400 tid 5d")
    assert any("NSAID bij hartfalen is afgeraden" in one for one in who.page().problems)
    other = TitrationPatient(people).given("")
    assert not any("NSAID bij hartfalen" in one for one in other.page().problems)
    with pytest.raises(QuestionFirst, match="INT-70"):
        agree(
            other.episode, by=other.vs, at=DAY, kind="start", drug="m01ae01", drug_name="ibuprofen", atc="M01AE01",
            reason="pijn", from_at=DAY, dose=Decimal(400), dose_unit="mg", times_per_day=3, under=Right.WRITE_CLINICAL,
        )  # fmt: skip


def typed_by_name(who, name, *, at):
    """A drug on the list of which only the name was typed."""
    record.agree_medication(
        by=who.vs, at=at, patient=who.patient.pk, kind="reported", drug=name, drug_name=name, reason="gebruikt al",
        from_at=at - timedelta(days=9), under=Right.WRITE_CLINICAL,
    )  # fmt: skip


def test_a_name_without_a_code_in_the_record_counts_beside_the_list_of_a_referral(people, at):
    care = Care.begin(people, at)
    typed_by_name(care, "lithiumcarbonaat 400 mg", at=at)
    routing = route_patient(
        by=people.viewer("gp"), at=at, patient=care.patient.pk, intent="titration", direction="from_first_line",
        items=care.items({**known({}), "potassium": "4.5", "haemoglobin": "8.6"}, at), listed="furosemide 40 mg",
    )  # fmt: skip
    assert "EX-129" in {sign.rule for sign in routing.danger.certain}


def test_a_line_of_the_referral_that_the_record_holds_by_name_is_taken_over(people, at):
    care = Care.begin(people, at)
    care.episode.referral.treatment_so_far = "lithiumcarbonaat 400 mg\nramipril 5 mg"
    care.episode.referral.save()
    typed_by_name(care, "lithiumcarbonaat 400 mg", at=at)
    assert not_taken_over(care.episode, on=at.date()) == ["ramipril 5 mg"]


def test_in_care_edoxaban_with_what_halves_its_dose_stands_above_the_proposals(people):
    people.at = DAY
    who = TitrationPatient(people).given("B01AF03 60 od 5d; J02AB02 200 od 5d")
    assert any("Edoxaban met ciclosporine" in one for one in who.page().problems)
    alone = TitrationPatient(people).given("B01AF03 60 od 5d")
    assert not any("Edoxaban met ciclosporine" in one for one in alone.page().problems)


@pytest.mark.parametrize(
    ("codes", "pathway", "rule"),
    [
        (("B01AE07", "J02AB02"), "heart_failure", "EX-97"),
        (("B01AF02", "J04AB02"), "heart_failure", "EX-97"),
        (("B01AE07", "J02AB02"), "atrial_fibrillation", "AX-94"),
    ],
)
def test_a_forbidden_pair_with_a_doac_is_in_care_a_task_within_the_term_of_a_referral(
    people, at, codes, pathway, rule
):
    care = Care.begin(people, at, pathway=pathway)
    for code in codes:
        agree(
            care.episode, by=care.vs, at=at, kind="reported", drug=code.lower(), drug_name=NAMES[code], atc=code,
            reason="gebruikt al", from_at=at - timedelta(hours=1), under=Right.WRITE_CLINICAL,
        )  # fmt: skip
    task = next(one for one in Task.objects.filter(kind="danger", status="open") if rule in one.rules)
    assert task.role and task.days == 1 and task.due_at <= at + timedelta(days=4)
    found = queries.danger_of(care.patient, care.episode.network_id, at=timezone.now())
    assert rule in {one.sign.rule for one in found.signs}


def test_one_of_the_two_is_no_forbidden_pair(people, at):
    care = Care.begin(people, at)
    agree(
        care.episode, by=care.vs, at=at, kind="reported", drug="b01ae07", drug_name="dabigatran 150 mg", atc="B01AE07",
        reason="gebruikt al", from_at=at - timedelta(hours=1), under=Right.WRITE_CLINICAL,
    )  # fmt: skip
    assert not queries.danger_of(care.patient, care.episode.network_id, at=timezone.now())
