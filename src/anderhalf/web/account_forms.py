"""The forms of sign-in, with the lock-out also on the second step: guessing codes is guessing too."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

CODE_ATTRIBUTES = {
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "autofocus": True,
    "placeholder": "",
}


class SignInForm(LoginForm):
    """Username and password; the name is compared without regard to capitals or spaces around it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _lazy("Gebruikersnaam")
        self.fields["login"].widget.attrs.update(placeholder="", autofocus=True, autocapitalize="none")
        self.fields["password"].label = _lazy("Wachtwoord")
        self.fields["password"].widget.attrs.update(placeholder="")
        self.fields["password"].help_text = ""

    def clean_login(self) -> str:
        """Lower case, as account names are kept."""
        name: str = self.cleaned_data["login"].strip().lower()
        return name


class CountedCode(forms.Form):
    """Adds the count of wrong codes to that of wrong passwords: five together lock the account for this address."""

    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _lazy("Code")
        self.fields["code"].widget.attrs.update(CODE_ATTRIBUTES)

    def clean_code(self) -> str:
        """The code when it is right; each wrong one is counted, and after the last no code is right any more."""
        credentials = {"username": self.user.get_username()}
        if not AxesProxyHandler.is_allowed(context.request, credentials):
            context.request.axes_locked_out = True
            raise ValidationError(_("Te veel mislukte pogingen. Wacht een kwartier of bel uw beheerder."))
        try:
            return str(super().clean_code())  # type: ignore[misc]
        except ValidationError:
            AxesProxyHandler.user_login_failed(type(self), credentials, context.request)
            raise


class CodeForm(CountedCode, AuthenticateForm):
    """The code at sign-in."""


class CodeAgainForm(CountedCode, ReauthenticateForm):
    """The code once more, before something sensitive."""
