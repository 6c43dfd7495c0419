"""The absolute contra-indications of a pathway, and what the register of a patient says about them, as facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.network.queries import pathways_on
from anderhalf.apps.people.models import AllergyIntolerance
from anderhalf.apps.people.queries import entries_of
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.contraindications import FILE, Absolute, read_contraindications
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.named import Names

from ..titration.register import meant_by, names_in, reaction_of

_pathways: dict[str, Pathway] = {}


def kinds_of(pathway: Pathway) -> tuple[Absolute, ...]:
    """The absolute contra-indications of a pathway; none for one without such a file."""
    _pathways.setdefault(pathway.hash, pathway)
    return _kinds(pathway.hash)


@lru_cache(maxsize=32)
def _kinds(key: str) -> tuple[Absolute, ...]:
    return read_contraindications(_pathways[key].files.get(FILE, ""))


def reactions_looked_at(network: str, *, at: datetime) -> frozenset[str]:
    """The facts that an entry of the register can make true."""
    pathways = pathways_on(network, on=timezone.localdate(at))
    return frozenset(kind.fact for one in pathways for kind in kinds_of(one) if kind.reaction)


def facts_of_register(
    patient: UUID, network: str, *, at: datetime
) -> tuple[dict[str, FactValue], dict[str, Sequence[FactValue]]]:
    """What the register makes true of a patient, and what it would make true if an unjudged entry is right."""
    entries = entries_of(patient)
    if not entries:
        return {}, {}
    pathways = pathways_on(network, on=timezone.localdate(at))
    names, certain, doubtful = names_in(pathways), dict[str, FactValue](), dict[str, Sequence[FactValue]]()
    for kind in (kind for one in pathways for kind in kinds_of(one) if kind.reaction):
        for entry in entries:
            if not _is_about(entry, kind, names):
                continue
            given = FactValue(True, timezone.localdate(entry.recorded_at), "register")
            if entry.to_judge:
                doubtful[kind.fact] = (*doubtful.get(kind.fact, ()), given)
            else:
                certain[kind.fact] = given
    return certain, {name: values for name, values in doubtful.items() if name not in certain}


def _is_about(entry: AllergyIntolerance, kind: Absolute, names: Sequence[Names]) -> bool:
    """The reaction, by one of the classes; or by nobody knows what while nobody judged it."""
    about = {one.drug_class for one in meant_by(entry, names)}
    return reaction_of(entry, names) == kind.reaction and bool(
        about & set(kind.classes) or (entry.to_judge and not about)
    )
