"""The ready accounts of the demonstration. Nothing here answers unless the installation is one (``settings.DEMO``)."""

from __future__ import annotations

from itertools import groupby

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.cache import cache

from anderhalf.apps.people.models import User
from anderhalf.apps.people.queries import DemonstrationAccount, demonstration_accounts, is_demonstration_user

DEMO_PASSWORD = "Voorbeeld-streek-2025"  # noqa: S105  for invented people in a network marked as demonstration
PER_ROLE = 3


def accounts_to_show() -> list[DemonstrationAccount]:
    """At most three accounts per role, in the order of the service; empty outside a demonstration."""
    if not settings.DEMO:
        return []
    shown: list[DemonstrationAccount] = []
    for _role, same in groupby(demonstration_accounts(), key=lambda account: account.role):
        shown.extend(list(same)[:PER_ROLE])
    return shown


def code_to_show(user: User | None) -> str:
    """The code that an authenticator app would show now for this invented person; empty outside a demonstration.

    A code is accepted once, so somebody who signs in twice within half a minute is shown the next one; when all are
    used the present one is released, so that a demonstration can be walked as fast as one likes.
    """
    if not settings.DEMO or user is None or not is_demonstration_user(user):
        return ""
    authenticator = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if authenticator is None:
        return ""
    secret = decrypt(authenticator.data["secret"])
    before, now, after = (format_hotp_value(hotp_value(secret, n)) for n in yield_hotp_counters_from_time())
    used = TOTP(authenticator)._get_used_cache_key
    unused = next((code for code in (now, after, before) if cache.get(used(code)) is None), "")
    if not unused:
        cache.delete(used(now))
    return unused or now
