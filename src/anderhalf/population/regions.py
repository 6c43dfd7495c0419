"""A decision table on columns in memory, without an engine: values become region numbers, regions become one number.

`compile` cuts each fact into regions in which the rules that hold are known. A column is turned into region numbers
by counting the thresholds that a value has reached. The region numbers of some facts are combined into one small
number, and a table of all such combinations says which rules are true and which are not false. When one table holds
all facts, it also says at once which distinct answer a row has, so that nothing is hashed or sorted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from anderhalf.core.decisions.facts import FactType
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.population.compile import FactCut, compile_population
from anderhalf.population.encoding import ABOVE
from anderhalf.population.engines import Rows

COMBINED = 2**14
"""Combinations of regions in one table: what stays in a processor's own memory."""
FEW = 24
"""Up to so many thresholds are counted one by one; more are searched."""
BLOCK = 131_072
"""Rows at a time, so that what is made of a column is still near when the next is combined with it."""
PART = 1_000_000
"""Rows of a Parquet file at a time."""

Masks = npt.NDArray[np.int64]
Places = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.unsignedinteger]


@dataclass(frozen=True)
class Combination:
    """Facts whose regions are looked up together."""

    cuts: tuple[FactCut, ...]
    masks: Masks
    """Word x combination number -> packed masks (see `compile`)."""

    def numbers(self, block: pa.RecordBatch) -> Numbers:
        """Per row the number of its combination."""
        found = np.zeros(block.num_rows, dtype=np.uint16 if self.masks.shape[1] <= 2**16 else np.uint32)
        for cut in self.cuts:
            found *= found.dtype.type(_size(cut))
            found += region_numbers(cut, block.column(cut.fact.name)).astype(found.dtype, copy=False)
        return found


@dataclass(frozen=True)
class Regions:
    """A table made ready for columns in memory."""

    combinations: tuple[Combination, ...]
    always: Masks
    """Per word the masks of a row before any fact has been looked at."""

    @property
    def names(self) -> tuple[str, ...]:
        """The facts that matter."""
        return tuple(cut.fact.name for one in self.combinations for cut in one.cuts)

    @cached_property
    def _distinct(self) -> tuple[Masks, Places]:
        """Of a single combination: its distinct masks, and which of them each combination number has."""
        (only,) = self.combinations
        found, place = np.unique(only.masks.T & self.always, axis=0, return_inverse=True)
        return found, place.reshape(-1)

    def place(self, rows: pa.Table) -> tuple[list[tuple[int, ...]], Places]:
        """The distinct masks that occur among some rows, and which of them each row has."""
        if len(self.combinations) != 1:
            return distinct(self._words(rows))
        known, of_number = self._distinct
        numbers, seen = self._numbers(rows)
        occurs = np.flatnonzero(np.bincount(of_number, weights=seen, minlength=len(known)))
        renumbered = np.zeros(len(known), dtype=np.int64)
        renumbered[occurs] = np.arange(len(occurs))
        of_number = renumbered[of_number]
        places = [np.take(of_number, block) for block in numbers] or [np.zeros(0, dtype=np.int64)]
        return [tuple(row) for row in known[occurs].tolist()], np.concatenate(places)

    def _numbers(self, rows: pa.Table) -> tuple[list[Numbers], Places]:
        """Of a single combination: the numbers of all rows, and how often each occurs."""
        (only,) = self.combinations
        numbers, seen = [], np.zeros(only.masks.shape[1], dtype=np.int64)
        for block in _blocks(rows):
            numbers.append(only.numbers(block))
            seen += np.bincount(numbers[-1], minlength=len(seen))
        return numbers, seen

    def _words(self, rows: pa.Table) -> list[Masks]:
        """The masks of all rows, one array per word."""
        words = [np.full(rows.num_rows, mask, dtype=np.int64) for mask in self.always.tolist()]
        start = 0
        for block in _blocks(rows):
            for one in self.combinations:
                numbers = one.numbers(block)
                for at, word in enumerate(words):
                    word[start : start + len(numbers)] &= one.masks[at][numbers]
            start += block.num_rows
        return words


@lru_cache(maxsize=64)
def regions_of(table: DecisionTable) -> Regions:
    """Combine the facts of a table, in their order, as many at a time as one table of combinations holds."""
    compiled = compile_population(table)
    groups: list[list[FactCut]] = []
    size = COMBINED + 1
    for cut in compiled.cuts:
        if not cut.matters:
            continue
        size *= _size(cut)
        if size > COMBINED:
            groups.append([])
            size = _size(cut)
        groups[-1].append(cut)
    always = [compiled.everything(word) for word in range(compiled.words)]
    return Regions(tuple(_combined(group) for group in groups), np.array(always, dtype=np.int64))


def region_numbers(cut: FactCut, column: pa.Array) -> Numbers:
    """Per value the number of its masks, in the order of :func:`_all_masks`."""
    missing = _all_masks(cut).index(cut.missing) if cut.regions else _size(cut) - 1
    if cut.fact.type is FactType.BOOLEAN:
        found: Numbers = 1 - _bits(column.buffers()[1], column.offset, len(column))
    elif cut.other:
        texts = pa.array([text for text, _ in cut.named], column.type)
        found = pc.index_in(column, texts).fill_null(len(cut.named)).to_numpy(zero_copy_only=False)
        found = found.astype(np.uint32)
    else:
        values = _values(column)
        bounds = [region.before for region in cut.regions[:-1]]
        if cut.fact.type is FactType.NUMBER and not (len(values) and values.max() >= ABOVE):
            bounds = [bound for bound in bounds if bound < ABOVE]  # no ranges among them, as nearly always
        if len(bounds) > FEW:
            found = np.searchsorted(np.array(bounds), values, side="right").astype(np.uint32)
        else:
            found = np.zeros(len(values), dtype=np.uint8)
            for bound in bounds:
                found += values >= bound
        found = _number_of_region(cut)[found]
    if column.null_count:
        # Unsigned numbers go round: x - m, times 0 or 1, + m is x or m, quicker than choosing.
        last = found.dtype.type(missing)
        found -= last
        found *= _bits(column.buffers()[0], column.offset, len(column))
        found += last
    return found


