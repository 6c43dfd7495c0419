"""What every page's shell shows: the viewer, the rail with its counts, open emergency access, language and theme."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from anderhalf.apps.clinic.views.danger import own_danger, own_phones
from anderhalf.apps.network.queries import NotPublished, agreement_on
from anderhalf.apps.people import queries as people
from anderhalf.apps.people.viewer import NOBODY

from .counts import rail_counts
from .home import blocks
from .lost_sessions import lost_form
from .navigation import rail


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context for ``base.html``. Counts are only computed for full pages, not for fragments."""
    viewer = getattr(request, "viewer", NOBODY)
    fragment = bool(getattr(request, "htmx", False))
    at = getattr(request, "now", None)
    full = bool(viewer.role) and not fragment and at is not None
    # Before the second factor was given nothing is counted: the shell of the sign-in pages is empty.
    full = full and (viewer.second_factor or not viewer.needs_second_factor)
    counts = rail_counts(viewer, at=at) if full else {}
    return {
        "viewer": viewer,
        "rail": rail(viewer, counts, request.path) if viewer.role else [],
        "emergencies_open": people.open_emergencies(viewer, at) if full else [],
        "my_blocks": SimpleLazyObject(lambda: _my_blocks(request)),
        "my_phones": SimpleLazyObject(lambda: own_phones(request.viewer, at=request.now)),
        "my_danger": SimpleLazyObject(lambda: own_danger(request.viewer, at=request.now)),
        "lost_form": lost_form(request) if full else None,
        "agreement_version": SimpleLazyObject(lambda: _agreement_version(request)),
        "theme": request.COOKIES.get("anderhalf_theme", ""),
        "demo": settings.DEMO,
    }


def _agreement_version(request: HttpRequest) -> str:
    """The version of the agreement by which today's answers are given; empty where none runs."""
    viewer, at = getattr(request, "viewer", NOBODY), getattr(request, "now", None)
    if at is None or not viewer.network:
        return ""
    try:
        return agreement_on(viewer.network, on=timezone.localdate(at)).version
    except NotPublished:
        return ""


def _my_blocks(request: HttpRequest) -> list[Any]:
    """What the rooms have for the patient's own overview; computed only by the page that shows it."""
    return blocks(request.viewer, at=request.now)
