"""Who is perhaps registered twice: the same name and birth date under another BSN, anywhere in the network.

Who triages is told, and whoever may open the other record is led there. Who registers or refers is told only that the
BSN is not that of a person who is known by this name and birth date: nothing of that person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from ..access import Right, can_access
from ..models import Patient
from ..names import spellings
from ..viewer import Viewer


def perhaps_twice(ids: Sequence[UUID]) -> Mapping[UUID, list[Patient]]:
    """Per patient the others of the network who may be the same person; two queries, however many are asked about.

    Those of whom nobody else is alike are left out. The caller decides what of it may be shown to whom.
    """
    patients = list(Patient.objects.filter(pk__in=ids)) if ids else []
    networks, born = {one.network_id for one in patients}, {one.birth_date for one in patients}
    there = Patient.objects.filter(network__in=networks, birth_date__in=born).select_related("practice")
    others = list(there) if patients else []
    found = {one.pk: [other for other in others if _alike(one, other)] for one in patients}
    return {pk: alike for pk, alike in found.items() if alike}


def may_be_opened(viewer: Viewer, patients: Sequence[Patient], *, at: datetime) -> list[Patient]:
    """Those of the patients whom the viewer may know."""
    return [one for one in patients if can_access(viewer, Right.IDENTITY, patient=one.pk, at=at)]


def same_family_name(patient: Patient, family_name: str) -> bool:
    """Whether the family name is spelled alike, whatever the accents, capitals and signs."""
    return bool(spellings(patient.family_name) & spellings(family_name))


def _alike(one: Patient, other: Patient) -> bool:
    """Whether two records may be of one person; twins have another initial."""
    if one.pk == other.pk or one.network_id != other.network_id or one.birth_date != other.birth_date:
        return False
    first, second = _initial(one), _initial(other)
    return same_family_name(one, other.family_name) and (not first or not second or first == second)


def _initial(patient: Patient) -> str:
    """The first letter of the given names; empty when none is registered."""
    return (patient.initials or patient.given_name).strip()[:1].casefold()
