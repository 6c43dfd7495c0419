"""Every extract and every bulk file from outside, by the command and by the upload screen: read, or refused in words.

Prints a line per folder and road: file · now · right. `pytest -s tests/conformance/test_outside_cases_extract.py`.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anderhalf.apps.casefinding.models import FoundPerson, Search
from anderhalf.core.spreadsheets import BOM
from tests.integration.casefinding.conftest import UPLOAD, text

ON = date(2026, 11, 28)
LISTS = ("refer", "treatment", "possible", "urgent", "second_line", "return")


@dataclass(frozen=True)
class Right:
    """What the answer has to be: figures, sentences that must be said (Dutch, English), and who lacks what."""

    patients: int
    known: int | None
    """None: it cannot be said."""
    aside: int = 0
    says: tuple[tuple[str, str], ...] = ()
    lacking: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Patient -> rules of the treatment list that must not be named for this patient."""


K78 = ("1 regels van problemen hebben een code waar de afspraak niet naar vraagt: K78 (1).",
       "1 rows of problems have a code that the agreement does not ask for: K78 (1).")  # fmt: skip
NO_PROBLEMS = ("Problemen ontbreken of zeggen niets", "Problems are missing or say nothing")
NO_DRUGS = ("Medicatie ontbreekt of zegt niets", "Medication is missing or says nothing")

CASES: dict[str, Right] = {
    "extract/dates-iso-T-Z": Right(3, 2),
    "extract/excel-sep-line": Right(3, 2),
    "extract/old-mac-cr": Right(3, 2),
    "extract/trailing-empty-columns": Right(3, 2),
    "extract/formula": Right(2, 2, says=(NO_DRUGS,)),
    "extract/memo-codes": Right(
        3, 2, says=(("KREAOMK (1)", "KREAOMK (1)"), ("NTPR B (1)", "NTPR B (1)"), ("K  B (1)", "K  B (1)"))
    ),
    "extract/only-problem-file-misnamed": Right(
        3, None, says=(NO_PROBLEMS, ("Niet gebruikt: episodes.csv.", "Not used: episodes.csv."))
    ),
    "extract/same-minute-lvef": Right(
        1, 1, aside=2,
        says=(("twee verschillende uitslagen van hetzelfde moment; kijk in het dossier welke geldt",
               "two different results of the same moment; look in the record which one counts"),),
    ),
    "extract/thousands-dot": Right(
        2, 0, aside=1,
        says=(("het getal is op twee manieren te lezen (8.900 is 8900 of 8,9)",
               "the number can be read in two ways (8.900 is 8900 or 8.9)"),),
    ),
    "extract-combination-tablets": Right(
        4, 4, lacking=dict.fromkeys("1234", ("TR-T1", "TR-T2", "TR-T4", "TR-T5"))
    ),
    "ndjson/bom": Right(1, 1, says=(NO_DRUGS,)),
    "ndjson/bundle-per-line": Right(2, 2, says=(NO_DRUGS,)),
    "ndjson/damaged-gz": Right(
        0, None, aside=1,
        says=(("het gecomprimeerde bestand is beschadigd; vanaf hier is niets gelezen",
               "the compressed file is damaged; nothing was read from here on"),),
    ),
    "ndjson/latin1": Right(1, None, says=(NO_PROBLEMS,)),
    "ndjson/references": Right(
        5, 4, aside=1,
        says=(("dit gaat over een patiënt die er niet bij zit", "this is about a patient who is not there"),),
    ),
}  # fmt: skip


def folders(root: Path) -> list[tuple[str, Path]]:
    """Every folder of the cases, by the name it has in the table above."""
    cases = root / "outside-cases"
    found = [("extract-combination-tablets", cases / "extract-combination-tablets")]
    for kind in ("extract", "ndjson"):
        found += [(f"{kind}/{path.name}", path) for path in sorted((cases / kind).iterdir())]
    return found


@dataclass
class Answer:
    """What one road said."""

    figures: dict[str, Any]
    read: dict[str, Any]
    said: str
    rules: dict[str, set[str]]

    def of(self, right: Right) -> str:
        known = "unknown" if right.known is None else self.figures.get("known")
        aside = sum(self.read.get("aside", {}).values())
        return f"patients {self.figures.get('patients')}, known {known}, set aside {aside}"


