"""Which line, and how soon? Three kinds of patient: suspected, known, and referred down by the cardiologist."""

from __future__ import annotations

import json

import pytest

from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.feel import parse_cell
from anderhalf.core.decisions.regions import regions_of
from anderhalf.core.decisions.replay import check_replays
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.core.pathway.referral import CALL, route_referral
from anderhalf.core.pathway.routing import RoutingStatus
from tests.spec.heart_failure.cases import TODAY, Case, read_cases, values
from tests.spec.heart_failure.test_exclusion import NO_RED_FLAG

SUSPECTED = NO_RED_FLAG | {
    "referred_from": "first", "question": "diagnosis", "heart_failure_known": "no", "new_angina": "no",
    "specific_cause_suspected": "no", "correctable_cause_suspected": "no", "orthopnoea": "no", "rhythm": "sinus",
    "ecg_result": "normal", "nt_probnp": "394", "bmi": "27", "natriuretic_lowering_drug": "no",
}  # fmt: skip
KNOWN = NO_RED_FLAG | {
    "referred_from": "first", "question": "titration", "heart_failure_known": "yes", "new_angina": "no",
    "specific_cause_suspected": "no", "correctable_cause_suspected": "no", "orthopnoea": "no", "rhythm": "sinus",
    "new_ecg_abnormality": "no", "advanced_hf_sign": "no", "hf_admissions_12_months": "0", "lvef": "38",
    "egfr": "55", "nyha": "II", "optimal_therapy_3_months": "no", "device_assessed": "no",
    "therapy_status": "titrating",
}  # fmt: skip
FROM_HOSPITAL = NO_RED_FLAG | {
    "referred_from": "second", "question": "titration", "heart_failure_known": "yes", "advanced_hf_sign": "no",
    "hf_admission_ever": "no",
}  # fmt: skip

