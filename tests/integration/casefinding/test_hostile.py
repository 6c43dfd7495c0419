"""Files that are no extract, or mean harm: refused with the file's name, and nothing is kept of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anderhalf.apps.casefinding import running, unpack
from anderhalf.apps.casefinding.models import FoundPerson, Search
from anderhalf.apps.casefinding.words import in_words
from anderhalf.exchange import extracts
from anderhalf.population.sayings import REASONS
from anderhalf.population.shapes import SHAPES
from tests.support.extract import extract, zipped

from .conftest import UPLOAD, text

pytestmark = pytest.mark.django_db


def good() -> dict[str, str]:
    return extract(timezone.localdate())


def nothing_was_kept() -> bool:
    left = Path(settings.VAR) / "extracts"
    return not FoundPerson.objects.exists() and not (left.exists() and list(left.iterdir()))


def with_file(name: str, content: str | bytes) -> dict[str, str | bytes]:
    return {**good(), name: content}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"metingen.csv": "patientnummer;nhg;waarde;eenheid;datum\n"}, "patients.csv: dit bestand ontbreekt"),
        ({"leeg.txt": "x"}, "geen bestand bij dat een uittreksel is"),
        (with_file("metingen.csv", "patientnummer;nhg;waarde;datum\n1;2;3;4\n"), "metingen.csv: de kolom unit ontbreekt"),
        (with_file("metingen.csv", ""), "metingen.csv: de eerste regel is geen rij met kolomnamen"),
        (with_file("metingen.csv", b"\x00\x01\x02\x03;\n"), "metingen.csv: de eerste regel is geen rij"),
        (with_file("patienten.parquet", b"PAR1" + b"\x00" * 200), "patienten.parquet zit er ook bij; laat er één weg"),
        (with_file("metingen.parquet", "geen parquet"), "zit er ook bij; laat er één weg"),
        ({"patienten.csv": "patientnummer;geboortedatum;geslacht\n;;\n"}, "er is geen enkele patiënt te lezen"),
        (with_file("problemen.csv", "patientnummer;icpc;icpc_code\n1;K77;K77\n"), "betekenen allebei code"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_file(people, upload, files, said):
    response = upload(people.client("poh"), files)
    page = text(response).replace(" :", ":")
    assert said in page, page[500:2500]
    assert "Er is niets van bewaard" in page
    assert nothing_was_kept()
    assert set(Search.objects.values_list("state", flat=True)) <= {"refused"}


def test_a_damaged_parquet_file(people, upload):
    table = pa.table({"patient": ["1"], "birth_date": ["1950-01-01"], "sex": ["M"]})
    out = io.BytesIO()
    pq.write_table(table, out)
    raw = out.getvalue()
    response = upload(people.client("poh"), [("patients.parquet", raw[: len(raw) // 2])])
    assert "dit is geen leesbaar Parquet-bestand" in text(response)
    assert nothing_was_kept()


def test_a_parquet_file_with_columns_of_another_kind(people, upload):
    table = pa.table({"patient": [[1], [2]], "birth_date": [{"a": 1}, {"a": 2}], "sex": [b"\xff", b"\x00"]})
    out = io.BytesIO()
    pq.write_table(table, out)
    response = upload(people.client("poh"), [("patients.parquet", out.getvalue())])
    assert response.status_code == 200
    assert Search.objects.get().state in ("refused", "broken_off")
    assert nothing_was_kept()


@pytest.mark.parametrize("raw", [b"PK\x03\x04rommel", b"", b"PK\x05\x06" + b"\x00" * 10])
def test_a_damaged_zip(people, upload, raw):
    response = upload(people.client("poh"), [("uittreksel.zip", raw)])
    assert response.status_code == 422
    assert nothing_was_kept()


def test_names_in_a_zip_are_never_paths(people, upload, tmp_path):
    marker = Path("/tmp/patienten.csv")
    before = marker.exists()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in good().items():
            archive.writestr("../../../../../../tmp/" + name, content)
        archive.writestr("/etc/cron.d/kwaad.csv", "x")
        archive.writestr("..\\..\\kwaad.parquet", "x")
    upload(people.client("poh"), [("uittreksel.zip", out.getvalue())])
    assert Search.objects.get().state == "done"
    assert marker.exists() == before


def test_the_same_file_twice_in_a_zip(people, upload):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a/patienten.csv", good()["patienten.csv"])
        archive.writestr("b/PATIENTEN.CSV", good()["patienten.csv"])
    response = upload(people.client("poh"), [("uittreksel.zip", out.getvalue())])
    assert "zit er twee keer bij" in text(response)
    assert nothing_was_kept()


def test_a_zip_that_explodes_is_stopped_while_it_unpacks(people, upload, monkeypatch):
    small = unpack.Limits(uploaded=extracts.LIMITS.uploaded, unpacked=unpack.MIB, members=5)
    monkeypatch.setattr(extracts, "LIMITS", small)
    bomb = zipped({"patienten.csv": "patientnummer;geboortedatum;geslacht\n" + "0" * (8 * unpack.MIB)})
    assert len(bomb) < 50_000
    response = upload(people.client("poh"), [("uittreksel.zip", bomb)])
    assert "Uitgepakt is dit meer dan 1 MB" in text(response)
    assert nothing_was_kept()
    many = zipped({f"{number}.json": "{}" for number in range(6)})
    assert "meer dan 5 bestanden" in text(upload(people.client("poh"), [("veel.zip", many)]))


def test_too_large_is_refused_before_it_has_come_in(people, monkeypatch):
    monkeypatch.setattr(extracts, "LIMITS", unpack.Limits(uploaded=1000))
    raw = b"x" * 200_000
    response = people.client("poh").post(UPLOAD, {"extract": SimpleUploadedFile("patienten.csv", raw)})
    assert response.status_code == 413
    assert not Search.objects.exists()


def test_more_patients_than_a_practice_has(people, upload, monkeypatch):
    monkeypatch.setattr(running, "MAX_PATIENTS", 3)
    assert "meer patiënten in dan een praktijk heeft" in text(upload(people.client("poh"), good()))
    assert nothing_was_kept()


def test_a_fault_nobody_foresaw_keeps_nothing_and_earlier_lists_stay(people, upload, search, monkeypatch):
    search()
    before = {(one.pk, one.version) for one in FoundPerson.objects.all()}

    def fall(*args, **more):
        raise RuntimeError("halverwege")

    monkeypatch.setattr(running, "_aside", fall)
    response = upload(people.client("poh"), extract(timezone.localdate(), lvef="55"))
    assert "De zoekactie is afgebroken" in text(response)
    assert {(one.pk, one.version) for one in FoundPerson.objects.all()} == before
    assert "Komt in aanmerking" in text(people.client("poh").get("/opsporen/"))


def test_without_the_engine_the_page_says_so(people, upload, monkeypatch):
    for module in (running, extracts):
        monkeypatch.setattr(module, "is_available", lambda: False)
    assert "kan geen uittreksels doorzoeken" in text(people.client("poh").get(UPLOAD))
    assert upload(people.client("poh"), good()).status_code == 422
    assert not Search.objects.exists()


def test_formulas_and_markup_are_shown_as_text(people, upload):
    files = good()
    files["metingen.csv"] += (
        '101;513;=HYPERLINK("x");mmol/l;01-01-2026\n101;513;<script>alert(1)</script>;mmol/l;01-01-2026\n'
    )
    response = upload(people.client("poh"), files)
    page = response.content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_every_column_on_the_page_is_one_that_the_reader_understands():
    for shape in SHAPES.values():
        for column in shape.columns:
            assert extracts.shown_name(column) in (column.name, *column.also)
    assert extracts.shown_name(SHAPES["medication"].columns[2]) == "begindatum"
    assert extracts.shown_name(SHAPES["measurements"].columns[1]) == "nhg"


def test_every_sentence_of_the_reader_has_its_words():
    said = [
        *REASONS.values(),
        "3 cells where 5 are expected",
        "a quote is opened and not closed",
        "a line has more than 1000000 characters; this is no table",
        "line 1, 2 stands above the column names and was passed over",
        "3 patients would be older than 120: the birth date was taken as not known",
        "3 dates in einddatum cannot be read and do not count",
        "no row has a code of ICPC; the file says nothing about anybody",
        "3 rows have no ATC code: of these patients no drug counts as not used",
        "3 rows of code 513 have no unit; taken as mmol/l",
        "the compressed file is damaged; nothing was read from here on",
        "this resource is about a patient who is not in the folder",
        "columns icpc and code both mean code",
        "column unit is missing (also understood: eenheid)",
        "the first line is not a row of column names",
        "the first line has no ; , tab or | between column names",
        "this is not a readable Parquet file (x)",
        "the extract also has a.csv; keep one of them",
        "this file is missing in /x (or patienten.csv, .parquet)",
        "no patient could be read",
        "more than 100000 different codes",
    ]
    for sentence in said:
        assert in_words(sentence) != sentence, sentence
