"""The chart follows from the tables: every rule stands in it once, in a box with its own outcome."""

from __future__ import annotations

from collections import Counter

import pytest

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.pathway.flowchart.chart import build_chart
from anderhalf.core.pathway.flowchart.words import criterion


@pytest.fixture(scope="module", params=["heart_failure", "atrial_fibrillation"])
def pathway(request):
    return load_pathway(read_folder(pathway_folder(request.param)), request.param)


def rules_of(box):
    return [rule for context in box.contexts for item in context.items for rule in item.rules]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_rule_stands_in_the_chart_exactly_once(pathway, language):
    chart = build_chart(pathway, language=language)
    drawn = Counter(rule.id for rule in chart.rules) + Counter(
        step.onward_rule for step in chart.steps if step.onward_rule
    )
    expected = Counter(rule.id for step in chart.steps for rule in pathway.tables[step.table].rules)
    assert drawn == expected


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_rule_stands_under_its_own_outcome_with_all_that_it_asks(pathway, language):
    for step in build_chart(pathway, language=language).steps:
        table = pathway.tables[step.table]
        for box in step.boxes:
            for context in box.contexts:
                for item in context.items:
                    for drawn in item.rules:
                        rule = table.rule(drawn.id)
                        asked = {
                            criterion(fact, rule.cells[fact.name], language)
                            for fact in table.inputs
                            if not rule.cells[fact.name].any
                        }
                        assert asked == set(context.conditions) | set(drawn.conditions)
                        assert drawn.local == (rule.grade == "local")
                        if "line" in rule.outputs:
                            line, urgency = str(rule.outputs["line"]), str(rule.outputs["urgency"])
                            assert box.title == pathway.lines[line][language]
                            assert box.term == pathway.urgencies[urgency].label[language]


def test_rules_keep_the_order_of_the_table_and_carry_their_place(pathway):
    for step in build_chart(pathway, language="nl").steps:
        order = pathway.tables[step.table].rule_ids
        for box in step.boxes:
            places = [rule.place for rule in rules_of(box)]
            assert [order[place - 1] for place in places] == [rule.id for rule in rules_of(box)]
            if step.ordered:
                assert places == sorted(places)


def test_boxes_go_from_most_to_least_urgent(pathway):
    lines = list(pathway.lines)
    titles = {labels["nl"]: line for line, labels in pathway.lines.items()}
    terms = {one.label["nl"]: one.days for one in pathway.urgencies.values()}
    cannot_wait, referral = build_chart(pathway, language="nl").steps[:2]
    order = [lines.index(titles[box.title]) for box in referral.boxes]
    assert order == sorted(order)
    days = [terms[box.term] for box in cannot_wait.boxes]
    assert days == sorted(days), "within a day in the 1.5 line stands before within a week at the hospital"


def test_what_most_rules_ask_is_said_once_above_them():
    pathway = load_pathway(read_folder(pathway_folder("heart_failure")), "heart_failure")
    referral = build_chart(pathway, language="nl").steps[1]
    said = {
        condition for box in referral.boxes for context in box.contexts for condition in context.conditions
    }
    assert any(condition.startswith("Verwezen vanuit") for condition in said)
    assert not any(
        condition.startswith("Verwezen vanuit")
        for box in referral.boxes
        for rule in rules_of(box)
        for condition in rule.conditions
    )


def test_a_pathway_without_referral_table_is_refused(pathway):
    from dataclasses import replace

    bare = replace(
        pathway, tables={name: table for name, table in pathway.tables.items() if name != "referral"}
    )
    with pytest.raises(KeyError, match="referral"):
        build_chart(bare, language="nl")
