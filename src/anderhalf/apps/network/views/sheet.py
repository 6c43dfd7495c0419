"""The referral decision on two A4s: on screen, to print, to download."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from anderhalf.core.pathway.danger import EXCLUSION
from anderhalf.core.pathway.flowchart.chart import build_chart
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.referral import REFERRAL
from anderhalf.presentation.language import language
from anderhalf.presentation.sheet import DoesNotFit, Format, draw_sheet
from anderhalf.presentation.sheet.letterhead import letterhead_of

from .common import present_agreement, running_pathways

TYPES = {"pdf": "application/pdf", "svg": "image/svg+xml", "png": "image/png"}
LANGUAGES = ("nl", "en")
PAGES = ("1", "2")
"""Of the drawing; the PDF holds both."""


def _drawable(pathways: dict[str, Pathway]) -> dict[str, Pathway]:
    return {key: one for key, one in pathways.items() if {EXCLUSION, REFERRAL} <= set(one.tables)}


@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """The sheet of each pathway as it holds today, with what can be downloaded."""
    agreement = present_agreement(request)
    pathways = _drawable(running_pathways(request, agreement))
    if not pathways:
        raise Http404
    chosen = pathways.get(request.GET.get("zorgpad", "")) or next(iter(pathways.values()))
    context = {
        "agreement": agreement,
        "pathways": pathways.values(),
        "pathway": chosen,
        "language": language(),
        "languages": LANGUAGES,
        "pages": PAGES,
    }
    return render(request, "network/sheet.html", context)


@require_GET
def sheet_file(request: HttpRequest, pathway: str, lang: str, form: str) -> HttpResponse:
    """The sheet itself, drawn from the tables that run today; of a picture the page that is asked (`blad`)."""
    agreement = present_agreement(request)
    found = _drawable(running_pathways(request, agreement)).get(pathway)
    page = request.GET.get("blad", PAGES[0])
    if found is None or form not in TYPES or lang not in LANGUAGES or page not in PAGES:
        raise Http404
    head = letterhead_of(
        agreement,
        found,
        on=timezone.localdate(request.now),
        url=request.build_absolute_uri(reverse("network:sheet")),
        language=lang,
    )
    try:
        drawn = draw_sheet(build_chart(found, language=lang), head, format=cast(Format, form))
    except DoesNotFit as too_much:
        raise Http404(str(too_much)) from too_much
    response = HttpResponse(drawn[0 if form == "pdf" else PAGES.index(page)], content_type=TYPES[form])
    kind = "attachment" if "download" in request.GET else "inline"
    which = lang if form == "pdf" else f"{lang}-{page}"
    name = f"{found.key}-{agreement.version}-{which}.{form}".replace("_", "-")
    response["Content-Disposition"] = f'{kind}; filename="{name}"'
    response["Cache-Control"] = "private, max-age=300"
    return response
