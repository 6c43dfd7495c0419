"""Making accounts: the one place where a user comes into being."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .models import User


def new_user(*, username: str, temporary_password: str, email: str = "") -> User:
    """An account whose password must be changed at first sign-in; refuses a name that is taken."""
    name = username.strip().lower()
    if User.objects.filter(username__iexact=name).exists():
        raise ValidationError({"username": _("Deze gebruikersnaam is al in gebruik.")})
    user = User(username=name, email=email.strip(), must_change_password=True)
    user.set_password(temporary_password)
    user.save(force_insert=True)
    return user
