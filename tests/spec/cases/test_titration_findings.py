"""What ten simulated years found forbidden or tiring, asked by the query behind the proposals page (decision 21)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.spec.cases.titration_patient import DAY, TitrationPatient

UP = ("start", "increase", "switch")
BASICS = "bisoprolol 10 od 220d; dapagliflozin 10 od 220d"
FOUR = f"{BASICS}; spironolactone 50 od 220d"


@pytest.fixture
def base(people):
    """The base patient; the network was published on the day itself."""
    return TitrationPatient(people)


def answer_of(who, drug_class):
    card = who.card(drug_class)
    return card.kind, card.rule


def later(days):
    return DAY + timedelta(days=days)


# ---- ARNI beside another RAS inhibitor ------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["enalapril 10 bid 60d", "candesartan 32 od 60d"])
def test_a_restart_of_arni_stops_the_ras_inhibitor_that_is_used_now(base, other):
    """F3: "start 24/26" while enalapril went on."""
    base.given(f"sacubitril_valsartan 49 bid 900d until 700d because renal; {other}; {FOUR}")
    assert base.card("arni").rule == "ARNI-58"
    base.agree_restart("arni")
    page = {card.drug_class: card for card in base.page().cards}
    used = "ace_inhibitor" if "enalapril" in other else "arb"
    assert (page["arni"].kind, page["arni"].rule, page[used].kind) == ("switch", "ARNI-91", "stop")
    assert "24/26" in page["arni"].title and "ACE-remmer" in page["arni"].first


def test_a_pause_that_is_over_does_not_put_arni_beside_an_ace_inhibitor(base):
    base.given(
        f"sacubitril_valsartan 97 bid 900d until 90d because acute_illness; enalapril 10 bid 60d; {FOUR}"
    )
    page = {card.drug_class: card.kind for card in base.page().cards}
    assert (page["arni"], page["ace_inhibitor"]) == ("switch", "stop")


# ---- dehydration ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("regimen", "drug_class"),
    [
        (BASICS, "ace_inhibitor"), (f"{BASICS}; enalapril 5 bid 60d", "ace_inhibitor"),
        (f"{BASICS}; enalapril 10 bid 220d", "mra"), (f"{BASICS}; candesartan 8 od 60d", "arb"),
        (f"{BASICS}; sacubitril_valsartan 49 bid 60d", "arni"), (f"{BASICS}; enalapril 10 bid 220d", "arni"),
        ("enalapril 10 bid 220d; bisoprolol 2.5 od 60d", "beta_blocker"), ("enalapril 10 bid 220d", "beta_blocker"),
    ],
)  # fmt: skip
def test_a_dehydrated_patient_takes_no_step_and_the_diuretic_comes_down_first(base, regimen, drug_class):
    """F2: nothing read the dehydration."""
    base.given(f"furosemide 40 od 60d; {regimen}", dehydration=True)
    card, loop = base.card(drug_class), base.card("loop_diuretic")
    assert (card.kind, card.rule) == ("hold", "STEP-36"), card
    assert "plastablet" in card.first and loop.kind == "decrease"
    assert not [one for one in base.page().cards if one.kind in UP]


def test_low_sodium_beside_a_thiazide_names_the_thiazide_first(base):
    base.given(f"furosemide 80 od 60d; C03AA03 25 od 60d; {BASICS}", sodium=128)
    card = base.card("loop_diuretic")
    assert (card.kind, card.rule) == ("decrease", "LOOP-31"), card
    assert "thiazide" in card.first


def test_a_sodium_of_130_beside_a_thiazide_leaves_the_diuretic_to_its_own_rules(base):
    base.given(f"furosemide 80 od 60d; C03AA03 25 od 60d; {BASICS}", sodium=130)
    assert base.card("loop_diuretic").rule == "LOOP-13"


def test_dehydration_that_nobody_looked_at_is_asked(base):
    base.given(f"{BASICS}; enalapril 5 bid 60d; spironolactone 50 od 220d", days_ago={"dehydration": 20})
    card = base.card("ace_inhibitor")
    assert card.kind == "needs_data" and card.missing[0].startswith("Ondervuld")


# ---- liver, eplerenone, a paced heart -------------------------------------------------------------------------------


def test_a_severe_liver_disease_is_not_forgotten(base):
    """F4: after a year it counted as none."""
    base.given(f"{FOUR}; enalapril 10 bid 220d", liver_class="c", days_ago={"liver_class": 2000})
    assert (base.card("arni").kind, base.card("arni").rule) == ("discuss", "STEP-31")


def test_neither_is_breast_feeding(people):
    who = TitrationPatient(people, birth_date=date(1990, 1, 1), sex="female")
    who.given(f"{BASICS}; enalapril 5 bid 60d; spironolactone 50 od 220d", pregnant=False, breast_feeding=True,
              days_ago={"breast_feeding": 120})  # fmt: skip
    assert answer_of(who, "ace_inhibitor") == ("discuss", "STEP-32")


@pytest.mark.parametrize(
    ("regimen", "kind"),
    [("enalapril 10 bid 220d", "switch"), ("enalapril 10 bid 220d until 3d because switch_to_arni", "start")],
)
def test_moderate_liver_disease_starts_arni_low(base, regimen, kind):
    """F5: 49/51 in Child-Pugh B."""
    base.given(f"{FOUR}; {regimen}", liver_class="b")
    card = base.card("arni")
    assert card.kind == kind and "24/26" in card.title and "Child-Pugh B" in card.why


@pytest.mark.parametrize(("egfr", "dose"), [(48, "om de 2 dagen"), (70, "50 mg 1 dd")])
def test_eplerenone_resumes_every_other_day_with_an_egfr_up_to_60(base, egfr, dose):
    """F7: 50 mg daily at an eGFR of 35."""
    base.given(
        f"{BASICS}; sacubitril_valsartan 97 bid 220d; eplerenone 50 od 120d until 12d because acute_illness",
        egfr=egfr,
    )
    card = base.card("mra")
    assert card.kind == "start" and dose in card.title, card.title


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"heart_rate": 47}, ("hold", "BB-52")),
        ({"heart_rate": 50}, ("start", "BB-93")),
        ({"omit": ("heart_rate",)}, ("needs_data", "")),
    ],
)
def test_a_paced_heart_is_asked_its_pulse(base, given, answer):
    """F9: a start without a pulse, and with 47."""
    base.given("dapagliflozin 10 od 220d", rhythm="paced", **given)
    assert answer_of(base, "beta_blocker") == answer


# ---- the kidney before the treatment --------------------------------------------------------------------------------


def test_a_kidney_that_was_lost_in_years_is_compared_with_the_beginning(base):
    """F6: the value of before the treatment counted for a year."""
    base.given(
        f"{BASICS}; enalapril 10 bid 1578d; spironolactone 25 od 300d", creatinine=119, egfr=38,
        earlier=(("creatinine", 78, 1590), ("egfr", 68, 1590), ("creatinine", 118, 310), ("egfr", 39, 310)),
    )  # fmt: skip
    assert not [card.drug_class for card in base.page().cards if card.kind in UP]


def test_that_of_the_ras_inhibitor_counts_beside_that_of_the_mra(base):
    base.given(
        f"{BASICS}; enalapril 10 bid 400d; spironolactone 25 od 900d", creatinine=130, egfr=46,
        earlier=(("creatinine", 110, 950), ("egfr", 56, 950), ("creatinine", 80, 410), ("egfr", 84, 410)),
    )  # fmt: skip
    assert base.card("mra").kind not in UP


def test_a_missing_comparison_is_said_as_it_is(base):
    """F8: "there is only one creatinine"."""
    base.given(
        "enalapril 5 bid 60d; dapagliflozin 10 od 220d; bisoprolol 10 od 220d", creatinine=140, earlier=()
    )
    card = base.card("ace_inhibitor")
    assert card.rule == "STEP-23" and "vóór de vorige stap" in card.why and "maar één" not in card.why


# ---- answers that rest ----------------------------------------------------------------------------------------------


def test_an_answer_has_no_term(base):
    base.given(f"{FOUR}; enalapril 10 bid 220d", potassium="5.2")
    assert base.card("arni").rule == "ARNI-53"
    base.choose("arni", "declined", reason="niet overstappen bij dit kalium")
    base.measure(("potassium", "5.3", 0), minutes=1)
    after = base.at_later(900, potassium="5.3").card("arni", at=later(900))
    assert (after.kind, after.settled_on) == ("hold", DAY.date())


def test_an_interaction_that_came_later_is_asked(base):
    """F1: the answered card had nothing beside it, so nothing was compared."""
    base.given("bisoprolol 10 od 220d; digoxin 62.5 od 220d", digoxin_level="1.3")
    assert base.card("digoxin").rule == "DIG-20"
    base.choose("digoxin", "declined", reason="bekend")
    assert base.card("digoxin").kind == "keep"
    base.takes("C08DA01 120 od 0.001d")
    card = base.card("digoxin")
    assert (card.kind, card.settled_on) == ("discuss", None)


def test_an_interaction_is_one_question_for_all_classes(base):
    base.given(f"{FOUR}; furosemide 20 od 220d; enalapril 20 bid 220d; M01AE01 400 tid 9d")
    asked = [card.drug_class for card in base.page().cards if card.kind == "discuss"]
    assert {"ace_inhibitor", "mra", "loop_diuretic"} <= set(asked)
    base.choose("mra", "declined", reason="kuur van een week")
    rest = {card.drug_class: card for card in base.page().cards}
    assert [rest[key].settled_on for key in ("ace_inhibitor", "mra", "loop_diuretic")] == [DAY.date()] * 3


def test_a_new_course_of_the_same_drug_is_a_new_question(base):
    base.given(f"{FOUR}; enalapril 20 bid 220d; M01AE01 400 tid 30d until 20d because not_needed")
    assert base.card("ace_inhibitor").kind != "discuss"
    base.takes("M01AE01 400 tid 9d")
    base.choose("ace_inhibitor", "declined", reason="kuur")
    assert base.card("ace_inhibitor").kind == "keep"
    base.changes("stop", "M01AE01", days=1, reason="not_needed")
    base.changes("start", "M01AE01", days=200)
    assert base.at_later(201).card("ace_inhibitor", at=later(201)).kind == "discuss"


def test_in_danger_no_answer_rests(base):
    base.given("enalapril 10 bid 220d; bisoprolol 10 od 220d", creatinine=230, egfr=40,
               earlier=(("creatinine", 228, 300),))  # fmt: skip
    assert base.card("ace_inhibitor").rule == "ACE-24"
    base.choose("ace_inhibitor", "declined", reason="bekend, nefroloog kijkt mee")
    assert base.card("ace_inhibitor").kind == "keep"
    base.measure(("syncope", True, 0), minutes=1)
    assert base.card("ace_inhibitor").kind == "discuss"


def test_what_came_back_after_it_was_good_is_asked_again(base):
    base.given(f"{BASICS}; sacubitril_valsartan 97 bid 220d; spironolactone 25 od 220d", potassium="5.5")
    assert base.card("arni").rule == "ARNI-23"
    base.choose("arni", "declined", reason="herhalen")
    assert base.card("arni").kind == "keep"
    base.at_later(20, potassium="4.4").at_later(90, potassium="5.5")
    assert base.card("arni", at=later(90)).kind == "discuss"


def test_a_restart_is_no_question_while_new_values_are_needed_anyway(base):
    base.given(f"{FOUR}; enalapril 10 bid 220d until 11d because renal")
    assert answer_of(base, "ace_inhibitor") == ("hold", "ACE-56")
    base.at_later(20)
    assert base.card("ace_inhibitor", at=later(20)).rule == "ACE-55"


def test_a_question_is_asked_once(base):
    """A class that is not used waits for what another class asks already."""
    base.given("enalapril 5 bid 60d; dapagliflozin 10 od 220d", omit=("heart_rate",))
    page = base.page()
    assert {card.drug_class for card in page.without_data} == {"beta_blocker"}
    base.measure(("heart_rate", 72, 0), minutes=1)
    assert not base.page().without_data


def test_the_mra_goes_before_the_switch(base):
    """F10: the fourth class waited eight weeks for an exchange within the first."""
    base.given(f"{BASICS}; enalapril 10 bid 60d; spironolactone 25 od 60d")
    page = {card.drug_class: card for card in base.page().cards}
    assert (page["mra"].kind, page["arni"].kind, page["ace_inhibitor"].kind) == ("increase", "hold", "keep")


# ---- the joins (exam of November 2026) ---------------------------------------------------------------------------


def test_three_cards_never_lower_at_once(base):
    """40: each of them said that nothing else could come down."""
    base.given("enalapril 10 bid 60d; bisoprolol 5 od 60d", hypotension_symptoms=True, systolic_bp=92)
    kinds = {card.drug_class: card.kind for card in base.page().cards}
    assert [key for key, kind in kinds.items() if kind in ("decrease", "pause")] == ["ace_inhibitor"]
    assert "eerst het andere (ACE-remmer)" in base.card("beta_blocker").why


def test_a_full_dose_after_a_pause_of_four_weeks_is_no_target_reached(base):
    """F29: sacubitril/valsartan 97/103 again on the day after the pause."""
    base.given(
        "sacubitril_valsartan 97 bid 120d until 29d because acute_illness; sacubitril_valsartan 97 bid 1d"
    )
    card = base.card("arni")
    assert (card.kind, card.rule) == ("discuss", "USE-05")


def test_a_beta_blocker_is_built_up_again_after_a_long_pause(base):
    base.given("bisoprolol 10 od 120d until 29d because acute_illness")
    card = base.card("beta_blocker")
    assert (card.kind, card.rule) == ("start", "BB-94") and "1,25 mg" in card.title


@pytest.mark.parametrize(
    ("more", "rule"),
    [((("rhythm", "af", 1),), "IVA-25"), ((("heart_rate", 58, 1),), "IVA-26"), ((), "IVA-90")],
)
def test_ivabradine_goes_up_on_a_trend_only(base, more, rule):
    """F28: after one pulse, with atrial fibrillation on the day before."""
    base.given(f"{BASICS}; sacubitril_valsartan 97 bid 220d; ivabradine 5 bid 40d", heart_rate=74, nyha="III")
    base.measure(*more, minutes=5)
    assert base.card("ivabradine").rule == rule


def test_a_level_that_nobody_knows_is_not_below_a_limit(base):
    """F7: "level below 1.2" on the lowest dose without a level."""
    base.given("digoxin 62.5 od 90d")
    card = base.card("digoxin")
    assert card.rule == "DIG-27" and "1,2" not in card.why
