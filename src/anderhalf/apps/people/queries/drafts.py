"""What somebody began and has not sent; what an earlier submission led to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from ..models import Draft, Submission
from ..viewer import Viewer

NO_TEXT = frozenset(
    {"csrfmiddlewaretoken", "submission", "action", "version", "concept", "patient", "verwijzing", "draft_form",
     "draft_about", "draft_window", "draft_opened", "draft_over"}
)  # fmt: skip
"""Posted beside what somebody typed."""


def draft_of(viewer: Viewer, form: str, about: str = "") -> dict[str, list[str]] | None:
    """The viewer's own draft of one form: field name → posted values; None when there is none."""
    if not viewer.user_id:
        return None
    draft = Draft.objects.filter(owner_id=viewer.user_id, form=form[:60], about=about[:60]).first()
    return _data(draft) if draft else None


@dataclass(frozen=True)
class OtherWindow:
    """What another window of the same person kept in a draft since this one was opened."""

    data: Mapping[str, list[str]]
    saved_at: datetime

    def differences(self, typed: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Field -> what the other window has there, where this one has something else."""
        names = [name for name in {**self.data, **typed} if name not in NO_TEXT]
        found = {name: list(self.data.get(name, [])) for name in names}
        return {name: there for name, there in found.items() if _said(there) != _said(typed.get(name, []))}


def _said(values: Sequence[str]) -> list[str]:
    return [one.strip() for one in values if one.strip()]


def changed_elsewhere(viewer: Viewer, given: Mapping[str, str]) -> OtherWindow | None:
    """The draft of a posted form (``draft_form``, ``draft_about``) when another window changed it since this one was
    opened (``draft_window``, ``draft_opened``); None when this window may go on. A form that does not say which
    window it is, is not asked."""
    window, opened = given.get("draft_window", ""), given.get("draft_opened", "")
    try:
        moment = datetime.fromisoformat(opened)
    except ValueError:
        return None
    if not (window and viewer.user_id) or moment.tzinfo is None:
        return None
    row = Draft.objects.filter(
        owner_id=viewer.user_id,
        form=given.get("draft_form", "")[:60],
        about=given.get("draft_about", "")[:60],
        saved_at__gt=moment,
    ).first()
    if row is None:
        return None
    data = _data(row)
    kept_by = data.get("draft_window") or [""]
    return OtherWindow(data, row.saved_at) if kept_by[-1] != window else None


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