SUSPECTED_CASES = """
RF-26 | NT-proBNP clearly raised                 |                                             | intermediate routine
RF-26 | NT-proBNP on the limit                   | nt_probnp = 125                             | intermediate routine
RF-27 | NT-proBNP just below it                  | nt_probnp = 124                             | first none
RF-59 | low NT-proBNP, high BNP of one day       | nt_probnp = 118; bnp = 399                  | intermediate routine
RF-59 | low NT-proBNP, BNP on its limit          | nt_probnp = 118; bnp = 35                   | intermediate routine
RF-27 | low NT-proBNP, low BNP                   | nt_probnp = 118; bnp = 34                   | first none
RF-25 | ECG abnormal, NT-proBNP low              | ecg_result = abnormal; nt_probnp = 60       | intermediate routine
RF-25 | ECG abnormal, NT-proBNP not yet known    | ecg_result = abnormal; nt_probnp = unknown  | intermediate routine
RF-24 | atrial fibrillation, NT-proBNP low       | rhythm = af; nt_probnp = 60                 | intermediate routine
RF-24 | atrial fibrillation, no NT-proBNP at all | rhythm = af; nt_probnp = unknown            | intermediate routine
RF-45 | NT-proBNP low on a diuretic or RAS inhibitor | nt_probnp = 100; natriuretic_lowering_drug = yes | intermediate routine
RF-26 | NT-proBNP on the limit, on such a drug   | nt_probnp = 125; natriuretic_lowering_drug = yes | intermediate routine
asks  | NT-proBNP low, medication unknown        | nt_probnp = 100; natriuretic_lowering_drug = unknown | natriuretic_lowering_drug
RF-45 | NT-proBNP low, an ACE inhibitor is known | nt_probnp = 100; natriuretic_lowering_drug = unknown; ace_inhibitor = yes | intermediate routine
RF-46 | BNP on the limit, no NT-proBNP           | nt_probnp = unknown; bnp = 35               | intermediate routine
RF-48 | BNP just below it                        | nt_probnp = unknown; bnp = 34               | first none
RF-47 | BNP low on a diuretic or RAS inhibitor   | nt_probnp = unknown; bnp = 20; natriuretic_lowering_drug = yes | intermediate routine
RF-49 | BNP low in severe obesity                | nt_probnp = unknown; bnp = 20; bmi = 35     | intermediate routine
RF-48 | BNP low, just below severe obesity       | nt_probnp = unknown; bnp = 20; bmi = 34.9   | first none
RF-62 | both measured and contradicting          | bnp = 20                                    | intermediate routine
RF-26 | both measured, BNP on its limit          | bnp = 35                                    | intermediate routine
RF-61 | very high NT-proBNP, low BNP             | nt_probnp = 2500; bnp = 20                  | intermediate within_2_weeks
RF-23 | very high NT-proBNP, raised BNP          | nt_probnp = 2500; bnp = 35                  | intermediate within_2_weeks
RF-60 | BNP high, on the limit, no NT-proBNP     | nt_probnp = unknown; bnp = 400              | intermediate within_2_weeks
RF-46 | BNP just below the high limit            | nt_probnp = unknown; bnp = 399              | intermediate routine
RF-60 | low NT-proBNP, very high BNP             | nt_probnp = 118; bnp = 400                  | intermediate within_2_weeks
RF-37 | signs of fluid                           | congestion = yes                            | intermediate within_1_week
RF-38 | weight not stable                        | weight_stable = no                          | intermediate within_1_week
RF-39 | potassium just too low                   | potassium = 3.4                             | intermediate within_1_week
RF-26 | potassium on the lower limit             | potassium = 3.5                             | intermediate routine
RF-26 | potassium on the upper limit             | potassium = 5.5                             | intermediate routine
RF-39 | potassium just too high                  | potassium = 5.6                             | intermediate within_1_day
RF-40 | sodium 129                               | sodium = 129                                | intermediate within_1_week
RF-26 | sodium 130                               | sodium = 130                                | intermediate routine
RF-41 | haemoglobin 6.4                          | haemoglobin = 6.4                           | intermediate within_1_week
RF-26 | haemoglobin 6.5                          | haemoglobin = 6.5                           | intermediate routine
RF-42 | systolic pressure 180                    | systolic_bp = 180                           | intermediate within_1_day
RF-26 | systolic pressure 179                    | systolic_bp = 179                           | intermediate routine
RF-43 | pulse 110                                | heart_rate = 110                            | intermediate within_1_week
RF-64 | eGFR 29, never measured before           | egfr = 29                                   | intermediate within_1_week
RF-64 | eGFR 29 after a rise of a quarter        | egfr = 29; creatinine_rise_90_days = 25     | intermediate within_1_week
RF-26 | pulse 109                                | heart_rate = 109                            | intermediate routine
RF-28 | severe obesity, NT-proBNP low            | nt_probnp = 60; bmi = 35                    | intermediate routine
RF-27 | just below severe obesity                | nt_probnp = 60; bmi = 34.9                  | first none
RF-23 | NT-proBNP high, on the limit             | nt_probnp = 2000                            | intermediate within_2_weeks
RF-26 | NT-proBNP just below the high limit      | nt_probnp = 1999                            | intermediate routine
RF-22 | marked limitation                        | nyha = III                                  | intermediate within_2_weeks
RF-63 | symptoms at rest, not known yet          | nyha = IV                                   | second within_1_week
RF-22 | the same, no hospital care               | nyha = IV; hospital_undesirable = yes       | intermediate within_2_weeks
RF-18 | newly breathless lying flat              | orthopnoea = yes                            | intermediate within_1_day
RF-06 | new chest pain on exertion               | new_angina = yes                            | second within_1_week
RF-07 | suspected amyloid                        | specific_cause_suspected = yes              | second within_2_weeks
RF-08 | loud murmur                              | correctable_cause_suspected = yes           | second routine
RF-09 | pulse 49 without slowing drug            | heart_rate = 49; rate_slowing_drug = no     | second within_1_day
RF-26 | pulse 49 with a beta-blocker             | heart_rate = 49; rate_slowing_drug = yes    | intermediate within_1_day
RF-26 | pulse 50                                 | heart_rate = 50                             | intermediate routine
RF-01 | only a question                          | question = advice                           | intermediate advice
asks  | NT-proBNP not measured, ECG normal       | nt_probnp = unknown                         | nt_probnp
asks  | NT-proBNP of four months ago             | nt_probnp = 60 @ 120                        | nt_probnp
asks  | low NT-proBNP, weight unknown            | nt_probnp = 60; bmi = unknown               | bmi
asks  | low NT-proBNP, rhythm unknown            | nt_probnp = 60; rhythm = unknown            | rhythm
asks  | whether heart failure is known           | heart_failure_known = unknown               | heart_failure_known
asks  | slow pulse, drugs unknown                | heart_rate = 49                             | rate_slowing_drug
"""

