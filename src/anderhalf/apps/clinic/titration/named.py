"""Which drug a name on the medication list is: what was typed as "another drug" counts like one with a code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from anderhalf.apps.network.queries import drug_names_on
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.content.drugs import codes_in


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
    codes = _of_networks((row for row in listed if is_typed(row)), on)
    return [
        row.drug_name
        for row in listed
        if _is_bare(row) or (is_typed(row) and len(codes_in(row.drug_name, codes[row.network_id])) > 1)
    ]


def _is_bare(row: MedicationAgreement) -> bool:
    return not row.atc and not row.drug_class


def is_typed(row: MedicationAgreement) -> bool:
    """Whether its name was typed as words, so that it may name more than one drug."""
    return row.drug == row.drug_name.lower()[:80] and " " in row.drug_name.strip()


def _of_networks(rows: Iterable[MedicationAgreement], on: date) -> dict[str, Mapping[str, str]]:
    """The names of each network once, however many rows: its agreement is looked up in the database."""
    return {key: drug_names_on(key, on=on) for key in {row.network_id for row in rows}}
