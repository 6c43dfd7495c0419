"""Every two drugs of one list that do not go together, whatever the pathway titrates: for a list that just came in.

In care the titration engine asks `interactions` per class; here a whole list is looked at, before anybody treats.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from anderhalf.core.decisions.facts import FactValues
from anderhalf.core.pathway.called import naming
from anderhalf.core.pathway.interactions import Interaction, Severity
from anderhalf.core.pathway.model import Labels, Pathway

NO_NAMES: Mapping[str, Labels] = MappingProxyType({})


def pairs_on_list(
    pathways: Sequence[Pathway],
    codes: Collection[str],
    facts: FactValues,
    *,
    names: Mapping[str, Labels] = NO_NAMES,
) -> tuple[Interaction, ...]:
    """The pairs that ask for a decision, of all pathways together, what is contraindicated first.

    `codes` are the ATC codes of the list; a yes of `facts` ("uses an NSAID") counts as the list does. With the `names`
    by code each pair says in front which drugs it is about.
    """
    yes = {name for name, given in facts.items() if given.value is True}
    found: dict[str, Interaction] = {}
    for pathway in pathways:
        known = pathway.interactions
        about, present = yes | facts_of_list(pathway, codes), known.present(codes, yes)
        for pair in (*known.of(about, present), *known.among(codes), *known.with_facts(yes, present)):
            if pair.severity is not Severity.ATTENTION:
                drugs = [
                    names[code] for code in sorted(codes) if code in names and _is_of(pathway, pair, code)
                ]
                found.setdefault(pair.id, replace(pair, why=naming(pair.why, drugs)))
    return tuple(sorted(found.values(), key=lambda pair: pair.severity is not Severity.CONTRAINDICATED))


def _is_of(pathway: Pathway, pair: Interaction, code: str) -> bool:
    """Whether a drug is one of those that a pair is about."""
    groups = pathway.interactions.groups
    return any(key in groups and groups[key].holds(code) for key in (*pair.about, *pair.beside)) or bool(
        facts_of_list(pathway, (code,)) & {*pair.about}
    )


def said(pair: Interaction) -> dict[str, Any]:
    """JSON-safe, for a decision that is stored."""
    texts: Mapping[str, str] = pair.why
    return {"id": pair.id, "severity": pair.severity.value, "texts": dict(texts), "source": pair.source}


def facts_of_list(pathway: Pathway, codes: Collection[str]) -> set[str]:
    """The yes-or-no facts for which a code of the list counts: its class, its group, or the drug itself."""
    return {name for name, own in pathway.listed_facts.items() if any(code.startswith(own) for code in codes)}
