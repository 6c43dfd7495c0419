"""Pressing twice does it once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, transaction

from ..models import Submission
from ..viewer import Viewer


def submit_once(*, by: Viewer, at: datetime, key: str) -> bool:
    """True the first time this submission key is seen; False when the form was already sent.

    Call it inside the action's transaction: when the action fails the key is free again, and of two that arrive
    together the second waits for the first. A key that is no UUID is no form of ours (``SuspiciousOperation``).
    """
    try:
        parsed = UUID(str(key))
    except ValueError:
        raise SuspiciousOperation("submission key is not a UUID") from None
    try:
        with transaction.atomic():
            Submission.objects.create(key=parsed, owner=by.user_id, at=at)
    except IntegrityError:
        return False
    return True


def keep_result(*, by: Viewer, key: str, result: str) -> None:
    """Remember where the first submission led (an id or address), so that a repeat leads there too."""
    Submission.objects.filter(key=UUID(str(key)), owner=by.user_id).update(result=result[:200])
