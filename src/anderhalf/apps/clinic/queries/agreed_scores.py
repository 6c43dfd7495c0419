"""The calculators (stroke and bleeding risk, clearance) as the network agreed them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from anderhalf.apps.network.queries import pathways_on
from anderhalf.content.titration import SCORES, pathway_scores
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.scores import Scores

_read: dict[tuple[str, ...], tuple[Pathway, ...]] = {}


def scores_of(network: str, pathway: Pathway, *, on: date) -> Scores:
    """The calculators of a pathway and of those whose facts it has too, with the agreement's choices."""
    known = set(pathway.facts)
    under = (one for one in pathways_on(network, on=on) if one.key != pathway.key and set(one.facts) <= known)
    every = (*under, pathway)
    key = tuple(_key(one) for one in every)
    _read.setdefault(key, every)
    return _scores(key)


def _key(pathway: Pathway) -> str:
    return f"{pathway.hash} {sorted(pathway.choices_of(SCORES).items())}"


@lru_cache(maxsize=16)
def _scores(key: tuple[str, ...]) -> Scores:
    return pathway_scores(*_read[key])
