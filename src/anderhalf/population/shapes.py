"""The shape of a practice's extract: five files, their columns, and the Dutch names these may have.

Documented for the people who make extracts in docs/extracts.md; a test keeps the two alike.
"""

from __future__ import annotations

import re
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

    @property
    def known_names(self) -> frozenset[str]:
        """Every name that one of its columns may have."""
        return frozenset(name for column in self.columns for name in (column.name, *column.also))

    def match(self, header: Sequence[str], *, file: str) -> Mapping[str, str]:
        """Column -> its name in this file; raises ExtractRefused naming what is missing or there twice.

        Columns that no shape asks for may have any name, or none.
        """
        given: dict[str, list[str]] = {}
        for name in header:
            given.setdefault(plain_name(name), []).append(name)
        found = {}
        for column in self.columns:
            names = [one for name in (column.name, *column.also) for one in given.get(name, ())]
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
                Column("left_on", ("uitgeschreven_op", "overleden_op", "overlijdensdatum"), required=False),
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
                Column("status", ("uitslagstatus",), required=False),
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

# What a result's status says; in small letters.
CORRECTED = ("corrected", "amended", "gecorrigeerd", "gewijzigd", "aangepast")
WITHDRAWN = ("entered-in-error", "foutief", "ingetrokken")
CANCELLED = ("cancelled", "geannuleerd", "vervallen")
FINAL = ("", "final", "definitief", *CORRECTED)
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


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The files of a folder that are an extract's, and what else lies there."""

    paths: Mapping[str, Path]
    """Shape name -> file."""
    missing: tuple[str, ...]
    """The shapes that have no file: what they would hold is unknown of everybody."""
    unused: tuple[str, ...]
    """Names of files that are none of the five."""


# patienten_20261128.csv, Metingen 2026-11-28.csv, problemen-28-11-2026.txt
_DATED = re.compile(r"(?P<name>[a-z]+?)(?:[ _-]*(?:\d{4}[-_]?\d{2}[-_]?\d{2}|\d{2}[-_]\d{2}[-_]\d{4}))?")


def shape_of(file: str) -> str:
    """Of which shape a file is by its name, in capitals or not, with or without a date; "" when of none."""
    name = file.lower()
    suffix = next((one for one in SUFFIXES if name.endswith(one)), "")
    found = _DATED.fullmatch(name.removesuffix(suffix)) if suffix else None
    if found is None:
        return ""
    return next((shape.name for shape in SHAPES.values() if found["name"] in (shape.name, shape.dutch)), "")


def find_files(folder: Path) -> FoundFiles:
    """The files of an extract. Raises ExtractRefused for a missing patients file, or two files of one shape."""
    if not folder.is_dir():
        raise ExtractRefused(str(folder), "there is no such folder")
    found: dict[str, Path] = {}
    unused = []
    for path in sorted(folder.iterdir()):
        shape = shape_of(path.name)
        if not shape:
            unused.append(path.name)
        elif shape in found:
            raise ExtractRefused(found[shape].name, f"the extract also has {path.name}; keep one of them")
        else:
            found[shape] = path
    for shape in SHAPES.values():
        if shape.required and shape.name not in found:
            raise ExtractRefused(
                f"{shape.name}.csv", f"this file is missing in {folder} (or {shape.dutch}.csv, .parquet)"
            )
    ordered = {name: found[name] for name in SHAPES if name in found}
    return FoundFiles(ordered, tuple(name for name in SHAPES if name not in found), tuple(unused))


def plain_name(name: str) -> str:
    """A column name as it is compared: without quotes, spaces around it and capitals."""
    return name.strip().strip('"').strip().lower().replace(" ", "_").removeprefix("\ufeff")
