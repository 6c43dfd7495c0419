"""Identity of a table: the hash of what it decides, not of how it was laid out.

Two tables have the same hash when their hit policy, inputs (name, type, unit, range, list, maximum age),
outputs and rules mean the same: `>=60,<18` is `<18, >=60`, `"b","a"` is `"a","b"`, columns may be swapped,
and texts (why, source, title, labels) may differ. Rule ids belong to the meaning, because stored decisions
cite them; the order of rules only where the hit policy looks at it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from anderhalf.core.decisions.facts import Fact, Value
from anderhalf.core.decisions.feel import Equals, Interval, IsNull, Ordered, UnaryTest, format_literal
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OutputSpec, Rule

_ORDER_FREE = frozenset(
    {HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.COLLECT_SUM, HitPolicy.COLLECT_MIN, HitPolicy.COLLECT_MAX,
     HitPolicy.COLLECT_COUNT}
)  # fmt: skip


def table_hash(table: DecisionTable) -> str:
    """SHA-256 (64 hex digits) over the canonical meaning of a table; version and texts are left out."""
    rules = [_rule(table, rule) for rule in table.rules]
    if table.hit_policy in _ORDER_FREE:
        rules.sort(key=lambda rule: str(rule["id"]))
    meaning = {
        "format": 1,
        "table": table.id,
        "hit_policy": table.hit_policy.value,
        "inputs": sorted((_fact(fact) for fact in table.inputs), key=lambda fact: str(fact["name"])),
        "outputs": [_output(table, spec) for spec in sorted(table.outputs, key=lambda spec: spec.name)],
        "output_order": [spec.name for spec in table.outputs] if _ranks_outputs(table) else [],
        "rules": rules,
    }
    text = json.dumps(meaning, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def canonical_cell(test: UnaryTest) -> str:
    """A cell's meaning as text: equal for two cells that accept the same values of the same fact."""
    if test.any:
        return "-"
    intervals = [part for part in test.parts if isinstance(part, Interval)]
    points = {part.value for part in test.parts if isinstance(part, Equals)}
    ordered = {point for point in points if isinstance(point, Decimal | date)}
    intervals += [Interval(point, True, point, True) for point in ordered]
    pieces = [_interval_text(interval) for interval in merge_intervals(intervals)]
    pieces += sorted(_literal(point) for point in points - ordered)
    if any(isinstance(part, IsNull) for part in test.parts):
        pieces.append("null")
    return ("not:" if test.negated else "") + ",".join(pieces)


def merge_intervals(intervals: Iterable[Interval]) -> list[Interval]:
    """The same set of values as disjoint intervals in ascending order."""

    # An interval's start sorts by: unbounded first, then value, then closed before open.
    def start(interval: Interval) -> tuple[bool, Ordered | int, bool]:
        return (
            interval.low is not None,
            interval.low if interval.low is not None else 0,
            not interval.low_closed,
        )

    merged: list[Interval] = []
    for interval in sorted(intervals, key=start):
        if merged and _touches(merged[-1], interval):
            last = merged.pop()
            far = max(last, interval, key=_end)
            merged.append(Interval(last.low, last.low_closed, far.high, far.high_closed))
        else:
            merged.append(interval)
    return merged


def _end(interval: Interval) -> tuple[bool, Ordered | int, bool]:
    return (interval.high is None, interval.high if interval.high is not None else 0, interval.high_closed)


def _touches(left: Interval, right: Interval) -> bool:
    """Whether `right`, which starts no earlier, overlaps `left` or continues it without a hole."""
    if left.high is None or right.low is None:
        return True
    if right.low == left.high:
        return left.high_closed or right.low_closed
    return bool(right.low < left.high)  # type: ignore[operator]


def _interval_text(interval: Interval) -> str:
    low = "" if interval.low is None else _literal(interval.low)
    high = "" if interval.high is None else _literal(interval.high)
    return f"{'[' if interval.low_closed else '('}{low}..{high}{']' if interval.high_closed else ')'}"


def _literal(value: Value) -> str:
    if isinstance(value, Decimal):
        # 5, 5.0 and 5.00 are one number. Not normalize(): that rounds to the context's precision.
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text in ("-0", "") else text
    return format_literal(value)


def _optional(value: Value | None) -> str | None:
    return None if value is None else _literal(value)


def _fact(fact: Fact) -> dict[str, object]:
    return {
        "name": fact.name, "type": fact.type.value, "unit": fact.unit, "minimum": _optional(fact.minimum),
        "maximum": _optional(fact.maximum), "values": sorted(fact.values), "max_age_days": fact.max_age_days,
    }  # fmt: skip


def _output(table: DecisionTable, spec: OutputSpec) -> dict[str, object]:
    values = [_literal(value) for value in spec.values]
    return {
        "name": spec.name, "values": values if _ranks_outputs(table) else sorted(values), "unit": spec.unit,
        "default": _optional(spec.default),
    }  # fmt: skip


def _rule(table: DecisionTable, rule: Rule) -> dict[str, object]:
    cells = {name: canonical_cell(test) for name, test in rule.cells.items()}
    return {
        "id": rule.id,
        "cells": {name: text for name, text in cells.items() if text != "-"},
        "outputs": {name: _optional(value) for name, value in rule.outputs.items()},
        "on_unknown": table.rule_on_unknown(rule).value,
    }


def _ranks_outputs(table: DecisionTable) -> bool:
    return table.hit_policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER)
