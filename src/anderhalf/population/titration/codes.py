"""Facts as small whole numbers: the region of a value between which no cell of any table sees a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import reduce

import numpy as np
import numpy.typing as npt

from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.core.decisions.feel import UnaryTest
from anderhalf.core.decisions.model import DecisionTable, OnUnknown

Index = npt.NDArray[np.intp]
Mask = npt.NDArray[np.uint64]
LARGEST_GROUP = 4096
"""Facts are looked up together while the number of their regions stays below this (a table of 64 kB)."""
MOST_RULES = 64


class Coding:
    """How the values of one fact become region numbers; the last number stands for missing."""

    def __init__(self, fact: Fact, tests: Sequence[UnaryTest]) -> None:
        self.fact = fact
        literals = list(dict.fromkeys(value for test in tests for value in test.literals))
        self.cuts: tuple[Decimal, ...] = ()
        self.listed: tuple[Value, ...] = ()
        if fact.type is FactType.NUMBER:
            self.cuts = tuple(sorted(value for value in literals if isinstance(value, Decimal)))
            examples: list[Value | None] = list(_between(self.cuts))
        elif fact.type is FactType.BOOLEAN:
            self.listed = (False, True)
            examples = list(self.listed)
        elif fact.type is FactType.CODE and fact.values:
            self.listed = tuple(fact.values)
            examples = list(self.listed)
        elif fact.type is FactType.DATE:
            raise NotImplementedError(f"{fact.name}: a column of dates has no regions here")
        else:
            self.listed = tuple(value for value in literals if isinstance(value, str))
            examples = [*self.listed, "".join(map(str, self.listed)) + "?"]  # a text that no cell names
        self.examples: tuple[Value | None, ...] = (*examples, None)

    @property
    def size(self) -> int:
        """Number of regions, missing included."""
        return len(self.examples)

    def numbers(self, values: npt.NDArray[np.float64]) -> Index:
        """Region per value; NaN is missing."""
        found = np.zeros(len(values), np.intp)
        for cut in self.cuts:
            limit = float(cut)
            found += values > limit
            found += values >= limit
        found[np.isnan(values)] = self.size - 1
        return found

    def places(self, values: npt.NDArray[np.integer]) -> Index:
        """Region per place in the closed list (booleans 0 and 1); a negative place is missing."""
        found = values.astype(np.intp)
        found[found < 0] = self.size - 1
        return found

    def of_value(self, value: Value | None) -> int:
        """The region of one value of the closed list."""
        return self.examples.index(value)

    def of_text(self, value: str) -> int:
        """The region of a text: its own when a cell names it."""
        return self.listed.index(value) if value in self.listed else len(self.listed)

    def masks(self, cells: Sequence[UnaryTest]) -> tuple[Mask, Mask]:
        """Per region the rules whose cell is true, and those whose cell is not false."""
        true, possible = np.zeros(self.size, np.uint64), np.zeros(self.size, np.uint64)
        for at, cell in enumerate(cells):
            bit = np.uint64(1 << at)
            for region, example in enumerate(self.examples):
                found = cell.matches(example)
                if found is True:
                    true[region] |= bit
                if found is not False:
                    possible[region] |= bit
        return true, possible


def _between(cuts: Sequence[Decimal]) -> list[Decimal]:
    """A value below the first cut, then each cut itself and one between it and the next."""
    if not cuts:
        return [Decimal(0)]
    found = [cuts[0] - 1]
    for at, cut in enumerate(cuts):
        following = (cut + cuts[at + 1]) / 2 if at + 1 < len(cuts) else cut + 1
        found += [cut, following]
    return found


class Group:
    """Facts that are looked up together: their region numbers become one number."""

    def __init__(self, codings: Sequence[Coding]) -> None:
        self.codings = tuple(codings)
        self.names = tuple(coding.fact.name for coding in codings)
        self.shape = tuple(coding.size for coding in codings)
        self.size = int(np.prod(self.shape))

    def index(self, codes: Mapping[str, Index]) -> Index:
        """One number per person from the regions of every fact."""
        first, *rest = self.codings
        found = codes[first.fact.name].copy()
        for coding in rest:
            found *= coding.size
            found += codes[coding.fact.name]
        return found

    def lookup(self, table: DecisionTable) -> npt.NDArray[np.uint64] | None:
        """Per number of this group the masks (true, possible) of a table; None when no cell looks at these facts."""
        cells = {
            name: [rule.cells[name] for rule in table.rules] for name in self.names if name in table.facts
        }
        if all(cell.any for column in cells.values() for cell in column):
            return None
        whole = np.uint64((1 << len(table.rules)) - 1)
        found = np.full((*self.shape, 2), whole)
        for axis, coding in enumerate(self.codings):
            if coding.fact.name not in cells:
                continue
            shape = [1] * len(self.shape)
            shape[axis] = coding.size
            for side, masks in enumerate(coding.masks(cells[coding.fact.name])):
                found[..., side] &= masks.reshape(shape)
        return found.reshape(self.size, 2)


def grouped(codings: Sequence[Coding]) -> tuple[Group, ...]:
    """The facts in groups that are as large as may be, in the order given."""
    groups: list[list[Coding]] = []
    size = LARGEST_GROUP + 1
    for coding in codings:
        if size * coding.size > LARGEST_GROUP:
            groups.append([])
            size = 1
        groups[-1].append(coding)
        size *= coding.size
    return tuple(Group(group) for group in groups)


def ordered(codings: list[Coding], tables: list[DecisionTable]) -> list[Coding]:
    """Facts that the same tables look at beside each other, so that a table looks in few groups."""

    def used(coding: Coding) -> tuple[int, tuple[bool, ...]]:
        name = coding.fact.name
        by = tuple(
            any(not rule.cells[name].any for rule in table.rules) if name in table.facts else False
            for table in tables
        )
        return (-sum(by), by)

    return sorted(codings, key=used)


class ColumnTable:
    """A table of which the masks are looked up per group of facts and combined with AND."""

    def __init__(self, table: DecisionTable, groups: Sequence[Group], *, known: Mapping[str, Value]) -> None:
        """`known` are facts that have one value for everybody: settings, and the class that the table is asked for."""
        if len(table.rules) > MOST_RULES:
            raise NotImplementedError(f"{table.id}: more than {MOST_RULES} rules")
        self.table = table
        self._groups = [
            (place, lookup)
            for place, group in enumerate(groups)
            if (lookup := group.lookup(table)) is not None
        ]
        self._always = self._masks_of(known)
        self.ignorable = np.uint64(
            sum(
                1 << at
                for at, rule in enumerate(table.rules)
                if rule.on_unknown is OnUnknown.TREAT_AS_NO_MATCH
            )
        )

    def _masks_of(self, known: Mapping[str, Value]) -> npt.NDArray[np.uint64]:
        whole = (1 << len(self.table.rules)) - 1
        found = np.full(2, whole, np.uint64)
        for name, value in known.items():
            if name not in self.table.facts:
                continue
            answers = [rule.cells[name].matches(value) for rule in self.table.rules]
            found[0] &= np.uint64(sum(1 << at for at, each in enumerate(answers) if each is True))
            found[1] &= np.uint64(sum(1 << at for at, each in enumerate(answers) if each is not False))
        return found

    def masks(self, indexes: Sequence[Index]) -> tuple[Mask, Mask]:
        """(fired, undecided) per person; `indexes` holds one array per group."""
        parts = [lookup.take(indexes[place], axis=0) for place, lookup in self._groups]
        both = reduce(lambda one, other: np.bitwise_and(one, other, out=one), parts)
        both &= self._always
        fired = np.ascontiguousarray(both[:, 0])
        return fired, both[:, 1] ^ fired


def lowest_bit(mask: Mask) -> tuple[Mask, Index]:
    """The lowest bit that is set, and its place; place 64 when none is."""
    bit = mask & (~mask + np.uint64(1))
    place = np.frexp(bit.astype(np.float64))[1].astype(np.intp) - 1
    place[bit == 0] = MOST_RULES
    return bit, place
