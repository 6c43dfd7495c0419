"""A CSV file of an extract as Parquet of texts, and what can still be told of its broken lines.

An unquoted decimal comma makes six cells of five. The value of such a line can't be trusted any more, but whose it is
and what was measured can: counted from the front or, past the break, from the back. It is kept as a row with a line
number below zero and a date that cannot be read. That makes the fact unknown, so nothing older steps in for it, and
that a group of drugs or problems is absent is no "no".
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from anderhalf.population.shapes import Shape
from anderhalf.population.staged import ROW_GROUP
from anderhalf.population.tabular import SetAside, read_header, read_rows

UNTOLD = "?"
"""Stands in a broken line's date, value and unit: never a date, never a number."""
_KEPT = ("patient", "code", "kind")


def cut_text(path: Path, shape: Shape, target: Path, set_aside: SetAside) -> tuple[int, ...]:
    """Write the rows of `path` to `target`, all columns as text, with the number of their `line`.

    Broken lines are told to `set_aside`, and kept below zero. The answer is the lines that stand above the column
    names. Raises ExtractRefused for a file that is not this table.
    """
    header = read_header(path, shape.known_names)
    shape.match(header.names, file=path.name)
    columns = shape.match(header.columns, file=path.name)
    broken: list[list[str]] = []

    def aside(line: int, why: str, text: str) -> None:
        set_aside(line, why, text)
        broken.extend(_rows_of(text, header.delimiter, header.columns, columns))

    def keep() -> None:
        """A broken line of the patients is nobody."""
        if broken and shape.name != "patients":
            kept = [*zip(*broken, strict=True), range(-len(broken), 0)]
            writer.write_table(pa.table([list(column) for column in kept], schema=schema))
        broken.clear()

    schema = pa.schema([*((name, pa.string()) for name in header.columns), ("line", pa.int64())])
    with pq.ParquetWriter(target, schema) as writer:
        for table in read_rows(path, header, aside):
            writer.write_table(table.cast(schema), row_group_size=ROW_GROUP)
            keep()
        keep()  # also when not one line could be read
    return header.titles


def _rows_of(
    text: str, delimiter: str, names: tuple[str, ...], columns: Mapping[str, str]
) -> list[list[str]]:
    """The rows that a broken line may have been, one per place of the break before or behind patient and code."""
    cells = [cell.strip().strip('"').strip() for cell in text.split(delimiter)]
    places = {column: names.index(columns[column]) for column in _KEPT if column in columns}
    found: list[list[str]] = []
    for before, after in product(dict.fromkeys((0, len(cells) - len(names))), repeat=2):
        row = [UNTOLD] * len(names)
        for column, at in places.items():
            place = at + (before if column == "patient" else after)
            row[at] = cells[place] if 0 <= place < len(cells) else UNTOLD
        if row not in found:
            found.append(row)
    return found
