"""What patients wrote, for the people of the centre where they were seen; never with a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from anderhalf.apps.people.viewer import Viewer

from ..models import Experience
from .scope import scope_of


@dataclass(frozen=True, slots=True)
class FreeText:
    """``month`` is the first day of the month of the answer: a day would point to a person."""

    month: date
    mark: int
    text: str


def free_texts(viewer: Viewer, *, at: datetime, limit: int = 12) -> list[FreeText]:
    """The newest remarks of patients of the viewer's own centres; nothing for everybody else."""
    centres = scope_of(viewer, at=at).texts_of
    if not centres:
        return []
    rows = (
        Experience.objects.filter(network=viewer.network, invitation__episode__centre__in=centres, at__lte=at)
        .exclude(text="")
        .order_by("-at")
        .values_list("at", "mark", "text")[:limit]
    )
    return [FreeText(timezone.localdate(moment).replace(day=1), mark, text) for moment, mark, text in rows]
