"""The pages of sign-in that need something of ours beside what allauth does."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpResponse

from .demo_accounts import DEMO_PASSWORD, accounts_to_show, code_to_show


class SignInView(LoginView):
    """Username and password; a demonstration lists its invented people."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds the demonstration accounts, when this is one."""
        shown = accounts_to_show()
        return super().get_context_data(**kwargs) | {
            "demo_accounts": shown,
            "demo_password": DEMO_PASSWORD if shown else "",
        }


class CodeView(AuthenticateView):
    """The second step; a demonstration shows the code."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds the code of an invented person, when this is a demonstration."""
        return super().get_context_data(**kwargs) | {"demo_code": code_to_show(self.stage.login.user)}


class SetUpCodeView(ActivateTOTPView):
    """Setting up the app. Who has just typed a right code has given the second factor in this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Turns the second step on and records that it was given."""
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type="totp")
        return response


sign_in = SignInView.as_view()
code = CodeView.as_view()
set_up_code = SetUpCodeView.as_view()
