"""Rule by rule: what differs is said, what only looks different is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anderhalf.apps.network.drafting.comparing import ChangeKind, compare_tables
from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.decisions.feel import parse_cell

PATHWAY = load_pathway(read_folder(pathway_folder("heart_failure")), "heart_failure")
REFERRAL, TO_DO = PATHWAY.tables["referral"], PATHWAY.tables["to_do"]


def with_cell(table, rule_id, fact, text):
    test = parse_cell(text, table.facts[fact])
    rules = tuple(
        replace(rule, cells={**rule.cells, fact: test}) if rule.id == rule_id else rule
        for rule in table.rules
    )
    return replace(table, rules=rules)


def test_a_table_does_not_differ_from_itself():
    assert compare_tables(REFERRAL, REFERRAL) == ()


def test_a_changed_threshold():
    (change,) = compare_tables(REFERRAL, with_cell(REFERRAL, "RF-26", "nt_probnp", ">=150"))
    assert change.kinds == (ChangeKind.CHANGED,)
    assert [(cell.column, cell.before, cell.after) for cell in change.cells] == [
        ("nt_probnp", ">=125", ">=150")
    ]
    assert change.decides_differently


@pytest.mark.parametrize(
    ("rule", "fact", "text"),
    [("RF-26", "nt_probnp", "[125..35000000], >=125.0"), ("RF-15", "nyha", '"III", "II"')],
)
def test_written_otherwise_is_no_change(rule, fact, text):
    assert compare_tables(REFERRAL, with_cell(REFERRAL, rule, fact, text)) == ()


def test_new_and_removed_rules():
    fresh = replace(REFERRAL.rules[3], id="RF-99")
    changes = compare_tables(
        REFERRAL, replace(REFERRAL, rules=(*REFERRAL.rules[:5], fresh, *REFERRAL.rules[6:]))
    )
    assert {(one.rule, one.kinds) for one in changes} == {
        ("RF-99", (ChangeKind.ADDED,)),
        (REFERRAL.rules[5].id, (ChangeKind.REMOVED,)),
    }


def test_only_the_wording():
    rule = REFERRAL.rules[0]
    worded = replace(rule, why={**rule.why, "nl": "Anders gezegd."})
    (change,) = compare_tables(REFERRAL, replace(REFERRAL, rules=(worded, *REFERRAL.rules[1:])))
    assert change.kinds == (ChangeKind.WORDED,)
    assert not change.decides_differently


@given(st.integers(0, len(REFERRAL.rules) - 1), st.integers(0, len(REFERRAL.rules) - 1))
def test_one_rule_that_moves_is_one_moved_rule(at, to):
    rules = list(REFERRAL.rules)
    rule = rules.pop(at)
    rules.insert(to, rule)
    moved = [one.rule for one in compare_tables(REFERRAL, replace(REFERRAL, rules=tuple(rules)))]
    if at == to:
        assert moved == []
    elif abs(at - to) == 1:
        assert len(moved) == 1
    else:
        assert moved == [rule.id]


def test_order_means_nothing_where_all_rules_count():
    assert compare_tables(TO_DO, replace(TO_DO, rules=tuple(reversed(TO_DO.rules)))) == ()
