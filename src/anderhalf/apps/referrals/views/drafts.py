"""The referrals that somebody began and has not sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from .. import queries


def open_drafts(request: HttpRequest) -> list[dict[str, Any]]:
    """What this person began and has not sent, with a name where that is known, danger first."""
    return [
        {
            "name": one.name or _("nog zonder naam"),
            "saved_at": one.saved_at,
            "reason": one.reason,
            "danger": one.danger,
            "url": f"{reverse('referrals:new')}?{one.address}",
            "about": one.about,
        }
        for one in queries.begun(request.viewer, at=request.now)
    ]
