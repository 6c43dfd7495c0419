"""Reads a CSV file as it comes: any of three encodings (also mixed), any of three delimiters, broken lines.

Works in blocks of bounded size. A line that cannot be read is set aside with its number and the reason; a file
that is not text at all is refused. One row is one line: a line break inside quotes is a broken line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from anderhalf.population.shapes import ExtractRefused

BLOCK_BYTES = 32 * 2**20
DELIMITERS = ";,\t|"
LONGEST_LINE = 1_000_000

SetAside = Callable[[int, str, str], None]
"""Line number, why, and what stands there."""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a file."""

    names: tuple[str, ...]
    delimiter: str
    encoding: str
    """utf-8, or the UTF-16 that a byte order mark announces."""
    start: int
    """Bytes before the first row."""


def read_header(path: Path) -> Header:
    """Read the column names; raises ExtractRefused for an empty file or one that is not a table."""
    with path.open("rb") as file:
        first = file.readline(LONGEST_LINE)
    encoding = "utf-16" if first[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    if encoding == "utf-16":
        with path.open("r", encoding="utf-16", newline="") as text:
            line = text.readline(LONGEST_LINE)
    else:
        line = _decode_line(first)
    line = line.removeprefix("\ufeff").strip("\r\n")
    if not line.strip() or "\x00" in line:
        raise ExtractRefused(path.name, "the first line is not a row of column names")
    delimiter = max(DELIMITERS, key=line.count)
    if delimiter not in line:
        raise ExtractRefused(path.name, "the first line has no ; , tab or | between column names")
    names = tuple(next(csv.reader([line], delimiter=delimiter)))
    return Header(names, delimiter, encoding, len(first))


def read_rows(path: Path, header: Header, set_aside: SetAside) -> Iterator[pa.Table]:
    """Blocks of rows, all columns as text, with the line number in `line`. The header is line 1."""
    line = 2
    for block in _blocks(path, header):
        table, lines = _parse(_utf8(block), header, line, set_aside)
        line += lines
        if table.num_rows:
            yield table


def _blocks(path: Path, header: Header) -> Iterator[bytes]:
    """The file after its first line, in pieces that end at a line's end."""
    if header.encoding == "utf-16":
        with path.open("r", encoding="utf-16", newline="") as text:
            text.readline()
            while piece := text.read(BLOCK_BYTES // 4):
                yield (piece + text.readline()).encode("utf-8")
        return
    with path.open("rb") as file:
        file.seek(header.start)
        while piece := file.read(BLOCK_BYTES):
            yield piece + file.readline()


def _utf8(block: bytes) -> bytes:
    """The block as UTF-8: lines that are not are taken as Windows-1252, as older systems write."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return b"".join(_decode_line(line).encode("utf-8") for line in block.splitlines(keepends=True))
    return block


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _parse(block: bytes, header: Header, first_line: int, set_aside: SetAside) -> tuple[pa.Table, int]:
    broken: dict[int, tuple[str, str]] = {}

    def invalid(row: pa_csv.InvalidRow) -> str:
        why = f"{row.actual_columns} cells where {row.expected_columns} are expected"
        broken[row.number - 1] = why, (row.text or "")[:80]
        return "skip"

    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    try:
        table = pa_csv.read_csv(
            io.BytesIO(block),
            read_options=pa_csv.ReadOptions(
                column_names=list(header.names), use_threads=False, block_size=len(block) + 1
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=header.delimiter, ignore_empty_lines=False, invalid_row_handler=invalid
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(header.names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        # A quote that is opened and never closed swallows lines; go through them one by one.
        return _line_by_line(block, header, first_line, set_aside), lines
    if table.num_rows + len(broken) != lines:
        return _line_by_line(block, header, first_line, set_aside), lines
    for at, (why, text) in sorted(broken.items()):
        set_aside(first_line + at, why, text)
    numbers = [first_line + at for at in range(lines) if at not in broken]
    return table.append_column("line", pa.array(numbers, pa.int64())), lines


def _line_by_line(block: bytes, header: Header, first_line: int, set_aside: SetAside) -> pa.Table:
    columns: list[list[str]] = [[] for _ in header.names]
    numbers = []
    for at, line in enumerate(block.decode("utf-8").splitlines()):
        try:
            cells = next(csv.reader([line], delimiter=header.delimiter, strict=True), [])
        except csv.Error:
            set_aside(first_line + at, "a quote is opened and not closed", line[:80])
            continue
        if len(cells) != len(header.names):
            set_aside(
                first_line + at, f"{len(cells)} cells where {len(header.names)} are expected", line[:80]
            )
            continue
        numbers.append(first_line + at)
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    arrays = {name: pa.array(column, pa.string()) for name, column in zip(header.names, columns, strict=True)}
    return pa.table({**arrays, "line": pa.array(numbers, pa.int64())})