KNOWN_CASES = """
RF-21 | to be titrated                           |                                             | intermediate routine
RF-19 | NYHA III, not yet on full treatment      | nyha = III                                  | intermediate within_2_weeks
RF-20 | stable, on target                        | question = follow_up; therapy_status = at_target | first none
RF-21 | follow-up asked while still titrating    | question = follow_up                        | intermediate routine
RF-02 | sign of advanced heart failure           | advanced_hf_sign = yes                      | second within_2_weeks
RF-29 | advanced, and no hospital is wanted      | advanced_hf_sign = yes; hospital_undesirable = yes | intermediate advice
RF-50 | new angina, no hospital is wanted        | new_angina = yes; hospital_undesirable = yes | intermediate advice
RF-51 | two admissions, no hospital is wanted    | hf_admissions_12_months = 2; hospital_undesirable = yes | intermediate advice
RF-52 | LVEF 19, no hospital is wanted           | lvef = 19; hospital_undesirable = yes        | intermediate advice
RF-53 | eGFR 19, no hospital is wanted           | egfr = 19; creatinine_rise_90_days = 0; hospital_undesirable = yes | intermediate advice
RF-54 | NYHA III on full treatment, no hospital  | nyha = III; optimal_therapy_3_months = yes; hospital_undesirable = yes | intermediate advice
RF-55 | NYHA IV, no hospital is wanted           | nyha = IV; hospital_undesirable = yes        | intermediate advice
RF-56 | pulse 49 without a drug, no hospital     | heart_rate = 49; rate_slowing_drug = no; hospital_undesirable = yes | intermediate within_1_day
RF-21 | stable, no hospital is wanted            | hospital_undesirable = yes                   | intermediate routine
RF-36 | discharged 4 days ago, a valve suspected | last_hf_admission_on = 4 days ago; correctable_cause_suspected = yes | intermediate within_1_week
RF-37 | congested, LVEF 35 on full treatment     | congestion = yes; lvef = 35; optimal_therapy_3_months = yes | intermediate within_1_week
RF-02 | advanced, the hospital is no problem     | advanced_hf_sign = yes; hospital_undesirable = no | second within_2_weeks
RF-34 | infarction three weeks ago: no ICD yet   | lvef = 35; optimal_therapy_3_months = yes; infarction_within_40_days = yes | intermediate routine
RF-16 | no recent infarction                     | lvef = 35; optimal_therapy_3_months = yes; infarction_within_40_days = no | second routine
RF-35 | palliative phase: no device              | lvef = 35; optimal_therapy_3_months = yes; palliative_phase = yes | intermediate routine
RF-36 | the GP refers, discharged 4 days ago     | last_hf_admission_on = 4 days ago           | intermediate within_1_week
RF-36 | the GP refers, discharged 14 days ago    | last_hf_admission_on = 14 days ago          | intermediate within_1_week
RF-44 | the GP refers, discharged 15 days ago    | last_hf_admission_on = 15 days ago          | intermediate within_2_weeks
RF-44 | the GP refers, discharged 42 days ago    | last_hf_admission_on = 42 days ago          | intermediate within_2_weeks
RF-21 | the GP refers, discharged 43 days ago    | last_hf_admission_on = 43 days ago          | intermediate routine
RF-10 | new ECG abnormality                      | new_ecg_abnormality = yes                   | second within_2_weeks
RF-11 | second admission within a year           | hf_admissions_12_months = 2                 | second within_2_weeks
RF-21 | one admission within a year              | hf_admissions_12_months = 1                 | intermediate routine
RF-12 | LVEF just below 20%                      | lvef = 19.9                                 | second within_2_weeks
RF-21 | LVEF on 20%                              | lvef = 20                                   | intermediate routine
RF-13 | eGFR just below 20                       | egfr = 19; creatinine_rise_90_days = 0      | second within_1_week
RF-64 | eGFR on 20                               | egfr = 20                                   | intermediate within_1_week
RF-64 | eGFR 29                                  | egfr = 29                                   | intermediate within_1_week
RF-21 | eGFR 30                                  | egfr = 30                                   | intermediate routine
RF-65 | an NSAID with an ARB                     | nsaid = yes; arb = yes                      | intermediate within_1_week
RF-66 | an NSAID with furosemide                 | nsaid = yes; loop_diuretic = yes            | intermediate within_1_week
RF-67 | an NSAID with an eGFR of 59              | nsaid = yes; egfr = 59                      | intermediate within_1_week
RF-21 | an NSAID with an eGFR of 60              | nsaid = yes; egfr = 60                      | intermediate routine
RF-21 | eGFR 25, as it was                       | egfr = 25; creatinine_rise_90_days = 5      | intermediate routine
RF-14 | NYHA IV                                  | nyha = IV                                   | second within_1_week
RF-15 | wide QRS despite treatment               | lvef = 35; optimal_therapy_3_months = yes; qrs_duration = 130 | second routine
RF-16 | QRS just too narrow, still an ICD        | lvef = 35; optimal_therapy_3_months = yes; qrs_duration = 129 | second routine
RF-16 | QRS unknown, still an ICD                | lvef = 35; optimal_therapy_3_months = yes   | second routine
RF-21 | LVEF just above 35%                      | lvef = 35.1; optimal_therapy_3_months = yes | intermediate routine
RF-21 | device already assessed                  | lvef = 30; optimal_therapy_3_months = yes; device_assessed = yes | intermediate routine
RF-17 | NYHA III despite full treatment          | nyha = III; optimal_therapy_3_months = yes  | second within_2_weeks
asks  | no kidney function                       | egfr = unknown                              | egfr
asks  | kidney function of four months ago       | egfr = 55 @ 120                             | egfr
asks  | no ejection fraction                     | lvef = unknown                              | lvef
"""

