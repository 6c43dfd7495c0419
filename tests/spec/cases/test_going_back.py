"""Going back to the GP (ST) and what falls due (FU): the queries behind the chart, the closing page and Opvolgen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.supervision.rules import situations_of
from anderhalf.content.returning import return_faults
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.decisions.regions import regions_of
from tests.spec.cases.titration_patient import DAY, TitrationPatient
from tests.support.titration import TODAY, pathway, value_of

FULL = "sacubitril_valsartan 97 bid 220d; bisoprolol 10 od 220d; dapagliflozin 10 od 220d; spironolactone 50 od 220d"
STABLE = {
    "therapy_status": "at_target", "advanced_hf_sign": False, "self_care_taught": True, "haemoglobin": "8.6",
    "hf_admission_ever": False, "device_assessed": True, "icd_wish": "wants",
}  # fmt: skip
ECHO = "Echo na optimale behandeling van HFrEF"


@pytest.fixture
def at():
    return DAY


@pytest.fixture
def base(people):
    """A man at target for more than seven months, stable in every respect, device assessed."""
    return TitrationPatient(people)


def advice(base, *, at=DAY):
    """(advice, rule) as the chart and the closing page ask it; (None, missing facts) while it can't be said."""
    decision = queries.stable_advice(base.vs, base.episode, at=at)
    if not decision.is_decided:
        return None, set(decision.facts_missing)
    return decision.value("advice"), decision.decisive[0].rule_id


def test_the_base_patient_may_go_back(base):
    assert advice(base.given(FULL, **STABLE)) == ("return", "ST-99")


@pytest.mark.case("ST2")
def test_no_return_without_device_assessment(base, answer):
    said = advice(base.given(FULL, **{**STABLE, "device_assessed": False}, lvef=25))
    assert said == ("discuss", "ST-22")
    assert "device" in {one.rule for one in situations_of(base.episode, at=DAY)}, "on the agenda by itself"
    answer("ST-22: discuss with the cardiologist; on the agenda")


@pytest.mark.case("ST3")
def test_an_echo_of_before_titration_comes_first(base, answer):
    stable = {name: value for name, value in STABLE.items() if name != "device_assessed"}
    said = advice(base.given(FULL, **stable, lvef=25, days_ago={"lvef": 260}))
    assert said == ("stay", "ST-28")
    assert "device" not in {one.rule for one in situations_of(base.episode, at=DAY)}, "the echo comes first"
    answer("ST-28: first a new echo; due on Opvolgen")


def test_an_unknown_assessment_is_no_assessment(base):
    stable = {name: value for name, value in STABLE.items() if name != "device_assessed"}
    assert advice(base.given(FULL, **stable, lvef=25)) == ("discuss", "ST-24")


@pytest.mark.case("ST4")
def test_anaemia(base, answer):
    assert advice(base.given(FULL, **{**STABLE, "haemoglobin": "5.1"})) == ("discuss", "ST-17")
    answer("ST-17: anaemia, discuss")


@pytest.mark.case("ST5")
def test_low_sodium(base, answer):
    assert advice(base.given(FULL, **STABLE, sodium=124)) == ("discuss", "ST-16")
    answer("ST-16: discuss")


@pytest.mark.case("ST10")
def test_high_pressure(base, answer):
    assert advice(base.given(FULL, **STABLE, systolic_bp=196, diastolic_bp=110)) == ("discuss", "ST-15")
    answer("ST-15: discuss")


@pytest.mark.case("ST13")
def test_atrial_fibrillation_without_anticoagulant(base, answer):
    base.given(FULL, **STABLE, rhythm="af", anticoagulant=False)
    assert advice(base) == ("stay", "ST-19")
    answer("ST-19: stay until anticoagulation is assessed")


def test_an_anticoagulant_on_the_list_is_known(base):
    """It no longer stays for want of one; what the second pathway does not know yet keeps the patient (ST-34)."""
    base.given(f"{FULL}; B01AF02 5 bid 100d", **STABLE, rhythm="af")
    assert advice(base) == ("stay", "ST-34")


def test_attacks_of_atrial_fibrillation_count_too(base):
    assert advice(base.given(FULL, **STABLE, atrial_fibrillation=True, anticoagulant=False))[1] == "ST-27"


