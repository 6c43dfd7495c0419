"""What a prescriber types himself is asked about like what is proposed to him, on every road."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions
from anderhalf.apps.clinic.errors import QuestionFirst
from anderhalf.apps.people import actions as people_actions
from anderhalf.apps.record.actions import BetterMedication, NewObservation
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.apps.record.queries import current_medication
from tests.spec.cases.titration_patient import DAY, TitrationPatient
from tests.support.people import submission
from tests.support.titration import value_of

pytestmark = pytest.mark.django_db
ROWS = {
    "spironolactone": ("spironolacton", "C03DA01", "mra"),
    "sacubitril_valsartan": ("sacubitril/valsartan", "C09DX04", "arni"),
    "apixaban": ("apixaban", "B01AF02", "anticoagulant"),
    "ibuprofen": ("ibuprofen", "M01AE01", ""),
    "metoprolol_succinate": ("metoprololsuccinaat (retard)", "C07AB02", "beta_blocker"),
    "digoxin": ("digoxine", "C01AA05", "digoxin"),
}
WHY = {"despite": "lang bekend, cardioloog wil het zo"}
NAMED = {**WHY, "agreed_with": "dr. De Vries, cardioloog"}


@pytest.fixture
def patient(people):
    people.at = DAY
    return TitrationPatient(people)


def consult(who, drug, dose, *, kind="change", times=1, by=None, facts=None, **more):
    name, atc, drug_class = ROWS[drug]
    step = actions.MedicationStep(
        kind=kind, drug=drug, drug_name=name, atc=atc, drug_class=drug_class, reason="volgende stap",
        dose=None if dose is None else Decimal(dose), dose_unit="ug" if drug == "digoxin" else "mg",
        times_per_day=times, **more,
    )  # fmt: skip
    items = [NewObservation(fact=one, value=value_of(value), at=DAY) for one, value in (facts or {}).items()]
    return actions.record_encounter(
        by=by or who.vs, at=DAY, episode=who.episode.pk, observations=items, medication=[step]
    )


def in_use(who):
    return {row.drug: row for row in current_medication(who.episode.patient_id, at=DAY) if row.kind != "stop"}


def test_a_higher_dose_against_the_card_is_a_question_with_the_values_of_the_same_form(patient):
    """B7a: potassium 5.8 typed in this very consult, spironolactone raised on it."""
    patient.given("enalapril 10 bid 60d; spironolactone 25 od 60d")
    with pytest.raises(QuestionFirst) as refused:
        consult(patient, "spironolactone", 50, facts={"potassium": "5.8", "creatinine": 130})
    said = str(refused.value)
    assert "Spironolacton verlagen" in said and "MRA-10" in said and "voorschrijver" in said
    assert not refused.value.absolute and in_use(patient)["spironolactone"].dose == 25
    with pytest.raises(QuestionFirst):
        consult(patient, "spironolactone", 50, facts={"potassium": "5.8"}, despite="-")
    nurse = patient.people.viewer("hf_nurse")
    with pytest.raises(QuestionFirst):
        consult(patient, "spironolactone", 50, facts={"potassium": "5.8"}, by=nurse, **WHY)
    consult(patient, "spironolactone", 50, facts={"potassium": "5.8"}, **WHY)
    row = in_use(patient)["spironolactone"]
    assert row.dose == 50 and row.reason.startswith(WHY["despite"]) and "MRA-10" in row.reason


def test_without_the_bad_value_the_same_line_is_no_question(patient):
    patient.given("enalapril 10 bid 60d; spironolactone 25 od 60d")
    consult(patient, "spironolactone", 50, facts={"potassium": "4.4"})
    assert in_use(patient)["spironolactone"].dose == 50


def test_a_start_in_an_open_danger_is_a_question(patient):
    """B7b: creatinine 345, doubled, and spironolactone started."""
    patient.given("enalapril 10 bid 60d")
    patient.measure(("creatinine", 345, 0), minutes=5)
    with pytest.raises(QuestionFirst):
        consult(patient, "spironolactone", 25, kind="start")
    assert "spironolactone" not in in_use(patient)


@pytest.mark.parametrize("kind", ["stop", "pause", "change", "reported"])
def test_stopping_lowering_and_writing_down_what_is_used_are_never_hindered(patient, kind):
    patient.given("enalapril 10 bid 60d; spironolactone 25 od 60d").measure(
        ("potassium", "5.8", 0), minutes=5
    )
    consult(patient, "spironolactone", {"change": "12.5", "reported": 25}.get(kind), kind=kind)


def angio_oedema(who):
    people_actions.register_allergy(
        by=who.vs, at=DAY - timedelta(minutes=10), patient=who.episode.patient_id, substance="enalapril",
        drug_class="ace_inhibitor", drug="enalapril", reaction="angioedema", text="2019",
    )  # fmt: skip


def test_a_contra_indication_asks_the_specialist_who_agreed(patient):
    """B8: angio-oedema on enalapril, and "the patient likes to try"."""
    patient.given("")
    angio_oedema(patient)
    wanted = {"drug": "sacubitril_valsartan", "dose": 24, "times": 2, "kind": "start"}
    for answer in ({}, WHY, {**WHY, "agreed_with": "-"}, {"agreed_with": "dr. De Vries"}):
        with pytest.raises(QuestionFirst) as refused:
            consult(patient, **wanted, **answer)
        assert refused.value.absolute and "specialist" in str(refused.value)
    assert "sacubitril_valsartan" not in in_use(patient)
    consult(patient, **wanted, **NAMED)
    assert "dr. De Vries, cardioloog" in in_use(patient)["sacubitril_valsartan"].reason


def test_pregnancy_and_a_ras_inhibitor_is_a_contra_indication(people):
    people.at = DAY
    who = TitrationPatient(people, sex="female", birth_date=DAY.date().replace(year=1994)).given(
        "", pregnant=True
    )
    with pytest.raises(QuestionFirst) as refused:
        consult(who, "sacubitril_valsartan", 24, times=2, kind="start", **WHY)
    assert refused.value.absolute and "ABS-02" in str(refused.value)


def test_a_mechanical_valve_and_a_doac_is_a_contra_indication(patient):
    patient.given("", mechanical_valve=True)
    with pytest.raises(QuestionFirst) as refused:
        consult(patient, "apixaban", 5, times=2, kind="start", **WHY)
    assert refused.value.absolute and "DD-01" in str(refused.value)


def test_a_drug_without_card_is_asked_about_by_what_it_does_not_go_with(patient):
    patient.given("enalapril 10 bid 60d; spironolactone 25 od 60d")
    with pytest.raises(QuestionFirst, match="NSAID"):
        consult(patient, "ibuprofen", 400, times=3, kind="start")


def test_a_correction_that_gives_more_is_asked_about_like_a_start(patient):
    patient.given("enalapril 10 bid 60d; spironolactone 25 od 60d").measure(
        ("potassium", "5.8", 0), minutes=5
    )
    row = in_use(patient)["spironolactone"]
    better = BetterMedication(dose=Decimal(50), times_per_day=1)
    about = {"by": patient.vs, "at": DAY, "agreement": row, "because": "tikfout"}
    with pytest.raises(QuestionFirst, match="MRA-10"):
        actions.correct_agreement(**about, better=better)
    assert in_use(patient)["spironolactone"].dose == 25
    actions.correct_agreement(**about, better=better, **WHY)
    old = MedicationAgreement.objects.get(pk=row.pk)
    assert in_use(patient)["spironolactone"].dose == 50 and WHY["despite"] in old.status_because


def test_the_page_of_a_correction_asks_a_prescriber_why(patient):
    patient.given("enalapril 10 bid 60d; spironolactone 25 od 60d")
    patient.measure(("potassium", "5.8", 0), minutes=5)
    row = in_use(patient)["spironolactone"]
    typed = {"submission": submission(), "what": "correct", "dose": "50", "times": "1", "because": "tikfout",
             "from_on": timezone.localdate(row.from_at).isoformat()}  # fmt: skip
    client, address = patient.people.client("vs"), reverse("clinic:medication_correct", args=[row.pk])
    refused = client.post(address, typed)
    page = refused.content.decode()
    assert refused.status_code == 422 and 'name="despite"' in page and "MRA-10" in page
    assert client.post(address, {**typed, **WHY}).status_code == 302
    assert in_use(patient)["spironolactone"].dose == 50


def test_a_stop_that_never_was_is_asked_about_and_a_start_that_never_was_is_not(patient):
    patient.given("enalapril 10 bid 60d; spironolactone 25 od 60d until 2d because hyperkalaemia")
    patient.measure(("potassium", "5.8", 0), minutes=5)
    about = {"by": patient.vs, "at": DAY, "better": None, "because": "was er nooit"}
    stop = MedicationAgreement.objects.get(drug="spironolactone", kind="stop")
    with pytest.raises(QuestionFirst):
        actions.correct_agreement(**about, agreement=stop)
    start = MedicationAgreement.objects.get(drug="enalapril")
    actions.correct_agreement(**about, agreement=start)
    start.refresh_from_db()
    assert start.status == Observation.Status.ENTERED_IN_ERROR


@pytest.mark.parametrize(
    ("regimen", "drug", "kind", "dose", "said"),
    [
        ("", "metoprolol_succinate", "start", 200, "12,5 mg 1 dd tot 25 mg 1 dd"),
        ("", "metoprolol_succinate", "start", 50, "ESC21 Table 8"),
        ("", "metoprolol_succinate", "start", 25, None),
        ("metoprolol_succinate 25 od 60d", "metoprolol_succinate", "change", 100, "50 mg 1 dd, niet 100 mg"),
        ("metoprolol_succinate 25 od 60d", "metoprolol_succinate", "start", 100, "50 mg 1 dd, niet 100 mg"),
        ("metoprolol_succinate 25 od 60d", "metoprolol_succinate", "change", 50, None),
        ("metoprolol_succinate 25 od 5d", "metoprolol_succinate", "change", 50, "na 14 dagen"),
        ("metoprolol_succinate 25 od 60d", "metoprolol_succinate", "reported", 200, None),
        ("metoprolol_succinate 100 od 90d until 40d because acute_illness", "metoprolol_succinate", "start", 100,
         "Opnieuw beginnen"),
        ("metoprolol_succinate 100 od 90d until 5d because acute_illness", "metoprolol_succinate", "start", 100, None),
        ("metoprolol_succinate 100 od 90d until 5d because acute_illness", "metoprolol_succinate", "start", 200,
         "Opnieuw beginnen"),
        ("", "sacubitril_valsartan", "start", 97, "startdosis"),
        ("enalapril 10 bid 60d", "spironolactone", "start", 50, "startdosis"),
        ("", "digoxin", "start", 250, "startdosis"),
    ],
)  # fmt: skip
def test_a_dose_beyond_the_start_or_the_next_step_of_the_protocol_is_a_question(
    patient, regimen, drug, kind, dose, said
):
    patient.given(regimen)
    twice = {"times": 2} if drug == "sacubitril_valsartan" else {}
    if said is None:
        consult(patient, drug, dose, kind=kind, **twice)
        assert in_use(patient)[drug].dose == dose
        return
    with pytest.raises(QuestionFirst) as refused:
        consult(patient, drug, dose, kind=kind, **twice)
    assert said in str(refused.value)
    consult(patient, drug, dose, kind=kind, **twice, **WHY)
    assert in_use(patient)[drug].reason.startswith(WHY["despite"])


def test_a_raise_too_soon_is_a_question_also_while_the_card_asks_for_data(patient):
    patient.given("metoprolol_succinate 25 od 5d", omit=("systolic_bp", "diastolic_bp", "heart_rate"))
    with pytest.raises(QuestionFirst, match="na 14 dagen"):
        consult(patient, "metoprolol_succinate", 50)


def test_a_correction_of_a_start_is_held_against_the_starting_dose(patient):
    patient.given("")
    consult(patient, "metoprolol_succinate", "12.5", kind="start")
    row = in_use(patient)["metoprolol_succinate"]
    about = {"by": patient.vs, "at": DAY, "agreement": row, "because": "tikfout"}
    with pytest.raises(QuestionFirst, match="startdosis"):
        actions.correct_agreement(**about, better=BetterMedication(dose=Decimal(200), times_per_day=1))
    actions.correct_agreement(**about, better=BetterMedication(dose=Decimal(25), times_per_day=1))
