"""Every kind of planted fault is found with a patient who shows it; a clean table reports nothing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from anderhalf.core.decisions.check import CheckReport, Finding, FindingKind, Severity, check_table
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision, RuleState
from anderhalf.core.decisions.facts import Fact, FactType, FactValue, FactValueError
from anderhalf.core.decisions.feel import ANY_CELL, parse_cell
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OnUnknown, OutputSpec, Rule
from anderhalf.core.decisions.policy import Status
from tests.unit.core.decisions.decision_builders import AGE, OEDEMA, POTASSIUM, TODAY, table

D = Decimal
K = FindingKind
CLEAN = """
id | age      | oedema | out:line | source
r1 | >=65     | true   | "second" | s
r2 | >=65     | false  | "first"  | s
r3 | [18..64] | -      | "first"  | s
r4 | <18      | -      | "none"   | s
"""


def only(report: CheckReport, kind: FindingKind) -> Finding:
    [found] = [finding for finding in report.findings if finding.kind is kind]
    return found


def shown(checked: DecisionTable, report: CheckReport, finding: Finding) -> Decision:
    """The engine's answer for the witness."""
    assert finding.witness is not None
    return evaluate(checked, finding.witness, on=report.on)


@pytest.mark.parametrize("policy", list(HitPolicy))
def test_a_clean_table_reports_nothing(policy: HitPolicy) -> None:
    rows = CLEAN
    for number, text in enumerate(('"second"', '"first"', '"none"')):
        rows = rows.replace(text, str(number))
    assert check_table(table(rows, policy=policy)).is_clean


def test_a_gap_names_the_nearest_cell_and_the_rule_that_would_fill_it() -> None:
    gappy = table(CLEAN.replace(">=65     | true", ">=66     | true"))
    report = check_table(gappy)
    gap = only(report, K.GAP)
    assert (gap.rules, gap.column, gap.text) == (("r1",), "age", ">=66")
    assert gap.region == {"age": "65", "oedema": "true"}
    assert gap.witness == {
        "age": FactValue(D(65), report.on, "example"),
        "oedema": FactValue(True, report.on, "example"),
    }
    assert shown(gappy, report, gap).status is Status.NO_MATCH
    assert (
        gap.describe("nl")
        == "geen regel geldt voor age 65; oedema true; het dichtst bij is r1, cel age (>=66)"
    )
    assert "no rule holds" in gap.describe("en")
    assert gap.severity is Severity.ERROR
    assert report.errors == (gap,)


def test_every_gap_is_found_and_filling_them_closes_the_table() -> None:
    gappy = table("""
    id | age      | rhythm      | out:line | source
    r1 | [20..40) | "af"        | "a"      | s
    r2 | (50..60] | not("af")   | "a"      | s
    """, policy=HitPolicy.UNIQUE)  # fmt: skip
    report = check_table(gappy)
    assert report.not_proved == ()
    filled = list(gappy.rules)
    for at, gap in enumerate(finding for finding in report.findings if finding.kind is K.GAP):
        assert shown(gappy, report, gap).status is Status.NO_MATCH
        cells = {
            fact.name: parse_cell(gap.region[fact.name], fact) if fact.name in gap.region else ANY_CELL
            for fact in gappy.inputs
        }
        filled.append(Rule(id=f"fill{at}", cells=cells, outputs={"line": "x"}, source="s"))
    assert K.GAP not in check_table(replace(gappy, rules=tuple(filled))).counts()


def test_between_two_steps_of_a_fact_there_is_no_gap() -> None:
    rows = """
    id | age   | out:a | source
    r1 | <=49  | 1     | s
    r2 | >=50  | 2     | s
    """
    assert check_table(table(rows)).is_clean
    finer = replace(table(rows), inputs=(replace(AGE, decimals=1),))
    assert only(check_table(finer), K.GAP).region == {"age": "(49..50)"}


def test_a_default_output_leaves_no_gap() -> None:
    rows = "id | age | out:a | source\nr1 | >50 | 1 | s\n"
    spec = OutputSpec(name="a", default=D(0))
    assert check_table(table(rows, outputs={"a": spec})).is_clean
    assert K.GAP in check_table(table(rows)).counts()


def test_missing_that_no_rule_provides_for_is_a_gap() -> None:
    rows = "id | age | out:a | source\nr1 | not(null) | 1 | s\n"
    gap = only(check_table(table(rows)), K.GAP)
    assert (gap.region, gap.witness) == ({"age": "null"}, {})


def test_overlap_is_a_fault_under_unique() -> None:
    rows = CLEAN.replace("[18..64]", "[18..65]")
    unique = table(rows, policy=HitPolicy.UNIQUE)
    report = check_table(unique)
    found = [finding for finding in report.findings if finding.kind is K.OVERLAP]
    assert [finding.rules for finding in found] == [("r1", "r3"), ("r2", "r3")]
    for finding in found:
        assert "age 65" in finding.detail
        decision = shown(unique, report, finding)
        assert decision.status is Status.CONFLICT
        assert {rule.rule_id for rule in decision.decisive} == set(finding.rules)


