"""Accounts for the administrator; the account and carers of one patient for who may grant them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from ..access import Right, check_access
from ..models import Carer, Membership, Patient, Professional, User
from ..roles import Role
from ..viewer import Viewer


@dataclass(frozen=True)
class Account:
    """One row of the administrator's list."""

    user_id: UUID
    username: str
    name: str
    roles: tuple[tuple[str, str], ...]  # (role in words, organisation)
    last_sign_in: datetime | None
    active: bool
    locked: bool
    second_factor: bool
    temporary_password: bool


def _professionals(viewer: Viewer, at: datetime) -> QuerySet[Professional]:
    day = timezone.localdate(at)
    current = Membership.objects.filter(Q(until__isnull=True) | Q(until__gte=day)).select_related(
        "organisation"
    )
    with_app = Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.TOTP)
    return (
        Professional.objects.filter(network=viewer.network, user__isnull=False)
        .select_related("user")
        .annotate(second_factor=Exists(with_app))
        .prefetch_related(Prefetch("memberships", queryset=current, to_attr="current_memberships"))
    )


def accounts(viewer: Viewer, *, at: datetime, text: str = "", page: int | str = 1) -> Page[Account]:
    """The professionals' accounts of the network, by name; ``text`` filters on name or username. Four queries."""
    check_access(viewer, Right.MANAGE_ACCOUNTS)
    found = _professionals(viewer, at)
    for word in text.split():
        found = found.filter(Q(family_name__icontains=word) | Q(user__username__istartswith=word))
    result: Page[Account] = Paginator(found, 25).get_page(page)
    result.object_list = _rows(list(result.object_list), at)
    return result


def accounts_needing_help(viewer: Viewer, *, at: datetime) -> list[Account]:
    """Locked accounts, and those still on a temporary password, the locked ones first."""
    check_access(viewer, Right.MANAGE_ACCOUNTS)
    found = (
        _professionals(viewer, at)
        .filter(user__is_active=True)
        .filter(Q(user__must_change_password=True) | Q(user__username__in=_locked(None, at)))
    )
    return sorted(_rows(list(found), at), key=lambda account: not account.locked)


def _rows(people: list[Professional], at: datetime) -> list[Account]:
    locked = _locked({person.user.username for person in people}, at)
    return [
        Account(
            user_id=person.user.pk,
            username=person.user.username,
            name=person.full_name,
            roles=tuple((str(Role(m.role).label), m.organisation.name) for m in person.current_memberships),
            last_sign_in=person.user.last_login,
            active=person.user.is_active,
            locked=person.user.username in locked,
            second_factor=person.second_factor,
            temporary_password=person.user.must_change_password,
        )
        for person in people
    ]


def _locked(usernames: set[str] | None, at: datetime) -> set[str]:
    """Which of these names (or of all) are locked from some address now."""
    cooled = at - timedelta(hours=settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gt=cooled
    )
    if usernames is not None:
        attempts = attempts.filter(username__in=usernames)
    return set(attempts.values_list("username", flat=True))


def carers_of(viewer: Viewer, patient_id: UUID, at: datetime) -> QuerySet[Carer]:
    """The informal carers who look along now."""
    check_access(viewer, Right.IDENTITY, patient=patient_id, at=at)
    day = timezone.localdate(at)
    return Carer.objects.filter(patient=patient_id, allowed_from__lte=day).filter(
        Q(allowed_until__isnull=True) | Q(allowed_until__gt=day)
    )


@dataclass(frozen=True)
class DemonstrationAccount:
    """An invented person whom a visitor of the demonstration can be."""

    username: str
    role: str
    role_label: str
    name: str
    organisation: str


def demonstration_accounts() -> list[DemonstrationAccount]:
    """Active accounts in networks marked as demonstration, by role. Asked before anybody signed in."""
    memberships = (
        Membership.objects.filter(
            professional__network__demonstration=True, professional__user__is_active=True, until__isnull=True
        )
        .select_related("professional__user", "organisation")
        .order_by("organisation__name", "professional__family_name")
    )
    found = [
        DemonstrationAccount(
            m.professional.user.username,
            m.role,
            str(Role(m.role).label),
            m.professional.full_name,
            m.organisation.name,
        )
        for m in memberships
    ]
    patients = Patient.objects.filter(network__demonstration=True, user__is_active=True).select_related(
        "user"
    )
    carers = Carer.objects.filter(patient__network__demonstration=True, user__is_active=True).select_related(
        "user"
    )
    for role, people in ((Role.PATIENT, patients), (Role.CARER, carers)):
        found += [
            DemonstrationAccount(p.user.username, role, str(role.label), p.full_name, "") for p in people[:20]
        ]
    order = list(Role.values)
    unique = {(account.username, account.role): account for account in reversed(found)}
    # the shortest names first: a demonstration gives its main players the plainest ones
    return sorted(unique.values(), key=lambda one: (order.index(one.role), len(one.username), one.username))


def is_demonstration_user(user: User) -> bool:
    """True for an invented person of a network marked as demonstration."""
    marked = (
        Q(professional__network__demonstration=True)
        | Q(patient__network__demonstration=True)
        | Q(carer__patient__network__demonstration=True)
    )
    return User.objects.filter(marked, pk=user.pk).exists()
