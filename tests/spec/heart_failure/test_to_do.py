"""What does the referrer still have to do? Every line of the table stands for itself."""

from __future__ import annotations

import pytest

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.pathway.referral import route_referral
from tests.spec.heart_failure.cases import TODAY, Case, read_cases, values
from tests.spec.heart_failure.test_referral import FROM_HOSPITAL, KNOWN, SUSPECTED

COMPLETE = {
    "creatinine": "90", "egfr": "60", "potassium": "4.5", "sodium": "140", "haemoglobin": "8.5", "tsh": "2.0",
    "glucose": "5.5", "ferritin": "150", "weight": "80", "height": "175", "nyha": "II", "oxygen_saturation": "97",
    "congestion": "no", "loop_diuretic": "no", "nsaid": "no", "diltiazem_or_verapamil": "no",
    "hospital_undesirable": "no", "expectations_discussed": "yes", "influenza_vaccinated": "yes",
    "ecg_result": "abnormal",
}  # fmt: skip

# A measurement or a talk that the practice can do itself comes first, what is ordered or made travels along, and a
# treatment need not wait for the answer.
MOMENTS = {
    "request_nt_probnp": "with_referral", "make_ecg": "with_referral", "lab_kidney": "with_referral",
    "lab_electrolytes": "with_referral", "lab_blood_count": "with_referral", "lab_thyroid": "with_referral",
    "lab_glucose": "with_referral", "lab_iron": "with_referral", "measure_vitals": "before_referral",
    "measure_weight": "before_referral", "measure_saturation": "before_referral", "state_nyha": "before_referral",
    "discuss_goals": "before_referral", "discuss_expectations": "before_referral",
    "consider_loop_diuretic": "while_waiting", "stop_nsaid": "now",
    "review_calcium_blocker": "while_waiting", "vaccinate": "while_waiting",
}  # fmt: skip

SUSPECTED_CASES = """
none  | nothing left to do                |                                             |
TD-01 | no NT-proBNP                      | nt_probnp = unknown                         | request_nt_probnp
none  | no NT-proBNP with AF: no use      | nt_probnp = unknown; rhythm = af            |
none  | no eGFR: follows from creatinine   | egfr = unknown                              |
TD-03 | no eGFR, and it does not follow   | egfr = unknown; sex = other                 | lab_kidney
TD-04 | no creatinine                     | creatinine = unknown                        | lab_kidney
TD-05 | no potassium                      | potassium = unknown                         | lab_electrolytes
TD-05 | potassium one day too old         | potassium = 4.5 @ 93                        | lab_electrolytes
none  | potassium just recent enough      | potassium = 4.5 @ 92                        |
TD-06 | no sodium                         | sodium = unknown                            | lab_electrolytes
TD-07 | no haemoglobin                    | haemoglobin = unknown                       | lab_blood_count
TD-08 | no TSH                            | tsh = unknown                               | lab_thyroid
TD-09 | no glucose                        | glucose = unknown                           | lab_glucose
TD-13 | no weight                         | weight = unknown                            | measure_weight
TD-14 | no height                         | height = unknown                            | measure_weight
TD-15 | no NYHA class                     | nyha = unknown                              | state_nyha
TD-16 | no saturation                     | oxygen_saturation = unknown                 | measure_saturation
TD-17 | congested without diuretic        | congestion = yes                            | consider_loop_diuretic
none  | congested with diuretic           | congestion = yes; loop_diuretic = yes       |
TD-18 | uses naproxen                     | nsaid = yes                                 | stop_nsaid
TD-20 | does not want the hospital        | hospital_undesirable = yes                  | discuss_goals
TD-21 | expectations not discussed        | expectations_discussed = no                 | discuss_expectations
TD-21 | expectations not filled in        | expectations_discussed = unknown            | discuss_expectations
"""