def test_overlap_is_a_conflict_under_any_only_with_different_answers() -> None:
    rows = CLEAN.replace("[18..64]", "[18..65]")
    any_table = table(rows, policy=HitPolicy.ANY)
    report = check_table(any_table)
    conflict = only(report, K.CONFLICT)
    assert conflict.rules == ("r1", "r3")
    assert shown(any_table, report, conflict).status is Status.CONFLICT
    assert {finding.kind for finding in report.findings} == {K.CONFLICT}


@pytest.mark.parametrize("policy", [HitPolicy.FIRST, HitPolicy.PRIORITY, HitPolicy.UNIQUE, HitPolicy.ANY])
def test_same_conditions_with_different_answers_contradict(policy: HitPolicy) -> None:
    rows = CLEAN + '    r5 | 0, (0..17] | - | "second" | s\n'
    contradicting = table(rows, policy=policy)
    report = check_table(contradicting)
    finding = only(report, K.CONTRADICTION)
    assert set(finding.rules) == {"r4", "r5"}
    decision = shown(contradicting, report, finding)
    assert {rule.rule_id for rule in decision.fired} == {"r4", "r5"}
    assert {finding.kind for finding in report.findings} == {K.CONTRADICTION}


def test_a_duplicate_is_reported_once_under_every_policy() -> None:
    rows = CLEAN + '    r5 | <18 | - | "none" | s\n'
    for policy in (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.COLLECT, HitPolicy.RULE_ORDER):
        doubled = table(rows, policy=policy)
        report = check_table(doubled)
        assert [finding.kind for finding in report.findings] == [K.DUPLICATE]
        finding = only(report, K.DUPLICATE)
        assert finding.rules == ("r4", "r5")
        assert {rule.rule_id for rule in shown(doubled, report, finding).fired} == {"r4", "r5"}


def test_rules_masked_by_one_or_by_several_together() -> None:
    rows = """
    id | age      | oedema | out:line | source
    r1 | >=65     | -      | "a"      | s
    r2 | >=70     | true   | "b"      | s
    r3 | <65      | true   | "c"      | s
    r4 | -        | true   | "d"      | s
    r5 | >=66     | -      | "a"      | s
    r6 | -        | -      | "e"      | s
    """
    masked = table(rows)
    report = check_table(masked)
    found = {finding.rules[0]: finding for finding in report.findings}
    assert {rule: (finding.kind, finding.rules[1:]) for rule, finding in found.items()} == {
        "r2": (K.MASKED, ("r1",)),
        "r4": (K.MASKED, ("r1", "r2", "r3")),
        "r5": (K.SUBSUMED, ("r1",)),
    }
    for rule, finding in found.items():
        decision = shown(masked, report, finding)
        assert rule in {one.rule_id for one in decision.fired}
        assert rule not in {one.rule_id for one in decision.decisive}


def test_priority_masks_by_the_order_of_the_outputs() -> None:
    rows = """
    id | age  | out:a | source
    r1 | >=70 | "low" | s
    r2 | -    | "high" | s
    """
    spec = OutputSpec(name="a", values=("high", "low"))
    finding = only(check_table(table(rows, policy=HitPolicy.PRIORITY, outputs={"a": spec})), K.MASKED)
    assert finding.rules == ("r1", "r2")
    upside_down = replace(spec, values=("low", "high"))
    assert check_table(table(rows, policy=HitPolicy.PRIORITY, outputs={"a": upside_down})).is_clean


def test_a_rule_that_is_always_held_up_by_an_undecided_one_is_masked() -> None:
    rows = """
    id | age  | out:a | source | on_unknown
    r1 | <50  | 1     | s      | needs_data
    r2 | >=50 | 2     | s      |
    r3 | null | 3     | s      |
    """
    # The null rule speaks for the missing case, so it is not held up; without it the catch-all would be.
    assert check_table(table(rows)).is_clean
    assert only(check_table(table(rows.replace("null", "-"))), K.MASKED).rules[0] == "r3"
    # With both rules stepping over the unknown, the catch-all decides for those whose age is missing.
    lenient = table(
        rows.replace("null", "-").replace("needs_data", ""), on_unknown=OnUnknown.TREAT_AS_NO_MATCH
    )
    assert check_table(lenient).is_clean


def test_subsumed_under_any() -> None:
    rows = CLEAN + '    r5 | [20..30] | true | "first" | s\n'
    finding = only(check_table(table(rows, policy=HitPolicy.ANY)), K.SUBSUMED)
    assert finding.rules == ("r5", "r3")


@pytest.mark.parametrize("cell", [">120", "<0", "(17..18)", "not(>=0)"])
def test_a_rule_that_can_never_hold_is_unreachable(cell: str) -> None:
    checked = table(CLEAN + f'    r5 | {cell} | true | "second" | s\n')
    report = check_table(checked)
    finding = only(report, K.UNREACHABLE)
    assert (finding.rules, finding.column, finding.text) == (("r5",), "age", cell)
    rule = shown(checked, report, finding).rules[4]
    assert rule.failed_by == ("age",)
    assert rule.state is RuleState.NOT_FIRED


