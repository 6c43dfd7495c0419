"""Cases 3 and 4: titration that was unsafe, wrong or over-cautious. Each asks the query behind the proposals page."""

from __future__ import annotations

from datetime import timedelta

import pytest

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
