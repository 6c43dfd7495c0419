"""The inbox, one letter with its receipt, and its PDF."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anderhalf.apps.people.access import AccessDenied, Right, can_access
from anderhalf.apps.people.queries import my_patients, patient_for
from anderhalf.apps.people.searches import search_text

from .. import actions, queries
from ..models import Letter
from ..pdf import render_pdf
from ..states import LetterStatus
from .common import patient_frame, shown

BOXES = {"received": "ontvangen", "sent": "verzonden", "drafts": "concepten"}


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The letters of the own organisation, unread first; with ``?patient=`` those of one patient."""
    viewer = request.viewer
    if asked := request.GET.get("patient", ""):
        try:
            return _of_patient(request, UUID(asked))
        except ValueError:
            raise AccessDenied from None
    if viewer.is_self:
        return _own(request)
    boxes = queries.boxes_of(viewer)
    if not boxes:
        raise AccessDenied(_("Uw rol ontvangt of schrijft geen brieven."))
    wanted = {word: box for box, word in BOXES.items()}.get(request.GET.get("bak", ""), "")
    box = wanted if wanted in boxes else boxes[0]
    text = search_text(request, "zoek")[:80]
    labels = {"received": _("Ontvangen"), "sent": _("Verzonden"), "drafts": _("Nog te ondertekenen")}
    tabs = [{"label": labels[one], "url": f"?bak={BOXES[one]}", "current": one == box} for one in boxes]
    context = {
        "box": box,
        "word": BOXES[box],
        "signs": queries.signs(viewer),
        "tabs": tabs if len(tabs) > 1 else [],
        "page": queries.inbox(viewer, box, at=request.now, text=text, page=request.GET.get("page", 1)),
        "text": text,
        "overdue": queries.overdue(viewer, at=request.now).count(),
        "now": request.now,
    }
    return render(request, "letters/inbox.html", context)


def _of_patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    patient = patient_for(
        request.viewer, patient_id, Right.READ_LETTER, request.now, event="letters:list_viewed"
    )
    context = patient_frame(request, patient)
    episode = context["episode"]
    may_sign = (
        episode is not None
        and episode.ended_at is None
        and can_access(request.viewer, Right.SIGN_LETTER, patient=patient.pk, at=request.now)
    )
    context |= {
        "letters": queries.letters_of(request.viewer, patient_id, at=request.now),
        "may_sign": may_sign,
    }
    return render(request, "letters/of_patient.html", context)


def _own(request: HttpRequest) -> HttpResponse:
    """The letters about oneself, or about whom one cares for."""
    found: list[Letter] = []
    for patient in my_patients(request.viewer, request.now):
        patient_for(request.viewer, patient.pk, Right.READ_LETTER, request.now, event="letters:list_viewed")
        found += queries.letters_of(request.viewer, patient.pk, at=request.now)
    return render(request, "letters/own.html", {"letters": found})


@require_GET
def letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """One letter to read. Opening it at the recipient is the receipt."""
    viewer, at = request.viewer, request.now
    found = queries.letter_for(viewer, letter_id, at=at)
    if found.status == LetterStatus.DELIVERED and found.recipient_id in viewer.organisation_ids:
        found.status = actions.mark_read(by=viewer, at=at, letter=letter_id).status
    context = {
        **patient_frame(request, found.patient),
        "letter": found,
        "shown": shown(found),
        "receipt": queries.receipt_of(found),
        "late": found.status == LetterStatus.DELIVERED and bool(found.read_before and found.read_before < at),
        "may_edit": queries.may_write(viewer, found, at=at),
        "own_letter": found.sender_id in viewer.organisation_ids,
    }
    return render(request, "letters/letter.html", context)


@require_GET
def pdf(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The letter on paper: as it was signed; a draft as it would look, marked as such."""
    viewer, at = request.viewer, request.now
    found = queries.letter_for(viewer, letter_id, at=at)
    if found.status == LetterStatus.DELIVERED and found.recipient_id in viewer.organisation_ids:
        actions.mark_read(by=viewer, at=at, letter=letter_id)
    content = bytes(found.pdf) if found.pdf else render_pdf(found)
    response = HttpResponse(content, content_type="application/pdf")
    day = (found.signed_at or found.drafted_at).date().isoformat()
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=False, filename=f"brief-{found.kind}-{day}.pdf"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