@pytest.mark.case("ST14")
def test_iron_deficiency_that_nobody_treated(base, answer):
    base.given(FULL, **STABLE, ferritin=40, transferrin_saturation=12)
    assert advice(base) == ("discuss", "ST-20")
    assert "iron_deficiency" in {one.rule for one in situations_of(base.episode, at=DAY)}
    base.measure(("iron_deficiency_handled", True, 0), minutes=1)
    assert advice(base) == ("return", "ST-99")
    answer("ST-20: discuss intravenous iron; on the agenda; until it is treated or discussed")


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"potassium": "5.6"}, "ST-04"), ({"potassium": "3.4"}, "ST-04"), ({"creatinine": 230}, "ST-05"), ({"systolic_bp": 86, "heart_rate": 66}, "ST-06"),
        ({"weight_stable": False}, "ST-13"), ({"new_angina": True}, "ST-25"), ({"new_ecg_abnormality": True}, "ST-26"), ({"congestion": True}, "ST-08"),
    ],
)  # fmt: skip
def test_what_holds_a_patient_here(base, facts, rule):
    assert advice(base.given(FULL, **{**STABLE, **facts}))[1] == rule


NO_HEART_FAILURE = {"heart_failure_known": False, "echo_structural_abnormality": False, "lvef": 58}
AF = {"rhythm": "af", "anticoagulant": True}
ATTACKS_OF_AF = {"atrial_fibrillation": True, "anticoagulant": True}


def without_heart_failure(nt_probnp, *, age=0, **more):
    """What the table says of somebody with NYHA II and a normal echo; an NT-proBNP of None was not measured."""
    usual = {"nyha": "II", "potassium": "4.4", "egfr": 60, "systolic_bp": 130, "heart_rate": 70}
    given = usual | NO_HEART_FAILURE
    known = {name: FactValue(value_of(value), TODAY) for name, value in (given | more).items()}
    if nt_probnp is not None:
        known["nt_probnp"] = FactValue(value_of(nt_probnp), TODAY - timedelta(days=age))
    decision = evaluate(pathway().table("stable"), known, on=TODAY)
    assert decision.is_decided, decision.facts_missing
    return decision.value("advice"), decision.decisive[0].rule_id


@pytest.mark.parametrize(
    ("nt_probnp", "facts", "said"),
    [
        (None, {}, ("return", "ST-01")),
        (219, {}, ("return", "ST-01")), (220, {}, ("return", "ST-01")), (221, {}, ("discuss", "ST-35")),
        (2208, {}, ("discuss", "ST-35")), (2208, {"rhythm": "sinus"}, ("discuss", "ST-35")),
        (221, {"rhythm": "paced"}, ("discuss", "ST-35")), (221, {"rhythm": "other"}, ("discuss", "ST-35")),
        (221, {"anticoagulant": True}, ("discuss", "ST-35")),
        (220, {"sex": "female", "haemoglobin": "7.6"}, ("return", "ST-29")),
        (221, {"sex": "female", "haemoglobin": "7.6"}, ("discuss", "ST-35")),
        (None, AF, ("return", "ST-30")), (221, AF, ("return", "ST-30")),
        (659, AF, ("return", "ST-30")), (660, AF, ("return", "ST-30")), (661, AF, ("discuss", "ST-36")),
        (2208, AF, ("discuss", "ST-36")),
        (660, ATTACKS_OF_AF, ("return", "ST-30")), (661, ATTACKS_OF_AF, ("discuss", "ST-36")),
        (660, {**AF, "sex": "female", "haemoglobin": "7.6"}, ("return", "ST-31")),
        (661, {**AF, "sex": "female", "haemoglobin": "7.6"}, ("discuss", "ST-36")),
        (None, {"advanced_hf_sign": True}, ("forward", "ST-03")),
        (2208, {"advanced_hf_sign": True}, ("forward", "ST-03")),
        (2208, {**AF, "advanced_hf_sign": True}, ("forward", "ST-03")),
    ],
)  # fmt: skip
def test_a_raised_nt_probnp_with_a_normal_echo_is_discussed(nt_probnp, facts, said):
    assert without_heart_failure(nt_probnp, **facts) == said


@pytest.mark.parametrize(("age", "said"), [(92, ("discuss", "ST-35")), (93, ("return", "ST-01"))])
def test_an_old_nt_probnp_says_nothing(age, said):
    assert without_heart_failure(2208, age=age) == said


def drawn_facts(data, table, fixed):
    """Whatever else is known or unknown."""
    facts = {name: FactValue(value_of(value), TODAY) for name, value in fixed.items() if value is not None}
    for fact in table.inputs:
        if fact.name not in fixed:
            value = data.draw(
                st.sampled_from(
                    [one.example for one in regions_of(fact, [rule.cells[fact.name] for rule in table.rules])]
                )
            )
            if value is not None:
                facts[fact.name] = FactValue(value, TODAY)
    return facts


