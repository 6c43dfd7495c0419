"""Taking figures out of the service."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.purposes import purpose_of
from anderhalf.apps.people.viewer import Viewer


@transaction.atomic
def log_export(*, by: Viewer, at: datetime, columns: int) -> None:
    """Write down that somebody took the results page along as a file."""
    rule = check_access(by, Right.VIEW_RESULTS)
    audit.record(
        by=by,
        at=at,
        action="E",
        event="insight:results_exported",
        object_type="results",
        object_id=by.network,
        rule=rule,
        purpose=purpose_of(by, rule),
        detail={"columns": columns},
    )
