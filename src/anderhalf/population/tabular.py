"""Reads a CSV file as it comes: any of three encodings (also mixed), any line ends and delimiter, broken lines.

Works in blocks of bounded size. A line that cannot be read is set aside with its number and the reason; a file
that is not text at all is refused. One row is one line: a line break inside quotes is a broken line. What a
spreadsheet puts before the column names (`sep=;`, a title) is passed over, and empty columns at the end do not count.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from anderhalf.population.shapes import ExtractRefused, plain_name

BLOCK_BYTES = 32 * 2**20
FIRST_BYTES = 2**16
DELIMITERS = ";,\t|"
LONGEST_LINE = 1_000_000
BEFORE_NAMES = 10
"""So many lines are looked at for the column names."""
_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)

SetAside = Callable[[int, str, str], None]
"""Line number, why, and what stands there."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the column names stand, and how the rows below are written."""

    names: tuple[str, ...]
    """As they stand in the file; a column may have none."""
    columns: tuple[str, ...]
    """The same, made unique."""
    delimiter: str
    encoding: str
    """utf-8 (with lines of Windows-1252 in between), or a kind of UTF-16."""
    line: int
    """The line of the names, from 1."""
    titles: tuple[int, ...] = ()
    """Lines with text before the names, which were passed over."""


def read_header(path: Path, known: Collection[str] = ()) -> Header:
    """Read the column names; raises ExtractRefused for an empty file or one that is not a table.

    `known` are the names that the file may use: a line above the one that has them is a title.
    """
    encoding = _encoding(path)
    first: list[str] = []
    for block in _blocks(path, encoding, FIRST_BYTES):
        first += (
            _utf8(block).decode("utf-8").split("\n")[:-1]
            if block.endswith(b"\n")
            else [_utf8(block).decode()]
        )
        if len(first) > BEFORE_NAMES:
            break
    lines = [line.removeprefix("\ufeff") for line in first[:BEFORE_NAMES]]
    told = _SEP.fullmatch(lines[0].strip()) if lines else None
    rows = [(at, line) for at, line in enumerate(lines, start=1) if line.strip() and not (told and at == 1)]
    if not rows or "\x00" in rows[0][1]:
        raise ExtractRefused(path.name, "the first line is not a row of column names")
    cut = [(at, *_cut(line, told[1] if told else "")) for at, line in rows]
    at, names, delimiter = next(
        (row for row in cut if sum(plain_name(name) in known for name in row[1]) > 1), cut[0]
    )
    if not delimiter:
        raise ExtractRefused(path.name, "the first line has no ; , tab or | between column names")
    titles = tuple(line for line, _text in rows if line < at)
    return Header(names, _unique(names), delimiter, encoding, at, titles)


def _cut(line: str, told: str) -> tuple[tuple[str, ...], str]:
    delimiter = told if told and told in DELIMITERS and told in line else max(DELIMITERS, key=line.count)
    if delimiter not in line:
        return (line,), ""
    try:
        return tuple(next(csv.reader([line], delimiter=delimiter))), delimiter
    except csv.Error:
        return (line,), ""


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    taken, found = {"line", "file_row_number"}, []
    for at, name in enumerate(names, start=1):
        if not name.strip() or name.strip().casefold() in taken:
            name = f"(column {at})"  # noqa: PLW2901
        taken.add(name.strip().casefold())
        found.append(name)
    return tuple(found)


def read_rows(path: Path, header: Header, set_aside: SetAside) -> Iterator[pa.Table]:
    """Blocks of rows, all columns as text, with the line number in `line` (the first line of the file is 1).

    Empty lines are no rows.
    """
    line, before = 1, header.line
    for block in _blocks(path, header.encoding, BLOCK_BYTES):
        while before and block:
            block = block.partition(b"\n")[2]  # noqa: PLW2901
            line, before = line + 1, before - 1
        if not block:
            continue
        table, lines = _parse(_utf8(block), header, line, set_aside)
        line += lines
        if table.num_rows:
            yield table


def _encoding(path: Path) -> str:
    """UTF-16 by its byte order mark, or by every second byte being zero; else UTF-8."""
    with path.open("rb") as file:
        first = file.read(FIRST_BYTES)
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    even, odd = first[0:4096:2], first[1:4096:2]
    if odd and odd.count(0) > 0.6 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even and even.count(0) > 0.6 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return "utf-8"


