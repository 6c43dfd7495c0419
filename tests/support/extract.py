"""A small extract of a practice as its HIS would write it: Dutch names, semicolons, comma decimals, a few bad rows."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

BSN = "999990019"
"""Of the patient with number 101 (see :func:`extract`); it passes the 11-test and is nobody's."""
LISTED = {
    "101": {"refer", "treatment", "undecided"},
    "102": {"possible"},
    "103": {"treatment", "undecided", "refer"},
}


def day(on: date, ago: int) -> str:
    """As a HIS writes it."""
    return f"{on - timedelta(days=ago):%d-%m-%Y}"


def extract(on: date, *, named: bool = False, lvef: str = "34", nyha: str = "II") -> dict[str, str]:
    """File name -> text. 101 has heart failure with a low LVEF, 102 signs of it without the diagnosis, 103 heart
    failure of which nothing else is known, 104 nothing; 105 has left. ``named`` adds names and a BSN."""
    patients = [
        ("101", "14-03-1948", "M"), ("102", "02-11-1956", "V"), ("103", "30-06-1939", "V"),
        ("104", "01-01-1990", "M"), ("105", "05-05-1950", "M"),
    ]  # fmt: skip
    left = {"105": day(on, 100)}
    who = {"101": (BSN, "Uittreksel", "van", "K.J."), "102": ("999990018", "Proef", "", "A.")}
    header = "patientnummer;geboortedatum;geslacht;uitgeschreven_op"
    rows = [f"{number};{born};{sex};{left.get(number, '')}" for number, born, sex in patients]
    if named:
        header += ";bsn;achternaam;tussenvoegsel;voorletters"
        rows = [row + ";" + ";".join(who.get(row.split(";")[0], ("", "", "", ""))) for row in rows]
    measurements = [
        ("101", "10230-1", lvef, "%", day(on, 200)),
        ("101", "513", "4,6", "mmol/l", day(on, 20)),
        ("101", "3583", "61", "ml/min/1,73 m2", day(on, 20)),
        ("101", "1744", "128", "mmHg", day(on, 20)),
        ("101", "1875", "72", "/min", day(on, 20)),
        ("102", "1744", "141", "mmHg", day(on, 60)),
        ("999", "1744", "141", "mmHg", day(on, 60)),
        ("101", "513", "veel", "mmol/l", day(on, 40)),
        ("104", "1744", "141", "mmHg", "31-31-2024"),
    ]  # fmt: skip
    problems = [
        ("101", "K77", day(on, 900)), ("103", "K77", day(on, 300)), ("102", "T90.02", day(on, 3000)),
        ("102", "K07", day(on, 400)), ("105", "K77", day(on, 700)),
    ]  # fmt: skip
    medication = [("101", "C09AA02", day(on, 30)), ("101", "C07AB07", day(on, 30))]
    return {
        "patienten.csv": "\n".join([header, *rows]) + "\n",
        "metingen.csv": "patientnummer;nhg;waarde;eenheid;datum\n" + _lines(measurements) + "103;1744;141\n",
        "problemen.csv": "patientnummer;icpc;begindatum\n" + _lines(problems),
        "medicatie.csv": "patientnummer;atc;begindatum\n" + _lines(medication),
    }


def _lines(rows: list[tuple[str, ...]]) -> str:
    return "".join(";".join(row) + "\n" for row in rows)


def zipped(files: dict[str, str | bytes], *, within: str = "uittreksel/") -> bytes:
    """The files in one zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(within + name, text)
    return out.getvalue()


def people_found(people: Any, at: datetime, patient: Any) -> Any:
    """A finished search of De Linde that found this patient; made without an extract, for tests of access."""
    from anderhalf.apps.casefinding import actions
    from anderhalf.apps.casefinding.found import Found
    from anderhalf.apps.casefinding.models import FoundPerson

    poh = people.viewer("poh")
    search = actions.begin_search(by=poh, at=at, practice=None)
    found = Found(
        number="4711",
        born=patient.birth_date,
        sex=patient.sex,
        lists={"refer": {"certain": False, "line": "intermediate", "urgency": "routine", "missing": ""}},
        facts={
            "heart_failure_known": {
                "value": True, "on": at.date().isoformat(), "dated": True, "origin": "",
            },
        },
        basis="one",
    )  # fmt: skip
    actions.finish_search(
        by=poh, at=at, search_id=search.pk, people=[found],
        particulars={"4711": {"family_name": patient.family_name, "initials": "T.", "bsn": patient.bsn}},
        report={"counts": {"patients": 1, "known": 1}, "missing": {}, "read": {}}, aside=[],
    )  # fmt: skip
    return FoundPerson.objects.get(search=search)
