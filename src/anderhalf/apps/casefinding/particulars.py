"""Name and BSN of the people on the lists, when the extract happens to have them; of nobody else anything is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.core.exceptions import ValidationError

from anderhalf.apps.people.identifiers import normalise_bsn
from anderhalf.population.shapes import IDENTIFYING, SHAPES, plain_name
from anderhalf.population.tabular import read_header, read_rows

LONGEST = 120


def read_particulars(file: Path, wanted: set[str]) -> dict[str, dict[str, str]]:
    """Number -> name parts and a valid BSN, for those wanted."""
    found: dict[str, dict[str, str]] = {}
    for table in _tables(file):
        numbers = SHAPES["patients"].match(_names(table), file=file.name)["patient"]
        columns = {
            key: column
            for column in table.column_names
            for key, names in IDENTIFYING.items()
            if plain_name(column) in (key, *names)
        }
        if not columns:
            return {}
        for row in table.select([numbers, *columns.values()]).to_pylist():
            number = str(row[numbers] if row[numbers] is not None else "").strip()
            if number in wanted and number not in found:
                found[number] = cleaned({key: row[column] for key, column in columns.items()})
    return found


def cleaned(given: Mapping[str, object]) -> dict[str, str]:
    """Texts of bounded length without empty ones; a BSN that does not pass the 11-test is left out."""
    found = {}
    for key, value in given.items():
        text = " ".join(str(value if value is not None else "").split())[:LONGEST]
        if key == "bsn" and text:
            try:
                text = normalise_bsn(text)
            except ValidationError:
                text = ""
        if text:
            found[key] = text
    return found


def _tables(file: Path) -> Iterator[pa.Table]:
    if file.suffix.lower() == ".parquet":
        for batch in pq.ParquetFile(file).iter_batches(batch_size=20_000):
            yield pa.Table.from_batches([batch])
        return
    yield from read_rows(
        file, read_header(file, SHAPES["patients"].known_names), lambda line, why, text: None
    )


def _names(table: pa.Table) -> list[str]:
    return [name for name in table.column_names if name != "line"]
