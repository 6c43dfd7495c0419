"""The parts of the chart, and how they follow from the tables. Pure: tables in, chart out.

Three steps, as `referral.route_referral` takes them: who must never wait (the first page), which line and how soon,
and what the referrer still has to do (the second).

Rules stand in boxes by outcome, most urgent first. Within a box they keep the order of
the table, and every rule carries its place in the table, because under FIRST the lowest place that holds decides.
Conditions that most rules of a table share ("referred from the 1st line") are said once, above the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from anderhalf.core.decisions.facts import Value
from anderhalf.core.decisions.feel import Equals, IsNull
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OnUnknown, Rule
from anderhalf.core.pathway.danger import EXCLUSION
from anderhalf.core.pathway.flowchart.words import criterion, in_language
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.referral import NONE, REFERRAL, TO_DO
from anderhalf.core.pathway.routing import EMERGENCY

SHARED_BY = 2
"""A fact that at least one in so many rules of a table asks about is said once above the rules."""
LEADING_OUTPUT = "task"
"""The output that a rule of the to-do table is read by."""

MEDICATION = "medication"
"""The group of facts that the medication list answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartRule:
    """One rule. `place` counts from 1 in table order; `only_when_known`: an unknown fact makes it not hold."""

    id: str
    place: int
    conditions: tuple[str, ...]
    grade: str
    local: bool
    only_when_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Rules read as one: a task with the rules that ask for it, or (without `lead`) a single rule."""

    lead: str
    rules: tuple[ChartRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Conditions that hold for every item below them; empty when there are none."""

    conditions: tuple[str, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Everything that leads to one outcome. `tone` is the line of care, or `task`."""

    tone: str
    title: str
    term: str
    action: str
    contexts: tuple[Context, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One table. `onward`: what happens when no rule of a box holds, with the rule that says so."""

    table: str
    title: str
    ordered: bool
    boxes: tuple[Box, ...]
    onward: str
    onward_rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """Facts that count as unknown when they are older than so many days."""

    days: int
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Steps that are read together, and when the facts they ask are too old. `first_step` counts from 1."""

    first_step: int
    steps: tuple[Step, ...]
    freshness: tuple[Freshness, ...]

    def to_dict(self) -> dict[str, Any]:
        """The page as plain data, for what draws it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The whole sheet, in one language."""

    language: str
    pathway: str
    pages: tuple[Page, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, over the pages."""
        return tuple(step for page in self.pages for step in page.steps)

    @property
    def rules(self) -> Iterable[ChartRule]:
        """Every rule in a box, in reading order."""
        for step in self.steps:
            for box in step.boxes:
                for context in box.contexts:
                    for item in context.items:
                        yield from item.rules


def build_chart(pathway: Pathway, *, language: str) -> Chart:
    """The chart of a pathway's referral decision in `nl` or `en`.

    Raises KeyError for a pathway without the tables `exclusion` and `referral`.
    """
    decided = [pathway.table(REFERRAL)]
    if TO_DO in pathway.tables:
        decided.append(pathway.table(TO_DO))
    return Chart(
        language=language,
        pathway=in_language(pathway.title, language),
        pages=(
            _page(pathway, [pathway.table(EXCLUSION)], language, first_step=1),
            _page(pathway, decided, language, first_step=2),
        ),
    )


def _page(pathway: Pathway, tables: Sequence[DecisionTable], language: str, *, first_step: int) -> Page:
    return Page(
        first_step=first_step,
        steps=tuple(_step(pathway, table, language) for table in tables),
        freshness=_freshness(tables, language),
    )


def _step(pathway: Pathway, table: DecisionTable, language: str) -> Step:
    shared = _shared_facts(table)
    groups: dict[tuple[Value | None, ...], list[tuple[int, Rule]]] = {}
    onward, onward_rule = "", ""
    for place, rule in enumerate(table.rules, start=1):
        if rule.outputs.get("line") == NONE:
            onward, onward_rule = _output(pathway, table, rule, "action", language), rule.id
            continue
        key = tuple(rule.outputs[name] for name in _grouping(table))
        groups.setdefault(key, []).append((place, rule))
    boxes = [_box(pathway, table, rules, shared, language) for rules in groups.values()]
    order = _order(pathway, table, [rules[0][1] for rules in groups.values()])
    return Step(
        table=table.id,
        title=in_language(table.title, language),
        ordered=table.hit_policy is HitPolicy.FIRST,
        boxes=tuple(boxes[at] for at in order),
        onward=onward,
        onward_rule=onward_rule,
    )


def _grouping(table: DecisionTable) -> tuple[str, ...]:
    return tuple(spec.name for spec in table.outputs if spec.name != LEADING_OUTPUT)


def _order(pathway: Pathway, table: DecisionTable, rules: Sequence[Rule]) -> list[int]:
    """Boxes from most to least urgent: by days and line for what cannot wait, by line and days for a referral,
    otherwise in the order of the table's own lists."""
    lines = list(pathway.lines)

    def key(at: int) -> tuple[float, ...]:
        outputs = rules[at].outputs
        if "line" not in outputs:
            return tuple(
                float(spec.values.index(outputs[spec.name]))
                for spec in table.outputs
                if spec.name != LEADING_OUTPUT and outputs[spec.name] in spec.values
            )
        term = pathway.urgencies.get(str(outputs.get("urgency")))
        days = float("inf") if term is None or term.days is None else float(term.days)
        line = str(outputs["line"])
        place = float(lines.index(line)) if line in lines else float(len(lines))
        if (
            table.id == EXCLUSION
        ):  # what cannot wait, whoever deals with it: within a day before within a week
            return (days, place)
        # An answer to a question is no visit: it comes after the visits of its line.
        return (place, days)

    return sorted(range(len(rules)), key=key)


def _box(
    pathway: Pathway,
    table: DecisionTable,
    rules: Sequence[tuple[int, Rule]],
    shared: frozenset[str],
    language: str,
) -> Box:
    first = rules[0][1]
    line = first.outputs.get("line")
    contexts: list[Context] = []
    for place, rule in rules:
        above = _conditions(table, rule, shared, language, inside=True)
        item = Item(
            lead=_output(pathway, table, rule, LEADING_OUTPUT, language),
            rules=(_chart_rule(table, place, rule, shared, language),),
        )
        _add(contexts, above, item, in_order=table.hit_policy is HitPolicy.FIRST)
    if line is None:
        spec = _grouping(table)[0]
        title, term, tone = _output(pathway, table, first, spec, language), "", "task"
    else:
        title = in_language(pathway.lines.get(str(line), {}), language)
        title = title or _output(pathway, table, first, "line", language)
        tone = EMERGENCY if line == EMERGENCY else str(line)
        term = in_language(_term_label(pathway, first), language)
    action = _output(pathway, table, first, "action", language)
    return Box(tone=tone, title=title, term=term, action=action, contexts=tuple(contexts))


def _term_label(pathway: Pathway, rule: Rule) -> Mapping[str, str]:
    term = pathway.urgencies.get(str(rule.outputs.get("urgency")))
    return term.label if term is not None else {}


def _add(contexts: list[Context], above: tuple[str, ...], item: Item, *, in_order: bool) -> None:
    """Put an item under its context. In a table that is read in order only the last context may be added to."""
    searched = range(len(contexts) - 1, len(contexts) - 2, -1) if in_order else range(len(contexts))
    for at in searched:
        if at >= 0 and contexts[at].conditions == above:
            contexts[at] = replace(contexts[at], items=_joined(contexts[at].items, item))
            return
    contexts.append(Context(conditions=above, items=(item,)))


def _joined(items: tuple[Item, ...], item: Item) -> tuple[Item, ...]:
    """Rules that ask for the same task are one item."""
    for at, known in enumerate(items):
        if item.lead and known.lead == item.lead:
            return (*items[:at], replace(known, rules=(*known.rules, *item.rules)), *items[at + 1 :])
    return (*items, item)


def _chart_rule(
    table: DecisionTable, place: int, rule: Rule, shared: frozenset[str], language: str
) -> ChartRule:
    stepping_aside = table.rule_on_unknown(rule) is OnUnknown.TREAT_AS_NO_MATCH
    return ChartRule(
        id=rule.id,
        place=place,
        conditions=_conditions(table, rule, shared, language, inside=False),
        grade=rule.grade,
        local=rule.local,
        only_when_known=stepping_aside and table.on_unknown is not OnUnknown.TREAT_AS_NO_MATCH,
    )


def _conditions(
    table: DecisionTable, rule: Rule, shared: frozenset[str], language: str, *, inside: bool
) -> tuple[str, ...]:
    return tuple(
        criterion(fact, rule.cells[fact.name], language)
        for fact in table.inputs
        if not rule.cells[fact.name].any and (fact.name in shared) is inside
    )


def _shared_facts(table: DecisionTable) -> frozenset[str]:
    """Facts that at least half of the rules ask about, each time by naming values of a short list."""
    found = set()
    for fact in table.inputs:
        tests = [rule.cells[fact.name] for rule in table.rules if not rule.cells[fact.name].any]
        listed = all(isinstance(part, Equals | IsNull) for test in tests for part in test.parts)
        if listed and len(tests) * SHARED_BY >= len(table.rules):
            found.add(fact.name)
    return frozenset(found)


def _output(pathway: Pathway, table: DecisionTable, rule: Rule, name: str, language: str) -> str:
    for spec in table.outputs:
        if spec.name == name and rule.outputs.get(name) is not None:
            value = str(rule.outputs[name])
            return in_language(spec.labels.get(value, {}), language) or value
    return ""


def _freshness(tables: Sequence[DecisionTable], language: str) -> tuple[Freshness, ...]:
    """The facts that the tables use, by the age above which they count as unknown. Not those about drugs: on paper they
    are as the medication list of today says."""
    found: dict[int, dict[str, None]] = {}
    for table in tables:
        for fact in table.inputs:
            if (
                fact.max_age_days is not None
                and fact.group != MEDICATION
                and any(not rule.cells[fact.name].any for rule in table.rules)
            ):
                found.setdefault(fact.max_age_days, {})[in_language(fact.label, language)] = None
    return tuple(Freshness(days=days, facts=tuple(found[days])) for days in sorted(found))
