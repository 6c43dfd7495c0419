"""In the templates of lists: who is easily taken for somebody else of the same list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any
from uuid import UUID

from django import template

from ..models import Patient
from ..namesakes import namesakes as find

register = template.Library()


@register.simple_tag
def namesakes(rows: Iterable[Any] | None, path: str = "") -> Mapping[UUID, str]:
    """The namesakes of a list; ``path`` leads from a row to its patient (``episode.patient``; empty: the row is)."""
    found = [reduce(_part, path.split(".") if path else [], row) for row in rows or []]
    return find(one for one in found if isinstance(one, Patient))


@register.inclusion_tag("people/_namesake.html")
def namesake(patient: Patient | None, alike: Mapping[UUID, str]) -> dict[str, Any]:
    """The mark beside a name, with what tells the two apart."""
    said = alike.get(patient.pk) if patient is not None else None
    return {"marked": said is not None, "apart": said}


def _part(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
