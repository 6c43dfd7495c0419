"""The administrator's pages: accounts, no patient content."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .. import actions, queries
from ..access import Right, check_access
from ..forms import AccountForm
from ..searches import search_text
from .common import link, new_submission


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account of a professional in the network: role, last sign-in, second factor, locked or closed."""
    text = search_text(request, "q")
    page = queries.accounts(request.viewer, at=request.now, text=text, page=request.GET.get("page", 1))
    return render(request, "people/accounts.html", {"page": page, "text": text})


@require_http_methods(["GET", "POST"])
def new_account(request: HttpRequest) -> HttpResponse:
    """A professional with one role; the temporary password is shown once."""
    check_access(request.viewer, Right.MANAGE_ACCOUNTS)
    organisations = queries.organisations(request.viewer)
    if request.method == "GET":
        form = AccountForm(initial=new_submission(), organisations=organisations)
        return render(request, "people/account_new.html", {"form": form})
    form = AccountForm(request.POST, organisations=organisations)
    if form.is_valid():
        data = dict(form.cleaned_data)
        key, password = str(data.pop("submission")), actions.new_temporary_password()
        try:
            with transaction.atomic():
                if not actions.submit_once(by=request.viewer, at=request.now, key=key):
                    return redirect("people:accounts")
                actions.create_account(by=request.viewer, at=request.now, temporary_password=password, **data)
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            return _password_page(request, data["username"], password)
    return render(request, "people/account_new.html", {"form": form}, status=422)


def _password_page(request: HttpRequest, username: str, password: str) -> HttpResponse:
    context = {"username": username, "password": password, "back": link("people:accounts")}
    return render(request, "people/temporary_password.html", context)


@require_POST
def close_account(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Signing in is refused from now on."""
    user = actions.deactivate_account(by=request.viewer, at=request.now, user_id=user_id)
    messages.success(request, _("Het account %(name)s is gesloten.") % {"name": user.username})
    return redirect("people:accounts")


@require_POST
def reopen_account(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Open again."""
    user = actions.reactivate_account(by=request.viewer, at=request.now, user_id=user_id)
    messages.success(request, _("Het account %(name)s is weer open.") % {"name": user.username})
    return redirect("people:accounts")


@require_POST
def unlock_account(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """After too many wrong passwords."""
    user = actions.unlock_account(by=request.viewer, at=request.now, user_id=user_id)
    messages.success(
        request, _("Met het account %(name)s kan weer worden ingelogd.") % {"name": user.username}
    )
    return redirect("people:accounts")


@require_POST
def reset_account(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """A new temporary password; the second factor is set up anew."""
    password = actions.new_temporary_password()
    user = actions.reset_account(
        by=request.viewer, at=request.now, user_id=user_id, temporary_password=password
    )
    return _password_page(request, user.username, password)
