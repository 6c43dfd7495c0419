"""Cases 3 and 4: titration that was unsafe, wrong or over-cautious. Each asks the query behind the proposals page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from anderhalf.core.pathway.titration import Settled
from tests.spec.cases.titration_patient import DAY, EARLIER, GDMT, TitrationPatient, said

RAPID = {"rapid_titration": True}
UP = ("start", "increase", "switch")
DOWN = ("stop", "pause", "decrease")


@pytest.fixture
def at():
    return DAY


@pytest.fixture
def base(people):
    """The base patient; the network was published on the day itself."""
    return TitrationPatient(people)


def discharged(days):
    return (("last_hf_admission_on", DAY.date() - timedelta(days=days), 0),)


# ---- renal and potassium change against the beginning --------------------------------------------------------------


@pytest.mark.case("T31")
def test_creeping_kidney_failure_is_not_titrated_on(base, answer):
    base.given(
        f"lisinopril 2.5 od 90d; lisinopril 5 od 60d; lisinopril 10 od 30d; {GDMT.split(';', 1)[1]}",
        creatinine=180, earlier=(("creatinine", 90, 95), ("creatinine", 115, 61), ("creatinine", 145, 31)),
    )  # fmt: skip
    card = base.card("ace_inhibitor")
    answer(said(card))
    assert card.kind in ("decrease", "stop")
    assert "creatinine" in card.why.lower() or "nierfunctie" in card.why.lower()


def test_the_same_creep_on_arni_is_not_titrated_on(base):
    """T31b: creatinine 90, 145, 185 over the steps of sacubitril/valsartan."""
    base.given(
        "sacubitril_valsartan 24 bid 70d; sacubitril_valsartan 49 bid 35d; dapagliflozin 10 od 220d",
        creatinine=185, earlier=(("creatinine", 90, 75), ("creatinine", 145, 36)),
    )  # fmt: skip
    assert base.card("arni").kind in ("decrease", "stop")


@pytest.mark.case("T30b")
def test_more_than_doubled_creatinine_stops(base, answer):
    base.given("enalapril 10 bid 21d", creatinine=195, egfr=31, earlier=(("creatinine", 95, 60),))
    card = base.card("ace_inhibitor")
    answer(said(card))
    assert (card.kind, card.rule) == ("stop", "ACE-08")
    assert card.agenda


def test_one_micromole_more_is_no_fall_of_the_kidney(base):
    """T09a: creatinine 270 to 271 halved the ACE inhibitor."""
    base.given("enalapril 10 bid 60d", creatinine=271, egfr=22, earlier=(("creatinine", 270, 70),))
    card = base.card("ace_inhibitor")
    assert card.kind == "discuss"
    assert card.rule == "ACE-24"


@pytest.mark.case("T37")
def test_one_creatinine_is_no_dead_end(base, answer):
    base.given(
        "enalapril 5 bid 60d; dapagliflozin 10 od 220d; spironolactone 50 od 220d; bisoprolol 10 od 220d",
        earlier=(),
    )
    card = base.card("ace_inhibitor")
    answer(said(card))
    assert card.kind == "increase"


def test_one_creatinine_with_a_low_egfr_says_what_to_do(base):
    base.given(
        "enalapril 5 bid 60d; dapagliflozin 10 od 220d; bisoprolol 10 od 220d", creatinine=140, earlier=()
    )
    card = base.card("ace_inhibitor")
    assert (card.kind, card.rule) == ("discuss", "STEP-23")
    assert "eerdere creatinine" in card.first and not card.missing
    base.choose("ace_inhibitor", "declined", reason="zo laten, er is geen eerdere")
    assert base.card("ace_inhibitor").settled_on == DAY.date()


# ---- after a lowering, a pause, a stop ------------------------------------------------------------------------------


@pytest.mark.case("T32")
def test_nothing_resumes_on_blood_from_before_the_illness(base, answer):
    base.given(
        "enalapril 10 bid 120d until 6d because acute_illness; spironolactone 25 od 120d until 6d because acute_illness;"
        "bisoprolol 10 od 220d; dapagliflozin 10 od 220d",
        days_ago={"potassium": 20, "creatinine": 20},
    )  # fmt: skip
    cards = {key: base.card(key) for key in ("ace_inhibitor", "mra")}
    answer("; ".join(said(card) for card in cards.values()))
    # One card asks; the other class, not in use either, waits for the same.
    assert [card.kind for card in cards.values()] == ["needs_data", "hold"]
    for card in cards.values():
        assert {"Kalium", "Creatinine"} <= {one.split(" (")[0] for one in card.missing}
    assert [card.drug_class for card in base.page().without_data] == ["ace_inhibitor"]


def test_with_new_blood_it_resumes(base):
    base.given(
        "enalapril 10 bid 120d until 6d because acute_illness; bisoprolol 10 od 220d; dapagliflozin 10 od 220d;"
        "spironolactone 50 od 220d"
    )
    card = base.card("ace_inhibitor")
    assert (card.kind, card.rule) == ("start", "ACE-91")


@pytest.mark.case("M01")
def test_an_mra_is_not_started_while_the_kidney_falls(base, answer):
    base.given(
        "enalapril 5 bid 60d; enalapril 10 bid 21d; bisoprolol 10 od 220d; dapagliflozin 10 od 220d",
        creatinine=128, earlier=(("creatinine", 95, 65), ("creatinine", 95, 22)),
    )  # fmt: skip
    card = base.card("mra")
    answer(said(card))
    assert (card.kind, card.rule) == ("hold", "STEP-22")


@pytest.mark.case("M02")
def test_no_step_of_the_mra_shortly_after_hyperkalaemia(base, answer):
    base.given(
        "enalapril 10 bid 120d until 11d because hyperkalaemia; spironolactone 25 od 120d; bisoprolol 10 od 220d;"
        "dapagliflozin 10 od 220d",
        earlier=(*EARLIER, ("potassium", "5.8", 11)),
    )  # fmt: skip
    card = base.card("mra")
    answer(said(card))
    assert (card.kind, card.rule) == ("hold", "STEP-24")


@pytest.mark.case("M03")
def test_a_second_lowering_for_potassium_waits_for_new_blood(base, answer):
    base.given(
        "spironolactone 50 od 90d; spironolactone 25 od 3d; bisoprolol 10 od 220d",
        potassium="5.7", days_ago={"potassium": 3, "creatinine": 3},
    )  # fmt: skip
    card = base.card("mra")
    answer(said(card))
    assert (card.kind, card.rule) == ("hold", "LOW-01")
    base.measure(("potassium", "5.7", 0), minutes=5)
    assert base.card("mra").kind == "decrease"


def test_a_second_halving_for_fatigue_asks_how_it_is_now(base):
    """M04: fatigue of six days ago halved the beta-blocker again after five."""
    base.given(
        f"bisoprolol 10 od 90d; bisoprolol 5 od 5d; {GDMT}",
        beta_blocker_complaints="marked_fatigue", days_ago={"beta_blocker_complaints": 6},
    )  # fmt: skip
    assert base.card("beta_blocker").kind == "hold"


@pytest.mark.case("T67")
def test_the_diuretic_is_judged_after_a_week(base, answer):
    base.given(f"furosemide 80 od 90d; furosemide 40 od 2d; bisoprolol 10 od 220d; {GDMT}")
    card = base.card("loop_diuretic")
    answer(said(card))
    assert (card.kind, card.rule) == ("keep", "LOW-10")
    assert base.card("loop_diuretic", at=DAY + timedelta(days=5)).kind == "decrease"


# ---- the rapid schedule ---------------------------------------------------------------------------------------------


@pytest.mark.case("RAP1")
def test_a_diuretic_takes_no_leaps(base, answer):
    base.given("furosemide 80 od 60d", congestion=True, earlier=(*EARLIER, *discharged(10)), **RAPID)
    card = base.card("loop_diuretic")
    answer(said(card))
    assert (card.kind, card.title) == ("increase", "Furosemide verhogen: 80 → 160 mg 1 dd")


@pytest.mark.case("RAP3")
def test_arni_climbs_its_own_ladder_and_keeps_its_three_weeks(base, answer):
    given = {"earlier": (*EARLIER, *discharged(20), ("nt_probnp", 3000, 21)), "nt_probnp": 2000, **RAPID}
    base.given(
        "sacubitril_valsartan 24 bid 15d; bisoprolol 10 od 220d; dapagliflozin 10 od 220d; spironolactone 50 od 220d",
        **given,
    )
    early, later = base.card("arni"), base.card("arni", at=DAY + timedelta(days=6))
    answer(f"{said(early)}; na 21 dagen: {said(later)}")
    assert (early.kind, early.rule) == ("keep", "STEP-09")
    assert later.title == "Sacubitril/valsartan verhogen: 24/26 → 49/51 mg 2 dd"


@pytest.mark.case("RAP5")
def test_the_frail_take_small_steps(base, answer):
    base.given(
        f"bisoprolol 1.25 od 20d; {GDMT}", frailty="frail", nt_probnp=2000,
        earlier=(*EARLIER, *discharged(20), ("nt_probnp", 3000, 21)), **RAPID,
    )  # fmt: skip
    card = base.card("beta_blocker")
    answer(said(card))
    assert card.title == "Bisoprolol verhogen: 1,25 → 2,5 mg 1 dd"


@pytest.mark.case("RAP6")
def test_the_rapid_schedule_ends_six_weeks_after_discharge(base, answer):
    base.given(f"bisoprolol 1.25 od 20d; {GDMT}", earlier=(*EARLIER, *discharged(300)), **RAPID)
    card = base.card("beta_blocker")
    answer(said(card))
    assert card.title == "Bisoprolol verhogen: 1,25 → 2,5 mg 1 dd"


@pytest.mark.case("RAP8")
def test_congestion_delays_the_rapid_step(base, answer):
    base.given(
        "enalapril 2.5 bid 20d; bisoprolol 10 od 220d; dapagliflozin 10 od 220d; spironolactone 50 od 220d",
        congestion=True, nyha="IV", nt_probnp=2000,
        earlier=(*EARLIER, *discharged(20), ("nt_probnp", 3000, 21)), **RAPID,
    )  # fmt: skip
    card = base.card("ace_inhibitor")
    answer(said(card))
    assert (card.kind, card.rule) == ("hold", "STEP-30")


def test_nt_probnp_of_years_ago_is_no_value_before_discharge(base):
    base.given(
        f"bisoprolol 1.25 od 20d; {GDMT}", nt_probnp=2000,
        earlier=(*EARLIER, *discharged(20), ("nt_probnp", 3000, 900)), **RAPID,
    )  # fmt: skip
    card = base.card("beta_blocker")
    assert card.kind == "needs_data"
    assert [one.split(" (")[0] for one in card.missing] == ["NT-proBNP"]


# ---- rhythm and pulse -----------------------------------------------------------------------------------------------


@pytest.mark.case("T13")
@pytest.mark.parametrize("pulse", [56, 62])
def test_no_routine_step_in_atrial_fibrillation_with_a_slow_pulse(base, answer, pulse):
    base.given(f"bisoprolol 5 od 60d; {GDMT}", rhythm="af", heart_rate=pulse)
    card = base.card("beta_blocker")
    answer(said(card))
    assert (card.kind, card.rule) == ("keep", "BB-33")


def test_fast_atrial_fibrillation_is_no_routine_step(base):
    """T58, below the pulse that is an emergency."""
    base.given(f"bisoprolol 5 od 60d; {GDMT}", rhythm="af", heart_rate=118, systolic_bp=130)
    card = base.card("beta_blocker")
    assert (card.kind, card.rule, card.agenda) == ("discuss", "BB-32", True)
    base.measure(("heart_rate", 168, 0), ("systolic_bp", 175, 0), minutes=5)
    assert base.card("beta_blocker").kind not in UP


@pytest.mark.case("T58c")
def test_a_pulse_above_the_pressure_that_was_measured_twice_counts(base, answer):
    base.given(f"bisoprolol 5 od 60d; {GDMT}", rhythm="af", heart_rate=125, systolic_bp=112, diastolic_bp=70)
    assert base.card("beta_blocker").kind == "needs_data", "once it may be a mistake"
    base.measure(("heart_rate", 126, 0), ("systolic_bp", 112, 0), ("diastolic_bp", 70, 0), minutes=10)
    page = base.page()
    card = base.card("beta_blocker")
    answer(said(card))
    assert (card.kind, card.rule) == ("discuss", "BB-32")
    assert not [one for one in page.without_data if "verwisseld?" in " ".join(one.missing)]


@pytest.mark.case("T56")
def test_a_pulse_of_36_lowers_and_is_discussed_the_same_day(base, answer):
    base.given(f"bisoprolol 10 od 200d; {GDMT}", heart_rate=36)
    card = base.card("beta_blocker")
    answer(said(card) + (", agenda" if card.agenda else ""))
    assert card.kind in DOWN and card.agenda


def test_a_paced_rhythm_of_50_is_not_held(base):
    """T59."""
    base.given(f"bisoprolol 5 od 60d; {GDMT}", rhythm="paced", heart_rate=50)
    assert base.card("beta_blocker").kind == "increase"


@pytest.mark.parametrize(("pressure", "kind"), [(76, "decrease"), (85, "discuss")])
def test_a_low_pressure_is_never_keep_without_a_word(base, pressure, kind):
    """ACE-27 said "keep" at 76."""
    base.given(
        "enalapril 10 bid 60d; bisoprolol 5 od 200d", systolic_bp=pressure, diastolic_bp=50, heart_rate=66
    )
    card = base.card("ace_inhibitor")
    assert (card.kind, card.agenda) == (kind, True)


# ---- diagnosis and phenotype ---------------------------------------------------------------------------------------


@pytest.mark.case("T20")
def test_no_disease_modifying_drug_before_the_diagnosis(base, answer):
    base.given(heart_failure_known=False, omit=("lvef", "lvef_ever_40_or_less"))
    card = base.card("sglt2_inhibitor")
    answer(said(card))
    assert (card.kind, card.rule) == ("hold", "STEP-19")
    assert not [one.drug_class for one in base.page().cards if one.kind in UP]


def test_neither_with_a_good_lvef_and_no_diagnosis(base):
    """T20b."""
    base.given(heart_failure_known=False, lvef=62, lvef_ever_40_or_less=False)
    assert not [one.drug_class for one in base.page().cards if one.kind in UP]


def test_when_nobody_said_whether_it_is_heart_failure_that_is_asked(base):
    base.given(lvef=55, lvef_ever_40_or_less=False, omit=("heart_failure_known",))
    page = base.page()
    assert [card.drug_class for card in page.without_data] == ["beta_blocker"], "asked once, for all classes"
    for key in ("beta_blocker", "sglt2_inhibitor"):
        card = base.card(key)
        assert card.kind in ("needs_data", "hold") and "artfalen" in card.missing[0]


@pytest.mark.case("T16")
def test_hfmref_is_treated_as_hfref(base, answer):
    base.given(
        "enalapril 2.5 bid 90d; bisoprolol 1.25 od 90d; spironolactone 50 od 220d",
        lvef=45,
        lvef_ever_40_or_less=False,
    )
    cards = [base.card("ace_inhibitor"), base.card("beta_blocker")]
    answer("; ".join(said(card) for card in cards))
    assert [card.kind for card in cards] == ["increase", "increase"]


@pytest.mark.case("T17")
def test_improved_ejection_fraction_goes_on_as_hfref(base, answer):
    base.given("enalapril 2.5 bid 90d; bisoprolol 1.25 od 90d; spironolactone 50 od 220d", lvef=44, earlier=(*EARLIER, ("lvef", 28, 700)),
               omit=("lvef_ever_40_or_less", "heart_failure_known"))  # fmt: skip
    cards = [base.card("ace_inhibitor"), base.card("beta_blocker")]
    answer("; ".join(said(card) for card in cards))
    assert [card.kind for card in cards] == ["increase", "increase"]


@pytest.mark.case("T15")
def test_hfmref_without_treatment_asks_for_decisions_once(base, answer):
    base.given(lvef=45, lvef_ever_40_or_less=False)
    page = base.page()
    answer("; ".join(said(card) for card in page.asked_for))
    assert not [card for card in page.cards if card.kind == "discuss"]
    assert {card.drug_class for card in page.asked_for} >= {"sglt2_inhibitor", "beta_blocker"}


# ---- what this person can't have -----------------------------------------------------------------------------------


@pytest.mark.case("T60")
def test_the_drug_that_was_not_tolerated_is_not_raised(base, answer):
    base.given(
        "spironolactone 25 od 120d; sacubitril_valsartan 97 bid 220d; dapagliflozin 10 od 220d; bisoprolol 10 od 220d",
        tolerances=(("intolerance", "mra", "spironolactone"),),
    )  # fmt: skip
    card = base.card("mra")
    answer(said(card))
    assert (card.kind, card.rule) == ("discuss", "STEP-28")
    assert "eplerenon" in card.why


@pytest.mark.case("T28")
def test_cough_on_an_ace_inhibitor_leads_to_an_arb(base, answer):
    base.given("bisoprolol 10 od 220d; dapagliflozin 10 od 220d; spironolactone 50 od 220d",
               tolerances=(("intolerance", "ace_inhibitor", "enalapril"),))  # fmt: skip
    arb, arni = base.card("arb"), base.card("arni")
    answer(f"{said(arb)}; {said(arni)}")
    assert (arb.kind, arni.kind) == ("start", "not_indicated")


def test_also_when_arni_would_not_be_possible(base):
    """T29: SBP 96 left the patient with nothing."""
    base.given("bisoprolol 10 od 220d; dapagliflozin 10 od 220d; spironolactone 50 od 220d", systolic_bp=96,
               tolerances=(("intolerance", "ace_inhibitor", "enalapril"),))  # fmt: skip
    assert base.card("arb").kind == "start"


def test_angio_oedema_leaves_no_ras_inhibitor(base):
    base.given("bisoprolol 10 od 220d", angioedema_history=True)
    assert {base.card(key).kind for key in ("ace_inhibitor", "arb", "arni")} == {"not_indicated"}


@pytest.mark.case("H45")
def test_hydralazine_is_no_subject_while_a_ras_inhibitor_is_used(base, answer):
    base.given("enalapril 10 bid 220d; bisoprolol 10 od 220d", asked=False)
    card = base.card("hydralazine_nitrate")
    answer(said(card))
    assert card.kind == "not_indicated" and not card.agenda and not card.asks


@pytest.mark.case("T21")
def test_the_type_of_diabetes_is_asked(base, answer):
    base.given("bisoprolol 10 od 220d", diabetes=True)
    asked = base.card("sglt2_inhibitor")
    base.measure(("diabetes_type", "type_1", 0), minutes=5)
    then = base.card("sglt2_inhibitor")
    answer(f"{said(asked)}; type 1: {said(then)}")
    assert asked.kind == "needs_data" and asked.missing == ["Soort diabetes"]
    assert (then.kind, then.rule) == ("not_indicated", "SGL-49")


def test_no_sglt2_inhibitor_after_ketoacidosis(base):
    base.given("bisoprolol 10 od 220d", diabetes=True, diabetes_type="type_2", ketoacidosis_history=True)
    assert base.card("sglt2_inhibitor").kind == "not_indicated"


@pytest.mark.case("T24c")
def test_the_days_to_an_operation_count_down(base, answer):
    base.given(
        "dapagliflozin 10 od 220d; bisoprolol 10 od 220d",
        surgery_within_days=5,
        days_ago={"surgery_within_days": 3},
    )
    card = base.card("sglt2_inhibitor")
    after = base.card("sglt2_inhibitor", at=DAY + timedelta(days=3))
    answer(f"{said(card)}; na de operatie: {said(after)}")
    assert (card.kind, card.rule) == ("pause", "SGL-02")
    assert after.kind == "keep"


def test_the_date_of_an_operation_counts_the_same(base):
    base.given("dapagliflozin 10 od 220d; bisoprolol 10 od 220d", surgery_on=date(2026, 11, 24))
    assert base.card("sglt2_inhibitor").kind == "pause"


@pytest.mark.case("T38")
def test_pregnancy_stops_ivabradine(people, answer):
    who = TitrationPatient(people, birth_date=date(1990, 1, 1), sex="female")
    who.given("ivabradine 5 bid 60d; bisoprolol 10 od 220d; spironolactone 25 od 60d", pregnant=True)
    card = who.card("ivabradine")
    answer(said(card))
    assert (card.kind, card.agenda) == ("stop", True)
    assert who.card("mra").kind == "stop"


@pytest.mark.case("T85")
def test_sex_other_is_no_reason_to_ask_for_ever(people, answer):
    who = TitrationPatient(people, sex="other")
    who.given("bisoprolol 5 od 60d; dapagliflozin 10 od 220d; spironolactone 50 od 220d; enalapril 5 bid 60d")
    asked = who.card("ace_inhibitor")
    who.measure(("egfr", 70, 0), minutes=30)
    who.measure(("egfr", 70, 60), minutes=30)
    then = who.card("ace_inhibitor")
    answer(f"{said(asked)}; met eGFR: {said(then)}")
    assert not [one for one in who.page().cards if "zwanger" in " ".join(one.missing).lower()]
    assert [one.split(" (")[0] for one in asked.missing] == ["eGFR"]
    assert then.kind == "increase"
    assert who.card("beta_blocker").kind == "increase"


# ---- interactions ---------------------------------------------------------------------------------------------------


@pytest.mark.case("T33")
def test_no_mra_on_two_ras_inhibitors(base, answer):
    base.given("enalapril 10 bid 60d; candesartan 16 od 60d; bisoprolol 10 od 220d; dapagliflozin 10 od 220d")
    card = base.card("mra")
    answer(said(card))
    assert (card.kind, card.rule) == ("discuss", "STEP-25")


BASICS = "bisoprolol 10 od 220d; dapagliflozin 10 od 220d"


@pytest.mark.parametrize(
    ("regimen", "drug_class", "kind", "named"),
    [
        pytest.param(f"{BASICS}; enalapril 10 bid 220d; J01EE01 960 od 2d", "mra", "discuss", "trimoxazol", marks=pytest.mark.case("T41")),
        pytest.param(f"{BASICS}; enalapril 5 bid 60d; furosemide 40 od 60d; M01AB05 50 bid 9d", "ace_inhibitor", "discuss", "Stop eerst de NSAID", marks=pytest.mark.case("T42")),
        pytest.param(f"{BASICS}; N05AN01 400 od 300d", "ace_inhibitor", "discuss", "lithium", marks=pytest.mark.case("T44")),
        pytest.param(f"{BASICS}; enalapril 5 bid 60d; A12BA01 600 tid 60d", "ace_inhibitor", "discuss", "stop die eerst", marks=pytest.mark.case("T45")),
        pytest.param("hydralazine 37.5 tid 60d; C01DA08 20 tid 60d; G04BE03 50 od 3d", "hydralazine_nitrate", "discuss", "gecontra-indiceerd", marks=pytest.mark.case("T50")),
    ],
)  # fmt: skip
def test_an_interaction_is_named_and_discussed(base, answer, regimen, drug_class, kind, named):
    base.given(regimen, potassium="4.9" if "A12BA01" in regimen else "4.5")
    card = base.card(drug_class)
    answer(f"{said(card)}: {card.why}")
    assert card.kind == kind and named in card.why and card.source


def test_an_interaction_counts_for_what_is_in_use_too(base):
    base.given(f"{BASICS}; enalapril 20 bid 220d; M01AE01 400 tid 9d")
    card = base.card("ace_inhibitor")
    assert (card.kind, card.rule) == ("discuss", "USE-03")


def test_the_answer_nsaid_counts_like_the_list(base):
    base.given(f"{BASICS}; enalapril 5 bid 60d", nsaid=True)
    assert base.card("ace_inhibitor").kind == "discuss"


@pytest.mark.parametrize(
    ("regimen", "drug_class"),
    [
        ("lisinopril 10 od 60d; C09XA02 150 od 60d", "ace_inhibitor"),
        ("eplerenone 25 od 60d; J01FA09 500 bid 2d", "mra"),
        ("digoxin 0.125 od 60d; J01FA09 500 bid 2d", "digoxin"),
        ("bisoprolol 5 od 60d; C08DA01 120 od 60d", "beta_blocker"),
        ("vericiguat 5 od 60d; G04BE08 5 od 60d", "vericiguat"),
    ],
)
def test_other_pairs_are_never_a_step(base, regimen, drug_class):
    base.given(regimen)
    card = base.card(drug_class)
    assert card.kind == "discuss" and card.source


@pytest.mark.case("T47")
def test_ivabradine_is_not_started_beside_verapamil(base, answer):
    base.given("C08DA01 240 od 220d; enalapril 20 bid 220d; spironolactone 50 od 220d; dapagliflozin 10 od 220d",
               asthma=True, heart_rate=82)  # fmt: skip
    card = base.card("ivabradine")
    answer(f"{said(card)}: {card.why}")
    assert card.kind == "not_indicated" and "gecontra-indiceerd" in card.why


@pytest.mark.case("T48")
def test_ivabradine_from_75_years_starts_low(people, answer):
    who = TitrationPatient(people, birth_date=date(1944, 2, 1))
    who.given(
        "enalapril 20 bid 220d; spironolactone 50 od 220d; dapagliflozin 10 od 220d; bisoprolol 10 od 220d",
        heart_rate=82,
    )
    card = who.card("ivabradine")
    answer(said(card))
    assert card.kind == "start" and "2,5 mg 2 dd" in card.title


@pytest.mark.case("T51")
def test_a_digoxin_level_from_before_amiodarone_is_out_of_date(base, answer):
    base.given(f"digoxin 250 od 300d; C01BD01 200 od 10d; bisoprolol 5 od 220d; {GDMT}", digoxin_level="0.9",
               days_ago={"digoxin_level": 100})  # fmt: skip
    card = base.card("digoxin")
    answer(f"{said(card)}: {card.why} {card.first}")
    assert (card.kind, card.rule) == ("discuss", "DIG-26")
    assert "halveren" in card.why and "spiegel" in card.first.lower()


def test_a_level_of_300_days_ago_is_asked_again(base):
    """T52."""
    base.given(
        f"digoxin 125 od 400d; bisoprolol 5 od 220d; {GDMT}",
        digoxin_level="0.9",
        days_ago={"digoxin_level": 300},
    )
    card = base.card("digoxin")
    assert card.kind == "needs_data"
    assert [one.split(" (")[0] for one in card.missing] == ["Digoxinespiegel"]


# ---- doses and drugs ------------------------------------------------------------------------------------------------


@pytest.mark.case("T27")
def test_a_ras_dose_of_years_ago_does_not_count_for_the_first_arni(base, answer):
    """The agreement of the demonstration begins with an ACE inhibitor; the planned switch asks the same rule."""
    from tests.support.titration import advise, patient, protocol

    regimen = "enalapril 10 bid 2000d until 1460d because side_effect"
    found = advise(
        protocol(("ras_first_choice", "arni")), patient(regimen, record={"restart_agreed": []}), on=date(2026, 11, 20)
    ).of("arni")  # fmt: skip
    answer(f"{found.kind.value} {found.dose_new.amount} ({found.rule})")
    assert (str(found.dose_new.amount), found.rule) == ("24", "ARNI-85")


@pytest.mark.case("T63")
def test_metoprolol_twice_a_day_asks_which_salt(base, answer):
    base.given(f"metoprolol_succinate 50 bid 60d; {GDMT}")
    card, page = base.card("beta_blocker"), base.page()
    answer(f"{said(card)}; {' '.join(page.problems)}")
    assert card.kind == "discuss" and card.rule == "STEP-02"
    assert any("tartraat" in one for one in page.problems)


@pytest.mark.case("T36")
@pytest.mark.parametrize(("dose", "step"), [("2", "2 → 4 mg"), ("2.5", "2,5 → 5 mg")])
def test_perindopril_has_a_ladder(base, answer, dose, step):
    base.given(f"perindopril {dose} od 60d; {BASICS}; spironolactone 50 od 220d")
    card = base.card("ace_inhibitor")
    answer(said(card))
    assert card.kind == "increase" and step in card.title


@pytest.mark.case("T35")
def test_losartan_50_can_be_halved(base, answer):
    base.given("losartan 50 od 21d; bisoprolol 5 od 220d", creatinine=144, earlier=(("creatinine", 90, 60),))
    card = base.card("arb")
    answer(said(card))
    assert card.kind == "decrease" and "50 → 25 mg" in card.title


def test_empagliflozin_25_is_nothing_to_discuss(base):
    """T24b."""
    base.given("empagliflozin 25 od 220d; bisoprolol 10 od 220d", diabetes=True, diabetes_type="type_2")
    assert base.card("sglt2_inhibitor").kind == "keep"


# ---- diuretic, potassium, pressure ----------------------------------------------------------------------------------


@pytest.mark.case("T39")
def test_a_low_potassium_is_treated_by_starting_the_mra(base, answer):
    base.given(
        "furosemide 80 od 60d; enalapril 5 bid 60d; bisoprolol 10 od 220d; dapagliflozin 10 od 220d",
        potassium="3.3",
    )
    card = base.card("mra")
    answer(said(card))
    assert card.kind == "start"


@pytest.mark.case("T69")
def test_the_diuretic_is_not_raised_at_sodium_121(base, answer):
    base.given("furosemide 40 od 60d", congestion=True, sodium=121)
    card = base.card("loop_diuretic")
    answer(said(card))
    assert card.kind == "discuss"


def test_nor_at_an_egfr_of_14(base):
    """T70."""
    base.given(
        "furosemide 40 od 60d", congestion=True, egfr=14, creatinine=380, earlier=(("creatinine", 375, 60),)
    )
    assert base.card("loop_diuretic").kind == "discuss"


def test_vomiting_lowers_the_diuretic(base):
    """T68."""
    base.given("furosemide 80 od 60d", acute_illness=True, weight_stable=False)
    assert base.card("loop_diuretic").kind == "decrease"


@pytest.mark.parametrize("other", ["C01DA14 60 od 200d", "G04CA02 1 od 200d"])
def test_a_nitrate_or_alpha_blocker_can_come_down_first(base, other):
    """T75."""
    base.given(f"enalapril 10 bid 60d; {other}", hypotension_symptoms=True)
    assert base.card("ace_inhibitor").kind == "hold"


def test_nobody_in_the_palliative_phase_is_sent_for_blood(base):
    """T76."""
    base.given(
        "enalapril 5 bid 60d; bisoprolol 5 od 60d",
        palliative_phase=True,
        omit=("potassium", "creatinine"),
        earlier=(),
    )
    assert not base.page().without_data


# ---- settled --------------------------------------------------------------------------------------------------------


def test_an_answered_card_rests_until_its_facts_change(base):
    base.given(f"{BASICS}; enalapril 5 bid 60d; M01AB05 50 bid 9d")
    assert base.card("ace_inhibitor").kind == "discuss"
    base.choose("ace_inhibitor", "declined", reason="kort, de reumatoloog weet ervan")
    settled = base.card("ace_inhibitor")
    assert (settled.kind, settled.settled_on, settled.asks) == ("keep", DAY.date(), False)
    base.takes("A12BA01 600 od 0.001d")
    again = base.card("ace_inhibitor")
    assert (again.kind, again.settled_on) == ("discuss", None), "another interaction came beside it"


def test_a_danger_never_rests(base):
    base.given("enalapril 10 bid 220d; bisoprolol 10 od 220d", syncope=True)
    assert base.card("ace_inhibitor").rule == "USE-01"
    base.choose("ace_inhibitor", "declined", reason="gebeld met de cardioloog")
    assert base.card("ace_inhibitor").kind == "discuss"


def test_settled_is_what_the_record_gives_the_engine(base):
    """The protocol's change decides: creatinine 230 that became 240 is the same matter, 260 is not."""
    assert Settled(drug_class="mra", rule="MRA-46", on=DAY.date()).facts == {}
    base.given(
        "enalapril 10 bid 220d; bisoprolol 10 od 220d",
        creatinine=230,
        egfr=40,
        earlier=(("creatinine", 228, 300),),
    )
    assert base.card("ace_inhibitor").rule == "ACE-24"
    base.choose("ace_inhibitor", "declined", reason="bekend, nefroloog kijkt mee")
    base.measure(("creatinine", 240, 0), ("egfr", 40, 0), minutes=5)
    assert base.card("ace_inhibitor").kind == "keep"
    base.measure(("creatinine", 262, 0), ("egfr", 40, 0), minutes=2)
    assert base.card("ace_inhibitor").kind == "discuss"
