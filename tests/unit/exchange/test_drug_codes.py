"""The table of Dutch drug codes that an organisation may supply: read strictly, and used where the file has no ATC."""

from __future__ import annotations

import pytest

from anderhalf.exchange.fhir.drug_codes import VARIABLE, DrugCodesError, read_drug_codes
from tests.unit.exchange.builders import ATC, bundle, read, resource

PRK, GPK = "urn:oid:2.16.840.1.113883.2.4.4.10", "urn:oid:2.16.840.1.113883.2.4.4.1"


def prescription(*codings, **more):
    drug = {"text": "iets", "coding": [{"system": system, "code": code} for system, code in codings]}
    return resource(
        "MedicationRequest", status="active", intent="order", medicationCodeableConcept=drug, **more
    )


@pytest.fixture
def table(tmp_path, monkeypatch):
    path = tmp_path / "codes.csv"
    path.write_text("system;code;atc\nprk;12345;C07AB02\ngpk;99;C03CA01\n", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(path))
    return path


def test_a_dutch_code_is_placed_by_the_table(table):
    (drug,) = read(bundle(prescription((PRK, "0012345")))).medication
    assert (drug.atc, drug.classes, drug.placed) == (("C07AB02",), ("beta_blocker",), True)


def test_an_atc_of_the_file_goes_before_the_table(table):
    (drug,) = read(bundle(prescription((PRK, "12345"), (ATC, "C03CA01")))).medication
    assert drug.atc == ("C03CA01",)


def test_a_changed_table_is_read_again(table):
    import os

    assert read(bundle(prescription((GPK, "99")))).medication[0].atc == ("C03CA01",)
    table.write_text("system;code;atc\ngpk;99;C07AB07\n", encoding="utf-8")
    os.utime(table, ns=(1, 1))
    assert read(bundle(prescription((GPK, "99")))).medication[0].atc == ("C07AB07",)


def test_without_a_table_the_drug_is_not_placed_and_nothing_is_unused():
    reading = read(bundle(prescription((PRK, "12345"))))
    assert [one.text for one in reading.unplaced] == ["iets"] and reading.unsure == {"medication"}
    assert not reading.facts.get("beta_blocker")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1"),
        ("code;atc\n", "line 1"),
        ("system;code;atc\nzi;1;C07AB02\n", "line 2"),
        ("system;code;atc\nprk;x;C07AB02\n", "line 2"),
        ("system;code;atc\n\nprk;1;C07\n", "line 3.*C07"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(text, said):
    with pytest.raises(DrugCodesError, match=said):
        read_drug_codes(text, name="codes.csv")


def test_a_table_that_is_not_there_is_no_reason_to_read_on_without(monkeypatch):
    monkeypatch.setenv(VARIABLE, "/nowhere/codes.csv")
    with pytest.raises(DrugCodesError, match="/nowhere"):
        read(bundle(prescription((PRK, "12345"))))
