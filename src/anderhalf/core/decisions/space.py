"""All patients a table can tell apart: one region per fact, and which rules hold where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.regions import MISSING, regions_of, write_regions

Choice = Sequence[int]
"""One region index per input of the table."""


class Space:
    """The regions of every input of a table with, per region, masks of rules (bit i: rule i)."""

    def __init__(self, table: DecisionTable) -> None:
        self._table = table
        self._all = (1 << len(table.rules)) - 1
        self.regions = [
            regions_of(fact, [rule.cells[fact.name] for rule in table.rules]) for fact in table.inputs
        ]
        self.true: list[list[int]] = []
        """Rules whose cell is True there."""
        self.possible: list[list[int]] = []
        """Rules whose cell is True or undecided there."""
        for fact, regions in zip(table.inputs, self.regions, strict=True):
            true, possible = [], []
            for region in regions:
                results = [rule.cells[fact.name].matches(region.example) for rule in table.rules]
                true.append(sum(1 << at for at, result in enumerate(results) if result))
                possible.append(sum(1 << at for at, result in enumerate(results) if result is not False))
            self.true.append(true)
            self.possible.append(possible)
        self._where = [
            [[region for region, mask in enumerate(column) if mask >> at & 1] for column in self.true]
            for at in range(len(table.rules))
        ]

    def holds(self, rule: int, fact: str) -> bool:
        """Whether some value of the fact makes the rule's cell true."""
        column = [fact_.name for fact_ in self._table.inputs].index(fact)
        return bool(self._where[rule][column])

    def signature(self, rule: int) -> tuple[int, ...]:
        """What the rule's cells say in every region; equal for two rules that ask the same."""
        found = []
        for true, possible in zip(self.true, self.possible, strict=True):
            number = 0
            for mask, maybe in zip(true, possible, strict=True):
                number = number << 2 | (mask >> rule & 1) << 1 | maybe >> rule & 1
            found.append(number)
        return tuple(found)

    def overlapping(self, rule: int) -> int:
        """The rules that can fire together with this one (itself included, if it can fire)."""
        found = self._all
        for column, where in zip(self.true, self._where[rule], strict=True):
            met = 0
            for region in where:
                met |= column[region]
            found &= met
        return found

    def covering(self, rule: int) -> int:
        """The rules that fire whenever this one does (itself included)."""
        found = self._all
        for column, where in zip(self.true, self._where[rule], strict=True):
            for region in where:
                found &= column[region]
        return found

    def inside(self, rule: int, *, strict: int, loose: int) -> list[list[int]]:
        """Columns limited to where a rule fires: of `strict` rules where they are true, of `loose` where they
        are not false."""
        return [
            [true[region] & strict | possible[region] & loose for region in where]
            for true, possible, where in zip(self.true, self.possible, self._where[rule], strict=True)
        ]

    def first_choice(self, rule: int) -> Choice | None:
        """A patient for whom the rule fires, with facts known where possible; None if there is none."""
        where = self._where[rule]
        return [regions[0] for regions in where] if all(where) else None

    def nearest_choice(self, rule: int) -> Choice:
        """A patient for whom as many cells of the rule as possible are true."""
        return [regions[0] if regions else 0 for regions in self._where[rule]]

    def common(self, one: int, other: int) -> tuple[Choice, list[list[int]]]:
        """For two overlapping rules: a patient for whom both fire, and all regions where they do."""
        box = [
            [region for region in mine if region in theirs]
            for mine, theirs in zip(self._where[one], self._where[other], strict=True)
        ]
        return [regions[0] for regions in box], box

    def nearest_rule(self, choice: Choice) -> tuple[int, str]:
        """The rule that fails on the fewest facts for a patient, and the first of those facts.

        Among equals the rule that asks most: one that holds but for one of its eight cells is nearer than a
        rule with a single cell that fails.
        """
        best, failing, asked = 0, list(self._table.inputs), 0
        for at, rule in enumerate(self._table.rules):
            fails = [
                fact
                for fact, column, region in zip(self._table.inputs, self.possible, choice, strict=True)
                if not column[region] >> at & 1
            ]
            asks = sum(not cell.any for cell in rule.cells.values())
            if at == 0 or (len(fails), -asks) < (len(failing), -asked):
                best, failing, asked = at, fails, asks
        return best, failing[0].name

    def facts(self, choice: Choice, *, on: date) -> dict[str, FactValue]:
        """The facts of a patient, dated `on`."""
        found = {}
        for fact, regions, region in zip(self._table.inputs, self.regions, choice, strict=True):
            example = regions[region].example
            if example is not None:
                found[fact.name] = FactValue(example, on, "example")
        return found

    def write(self, box: Sequence[Sequence[int]]) -> Mapping[str, str]:
        """A box of regions as cells by fact; a fact that may have any value (or be missing) is left out."""
        found = {}
        for fact, regions, inside in zip(self._table.inputs, self.regions, box, strict=True):
            chosen = [regions[region] for region in inside]
            if len(chosen) < len(regions) and not (len(chosen) == len(regions) - 1 and MISSING not in chosen):
                found[fact.name] = write_regions(chosen)
        return found
