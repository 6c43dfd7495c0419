"""What was found in an uploaded file, for reading beside the form."""

from __future__ import annotations

from typing import Any

from anderhalf.presentation.language import language

from ..forms import FactForm
from ..forms.layout import shown_value
from ..imported import ImportedRecord


def imported_rows(imported: ImportedRecord | None, form: FactForm) -> list[dict[str, Any]]:
    """What was found in the file, for reading: value, date, place, and whether it is filled in or too old."""
    if imported is None:
        return []
    rows = []
    for one in imported.facts:
        fact = form.pathway.facts.get(one.name)
        if fact is None:
            continue
        field = form.fields.get(f"f_{one.name}")
        rows.append(
            {
                "label": fact.label[language()],
                "value": shown_value(fact, one.value, language()),
                "on": one.on,
                "where": one.where,
                "original": " ".join(part for part in (one.original_value, one.original_unit) if part),
                "filled": bool(field is not None and field.initial not in ("", None)),
                "on_form": field is not None,
            }
        )
    return rows