def command(folder: Path, out: Path, language: str) -> Answer:
    """`anderhalf casefind` in a process of its own."""
    plain = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("anderhalf")), "casefind", str(folder), "--agreement", "voorbeeldstreek",
         "--on", ON.isoformat(), "--out", str(out), "--language", language],
        check=False, capture_output=True, text=True, env=plain | {"COLUMNS": "200"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr
    summary = json.loads((out / "summary.json").read_text())
    for path in out.glob("*.csv"):
        assert path.read_bytes().startswith(BOM.encode()), path.name
    with (out / "treatment.csv").open(encoding="utf-8-sig", newline="") as file:
        rules = {row["patient"]: set(row["rules"].split()) for row in csv.DictReader(file, delimiter=";")}
    aside = (
        (out / "set_aside.csv").read_text(encoding="utf-8-sig") if (out / "set_aside.csv").exists() else ""
    )
    return Answer(summary["counts"], summary["read"], " ".join((done.stdout + aside).split()), rules)


def screen(people, folder: Path, language: str) -> Answer:
    """The page on which a practice nurse uploads the files."""
    files = [SimpleUploadedFile(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
    response = people.client("poh", language=language).post(UPLOAD, {"extract": files}, follow=True)
    assert response.status_code == 200, text(response)[:2000]
    # The clock stands still, so the newest is not told by its moment.
    found = Search.objects.get(pk=response.redirect_chain[-1][0].strip("/").rpartition("/")[2])
    assert found.state == "done", (found.state, found.refusal)
    page = text(people.client("poh", language=language).get(f"/opsporen/zoekactie/{found.pk}/"))
    overview = text(people.client("poh", language=language).get("/opsporen/"))
    rules = {
        one.number: set(str(one.lists.get("treatment", {}).get("rules", "")).split())
        for one in FoundPerson.objects.filter(search=found)
    }
    return Answer(found.counts, found.read, f"{page} {overview}", rules)


@pytest.fixture
def the_day(monkeypatch):
    """The screen searches on the day of the cases."""
    moment = datetime(ON.year, ON.month, ON.day, 10, tzinfo=ZoneInfo("Europe/Amsterdam"))
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


def test_every_case_has_an_answer_decided_beforehand(shared_data: Path):
    assert {name for name, _path in folders(shared_data)} == set(CASES)


def check(name: str, road: str, at: int, found: Answer) -> None:
    """Print now and right, and hold them together."""
    right = CASES[name]
    known = "unknown" if right.known is None else right.known
    wanted = f"patients {right.patients}, known {known}, set aside {right.aside}"
    print(f"{name} ({road}, {('nl', 'en')[at]}) · {found.of(right)} · {wanted}")
    assert found.figures["patients"] == right.patients
    assert found.figures["known"] == (right.known or 0)
    if right.known is None:
        assert ("onbekend", "unknown")[at] in found.said
    assert sum(found.read["aside"].values()) == right.aside, found.read["aside"]
    for sentence in right.says:
        shown = " ".join(sentence[at].split())  # a page shows two spaces as one
        assert shown in found.said, (shown, found.said[:3000])
    for never in ("other_patient", "whole records", "no_patient", "Traceback"):
        assert never not in found.said
    for patient, rules in right.lacking.items():
        assert not found.rules.get(patient, set()) & set(rules), (patient, found.rules)


@pytest.fixture(scope="module")
def by_command(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., tuple[Answer, Path]]:
    """What the command says of a folder, and the folder of its lists; asked once for all tests that look at it."""
    known: dict[tuple[str, str], tuple[Answer, Path]] = {}

    def ask(name: str, language: str = "nl") -> tuple[Answer, Path]:
        if (name, language) not in known:
            out = tmp_path_factory.mktemp("lists") / language
            known[name, language] = command(shared_data / "outside-cases" / name, out, language), out
        return known[name, language]

    return ask


@pytest.mark.parametrize("name", CASES)
def test_a_folder_from_outside_by_the_command(by_command, name: str):
    for at, language in enumerate(("nl", "en")):
        found, _out = by_command(name, language)
        check(name, "command", at, found)


@pytest.mark.django_db
def test_every_folder_from_outside_by_the_screen(shared_data: Path, people, the_day):
    for name in CASES:
        for at, language in enumerate(("nl", "en")):
            check(name, "screen", at, screen(people, shared_data / "outside-cases" / name, language))


def test_dates_that_are_written_otherwise_are_the_same_dates(by_command):
    """Five folders hold one practice in five spellings: the same lists come out."""
    lists = {}
    for name in ("dates-iso-T-Z", "excel-sep-line", "old-mac-cr", "trailing-empty-columns"):
        _answer, out = by_command(f"extract/{name}")
        lists[name] = {
            path.name: path.read_bytes() for path in sorted(out.glob("*.csv")) if path.name != "set_aside.csv"
        }
    first = next(iter(lists.values()))
    assert first and all(found == first for found in lists.values())


def test_a_worklist_has_no_formula(by_command):
    _answer, out = by_command("extract/formula")
    for path in out.glob("*.csv"):
        for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"):
            assert not any(re.match(r"[=+@\t\r-]", cell) for cell in row), (path.name, row)
    assert "'=1+1" in (out / "refer.csv").read_text(encoding="utf-8-sig")


def test_two_equal_patients_get_equal_answers_however_the_number_is_written(by_command):
    """8.400 and 8400 of NT-proBNP: alike, or the first is set aside."""
    found, out = by_command("extract/thousands-dot")
    with (out / "possible.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row.pop("patient"): row for row in csv.DictReader(file, delimiter=";")}
    assert rows["1"] == rows["2"] or sum(found.read["aside"].values()) == 1
