"""Tables in and out: CSV for a spreadsheet, DMN for any decision-table tool; faults are named, nothing half-read."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anderhalf.core.decisions.dmn import write_dmn
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.table import write_table

from .. import actions
from ..drafting.importing import ImportRefused, read_upload
from ..errors import DraftRefused
from ..forms.drafts import ImportForm
from ..queries.drafts import base_of, table_of_draft, text_of_table
from .common import draft_or_404, running_table

MAX_BYTES = 2_000_000


def _download(content: str | bytes, name: str, form: str) -> HttpResponse:
    kind = {"csv": "text/csv; charset=utf-8", "dmn": "application/xml"}[form]
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _written(table: DecisionTable, text: str, form: str) -> str | bytes:
    return write_dmn([table], name=table.id) if form == "dmn" else text


@require_GET
def export(request: HttpRequest, pathway: str, table: str, form: str) -> HttpResponse:
    """A table as it runs today."""
    _agreement, found, chosen = running_table(request, pathway, table)
    text = found.files.get(found.table_files[table]) or write_table(chosen)
    return _download(_written(chosen, text, form), f"{found.key}-{table}-{found.version}", form)


@require_GET
def export_draft(request: HttpRequest, draft_id: str, table: str, form: str) -> HttpResponse:
    """A table of a draft; as DMN only when it can be read."""
    try:
        draft = draft_or_404(request, UUID(draft_id))
    except ValueError:
        raise Http404 from None
    base = base_of(draft)
    if table not in base.tables:
        raise Http404
    chosen = table_of_draft(draft, base, table)
    if chosen is None and form == "dmn":
        messages.error(request, _("De tabel heeft nog fouten; als DMN kan die nog niet worden opgeslagen."))
        return redirect("network:draft_table", draft_id=draft.pk, table=table)
    text = text_of_table(draft, base, table)
    content = text if chosen is None else _written(chosen, text, form)
    return _download(content, f"{base.key}-{table}-concept", form)


@require_POST
def read_file(request: HttpRequest, draft_id: UUID, table: str) -> HttpResponse:
    """Replace a table of a draft by a file; when anything is wrong with it, nothing is replaced and all is named."""
    draft = draft_or_404(request, draft_id)
    base = base_of(draft)
    if table not in base.tables:
        raise Http404
    form = ImportForm(request.POST, request.FILES)
    upload: UploadedFile | None = request.FILES.get("file")
    if not form.is_valid() or upload is None or (upload.size or 0) > MAX_BYTES:
        messages.error(request, _("Kies een bestand van ten hoogste 2 MB."))
        return redirect("network:draft_table", draft_id=draft.pk, table=table)
    name = upload.name or "table.csv"
    try:
        text = read_upload(upload.read(), filename=name, base=base, table=table)
        version = request.POST.get("version", "")
        actions.save_table(
            by=request.viewer,
            at=request.now,
            draft_id=draft.pk,
            table=table,
            text=text,
            version=int(version) if version.isdecimal() else draft.version,
        )
    except ImportRefused as refused:
        context = {"draft": draft, "table": base.tables[table], "name": name, "faults": refused.faults}
        return render(request, "network/import_refused.html", context, status=422)
    except DraftRefused as refused:
        messages.error(request, str(refused.text))
    else:
        messages.success(request, _("Ingelezen en gecontroleerd: %(name)s.") % {"name": name})
    return redirect("network:draft_table", draft_id=draft.pk, table=table)
