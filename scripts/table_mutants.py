"""Random changes of one decision table: a limit moved, a sign turned, a cell emptied, a rule removed or moved up."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from anderhalf.content.following import decides
from anderhalf.content.rule_numbers import is_condition
from anderhalf.core.decisions.facts import Fact, FactType

TURNED = {"<": (">=", "<=", ">"), "<=": (">", "<", ">="), ">": ("<=", ">=", "<"), ">=": ("<", ">", "<=")}
KINDS = ("limit", "sign", "empty", "remove", "output", "order")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed table and what was changed."""

    table: str
    kind: str
    said: str
    text: str


@dataclass(slots=True)
class Grid:
    """A table as it was typed."""

    header: list[str]
    rows: list[list[str]]

    @classmethod
    def read(cls, text: str) -> Grid:
        """From CSV."""
        header, *rows = list(csv.reader(io.StringIO(text, newline="")))
        return cls(header, rows)

    def write(self) -> str:
        """As CSV."""
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows([self.header, *self.rows])
        return out.getvalue()

    def copy(self) -> Grid:
        """Another one with the same cells."""
        return Grid(list(self.header), [list(row) for row in self.rows])


def mutants(
    table: str, text: str, *, facts: Mapping[str, Fact], ordered: bool, changes: int, seed: int
) -> list[Mutant]:
    """Different changes of a table, drawn the same way each time; fewer when there are no more."""
    rng = random.Random(f"{seed} {table}")
    grid = Grid.read(text)
    before = [decides(dict(zip(grid.header, row, strict=True)), facts) for row in grid.rows]
    found: dict[str, Mutant] = {}
    for _attempt in range(changes * 40):
        if len(found) == changes:
            break
        kind = rng.choice(KINDS)
        made = _mutate(grid.copy(), kind, rng, facts, ordered)
        if made is None:
            continue
        changed, said = made
        after = [decides(dict(zip(changed.header, row, strict=True)), facts) for row in changed.rows]
        if after == before if ordered else sorted(map(str, after)) == sorted(map(str, before)):
            continue
        written = changed.write()
        found.setdefault(written, Mutant(table, kind, said, written))
    return list(found.values())


def _mutate(
    grid: Grid, kind: str, rng: random.Random, facts: Mapping[str, Fact], ordered: bool
) -> tuple[Grid, str] | None:
    at = rng.randrange(len(grid.rows))
    row = grid.rows[at]
    rule = row[grid.header.index("id")]
    if kind == "remove":
        del grid.rows[at]
        return (grid, f"{rule} removed") if grid.rows else None
    if kind == "order":
        return _swap(grid, at) if ordered else None
    if kind == "output":
        return _output(grid, row, rule, rng)
    columns = [
        number
        for number, name in enumerate(grid.header)
        if is_condition(name) and row[number].strip() not in ("-", "")
    ]
    if not columns:
        return None
    number = rng.choice(columns)
    name, old = grid.header[number], row[number]
    new = {
        "empty": lambda: "-",
        "limit": lambda: _limit(old, facts.get(name), rng),
        "sign": lambda: _sign(old, rng),
    }[kind]()
    if new is None or new == old:
        return None
    row[number] = new
    return grid, f"{rule} {name}: {old} → {new}"


def _swap(grid: Grid, at: int) -> tuple[Grid, str] | None:
    """A rule above the one before it, where that can make a difference."""
    if at == 0:
        return None
    one, two = grid.rows[at - 1], grid.rows[at]
    outputs = [number for number, name in enumerate(grid.header) if name.startswith("out:")]
    if all(one[number] == two[number] for number in outputs) or _apart(grid, one, two):
        return None
    grid.rows[at - 1], grid.rows[at] = two, one
    return grid, f"{two[grid.header.index('id')]} above {one[grid.header.index('id')]}"


def _apart(grid: Grid, one: list[str], two: list[str]) -> bool:
    """Whether two rules can't hold together, as far as yes-or-no and code cells tell."""
    for name, a, b in zip(grid.header, one, two, strict=True):
        if is_condition(name) and {a, b} == {"true", "false"}:
            return True
        codes = [set(re.findall(r'"([^"]*)"', cell)) for cell in (a, b)]
        if is_condition(name) and all(codes) and "not(" not in a + b and not codes[0] & codes[1]:
            return True
    return False


def _output(grid: Grid, row: list[str], rule: str, rng: random.Random) -> tuple[Grid, str] | None:
    columns = [number for number, name in enumerate(grid.header) if name.startswith("out:")]
    number = rng.choice(columns)
    others = sorted({other[number] for other in grid.rows} - {row[number]})
    if not others:
        return None
    old, row[number] = row[number], rng.choice(others)
    return grid, f"{rule} {grid.header[number]}: {old} → {row[number]}"


def _limit(cell: str, fact: Fact | None, rng: random.Random) -> str | None:
    """One number a little or a good deal further; the smallest step a value can have is the hardest to notice."""
    numbers = list(_NUMBER.finditer(re.sub(r'"[^"]*"', lambda found: "_" * len(found[0]), cell)))
    if not numbers or fact is None or fact.type is not FactType.NUMBER:
        return None
    chosen = rng.choice(numbers)
    step = 10.0**-fact.decimals
    value = float(chosen[0]) + rng.choice((-10, -1, 1, 10)) * step
    if (fact.minimum is not None and value < fact.minimum) or (
        fact.maximum is not None and value > fact.maximum
    ):
        return None
    return f"{cell[: chosen.start()]}{value:.{fact.decimals}f}{cell[chosen.end() :]}"


def _sign(cell: str, rng: random.Random) -> str | None:
    """The other direction, the other end, the other answer, or all but these."""
    if cell in ("true", "false"):
        return "false" if cell == "true" else "true"
    found = re.match(r"(<=|>=|<|>)(.*)", cell)
    if found:
        return rng.choice(TURNED[found[1]]) + found[2]
    if ".." in cell and '"' not in cell:
        first, last = cell[0], cell[-1]
        return rng.choice(
            (("]" if first == "[" else "[") + cell[1:], cell[:-1] + ("[" if last == "]" else "]"))
        )
    if cell.startswith("not("):
        return cell[4:-1]
    codes = re.findall(r'"[^"]*"', cell)
    if len(codes) > 1:
        left = rng.randrange(len(codes))
        return ", ".join(code for number, code in enumerate(codes) if number != left)
    return f"not({cell})" if codes else None
