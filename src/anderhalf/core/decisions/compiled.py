"""A table as one Python function: which rules fire and which are undecided, as two bitmasks.

The function is generated from the typed cells, never from their text: its source holds only names made here
and integers, and every threshold, code or date is handed to it as an object. Per fact it is a search tree
over the thresholds, ending in the mask of the rules that hold there: one bit per rule for "true" and one for
"not false", in one integer. The masks of the facts are combined with AND, or, where all combinations of regions are
few enough to be worked out beforehand, each fact chooses a branch of a tree of tuples with the answer at its end. The
time hardly grows with the number of rules.

Two encodings of values: *exact* (Decimal, date, str, bool) and *scaled*, in which numbers and dates are
whole numbers (potassium 5.1 with one decimal is 51, a date its ordinal), for whole populations. Thresholds
are exact in both. A range has no order, so the comparison of the generated function refuses it; such values are
asked cell by cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision, RuleState
from anderhalf.core.decisions.facts import Fact, FactType, FactValueError, FactValues, Value, usable_value
from anderhalf.core.decisions.feel import MAX_CELL_LENGTH, UnaryTest
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.policy import Answer, Policy, policy_of
from anderhalf.core.decisions.ranges import Range

Scaled = int | str | bool
_Tree = tuple[Any, ...]
Masks = Callable[..., tuple[int, int]]
"""Values in the order of the table's inputs, None for missing -> (fired, undecided)."""


MOST_ANSWERS = 2**13
"""Combinations of regions that are worked out beforehand: some milliseconds, and some hundreds of kilobytes."""


class CompiledDiffers(AssertionError):
    """The compiled table and the explaining engine disagree: a fault in this program, never in the data."""


class CompiledTable:
    """A table made ready to decide many people."""

    def __init__(self, table: DecisionTable) -> None:
        self.table = table
        self.policy: Policy = policy_of(table)
        self._exact = _generate(table, scaled=False)

    def masks(self, *values: Value | None) -> tuple[int, int]:
        """Exact values in the order of the inputs -> (fired, undecided)."""
        try:
            return self._exact(*values)
        except TypeError:
            if not any(isinstance(value, Range) for value in values):
                raise
            return self._cell_by_cell(values)

    def _cell_by_cell(self, values: Sequence[Value | None]) -> tuple[int, int]:
        fired = possible = (1 << len(self.table.rules)) - 1
        for fact, value in zip(self.table.inputs, values, strict=True):
            results = [rule.cells[fact.name].matches(value) for rule in self.table.rules]
            fired &= sum((result is True) << at for at, result in enumerate(results))
            possible &= sum((result is not False) << at for at, result in enumerate(results))
        return fired, possible ^ fired

    @cached_property
    def scaled_masks(self) -> Masks:
        """The same for values that went through `scaled`; by a tree of answers where that is small enough."""
        return _generate(self.table, scaled=True, by_tree=True)

    def values(self, facts: FactValues, *, on: date) -> tuple[Value | None, ...]:
        """The values for `masks`; what is stale, undated or from the future is None.

        Raises FactValueError for a value that its fact cannot have.
        """
        return tuple(usable_value(fact, facts, on=on) for fact in self.table.inputs)

    def answer(self, facts: FactValues, *, on: date) -> Answer:
        """The outcome with the indexes of the rules that made it, without the full explanation."""
        return self.policy.answer(*self.masks(*self.values(facts, on=on)))

    def explain(self, facts: FactValues, *, on: date) -> Decision:
        """The full decision; raises CompiledDiffers if it does not reproduce the compiled masks."""
        decision = evaluate(self.table, facts, on=on)
        fired, undecided = self.masks(*self.values(facts, on=on))
        states = [rule.state for rule in decision.rules]
        if (_mask(states, RuleState.FIRED), _mask(states, RuleState.UNDECIDED)) != (fired, undecided):
            raise CompiledDiffers(
                f"table {self.table.id}: compiled ({fired:b}, {undecided:b}), explained {states}"
            )
        return decision


def compile_table(table: DecisionTable) -> CompiledTable:
    """Make a table ready to decide many people; takes milliseconds, so keep the result."""
    return CompiledTable(table)