def test_values_outside_range_and_list_are_shown_by_the_value_that_is_refused() -> None:
    rows = """
    id | age           | rhythm            | out:a | source
    r1 | 500, [10..20] | "af"              | 1     | s
    r2 | -             | "flutter", "sinus" | 2     | s
    r3 | -             | -                 | 3     | s
    """
    checked = table(rows, strict=False)
    report = check_table(checked)
    outside, unknown = only(report, K.OUT_OF_RANGE), only(report, K.NOT_IN_LIST)
    assert (outside.rules, outside.column, outside.text, outside.detail) == (
        ("r1",),
        "age",
        "500, [10..20]",
        "500",
    )
    assert (unknown.rules, unknown.column, unknown.detail) == (("r2",), "rhythm", '"flutter"')
    assert (outside.severity, unknown.severity) == (Severity.WARNING, Severity.ERROR)
    for finding in (outside, unknown):
        assert finding.witness is not None
        with pytest.raises(FactValueError, match=finding.column):
            evaluate(checked, finding.witness, on=report.on)


def test_an_output_that_is_not_allowed_is_shown_by_a_patient_who_gets_it() -> None:
    spec = OutputSpec(name="line", values=("first", "none"))
    checked = table(CLEAN, outputs={"line": spec}, strict=False)
    report = check_table(checked)
    finding = only(report, K.OUTPUT_NOT_ALLOWED)
    assert (finding.rules, finding.column, finding.text) == (("r1",), "out:line", '"second"')
    assert shown(checked, report, finding).value("line") == "second"


def test_unused_facts_and_rules_without_source() -> None:
    rows = """
    id | age  | oedema | out:a | source
    r1 | >=65 | -      | 1     |
    r2 | <65  | -      | 2     | s
    """
    checked = table(rows)
    report = check_table(checked)
    unused, bare = only(report, K.UNUSED_FACT), only(report, K.NO_SOURCE)
    assert unused.column == "oedema"
    assert shown(checked, report, unused).is_decided
    assert (bare.rules, bare.column) == (("r1",), "source")
    assert shown(checked, report, bare).decisive[0].source == ""
    assert report.errors == ()


def test_every_finding_reads_as_a_sentence_in_both_languages() -> None:
    for kind in FindingKind:
        finding = Finding(kind=kind, rules=("r1", "r2"), column="age", text=">5")
        assert "{" not in finding.describe("nl") + finding.describe("en")
        assert finding.describe("nl") != finding.describe("en")


def test_witnesses_of_dated_facts_hold_on_the_day_of_the_report() -> None:
    report = check_table(table("id | potassium | out:a | source\nr1 | >5.5 | 1 | s\n"), on=TODAY)
    gap = only(report, K.GAP)
    assert gap.witness == {"potassium": FactValue(D(1), TODAY, "example")}
    dates = check_table(
        table('id | admitted | out:a | source\nr1 | >=date("2026-01-01") | 1 | s\n'), on=TODAY
    )
    assert only(dates, K.GAP).witness == {"admitted": FactValue(date(2025, 12, 31), TODAY, "example")}


def test_many_findings_of_a_kind_are_counted_and_not_all_listed() -> None:
    rows = "id | age | out:a | source\n" + "".join(f"r{at} | - | {at} | s\n" for at in range(30))
    report = check_table(table(rows, policy=HitPolicy.UNIQUE))
    assert report.counts()[K.CONTRADICTION] == 29
    wide = "id | age | out:a | source\n" + "".join(f"r{at} | >{at} | {at} | s\n" for at in range(30))
    report = check_table(table(wide, policy=HitPolicy.UNIQUE))
    listed = [finding for finding in report.findings if finding.kind is K.OVERLAP]
    assert (len(listed), report.left_out[K.OVERLAP], report.counts()[K.OVERLAP]) == (50, 385, 435)


def test_large_open_lists_and_free_text_have_an_other_value() -> None:
    rows = 'id | note | out:a | source\nr1 | "other", "x" | 1 | s\n'
    gap = only(check_table(table(rows)), K.GAP)
    assert gap.witness is not None
    assert gap.witness["note"].value == "other'"


def test_facts_without_cells_or_range_still_get_an_example() -> None:
    free = Fact(name="free", type=FactType.NUMBER, label={})
    rows = "id | age | out:a | source\nr1 | >=50 | 1 | s\n"
    checked = replace(
        table(rows), inputs=(AGE, free, POTASSIUM, OEDEMA),
        rules=tuple(
            replace(rule, cells={**rule.cells, "free": ANY_CELL, "potassium": ANY_CELL, "oedema": ANY_CELL})
            for rule in table(rows).rules
        ),
    )  # fmt: skip
    report = check_table(checked)
    assert {finding.column for finding in report.findings if finding.kind is K.UNUSED_FACT} == {
        "free", "potassium", "oedema",
    }  # fmt: skip
    assert only(report, K.GAP).region == {"age": "[0..50)"}
