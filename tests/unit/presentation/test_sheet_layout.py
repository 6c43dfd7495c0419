"""What stands where on the sheet: saying a condition once for several rules must not change what any rule asks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.pathway.flowchart.chart import Box, ChartRule, Context, Item, Step, build_chart
from anderhalf.core.pathway.flowchart.words import criterion
from anderhalf.presentation.sheet import SIZES
from anderhalf.presentation.sheet.layout import lanes_of
from anderhalf.presentation.sheet.measure import NEVER, lines, width


@pytest.fixture(scope="module", params=["heart_failure", "atrial_fibrillation"])
def pathway(request):
    return load_pathway(read_folder(pathway_folder(request.param)), request.param)


def boxes_of(step, size, language="nl"):
    return [box for lane in lanes_of(step, size, language) for box in lane["boxes"]]


def said(box):
    """(rule, everything that is said of it) in reading order: at the top of the box, above it, and in its own line."""
    for column in box["columns"]:
        for part in column:
            for item in part["items"]:
                for rule in item["rules"]:
                    yield rule, (*box["common"], *part["above"], *rule["conditions"])


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("size", [SIZES[0], 8.0, SIZES[-1]])
def test_every_rule_is_said_with_all_it_asks_and_nothing_else(pathway, size, language):
    for step in build_chart(pathway, language=language).steps:
        table = pathway.tables[step.table]
        for box in boxes_of(step, size, language):
            for drawn, conditions in said(box):
                rule = table.rule(drawn["id"])
                asked = Counter(
                    criterion(fact, rule.cells[fact.name], language)
                    for fact in table.inputs
                    if not rule.cells[fact.name].any
                )
                assert Counter(conditions) == asked, drawn["id"]


@pytest.mark.parametrize("size", [SIZES[0], 8.0, SIZES[-1]])
def test_every_rule_stands_once_in_its_own_box_in_the_order_of_the_chart(pathway, size):
    for step in build_chart(pathway, language="nl").steps:
        boxes = boxes_of(step, size)
        assert [box["at"] for box in boxes] == list(range(len(step.boxes)))
        for box in boxes:
            chart_box = step.boxes[box["at"]]
            expected = [rule.id for c in chart_box.contexts for item in c.items for rule in item.rules]
            assert [rule["id"] for rule, _said in said(box)] == expected


def test_the_lanes_fill_the_width_of_the_page(pathway):
    for step in build_chart(pathway, language="nl").steps:
        lanes = lanes_of(step, 7.0, "nl")
        assert sum(lane["share"] for lane in lanes) == 100
        assert min(lane["share"] for lane in lanes) >= 12


def step_of(*asked: tuple[str, ...]) -> Step:
    rules = [
        ChartRule(id=f"R-{at}", place=at, conditions=one, grade="A", local=False, only_when_known=False)
        for at, one in enumerate(asked, start=1)
    ]
    context = Context(conditions=(), items=tuple(Item(lead="", rules=(rule,)) for rule in rules))
    box = Box(tone="second", title="Lijn", term="week", action="", contexts=(context,))
    return Step(table="t", title="T", ordered=True, boxes=(box,), onward="", onward_rule="")


LONG = " ".join(["Een lange voorwaarde die niet op de regel past en dus telkens een regel kost"] * 4)


def test_what_all_rules_of_a_box_ask_is_said_at_its_top():
    (box,) = boxes_of(step_of((LONG, "a"), (LONG, "b")), 8.0)
    assert box["common"] == (LONG,)
    assert [rule["conditions"] for rule, _said in said(box)] == [("a",), ("b",)]


def test_a_rule_after_a_run_does_not_seem_to_stand_below_its_conditions():
    step = step_of((LONG, "a"), (LONG, "b"), (LONG, "c"), ("d",))
    (box,) = boxes_of(step, 8.0)
    parts = [part for column in box["columns"] for part in column]
    assert [(part["above"], part["always"]) for part in parts] == [((LONG,), False), ((), True)]


def test_a_rule_with_nothing_of_its_own_keeps_the_condition_out_of_the_top_of_the_box():
    (box,) = boxes_of(step_of((LONG, "a"), (LONG,)), 8.0)
    assert box["common"] == ()
    assert [conditions for _rule, conditions in said(box)] == [(LONG, "a"), (LONG,)]


def test_a_word_that_is_wider_than_the_page_leaves_nothing_out():
    (box,) = boxes_of(step_of(("woord" * 200,), ("b",)), 8.0)
    assert [conditions for _rule, conditions in said(box)] == [("woord" * 200,), ("b",)]


def test_many_boxes_keep_their_order_over_the_lanes():
    one = step_of(("a",), ("b",)).boxes[0]
    step = replace(step_of(("a",)), boxes=tuple(replace(one, title=str(at)) for at in range(9)))
    assert [box["at"] for box in boxes_of(step, 9.0)] == list(range(9))


def test_widths_are_those_of_the_letter():
    assert width("") == 0
    assert 0.15 < width(" ") < 0.35
    assert width("mm") == pytest.approx(2 * width("m"))
    assert width("hartslag", bold=True) > width("hartslag")
    assert width("語") > width("m") / 2


def test_lines_break_between_words_and_not_inside_them():
    assert lines("aaa bbb", 100) == 1
    assert lines("aaa bbb", width("bbb") + 0.01) == 2
    assert lines("aaa\u00a0bbb", width("aaa") + 0.01) == NEVER
