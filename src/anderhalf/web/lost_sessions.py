"""A session that ran out loses nothing: what was just sent is kept, sealed, and is the sender's draft after signing in.

The text waits in the anonymous session of the same browser, encrypted, and only becomes a draft when the same person
signs in (a cookie with a keyed hash of the account says who that was). Anybody else's sign-in throws it away.

Every posted form is kept, also one without a draft of its own: that one is shown on each page, and filled in again on
the page where its form stands, until it was sent or thrown away.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from anderhalf.apps.people import actions as people
from anderhalf.apps.people import queries as people_queries
from anderhalf.apps.people.identifiers import decrypt, encrypt, search_index
from anderhalf.apps.people.models import User
from anderhalf.apps.people.searches import MARK

WHO_COOKIE = "anderhalf_who"
PARKED = "parked_form"
CONTEXT = "web.parked_form"
LOST = "lost_form"
"""The draft of a form that has none of its own, and the sign in the session that there is one."""
_CODE = re.compile(r"[\w.:+-]{0,40}")
"""A choice, a number, an id: nothing that anybody typed as text."""
LARGEST = 200_000  # characters; a form of ours is far smaller
NOT_KEPT = frozenset(
    {
        "csrfmiddlewaretoken",
        "draft_form",
        "draft_about",
        "draft_window",
        "draft_opened",
        "draft_over",
        "submission",
    }
)


class KeepingLoginRequired(LoginRequiredMiddleware):
    """Like Django's, but a form that arrives after the session ran out is parked before the visitor signs in again."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponse]
    ) -> HttpResponse:
        """To the sign-in page, and from there back to the page where the form stands."""
        if request.method in ("GET", "HEAD") and not request.htmx:
            return super().handle_no_permission(request, view_func)
        if request.method == "POST":
            park(request)
        to = f"{reverse('account_login')}?{urlencode({'next': page_of(request)})}"
        if request.htmx:
            return HttpResponse(status=204, headers={"HX-Redirect": to})
        return redirect(to)


def page_of(request: HttpRequest) -> str:
    """The page from which this was sent; the first page when the browser does not say."""
    told = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(told, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(told)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


def mark_of(user: User) -> str:
    """What the cookie holds: tells whether it is the same person, and nothing else."""
    return search_index(f"who signed in:{user.pk}")


def park(request: HttpRequest) -> None:
    """Keep a posted form, sealed, until the same person signs in on this browser."""
    who = request.COOKIES.get(WHO_COOKIE, "")
    data: dict[str, Any] = {name: values for name, values in request.POST.lists() if name not in NOT_KEPT}
    name = request.resolver_match.url_name or "" if request.resolver_match else ""
    # A search can be typed again; a password is never kept.
    if not who or not data or MARK in data or name.startswith(("account_", "mfa_")):
        return
    form, about = request.POST.get("draft_form", ""), request.POST.get("draft_about", "")
    if not form:
        form, about = LOST, ""
        data = {"page": page_of(request), "action": request.path, "fields": data}
    text = json.dumps({"who": who, "form": form, "about": about, "data": data})
    if len(text) <= LARGEST:
        request.session[PARKED] = b64encode(encrypt(text.encode(), context=CONTEXT)).decode()


def unpark(request: HttpRequest) -> None:
    """After signing in: make the parked form a draft of its owner, or forget it when somebody else signed in."""
    sealed = request.session.pop(PARKED, None)
    if sealed is None:
        return
    try:
        parked = json.loads(decrypt(b64decode(sealed), context=CONTEXT))
    except (InvalidTag, ValueError):
        return
    if hmac.compare_digest(parked["who"], mark_of(request.user)):
        people.save_draft(
            by=request.viewer, at=request.now, form=parked["form"], about=parked["about"], data=parked["data"]
        )
        if parked["form"] == LOST:
            request.session[LOST] = True
        else:
            messages.info(request, _("Wat u had getypt toen uw sessie verliep, is als concept bewaard."))


@dataclass(frozen=True)
class LostForm:
    """A form that was sent when the session had run out: nothing of it was done."""

    page: str
    action: str
    fields: dict[str, list[str]]

    @property
    def texts(self) -> list[str]:
        """What was typed in words, for reading and copying; choices and hidden fields are only filled in again."""
        said = [one.strip() for values in self.fields.values() for one in values]
        return [one for one in said if not _CODE.fullmatch(one)]

    @property
    def again(self) -> dict[str, Any]:
        """What the page needs to fill the form in again."""
        return {"action": self.action, "fields": self.fields}


def lost_form(request: HttpRequest) -> LostForm | None:
    """What waits to be sent again; None when nothing does."""
    if not request.session.get(LOST):
        return None
    data = people_queries.draft_of(request.viewer, LOST)
    return LostForm(**data) if data else None  # type: ignore[arg-type]


def forget_lost(request: HttpRequest) -> None:
    """It was sent again, or thrown away."""
    if request.session.pop(LOST, None):
        people.discard_draft(by=request.viewer, form=LOST)


def sent_again(request: HttpRequest) -> None:
    """A form that is posted where the lost one was going takes its place."""
    if request.method == "POST" and request.session.get(LOST):
        waiting = lost_form(request)
        if waiting is None or waiting.action == request.path:
            forget_lost(request)


def remember_who(request: HttpRequest, response: HttpResponse) -> None:
    """Leave the mark of who works here, so that a lost form finds its owner again."""
    mark = mark_of(request.user)
    if request.COOKIES.get(WHO_COOKIE) != mark:
        response.set_cookie(
            WHO_COOKIE,
            mark,
            max_age=12 * 3600,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
