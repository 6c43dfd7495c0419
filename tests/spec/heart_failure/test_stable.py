"""Who can go back to the GP? And which form of heart failure is it?"""

from __future__ import annotations

import pytest

from anderhalf.content import load_pathway
from anderhalf.core.decisions.evaluate import evaluate
from tests.spec.heart_failure.cases import TODAY, Case, read_cases, values

STABLE = {
    "heart_failure_known": "yes", "advanced_hf_sign": "no", "potassium": "4.6", "egfr": "55", "systolic_bp": "118",
    "heart_rate": "64", "congestion": "no", "nyha": "II", "therapy_status": "at_target", "hf_admission_ever": "no",
    "days_since_medication_change": "60", "weight_stable": "yes", "self_care_taught": "yes", "sodium": "140",
    "haemoglobin": "8.6", "sex": "male", "rhythm": "sinus", "lvef": "42", "device_assessed": "no",
}  # fmt: skip

STABLE_CASES = """
ST-99 | stable in every respect            |                                                     | return
ST-01 | no heart failure after all         | heart_failure_known = no; echo_structural_abnormality = no  | return
ST-02 | abnormal echo, no diagnosis        | heart_failure_known = no; echo_structural_abnormality = yes | discuss
ST-03 | sign of advanced heart failure     | advanced_hf_sign = yes                              | forward
ST-04 | potassium just too low             | potassium = 3.4                                     | stay
ST-99 | potassium on the lower limit       | potassium = 3.5                                     | return
ST-99 | potassium on the upper limit       | potassium = 5.5                                     | return
ST-04 | potassium just too high            | potassium = 5.6                                     | stay
ST-05 | eGFR 29, as the return letter says | egfr = 29                                           | discuss
ST-99 | eGFR 30                            | egfr = 30                                           | return
ST-15 | systolic pressure 180              | systolic_bp = 180                                   | discuss
ST-99 | systolic pressure 179              | systolic_bp = 179                                   | return
ST-16 | sodium 129                         | sodium = 129                                        | discuss
ST-99 | sodium 130                         | sodium = 130                                        | return
ST-99 | sodium 150                         | sodium = 150                                        | return
ST-16 | sodium 151                         | sodium = 151                                        | discuss
ST-17 | haemoglobin 8.0 in a man           | haemoglobin = 8.0                                   | discuss
ST-99 | haemoglobin 8.1 in a man           | haemoglobin = 8.1                                   | return
ST-18 | haemoglobin 7.4 in a woman         | haemoglobin = 7.4; sex = female                     | discuss
ST-99 | haemoglobin 7.5 in a woman         | haemoglobin = 7.5; sex = female                     | return
ST-19 | AF without an anticoagulant        | rhythm = af; anticoagulant = no                     | stay
ST-99 | AF with an anticoagulant           | rhythm = af; anticoagulant = yes                    | return
ST-20 | ferritin 99                        | ferritin = 99                                       | discuss
ST-99 | ferritin 100, saturation unknown   | ferritin = 100                                      | return
ST-21 | ferritin 299, saturation 19        | ferritin = 299; transferrin_saturation = 19         | discuss
ST-99 | ferritin 299, saturation 20        | ferritin = 299; transferrin_saturation = 20         | return
ST-99 | ferritin 300, saturation 19        | ferritin = 300; transferrin_saturation = 19         | return
ST-99 | low ferritin in the palliative phase | ferritin = 40; palliative_phase = yes             | return
ST-22 | LVEF 35, no device assessment      | lvef = 35                                           | discuss
ST-99 | LVEF 35.1, no device assessment    | lvef = 35.1                                         | return
ST-99 | LVEF 35, device assessed           | lvef = 35; device_assessed = yes                    | return
ST-99 | LVEF 35 in the palliative phase    | lvef = 35; palliative_phase = yes                   | return
ST-23 | LVEF 40 of before the medication   | lvef = 40; echo_after_optimal_done = no             | stay
ST-28 | LVEF 25 of before the medication, device unknown | lvef = 25; device_assessed = unknown; echo_after_optimal_done = no | stay
ST-24 | LVEF 35, device unknown            | lvef = 35; device_assessed = unknown                | discuss
ST-33 | a second pathway keeps the patient | second_pathway_holds = yes                          | discuss
ST-34 | a second pathway can't say yet     | second_pathway_holds = open                         | stay
ST-99 | no second pathway keeps the patient | second_pathway_holds = no                          | return
ST-07 | a pulse of 49 goes before what a second pathway can't say | second_pathway_holds = open; heart_rate = 49 | discuss
ST-33 | no heart failure after all, a second pathway keeps the patient | heart_failure_known = no; echo_structural_abnormality = no; second_pathway_holds = yes | discuss
ST-34 | no heart failure after all, a second pathway can't say yet | heart_failure_known = no; echo_structural_abnormality = no; second_pathway_holds = open | stay
ST-32 | a danger is open                   | open_danger = yes                                   | stay
ST-99 | no danger is open                  | open_danger = no                                    | return
ST-17 | no heart failure after all, haemoglobin 8.0 in a man | heart_failure_known = no; echo_structural_abnormality = no; haemoglobin = 8.0 | discuss
ST-29 | no heart failure after all, haemoglobin 7.5 in a woman | heart_failure_known = no; echo_structural_abnormality = no; haemoglobin = 7.5; sex = female | return
ST-18 | no heart failure after all, haemoglobin 5.6 | heart_failure_known = no; echo_structural_abnormality = no; haemoglobin = 5.6; sex = female | discuss
ST-06 | no heart failure after all, pressure 86 | heart_failure_known = no; echo_structural_abnormality = no; systolic_bp = 86 | discuss
ST-08 | no heart failure after all, congested | heart_failure_known = no; echo_structural_abnormality = no; congestion = yes | stay
ST-09 | no heart failure after all, NYHA IV | heart_failure_known = no; echo_structural_abnormality = no; nyha = IV | discuss
ST-19 | no heart failure after all, AF without an anticoagulant | heart_failure_known = no; echo_structural_abnormality = no; rhythm = af; anticoagulant = no | stay
ST-30 | no heart failure after all, AF with an anticoagulant | heart_failure_known = no; echo_structural_abnormality = no; rhythm = af; anticoagulant = yes | return
ST-31 | the same, a woman with haemoglobin 7.6 | heart_failure_known = no; echo_structural_abnormality = no; rhythm = af; anticoagulant = yes; haemoglobin = 7.6; sex = female | return
ST-32 | no heart failure after all, a danger is open | heart_failure_known = no; echo_structural_abnormality = no; open_danger = yes | stay
ST-35 | no heart failure after all, NT-proBNP 221 | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 221 | discuss
ST-01 | no heart failure after all, NT-proBNP 220 | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 220 | return
ST-01 | no heart failure after all, NT-proBNP of four months ago | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 2208 @ 120 | return
ST-35 | no heart failure after all, NT-proBNP 2208, an anticoagulant without AF | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 2208; anticoagulant = yes | discuss
ST-35 | no heart failure after all, NT-proBNP 221, rhythm unknown | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 221; rhythm = unknown | discuss
ST-36 | no heart failure after all, AF, NT-proBNP 661 | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 661; rhythm = af; anticoagulant = yes | discuss
ST-30 | no heart failure after all, AF, NT-proBNP 660 | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 660; rhythm = af; anticoagulant = yes | return
ST-36 | no heart failure after all, attacks of AF, NT-proBNP 661 | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 661; atrial_fibrillation = yes; anticoagulant = yes | discuss
ST-30 | no heart failure after all, attacks of AF, NT-proBNP 660 | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 660; atrial_fibrillation = yes; anticoagulant = yes | return
ST-03 | no heart failure after all, sign of advanced heart failure | heart_failure_known = no; echo_structural_abnormality = no; advanced_hf_sign = yes | forward
ST-03 | the same, NT-proBNP 2208 | heart_failure_known = no; echo_structural_abnormality = no; advanced_hf_sign = yes; nt_probnp = 2208 | forward
ST-02 | abnormal echo, NT-proBNP 2208 | heart_failure_known = no; echo_structural_abnormality = yes; nt_probnp = 2208 | discuss
ST-04 | no heart failure after all, NT-proBNP 2208, potassium 5.6 | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 2208; potassium = 5.6 | stay
ST-08 | no heart failure after all, NT-proBNP 2208, congested | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 2208; congestion = yes | stay
ST-19 | no heart failure after all, NT-proBNP 2208, AF without an anticoagulant | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 2208; rhythm = af; anticoagulant = no | stay
ST-13 | no heart failure after all, NT-proBNP 2208, weight not stable | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 2208; weight_stable = no | stay
ST-34 | no heart failure after all, NT-proBNP 2208, a second pathway can't say yet | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 2208; second_pathway_holds = open | stay
ST-32 | no heart failure after all, NT-proBNP 2208, a danger is open | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 2208; open_danger = yes | stay
ST-99 | known heart failure, NT-proBNP 2208 | nt_probnp = 2208 | return
ST-35 | normal echo, not said whether it is heart failure, NT-proBNP 2208 | heart_failure_known = unknown; echo_structural_abnormality = no; nt_probnp = 2208 | discuss
asks  | no heart failure after all, echo unknown, NT-proBNP 2208 | heart_failure_known = no; nt_probnp = 2208 | echo_structural_abnormality
asks  | no heart failure after all, NT-proBNP 2208, AF, anticoagulant unknown | heart_failure_known = no; echo_structural_abnormality = no; nt_probnp = 2208; rhythm = af | anticoagulant
ST-25 | new chest pain on exertion         | new_angina = yes                                    | discuss
ST-26 | new ECG abnormality                | new_ecg_abnormality = yes                           | discuss
ST-27 | attacks of AF, no anticoagulant    | atrial_fibrillation = yes; anticoagulant = no       | stay
ST-04 | no heart failure after all, potassium 5.6 | heart_failure_known = no; echo_structural_abnormality = no; potassium = 5.6 | stay
ST-05 | no heart failure after all, eGFR 29 | heart_failure_known = no; echo_structural_abnormality = no; egfr = 29 | discuss
ST-99 | ferritin 40, treated               | ferritin = 40; iron_deficiency_handled = yes        | return
ST-99 | ferritin 40, LVEF 50               | ferritin = 40; lvef = 50                            | return
ST-28 | LVEF 40 of before the medication, device assessed | lvef = 40; device_assessed = yes; echo_after_optimal_done = no | stay
ST-99 | LVEF 40.1 of before the medication | lvef = 40.1; echo_after_optimal_done = no           | return
ST-06 | systolic pressure 89               | systolic_bp = 89                                    | discuss
ST-99 | systolic pressure 90               | systolic_bp = 90                                    | return
ST-07 | pulse 49                           | heart_rate = 49                                     | discuss
ST-99 | pulse 50                           | heart_rate = 50                                     | return
ST-99 | pulse 109                          | heart_rate = 109                                    | return
ST-07 | pulse 110                          | heart_rate = 110                                    | discuss
ST-08 | still congested                    | congestion = yes                                    | stay
ST-09 | NYHA III on full treatment         | nyha = III                                          | discuss
ST-10 | still being titrated               | therapy_status = titrating                          | stay
ST-10 | NYHA III while being titrated      | therapy_status = titrating; nyha = III              | stay
ST-11 | discharged 89 days ago             | hf_admission_ever = yes; days_since_hf_admission = 89 | stay
ST-99 | discharged 90 days ago             | hf_admission_ever = yes; days_since_hf_admission = 90 | return
ST-12 | medication changed 41 days ago     | days_since_medication_change = 41                   | stay
ST-99 | medication changed 42 days ago     | days_since_medication_change = 42                   | return
ST-13 | weight not stable                  | weight_stable = no                                  | stay
ST-14 | does not know the warning signs    | self_care_taught = no                               | stay
asks  | potassium unknown                  | potassium = unknown                                 | potassium
asks  | sodium unknown                     | sodium = unknown                                    | sodium
asks  | haemoglobin unknown                | haemoglobin = unknown                               | haemoglobin
asks  | AF, anticoagulant unknown          | rhythm = af                                         | anticoagulant
asks  | LVEF unknown                       | lvef = unknown                                      | lvef
asks  | potassium of four months ago       | potassium = 4.6 @ 120                               | potassium
asks  | when was the last change?          | days_since_medication_change = unknown              | days_since_medication_change
"""

