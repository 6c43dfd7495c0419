"""How accounts behave: nobody signs up by themselves, secrets lie encrypted, and every failed step counts."""

from __future__ import annotations

import time
from base64 import b64decode, b64encode
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from anderhalf.apps.people import actions as people
from anderhalf.apps.people.identifiers import decrypt, encrypt

SEALED_FOR = "mfa.authenticator.data"


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Accounts are handed out by the administrator of the network."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always closed."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address the server saw; a proxy sets it through the web server's own forwarding."""
        return str(request.META.get("REMOTE_ADDR", ""))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """No chatter such as 'successfully signed in': the page itself shows it."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail leaves the service."""

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """A password of one's own ends the temporary one."""
        super().set_password(user, password)
        people.password_changed(by=context.request.viewer, at=context.request.now, user=user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Somebody who signed in a moment ago need not type the password again; later they must."""
        records = get_authentication_records(context.request, context.request.user)
        fresh = time.time() - account_settings.REAUTHENTICATION_TIMEOUT
        if any(record.get("at", 0) > fresh for record in records):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))


class SealedSecondFactor(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps and recovery codes encrypted in the database."""

    def encrypt(self, text: str) -> str:
        """Seal with the installation's data key."""
        return b64encode(encrypt(text.encode(), context=SEALED_FOR)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what :meth:`encrypt` sealed."""
        return decrypt(b64decode(encrypted_text), context=SEALED_FOR).decode()
