"""Extracts as they come: every row that cannot be used is counted and listed with file, line and reason."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anderhalf.core.decisions.facts import FactValueError, check_value
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.entry import RefusedValue, recorded, typed_number
from anderhalf.population.encoding import ABOVE, BELOW, day_number, encode
from anderhalf.population.features import UNSURE
from anderhalf.population.shapes import SHAPES, ExtractRefused
from anderhalf.population.staged import Staged
from anderhalf.population.staging import stage_extract
from tests.support.population import ON, criteria

PATIENTS = "patientnummer;geboortedatum;geslacht\n1;12-03-1940;M\n2;1950-01-01;V\n"


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    folder = tmp_path / "extract"
    folder.mkdir()
    (folder / "patienten.csv").write_text(PATIENTS)
    return folder


def stage(extract: Path) -> tuple[Staged, list[dict], list[tuple]]:
    """(figures, rows set aside, events as (patient row, feature, day, minute, value))."""
    work = extract.parent / "work"
    staged = stage_extract(extract, work, criteria=criteria(), on=ON, connection=duckdb.connect())
    aside = pq.read_table(work / "set_aside.parquet").to_pylist()
    names = [feature.name for feature in criteria().features]
    events = []
    for path in sorted(work.glob("events-*.parquet")):
        rows = pq.read_table(path).to_pylist()
        events += [
            (r["row"], names[r["feature"]], r["day"], r["minute"], r["value"]) for r in rows if r["why"] == 0
        ]
    return staged, aside, sorted(events, key=str)


def measured(extract: Path, *rows: str, header: str = "patient;nhg;waarde;eenheid;datum") -> tuple:
    (extract / "metingen.csv").write_text("\n".join([header, *rows]) + "\n")
    return stage(extract)


NOVEMBER = day_number(ON.replace(day=1))


@pytest.mark.parametrize(
    ("row", "event"),
    [
        ("1;513;4,8;mmol/L;2026-11-01", (0, "potassium", NOVEMBER, 0, 48000)),  # Dutch comma
        ("1;513;4.8;mmol/l;01-11-2026", (0, "potassium", NOVEMBER, 0, 48000)),  # Dutch date
        ("1;513;4.85;mmol/L;20261101", (0, "potassium", NOVEMBER, 0, 48500)),  # as exact as it was given
        (" 1 ; 513 ; 4.8 ; mmol/L ; 2026-11-01T08:30 ", (0, "potassium", NOVEMBER, 510, 48000)),
        (
            "1;1968;14,75;pmol/L;2026-11-01",
            (0, "nt_probnp", NOVEMBER, 0, 1250000),
        ),  # 14.75 / 0.118 is exactly 125
        ("1;33762-6;125;ng/L;2026-11-01", (0, "nt_probnp", NOVEMBER, 0, 1250000)),  # LOINC
        ("1;1744;17,3;kPa;2026-11-01", (0, "systolic_bp", NOVEMBER, 0, 1297607)),
        ("1;3583;>90;ml/min/1,73 m²;2026-11-01", (0, "egfr", NOVEMBER, 0, ABOVE + 2 * 900000 + 1)),
        ("1;3583;≥ 90;mL/min/{1.73_m2};2026-11-01", (0, "egfr", NOVEMBER, 0, ABOVE + 2 * 900000)),
        ("1;1968;<50;ng/l;2026-11-01", (0, "nt_probnp", NOVEMBER, 0, BELOW + 2 * 500000)),
        ("1;1968;<= 4,5;pmol/l;2026-11-01", (0, "nt_probnp", NOVEMBER, 0, BELOW + 2 * 381356 + 1)),
        ("1;1968;8 900;ng/l;2026-11-01", (0, "nt_probnp", NOVEMBER, 0, 89000000)),
        ("1;1968;1.234,5;ng/l;2026-11-01", (0, "nt_probnp", NOVEMBER, 0, 12345000)),
        ("1;3583;29,5;ml/min/1,73m2;2026-11-01", (0, "egfr", NOVEMBER, 0, 295000)),
        ("1;88020-3;LA28405-1;;2026-11-01", (0, "nyha", NOVEMBER, 0, 1)),
        ("1;88020-3;II;;2026-11-01", (0, "nyha", NOVEMBER, 0, 1)),
        ("1;513;4,8;;2026-11-01", (0, "potassium", NOVEMBER, 0, 48000)),  # this number has one unit
        ("1;3014;2;;2026-11-01", (0, "copd_exacerbations", NOVEMBER, 0, 20000)),  # a count has no unit
    ],
)
def test_values_units_dates_and_codes_are_understood(extract: Path, row: str, event: tuple) -> None:
    _, aside, events = measured(extract, row)
    assert event in events
    assert aside == []


@pytest.mark.parametrize(
    ("row", "why", "shown"),
    [
        ("1;513;hoog;mmol/L;2026-11-01", "the value is not a number", "hoog"),
        (
            "1;1968;8.900;ng/l;2026-11-01",
            "the number can be read in two ways (8.900 is 8900 or 8.9)",
            "8.900",
        ),
        (
            "1;1968;>12,500;ng/l;2026-11-01",
            "the number can be read in two ways (8.900 is 8900 or 8.9)",
            ">12,500",
        ),
        ("1;513;1.234,5;mmol/L;2026-11-01", "the value is impossible for this code", "1.234,5"),
        ("1;513;>12;mmol/L;2026-11-01", "the value is impossible for this code", ">12"),
        ("1;513;5 4;mmol/L;2026-11-01", "the value is not a number", "5 4"),
        (
            "1;10230-1;0,35;%;2026-11-01",
            "this looks like a fraction where a percentage is expected (0.35 for 35%)",
            "0,35",
        ),
        ("1;14682-9;1,0;mg/dl;2026-11-01", "the code counts moles and the unit grams, or the reverse", "1,0"),
        ("1;3583;42;ml/min;2026-11-01", "the unit is not known for this code", "ml/min"),
        ("1;513;NaN;mmol/L;2026-11-01", "the value is not a number", "NaN"),
        ("1;513;1e3;mmol/L;2026-11-01", "the value is not a number", "1e3"),
        ("1;513;;mmol/L;2026-11-01", "the value is not a number", None),
        ("1;513;48;mmol/L;2026-11-01", "the value is impossible for this code", "48"),
        ("1;513;4,8;furlong;2026-11-01", "the unit is not known for this code", "furlong"),
        ("1;2823-3;4,8;;2026-11-01", "the unit is missing; write it beside the value", "4,8"),
        ("1;513;4,8;mmol/L;31-02-2026", "the date cannot be read", "31-02-2026"),
        ("1;513;4,8;mmol/L;", "the date is missing", "4,8"),
        ("1;513;4,8;mmol/L;2026-11-22", "dated after the day of the search", "2026-11-22"),
        ("3;513;4,8;mmol/L;2026-11-01", "this patient is not in the file of patients", "3"),
        (";513;4,8;mmol/L;2026-11-01", "the patient has no number", "4,8"),
        ("1;88020-3;V;;2026-11-01", "the answer is not one of the list", "V"),
        ("1;513;4,8;mmol/L", "4 cells where 5 are expected", "1;513;4,8;mmol/L"),
        ('1;513;"4,8;mmol/L;2026-11-01', None, '1;513;"4,8;mmol/L;2026-11-01'),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside_with_its_line(
    extract: Path, row: str, why: str | None, shown: str | None
) -> None:
    staged, aside, events = measured(
        extract, "2;513;4,1;mmol/L;2026-11-01", row, "2;513;4,2;mmol/L;2026-11-02"
    )
    assert [(found["file"], found["line"], found["shown"]) for found in aside] == [("metingen.csv", 3, shown)]
    assert why is None or aside[0]["why"] == why
    assert sum(staged.aside.values()) == 1
    kept = [event for event in events if event[:2] == (1, "potassium")]
    assert len(kept) == 2, "the good rows around it are kept"
    # That a natriuretic peptide was measured is known, whatever stands there.
    assert {event[1] for event in events if event not in kept} <= {"natriuretic_peptide_documented"}


TYPED = st.lists(
    st.tuples(st.sampled_from(["", "<", ">=", "> "]), st.text(alphabet="0123456789., -", min_size=1, max_size=9)),
    min_size=80, max_size=80,
)  # fmt: skip


@given(TYPED)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_extract_reads_a_number_as_the_form_does(extract: Path, typed: list[tuple[str, str]]) -> None:
    """`nt_probnp` by its NHG number, one value a day; what the form refuses is set aside.

    But for a fifth and sixth decimal: nobody types them, a HIS works them out. They are recorded as FHIR records them.
    """
    fact = criteria().pathway.dictionary["nt_probnp"]
    days = [ON - timedelta(days=at) for at in range(len(typed))]
    rows = [f'1;1968;"{sign}{text}";ng/l;{day}' for (sign, text), day in zip(typed, days, strict=True)]
    (extract / "metingen.csv").write_text("\n".join(["patient;nhg;waarde;eenheid;datum", *rows]) + "\n")
    _, _aside, events = stage(extract)
    found = {day: value for _, name, day, _, value in events if name == "nt_probnp"}
    for (sign, text), day in zip(typed, days, strict=True):
        long = re.fullmatch(r"([0-9]*)[.,]([0-9]{5,6})", text.strip())
        try:
            meant = typed_number(fact, sign + (f"{long[1]}.{long[2][:4]}" if long else text))
            if long:
                exact = recorded(Fraction(f"{long[1] or 0}.{long[2]}"))
                meant = Range.of(sign.strip(), exact) if sign else exact
            check_value(fact, meant)
            expected = encode(fact, meant)
        except (RefusedValue, FactValueError):
            expected = None
        assert found.get(day_number(day)) == expected, (sign + text, expected)


@pytest.mark.parametrize("turned", [False, True])
def test_two_results_of_one_moment_are_said(extract: Path, turned: bool) -> None:
    both = ["1;513;4,4;mmol/L;2026-11-01T09:00", "1;513;6,3;mmol/L;2026-11-01T09:00"]
    _staged, aside, _ = measured(
        extract, *(reversed(both) if turned else both), "1;513;4,4;mmol/L;2026-11-01T09:01"
    )
    assert [found["why"] for found in aside] == ["two different results of the same moment"] * 2
    assert {found["line"] for found in aside} == {2, 3}


@pytest.mark.parametrize("turned", [False, True])
def test_a_corrected_result_replaces_what_it_corrects(extract: Path, turned: bool) -> None:
    both = ["1;513;4,8;mmol/L;2026-11-01T09:00;gecorrigeerd", "1;513;7,8;mmol/L;2026-11-01T09:00;definitief"]
    more = ["1;513;5,0;mmol/L;2026-11-02;voorlopig", "1;513;5,1;mmol/L;2026-11-03;foutief"]
    header = "patient;nhg;waarde;eenheid;datum;uitslagstatus"
    _, aside, events = measured(extract, *(reversed(both) if turned else both), *more, header=header)
    assert [value for _, name, _, _, value in events if name == "potassium"] == [48000]
    assert sorted(found["why"] for found in aside) == [
        "a corrected result of the same moment replaces it", "the result is not final", "the result was withdrawn",
    ]  # fmt: skip


def test_mixed_encodings_quotes_and_other_delimiters(extract: Path) -> None:
    (extract / "patienten.csv").unlink()
    (extract / "patients.csv").write_bytes(
        b"patient,birth_date,sex,naam\n1,1940-03-12,m,"
        + b"Andr\xe9\n"
        + '2,1950-01-01,v,"René, ook"\n'.encode()
    )
    staged, aside, _ = stage(extract)
    assert (staged.patients, aside) == (2, [])


def test_utf_16_with_byte_order_mark(extract: Path) -> None:
    (extract / "patienten.csv").write_text(PATIENTS, encoding="utf-16")
    assert stage(extract)[0].patients == 2


def test_patients_twice_unreadable_or_gone(extract: Path) -> None:
    (extract / "patienten.csv").write_text(
        "patient;geboortedatum;geslacht;uitgeschreven_op\n"
        "1;1940-03-12;M;\n1;1941-03-12;M;\n2;geheim;V;\n3;1950-01-01;V;2025-01-01\n4;1950-01-01;V;2027-01-01\n"
    )
    (extract / "problemen.csv").write_text("patient;icpc;datum\n3;K77;2020-01-01\n4;K77;\n")
    staged, aside, events = stage(extract)
    assert (staged.patients, staged.left) == (2, 1)
    assert [(found["line"], found["why"]) for found in aside] == [
        (3, "this patient is in the file more than once"),
        (4, "the birth date cannot be read"),
    ]
    assert events == [(1, "heart_failure_known", None, None, 1)], (
        "a patient who left is not an unknown patient"
    )


def test_codes_below_a_code_and_codes_nobody_asks_for(extract: Path) -> None:
    (extract / "problemen.csv").write_text("patient;icpc\n1;T90.02\n1;K77.01\n2;A01\n")
    staged, _, events = stage(extract)
    assert [event[1] for event in events] == ["diabetes", "heart_failure_known"]
    assert staged.not_asked["problems"] == 1


def test_parquet_gives_what_csv_gives(extract: Path) -> None:
    rows = ["1;513;4,8;mmol/L;2026-11-01", "2;1968;14,75;pmol/L;2026-11-02", "2;513;99;mmol/L;2026-11-02"]
    _, aside, events = measured(extract, *rows)
    (extract / "metingen.csv").unlink()
    table = pa.table(
        {
            "patient": pa.array([1, 2, 2]), "code": ["513", "1968", "513"], "value": pa.array([4.8, 14.75, 99.0]),
            "unit": ["mmol/L", "pmol/L", "mmol/L"],
            "date": pa.array([NOVEMBER, NOVEMBER + 1, NOVEMBER + 1], pa.int32()).cast(pa.date32()),
        }
    )  # fmt: skip
    pq.write_table(table, extract / "measurements.parquet")
    _, again, same = stage(extract)
    assert same == events
    assert [found["why"] for found in again] == [found["why"] for found in aside]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 1e300, None])
def test_what_is_not_a_number_in_parquet_is_set_aside(extract: Path, value: float | None) -> None:
    table = pa.table(
        {
            "patient": pa.array([1]), "code": ["513"], "value": pa.array([value], pa.float64()), "unit": ["mmol/L"],
            "date": pa.array([NOVEMBER], pa.int32()).cast(pa.date32()),
        }
    )  # fmt: skip
    pq.write_table(table, extract / "measurements.parquet")
    _, aside, events = stage(extract)
    assert (len(aside), events) == (1, [])


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "patients.csv: this file is missing"),
        ({"patients.csv": ""}, "patients.csv: the first line is not a row of column names"),
        ({"patients.csv": "alleen een regel\n"}, "patients.csv: the first line has no"),
        ({"patients.csv": "patient;sex\n"}, "patients.csv: column birth_date is missing"),
        ({"patients.csv": "patient;patient_id;birth_date;sex\n"}, "both mean patient"),
        ({"patients.csv": "patient;birth_date;sex\n"}, "patients.csv: no patient could be read"),
        ({"patients.csv": PATIENTS, "patienten.csv": PATIENTS}, "keep one of them"),
        (
            {"patients.csv": PATIENTS, "problems.csv": "patient;datum\n"},
            "problems.csv: column code is missing",
        ),
        (
            {"patients.csv": PATIENTS, "problems.parquet": "geen parquet"},
            "problems.parquet: this is not a readable",
        ),
    ],
)
def test_an_extract_that_cannot_be_used_is_refused_with_the_file(
    tmp_path: Path, files: dict[str, str], why: str
) -> None:
    folder = tmp_path / "extract"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    with pytest.raises(ExtractRefused, match=why.replace(".", r"\.")):
        stage(folder)


def test_measurements_in_no_order_are_sorted_once(extract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anderhalf.population.staging.ROW_GROUP", 2048)
    rows = 20_000
    (extract / "patienten.csv").write_text(
        "patient;geboortedatum;geslacht\n" + "".join(f"{at};1950-01-01;M\n" for at in range(rows))
    )
    _, _, events = measured(extract, *(f"{at * 7919 % rows};513;4,8;mmol/L;2026-11-01" for at in range(rows)))
    path = extract.parent / "work" / "events-measurements.parquet"
    order = pq.read_table(path, columns=["row"]).column("row").to_pylist()
    assert order == list(range(rows))
    assert len(events) == rows


def test_the_documentation_names_every_file_and_column() -> None:
    text = (Path(__file__).parents[3] / "docs" / "extracts.md").read_text()
    for shape in SHAPES.values():
        assert f"`{shape.name}`" in text
        assert f"`{shape.dutch}`" in text
        for column in shape.columns:
            assert all(f"`{name}`" in text for name in (column.name, *column.also)), column


@pytest.mark.parametrize(
    ("row", "unsure"),
    [
        ("1;C07AB07;2026-11-01", 0),
        ("1;C07AB07;2026-11-01;teveel", UNSURE["medication"]),
        ("1;C07AB07", UNSURE["medication"]),
        ("1;bisoprolol", UNSURE["medication"]),  # no code that says what it is
    ],
)
def test_a_broken_line_of_medication_makes_absence_no_no(extract: Path, row: str, unsure: int) -> None:
    (extract / "medicatie.csv").write_text(f"patient;atc;start\n2;C03CA01;2026-11-01\n{row}\n")
    stage(extract)
    persons = pq.read_table(extract.parent / "work" / "persons.parquet").to_pylist()
    assert [person["unsure"] for person in persons] == [unsure, 0]