HOSPITAL_CASES = """
RF-04 | to be titrated                           |                                             | intermediate within_2_weeks
RF-05 | to be followed                           | question = follow_up                        | intermediate routine
RF-37 | signs of fluid, from the hospital        | congestion = yes                            | intermediate within_1_week
RF-38 | weight not stable, from the hospital     | weight_stable = no                          | intermediate within_1_week
RF-39 | potassium 3.4, from the hospital         | potassium = 3.4                             | intermediate within_1_week
RF-04 | potassium 3.5 and 5.5 may wait           | potassium = 5.5                             | intermediate within_2_weeks
RF-39 | potassium 5.6, from the hospital         | potassium = 5.6                             | intermediate within_1_day
RF-44 | discharged six weeks ago, to be followed | question = follow_up; last_hf_admission_on = 42 days ago; hf_admission_ever = unknown | intermediate within_2_weeks
RF-05 | discharged 43 days ago, to be followed   | question = follow_up; last_hf_admission_on = 43 days ago; hf_admission_ever = unknown | intermediate routine
RF-03 | discharged a week ago                    | last_hf_admission_on = 7 days ago; hf_admission_ever = unknown  | intermediate within_1_week
RF-03 | discharged two weeks ago, on the limit   | last_hf_admission_on = 14 days ago; hf_admission_ever = unknown | intermediate within_1_week
RF-44 | discharged fifteen days ago              | last_hf_admission_on = 15 days ago; hf_admission_ever = unknown | intermediate within_2_weeks
RF-40 | sodium 129, from the hospital            | sodium = 129                                | intermediate within_1_week
RF-41 | haemoglobin 6.4, from the hospital       | haemoglobin = 6.4                           | intermediate within_1_week
RF-57 | NT-proBNP just above 35000              | nt_probnp = 35001                            | intermediate within_1_week
RF-04 | NT-proBNP of 35000                      | nt_probnp = 35000                            | intermediate within_2_weeks
RF-58 | BNP just above 5000                     | bnp = 5001                                   | intermediate within_1_week
RF-42 | systolic pressure 180, from the hospital | systolic_bp = 180                           | intermediate within_1_day
RF-43 | pulse 110, from the hospital             | heart_rate = 110                            | intermediate within_1_week
RF-18 | breathless lying flat, from the hospital | orthopnoea = yes                            | intermediate within_1_day
RF-02 | sign of advanced heart failure           | advanced_hf_sign = yes                      | second within_2_weeks
asks  | admission not known                      | hf_admission_ever = unknown                 | hf_admission_ever
"""


def check(pathway, start: dict[str, str], case: Case) -> None:
    routing = route_referral(pathway, values(pathway, start | dict(case.facts)), on=TODAY)
    if case.rule == "asks":
        # an alarm sets the term already, whatever else is asked
        assert routing.status is (RoutingStatus.AT_LEAST if routing.alarms else RoutingStatus.NEEDS_DATA)
        blocking = {one.fact for one in routing.missing if one.blocking}
        assert case.outcome in blocking | {
            name for each in routing.decisions.values() for name in each.facts_missing
        }
        assert blocking
        return
    assert routing.is_decided
    assert [reason.rule for reason in routing.reasons] == [*(one.rule for one in routing.alarms), case.rule]
    assert f"{routing.line} {routing.urgency}" == case.outcome
    assert not [one for one in routing.missing if one.blocking]
    assert routing.days == pathway.urgencies[routing.urgency].days


