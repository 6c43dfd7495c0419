"""What every row of the record carries: who, when, where from; and what no row may be: of the future."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anderhalf.apps.people.viewer import Viewer

from .errors import RecordRefused


def provenance(by: Viewer, at: datetime, origin: str, on_behalf_of: str = "") -> dict[str, Any]:
    """The columns of ``models.Provenance`` for something that ``by`` records at ``at``."""
    return {
        "recorded_at": at,
        "recorded_by": by.name,
        "recorded_by_id": by.user_id,
        "organisation_id": by.organisation_ids[0] if by.organisation_ids else None,
        "on_behalf_of": on_behalf_of,
        "origin": origin,
    }


def check_not_future(moment: datetime, at: datetime) -> None:
    """Refuse a value that is dated after the moment at which it is recorded."""
    if moment > at:
        raise RecordRefused(_("Deze datum ligt in de toekomst. Vul de datum van de meting zelf in."))
