"""The main road through the service, in Dutch, walked by different people in their own browsers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support import people

from .records import recent_record
from .steps import Road, day

RED_FLAGS = ("chest_pain_at_rest", "dyspnoea_at_rest", "hypoperfusion", "syncope", "abrupt_deterioration")
NO_RED_FLAG = {f"f_{name}": "false" for name in RED_FLAGS}
BSNS = people.test_bsns()  # 9999…, before the ones that the demonstration gave its own patients


@pytest.fixture
def road(visit, today) -> Road:
    """One patient's way."""
    return Road(visit, today)


def test_from_a_real_record_to_one_more_in_the_results(road, shared_data, today):
    """A Synthea record, moved in time so that its last measurements are of yesterday (see ``records``).

    What a record of a practice can't hold (complaints, red flags, today's pulse) the POH asks and fills in, and the
    NT-proBNP of half a year ago counts as too old.
    """
    record = recent_record(shared_data / "synthea-heart-failure", until=today - timedelta(days=1))
    road.name = "Friesen"

    road.given_the_figures()
    road.when_the_poh_uploads_a_record(
        record, found=["19 gegevens gevonden", "te oud", "niet zeker of dat nu nog zo is"]
    )
    road.then_the_answer_is("Nog niet te zeggen", "bij ja wordt dit spoed")
    road.when_the_poh_fills_in(
        bsn=next(BSNS),
        intent="titration",
        reason="Bekend met hartfalen (LVEF 39%), sinds zes weken moe bij traplopen. Graag de medicatie instellen.",
        **NO_RED_FLAG,
        f_beta_blocker="true",  # the file calls it in use since half a year ago, and does not say that it still is
        f_loop_diuretic="true",
        f_lvef="39",  # the record holds two of one moment, 42.8 and 39.0: which one counts, a person says
        f_heart_rate="84",
        f_oxygen_saturation="96",
        f_nyha="II",
        f_orthopnoea="false",
        f_new_angina="false",
        f_new_ecg_abnormality="false",
        f_egfr="82",
        f_hf_admissions_12_months="0",
        f_correctable_cause_suspected="false",
        f_specific_cause_suspected="false",
        f_advanced_hf_sign="false",
        f_optimal_therapy_3_months="false",
        f_therapy_status="titrating",
        patient_informed="on",
    )
    road.then_the_answer_is("Bekend hartfalen, behandeling instellen of volgen", "RF-21")
    road.when_the_poh_sends()

    road.when_the_vs_accepts("RF-21", "Friesen", "LVEF 39%")
    road.when_the_vs_books()
    road.when_the_vs_records_a_contact(
        f_systolic_bp="112",
        f_diastolic_bp="70",
        f_heart_rate="72",
        f_weight="73,5",
        f_nyha="II",
        complaints="Moe bij traplopen, niet benauwd.",
        conclusion="Stabiel hartfalen met verminderde ejectiefractie.",
        plan="Bespreken of verdere ophoging nodig is.",
    )
    question = "Zwakke linkerkamer en geheugenproblemen: nog ophogen, of zo laten?"
    decision = "Zo laten. Controle bij de huisarts."
    policy = "Elke drie maanden bloeddruk, gewicht en nierfunctie door de POH."
    road.when_the_vs_asks_the_meeting(question)
    road.when_the_vs_proposes_to_return(h_policy=policy)
    road.when_the_cardiologist_decides(question, decision)
    road.when_the_vs_returns_the_patient()
    road.then_nothing_is_planned_any_more()

    road.then_the_gp_reads_the_letter("Friesen", policy)
    road.when_the_patient_gives_a_mark(9)
    road.then_one_more_is_counted()


def test_from_the_hospital_down_and_back_up(road, today):
    road.name = "Tulp"

    road.when_the_cardiologist_refers_down(
        next(BSNS),
        family_name=road.name,
        initials="N.",
        birth_date="03-05-1949",
        sex="female",
        practice="Huisartsenpraktijk De Linde",
        intent="titration",
        reason="Ontslagen na opname voor hartfalen. Graag controle en medicatie instellen dicht bij huis.",
        discharged_on=day(today - timedelta(days=5)),
        **NO_RED_FLAG,
        f_heart_failure_known="true",
        f_systolic_bp="118",
        f_heart_rate="76",
        f_oxygen_saturation="96",
        f_potassium="4,4",
        f_nyha="II",
        f_advanced_hf_sign="false",
        f_hf_admission_ever="true",
        f_last_hf_admission_on=day(today - timedelta(days=5)),
        patient_informed="on",
        answer=["controle binnen 1 tot 2 weken na ontslag", "RF-03"],
    )
    road.when_the_vs_accepts("RF-03", "Streekziekenhuis Voorbeeld")
    road.when_the_vs_books()
    road.when_the_vs_records_a_contact(
        f_systolic_bp="104",
        f_heart_rate="88",
        f_weight="71,2",
        f_nyha="III",
        complaints="Weer benauwd bij lopen, drie kilo aangekomen.",
        conclusion="Toenemend hartfalen ondanks meer plastabletten.",
        plan="Terug naar de cardioloog.",
    )
    reason = "Toenemende klachten ondanks ophogen van de plastabletten; beoordeling door de cardioloog."
    road.when_the_vs_forwards_the_patient(h_reason=reason)
    road.then_nothing_is_planned_any_more()
    road.then_the_hospital_sees_the_referral(reason)


def test_a_red_flag_sends_nothing(road):
    road.name = "Roodborst"

    road.when_the_poh_begins_for_a_new_patient(
        bsn=next(BSNS),
        family_name=road.name,
        initials="P.",
        birth_date="17-08-1944",
        sex="male",
    )
    road.when_the_poh_fills_in(
        intent="diagnosis",
        tests_asked="echo",
        reason="Sinds vanmorgen pijn op de borst in rust.",
        f_chest_pain_at_rest="true",
        patient_informed="on",
    )
    road.then_the_answer_is("Pijn op de borst in rust: denk aan een acuut coronair syndroom", "EX-01", "112")
    road.when_the_poh_presses_send_all_the_same()
    road.then_it_is_an_emergency("EX-01")
    road.then_nothing_was_sent()


def test_a_number_that_can_be_read_in_two_ways_is_asked_back_and_nothing_is_lost(road):
    road.name = "Puntema"
    road.when_the_poh_begins_for_a_new_patient(
        bsn=next(BSNS), family_name=road.name, initials="J.", birth_date="03-02-1950", sex="male"
    )
    road.when_the_poh_fills_in(
        intent="diagnosis",
        tests_asked="echo",
        reason="Sinds vijf weken kortademig bij traplopen.",
        **NO_RED_FLAG,
        f_nt_probnp="8.900",
        patient_informed="on",
    )
    road.then_the_answer_is("1 waarde is nog niet bruikbaar")
    poh = road.person("poh")
    poh.sees_not("RF-27")
    poh.presses("Verwijzing versturen")
    poh.visitor.problems[:] = [one for one in poh.visitor.problems if "422" not in one]
    poh.sees("op twee manieren te lezen. Schrijf 8900 of 8,9.")
    assert poh.page.locator("[name=f_nt_probnp]").input_value() == "8.900"
    assert poh.page.locator("[name=reason]").input_value() == "Sinds vijf weken kortademig bij traplopen."
    road.then_nothing_was_sent()
