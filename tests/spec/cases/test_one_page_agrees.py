"""What stands on one page agrees: danger, cards of both pathways, controls, and the dose of the anticoagulant."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import MedicationRefused, QuestionFirst
from anderhalf.apps.clinic.queries.anticoagulant import dose_step, starts
from anderhalf.apps.clinic.queries.anticoagulant_dose import dose_fits
from anderhalf.apps.clinic.queries.beside import basis_of
from anderhalf.apps.clinic.queries.proposals import advice_about
from anderhalf.apps.clinic.views.beside import panel
from anderhalf.apps.people.actions import register_allergy
from anderhalf.apps.record.queries import current_medication
from tests.spec.cases.test_atrial_fibrillation import AF, CARE
from tests.spec.cases.titration_patient import DAY, TitrationPatient

pytestmark = pytest.mark.django_db
FAST = {"heart_rate": 95, "mehra": "2b"}
UNKNOWN = ("liver_disease", "doac_strong_inhibitor", "edoxaban_interaction", "dabigatran_interaction")


@pytest.fixture
def af(people):
    def about(regimen="", *, birth_date=date(1956, 2, 1), omit=(), **facts):
        patient = TitrationPatient(people, birth_date=birth_date)
        known = {name: value for name, value in {**CARE, **facts}.items() if name not in omit}
        return patient.given(regimen, earlier=(), **known)

    return about


def beside(who):
    (found,) = [one for one in queries.beside(who.vs, who.episode, at=DAY) if one.pathway.key == AF]
    return found


def rate(who):
    decision = beside(who).decisions["rate_control"]
    return decision.value("advice"), decision.decisive[0].rule_id


def test_while_a_danger_is_open_no_card_of_the_second_pathway_asks_for_a_slower_pulse(af):
    who = af("bisoprolol 2.5 od 60d", **FAST)
    assert rate(who) == ("strict_target", "RC-07")
    who.measure(("weight", 83, 0), minutes=5)
    assert rate(who) == ("discuss", "RC-20")
    found = queries.danger_of(who.episode.patient, who.episode.network_id, at=DAY)
    actions.answer_danger(
        by=who.vs, at=DAY, patient=who.episode.patient_id, bases=[one.basis for one in found.signs],
        steps=["called_cardiologist"], called="dr. De Vries", called_at=DAY, note="gezien, droog",
    )  # fmt: skip
    assert rate(who) == ("strict_target", "RC-07")


def test_while_a_danger_is_open_no_anticoagulant_is_offered(af):
    who = af(hypertension=True, diabetes=True, anticoagulant_drug="none")
    assert starts(beside(who), on=DAY.date())
    who.measure(("weight", 83, 0), minutes=5)
    assert not starts(beside(who), on=DAY.date())
    cards = {one.table: one for one in panel(beside(who), on=DAY.date()).cards}
    assert any("gevaar open" in note for note in cards["anticoagulation"].notes)


@pytest.mark.parametrize(("regimen", "wrong"), [
    ("B01AF02 2.5 bid 30d", "te laag"), ("B01AF02 5 bid 30d", ""), ("B01AF02 10 bid 30d", "te hoog"),
])  # fmt: skip
def test_a_dose_that_fits_no_answer_is_said_whatever_is_unknown(af, regimen, wrong):
    """89 years, 78 kg, creatinine 98: one criterion of three; cirrhosis and ketoconazole were never asked."""
    who = af(regimen, birth_date=date(1937, 2, 1), weight=78, creatinine=98, omit=UNKNOWN)
    found = beside(who)
    assert not found.decisions["anticoagulant_dose"].is_decided
    told = " ".join(panel(found, on=DAY.date()).doubts)
    assert (wrong in told) if wrong else not ({"laag", "hoog"} & set(told.split()))
    fits = dose_fits(found.decisions["anticoagulant_dose"], found.anticoagulant)
    assert fits is (False if wrong else None)


@pytest.mark.parametrize(("regimen", "wrong"), [
    ("B01AF03 30 od 30d", ""),  # an interaction that nobody asked would make 30 mg right
    ("B01AF03 15 od 30d", "te laag"), ("B01AE07 75 bid 30d", "te laag"), ("B01AF01 10 od 30d", "te laag"),
])  # fmt: skip
def test_the_other_anticoagulants_are_held_to_what_is_certain_too(af, regimen, wrong):
    who = af(regimen, weight=80, creatinine=90, omit=(*UNKNOWN, "verapamil", "gastritis_or_reflux"))
    told = " ".join(panel(beside(who), on=DAY.date()).doubts)
    assert (wrong in told) if wrong else "te laag" not in told


@pytest.mark.parametrize(("liver_class", "decided"), [("none", True), (None, False)])
def test_child_pugh_none_answers_the_question_about_cirrhosis(af, liver_class, decided):
    who = af(
        "B01AF02 2.5 bid 30d", weight=80, creatinine=90, omit=("liver_disease",), liver_class=liver_class
    )
    assert beside(who).decisions["anticoagulant_dose"].is_decided is decided


def test_no_control_of_a_card_is_later_than_that_of_an_open_danger(people):
    people.at = DAY
    who = TitrationPatient(people).given(
        "enalapril 10 bid 60d; spironolactone 25 od 60d; bisoprolol 5 od 60d"
    )

    def latest():
        _protocol, _patient, advice = advice_about(who.episode, at=DAY)
        return max(check.until_on for one in advice.proposals for check in one.checks)

    assert latest() > DAY.date() + timedelta(days=1)
    who.measure(("potassium", "5.8", 0), minutes=5)
    assert latest() <= DAY.date() + timedelta(days=1)


def angio_oedema(who):
    register_allergy(
        by=who.vs, at=DAY - timedelta(minutes=10), patient=who.episode.patient_id, substance="enalapril",
        drug_class="ace_inhibitor", drug="enalapril", reaction="angioedema", text="2019",
    )  # fmt: skip


def test_an_arb_stays_in_the_discussion_after_angio_oedema_on_an_ace_inhibitor(people):
    people.at = DAY
    who = TitrationPatient(people).given("bisoprolol 10 od 60d")
    angio_oedema(who)
    card = who.card("hydralazine_nitrate")
    assert "Geen RAS-remmer mogelijk" not in card.why and "ARB met voorzichtigheid" in card.why


def start_of_arni():
    return actions.MedicationStep(
        kind="start", drug="sacubitril_valsartan", drug_name="sacubitril/valsartan", atc="C09DX04", drug_class="arni",
        reason="HFrEF", dose=Decimal(24), dose_unit="mg", times_per_day=2,
    )  # fmt: skip


def test_the_contra_indication_is_said_before_the_hours_and_the_hours_ask_nothing_that_cannot_be_typed(
    people,
):
    people.at = DAY
    who = TitrationPatient(people).given("enalapril 10 bid 60d until 0.2d because switch_to_arni")
    with pytest.raises(MedicationRefused) as waits:
        actions.record_encounter(
            by=who.vs, at=DAY, episode=who.episode.pk,
            medication=[actions.MedicationStep(**{**vars(start_of_arni()), "despite": "cardioloog wil het zo"})],
        )  # fmt: skip
    assert "36" in str(waits.value) and "later begin" not in str(waits.value)
    angio_oedema(who)
    with pytest.raises(QuestionFirst, match="angio"):
        actions.record_encounter(by=who.vs, at=DAY, episode=who.episode.pk, medication=[start_of_arni()])


def test_values_of_today_are_not_called_too_old_after_a_pause(people):
    people.at = DAY
    who = TitrationPatient(people).given(
        "ramipril 2.5 bid 60d until 0 because acute_illness; bisoprolol 2.5 od 60d"
    )
    missing = " ".join(who.card("beta_blocker").missing)
    assert "opnieuw meten na de pauze" in missing and "te oud" not in missing


@pytest.mark.parametrize(
    ("drug", "creatinine", "egfr", "verdict"),
    [
        ("B01AF02 5 bid 30d", "70", "18", "reduced"),  # apixaban: the eGFR means a clearance of 15 to 30
        ("B01AE07 150 bid 30d", "70", "18", "not"),  # dabigatran: below 30
        ("B01AF03 60 od 30d", "70", "18", "reduced"),
        ("B01AF03 60 od 30d", "260", "95", "reduced"),  # the creatinine is the careful one here
        ("B01AF02 5 bid 30d", "70", "60", "standard"),  # no contradiction
    ],
)
def test_an_egfr_that_contradicts_the_creatinine_is_a_second_reading_of_the_dose(
    af, drug, creatinine, egfr, verdict
):
    found = beside(af(drug, weight=80, creatinine=creatinine, egfr=egfr))
    assert found.decisions["anticoagulant_dose"].value("verdict") == verdict
    named = [one for one in found.problems if "passen niet bij elkaar" in one.texts["nl"]]
    assert bool(named) is (verdict != "standard")


@pytest.mark.parametrize(("regimen", "in_danger"), [
    ("B01AF02 2.5 bid 30d", None),  # too low: raising waits
    ("B01AF02 10 bid 30d", Decimal(5)),  # too high: lowering never waits
])  # fmt: skip
def test_while_a_danger_is_open_the_anticoagulant_is_not_raised_and_may_be_lowered(af, regimen, in_danger):
    who = af(regimen, birth_date=date(1946, 2, 1), weight=78, creatinine=98)
    assert dose_step(beside(who)).amount == 5
    who.measure(("weight", 81, 0), minutes=5)
    found = beside(who)
    assert found.held
    step = dose_step(found)
    assert (step.amount if step is not None else None) == in_danger
    shown = found.decisions["anticoagulant_dose"]
    actions.choose_beside(
        by=who.vs, at=DAY, episode=who.episode.pk, pathway=AF, table="anticoagulant_dose", choice="accepted",
        basis=basis_of(shown),
    )  # fmt: skip
    (row,) = [one for one in current_medication(who.episode.patient_id, at=DAY) if one.atc == "B01AF02"]
    assert row.dose == (in_danger or Decimal("2.5"))
