"""The same for single drugs: tolerance, interactions, doses and ladders, and what rests once it was answered."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from anderhalf.core.pathway.titration import Settled
from tests.spec.cases.titration_patient import DAY, GDMT, TitrationPatient, said

UP = ("start", "increase", "switch")
DOWN = ("stop", "pause", "decrease")


@pytest.fixture
def at():
    return DAY


@pytest.fixture
def base(people):
    """The base patient; the network was published on the day itself."""
    return TitrationPatient(people)


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
    ("regimen", "drug_class", "kind"),
    [
        ("lisinopril 10 od 60d; C09XA02 150 od 60d", "ace_inhibitor", "discuss"),
        ("eplerenone 25 od 60d; J01FA09 500 bid 2d", "mra", "pause"),
        ("digoxin 0.125 od 60d; J01FA09 500 bid 2d", "digoxin", "discuss"),
        ("bisoprolol 5 od 60d; C08DA01 120 od 60d", "beta_blocker", "discuss"),
        ("vericiguat 5 od 60d; G04BE08 5 od 60d", "vericiguat", "discuss"),
    ],
)
def test_other_pairs_are_never_a_step(base, regimen, drug_class, kind):
    base.given(regimen)
    card = base.card(drug_class)
    assert card.kind == kind and card.source


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
    """T75: the ACE inhibitor stays, and a card that is seen asks which one goes down."""
    base.given(f"enalapril 10 bid 60d; {other}", hypotension_symptoms=True)
    card = base.card("ace_inhibitor")
    assert (card.kind, card.rule) == ("discuss", "USE-06")


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
