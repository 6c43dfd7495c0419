"""Which of the drugs that a rule names together somebody uses: a sentence that names nine drugs leads with the one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from anderhalf.core.decisions.facts import FactValues
from anderhalf.core.pathway.model import Labels, Pathway
from anderhalf.core.wording import within

MOST = 5
"""A fact that stands for more drugs than this is said by name: so many a reader does not look through."""
ANY_OF, TWO_OF, MEDICATION = "any_of", "two_of", "medication"
_SAID = {"nl": "Gebruikt nu: {drugs}. ", "en": "Uses now: {drugs}. "}


def naming_the_used(why: Labels, pathway: Pathway, names: Iterable[str], known: FactValues) -> Labels:
    """The sentence of a rule on these facts, with what is used in front where one of the facts stands for many."""
    used: dict[str, None] = {}
    for name in names:
        leaves = dict.fromkeys(_leaves(pathway, name))
        if len(leaves) > MOST or _is_of_two(pathway, name):
            used |= {leaf: None for leaf in leaves if leaf in known and known[leaf].value is True}
    if not used:
        return why
    return {
        language: said.format(drugs=", ".join(within(pathway.facts[leaf].label[language]) for leaf in used))
        + why.get(language, "")
        for language, said in _SAID.items()
    }


def names_the_used(why: Labels) -> bool:
    """Whether a sentence leads with what is used already."""
    return why.get("nl", "").startswith(_SAID["nl"].partition("{")[0])


def _is_of_two(pathway: Pathway, name: str) -> bool:
    """Whether a fact says that two drugs of one kind are used: of such a pair both are said."""
    fact = pathway.facts.get(name)
    derived = None if fact is None or fact.group != MEDICATION else pathway.dictionary.entry(name).derived
    if derived is None:
        return False
    return derived.how == TWO_OF or (
        derived.how == ANY_OF and all(_is_of_two(pathway, one) for one in derived.inputs)
    )


def _leaves(pathway: Pathway, name: str) -> Iterator[str]:
    """The drugs for which a fact stands, and the fact itself when it stands for one."""
    fact = pathway.facts.get(name)
    if fact is None or fact.group != MEDICATION:
        return
    derived = pathway.dictionary.entry(name).derived
    if derived is None or derived.how not in (ANY_OF, TWO_OF):
        yield name
        return
    for one in derived.inputs:
        yield from _leaves(pathway, one)
