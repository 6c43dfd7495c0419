"""People of one list who are easily taken for each other: the same name, and what tells them apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from .models import Patient
from .names import search_key


def namesakes(patients: Iterable[Patient]) -> Mapping[UUID, str]:
    """Whoever shares a name with another of the list, and what to say beside the birth date.

    Empty where the birth date tells them apart; else the last digits of the BSN and the practice: never
    more of an identifier than the banner shows.
    """
    named: dict[tuple[str, str], dict[UUID, Patient]] = defaultdict(dict)
    for one in patients:
        named[search_key(one.family_name), _initials(one)][one.pk] = one
    found: dict[UUID, str] = {}
    for alike in named.values():
        born = Counter(one.birth_date for one in alike.values())
        if len(alike) > 1:
            found |= {pk: _apart(one) if born[one.birth_date] > 1 else "" for pk, one in alike.items()}
    return found


def _initials(patient: Patient) -> str:
    """As a list shows them: "G.M. Blom" is not taken for "G. Blom", and a mark at everybody warns of nobody."""
    return search_key(patient.initials or patient.given_name[:1])


def _apart(patient: Patient) -> str:
    said = [_("BSN eindigt op %(digits)s") % {"digits": patient.bsn[-3:]}] if len(patient.bsn) > 3 else []
    return " · ".join([*said, patient.practice.name])
