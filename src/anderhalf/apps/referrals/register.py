"""What the register of allergies and intolerances makes true of a patient: before a referral is sent as after.

An entry of the register and a row of the referral form are read by the same functions: what stands in a form and enters
the record with it, is seen by the eye for danger while it is still being written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.network.queries import pathways_on
from anderhalf.apps.people.queries import entries_of, known_entry
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.contraindications import FILE, Absolute, read_contraindications
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.named import ANGIOEDEMA, Named, Names, named_in, reaction_in, read_names

DOSES = "doses.toml"
OTHER = "other"
"""The reaction that says nothing: the words may."""
REGISTER = "register"
_pathways: dict[str, Pathway] = {}


class Entry(Protocol):
    """What is read of an entry: of the register, or of a form that was not sent yet."""

    @property
    def substance(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def reaction(self) -> str: ...
    @property
    def drug_class(self) -> str: ...
    @property
    def drug(self) -> str: ...
    @property
    def to_judge(self) -> bool: ...


class Noted(Entry, Protocol):
    """An entry of a form, with how it would enter the register."""

    @property
    def kind(self) -> str: ...
    @property
    def origin(self) -> str: ...


Readings = tuple[dict[str, FactValue], dict[str, Sequence[FactValue]]]
"""What is certain per fact, and what would be so if an entry that nobody judged is right."""


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


def names_in(pathways: Iterable[Pathway]) -> list[Names]:
    """How people write the drugs of these pathways."""
    return [read_names(one.files[DOSES]) for one in pathways if DOSES in one.files]


def meant_by(entry: Entry, names: Sequence[Names]) -> tuple[Named, ...]:
    """The classes and drugs that an entry is about: as coded, else as its words say. Nothing once it was judged so."""
    if entry.drug_class:
        return (Named(entry.drug_class, entry.drug),)
    return named_in(f"{entry.substance} {entry.text}", names) if entry.to_judge else ()


def reaction_of(entry: Entry, names: Sequence[Names]) -> str:
    """The reaction as coded; while nobody judged it, what the words say when that is graver or more."""
    if not entry.to_judge:
        return entry.reaction
    said = reaction_in(f"{entry.substance} {entry.text}", names)
    return said if said == ANGIOEDEMA or (entry.reaction in ("", OTHER) and said) else entry.reaction


def facts_of_register(
    patient: UUID | None, network: str, *, at: datetime, beside: Sequence[Noted] = ()
) -> Readings:
    """What the register makes true of a patient, and what it would make true if an unjudged entry is right.

    ``beside``: entries that are not in the register yet, of a form; ``patient`` None is somebody not registered.
    """
    rows: list[tuple[Entry, date]] = []
    if patient is not None:
        rows = [(one, timezone.localdate(one.recorded_at)) for one in entries_of(patient)]
    rows += [
        (one, timezone.localdate(at)) for one in beside if patient is None or not _is_there(one, patient)
    ]
    return read_entries(rows, pathways_on(network, on=timezone.localdate(at))) if rows else ({}, {})


def read_entries(rows: Iterable[tuple[Entry, date]], pathways: Iterable[Pathway]) -> Readings:
    """What entries, each with its day, make true by the absolute contra-indications of these pathways."""
    every, rows = tuple(pathways), tuple(rows)
    names, certain, doubtful = names_in(every), dict[str, FactValue](), dict[str, Sequence[FactValue]]()
    for kind in (kind for one in every for kind in kinds_of(one) if kind.reaction):
        for entry, day in rows:
            if not _is_about(entry, kind, names):
                continue
            given = FactValue(True, day, REGISTER)
            if not entry.to_judge:
                certain[kind.fact] = given
            elif given not in doubtful.get(kind.fact, ()):
                doubtful[kind.fact] = (*doubtful.get(kind.fact, ()), given)
    return certain, {name: values for name, values in doubtful.items() if name not in certain}


def open_readings(
    doubtful: Mapping[str, Sequence[FactValue]], known: Mapping[str, FactValue]
) -> dict[str, Sequence[FactValue]]:
    """The readings of unjudged entries that count beside what is known: all but those that are so already. An answer
    "no" on a form does not make an entry of the register go away: somebody has to judge it."""
    return {
        name: values
        for name, values in doubtful.items()
        if name not in known or known[name].value is not True
    }


def _is_there(entry: Noted, patient: UUID) -> bool:
    """Whether the register holds it already, judged or not: sending it adds nothing then."""
    found = known_entry(
        patient, entry.origin, substance=" ".join(entry.substance.split())[:200],
        text=" ".join(entry.text.split())[:300], drug_class="", drug="", kind=entry.kind,
    )  # fmt: skip
    return found is not None


def _is_about(entry: Entry, kind: Absolute, names: Sequence[Names]) -> bool:
    """The reaction, by one of the classes; or by nobody knows what while nobody judged it."""
    about = {one.drug_class for one in meant_by(entry, names)}
    return reaction_of(entry, names) == kind.reaction and bool(
        about & set(kind.classes) or (entry.to_judge and not about)
    )
