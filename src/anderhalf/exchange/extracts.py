"""A practice's extract comes in: CSV, Parquet or FHIR, loose or in a zip. It is searched and thrown away."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from anderhalf.apps.casefinding import actions, queries
from anderhalf.apps.casefinding.errors import CasefindingRefused, NotInstalled
from anderhalf.apps.casefinding.running import is_available, search_beside, work_folder
from anderhalf.apps.casefinding.unpack import MIB, Limits, unpack
from anderhalf.apps.referrals.views.desk import parsed_uuid
from anderhalf.exchange.uploads import UploadTooLarge, limit_upload
from anderhalf.population.shapes import SHAPES, Column
from anderhalf.presentation.language import language

if TYPE_CHECKING:
    from anderhalf.exchange.fhir.record import PatientDetails
    from anderhalf.population.criteria import Criteria
    from anderhalf.population.staged import Staged

LIMITS = Limits()
DUTCH = ("patientnummer", "geboortedatum", "geslacht", "waarde", "eenheid", "datum", "einddatum", "soort")
"""Of the names that a column may have, the one that the page shows; else the first."""


def shown_name(column: Column) -> str:
    """A name under which a Dutch system would write this column."""
    return next((name for name in DUTCH if name in column.also), (*column.also, column.name)[0])


@csrf_exempt  # only so that the size is looked at before the body is read; _upload checks the token
def upload_extract(request: HttpRequest) -> HttpResponse:
    """Choose the files of an extract; what is too large is refused before it has come in."""
    practices = queries.practices_of(request.viewer)
    if request.method != "POST":
        return _page(request, practices)
    try:
        handler = limit_upload(request, limit=LIMITS.uploaded)
    except UploadTooLarge:
        return _page(request, practices, refused=_too_large(), status=413)
    # On disk from the first byte: an extract may be larger than what a worker should hold.
    request.upload_handlers[1:] = [TemporaryFileUploadHandler(request)]
    response = _upload(request)
    if handler.exceeded:
        return _page(request, practices, refused=_too_large(), status=413)
    return response


def _too_large() -> str:
    return _("Samen is dit meer dan %(mb)d MB. Kies alleen de bestanden van het uittreksel, of zip ze.") % {
        "mb": LIMITS.uploaded // MIB
    }


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    viewer, practices = request.viewer, queries.practices_of(request.viewer)
    files = request.FILES.getlist("extract")
    if not files:
        return _page(request, practices, refused=_("Kies eerst de bestanden."), status=422)
    search = None
    try:
        if not is_available():
            raise NotInstalled
        search = actions.begin_search(
            by=viewer, at=request.now, practice=parsed_uuid(request.POST.get("practice"))
        )
        folder = work_folder(search.pk)
        (folder / "extract").mkdir()
        try:
            unused = unpack(files, folder / "extract", limits=LIMITS)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except CasefindingRefused as refused:
        if search is not None:
            actions.refuse_search(
                by=viewer, at=request.now, search_id=search.pk, file="", why=str(refused.text)
            )
        return _page(request, practices, refused=str(refused.text), status=422)
    search_beside(search.pk, folder, by=viewer, clock=timezone.now, stage=stage_records, unused=unused)
    return redirect("casefinding:search", search_id=search.pk)


def stage_records(
    folder: Path,
    work: Path,
    *,
    criteria: Criteria,
    on: date,
    meet: Callable[[str, dict[str, Any]], None],
) -> Staged | None:
    """Read a folder of FHIR records; None when it holds the five files of an extract instead."""
    from anderhalf.exchange.fhir.population import holds_fhir, stage_fhir

    if not holds_fhir(folder):
        return None

    def known(number: str, details: PatientDetails) -> None:
        meet(
            number,
            {
                "bsn": details.bsn or "",
                "family_name": details.family or details.name_text,
                "prefix": details.prefix,
                "initials": details.initials,
                "given_name": details.given_name,
            },
        )

    return stage_fhir(folder, work, criteria=criteria, on=on, meet=known)


def _page(
    request: HttpRequest, practices: list[Any], *, refused: str = "", status: int = 200
) -> HttpResponse:
    english = language() == "en"
    context = {
        "practices": practices,
        "refused": refused,
        "limit": LIMITS.uploaded // MIB,
        "files": [
            {
                "name": f"{shape.name if english else shape.dutch}.csv",
                "required": shape.required,
                "columns": [
                    (one.name if english else shown_name(one), one.required) for one in shape.columns
                ],
            }
            for shape in SHAPES.values()
        ],
        "available": is_available(),
    }
    return render(request, "exchange/upload_extract.html", context, status=status)
