"""Whatever is in an extract: figures and a list, or a refusal that names what is wrong. No line disappears."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from anderhalf.population.shapes import SHAPES, ExtractRefused
from anderhalf.population.staged import Staged
from anderhalf.population.staging import stage_extract
from tests.support.extract import extract
from tests.support.population import ON, criteria

# One example holds many lines: reading costs more than what is in it. A failing example is readable as it is.
FEW = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
PATIENTS = "patient;geboortedatum;geslacht;uitgeschreven_op\n1;12-03-1940;M;\n2;1950-01-01;V;\n"
HEADER = "patient;nhg;waarde;eenheid;datum"
GOOD = [f"2;513;4,{at % 10};mmol/l;{ON - timedelta(days=at)}" for at in range(1, 40)]
HARD = (
    "", " ", "\x00", "\ufeff", "\u2028", "\x85", "\x1a", '"', '""', "'", "é", "\U0001f4a9", "=1+1", "NULL", "-0", "+4,8",
    "1e309", "9" * 400, "0," + "0" * 400 + "1", "-" * 50, ">", "<=", ">>4", "4,8,8", "1.2.3,4", "٤٫٨", "½", "NaN", "∞",
    "0000-00-00", "9999-12-31", "99999-01-01", "-0001-01-01", "2026-02-30", "29-02-2025", "1-1-26", "20261345",
    "2026-11-01T25:61", "2026-11-01T08:30:00+99:00", "513", "1968", "88020-3", "mmol/l", "x" * 3000,
)  # fmt: skip
"""Cells that have broken readers elsewhere."""
CELL = st.one_of(
    st.sampled_from(HARD), st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12)
)
LINE = st.one_of(
    st.tuples(st.sampled_from(["1", "2", "3", "", "1 "]), st.sampled_from(["513", "1968", "9999", ""]), CELL, CELL, CELL).map(";".join),
    st.tuples(st.just("1;513"), CELL, st.just("mmol/l;2026-11-01")).map(";".join),
    st.tuples(st.just("1;513;4,8;mmol/l"), CELL).map(";".join),
    st.lists(CELL, min_size=1, max_size=8).map(";".join),
)  # fmt: skip
FORMS = (
    "1;513;{};mmol/l;2026-11-01",
    "1;513;4,8;mmol/l;{}",
    "1;513;4,8;{};2026-11-01",
    "{};513;4,8;mmol/l;2026-11-01",
    "1;{};4,8;mmol/l;2026-11-01",
)
NAMES = sorted(
    {name for shape in SHAPES.values() for name in shape.known_names} | {"line", "file_row_number", "x"}
)


def stage(files: dict[str, bytes]) -> tuple[Staged, list[dict], list[dict]] | str:
    """(figures, rows set aside, events used), or why the extract is refused."""
    with tempfile.TemporaryDirectory() as place:
        folder, work = Path(place) / "extract", Path(place) / "work"
        folder.mkdir()
        for name, raw in files.items():
            (folder / name).write_bytes(raw)
        try:
            staged = stage_extract(
                folder, work, criteria=criteria(), on=ON, connection=duckdb.connect(config={"threads": 1})
            )
        except ExtractRefused as refused:
            assert refused.why
            return str(refused)
        aside = pq.read_table(work / "set_aside.parquet").to_pylist()
        used = [
            row
            for path in work.glob("events-*.parquet")
            for row in pq.read_table(path, columns=["line", "why", "feature", "value"]).to_pylist()
            if row["why"] == 0
        ]
        return staged, aside, used


def accounted(lines: list[str], encoding: str = "utf-8") -> None:
    """Every line is used, set aside with its number and reason, or counted as a code that nobody asks for."""
    raw = "\n".join([HEADER, *lines]).encode(encoding)
    done = stage({"patienten.csv": PATIENTS.encode(), "metingen.csv": raw})
    assert not isinstance(done, str), done
    staged, aside, used = done
    assert all(row["file"] == "metingen.csv" and row["why"] and row["line"] > 1 for row in aside)
    assert sum(staged.aside.values()) == len(aside)
    seen = {row["line"] for row in (*aside, *used)}
    for number, line in enumerate(lines, start=2):
        if line in GOOD:
            assert number in {row["line"] for row in used}, (number, line)
    empty = sum(not line.strip() for line in lines)
    assert len(lines) - len(seen) == staged.not_asked["measurements"] + empty


@FEW
@given(lines=st.lists(st.one_of(LINE, st.sampled_from(GOOD)), min_size=30, max_size=60, unique=True))
@example(lines=[form.format(cell) for cell in HARD for form in FORMS])
def test_every_line_is_used_set_aside_or_counted(lines: list[str]) -> None:
    accounted(lines)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_in_every_encoding(encoding: str) -> None:
    accounted([*GOOD, "1;513;vier°;mmol/l;2026-11-01", '1;513;"4;mmol/l;2026-11-01', "1;513"], encoding)


@FEW
@given(
    at=st.integers(0, 1), raw=st.binary(max_size=300), cut=st.integers(0, 400), keep=st.booleans(),
)  # fmt: skip
def test_random_bytes_in_any_file_are_read_or_refused_by_name(
    at: int, raw: bytes, cut: int, keep: bool
) -> None:
    files = {
        name: text.encode()
        for name, text in extract(ON).items()
        if name in ("patienten.csv", "medicatie.csv")
    }
    name = sorted(files)[at]
    files[name] = files[name][:cut] + raw + (files[name][cut:] if keep else b"")
    done = stage(files)
    if isinstance(done, str):
        return
    staged, aside, _used = done
    assert {row["file"] for row in aside} <= set(files) and all(row["why"] for row in aside)
    assert sum(staged.aside.values()) == len(aside)


@FEW
@given(
    names=st.lists(st.one_of(st.sampled_from(NAMES), CELL), min_size=1, max_size=7),
    rows=st.lists(LINE, max_size=5), delimiter=st.sampled_from([";", ",", "\t", "|"]),
)  # fmt: skip
def test_random_columns_are_read_or_refused_by_name(
    names: list[str], rows: list[str], delimiter: str
) -> None:
    text = "\n".join([delimiter.join(names), *rows])
    for file in ("contacten.csv", "patienten.csv"):
        done = stage({"patienten.csv": PATIENTS.encode(), file: text.encode()})
        assert not isinstance(done, str) or done.startswith(file), done


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("20261101", "the value is impossible for this code"),
        ("1000000", "the value is impossible for this code"),
        ("999999999,999999", "the value is impossible for this code"),
        ("0612345678", "the value is not a number"),
        ("1.234.567.890.123,4", "the value is not a number"),
    ],
)
def test_a_date_or_a_telephone_number_in_a_value_is_set_aside_and_the_rest_is_read(
    cell: str, why: str
) -> None:
    lines = [GOOD[0], f"1;513;{cell};mmol/l;2026-11-01", GOOD[1]]
    done = stage({"patienten.csv": PATIENTS.encode(), "metingen.csv": "\n".join([HEADER, *lines]).encode()})
    assert not isinstance(done, str), done
    _staged, aside, used = done
    assert [(row["line"], row["why"], row["shown"]) for row in aside] == [(3, why, cell)]
    assert {row["line"] for row in used} == {2, 4}


def test_empty_lines_are_no_rows() -> None:
    patients = PATIENTS.replace("\n2;", "\n\n\n2;")
    done = stage({"patients.csv": patients.encode(), "metingen.csv": f"{HEADER}\n\n{GOOD[0]}\n".encode()})
    assert not isinstance(done, str), done
    staged, aside, used = done
    assert (staged.rows["patients"], staged.rows["measurements"], aside) == (2, 1, [])
    assert {row["line"] for row in used} == {3}
