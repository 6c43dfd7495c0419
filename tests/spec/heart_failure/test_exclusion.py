"""Who must never wait here? One row per rule, and both sides of every limit.

Every patient below has no red flag, unless the row says so.
"""

from __future__ import annotations

import pytest

from anderhalf.core.pathway.referral import RoutingStatus, route_referral
from tests.spec.heart_failure.cases import TODAY, Case, read_cases, values

NO_RED_FLAG = {
    "age": "77", "sex": "female", "chest_pain_at_rest": "no", "dyspnoea_at_rest": "no", "hypoperfusion": "no",
    "syncope": "no", "abrupt_deterioration": "no", "systolic_bp": "130", "heart_rate": "72",
}  # fmt: skip

CASES = """
EX-01 | chest pain at rest                     | chest_pain_at_rest = yes                        | emergency immediate
EX-02 | short of breath at rest                | dyspnoea_at_rest = yes                          | emergency immediate
EX-03 | cold and clammy                        | hypoperfusion = yes                             | emergency immediate
EX-04 | fainted                                | syncope = yes                                   | emergency immediate
EX-05 | saturation just below the limit        | oxygen_saturation = 89                          | emergency immediate
EX-99 | saturation on the limit                | oxygen_saturation = 90                          | none none
EX-06 | pulse just above the limit             | heart_rate = 151                                | emergency immediate
EX-99 | pulse on the limit                     | heart_rate = 150; systolic_bp = 160             | none none
EX-13 | pulse just below thirty                | heart_rate = 29                                 | emergency immediate
EX-09 | pulse of thirty                        | heart_rate = 30                                 | second within_1_day
EX-14 | systolic pressure just below seventy   | systolic_bp = 69                                | emergency immediate
EX-08 | systolic pressure of seventy           | systolic_bp = 70; heart_rate = 60               | second within_1_day
EX-15 | pulse above a low systolic pressure    | systolic_bp = 99; heart_rate = 100              | emergency immediate
EX-99 | pulse equal to the systolic pressure   | systolic_bp = 99; heart_rate = 99               | none none
EX-26 | pulse above a pressure of a hundred    | systolic_bp = 100; heart_rate = 101             | second within_1_day
EX-99 | the pulse of another day               | systolic_bp = 99; heart_rate = 100 @ 1          | none none
EX-16 | breathing rate on the limit            | respiratory_rate = 30                           | emergency immediate
EX-24 | breathing rate just below it           | respiratory_rate = 29                           | second within_1_day
EX-99 | breathing rate below 25                | respiratory_rate = 24                           | none none
EX-17 | breathing rate of eight                | respiratory_rate = 8                            | emergency immediate
EX-99 | breathing rate of nine                 | respiratory_rate = 9                            | none none
EX-18 | more than one shock of the ICD         | icd_shock = several                             | emergency immediate
EX-25 | one shock of the ICD                   | icd_shock = one                                 | second within_1_day
EX-99 | no shock of the ICD                    | icd_shock = none                                | none none
EX-19 | pressure of 180 with symptoms          | systolic_bp = 180; pressure_symptoms = yes      | emergency immediate
EX-99 | pressure of 180 without symptoms       | systolic_bp = 180; pressure_symptoms = no       | none none
EX-27 | pressure of 220                        | systolic_bp = 220                               | second within_1_day
EX-99 | pressure just below 220                | systolic_bp = 219                               | none none
EX-20 | potassium just below the lower limit   | potassium = 2.7                                 | second within_1_day
EX-99 | potassium on the lower limit           | potassium = 2.8                                 | none none
EX-21 | sodium just below the lower limit      | sodium = 124                                    | second within_1_day
EX-99 | sodium on the lower limit              | sodium = 125                                    | none none
EX-22 | sodium just above the upper limit      | sodium = 156                                    | second within_1_day
EX-99 | sodium on the upper limit              | sodium = 155                                    | none none
EX-23 | haemoglobin just below the limit       | haemoglobin = 4.9                               | second within_1_day
EX-99 | haemoglobin on the limit               | haemoglobin = 5.0                               | none none
EX-07 | potassium just above the limit         | potassium = 6.1                                 | emergency immediate
EX-99 | potassium on the limit                 | potassium = 6.0                                 | none none
EX-99 | potassium high, but four months ago    | potassium = 6.5 @ 120                           | none none
EX-08 | systolic pressure just below the limit | systolic_bp = 89                                | second within_1_day
EX-99 | systolic pressure on the limit         | systolic_bp = 90                                | none none
EX-09 | pulse just below the limit             | heart_rate = 39                                 | second within_1_day
EX-99 | slow pulse on the limit                | heart_rate = 40                                 | none none
EX-10 | worse in a day                         | abrupt_deterioration = yes                      | second within_1_day
EX-11 | a boy of seventeen                     | age = 17; sex = male                            | second within_1_week
EX-99 | a man of eighteen                      | age = 18; sex = male                            | none none
EX-12 | pregnant                               | age = 34; pregnant = yes                        | second within_1_week
EX-12 | pregnant on the age limit              | age = 55; pregnant = yes                        | second within_1_week
EX-99 | a woman of 56 is not asked             | age = 56                                        | none none
EX-99 | not pregnant                           | age = 34; pregnant = no                         | none none
EX-99 | nobody with a red flag                 |                                                 | none none
EX-01 | two red flags: the first answers       | chest_pain_at_rest = yes; systolic_bp = 80      | emergency immediate
# An unknown answer is not "no": these patients are asked.
asks  | chest pain not asked                   | chest_pain_at_rest = unknown                    | chest_pain_at_rest
asks  | breathlessness not asked               | dyspnoea_at_rest = unknown                      | dyspnoea_at_rest
asks  | no blood pressure                      | systolic_bp = unknown                           | systolic_bp
asks  | blood pressure of last year            | systolic_bp = 130 @ 200                         | systolic_bp
asks  | no pulse                               | heart_rate = unknown                            | heart_rate
asks  | young woman, pregnancy not asked       | age = 34                                        | pregnant
"""


