"""A drug that began long ago and of which no end is told may still be used: of an extract that is unknown, not no."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import pytest

from anderhalf.population.casefind import facts_of
from anderhalf.population.engines import open_engine
from anderhalf.population.features import EVENT_SCHEMA
from anderhalf.population.staging import stage_extract
from tests.support.population import ON, criteria

OLD, LATELY, ENDED = "2024-01-01", "2026-11-01", "2024-03-01"


def uses(folder: Path, rows: list[str], *, header: str = "patient;atc;begindatum;einddatum") -> bool | None:
    """Whether the first patient of the extract uses a beta-blocker."""
    extract, work = folder / "extract", folder / "work"
    extract.mkdir()
    (extract / "patienten.csv").write_text(
        "patientnummer;geboortedatum;geslacht\n1;12-03-1940;M\n2;1950-01-01;V\n"
    )
    (extract / "medicatie.csv").write_text("\n".join([header, *rows]) + "\n")
    stage_extract(extract, work, criteria=criteria(), on=ON, connection=duckdb.connect())
    persons = pq.read_table(work / "persons.parquet")
    events = pa.concat_tables(pq.read_table(path) for path in sorted(work.glob("events-*.parquet")))
    events = events.filter(pa.compute.is_valid(events.column("row"))).select(EVENT_SCHEMA.names)
    facts = facts_of(
        persons, events.cast(EVENT_SCHEMA), criteria=criteria(), on=ON, engine=open_engine("polars")
    )
    return facts.column("beta_blocker").to_pylist()[0]


ANOTHER = f"2;C03CA01;{OLD};{ENDED}"


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([f"1;C07AB07;{OLD};", ANOTHER], None),
        ([f"1;C07AB07;{OLD};onleesbaar", ANOTHER], None),
        ([f"1;C07AB07;{OLD};{ENDED}", ANOTHER], False),
        ([f"1;C07AB07;{OLD};{LATELY}", ANOTHER], True),
        ([f"1;C07AB07;{OLD};", f"1;C07AB07;{LATELY};", ANOTHER], True),
        ([f"1;C03CA01;{OLD};", ANOTHER], False),
    ],
)
def test_without_an_end_an_old_start_is_no_no(tmp_path: Path, rows: list[str], answer: bool | None) -> None:
    assert uses(tmp_path, rows) is answer


def test_where_no_row_has_an_end_a_prescription_holds_as_long_as_agreed(tmp_path: Path) -> None:
    assert uses(tmp_path, [f"1;C07AB07;{OLD};"]) is False


def test_and_so_it_does_without_the_column(tmp_path: Path) -> None:
    assert uses(tmp_path, [f"1;C07AB07;{OLD}"], header="patient;atc;begindatum") is False
