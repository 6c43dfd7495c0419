"""The titration protocol and the calculators of a loaded pathway."""

from __future__ import annotations

from collections.abc import Mapping

from anderhalf.core.decisions.facts import Fact
from anderhalf.core.pathway.interactions import FILE as INTERACTIONS
from anderhalf.core.pathway.interactions import InteractionError, Interactions, check_about, read_interactions
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.scores import Scores, read_scores
from anderhalf.core.pathway.titration import Protocol, read_protocol
from anderhalf.core.pathway.titration.reading import DERIVED, FOLDER, read_derived_facts

SCORES = "scores.toml"
PROTOCOL = FOLDER + "protocol.toml"
ANTICOAGULANT = "anticoagulant_drug"


def pathway_facts(pathway: Pathway) -> Mapping[str, Fact]:
    """The dictionary and the facts that the titration engine computes: all that protocol and calculators may name."""
    found = dict(pathway.dictionary.facts)
    for key, fact in read_derived_facts(pathway.files.get(DERIVED, "")).items():
        found.setdefault(key, fact)
    return found


def pathway_scores(*pathways: Pathway, choices: Mapping[str, str] | None = None) -> Scores:
    """The calculators of one or more pathways; without `choices` as the agreement answered their settings."""
    if choices is None:
        choices = {
            name: choice for pathway in pathways for name, choice in pathway.choices_of(SCORES).items()
        }
    facts: dict[str, Fact] = {}
    for pathway in pathways:
        facts = {**pathway_facts(pathway), **facts}
    texts = [pathway.files[SCORES] for pathway in pathways if SCORES in pathway.files]
    return read_scores(*texts, facts=facts, settings=choices)


def anticoagulant_interactions(pathway: Pathway) -> Interactions:
    """What does not go together with an anticoagulant, for a pathway that knows which one is taken.

    Raises InteractionError for a pair about a drug that the pathway does not have.
    """
    found = read_interactions(pathway.files.get(INTERACTIONS, ""))
    if ANTICOAGULANT in pathway.dictionary:
        check_about(found, pathway.facts[ANTICOAGULANT].values)
    named = [group.fact for group in found.groups.values() if group.fact]
    named += [name for pair in found.with_fact for name in pair.about]
    unknown = [name for name in named if name not in pathway.facts]
    if unknown:
        raise InteractionError(f"{INTERACTIONS}: {', '.join(unknown)} is no fact of the dictionary")
    return found


def titration_protocol(
    pathway: Pathway,
    *,
    choices: Mapping[str, str] | None = None,
    score_choices: Mapping[str, str] | None = None,
) -> Protocol:
    """The titration protocol of a pathway; without `choices` as the agreement answered its settings."""
    if choices is None:
        choices = pathway.choices_of(PROTOCOL)
    return read_protocol(
        pathway.files, facts=pathway.dictionary.facts, phenotype=pathway.tables["phenotype"],
        exclusion=pathway.tables.get("exclusion"), follows=pathway.dictionary.follows,
        rechecks=pathway.follow_up.contacts,
        scores=pathway_scores(pathway, choices=score_choices), choices=choices,
    )  # fmt: skip
