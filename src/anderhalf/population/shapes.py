"""The shape of a practice's extract: five files, their columns, and the Dutch names these may have.

Documented for the people who make extracts in docs/extracts.md; a test keeps the two alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".parquet", ".csv", ".txt")


class ExtractRefused(ValueError):
    """An extract that cannot be used as a whole: which file, and why."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file}: {why}")
        self.file = file
        self.why = why


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the other names it may have, and whether a file without it is refused."""

    name: str
    also: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """One file of the extract."""

    name: str
    dutch: str
    required: bool
    columns: tuple[Column, ...]

    def match(self, header: Sequence[str], *, file: str) -> Mapping[str, str]:
        """Column -> its name in this file; raises ExtractRefused naming what is missing or there twice."""
        given = {_plain(name): name for name in header}
        if len(given) != len(header):
            raise ExtractRefused(file, "two columns have the same name")
        found = {}
        for column in self.columns:
            names = [given[name] for name in (column.name, *column.also) if name in given]
            if len(names) > 1:
                raise ExtractRefused(file, f"columns {' and '.join(names)} both mean {column.name}")
            if names:
                found[column.name] = names[0]
            elif column.required:
                others = ", ".join(column.also)
                raise ExtractRefused(file, f"column {column.name} is missing (also understood: {others})")
        return found


SHAPES: Mapping[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape(
            "patients",
            "patienten",
            True,
            (
                Column("patient", ("patient_id", "patientnummer", "patientnr")),
                Column("birth_date", ("geboortedatum", "born")),
                Column("sex", ("geslacht", "gender")),
                Column("left_on", ("uitgeschreven_op", "overleden_op"), required=False),
            ),
        ),
        Shape(
            "problems",
            "problemen",
            False,
            (
                Column("patient", ("patient_id", "patientnummer", "patientnr")),
                Column("code", ("icpc", "icpc_code")),
                Column("date", ("begindatum", "start", "datum"), required=False),
            ),
        ),
        Shape(
            "measurements",
            "metingen",
            False,
            (
                Column("patient", ("patient_id", "patientnummer", "patientnr")),
                Column("code", ("nhg", "loinc", "bepaling", "nhg_nummer")),
                Column("value", ("waarde", "uitslag")),
                Column("unit", ("eenheid",)),
                Column("date", ("datum", "meetdatum")),
            ),
        ),
        Shape(
            "medication",
            "medicatie",
            False,
            (
                Column("patient", ("patient_id", "patientnummer", "patientnr")),
                Column("code", ("atc", "atc_code")),
                Column("date", ("begindatum", "start", "voorschrijfdatum")),
                Column("end", ("einddatum", "stopdatum"), required=False),
            ),
        ),
        Shape(
            "contacts",
            "contacten",
            False,
            (
                Column("patient", ("patient_id", "patientnummer", "patientnr")),
                Column("date", ("datum", "contactdatum")),
                Column("kind", ("soort", "contactsoort")),
                Column("code", ("icpc", "icpc_code"), required=False),
            ),
        ),
    )
}

IDENTIFYING: Mapping[str, tuple[str, ...]] = {
    "bsn": ("burgerservicenummer",),
    "family_name": ("achternaam",),
    "prefix": ("voorvoegsel", "tussenvoegsel"),
    "initials": ("voorletters",),
    "given_name": ("roepnaam", "voornaam"),
}
"""Columns of the patients that no criterion looks at. Only the screen reads them, and only of those it found."""

SEXES = {
    "m": "male",
    "man": "male",
    "male": "male",
    "v": "female",
    "vrouw": "female",
    "f": "female",
    "female": "female",
}
CONTACT_KINDS = {"opname": "admission", "ziekenhuisopname": "admission"}


def find_files(folder: Path) -> dict[str, Path]:
    """Shape name -> file. Raises ExtractRefused for a missing patients file, or two files of one shape."""
    if not folder.is_dir():
        raise ExtractRefused(str(folder), "there is no such folder")
    found: dict[str, Path] = {}
    for shape in SHAPES.values():
        here = [
            folder / f"{name}{suffix}"
            for name in (shape.name, shape.dutch)
            for suffix in SUFFIXES
            if (folder / f"{name}{suffix}").exists()
        ]
        if len(here) > 1:
            raise ExtractRefused(here[1].name, f"the extract also has {here[0].name}; keep one of them")
        if here:
            found[shape.name] = here[0]
        elif shape.required:
            raise ExtractRefused(
                f"{shape.name}.csv", f"this file is missing in {folder} (or {shape.dutch}.csv, .parquet)"
            )
    return found


def missing_files(found: Mapping[str, Path]) -> tuple[str, ...]:
    """The files that the extract could have but does not."""
    return tuple(name for name in SHAPES if name not in found)


def _plain(name: str) -> str:
    return name.strip().strip('"').strip().lower().replace(" ", "_").removeprefix("\ufeff")
