"""A local table from Dutch drug codes (PRK, GPK, HPK) to ATC, which an organisation with a licence may supply.

The G-Standaard is licensed, so nothing of it stands here. Whoever has a licence puts a CSV file on the server and
names it in ``ANDERHALF_DRUG_CODES``. The file has a line with the names of the columns and then one line per code,
separated by commas or semicolons::

    system;code;atc
    prk;12345;C07AB02
    gpk;67890;C09BA02

``system`` is ``gpk``, ``prk`` or ``hpk``; ``atc`` a full ATC code of seven characters. A code with two lines counts
for both ATC codes.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

VARIABLE = "ANDERHALF_DRUG_CODES"
COLUMNS = ("system", "code", "atc")
SYSTEMS = {
    "urn:oid:2.16.840.1.113883.2.4.4.1": "gpk",
    "urn:oid:2.16.840.1.113883.2.4.4.7": "hpk",
    "urn:oid:2.16.840.1.113883.2.4.4.10": "prk",
}  # source: VZVZ table of OIDs and naming systems
_ATC = re.compile(r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}")
DrugCodes = Mapping[tuple[str, str], tuple[str, ...]]


class DrugCodesError(ValueError):
    """A table that cannot be used: the file, the line and what is wrong with it."""


def local_drug_codes() -> DrugCodes:
    """The table that this server was given; empty without one.

    Raises :class:`DrugCodesError` for a file that is missing or wrong: reading on without it would drop classes.
    """
    named = os.environ.get(VARIABLE, "")
    if not named:
        return {}
    path = Path(named)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as problem:
        raise DrugCodesError(f"{path}, named in {VARIABLE}: {problem.strerror}") from None


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int) -> DrugCodes:
    return read_drug_codes(path.read_text(encoding="utf-8-sig"), name=str(path))


def read_drug_codes(text: str, *, name: str) -> DrugCodes:
    """The table in a text; raises :class:`DrugCodesError` with the line."""
    lines = text.splitlines()
    first = lines[0] if lines else ""
    rows = csv.reader(lines, delimiter=";" if ";" in first else ",")
    if tuple(cell.strip().lower() for cell in next(rows, [])) != COLUMNS:
        raise DrugCodesError(f"{name}, line 1: the columns are {', '.join(COLUMNS)}")
    found: dict[tuple[str, str], list[str]] = {}
    for number, row in enumerate(rows, start=2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(COLUMNS) or cells[0].lower() not in SYSTEMS.values() or not cells[1].isdigit():
            raise DrugCodesError(
                f"{name}, line {number}: expected gpk, prk or hpk, a code of digits, and ATC"
            )
        if not _ATC.fullmatch(cells[2]):
            raise DrugCodesError(f"{name}, line {number}: {cells[2]!r} is no full ATC code")
        found.setdefault((cells[0].lower(), cells[1].lstrip("0")), []).append(cells[2])
    return {key: tuple(dict.fromkeys(codes)) for key, codes in found.items()}


def atc_of_dutch(system: str, code: str) -> tuple[str, ...]:
    """The ATC codes of a Dutch drug code by the local table; empty when there is none."""
    kind = SYSTEMS.get(system)
    return local_drug_codes().get((kind, code.lstrip("0")), ()) if kind else ()