@pytest.mark.parametrize("case", read_cases(CASES))
def test_exclusion(pathway, case: Case):
    facts = values(pathway, NO_RED_FLAG | dict(case.facts))
    routing = route_referral(pathway, facts, on=TODAY)
    decision = routing.decisions["exclusion"]
    if case.rule == "asks":
        assert routing.status is RoutingStatus.NEEDS_DATA
        assert decision.facts_missing == (case.outcome,)
        assert routing.line == ""
        return
    assert [rule.rule_id for rule in decision.decisive] == [case.rule]
    assert f"{decision.value('line')} {decision.value('urgency')}" == case.outcome
    assert routing.excluded is (case.rule != "EX-99")
    if routing.excluded:
        assert (routing.line, routing.urgency) == tuple(case.outcome.split())
        assert case.rule in [reason.rule for reason in routing.reasons]


def test_every_rule_of_the_table_is_in_the_handbook(pathway):
    shown = {param.values[0].rule for param in read_cases(CASES)}
    assert shown - {"asks"} == set(pathway.table("exclusion").rule_ids)


def test_an_emergency_is_given_at_once_while_everything_else_is_unknown(pathway):
    routing = route_referral(pathway, values(pathway, {"heart_rate": "160"}), on=TODAY)
    assert (routing.status, routing.line, routing.days) == (RoutingStatus.DECIDED, "emergency", 0)
    assert routing.action == "call_112"
    assert routing.to_do == ()


def test_a_less_urgent_exclusion_says_that_it_could_be_worse(pathway):
    routing = route_referral(
        pathway, values(pathway, NO_RED_FLAG | {"systolic_bp": "85", "syncope": "unknown"}), on=TODAY
    )
    assert (routing.status, routing.line) == (RoutingStatus.AT_LEAST, "second")
    assert "syncope" in [one.fact for one in routing.missing]
    assert routing.danger.missing == ("syncope",)


def test_a_worse_answer_replaces_a_less_urgent_one(pathway):
    routing = route_referral(
        pathway, values(pathway, NO_RED_FLAG | {"systolic_bp": "85", "syncope": "yes"}), on=TODAY
    )
    assert (routing.status, routing.line) == (RoutingStatus.DECIDED, "emergency")
    assert [reason.rule for reason in routing.reasons] == ["EX-04"]
