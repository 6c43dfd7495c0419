"""Accounts: handed out, closed and unlocked by the administrator, who sees no patient."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from axes.utils import reset as axes_reset
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.audit import actions as audit

from ..access import AccessDenied, Right, check_access
from ..models import Membership, Organisation, Professional, User
from ..purposes import Purpose
from ..roles import SELF, Role
from ..users import new_user
from ..viewer import Viewer

# No look-alikes (0 O 1 l I), because a temporary password is read from paper.
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_temporary_password() -> str:
    """Four groups of four characters, about 92 bits; shown once, to be changed at first sign-in."""
    return "-".join("".join(secrets.choice(ALPHABET) for _i in range(4)) for _g in range(4))


def create_account(
    *,
    by: Viewer,
    at: datetime,
    username: str,
    temporary_password: str,
    organisation: Organisation,
    role: str,
    family_name: str,
    initials: str = "",
    prefix: str = "",
    agb: str = "",
    big: str = "",
    email: str = "",
) -> Professional:
    """A new professional with one role in one organisation, and the account that goes with it."""
    rule = check_access(by, Right.MANAGE_ACCOUNTS)
    if organisation.network_id != by.network or Role(role) in SELF:
        raise AccessDenied(_("Deze combinatie van rol en organisatie kan niet."))
    with transaction.atomic():
        user = new_user(username=username, temporary_password=temporary_password, email=email)
        professional = Professional(
            network_id=by.network,
            user=user,
            family_name=family_name.strip(),
            initials=initials.strip(),
            prefix=prefix.strip(),
            agb=agb.strip(),
            big=big.strip(),
        )
        professional.full_clean(exclude=["network", "user"])
        professional.save(force_insert=True)
        Membership.objects.create(
            professional=professional,
            organisation=organisation,
            role=Role(role),
            since=timezone.localdate(at),
        )
        _log(by, at, "C", "account.created", user, rule, {"role": str(role)})
    return professional


def deactivate_account(*, by: Viewer, at: datetime, user_id: UUID) -> User:
    """Close an account: signing in is refused and open sessions stop at their next page. Nobody closes their own."""
    rule = check_access(by, Right.MANAGE_ACCOUNTS)
    if str(user_id) == by.user_id:
        raise AccessDenied(_("Uw eigen account kunt u niet sluiten."))
    with transaction.atomic():
        user = _account(by, user_id)
        user.is_active = False
        user.save(update_fields=["is_active"])
        _log(by, at, "U", "account.closed", user, rule)
    return user


def reactivate_account(*, by: Viewer, at: datetime, user_id: UUID) -> User:
    """Open a closed account again."""
    rule = check_access(by, Right.MANAGE_ACCOUNTS)
    with transaction.atomic():
        user = _account(by, user_id)
        user.is_active = True
        user.save(update_fields=["is_active"])
        _log(by, at, "U", "account.reopened", user, rule)
    return user


def unlock_account(*, by: Viewer, at: datetime, user_id: UUID) -> User:
    """Forget the failed attempts that locked an account, from every address."""
    rule = check_access(by, Right.MANAGE_ACCOUNTS)
    with transaction.atomic():
        user = _account(by, user_id)
        axes_reset(username=user.username)
        _log(by, at, "U", "account.unlocked", user, rule)
    return user


def reset_account(*, by: Viewer, at: datetime, user_id: UUID, temporary_password: str) -> User:
    """A new temporary password, and the second factor off, for somebody who lost both; set up anew at first sign-in."""
    rule = check_access(by, Right.MANAGE_ACCOUNTS)
    if str(user_id) == by.user_id:
        raise AccessDenied(_("Uw eigen wachtwoord wijzigt u bij uw eigen account."))
    with transaction.atomic():
        user = _account(by, user_id)
        user.set_password(temporary_password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        Authenticator.objects.filter(user=user).delete()
        axes_reset(username=user.username)
        _log(by, at, "U", "account.reset", user, rule)
    return user


def password_changed(*, by: Viewer, at: datetime, user: User) -> None:
    """The owner chose a password of their own, which ends a temporary one."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(must_change_password=False)
        user.must_change_password = False
        _log(by, at, "U", "account.password_changed", user, f"{by.role}:own_account")


def _account(by: Viewer, user_id: UUID) -> User:
    """An account of a professional of the own network; the administrator has nothing to do with patients' accounts."""
    user = (
        User.objects.select_for_update(of=("self",))
        .filter(pk=user_id, professional__network=by.network)
        .first()
    )
    if user is None:
        raise AccessDenied(_("Dit account hoort niet bij uw netwerk."))
    return user


def _log(
    by: Viewer,
    at: datetime,
    action: str,
    event: str,
    user: User,
    rule: str,
    detail: dict[str, str] | None = None,
) -> None:
    audit.record(
        by=by,
        at=at,
        action=action,
        event=event,
        object_type="account",
        object_id=user.pk,
        rule=rule,
        purpose=Purpose.ADMINISTRATION,
        detail=detail,
    )