def _blocks(path: Path, encoding: str, size: int) -> Iterator[bytes]:
    """The file in pieces that end at a line's end, every line end written as a line feed."""
    rest = b""
    for piece in _pieces(path, encoding, size):
        whole = rest + piece
        held = b"\r" if whole.endswith(b"\r") else b""  # may be the half of a line end
        text = whole.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        cut = text.rfind(b"\n") + 1
        if cut:
            yield text[:cut]
        rest = text[cut:] + held
        if len(rest) > LONGEST_LINE:
            raise ExtractRefused(
                path.name, f"a line has more than {LONGEST_LINE} characters; this is no table"
            )
    if rest:
        yield rest.replace(b"\r", b"\n")


def _pieces(path: Path, encoding: str, size: int) -> Iterator[bytes]:
    if encoding == "utf-8":
        with path.open("rb") as file:
            while piece := file.read(size):
                yield piece
        return
    with path.open("r", encoding=encoding, errors="replace", newline="") as text:
        while read := text.read(size // 4):
            yield read.encode("utf-8", errors="replace")


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
    broken: dict[int, str] = {}

    def invalid(row: pa_csv.InvalidRow) -> str:
        broken[row.number - 1] = f"{row.actual_columns} cells where {row.expected_columns} are expected"
        return "skip"

    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    try:
        table = pa_csv.read_csv(
            io.BytesIO(block),
            read_options=pa_csv.ReadOptions(
                column_names=list(header.columns), use_threads=False, block_size=len(block) + 1
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=header.delimiter, ignore_empty_lines=False, invalid_row_handler=invalid
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(header.columns, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        # A quote that is opened and never closed swallows lines; go through them one by one.
        return _line_by_line(enumerate(block.split(b"\n")), header, first_line, set_aside), lines
    if table.num_rows + len(broken) != lines:
        return _line_by_line(enumerate(block.split(b"\n")), header, first_line, set_aside), lines
    numbers = [first_line + at for at in range(lines) if at not in broken]
    table = table.append_column("line", pa.array(numbers, pa.int64()))
    if block.startswith(b"\n") or b"\n\n" in block:
        empty = [first_line + at for at, text in enumerate(block.split(b"\n")) if not text]
        table = table.filter(pc.invert(pc.is_in(table["line"], pa.array(empty, pa.int64()))))
    if broken:
        text = block.split(b"\n")
        again = ((at, text[at]) for at in sorted(broken))
        table = pa.concat_tables([table, _line_by_line(again, header, first_line, set_aside)])
    return table, lines


def _line_by_line(
    lines: Iterator[tuple[int, bytes]], header: Header, first_line: int, set_aside: SetAside
) -> pa.Table:
    columns: list[list[str]] = [[] for _ in header.columns]
    numbers = []
    for at, raw in lines:
        line = raw.decode("utf-8")
        if not line.strip():
            continue
        try:
            cells = next(csv.reader([line], delimiter=header.delimiter, strict=True), [])
        except csv.Error:
            set_aside(first_line + at, "a quote is opened and not closed", line)
            continue
        fitted = _fitted(cells, header)
        if fitted is None:
            expected = len(header.columns)
            set_aside(first_line + at, f"{len(cells)} cells where {expected} are expected", line)
            continue
        numbers.append(first_line + at)
        for column, cell in zip(columns, fitted, strict=True):
            column.append(cell)
    arrays = {
        name: pa.array(column, pa.string()) for name, column in zip(header.columns, columns, strict=True)
    }
    return pa.table({**arrays, "line": pa.array(numbers, pa.int64())})


def _fitted(cells: list[str], header: Header) -> list[str] | None:
    """The cells of a row, as many as there are columns; only nameless or empty ones at the end may be too many."""
    expected = len(header.columns)
    if len(cells) >= expected:
        return None if any(cell.strip() for cell in cells[expected:]) else cells[:expected]
    lacking = header.names[len(cells) :]
    return None if any(name.strip() for name in lacking) else [*cells, *("" for _ in lacking)]
