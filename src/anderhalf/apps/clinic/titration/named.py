"""Which drug a name on the medication list is: what was typed as "another drug" counts like one with a code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from anderhalf.apps.network.queries import pathways_on
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.content.drugs import codes_in, drug_codes
from anderhalf.core.pathway.model import Pathway

_pathways: dict[str, Pathway] = {}


def codes_by_name(pathways: Iterable[Pathway]) -> Mapping[str, str]:
    """ATC code by name, of some pathways together."""
    keys = []
    for one in pathways:
        _pathways.setdefault(one.hash, one)
        keys.append(one.hash)
    return _codes(tuple(keys))


@lru_cache(maxsize=16)
def _codes(keys: tuple[str, ...]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for key in keys:
        for name, atc in drug_codes(_pathways[key].files).items():
            found.setdefault(name, atc)
    return found


def code_of(name: str, codes: Mapping[str, str]) -> str:
    """The ATC code of the drug that a text names; empty for none that is known."""
    return next(iter(codes_in(name, codes)), "")


def with_codes(rows: Iterable[MedicationAgreement], *, on: date) -> list[MedicationAgreement]:
    """The rows; one without a code has that of the drug that its name names on a day. Nothing is saved."""
    found = list(rows)
    bare = [row for row in found if _is_bare(row)]
    codes = _of_networks(bare, on)
    for row in bare:
        row.atc = code_of(row.drug_name, codes[row.network_id])
    return found


def unplaced(rows: Iterable[MedicationAgreement], *, on: date) -> list[str]:
    """The drugs of a list that count for nothing, as they stand there: nobody knows what they are.

    What was typed and names more than one drug is among them, for only one of them counts.
    """
    listed = list(rows)
    codes = _of_networks((row for row in listed if _is_typed(row)), on)
    return [
        row.drug_name
        for row in listed
        if _is_bare(row) or (_is_typed(row) and len(codes_in(row.drug_name, codes[row.network_id])) > 1)
    ]


def _is_bare(row: MedicationAgreement) -> bool:
    return not row.atc and not row.drug_class


def _is_typed(row: MedicationAgreement) -> bool:
    return row.drug == row.drug_name.lower()[:80] and " " in row.drug_name.strip()


def _of_networks(rows: Iterable[MedicationAgreement], on: date) -> dict[str, Mapping[str, str]]:
    """The names of each network once, however many rows: its agreement is looked up in the database."""
    return {key: codes_by_name(pathways_on(key, on=on)) for key in {row.network_id for row in rows}}
