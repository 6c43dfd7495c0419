"""A danger of two drugs names them: "het gaat om lisinopril en candesartan", as the list or the text that brought them
wrote them or as they are called here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from anderhalf.core.pathway.danger import Danger, Sign
from anderhalf.core.pathway.model import Labels, Pathway
from anderhalf.core.pathway.used import ANY_OF, MEDICATION, TWO_OF, without_the_used

Called = Mapping[str, Sequence[Labels]]
"""Fact about drugs -> the names of those in use."""
NO_NAMES: Called = MappingProxyType({})
_SAID = {"nl": ("Het gaat om {drugs}. ", " en "), "en": ("This is about {drugs}. ", " and ")}


def with_drug_names(danger: Danger, pathways: Sequence[Pathway], called: Called) -> Danger:
    """The same danger with, before each certain sign that is about two or more drugs of `called`, their names."""
    if not called:
        return danger
    of = {pathway.key: pathway for pathway in pathways}
    return replace(danger, signs=tuple(_named(sign, of[sign.pathway], called) for sign in danger.signs))


def naming(why: Labels, drugs: Iterable[Labels]) -> Labels:
    """A sentence with in front which drugs it is about, when those are two or more."""
    each = {drug["nl"]: drug for drug in drugs}
    if len(each) < 2:
        return why
    found = {}
    for language, (said, and_) in _SAID.items():
        *first, last = (drug.get(language, name) for name, drug in each.items())
        found[language] = said.format(drugs=f"{', '.join(first)}{and_}{last}") + why.get(language, "")
    return found


def _named(sign: Sign, pathway: Pathway, called: Called) -> Sign:
    drugs = [drug for name in sign.facts for drug in _drugs(pathway, name, called)]
    if not sign.certain or len({drug["nl"] for drug in drugs}) < 2:
        return sign
    return replace(sign, why=naming(without_the_used(sign.why), drugs))


def _drugs(pathway: Pathway, name: str, called: Called) -> list[Labels]:
    """The drugs because of which a fact is so: of a pair only when both are there."""
    if name in called:
        return [*called[name]]
    fact = pathway.facts.get(name)
    derived = None if fact is None or fact.group != MEDICATION else pathway.dictionary.entry(name).derived
    if derived is None:
        return []
    found = [each for one in derived.inputs if (each := _drugs(pathway, one, called))]
    least = {ANY_OF: 1, TWO_OF: 2}.get(derived.how, len(derived.inputs))
    return [drug for each in found for drug in each] if len(found) >= least else []