@pytest.mark.parametrize("case", read_cases(SUSPECTED_CASES))
def test_suspected_heart_failure(pathway, case: Case):
    check(pathway, SUSPECTED, case)


@pytest.mark.parametrize("case", read_cases(KNOWN_CASES))
def test_known_heart_failure(pathway, case: Case):
    check(pathway, KNOWN, case)


@pytest.mark.parametrize("case", read_cases(HOSPITAL_CASES))
def test_referred_down_by_the_cardiologist(pathway, case: Case):
    check(pathway, FROM_HOSPITAL, case)


def test_every_rule_of_the_table_is_in_the_handbook(pathway):
    shown = {
        param.values[0].rule
        for text in (SUSPECTED_CASES, KNOWN_CASES, HOSPITAL_CASES)
        for param in read_cases(text)
    }
    assert shown - {"asks"} == set(pathway.table("referral").rule_ids)


def test_an_exclusion_goes_before_the_referral_table(pathway):
    routing = route_referral(pathway, values(pathway, SUSPECTED | {"dyspnoea_at_rest": "yes"}), on=TODAY)
    assert routing.is_emergency
    assert routing.excluded and routing.reasons[0].rule == "EX-02"
    assert routing.danger.certain[0].table == "exclusion"


def test_while_a_red_flag_is_open_the_rest_is_provisional(pathway):
    routing = route_referral(pathway, values(pathway, SUSPECTED | {"syncope": "unknown"}), on=TODAY)
    assert (routing.line, routing.likely) == ("", "intermediate")
    assert [one.fact for one in routing.missing if one.blocking] == ["syncope"]
    assert routing.danger.missing == ("syncope",)


def test_it_says_what_a_missing_fact_could_make_of_it(pathway):
    routing = route_referral(pathway, values(pathway, SUSPECTED), on=TODAY)
    said = {one.fact: one for one in routing.missing}
    assert said["oxygen_saturation"].lines == ("emergency", "call")
    assert said["oxygen_saturation"].cells == ("<90", "<=91")
    potassium = said["potassium"]
    assert (potassium.lines, potassium.cells[:2]) == (("emergency", CALL), (">6.0", "<2.8"))
    assert not said["potassium"].blocking


@pytest.mark.parametrize("start", [SUSPECTED, KNOWN, FROM_HOSPITAL], ids=["suspected", "known", "hospital"])
def test_every_announced_line_comes_true(pathway, start):
    """Each value that a missing fact is said to need is put in; the line must be one of the announced ones."""
    known = values(pathway, start)
    tried = 0
    now = route_referral(pathway, known, on=TODAY)
    for missing in now.missing:
        fact = pathway.dictionary[missing.fact]
        for text in missing.cells if len(missing.cells) == 1 else ():
            cell = parse_cell(text, fact)
            example = next(
                r.example
                for r in regions_of(fact, [cell])
                if r.example is not None and cell.matches(r.example)
            )
            changed = route_referral(pathway, known | values(pathway, {fact.name: _text(example)}), on=TODAY)
            called = CALL in missing.lines and bool(changed.danger.certain) and changed.action in ACTIONS
            assert called or changed.line in (*missing.lines, now.line), missing
            tried += 1
    assert tried >= 1


def _text(example: object) -> str:
    return {True: "yes", False: "no"}[example] if isinstance(example, bool) else str(example)


def test_a_routing_is_stored_and_replayed(pathway):
    routing = route_referral(pathway, values(pathway, KNOWN), on=TODAY)
    stored = json.loads(json.dumps(routing.to_dict()))
    assert (stored["line"], stored["reasons"][0]["rule"]) == ("intermediate", routing.reasons[0].rule)
    assert set(routing.decisions) == {"exclusion", "referral", "to_do"}
    for table_id, decision in routing.decisions.items():
        check_replays(Decision.from_dict(json.loads(decision.to_json())), pathway.table(table_id))


def test_a_handful_of_answers_is_enough(pathway):
    """With an abnormal ECG a practice nurse needs no laboratory result to know where to refer."""
    asked = {
        name: text
        for name, text in SUSPECTED.items()
        if name not in ("rhythm", "nt_probnp", "bmi", "natriuretic_lowering_drug")
    }
    routing = route_referral(pathway, values(pathway, asked | {"ecg_result": "abnormal"}), on=TODAY)
    assert routing.is_decided
    typed = [name for name in asked if pathway.dictionary[name].group not in ("person", "red_flags")]
    assert len(typed) <= 10
