"""Whether a drug may be started: asked by every action that makes a medication agreement, and by the cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from anderhalf.apps.people.models import AllergyIntolerance
from anderhalf.apps.people.queries import Register, register_of
from anderhalf.apps.referrals.register import meant_by, names_in, reaction_of
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.named import ANGIOEDEMA, Named, Names, named_in
from anderhalf.core.pathway.titration import Protocol

from ..models import Episode
from ..titration.gather import protocol_of
from ..titration.register import ANGIOEDEMA_FACT
from .advice import pathway_of, pathways_beside


@dataclass(frozen=True, kw_only=True)
class Hit:
    """An entry of the register that is about a drug."""

    entry: AllergyIntolerance
    never: bool
    """No press on a proposal goes past it: angio-oedema and a drug of the renin-angiotensin system."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A drug that somebody wants to start, in whatever way it is named."""

    drug: str = ""
    name: str = ""
    atc: str = ""
    drug_class: str = ""


def pathways_of(episode: Episode, *, at: datetime) -> list[Pathway]:
    """Every pathway whose drugs this patient may meet: the own one and those beside it."""
    on = timezone.localdate(at)
    own = pathway_of(episode, on=on)
    return [own, *(one for one in pathways_beside(episode, on=on) if one.key != own.key)]


def hits_of(episode: Episode, wanted: Wanted, *, at: datetime, register: Register | None = None) -> list[Hit]:
    """What stands in the register about a drug; empty when nothing does. The caller has checked access."""
    known = register_of(episode.patient_id) if register is None else register
    if not known.entries:
        return []
    pathways = pathways_of(episode, at=at)
    protocols = [one for pathway in pathways if (one := protocol_of(pathway)) is not None]
    names = names_in(pathways)
    asked = _targets(wanted, protocols, names)
    found = []
    for entry in known.entries:
        hit = _hit(entry, wanted, asked, protocols, names)
        if hit is not None:
            found.append(hit)
    return found


def _targets(wanted: Wanted, protocols: Sequence[Protocol], names: Sequence[Names]) -> set[Named]:
    """The classes and drugs that a wanted drug is: as coded, by its ATC code, and by its name when it was typed."""
    found = {Named(wanted.drug_class, wanted.drug)} if wanted.drug_class else set()
    for protocol in protocols:
        if wanted.atc:
            found |= {Named(key) for key in protocol.classes_of_atc(wanted.atc)}
            combined = protocol.combinations.get(wanted.atc)
            for key in combined.contains if combined is not None else ():
                if key in protocol.drugs:
                    found.add(Named(protocol.drugs[key].drug_class, key))
    if not found:
        found = set(named_in(f"{wanted.name} {wanted.drug}", names))
    return found


def _hit(
    entry: AllergyIntolerance, wanted: Wanted, asked: set[Named], protocols: Sequence[Protocol], names: Sequence[Names]
) -> Hit | None:  # fmt: skip
    reaction = reaction_of(entry, names)
    kind = ANGIOEDEMA if reaction == ANGIOEDEMA else entry.kind
    about = set(meant_by(entry, names))
    if entry.atc:
        about |= {Named(key) for protocol in protocols for key in protocol.classes_of_atc(entry.atc)}
    raas = {key for each in protocols for key in each.contraindication_facts.get(ANGIOEDEMA_FACT, ())}
    forbidden = set(raas) if entry.to_judge and reaction == ANGIOEDEMA else set()
    for one in about:
        for each in protocols:
            if one.drug_class in each.drug_class:
                forbidden.update(each.excludes(kind, one.drug_class))
        # a whole class; and of one drug its class as well until somebody judged what was meant
        if not one.drug or entry.to_judge:
            forbidden.add(one.drug_class)
    drugs = {one.drug for one in about if one.drug}
    classes = {one.drug_class for one in asked}
    same_words = not about and not classes and _same(entry.substance, wanted.name)
    same_code = bool(entry.atc and wanted.atc) and entry.atc.startswith(wanted.atc)
    if not (
        classes & forbidden or {one.drug for one in asked if one.drug} & drugs or same_words or same_code
    ):
        return None
    return Hit(entry=entry, never=reaction == ANGIOEDEMA and bool(classes & raas))


def _same(substance: str, name: str) -> bool:
    """Whether a drug that no pathway knows is the one that an entry names: each word of its name stands in the text."""
    words = [word for word in name.casefold().split() if len(word) > 3]
    return bool(words) and all(word in substance.casefold() for word in words)
