"""Drafts: what somebody typed and has not sent yet."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from ..models import Draft
from ..viewer import Viewer


def save_draft(*, by: Viewer, at: datetime, form: str, about: str, data: dict[str, Any]) -> Draft:
    """Keep what ``by`` typed in ``form`` about ``about`` (an object's id or empty), replacing the earlier draft."""
    draft, _created = Draft.objects.update_or_create(
        owner_id=by.user_id,
        form=form[:60],
        about=about[:60],
        defaults={"data": json.dumps(data), "saved_at": at},
    )
    return draft


def discard_draft(*, by: Viewer, form: str, about: str = "") -> None:
    """Forget the draft, after the form was sent or by the person's own choice."""
    Draft.objects.filter(owner_id=by.user_id, form=form[:60], about=about[:60]).delete()
