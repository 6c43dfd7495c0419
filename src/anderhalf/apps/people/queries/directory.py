"""Organisations and colleagues of the viewer's network: no patient in it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from ..models import Membership, Organisation, Professional
from ..roles import Role
from ..viewer import Viewer


def organisations(viewer: Viewer, kind: str = "") -> QuerySet[Organisation]:
    """Organisations of the viewer's network, by name; of one kind (``Organisation.Kind``) when given."""
    found = Organisation.objects.filter(network=viewer.network)
    return found.filter(kind=kind) if kind else found


def practices(viewer: Viewer) -> QuerySet[Organisation]:
    """The practices for which the viewer may register: the own for a practice, every practice for a specialist."""
    found = organisations(viewer, Organisation.Kind.PRACTICE)
    return found.filter(pk__in=viewer.organisation_ids) if viewer.is_first_line else found


def organisation(viewer: Viewer, organisation_id: UUID) -> Organisation:
    """One organisation of the viewer's network; raises ``Organisation.DoesNotExist``."""
    return Organisation.objects.get(pk=organisation_id, network=viewer.network)


def colleagues(
    viewer: Viewer,
    organisation: Organisation | UUID | None = None,
    *,
    at: datetime,
    roles: Collection[str] = (),
    reachable: bool = False,
) -> QuerySet[Professional]:
    """Who works at ``organisation`` (the viewer's own when None) on the day of ``at``, by name; ``roles`` narrows.

    ``reachable`` leaves out whose account was closed.
    """
    day = timezone.localdate(at)
    where = [getattr(organisation, "pk", organisation)] if organisation else list(viewer.organisation_ids)
    working = Membership.objects.filter(
        professional=OuterRef("pk"), organisation__in=where, since__lte=day
    ).filter(Q(until__isnull=True) | Q(until__gte=day))
    if roles:
        working = working.filter(role__in=list(roles))
    found = Professional.objects.filter(Exists(working), network=viewer.network)
    return found.exclude(user__is_active=False) if reachable else found


def has_left(professional: str, organisation: str, day: str) -> Q:
    """For rows of another room: the professional's account is closed, or the work there has ended by the row's day.

    The three say where a row has the professional, the organisation and the moment.
    """
    working = Membership.objects.filter(
        professional=OuterRef(professional), organisation=OuterRef(organisation)
    ).filter(Q(until__isnull=True) | Q(until__gte=Cast(OuterRef(day), DateField())))
    return Q(**{f"{professional}__user__is_active": False}) | ~Q(Exists(working))


def network_gps(viewer: Viewer, *, at: datetime) -> QuerySet[Professional]:
    """The GPs of every practice for which the viewer may register patients."""
    day = timezone.localdate(at)
    working = Membership.objects.filter(
        professional=OuterRef("pk"), organisation__in=practices(viewer), role=Role.GP, since__lte=day
    ).filter(Q(until__isnull=True) | Q(until__gte=day))
    return Professional.objects.filter(Exists(working), network=viewer.network)
