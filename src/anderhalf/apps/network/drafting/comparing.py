"""Two versions of a table, rule by rule: what is new, gone, moved or asks and answers something else. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from anderhalf.core.decisions.feel import ANY_CELL, format_literal
from anderhalf.core.decisions.identity import canonical_cell
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, Rule


class ChangeKind(StrEnum):
    """What happened to a rule."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    WORDED = "worded"
    """Only its explanation, source or grade is different: it decides the same."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell: the column (a fact, ``out:<name>`` or a text column), before and after as written."""

    column: str
    before: str
    after: str

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return self.before == self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One rule that differs. Places count from 1; None when the rule is not there.

    ``cells`` are the tests and answers that differ, ``texts`` explanation, source and grade, also when unchanged: who
    signs reads whether they followed.
    """

    rule: str
    kinds: tuple[ChangeKind, ...]
    before: Rule | None
    after: Rule | None
    place_before: int | None
    place_after: int | None
    cells: tuple[CellChange, ...]
    texts: tuple[CellChange, ...] = ()

    @property
    def decides_differently(self) -> bool:
        """Whether a patient could get another answer."""
        return self.kinds != (ChangeKind.WORDED,)


def compare_tables(old: DecisionTable, new: DecisionTable) -> tuple[RuleChange, ...]:
    """Every rule that differs, in the order of the new table with removed rules at their old place."""
    moved = _moved(old, new)
    places_old = {rule.id: at for at, rule in enumerate(old.rules, start=1)}
    places_new = {rule.id: at for at, rule in enumerate(new.rules, start=1)}
    changes = []
    for at, rule in enumerate(new.rules, start=1):
        before = old.rule(rule.id) if rule.id in places_old else None
        cells, texts = _cells(before, rule, old, new), _texts(before, rule)
        kinds = [] if before is not None else [ChangeKind.ADDED]
        if before is not None:
            if cells:
                kinds.append(ChangeKind.CHANGED)
            if rule.id in moved:
                kinds.append(ChangeKind.MOVED)
            if not kinds and not all(text.same for text in texts):
                kinds.append(ChangeKind.WORDED)
        if kinds:
            changes.append(RuleChange(
                rule=rule.id, kinds=tuple(kinds), before=before, after=rule,
                place_before=places_old.get(rule.id), place_after=at, cells=cells, texts=texts,
            ))  # fmt: skip
    gone = [
        RuleChange(
            rule=rule.id, kinds=(ChangeKind.REMOVED,), before=rule, after=None,
            place_before=places_old[rule.id], place_after=None, cells=(), texts=_texts(rule, None),
        )
        for rule in old.rules
        if rule.id not in places_new
    ]  # fmt: skip
    return tuple(sorted((*changes, *gone), key=lambda one: one.place_after or one.place_before or 0))


_TEXTS = ("why_nl", "why_en", "source", "grade")


def _cells(
    before: Rule | None, after: Rule, old: DecisionTable, new: DecisionTable
) -> tuple[CellChange, ...]:
    if before is None:
        return ()
    # A cell that is written otherwise and means the same is no change.
    facts = dict.fromkeys([*old.facts, *new.facts])
    pairs = [(name, before.cells.get(name, ANY_CELL), after.cells.get(name, ANY_CELL)) for name in facts]
    asked = [
        CellChange(name, one.text, other.text)
        for name, one, other in pairs
        if canonical_cell(one) != canonical_cell(other)
    ]
    answers, others = _answers(before, old), _answers(after, new)
    return (
        *asked,
        *(
            CellChange(column, answers.get(column, ""), others.get(column, ""))
            for column in dict.fromkeys([*answers, *others])
            if answers.get(column, "") != others.get(column, "")
        ),
    )


def _texts(before: Rule | None, after: Rule | None) -> tuple[CellChange, ...]:
    """What a rule says of itself, before and after."""
    return tuple(CellChange(column, _text(before, column), _text(after, column)) for column in _TEXTS)


def _text(rule: Rule | None, column: str) -> str:
    if rule is None:
        return ""
    return {"source": rule.source, "grade": rule.grade}.get(column, rule.why.get(column[-2:], ""))


def _answers(rule: Rule, table: DecisionTable) -> dict[str, str]:
    """What a rule answers, by column, as written."""
    outputs = {
        f"out:{name}": "" if value is None else format_literal(value) for name, value in rule.outputs.items()
    }
    return {
        **outputs,
        "on_unknown": table.rule_on_unknown(rule).value,
    }


def _moved(old: DecisionTable, new: DecisionTable) -> frozenset[str]:
    """The fewest rules that must change places to come from the one order to the other; only where order counts."""
    if new.hit_policy not in (HitPolicy.FIRST, HitPolicy.RULE_ORDER):
        return frozenset()
    known = set(old.rule_ids)
    places = {rule_id: at for at, rule_id in enumerate(old.rule_ids)}
    kept = [rule_id for rule_id in new.rule_ids if rule_id in known]
    stay = _longest_rising([places[rule_id] for rule_id in kept])
    return frozenset(rule_id for rule_id in kept if places[rule_id] not in stay)


def _longest_rising(numbers: Sequence[int]) -> frozenset[int]:
    """The numbers of a longest rising run (not necessarily adjacent)."""
    best: list[tuple[int, ...]] = []
    for number in numbers:
        before = max((run for run in best if run[-1] < number), key=len, default=())
        best.append((*before, number))
    return frozenset(max(best, key=len, default=()))