PHENOTYPE_CASES = """
PH-01 | LVEF 40: ESC counts it as reduced  | lvef = 40                                           | hfref
PH-02 | LVEF 40.1                          | lvef = 40.1                                         | hfmref
PH-02 | LVEF 49.9                          | lvef = 49.9                                         | hfmref
PH-03 | LVEF 50, never lower               | lvef = 50; lvef_ever_40_or_less = no                | hfpef
PH-04 | LVEF 50 after 40 or less           | lvef = 50; lvef_ever_40_or_less = yes               | hfimpef
asks  | LVEF 50, earlier echo unknown      | lvef = 50                                           | lvef_ever_40_or_less
asks  | no LVEF                            |                                                     | lvef
"""

NHG_CASES = """
PH-01 | LVEF 39.9                          | lvef = 39.9                                         | hfref
PH-02 | LVEF 40: NHG counts it as mild     | lvef = 40                                           | hfmref
"""


def check(table, output: str, pathway, facts: dict[str, str], case: Case) -> None:
    decision = evaluate(table, values(pathway, facts | dict(case.facts)), on=TODAY)
    if case.rule == "asks":
        assert case.outcome in decision.facts_missing
        return
    assert [rule.rule_id for rule in decision.decisive] == [case.rule]
    assert decision.value(output) == case.outcome


@pytest.mark.parametrize("case", read_cases(STABLE_CASES))
def test_stable(pathway, case: Case):
    check(pathway.table("stable"), "advice", pathway, STABLE, case)


@pytest.mark.parametrize("case", read_cases(PHENOTYPE_CASES))
def test_phenotype(pathway, case: Case):
    check(pathway.table("phenotype"), "phenotype", pathway, {}, case)


@pytest.mark.parametrize("case", read_cases(NHG_CASES))
def test_phenotype_when_the_agreement_follows_nhg(pathway, case: Case):
    nhg = load_pathway(pathway.files, "test", choices={"lvef_40": "nhg"})
    check(nhg.table("phenotype"), "phenotype", pathway, {}, case)


def test_every_rule_of_the_tables_is_in_the_handbook(pathway):
    for table, text in (("stable", STABLE_CASES), ("phenotype", PHENOTYPE_CASES)):
        shown = {param.values[0].rule for param in read_cases(text)}
        assert shown - {"asks"} == set(pathway.table(table).rule_ids)
