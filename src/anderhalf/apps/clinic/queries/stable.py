"""Whether a patient can go back, and whether there is still something to adjust."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision

from ..models import Episode
from .advice import pathway_of, undoubted_facts
from .beside import INCLUSION, STABLE, facts_with_scores

LENGTHS_OF_TIME = frozenset({"d", "wk", "mo", "a"})
"""Units (UCUM) of facts that change by waiting alone."""


def decide_stable(episode: Episode, *, at: datetime) -> Decision:
    """Whether this patient can go back, stays, is discussed or forwarded: the pathway's ``stable`` table today."""
    day = timezone.localdate(at)
    pathway = pathway_of(episode, on=day)
    if INCLUSION in pathway.tables:
        facts = facts_with_scores(episode, pathway, at=at)
    else:
        facts = undoubted_facts(episode, pathway, at=at)[0]
    return evaluate(pathway.table(STABLE), facts, on=day)


def stable_advice(viewer: Viewer, episode: Episode, *, at: datetime) -> Decision:
    """The same, for showing: computed now and not stored."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=episode.patient_id, at=at)
    return decide_stable(episode, at=at)


def still_adjusting(episode: Episode, *, at: datetime) -> bool:
    """For a pathway without titration: whether something keeps this patient here that waiting alone does not mend.

    So when the ``stable`` table can't decide, or keeps the patient by a rule that tests more than a length of time.
    """
    decision = decide_stable(episode, at=at)
    if not decision.is_decided:
        return True
    if decision.value("advice") == "return":
        return False
    facts = pathway_of(episode, on=timezone.localdate(at)).facts
    tested = {cell.fact for rule in decision.decisive for cell in rule.cells}
    return not all(facts[name].unit in LENGTHS_OF_TIME for name in tested)
