"""A person's sex as a fact of the pathways: one reading for every table that asks it."""

from __future__ import annotations

from anderhalf.core.decisions.facts import FactValue

from .models import Patient


def sex_fact(sex: str) -> FactValue | None:
    """Female, male, or "other": everything else that was registered, unknown included. None when nothing was given.

    A rule that spares only men (a possible pregnancy) then asks everybody who is not known to be a man, and a formula
    that needs a sex (eGFR) works nothing out.
    """
    if not sex:
        return None
    return FactValue(
        sex if sex in (Patient.Sex.FEMALE, Patient.Sex.MALE) else Patient.Sex.OTHER.value, None, "person"
    )
