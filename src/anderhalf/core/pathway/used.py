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
        if len(leaves) > MOST:
            used |= {leaf: None for leaf in leaves if leaf in known and known[leaf].value is True}
        used |= dict.fromkeys(_of_pair(pathway, name, known))
    if not used:
        return why
    return {
        language: said.format(drugs=", ".join(within(pathway.facts[leaf].label[language]) for leaf in used))
        + why.get(language, "")
        for language, said in _SAID.items()
    }


def without_the_used(why: Labels) -> Labels:
    """The sentence without what `naming_the_used` put in front."""
    return {
        language: text.partition(". ")[2]
        if text.startswith(_SAID.get(language, "\0").partition("{")[0])
        else text
        for language, text in why.items()
    }


def _of_pair(pathway: Pathway, name: str, known: FactValues) -> Iterator[str]:
    """The drugs in use because of which a fact says that two are used together; of such a pair both are said."""
    fact = pathway.facts.get(name)
    derived = None if fact is None or fact.group != MEDICATION else pathway.dictionary.entry(name).derived
    if derived is None:
        return
    if derived.how == ANY_OF:
        for one in derived.inputs:
            yield from _of_pair(pathway, one, known)
    elif derived.how == TWO_OF:
        used = [
            [leaf for leaf in _leaves(pathway, one) if leaf in known and known[leaf].value is True]
            for one in derived.inputs
        ]
        if sum(map(bool, used)) > 1:
            yield from (leaf for each in used for leaf in each)


def _leaves(pathway: Pathway, name: str) -> Iterator[str]:
    """The drugs for which a fact stands, and the fact itself when it stands for one."""
    fact = pathway.facts.get(name)
    if fact is None or fact.group != MEDICATION:
        return
    derived = pathway.dictionary.entry(name).derived
    if derived is None or derived.how != ANY_OF:
        yield name
        return
    for one in derived.inputs:
        yield from _leaves(pathway, one)
