"""Small counts in a whole set of tables at once: hidden, and not to be found by subtracting shown counts.

A *relation* says that one cell is the sum of others: a year of its halves, a network of its centres, all patients of
the outcomes. Hiding is decided once for every cell that can ever be shown, so no question asked later undoes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Cell = Any
"""The name of a cell: anything hashable (a mapping is invariant in its keys, so ``Hashable`` would refuse tuples)."""

PRIME = (1 << 61) - 1
"""Elimination is done modulo this prime: whole numbers only, and a wrong zero is as good as impossible."""


@dataclass(frozen=True, slots=True)
class Relation:
    """``total`` is the sum of ``parts``; all are names of cells."""

    total: Cell
    parts: tuple[Cell, ...]


def hidden_cells(
    counts: Mapping[Cell, int],
    relations: Sequence[Relation],
    *,
    smallest: int,
    wanted: frozenset[Cell] = frozenset(),
) -> frozenset[Cell]:
    """The cells that must not be shown.

    Hidden first: every count from 1 up to ``smallest`` (0 is shown: it says nothing about a person). Then, until
    nothing changes: in each relation a lone hidden cell takes the smallest shown part that is not 0 along, and so do
    hidden parts that together are below ``smallest`` while their sum could be subtracted. Last, every hidden cell
    that the relations together still determine takes a neighbour along. Cells in ``wanted`` are the last to be taken
    along.
    """
    hidden = {cell for cell, count in counts.items() if 0 < count < smallest}
    of_cell: dict[Cell, list[int]] = defaultdict(list)
    for number, relation in enumerate(relations):
        for cell in (relation.total, *relation.parts):
            of_cell[cell].append(number)
    waiting = {number for cell in hidden for number in of_cell[cell]}
    while waiting:
        while waiting:
            number = waiting.pop()
            added = _complete(relations[number], counts, hidden, smallest, wanted)
            for cell in added:
                hidden.add(cell)
                waiting.update(of_cell[cell])
        for cell in determined(hidden, relations):
            neighbour = _neighbour(cell, of_cell, relations, counts, hidden)
            if neighbour is not None:
                hidden.add(neighbour)
                waiting.update(of_cell[neighbour])
    return frozenset(hidden)


def _complete(
    relation: Relation, counts: Mapping[Cell, int], hidden: set[Cell], smallest: int, wanted: frozenset[Cell]
) -> list[Cell]:
    """Which shown cells of this relation must be hidden too."""
    parts = [cell for cell in relation.parts if cell in hidden]
    spare = sorted(
        (cell for cell in relation.parts if cell not in hidden and counts[cell] > 0),
        key=lambda cell: (cell in wanted, counts[cell], repr(cell)),
    )
    if relation.total in hidden:
        return [] if parts else spare[:1]  # with every part shown, their sum would be the total
    added: list[Cell] = []

    def too_little() -> bool:
        together = (*parts, *added)
        return bool(parts) and (len(together) < 2 or sum(counts[cell] for cell in together) < smallest)

    while spare and too_little():
        if spare[0] in wanted and relation.total not in wanted:
            break  # rather the total than a part that people look for
        added.append(spare.pop(0))
    if too_little():
        added.append(relation.total)  # without the total there is nothing to subtract from
    return added


def determined(hidden: set[Cell], relations: Sequence[Relation]) -> list[Cell]:
    """The hidden cells whose value follows from the relations and everything that is shown.

    Each relation is an equation in its hidden cells; a cell is determined when full elimination leaves it alone in
    an equation.
    """
    rows: dict[Cell, dict[Cell, int]] = {}
    holders: dict[Cell, set[Cell]] = defaultdict(set)
    for relation in relations:
        row = {cell: 1 for cell in relation.parts if cell in hidden}
        if relation.total in hidden:
            row[relation.total] = PRIME - 1
        row = _reduced(row, rows)
        if not row:
            continue
        pivot = min(row, key=lambda cell: len(holders[cell]))
        inverse = pow(row[pivot], PRIME - 2, PRIME)
        row = {cell: factor * inverse % PRIME for cell, factor in row.items()}
        for other in list(holders[pivot]):
            _subtract(rows[other], row, rows[other][pivot], other, holders)
        rows[pivot] = row
        for cell in row:
            if cell != pivot:
                holders[cell].add(pivot)
    return [pivot for pivot, row in rows.items() if len(row) == 1]


def _reduced(row: dict[Cell, int], rows: Mapping[Cell, dict[Cell, int]]) -> dict[Cell, int]:
    """The row without the pivots of the others; their rows hold no pivots but their own, so once is enough."""
    result = dict(row)
    for cell in list(row):
        if cell in rows:
            factor = result[cell]
            for name, value in rows[cell].items():
                result[name] = (result.get(name, 0) - factor * value) % PRIME
    return {cell: factor for cell, factor in result.items() if factor}


def _subtract(
    target: dict[Cell, int],
    row: Mapping[Cell, int],
    factor: int,
    owner: Cell,
    holders: dict[Cell, set[Cell]],
) -> None:
    for cell, value in row.items():
        left = (target.get(cell, 0) - factor * value) % PRIME
        if left:
            target[cell] = left
            if cell != owner:
                holders[cell].add(owner)
        else:
            target.pop(cell, None)
            holders[cell].discard(owner)


def _neighbour(
    cell: Cell,
    of_cell: Mapping[Cell, Sequence[int]],
    relations: Sequence[Relation],
    counts: Mapping[Cell, int],
    hidden: set[Cell],
) -> Cell | None:
    """The smallest shown cell, not 0, that stands in a relation with ``cell``; parts go before totals."""
    near = [
        (other == relations[number].total, counts[other], repr(other), other)
        for number in of_cell[cell]
        for other in (*relations[number].parts, relations[number].total)
        if other not in hidden and counts[other] > 0
    ]
    return min(near, key=lambda entry: entry[:3])[3] if near else None
