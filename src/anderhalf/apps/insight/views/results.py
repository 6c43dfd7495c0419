"""The results page and its file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from .. import actions, queries
from ..forms import QuestionForm
from .spreadsheet import results_file
from .table import page_of


def _answer(request: HttpRequest) -> tuple[QuestionForm, queries.Results]:
    """The question in the address, and its answer; a question that is too wide gets the usual answer."""
    viewer, at = request.viewer, request.now  # type: ignore[attr-defined]
    scope = queries.scope_of(viewer, at=at)
    form = QuestionForm(request.GET, scope=scope)
    form.is_valid()
    question = form.question()
    try:
        return form, queries.results_for(viewer, question, at=at)
    except queries.TooManyColumns:
        text = _("Dat zijn te veel kolommen om te vergelijken. Kies een kortere tijd of langere perioden.")
        form.add_error("per", text)
        return form, queries.results_for(viewer, queries.Question(), at=at)


@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """Every indicator of the agreement, with its uncertainty, for what this viewer may see."""
    form, found = _answer(request)
    query = request.GET.urlencode()
    context: dict[str, Any] = {
        "form": form,
        "results": found,
        "page": page_of(found),
        "csv_url": reverse("insight:results_csv") + (f"?{query}" if query else ""),
        "texts": queries.free_texts(request.viewer, at=request.now),  # type: ignore[attr-defined]
    }
    return render(request, "insight/results.html", context)


@require_GET
def results_csv(request: HttpRequest) -> HttpResponse:
    """The same figures as a file; taking figures out of the service leaves an audit line."""
    _form, found = _answer(request)
    actions.log_export(by=request.viewer, at=request.now, columns=len(found.columns))  # type: ignore[attr-defined]
    response = HttpResponse(results_file(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="resultaten-{found.today.isoformat()}.csv"'
    return response
