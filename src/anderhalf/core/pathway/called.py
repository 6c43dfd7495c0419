"""A danger of two drugs names them: "het gaat om lisinopril en candesartan", as the list or the text that brought them
wrote them or as they are called here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from anderhalf.core.pathway.danger import Danger, Sign
from anderhalf.core.pathway.model import Labels, Pathway
from anderhalf.core.pathway.used import MEDICATION, names_the_used

Called = Mapping[str, Sequence[str]]
"""Fact about drugs -> the names of those in use."""
NO_NAMES: Called = MappingProxyType({})
_SAID = {"nl": ("Het gaat om {drugs}. ", " en "), "en": ("This is about {drugs}. ", " and ")}


def with_drug_names(danger: Danger, pathways: Sequence[Pathway], called: Called) -> Danger:
    """The same danger with, before each certain sign that is about two or more drugs of `called`, their names."""
    if not called:
        return danger
    of = {pathway.key: pathway for pathway in pathways}
    return replace(danger, signs=tuple(_named(sign, of[sign.pathway], called) for sign in danger.signs))


def naming(why: Labels, drugs: Collection[str]) -> Labels:
    """A sentence with in front which drugs it is about."""
    names = [*dict.fromkeys(drugs)]
    if len(names) < 2:
        return why
    return {
        language: said.format(drugs=f"{', '.join(names[:-1])}{and_}{names[-1]}") + why.get(language, "")
        for language, (said, and_) in _SAID.items()
    }


def _named(sign: Sign, pathway: Pathway, called: Called) -> Sign:
    if not sign.certain or names_the_used(sign.why):
        return sign
    facts = dict.fromkeys(leaf for name in sign.facts for leaf in _leaves(pathway, name))
    drugs = [drug for fact in facts for drug in called.get(fact, ())]
    return replace(sign, why=naming(sign.why, drugs))


def _leaves(pathway: Pathway, name: str) -> Iterator[str]:
    """The fact, and those from which it follows."""
    yield name
    fact = pathway.facts.get(name)
    derived = None if fact is None or fact.group != MEDICATION else pathway.dictionary.entry(name).derived
    for one in derived.inputs if derived is not None else ():
        yield from _leaves(pathway, one)
