"""Turns a request into a viewer, insists on the second factor, and turns refusals into pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation

from anderhalf.apps.audit import actions as audit
from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.clinic.home_words import addressing_carer
from anderhalf.apps.network.queries import look_anew, versions_remembered
from anderhalf.apps.people.access import AccessDenied, Right, can_access
from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.searches import posted_search
from anderhalf.apps.people.viewer import NOBODY, viewer_of
from anderhalf.core.states import StepRefused

from .lost_sessions import remember_who, sent_again, unpark

GetResponse = Callable[[HttpRequest], HttpResponse]

OPEN_WITHOUT_SECOND_FACTOR = ("account_", "mfa_", "set_language", "set_theme")


class LanguageMiddleware:
    """Dutch, unless the person chose English (kept in a cookie). What the browser prefers is not asked: many Dutch
    workplaces have English browsers, and a consult must not change language with the computer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language for this request only."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
        return response


class ViewerMiddleware:
    """Sets ``request.viewer`` and ``request.now``. Who needs a second factor and has not given it gets no further."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """One clock reading per request, so that everything in it happened at the same moment."""
        request.now = timezone.now()
        request.viewer = NOBODY
        if request.user.is_authenticated:
            records = get_authentication_records(request, request.user)
            strong = any(record.get("method") == "mfa" for record in records)
            request.viewer = viewer_of(
                request.user,
                on=timezone.localdate(request.now),
                role=request.session.get("role", ""),
                network_point=request.META.get("REMOTE_ADDR", ""),
                second_factor=strong,
            )
        if not request.user.is_authenticated:
            return self.get_response(request)
        if request.viewer.second_factor or not request.viewer.needs_second_factor:
            unpark(request)
            sent_again(request)
        with addressing_carer(request.viewer.role == Role.CARER):
            response = self.get_response(request)
        if request.user.is_authenticated:
            remember_who(request, response)
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        """Send people to where they choose their own password, or set up or give their second factor."""
        viewer = request.viewer
        name = request.resolver_match.url_name or ""
        if name.startswith(OPEN_WITHOUT_SECOND_FACTOR):
            return None
        if request.user.is_authenticated and request.user.must_change_password:
            return redirect("account_change_password")
        if not viewer.needs_second_factor or viewer.second_factor:
            return None
        if Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists():
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
        return redirect("mfa_activate_totp")


class SearchMiddleware:
    """A posted search among people leads to a page of its own, whose address does not hold what was searched for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do on the way through."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        """After the token and the sign-in were checked: keep the words and go to the page."""
        to = posted_search(request)
        return redirect(to) if to else None


class VersionsMiddleware:
    """A request looks up once which versions of the agreement and its pathways there are.

    Not in the room where drafts become versions: there an action must see what was published a moment ago.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Remember for this request only."""
        with versions_remembered():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        """Where versions are made, look each time."""
        if "network" in request.resolver_match.app_names:
            look_anew()
        return None


class RefusalMiddleware:
    """A refused view leaves its own audit line and a page that says why, in plain words."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do on the way through."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """403 for what is not allowed, 409 for a step that no longer fits."""
        if isinstance(exception, AccessDenied):
            log_refusal(request)
            context = {"reason": str(exception), "emergency_url": emergency_url(request)}
            return render(request, "403.html", context, status=403)
        if isinstance(exception, StepRefused):
            text = translation.gettext(
                "Dit kan niet meer: iemand anders heeft intussen een stap gezet. Bekijk de huidige stand."
            )
            if request.htmx or "HTTP_REFERER" not in request.META:
                return render(request, "409.html", {"reason": text}, status=409)
            messages.error(request, text)
            return redirect(request.META["HTTP_REFERER"])
        return None


def emergency_url(request: HttpRequest) -> str:
    """Where a clinician who was refused a patient can open the record with a reason; empty for everybody else."""
    match = request.resolver_match
    patient = match.kwargs.get("patient_id") if match else None
    if patient is None or request.method != "GET" or not can_access(request.viewer, Right.BREAK_GLASS):
        return ""
    return reverse("people:emergency", args=[patient])


def log_refusal(request: HttpRequest) -> None:
    """Write the refusal to the log: what page, by whom; the reason shown to the person is not repeated there."""
    match = request.resolver_match
    object_id = next((str(value) for value in (match.kwargs if match else {}).values()), "")
    audit.record(
        by=request.viewer,
        at=getattr(request, "now", None) or timezone.now(),
        action=AuditLine.Action.READ if request.method == "GET" else AuditLine.Action.EXECUTE,
        event=f"refused:{match.view_name if match else ''}"[:60],
        object_type="page",
        object_id=object_id[:60],
        outcome=AuditLine.Outcome.REFUSED,
    )
