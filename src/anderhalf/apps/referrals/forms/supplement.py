"""What the sender still has to give: the facts that could change the answer, and those that were asked to follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.written import Written

from ..models import Referral
from .facts import FactForm
from .layout import Row


def supplement_form(
    found: Referral, pathway: Pathway, data: Mapping[str, Any] | None, *, on: date,
    written: Written = Written(),  # noqa: B008  frozen, so sharing it is safe
) -> FactForm:  # fmt: skip
    """The facts of the pathway, empty: what was sent stands above it. ``written``: what the text beside them says."""
    patient = found.patient
    return FactForm(data, pathway=pathway, on=on, born=patient.birth_date, sex=patient.sex, written=written)


def supplement_rows(
    found: Referral, pathway: Pathway | None, data: Mapping[str, Any] | None, *, on: date
) -> list[Row]:
    """Fields for the facts that could still change the answer, and for those that were asked to follow."""
    if pathway is None or not found.routing:
        return []
    form = supplement_form(found, pathway, data, on=on)
    wanted = dict.fromkeys(one["fact"] for one in found.routing.get("missing", []))
    to_do = pathway.tables.get("to_do")
    for one in found.routing.get("to_do", []) if to_do else []:
        cells = to_do.rule(one["rule"]).cells
        wanted |= dict.fromkeys(name for name, cell in cells.items() if cell.text == "null")
    return [form.row(name) for name in wanted if f"f_{name}" in form.fields]
