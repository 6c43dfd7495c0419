"""Taking claims out of the service: numbers of patients go along, so each of them gets a line in the log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.viewer import Viewer


@transaction.atomic
def log_export(*, by: Viewer, at: datetime, patients: Iterable[UUID]) -> int:
    """One line per patient whose claim is in the file; gives how many."""
    rule = check_access(by, Right.VIEW_CLAIMS)
    count = 0
    for patient in sorted(set(patients)):
        audit.record(
            by=by,
            at=at,
            action="E",
            event="billing:claims_exported",
            object_type="claim",
            patient=patient,
            rule=rule,
            purpose="billing",
        )
        count += 1
    return count
