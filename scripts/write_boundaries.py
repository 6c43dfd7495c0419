"""Writes what every decision table answers beside each of its limits: the record in `tests/spec/tables`.

    .venv/bin/python -m scripts.write_boundaries                  # every table
    .venv/bin/python -m scripts.write_boundaries --table to_do

Per rule: a patient for whom it answers; the same with as little known as possible; for each cell the values just on
both sides of each limit (or the other codes) and the fact unknown, all else kept; and patients for whom rules below it
hold too, to show which comes first. Where a rule above would hide the difference, another patient is searched for whom
it shows. See docs/mutation.md for what this record is, and what it is not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.core.decisions.model import HitPolicy
from tests.support.table_record import (
    ABOVE,
    ONLY,
    RECORD,
    USUAL,
    Known,
    Line,
    ask,
    known_of,
    load_table,
    record_of,
    table_files,
    write_record,
    written,
)

from .boundary_search import Finder, Patient
from .same_answers import shows_order

NOTHING = "*"
"""In place of a rule: somebody of whom nothing is known."""
BESIDES = 3
"""Of codes for which a cell does not hold, so many are tried."""


class Writer:
    """The record of one table while it is made."""

    def __init__(self, name: str) -> None:
        self.table = load_table(name)
        self.finder = Finder(self.table)
        self.lines: list[Line] = []
        self.seen: set[tuple[tuple[str, str], ...]] = set()

    def write(self) -> list[Line]:
        """Every line."""
        usual = _known(self.finder.usual)
        self._add("", USUAL, _facts(usual), usual)
        self._add(NOTHING, ONLY, "", {})
        for at in range(len(self.table.rules)):
            self._rule(at)
        return self.lines

    def _rule(self, at: int) -> None:
        base = self.finder.find([at], near=self.finder.usual)
        if base is None:
            return
        rule = self.table.rules[at].id
        self._from_usual(rule, base, always=True)
        for fact in self.table.inputs:
            if not self.table.rules[at].cells[fact.name].any:
                self._cell(at, fact, base)
        self._least(at, base)
        if self.table.hit_policy is HitPolicy.FIRST:
            self._order(at)

    def _cell(self, at: int, fact: Fact, base: Patient) -> None:
        for way in self._ways(at, fact):
            for nearest, value in enumerate(way):
                found = self.finder.find([at], near=base, fixed={fact.name: value})
                if found is not None:
                    self._beside(at, fact, value, base, found)
                    break
                if nearest == 0:  # what happens there all the same, though a rule above decides it
                    self._beside(at, fact, value, base, {**base, fact.name: value})
        found = self.finder.find([at], near=base, fixed={fact.name: None})
        self._beside(at, fact, None, base, found or {**base, fact.name: None})

    def _ways(self, at: int, fact: Fact) -> Iterator[Sequence[Value]]:
        """Per limit of a cell and side of it the values to try, the nearest first; a code is a way of its own."""
        cell = self.table.rules[at].cells[fact.name]
        values = self.finder.values_around(fact)
        if fact.type not in (FactType.NUMBER, FactType.DATE):
            inside = [value for value in values if cell.matches(value)]
            outside = [value for value in values if not cell.matches(value)]
            yield from ([value] for value in inside)
            yield from ([value, *outside[BESIDES:]] for value in outside[:BESIDES])
            return
        if not list(cell.literals):  # only asks whether the value is known
            yield values
        for limit in dict.fromkeys(cell.literals):
            yield [value for value in reversed(values) if value < limit]  # type: ignore[operator]
            if limit in values:
                yield [limit]
            yield [value for value in values if value > limit]  # type: ignore[operator]

    def _beside(self, at: int, fact: Fact, value: Value | None, base: Patient, found: Patient) -> None:
        rule = self.table.rules[at].id
        if found == {**base, fact.name: value}:
            self._add(rule, ABOVE, f"{fact.name}={written(value)}", _known(found))
        else:
            self._from_usual(rule, found)

    def _least(self, at: int, base: Patient) -> None:
        """The same answer with as little known as it can be given on."""
        rule = self.table.rules[at]
        wanted = ask(self.table, _known(base))
        known = dict(_known(base))
        for name in list(known):
            if rule.cells[name].any:
                fewer = {other: value for other, value in known.items() if other != name}
                if ask(self.table, fewer) == wanted:
                    known = fewer
        self._from_usual(rule.id, {name: known.get(name) for name in base})

    def _order(self, at: int) -> None:
        """Whoever shows that a rule stands above those below it: as many of them as can hold with it, at a time."""
        rules = self.table.rules
        below = [other for other in range(at + 1, len(rules)) if rules[other].outputs != rules[at].outputs]
        while below:
            together, found = [at], None
            for other in below:
                more = self.finder.find([*together, other], near=self.finder.usual)
                if more is not None:
                    together, found = [*together, other], more
            if found is None:
                break
            self._from_usual(f"{rules[at].id} + {len(together) - 1} below", found)
            below = [other for other in below if other not in together]
        if at + 1 < len(rules):
            found = shows_order(self.finder, at)
            if found is not None:
                self._from_usual(f"{rules[at].id} + next", found)

    def _from_usual(self, rule: str, patient: Patient, *, always: bool = False) -> None:
        known = _known(patient)
        usual = self.finder.usual
        apart = {name: value for name, value in patient.items() if value != usual[name]}
        texts = {USUAL: _facts(apart), ONLY: _facts(known)}
        start = USUAL if always else min(texts, key=lambda name: len(texts[name]))
        self._add(rule, start, texts[start], known, always=always)

    def _add(self, rule: str, patient: str, facts: str, known: Known, *, always: bool = False) -> None:
        """A line, unless somebody else already says the same."""
        key = tuple(sorted((name, written(value)) for name, value in known.items()))
        if key in self.seen and not always:
            return
        self.seen.add(key)
        self.lines.append(Line(rule, patient, facts, *ask(self.table, known)))


def _known(patient: Patient) -> Known:
    return {name: value for name, value in patient.items() if value is not None}


def _facts(values: Patient | Known) -> str:
    return "; ".join(f"{name}={written(value)}" for name, value in values.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the records asked for, and remove those of tables that are gone."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--table", action="append", help="a part of the path of a table; may be given again")
    options = parser.parse_args(arguments)
    names = table_files()
    for name in names:
        if options.table and not any(part in name for part in options.table):
            continue
        lines = Writer(name).write()
        path = record_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write_record(lines), encoding="utf-8")
        read_back = list(known_of(lines, load_table(name).facts))
        wrong = [
            line for line, known in read_back if ask(load_table(name), known) != (line.fires, line.answer)
        ]
        if wrong:
            raise SystemExit(f"{name}: {wrong[0]} can't be read back")
        sys.stdout.write(f"{name}: {len(lines)} lines, {path.stat().st_size} bytes\n")
        sys.stdout.flush()
    for path in RECORD.rglob("*.csv"):
        if path.relative_to(RECORD).as_posix() not in names:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
