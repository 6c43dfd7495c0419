"""Whoever looks or acts: the one object that every query and action takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from .roles import FIRST_LINE, SECOND_FACTOR_REQUIRED, SELF, Role

if TYPE_CHECKING:
    from .models import User


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A person in one role. ``organisation_ids`` are all organisations in which this person has this role now.

    ``patient_ids`` is filled for patients (themselves) and carers (whom they care for); empty for professionals.
    A viewer without a role (``role == ""``) may see nothing.
    """

    user_id: str = ""
    name: str = ""
    role: str = ""
    network: str = ""
    professional_id: UUID | None = None
    organisation_ids: tuple[UUID, ...] = ()
    organisation_name: str = ""
    patient_ids: tuple[UUID, ...] = ()
    other_roles: tuple[str, ...] = ()
    network_point: str = ""
    second_factor: bool = False

    @property
    def is_first_line(self) -> bool:
        """GP or POH."""
        return self.role in FIRST_LINE

    @property
    def is_self(self) -> bool:
        """Patient or informal carer."""
        return self.role in SELF

    @property
    def needs_second_factor(self) -> bool:
        """True when this role may only work after a second factor."""
        return self.role in SECOND_FACTOR_REQUIRED

    @property
    def role_label(self) -> str:
        """The role in Dutch, translated for the reader's language."""
        from django.utils.translation import gettext

        return gettext(str(Role(self.role).label)) if self.role else ""


NOBODY = Viewer()
SYSTEM = Viewer(user_id="system", name="Anderhalf", role="", organisation_name="")


def system_viewer(network: str) -> Viewer:
    """The service itself, for work that nobody pressed a button for (expiry, import of the agreement)."""
    return replace(SYSTEM, network=network)


def viewer_of(
    user: User, *, on: date, role: str = "", network_point: str = "", second_factor: bool = False
) -> Viewer:
    """The viewer that ``user`` is on ``on``; with more than one role, ``role`` chooses (else the first by name)."""
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    common = {"user_id": str(user.pk), "network_point": network_point, "second_factor": second_factor}
    professional = getattr(user, "professional", None)
    if professional is not None:
        memberships = list(
            professional.memberships.filter(since__lte=on)
            .filter(Q(until__isnull=True) | Q(until__gte=on))
            .select_related("organisation")
            .order_by("role", "organisation__name")
        )
        roles = tuple(dict.fromkeys(m.role for m in memberships))
        if not roles:
            return Viewer(**common, name=professional.full_name, network=professional.network_id)
        chosen = role if role in roles else roles[0]
        mine = [m for m in memberships if m.role == chosen]
        # The hospital or practice where somebody works names them; centres they supervise come second.
        mine.sort(key=lambda m: m.organisation.kind == "centre" and chosen in ("cardiologist", "internist"))
        return Viewer(
            **common,
            name=professional.full_name,
            role=chosen,
            network=professional.network_id,
            professional_id=professional.pk,
            organisation_ids=tuple(m.organisation_id for m in mine),
            organisation_name=mine[0].organisation.name,
            other_roles=tuple(r for r in roles if r != chosen),
        )
    patient = getattr(user, "patient", None)
    if patient is not None:
        return Viewer(
            **common,
            name=patient.full_name,
            role=Role.PATIENT,
            network=patient.network_id,
            patient_ids=(patient.pk,),
        )
    carer = getattr(user, "carer", None)
    if (
        carer is not None
        and carer.allowed_from <= on
        and (carer.allowed_until is None or carer.allowed_until >= on)
    ):
        return Viewer(
            **common,
            name=carer.full_name,
            role=Role.CARER,
            network=carer.patient.network_id,
            patient_ids=(carer.patient_id,),
        )
    return Viewer(**common, name=user.username)