KNOWN_CASES = """
TD-02 | no ECG                            | ecg_result = unknown                        | make_ecg
TD-10 | AF without TSH                    | rhythm = af; tsh = unknown                  | lab_thyroid
none  | sinus rhythm without TSH          | tsh = unknown                               |
none  | AF with TSH                       | rhythm = af                                 |
TD-11 | no ferritin                       | ferritin = unknown                          | lab_iron
TD-19 | verapamil with LVEF 40%           | diltiazem_or_verapamil = yes; lvef = 40     | review_calcium_blocker
none  | verapamil with LVEF 40.1%         | diltiazem_or_verapamil = yes; lvef = 40.1   |
none  | LVEF 40% without verapamil        | lvef = 40                                   |
TD-22 | not vaccinated                    | influenza_vaccinated = no                   | vaccinate
"""


def check(pathway, start: dict[str, str], case: Case) -> None:
    routing = route_referral(pathway, values(pathway, start | COMPLETE | dict(case.facts)), on=TODAY)
    assert [task.task for task in routing.to_do] == ([case.outcome] if case.outcome else [])
    assert [task.rule for task in routing.to_do] == ([case.rule] if case.rule != "none" else [])
    assert [task.moment for task in routing.to_do] == ([MOMENTS[case.outcome]] if case.outcome else [])
    assert all(task.texts["nl"] for task in routing.to_do)


@pytest.mark.parametrize("case", read_cases(SUSPECTED_CASES))
def test_suspected(pathway, case: Case):
    check(pathway, SUSPECTED, case)


@pytest.mark.parametrize("case", read_cases(KNOWN_CASES))
def test_known(pathway, case: Case):
    check(pathway, KNOWN, case)


def test_without_blood_pressure_that_is_the_first_task(pathway):
    facts = values(pathway, SUSPECTED | COMPLETE | {"systolic_bp": "unknown"})
    routing = route_referral(pathway, facts, on=TODAY)
    found = [(task.task, task.rule, task.moment) for task in routing.to_do]
    assert found == [("measure_vitals", "TD-12", "before_referral")]


def test_the_cardiologist_is_not_sent_a_shopping_list(pathway):
    """Whatever is missing there: the hospital has it, or makes it. Only the talk about goals is everybody's."""
    for known in ("yes", "no"):
        facts = {
            "referred_from": "second", "heart_failure_known": known, "congestion": "yes", "loop_diuretic": "no",
            "nsaid": "yes", "diltiazem_or_verapamil": "yes", "lvef": "35", "expectations_discussed": "no",
            "influenza_vaccinated": "no", "rhythm": "af" if known == "yes" else "sinus",
        }  # fmt: skip
        asked = evaluate(pathway.table("to_do"), values(pathway, facts), on=TODAY)
        assert [rule.rule_id for rule in asked.fired] == []
        asked = evaluate(
            pathway.table("to_do"), values(pathway, facts | {"hospital_undesirable": "yes"}), on=TODAY
        )
        assert [rule.rule_id for rule in asked.fired] == ["TD-20"]
    assert route_referral(pathway, values(pathway, FROM_HOSPITAL), on=TODAY).to_do == ()


def test_two_reasons_make_one_task(pathway):
    facts = values(pathway, SUSPECTED | COMPLETE | {"egfr": "unknown", "creatinine": "unknown"})
    (task,) = route_referral(pathway, facts, on=TODAY).to_do
    assert task.rule == "TD-03"
    fired = [rule.rule_id for rule in route_referral(pathway, facts, on=TODAY).decisions["to_do"].fired]
    assert fired == ["TD-03", "TD-04"]


def test_nothing_to_do_when_heart_failure_is_unlikely(pathway):
    facts = values(pathway, SUSPECTED | {"nt_probnp": "60", "natriuretic_lowering_drug": "no"})
    routing = route_referral(pathway, facts, on=TODAY)
    assert (routing.line, routing.to_do) == ("first", ())


def test_every_rule_of_the_table_is_in_the_handbook(pathway):
    shown = {param.values[0].rule for text in (SUSPECTED_CASES, KNOWN_CASES) for param in read_cases(text)}
    assert shown - {"none"} | {"TD-12"} == set(pathway.table("to_do").rule_ids)
