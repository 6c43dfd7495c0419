"""What the pages of this room share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right, check_access
from anderhalf.content import Agreement
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import label_of

from .. import queries
from ..errors import DraftRefused
from ..models import Draft
from ..queries.drafts import draft_for

View = Callable[..., HttpResponse]


def present_agreement(request: HttpRequest) -> Agreement:
    """The agreement that is valid today, after checking that this role may read it."""
    check_access(request.viewer, Right.VIEW_AGREEMENT)
    try:
        return queries.agreement_on(request.viewer.network, on=timezone.localdate(request.now))
    except queries.NotPublished as missing:
        raise Http404(str(missing)) from missing


def running_pathways(request: HttpRequest, agreement: Agreement) -> dict[str, Pathway]:
    """The pathways that run today, by key."""
    day = timezone.localdate(request.now)
    return {
        use.key: queries.pathway_on(request.viewer.network, use.key, on=day)
        for use in agreement.pathways.values()
        if use.from_day <= day
    }


def running_table(request: HttpRequest, pathway: str, table: str) -> tuple[Agreement, Pathway, DecisionTable]:
    """A table that runs today; 404 when there is none."""
    agreement = present_agreement(request)
    found = running_pathways(request, agreement).get(pathway)
    if found is None or table not in found.tables:
        raise Http404
    return agreement, found, found.tables[table]


def draft_or_404(request: HttpRequest, draft_id: UUID) -> Draft:
    """A draft of the own network."""
    try:
        return draft_for(request.viewer, draft_id)
    except Draft.DoesNotExist:
        raise Http404 from None


def telling_refusals(view: View) -> View:
    """A refused step becomes a message on the draft's page, in the words of the refusal."""

    @wraps(view)
    def wrapped(request: HttpRequest, draft_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, draft_id, *args, **kwargs)
        except DraftRefused as refused:
            messages.error(request, str(refused.text))
            return redirect("network:draft", draft_id=draft_id)

    return wrapped


def column_title(column: str, pathway: Pathway, table: DecisionTable) -> str:
    """What a column of a table is called."""
    if column in pathway.facts:
        return label_of(pathway.facts[column].label)
    if column.startswith("out:"):
        name = column.removeprefix("out:")
        return next((label_of(spec.title) for spec in table.outputs if spec.name == name), name) or name
    return {
        "id": _("Regel"),
        "why_nl": _("Waarom (Nederlands)"),
        "why_en": _("Waarom (Engels)"),
        "source": _("Bron"),
        "grade": _("Sterkte"),
        "on_unknown": _("Bij onbekend"),
    }.get(column, column)
