"""What somebody began and has not sent; what an earlier submission led to."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from ..models import Draft, Submission
from ..viewer import Viewer


def draft_of(viewer: Viewer, form: str, about: str = "") -> dict[str, list[str]] | None:
    """The viewer's own draft of one form: field name → posted values; None when there is none."""
    if not viewer.user_id:
        return None
    draft = Draft.objects.filter(owner_id=viewer.user_id, form=form[:60], about=about[:60]).first()
    return _data(draft) if draft else None


def drafts(viewer: Viewer, form: str = "") -> QuerySet[Draft]:
    """The viewer's own drafts, newest first; of one form when ``form`` is given."""
    mine = Draft.objects.filter(owner_id=viewer.user_id) if viewer.user_id else Draft.objects.none()
    return (mine.filter(form=form) if form else mine).order_by("-saved_at")


def earlier_result(viewer: Viewer, key: str) -> str:
    """Where this person's first submission with this key led; empty when unknown."""
    try:
        parsed = UUID(str(key))
    except ValueError:
        return ""
    found = (
        Submission.objects.filter(key=parsed, owner=viewer.user_id).values_list("result", flat=True).first()
    )
    return found or ""


def _data(draft: Draft) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(draft.data)
    return data