def said_of(table, facts):
    decision = evaluate(table, facts, on=TODAY)
    return decision.value("advice") if decision.is_decided else None


@pytest.mark.parametrize(
    "fixed",
    [
        {"nt_probnp": 661, "echo_structural_abnormality": False, "heart_failure_known": False},
        {"nt_probnp": 221, "echo_structural_abnormality": False, "heart_failure_known": False,
         "rhythm": "sinus", "atrial_fibrillation": False},
        {"nt_probnp": 661, "echo_structural_abnormality": False, "heart_failure_known": None},
    ],
)  # fmt: skip
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_nobody_goes_back_with_a_normal_echo_and_a_raised_nt_probnp(fixed, data):
    table = pathway().table("stable")
    assert said_of(table, drawn_facts(data, table, fixed)) != "return"


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_nt_probnp_only_turns_a_return_into_a_discussion(data):
    """Nobody who is forwarded, stays or is asked about without it is discussed because of it. A man with anaemia is
    discussed either way."""
    table = pathway().table("stable")
    fixed = {"heart_failure_known": False, "echo_structural_abnormality": False}
    facts = drawn_facts(data, table, fixed)
    without = {name: value for name, value in facts.items() if name != "nt_probnp"}
    before, after = said_of(table, without), said_of(table, facts)
    assert after == before or (before, after) in {("return", "discuss"), (None, "discuss")}


def unconfirmed(base, name, value):
    """What stands in a form that asks "is this right?" and was left."""
    given = {name: [FactValue(value_of(value), DAY.date(), "form")]}
    actions.warn_of_unsaved(by=base.vs, at=DAY, patient=base.episode.patient_id, typed={}, unconfirmed=given)


@pytest.mark.parametrize(("name", "value"), [("potassium", "6.2"), ("digoxin_level", "2.9"), ("qtc", 520)])
def test_nobody_goes_back_with_a_danger_that_nobody_confirmed(base, name, value):
    base.given(FULL, **STABLE)
    unconfirmed(base, name, value)
    assert advice(base) == ("stay", "ST-32")


def test_nobody_goes_back_with_two_results_of_one_moment(base):
    """4.4 and 6.2, one of them right: not while that is open."""
    base.given(FULL, **STABLE, omit=("potassium",))
    base.measure(("potassium", "4.4", 0), ("potassium", "6.2", 0))
    assert advice(base)[0] != "return"


@pytest.mark.parametrize(("facts", "regimen"), [
    ({"potassium": "6.2"}, FULL), ({"digoxin_level": "2.9"}, FULL), ({}, f"{FULL}; M01AE01 400 tid 5d; furosemide 40 od 90d"),
])  # fmt: skip
def test_nobody_goes_back_with_an_open_danger(base, facts, regimen):
    base.given(regimen, **{**STABLE, **facts})
    assert advice(base)[0] in ("stay", "discuss")


def test_nobody_goes_back_while_the_task_of_a_danger_is_unanswered(base):
    """The value is too old to count by now, and nobody wrote down what was done."""
    base.given(FULL, **STABLE)
    unconfirmed(base, "glucose", 31)
    assert advice(base)[0] == "stay"


# ---- optimal therapy from the medication list ------------------------------------------------------------------------


def optimal(base, *, at=DAY):
    known = queries.known_facts(
        base.episode.patient_id, queries.pathway_of(base.episode, on=at.date()), on=at.date(),
        birth_date=base.episode.patient.birth_date, sex=base.episode.patient.sex,
    )  # fmt: skip
    found = known.get("optimal_therapy_3_months")
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("regimen", "more", "answer"),
    [
        (FULL, {}, True),
        (FULL.replace("220d", "90d"), {}, True),
        (FULL.replace("bisoprolol 10 od 220d", "bisoprolol 10 od 89d"), {}, False),
        (FULL.replace("bisoprolol 10", "bisoprolol 5"), {}, False),
        (FULL.replace("bisoprolol 10", "bisoprolol 5"), {"dosing": (("max_tolerated", "beta_blocker"),)}, True),
        (FULL.replace("; spironolactone 50 od 220d", ""), {}, False),
        (FULL.replace("; spironolactone 50 od 220d", ""), {"tolerances": (("contraindication", "mra", ""),)}, True),
        (FULL.replace("sacubitril_valsartan 97 bid", "enalapril 10 bid"), {}, True),
        ("enalapril 10 bid 400d; enalapril 20 bid 30d; bisoprolol 10 od 220d; dapagliflozin 10 od 220d;"
         "spironolactone 50 od 220d", {}, True),
        (FULL.replace("spironolactone 50 od 220d", "spironolactone 50 od 220d until 10d because acute_illness"), {}, False),
        ("", {}, None),
    ],
)  # fmt: skip
def test_optimal_therapy_follows_from_the_list(base, regimen, more, answer):
    """At target or at the highest tolerated dose for 90 days in every class that can be used; nobody types it."""
    assert optimal(base.given(regimen, **STABLE, **more)) is answer


