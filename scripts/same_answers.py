"""Whether a changed table can answer anybody otherwise: some changes of a cell are no change of what a table says.

A limit that was moved to where a rule above always comes first, two rules that never hold together and changed places:
`same_answers` looks for a person who would show the difference, in the way that the record looks for its lines.
"""

from __future__ import annotations

from collections.abc import Iterator

from anderhalf.core.decisions.facts import Fact, Value
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, Rule

from .boundary_search import Finder


def same_answers(before: DecisionTable, after: DecisionTable) -> bool:
    """Whether nobody is answered otherwise, for tables that differ in one cell, one rule or the order of two.

    What is compared is the answer and the rule that gives it; while an answer waits for data, a table may name other
    facts. False when somebody was found, and for changes of another kind.
    """
    if before.rule_ids == after.rule_ids:
        changed = [
            at
            for at, (old, new) in enumerate(zip(before.rules, after.rules, strict=True))
            if old.cells != new.cells or old.outputs != new.outputs
        ]
        return all(_same_rule(before, after, at) for at in changed)
    if set(before.rule_ids) != set(after.rule_ids):
        return False
    if before.hit_policy is not HitPolicy.FIRST:
        return True
    moved = [
        at for at, (old, new) in enumerate(zip(before.rule_ids, after.rule_ids, strict=True)) if old != new
    ]
    return len(moved) == 2 and moved[1] == moved[0] + 1 and not shows_order(Finder(before), moved[0])


def shows_order(finder: Finder, at: int) -> dict[str, Value | None] | None:
    """Somebody for whom it counts that a rule stands above the next one: both hold, or one holds and one is open."""
    found = finder.find([at, at + 1], near=finder.usual)
    for rule, other in ((at + 1, at), (at, at + 1)):
        for fact in finder.table.inputs:
            if found is None and finder.blocks(other, rule) and _asks(finder.table.rules[other], fact):
                found = _open(finder, rule, other, fact)
    return found


def _open(finder: Finder, rule: int, other: int, fact: Fact) -> dict[str, Value | None] | None:
    """Somebody for whom one rule holds and the other is open, by one unknown fact that the first does not ask."""
    if not finder.table.rules[rule].cells[fact.name].matches(None):
        return None
    return finder.find([rule, other], near=finder.usual, fixed={fact.name: None})


def _asks(rule: Rule, fact: Fact) -> bool:
    return not rule.cells[fact.name].any


def _same_rule(before: DecisionTable, after: DecisionTable, at: int) -> bool:
    finders = Finder(before), Finder(after)
    old, new = before.rules[at], after.rules[at]
    if old.outputs != new.outputs:
        return finders[0].find([at], near=finders[0].usual) is None
    changed = [fact for fact in before.inputs if old.cells[fact.name] != new.cells[fact.name]]
    if len(changed) != 1:
        return False
    fact = changed[0]
    return all(
        finder.find([at], near=finder.usual, fixed={fact.name: value}) is None
        for value in _values(finders, fact)
        if old.cells[fact.name].matches(value) is not new.cells[fact.name].matches(value)
        for finder in finders
    )


def _values(finders: tuple[Finder, ...], fact: Fact) -> Iterator[Value | None]:
    yield from dict.fromkeys(value for finder in finders for value in finder.values_around(fact))
    yield None
