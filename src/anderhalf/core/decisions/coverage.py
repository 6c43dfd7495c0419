"""Searching the whole space of patients for one that a set of rules does not cover.

A column is a list of masks, one per region of its fact: bit *i* says that rule *i* can hold there. A patient
is one region per column; the rules that can hold for them are the AND of the masks. The search goes column
by column, remembers sets of rules from which the uncovered patient cannot be reached, and gives up after a
bounded number of steps: then nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_STEPS = 30_000_000


class SearchTooLarge(RuntimeError):
    """The search was stopped before it was finished: nothing was proved."""


@dataclass(slots=True)
class Steps:
    """A budget of search steps shared by the searches of one check."""

    left: int = DEFAULT_STEPS

    def take(self, count: int) -> None:
        """Use up steps; raises SearchTooLarge when there are none left."""
        self.left -= count
        if self.left < 0:
            raise SearchTooLarge


def find_uncovered(columns: Sequence[Sequence[int]], rules: int, steps: Steps) -> tuple[int, ...] | None:
    """A region per column for which no rule of the mask `rules` can hold, or None if there is none (proved).

    Raises SearchTooLarge when the budget runs out first.
    """
    return _Search(columns, steps).run(rules)


class _Search:
    def __init__(self, columns: Sequence[Sequence[int]], steps: Steps) -> None:
        # Columns that leave the fewest rules alive go first: an uncovered patient shows up sooner, and rules
        # that hold anywhere in all later columns end a branch at once.
        self._order = sorted(range(len(columns)), key=lambda at: (_spread(columns[at]), at))
        self._columns = [
            sorted({mask: at for at, mask in reversed(list(enumerate(columns[column])))}.items(), key=_fewest)
            for column in self._order
        ]
        self._steps = steps
        self._dead: list[set[int]] = [set() for _ in columns]
        # Rules that hold in every region of all columns from here on: they can no longer be shaken off.
        self._stuck = [0] * (len(columns) + 1)
        self._stuck[-1] = -1
        for at in reversed(range(len(columns))):
            everywhere = -1
            for mask, _ in self._columns[at]:
                everywhere &= mask
            self._stuck[at] = self._stuck[at + 1] & everywhere

    def run(self, rules: int) -> tuple[int, ...] | None:
        path = self._from(0, rules)
        if path is None:
            return None
        found = [0] * len(self._columns)
        for column, region in zip(self._order, path, strict=True):
            found[column] = region
        return tuple(found)

    def _from(self, at: int, alive: int) -> list[int] | None:
        if not alive:
            return [self._columns[later][0][1] for later in range(at, len(self._columns))]
        if at == len(self._columns) or alive & self._stuck[at] or alive in self._dead[at]:
            return None
        self._steps.take(len(self._columns[at]))
        tried: set[int] = set()
        for mask, region in self._columns[at]:
            left = alive & mask
            if left in tried:
                continue
            tried.add(left)
            path = self._from(at + 1, left)
            if path is not None:
                return [region, *path]
        self._dead[at].add(alive)
        return None


def _spread(masks: Sequence[int]) -> float:
    return sum(mask.bit_count() for mask in masks) / max(1, len(masks))


def _fewest(item: tuple[int, int]) -> tuple[int, int]:
    mask, region = item
    return mask.bit_count(), region
