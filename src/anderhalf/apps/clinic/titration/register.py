"""What the register of allergies and intolerances means for the drugs of a pathway: may not, or not known.

Everything that stands in the register counts. Confirmed and coded it forbids; as long as nobody judged it, it makes its
class uncertain, and nothing of that class is started or raised by a press.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from anderhalf.apps.people.models import AllergyIntolerance
from anderhalf.apps.people.queries import Register
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.named import ANGIOEDEMA, Named, Names, named_in, reaction_in, read_names
from anderhalf.core.pathway.titration import Protocol, Tolerance

DOSES = "doses.toml"
ANGIOEDEMA_FACT = "angioedema_history"
"""The fact of the protocol that names the classes which nobody who ever had angio-oedema is given."""
Kind = AllergyIntolerance.Kind


@dataclass(frozen=True, kw_only=True)
class Forbidden:
    """The register as the titration engine takes it."""

    tolerances: tuple[Tolerance, ...] | None
    """What is certain; None when nothing is and nobody asked."""
    asked: bool
    in_doubt: Mapping[str, tuple[AllergyIntolerance, ...]]
    """Per class the entries that nobody has judged yet."""


def names_in(pathways: Iterable[Pathway]) -> list[Names]:
    """How people write the drugs of these pathways."""
    return [read_names(one.files[DOSES]) for one in pathways if DOSES in one.files]


def meant_by(entry: AllergyIntolerance, names: Sequence[Names]) -> tuple[Named, ...]:
    """The classes and drugs that an entry is about: as coded, else as its words say. Nothing once it was judged so."""
    if entry.drug_class:
        return (Named(entry.drug_class, entry.drug),)
    return named_in(f"{entry.substance} {entry.text}", names) if entry.to_judge else ()


def reaction_of(entry: AllergyIntolerance, names: Sequence[Names]) -> str:
    """The reaction as coded, else as the words say while nobody judged them."""
    if entry.reaction or not entry.to_judge:
        return entry.reaction
    return reaction_in(f"{entry.substance} {entry.text}", names)


def forbidden_of(register: Register, protocol: Protocol) -> Forbidden:
    """What a patient can't have, by the rules of a protocol."""
    names = [protocol.names]
    certain: list[Tolerance] = []
    doubt: dict[str, list[AllergyIntolerance]] = defaultdict(list)
    for entry in register.entries:
        reaction = reaction_of(entry, names)
        kind = ANGIOEDEMA if reaction == ANGIOEDEMA else entry.kind
        about = [one for one in meant_by(entry, names) if one.drug_class in protocol.drug_class]
        if not about:
            about = [Named(key) for key in (protocol.classes_of_atc(entry.atc) if entry.atc else ())]
        if entry.to_judge:
            classes = {
                key for one in about for key in (one.drug_class, *protocol.excludes(kind, one.drug_class))
            }
            if reaction == ANGIOEDEMA:
                # from what it came nobody has judged: it may have been the ACE inhibitor
                classes.update(protocol.contraindication_facts.get(ANGIOEDEMA_FACT, ()))
            for key in classes:
                doubt[key].append(entry)
            continue
        certain += [
            Tolerance(kind=kind, drug_class=one.drug_class, drug=one.drug, on=entry.since, reason=entry.words)
            for one in about
        ]
    asked = register.every_class is not None
    return Forbidden(
        tolerances=tuple(certain) if certain or asked else None,
        asked=asked,
        in_doubt={key: tuple(entries) for key, entries in doubt.items()},
    )
