"""The questionnaire that a patient opens by a one-time link, and the paper with that link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import qrcode
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from anderhalf.apps.network import queries as network
from anderhalf.presentation.language import label_of, language

from .. import actions, queries
from ..errors import ExperienceRefused, UnknownLink
from ..forms import ExperienceForm
from ..limits import count_wrong_link, too_many_wrong_links
from ..links import token_of

QUIET_ZONE = 4
"""White modules around a QR code, as its standard asks."""


@never_cache
@require_http_methods(["GET", "POST"])
def experience(request: HttpRequest, token: str) -> HttpResponse:
    """One page: a mark, the agreed questions, free text. Whoever holds the link may answer, once."""
    at, network_point = request.now, request.META.get("REMOTE_ADDR", "")  # type: ignore[attr-defined]
    if too_many_wrong_links(network_point):
        reason = _("Er zijn te veel verkeerde links geprobeerd. Probeer het over tien minuten weer.")
        return _refused(request, reason, 429)
    try:
        invitation = queries.open_invitation(token, at=at)
    except UnknownLink as refusal:
        count_wrong_link(network_point)
        return _refused(request, str(refusal), 404)
    except ExperienceRefused as refusal:
        return _refused(request, str(refusal), 410)
    agreed = network.agreement_on(invitation.network_id, on=timezone.localdate(at)).experience
    posted = request.method == "POST"
    form = ExperienceForm(request.POST if posted else None, agreed=agreed, language=language())
    if posted and form.is_valid():
        try:
            actions.answer(
                at=at,
                token=token,
                mark=form.cleaned_data["mark"],
                answers=form.answers(),
                text=form.cleaned_data["text"],
            )
        except ExperienceRefused as refusal:
            return _refused(request, str(refusal), 409)
        return redirect("insight:thanks")
    context: dict[str, Any] = {
        "form": form,
        "centre": invitation.episode.centre.name,
        "lowest": label_of(agreed.mark_lowest),
        "highest": label_of(agreed.mark_highest),
        "expires_at": invitation.expires_at,
        "minimum_mark": agreed.mark_minimum,
        "maximum_mark": agreed.mark_maximum,
    }
    return render(request, "insight/experience.html", context, status=422 if posted else 200)


def _refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    return render(request, "insight/experience_closed.html", {"reason": reason}, status=status)


@require_GET
def thanks(request: HttpRequest) -> HttpResponse:
    """After answering; says nothing about who answered."""
    return render(request, "insight/thanks.html")


@never_cache
@require_GET
def handout(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """The link as text and as QR code, to hand out on paper. Names nobody."""
    viewer, at = request.viewer, request.now  # type: ignore[attr-defined]
    invitation = queries.invitation_of(viewer, episode_id, at=at)
    context: dict[str, Any] = {"invitation": invitation}
    if invitation is not None and invitation.used_at is None and at < invitation.expires_at:
        address = request.build_absolute_uri(reverse("insight:experience", args=[token_of(invitation.pk)]))
        context |= {"address": address, "picture": qr_code(address)}
    return render(request, "insight/handout.html", context)


def qr_code(text: str) -> SafeString:
    """A QR code as SVG without styles: one path of squares, with the quiet zone that readers need."""
    code = qrcode.QRCode(border=QUIET_ZONE, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    matrix = code.get_matrix()
    squares = "".join(
        f"M{x} {y}h1v1h-1z" for y, line in enumerate(matrix) for x, dark in enumerate(line) if dark
    )
    return format_html(
        '<svg class="qr" viewBox="0 0 {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">'
        '<path fill="#000" d="{}"/></svg>',
        len(matrix), len(matrix), _("QR-code van de link"), squares,
    )  # fmt: skip
