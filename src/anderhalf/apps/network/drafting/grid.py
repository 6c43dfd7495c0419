"""A decision table as the grid that somebody edits: the cells as they were typed, right or wrong. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import count

from anderhalf.core.decisions.facts import FactType
from anderhalf.core.decisions.table import TEXT_COLUMNS

from .typed_cells import UnclearCell, read_cell, shown_cell

ANY = "-"
MAX_CELLS = 16000
"""More cells than this do not go into one form; a larger table is edited as CSV.

The largest table of the national content (exclusion in atrial fibrillation: 124 rules of 101 columns) has to fit with
room to grow, or nobody could change a criterion on screen. The server must accept as many fields in one request
(``DATA_UPLOAD_MAX_NUMBER_FIELDS``).
"""
_LAST_NUMBER = re.compile(r"(\d+)(?!.*\d)")


class GridRefused(ValueError):
    """An operation that the grid cannot carry out."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The header and the rows of a table's CSV; every row is as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that are facts."""
        return tuple(name for name in self.header if is_fact(name))

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.header) * len(self.rows)

    def at(self, row: int, column: str) -> str:
        """One cell; empty when the column is not there."""
        return self.rows[row][self.header.index(column)] if column in self.header else ""


def is_fact(column: str) -> bool:
    """Whether a column of the header is a fact, not the id, an output or a text."""
    return column != "id" and not column.startswith("out:") and column not in TEXT_COLUMNS


def read_grid(text: str) -> Grid:
    """The grid of a table's CSV; rows that are too short or too long are made to fit the header."""
    rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) if any(row)]
    header = tuple(name.strip() for name in rows[0]) if rows else ()
    width = len(header)
    return Grid(header, tuple(tuple([*row, *[""] * width][:width]) for row in rows[1:]))


def write_grid(grid: Grid) -> str:
    """The grid as CSV; `read_grid` reads the same grid back. Line ends inside a cell become spaces."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(grid.header)
    writer.writerows(
        [" ".join(cell.split("\n")).replace("\r", "").strip() for cell in row] for row in grid.rows
    )
    return out.getvalue()


Place = tuple[int, int]
"""The row and the column of a cell, by number."""


def filled_in(
    grid: Grid, data: Mapping[str, str], *, kinds: Mapping[str, FactType | None], lang: str
) -> tuple[Grid, Mapping[Place, str]]:
    """The grid with the cells that a form sends as ``c-<row>-<column number>``; what was not sent stays.

    ``kinds`` has the type of each column of which the cells are shown as the reader writes them (see `typed_cells`);
    a cell that comes back as it was shown stays what it was to the letter. Also gives the cells whose number can be
    read in more ways than one, with that number; they stand in the grid as they were typed.
    """
    unclear: dict[Place, str] = {}
    rows = []
    for at, row in enumerate(grid.rows):
        cells = []
        for number, (column, cell) in enumerate(zip(grid.header, row, strict=True)):
            typed = data.get(f"c-{at}-{number}", cell).strip()
            try:
                cells.append(_meant(typed, cell.strip(), column, kinds, lang))
            except UnclearCell as error:
                unclear[at, number] = str(error)
                cells.append(typed)
        rows.append(tuple(cells))
    return replace(grid, rows=tuple(rows)), unclear


def _meant(typed: str, was: str, column: str, kinds: Mapping[str, FactType | None], lang: str) -> str:
    if typed == was or column not in kinds:
        return typed
    return was if typed == shown_cell(was, kinds[column], lang) else read_cell(typed, kinds[column], lang)


def changed(grid: Grid, operation: str, *, taken: Collection[str] = ()) -> Grid:
    """Carry out ``up:3``, ``down:3``, ``remove:3``, ``add:3`` (after row 3), ``column:<fact>`` or ``drop:<fact>``.

    A new row gets an id that is not in ``taken``: stored decisions cite ids, so one is never used again. Raises
    :class:`GridRefused` for an operation on what is not there, and for dropping a column that is used.
    """
    verb, _colon, what = operation.partition(":")
    if verb in ("column", "drop"):
        return _with_column(grid, what) if verb == "column" else _without_column(grid, what)
    rows = list(grid.rows)
    at = int(what) if what.isdecimal() else -1
    if not 0 <= at < len(rows):
        raise GridRefused(operation)
    match verb:
        case "up" if at > 0:
            rows[at - 1], rows[at] = rows[at], rows[at - 1]
        case "down" if at + 1 < len(rows):
            rows[at + 1], rows[at] = rows[at], rows[at + 1]
        case "remove" if len(rows) > 1:
            del rows[at]
        case "add":
            rows.insert(at + 1, _new_row(grid, at, taken))
        case _:
            raise GridRefused(operation)
    return replace(grid, rows=tuple(rows))


def _new_row(grid: Grid, at: int, known: Collection[str]) -> tuple[str, ...]:
    """A row that asks nothing yet, answers as the one above it, and has an id of its own."""
    taken = {*known, *(row[grid.header.index("id")] for row in grid.rows)}
    cells = []
    for name, cell in zip(grid.header, grid.rows[at], strict=True):
        if name == "id":
            cells.append(next_id(cell, taken))
        elif is_fact(name):
            cells.append(ANY)
        else:
            cells.append(cell if name.startswith("out:") else "")
    return tuple(cells)


def next_id(like: str, taken: Collection[str]) -> str:
    """A rule id that was never taken, numbered on from one that looks alike: RF-26 gives the first free RF-…"""
    found = _LAST_NUMBER.search(like)
    stem, width, tail = (
        (like, 1, "") if found is None else (like[: found.start()], len(found[1]), like[found.end() :])
    )
    return next(made for n in count(1) if (made := f"{stem}{n:0{width}d}{tail}") not in taken)


def _with_column(grid: Grid, fact: str) -> Grid:
    if fact in grid.header or not is_fact(fact) or not fact:
        raise GridRefused(f"column:{fact}")
    place = grid.header.index(grid.inputs[-1]) + 1 if grid.inputs else 1
    return Grid(
        (*grid.header[:place], fact, *grid.header[place:]),
        tuple((*row[:place], ANY, *row[place:]) for row in grid.rows),
    )


def _without_column(grid: Grid, fact: str) -> Grid:
    if fact not in grid.inputs or len(grid.inputs) == 1:
        raise GridRefused(f"drop:{fact}")
    place = grid.header.index(fact)
    if any(row[place].strip() != ANY for row in grid.rows):
        raise GridRefused(f"drop:{fact}")
    return Grid(
        (*grid.header[:place], *grid.header[place + 1 :]),
        tuple((*row[:place], *row[place + 1 :]) for row in grid.rows),
    )
