"""One person, one table, one day: the decision with its full explanation.

What does not depend on the person is made once and shared: what every rule's cell says of a region of a fact's
values (`ColumnSaid`), and what the table says for a pair of fired and undecided sets (`TableSaid`). Per person
there remains, per fact, to find the region of its value, and two ANDs over masks of rules (bit *i* for rule *i*).

The function that does this is generated per table. Its source holds only names made here and whole numbers;
every name of a fact, threshold or code is handed to it as an object, never as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import (
    Fact,
    FactType,
    FactValue,
    FactValues,
    Freshness,
    Value,
    check_value,
    possible_part,
)
from anderhalf.core.decisions.feel import Equals, Interval, Ordered
from anderhalf.core.decisions.identity import table_hash
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.policy import Answer, bits, policy_of
from anderhalf.core.decisions.said import (
    CellSaid,
    ColumnSaid,
    Hinge,
    LeftOpen,
    RuleSaid,
    RuleState,
    TableSaid,
)

_KINDS: dict[FactType, type] = {
    FactType.NUMBER: Decimal, FactType.DATE: date, FactType.BOOLEAN: bool, FactType.CODE: str, FactType.TEXT: str,
}  # fmt: skip
_NOT_KNOWN = (Freshness.MISSING, Freshness.STALE, Freshness.UNDATED, Freshness.FUTURE, Freshness.IMPRECISE)
_STATE_BITS = 3
_REMEMBERED = 10_000
_OTHER = object()
_new, _put = object.__new__, object.__setattr__


def evaluate(table: DecisionTable, facts: FactValues, *, on: date) -> Decision:
    """Decide a table for one person on a day, with every rule explained.

    `facts` holds values in the dictionary's unit; a fact that is absent is unknown. A value that is older
    than the fact's max_age_days, has no date while it needs one, or is dated after `on` counts as missing
    and is listed in `facts_set_aside`. A range counts wherever all of it satisfies a cell or none of it does.
    Facts that the table does not use are ignored.
    Raises FactValueError for a value that its fact cannot have (wrong type, out of range, not in the list).
    """
    return explainer_of(table).explain(facts, on=on)


class Region:
    """What the cells of a column say of all values of one region: masks of the rules, and each cell."""

    __slots__ = ("open", "possible", "said", "true")

    def __init__(self, column: Column, value: Value | None, state: Freshness = Freshness.KNOWN) -> None:
        results = [test.matches(value) for test in column.tests]
        self.true = sum(1 << at for at, result in enumerate(results) if result is True)
        self.possible = sum(1 << at for at, result in enumerate(results) if result is not False)
        cells = tuple(
            CellSaid(rule, test.text, result)
            for rule, test, result in zip(column.rule_ids, column.tests, results, strict=True)
            if not test.any
        )
        self.open = self.possible & ~self.true
        if value is not None and self.open:
            state = Freshness.IMPRECISE
        self.said = ColumnSaid(column.fact.name, column.fact.unit, state, cells)


class Column:
    """One fact with the cells of all rules. Regions are worked out when a first value falls into them."""

    def __init__(self, table: DecisionTable, fact: Fact) -> None:
        self.fact = fact
        self.kind = _KINDS[fact.type]
        self.rule_ids = table.rule_ids
        self.tests = [rule.cells[fact.name] for rule in table.rules]
        self.has_cell = _mask(at for at, test in enumerate(self.tests) if not test.any)
        self.bounds = self._bounds() if fact.type in (FactType.NUMBER, FactType.DATE) else []
        self.regions: list[Region | None] = [None] * (len(self.bounds) + 1)
        self.named: dict[object, Region] = {}
        self._names = {value for test in self.tests for value in test.literals} | set(fact.values)
        self.unknown = {state: Region(self, None, state) for state in _NOT_KNOWN}
        missing = self.unknown[Freshness.MISSING]
        self.left_open = missing.possible & ~missing.true

    def _bounds(self) -> list[tuple[Ordered, bool]]:
        """Where regions end: a value, and whether it belongs to what lies below. In ascending order."""
        found: set[tuple[Ordered, bool]] = set()
        for test in self.tests:
            for part in test.parts:
                if isinstance(part, Interval):
                    found |= set() if part.low is None else {(part.low, not part.low_closed)}
                    found |= set() if part.high is None else {(part.high, part.high_closed)}
                elif isinstance(part, Equals) and isinstance(part.value, Decimal | date):
                    found |= {(part.value, False), (part.value, True)}
        # Beyond the range lies a region that is never filled, so that its values are refused.
        found |= set() if self.fact.minimum is None else {(self.fact.minimum, False)}
        found |= set() if self.fact.maximum is None else {(self.fact.maximum, True)}
        return sorted(found)

    def at(self, place: int, value: Value) -> Region:
        """Work out the region at a place; FactValueError for a value that the fact cannot have."""
        check_value(self.fact, value)
        found = self.regions[place] = Region(self, value)
        return found

    def of(self, value: Value) -> Region:
        """The region of a code, a boolean, a range or an unusual class; FactValueError for an impossible value."""
        check_value(self.fact, value)
        if type(value) is not self.kind:
            # A range, or a subclass, which equals no literal.
            return Region(self, possible_part(self.fact, value))
        # A text that no cell names is not kept: it may say something about somebody.
        key = value if value in self._names or self.kind is bool else _OTHER
        return self.named.get(key) or self.named.setdefault(key, Region(self, value))


class Explainer:
    """A table made ready to decide and explain."""

    def __init__(self, table: DecisionTable) -> None:
        self.table = table
        self._policy = policy_of(table)
        self._hash = table_hash(table)
        self.columns = [Column(table, fact) for fact in table.inputs]
        self._shape = len(self.columns), len(table.rules)
        self._read = _generate(self.columns, len(table.rules))
        self._said: dict[tuple[int, int], tuple[TableSaid, Answer]] = {}
        self._rules: dict[tuple[int, RuleState, bool], RuleSaid] = {}
        self._known: dict[tuple[int, int, int], tuple[TableSaid, LeftOpen]] = {}

    def explain(self, facts: FactValues, *, on: date) -> Decision:
        """As `evaluate`."""
        true, possible, unknown, given, ages, columns = self._read(facts.get, on.toordinal())
        known = self._known.get((true, possible, unknown)) or self._say(true, possible, unknown)
        made = _new(Decision)
        # As its __init__ would, which sets a frozen object's fields one by one.
        _put(made, "__dict__", {
            "said": known[0], "given": given, "ages": ages, "columns": columns, "left_open": known[1],
            "on": on,
        })  # fmt: skip
        return made

    def _say(self, true: int, possible: int, unknown: int) -> tuple[TableSaid, LeftOpen]:
        """What the table says, the facts that would settle it, and per missing fact the rules that hinge on it.

        Remembered: of all that could occur only some hundreds or thousands do, in millions of people.
        """
        said, answer = self._said.get((true, possible)) or self._table_said(true, possible)
        blocking, could_change, by = (
            _mask(answer.blocking),
            _mask(answer.could_change),
            _mask(answer.decisive),
        )
        missing, hinges = [], []
        for place, column in enumerate(self.columns):
            code = unknown >> place * _STATE_BITS & 2**_STATE_BITS - 1
            if not code:
                continue
            state = _NOT_KNOWN[code - 1]
            if state is Freshness.IMPRECISE:
                open_rules = _rules_left_open(unknown, place, self._shape)
                rules = open_rules & could_change
            else:
                open_rules = column.left_open
                # A rule that fired because the fact is missing stops firing once it is known.
                rules = open_rules & could_change | column.has_cell & by
            if open_rules & blocking:
                missing.append(column.fact.name)
            if rules:
                ids = tuple(self.table.rule_ids[at] for at in bits(rules))
                hinges.append(Hinge(column.fact.name, state, ids))
        found = said, LeftOpen(tuple(missing), tuple(hinges))
        if len(self._known) < _REMEMBERED:
            self._known[true, possible, unknown] = found
        return found

    def _table_said(self, true: int, possible: int) -> tuple[TableSaid, Answer]:
        table, answer = self.table, self._policy.answer(true, possible ^ true)
        rules = tuple(
            self._rule_said(
                at,
                RuleState.FIRED if true >> at & 1
                else RuleState.UNDECIDED if possible >> at & 1 else RuleState.NOT_FIRED,
                at in answer.decisive,
            )
            for at in range(len(table.rules))
        )  # fmt: skip
        said = TableSaid(table.id, table.version, self._hash, answer.status, answer.outcome, rules)
        if len(self._said) < _REMEMBERED:
            self._said[true, possible] = said, answer
        return said, answer

    def _rule_said(self, at: int, state: RuleState, decisive: bool) -> RuleSaid:
        """What one rule can say is the same in every remembered answer, and so stands in memory once."""
        if (found := self._rules.get((at, state, decisive))) is None:
            rule = self.table.rules[at]
            found = RuleSaid(rule.id, state, decisive, rule.outputs, rule.why, rule.source, rule.grade)
            self._rules[at, state, decisive] = found
        return found


def explainer_of(table: DecisionTable) -> Explainer:
    """The table made ready; remembered for tables in use."""
    return _explainer_of_this(_ThisTable(table))


@lru_cache(maxsize=1024)
def _explainer_of_this(one: _ThisTable) -> Explainer:
    return _explainer(one.table)


@lru_cache(maxsize=256)
def _explainer(table: DecisionTable) -> Explainer:
    """Two tables that are equal share what was made ready; to see that they are costs more than to decide."""
    return Explainer(table)


class _ThisTable:
    """A table as a key of its own: tables never change, so the same object says the same. The key keeps it alive."""

    __slots__ = ("table",)

    def __init__(self, table: DecisionTable) -> None:
        self.table = table

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ThisTable) and other.table is self.table

    def __hash__(self) -> int:
        return id(self.table)


def _mask(rules: Iterator[int] | tuple[int, ...]) -> int:
    return sum(1 << at for at in rules)


_Found = tuple[int, int, int, tuple[FactValue | None, ...], tuple[int | None, ...], tuple[ColumnSaid, ...]]
_Read = Callable[[Callable[[str], FactValue | None], int], _Found]


def _rules_left_open(unknown: int, place: int, shape: tuple[int, int]) -> int:
    """The rules that a range leaves open, as `_generate` put them above the codes of what is unknown."""
    columns, rules = shape
    return unknown >> columns * _STATE_BITS + place * rules & (1 << rules) - 1


def _generate(columns: list[Column], rules: int) -> _Read:
    """The function (facts.get, today) -> masks, codes of what is unknown, and per fact value, age and cells.

    Above the codes stand, per fact of which a range was given, the rules that it leaves open.
    """
    everything = (1 << rules) - 1
    names: dict[str, object] = {"__builtins__": {}, "type": type, "check": check_value}
    lines = ["def read(get, today):", "    unknown = 0"]
    for at, column in enumerate(columns):
        lines += _read_fact(at, column, names)
        if column.fact.type is FactType.NUMBER:
            names[f"open{at}"] = _codes_of_a_range(at, (len(columns), rules))
    every = range(len(columns))

    def together(text: str, sign: str) -> str:
        return sign.join(text.format(at) for at in every)

    lines.append(
        f"    return {together('r{}.true', ' & ') or everything}, {together('r{}.possible', ' & ') or everything}, "
        f"unknown, ({together('g{},', ' ')}), ({together('a{},', ' ')}), ({together('r{}.said,', ' ')})"
    )
    # Only names and whole numbers made here are in this source.
    exec(compile("\n".join(lines), f"<explain {len(columns)} facts>", "exec"), names)  # noqa: S102
    made: Any = names["read"]
    return made  # type: ignore[no-any-return]


def _codes_of_a_range(at: int, shape: tuple[int, int]) -> Callable[[Region], int]:
    """What is added to the codes of what is unknown for the region of a range."""
    columns, rules = shape
    code = _NOT_KNOWN.index(Freshness.IMPRECISE) + 1 << at * _STATE_BITS
    place = columns * _STATE_BITS + at * rules

    def codes(region: Region) -> int:
        return code | region.open << place if region.open else 0

    return codes


def _read_fact(at: int, column: Column, names: dict[str, object]) -> list[str]:
    fact = column.fact
    names |= {
        f"name{at}": fact.name, f"kind{at}": column.kind, f"fact{at}": fact, f"regions{at}": column.regions,
        f"at{at}": column.at, f"of{at}": column.of, f"named{at}": column.named.get,
        **{f"{state}{at}": region for state, region in column.unknown.items()},
    }  # fmt: skip

    def unknown(state: Freshness) -> str:
        code = _NOT_KNOWN.index(state) + 1 << at * _STATE_BITS
        checked = "" if state is Freshness.MISSING else f"check(fact{at}, v); "
        return f"{checked}r{at} = {state}{at}; unknown |= {code}"

    lines = [
        f"    g{at} = get(name{at})",
        f"    if g{at} is None:",
        f"        a{at} = None; {unknown(Freshness.MISSING)}",
        "    else:",
        f"        v = g{at}.value; d = g{at}.on",
        f"        a{at} = None if d is None else today - d.toordinal()",
    ]
    if fact.max_age_days is None:
        lines.append(f"        if d is not None and a{at} < 0: {unknown(Freshness.FUTURE)}")
    else:
        lines += [
            f"        if d is None: {unknown(Freshness.UNDATED)}",
            f"        elif a{at} < 0: {unknown(Freshness.FUTURE)}",
            f"        elif a{at} > {fact.max_age_days}: {unknown(Freshness.STALE)}",
        ]
    opened = f"; unknown |= open{at}(r{at})" if fact.type is FactType.NUMBER else ""
    lines.append(f"        elif type(v) is not kind{at}: r{at} = of{at}(v){opened}")
    if not column.bounds and fact.type not in (FactType.NUMBER, FactType.DATE):
        return [*lines, f"        else: r{at} = named{at}(v) or of{at}(v)"]
    for place, (bound, _) in enumerate(column.bounds):
        names[f"bound{at}_{place}"] = bound
    return [*lines, "        else:", *_search(at, column, 0, len(column.bounds), " " * 12)]


def _search(at: int, column: Column, low: int, high: int, indent: str) -> list[str]:
    """A binary search over the bounds, written out as ifs."""
    if low == high:
        return [f"{indent}r{at} = regions{at}[{low}] or at{at}({low}, v)"]
    middle = (low + high) // 2
    sign = "<=" if column.bounds[middle][1] else "<"
    return [
        f"{indent}if v {sign} bound{at}_{middle}:",
        *_search(at, column, low, middle, indent + " "),
        f"{indent}else:",
        *_search(at, column, middle + 1, high, indent + " "),
    ]