def decide_columns(table: DecisionTable, rows: Rows) -> tuple[list[tuple[int, ...]], Places]:
    """The distinct packed masks, and per row (in row order) which of them it has."""
    regions = regions_of(table)
    if isinstance(rows, pa.Table):
        return _in_order(*regions.place(rows), rows)
    keys: dict[tuple[int, ...], int] = {}
    places, order = [], []
    for part in parts_of(rows, ["row", *regions.names]):
        here, place = regions.place(part)
        renumbered = np.array([keys.setdefault(key, len(keys)) for key in here], dtype=np.int64)
        places.append(renumbered[place])
        order.append(part.column("row"))
    if not places:
        return [], np.zeros(0, dtype=np.int64)
    row = pa.chunked_array([chunk for column in order for chunk in column.chunks])
    return _in_order(list(keys), np.concatenate(places), pa.table({"row": row}))


def parts_of(paths: Sequence[object], names: Sequence[str]) -> Iterator[pa.Table]:
    """Columns of Parquet files, some row groups at a time."""
    for path in paths:
        groups = pq.read_metadata(path)
        start = size = 0
        for at in range(groups.num_row_groups):
            size += groups.row_group(at).num_rows
            if size >= PART or at == groups.num_row_groups - 1:
                yield pl.scan_parquet(path).select(names).slice(start, size).collect().to_arrow()
                start, size = start + size, 0


def _in_order(
    keys: list[tuple[int, ...]], place: Places, rows: pa.Table
) -> tuple[list[tuple[int, ...]], Places]:
    """Engines answer in row order, whatever the order of what they were given."""
    order = row_order(rows)
    return keys, place if order is None else place[order]


def row_order(rows: pa.Table) -> Places | None:
    """What puts rows in the order of their column `row`; None when they are."""
    row = rows.column("row").to_numpy()
    in_order = len(row) < 2 or bool(np.all(row[:-1] <= row[1:]))
    return None if in_order else np.argsort(row, kind="stable")


def _combined(cuts: Sequence[FactCut]) -> Combination:
    found = np.full((1, len(cuts[0].missing)), -1, dtype=np.int64)
    for cut in cuts:
        found = (found[:, None, :] & np.array(_all_masks(cut), dtype=np.int64)[None]).reshape(
            -1, found.shape[1]
        )
    return Combination(tuple(cuts), np.ascontiguousarray(found.T))


def _all_masks(cut: FactCut) -> list[tuple[int, ...]]:
    """Every masks that a value can have. Regions with the same ones share a number: a range that decides what the
    numbers above it decide, and one that decides nothing, like a missing value."""
    if cut.regions:
        return list(dict.fromkeys([*(region.masks for region in cut.regions), cut.missing]))
    named = [masks for _, masks in cut.named] + ([cut.other] if cut.other else [])
    return [*named, cut.missing]


def _number_of_region(cut: FactCut) -> npt.NDArray[np.uint32]:
    """Per region the number of its masks."""
    known = _all_masks(cut)
    return np.array([known.index(region.masks) for region in cut.regions], dtype=np.uint32)


def _size(cut: FactCut) -> int:
    return len(_all_masks(cut))


def _blocks(rows: pa.Table) -> Iterator[pa.RecordBatch]:
    return iter(rows.to_batches(max_chunksize=BLOCK))


def _values(column: pa.Array) -> npt.NDArray:
    """The whole numbers of a column as they stand in memory; what stands where a value is missing means nothing."""
    kind = column.type.to_pandas_dtype()
    return np.frombuffer(
        column.buffers()[1], dtype=kind, count=len(column), offset=column.offset * np.dtype(kind).itemsize
    )


def _bits(buffer: pa.Buffer, offset: int, length: int) -> npt.NDArray[np.uint8]:
    """Bits of an Arrow bitmap as 0 and 1."""
    first = offset // 8
    packed = np.frombuffer(buffer, dtype=np.uint8, offset=first, count=(offset + length + 7) // 8 - first)
    return np.unpackbits(packed, bitorder="little", count=offset - 8 * first + length)[offset - 8 * first :]


def distinct(words: Sequence[Masks]) -> tuple[list[tuple[int, ...]], Places]:
    """The distinct rows of some columns of whole numbers, and which of them each row is."""
    keys: list[tuple[int, ...]] = [()]
    place: Places = np.zeros(len(words[0]), dtype=np.int64)
    for word in words:
        encoded = pa.array(word).dictionary_encode()
        values = encoded.dictionary.to_pylist()
        place = place * len(values) + encoded.indices.to_numpy()
        if len(words) > 1:
            kept, place = np.unique(place, return_inverse=True)
            keys = [(*keys[code // len(values)], values[code % len(values)]) for code in kept.tolist()]
        else:
            keys = [(value,) for value in values]
    return keys, place