def test_an_answer_of_the_referral_does_not_outlive_the_list(base):
    base.given(FULL, **STABLE)
    base.measure(("optimal_therapy_3_months", False, 200))
    assert optimal(base) is True


def test_a_judgement_of_after_the_last_step_stands(base):
    base.given(FULL.replace("bisoprolol 10", "bisoprolol 5"), **STABLE)
    base.measure(("optimal_therapy_3_months", True, 0))
    assert optimal(base) is True


# ---- what falls due --------------------------------------------------------------------------------------------------


@pytest.mark.case("FU1")
def test_the_echo_after_optimal_therapy_falls_due(base, answer):
    base.given(FULL, **STABLE, lvef=28, days_ago={"lvef": 670})
    assert ECHO in queries.next_contact(base.vs, base.episode, at=DAY).tests
    (item,) = [one for one in queries.due_list(base.vs, at=DAY) if one.kind == "test"]
    assert (item.title, item.patient.pk) == (ECHO, base.episode.patient_id)
    assert item.since == DAY.date() - timedelta(days=220) and item.days_late == 220 - 182
    assert advice(base) == ("stay", "ST-28")
    base.measure(("lvef", 30, 0), minutes=1)
    assert not [one for one in queries.due_list(base.vs, at=DAY) if one.kind == "test"]
    assert ECHO not in queries.next_contact(base.vs, base.episode, at=DAY).tests
    answer(
        "echo due in the next contact and on Opvolgen, 3 to 6 months after optimal therapy; holds a return back"
    )


@pytest.mark.parametrize(("days", "due"), [(89, False), (90, True)])
def test_the_echo_is_due_three_months_after_the_last_class_came_to_its_dose(base, days, due):
    base.given(FULL.replace("bisoprolol 10 od 220d", f"bisoprolol 10 od {days}d"), **STABLE, lvef=28,
               days_ago={"lvef": 300})  # fmt: skip
    assert bool([one for one in queries.due_list(base.vs, at=DAY) if one.kind == "test"]) is due


def test_no_echo_falls_due_without_reduced_lvef_or_optimal_therapy(base):
    base.given(FULL, **STABLE, lvef=55, days_ago={"lvef": 670})
    assert not [one for one in queries.due_list(base.vs, at=DAY) if one.kind == "test"]


# ---- the limits that the return letter names -------------------------------------------------------------------------


def limits():
    return [
        pytest.param(key, one.id, name, id=f"{key}-{one.id}-{name}")
        for key in ("heart_failure", "atrial_fibrillation")
        for one in pathway(key).follow_up.refer_again
        for name in one.limits
    ]


@pytest.mark.parametrize(("key", "entry", "name"), limits())
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_nobody_within_a_limit_of_the_letter_goes_back(key, entry, name, data):
    """Whatever else is known or unknown."""
    table = pathway(key).table("stable")
    limit = next(one for one in pathway(key).follow_up.refer_again if one.id == entry).limits[name]
    facts = {}
    for fact in table.inputs:
        tests = [rule.cells[fact.name] for rule in table.rules]
        examples = [
            region.example for region in regions_of(fact, [*tests, *([limit] if fact.name == name else [])])
        ]
        if fact.name == name:
            examples = [one for one in examples if one is not None and limit.matches(one)]
        value = data.draw(st.sampled_from(examples))
        if value is not None:
            facts[fact.name] = FactValue(value, TODAY)
    decision = evaluate(table, facts, on=TODAY)
    assert not decision.is_decided or decision.value("advice") != "return"


def test_the_check_of_the_agreement_finds_an_open_limit():
    from dataclasses import replace

    whole = pathway()
    table = whole.table("stable")
    without = replace(table, rules=tuple(rule for rule in table.rules if rule.id != "ST-05"))
    assert not list(return_faults(whole))
    (fault,) = return_faults(replace(whole, tables={**whole.tables, "stable": without}))
    assert fault.cell == "egfr" and "ST-99" in fault.message