def scaled(fact: Fact, value: Value | None) -> Scaled | None:
    """A value for `scaled_masks`: numbers times 10^decimals, dates as ordinals, the rest as it is.

    Raises FactValueError for a number with more decimals than the fact declares, and for a range.
    """
    if isinstance(value, Range):
        raise FactValueError(fact.name, f"{value} is not one number")
    if isinstance(value, Decimal):
        number = Fraction(value) * 10**fact.decimals
        if number.denominator != 1:
            raise FactValueError(fact.name, f"{value} has more than {fact.decimals} decimals")
        return int(number)
    if isinstance(value, date):
        return value.toordinal()
    return value


def _mask(states: Sequence[RuleState], state: RuleState) -> int:
    return sum(1 << at for at, found in enumerate(states) if found is state)


@dataclass(slots=True, kw_only=True)
class _Source:
    """Lines of a function under construction, and the objects its names stand for."""

    scaled: bool
    by_tree: bool
    """Whether a fact chooses a branch (`t = t[3]`) instead of giving its mask (`m2 = 12`)."""
    lines: list[str] = field(default_factory=list)
    names: dict[str, object] = field(default_factory=dict)
    regions: list[list[int]] = field(default_factory=list)
    """Per fact its distinct masks, in the order of the branches."""

    def name(self, value: object) -> str:
        """A name for a value."""
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def region(self, mask: int) -> int:
        """The branch of the last fact that stands for a mask."""
        here = self.regions[-1]
        if mask not in here:
            here.append(mask)
        return here.index(mask)

    def choose(self, mask: int) -> str:
        """The statement that takes a mask of the last fact."""
        return f"t = t[{self.region(mask)}]" if self.by_tree else f"m{len(self.regions) - 1} = {mask}"

    def look_up(self, masks: Mapping[Value, int], otherwise: int) -> str:
        """The statement that takes the mask of a named value, `otherwise` for one that is not named."""
        at = len(self.regions) - 1
        if not self.by_tree:
            return f"m{at} = {self.name(masks.get)}(v{at}, {otherwise})"
        branches = _Branches({value: self.region(mask) for value, mask in masks.items()})
        branches.otherwise = self.region(otherwise)
        return f"t = t[{self.name(branches)}[v{at}]]"


class _Branches(dict[Value, int]):
    """Named value -> branch; any other value has one too."""

    otherwise = 0

    def __missing__(self, value: Value) -> int:
        return self.otherwise


def _generate(table: DecisionTable, *, scaled: bool, by_tree: bool = False) -> Masks:
    """The function that gives (fired, undecided); by a tree of answers only where that is small enough."""
    source = _Source(scaled=scaled, by_tree=by_tree)
    arguments = ", ".join(f"v{at}" for at in range(len(table.inputs)))
    for at, fact in enumerate(table.inputs):
        source.regions.append([])
        _column(source, at, fact, [rule.cells[fact.name] for rule in table.rules])
    if by_tree and prod(len(regions) for regions in source.regions) > MOST_ANSWERS:
        return _generate(table, scaled=scaled)
    size = len(table.rules)
    everything = (1 << size) - 1
    body = "\n".join(source.lines)
    if by_tree:
        tree = _answers(source.regions, everything << size | everything, size, {})
        code = f"def masks({arguments}):\n    t = {source.name(tree)}\n{body}\n    return t\n"
    else:
        both = " & ".join(f"m{at}" for at in range(len(table.inputs))) or str(everything << size | everything)
        code = (
            f"def masks({arguments}):\n{body}\n    both = {both}\n    fired = both & {everything}\n"
            f"    return fired, both >> {size} ^ fired\n"
        )
    space: dict[str, object] = {"__builtins__": {}, **source.names}
    # Only names k0, k1, … v0, v1, … and integers made above are in this source.
    exec(compile(code, f"<table {len(table.rules)} rules>", "exec"), space)  # noqa: S102
    return space["masks"]  # type: ignore[return-value]


def _answers(regions: Sequence[Sequence[int]], both: int, size: int, known: dict[_Tree, _Tree]) -> _Tree:
    """Tuples in tuples, one level per fact, with (fired, undecided) at the end; equal branches are one object."""
    if regions:
        found: _Tree = tuple(_answers(regions[1:], both & mask, size, known) for mask in regions[0])
    else:
        fired = both & (1 << size) - 1
        found = (fired, both >> size ^ fired)
    return known.setdefault(found, found)


