"""Small pages and endpoints of the shell itself: role, theme, drafts, health, errors."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from anderhalf.apps.people import actions as people_actions
from anderhalf.apps.people import queries as people

from .lost_sessions import forget_lost as forget

THEMES = ("", "light", "dark")


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if safe else "/"


@require_POST
def switch_role(request: HttpRequest) -> HttpResponse:
    """Take on another of one's own roles; anything else keeps the present one."""
    if request.POST.get("role") in request.viewer.other_roles:
        request.session["role"] = request.POST["role"]
    return redirect("home")


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie: light, dark, or whatever the device says."""
    theme = request.POST.get("theme", "")
    response = redirect(_back(request))
    if theme in THEMES:
        response.set_cookie("anderhalf_theme", theme, max_age=365 * 24 * 3600, samesite="Lax", httponly=True)
    return response


@require_POST
def save_draft(request: HttpRequest) -> HttpResponse:
    """Keep what somebody is typing. Answers with the time of saving, shown beside the form."""
    form, about = request.POST.get("draft_form", ""), request.POST.get("draft_about", "")
    if not form:
        return HttpResponseBadRequest("draft_form is missing")
    other = people.changed_elsewhere(request.viewer, request.POST)
    if other is not None and not request.POST.get("draft_over"):
        return _other_window(request, other)
    skip = {"csrfmiddlewaretoken", "draft_form", "draft_about", "draft_opened", "draft_over", "submission"}
    data = {name: values for name, values in request.POST.lists() if name not in skip}
    draft = people_actions.save_draft(by=request.viewer, at=request.now, form=form, about=about, data=data)
    return render(request, "_draft_saved.html", {"saved_at": timezone.localtime(draft.saved_at)})


def _other_window(request: HttpRequest, other: people.OtherWindow) -> HttpResponse:
    """Nothing is kept over what another window kept: both stand there until the person chooses (202: not saved)."""
    there = other.differences(dict(request.POST.lists()))
    texts = [text for values in there.values() for text in values if " " in text.strip()]
    context = {
        "saved_at": timezone.localtime(other.saved_at),
        "texts": texts,
        "more": sum(not any(" " in one.strip() for one in values) for values in there.values()),
    }
    return render(request, "_draft_elsewhere.html", context, status=202)


@require_POST
def forget_lost(request: HttpRequest) -> HttpResponse:
    """Throw away what was kept of a form that was sent when the session had run out."""
    forget(request)
    return redirect(_back(request))


def health(request: HttpRequest) -> JsonResponse:
    """For monitors: 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok"})


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is not allowed, with the reason when there is one."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A page that is not there."""
    return render(request, "404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Something broke on our side; nothing of the cause is shown."""
    return render(request, "500.html", status=500)
