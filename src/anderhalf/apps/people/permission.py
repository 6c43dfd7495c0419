"""What every action does in the same way: find out by which rule it may, and quote that rule in its audit line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from anderhalf.apps.audit import actions as audit

from .access import Right, check_access
from .purposes import is_emergency, purpose_of
from .viewer import Viewer


@dataclass(frozen=True, kw_only=True)
class Permission:
    """That ``by`` may do something at ``at``, and by which rule; made once per action, quoted in its audit line."""

    room: str
    by: Viewer
    at: datetime
    rule: str
    patient: UUID | None = None

    def log(self, action: str, event: str, thing: Any, **detail: Any) -> None:
        """Write the audit line of the action; call it last, it holds the head of the chain until the commit."""
        audit.record(
            by=self.by,
            at=self.at,
            action=action,
            event=f"{self.room}:{event}",
            object_type=type(thing).__name__.lower(),
            object_id=thing.pk,
            patient=self.patient,
            rule=self.rule,
            purpose=purpose_of(self.by, self.rule),
            emergency=is_emergency(self.rule),
            detail=detail,
        )


def permit(room: str, by: Viewer, right: Right, *, at: datetime, patient: UUID | None = None) -> Permission:
    """Refuse with ``AccessDenied`` unless ``by`` holds ``right`` (about ``patient``, for rights about a patient)."""
    return Permission(
        room=room, by=by, at=at, rule=check_access(by, right, patient=patient, at=at), patient=patient
    )