def _column(source: _Source, at: int, fact: Fact, tests: Sequence[UnaryTest]) -> None:
    missing = 0
    for bit, test in enumerate(tests):
        result = test.matches(None)
        missing |= (result is True) << bit | (result is not False) << bit + len(tests)
    source.lines += [f"    if v{at} is None:", f"        {source.choose(missing)}"]
    if fact.type is FactType.BOOLEAN:
        # Quicker than the look-up below, which follows for whatever is neither.
        for value in (True, False):
            source.lines += [
                f"    elif v{at} is {value}:",
                f"        {source.choose(_holding(tests, value))}",
            ]
    source.lines.append("    else:")
    if fact.type in (FactType.NUMBER, FactType.DATE):
        cuts = sorted(
            {value for test in tests for value in test.literals if isinstance(value, Decimal | date)}
        )
        _Search(source, at, fact, tests, cuts).write(0, len(cuts), "        ")
        return
    named: set[Value] = {value for test in tests for value in test.literals}
    unnamed = "other"
    while unnamed in named:
        unnamed += "_"
    masks = {value: _holding(tests, value) for value in named}
    source.lines.append(f"        {source.look_up(masks, _holding(tests, unnamed))}")


@dataclass(frozen=True, slots=True)
class _Search:
    """A binary search over the thresholds of one fact, written out as ifs; leaves are masks."""

    source: _Source
    at: int
    fact: Fact
    tests: Sequence[UnaryTest]
    cuts: Sequence[Decimal | date]

    def write(self, low: int, high: int, indent: str) -> None:
        """Search among cuts[low:high]."""
        lines = self.source.lines
        if low == high:
            lines.append(f"{indent}{self.source.choose(self._leaf(low))}")
            return
        middle = (low + high) // 2
        cut = _scaled_cut(self.fact, self.cuts[middle]) if self.source.scaled else self.cuts[middle]
        # A whole number made here may stand in the source; anything else is handed over as an object.
        name = str(cut) if isinstance(cut, int) else self.source.name(cut)
        here = _holding(self.tests, self.cuts[middle])
        # The threshold itself mostly belongs to one of its sides (`>=125`); then one comparison will do.
        if here == self._leaf(middle + 1):
            lines.append(f"{indent}if v{self.at} < {name}:")
            self.write(low, middle, indent + " ")
            lines.append(f"{indent}else:")
            self.write(middle + 1, high, indent + " ")
        elif here == self._leaf(middle):
            lines.append(f"{indent}if v{self.at} > {name}:")
            self.write(middle + 1, high, indent + " ")
            lines.append(f"{indent}else:")
            self.write(low, middle, indent + " ")
        else:
            lines.append(f"{indent}if v{self.at} < {name}:")
            self.write(low, middle, indent + " ")
            lines.append(f"{indent}elif v{self.at} > {name}:")
            self.write(middle + 1, high, indent + " ")
            lines += [f"{indent}else:", f"{indent} {self.source.choose(here)}"]

    def _leaf(self, at: int) -> int:
        """The mask between cuts[at - 1] and cuts[at]; 0 where there is nothing between them."""
        before = self.cuts[at - 1] if at else None
        after = self.cuts[at] if at < len(self.cuts) else None
        between = _between(before, after)
        return 0 if between is None else _holding(self.tests, between)


def _holding(tests: Sequence[UnaryTest], value: Value) -> int:
    """The rules whose cell is true for a known value, in both halves of the mask: what is not true is false."""
    true = sum(1 << at for at, test in enumerate(tests) if test.matches(value))
    return true << len(tests) | true


def _between(low: Decimal | date | None, high: Decimal | date | None) -> Decimal | date | None:
    """A value strictly between two neighbouring thresholds; None if there is none (two days in a row)."""
    if isinstance(low, date) or isinstance(high, date):
        first = low.toordinal() + 1 if isinstance(low, date) else date.min.toordinal()
        last = high.toordinal() - 1 if isinstance(high, date) else date.max.toordinal()
        return date.fromordinal(first) if first <= last else None
    # Without any threshold the cells do not look at the value, so a number will do for a date as well.
    return _number_between(low, high)


def _number_between(low: Decimal | None, high: Decimal | None) -> Decimal:
    # Thresholds may differ in a digit that the default context would round away.
    with localcontext(Context(prec=2 * MAX_CELL_LENGTH)):
        if low is None:
            return high - 1 if high is not None else Decimal(0)
        return low + 1 if high is None else (low + high) / 2


def _scaled_cut(fact: Fact, cut: Decimal | date) -> int | Fraction:
    """A threshold among scaled values; one with more decimals than the fact lies between whole numbers."""
    if isinstance(cut, date):
        return cut.toordinal()
    number = Fraction(cut) * 10**fact.decimals
    return int(number) if number.denominator == 1 else number
