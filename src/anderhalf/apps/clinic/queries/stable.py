"""Whether a patient can go back, and whether there is still something to adjust."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.going_back import ADVICE, HOLDS, RETURN, STABLE, Hold, holds, waits_only

from ..models import Episode
from .advice import pathway_of, pathways_beside, undoubted_facts
from .beside import INCLUSION, OPEN_DANGER, decided, facts_included, facts_with_scores
from .danger import danger_of


def decide_stable(episode: Episode, *, at: datetime) -> Decision:
    """Whether this patient can go back, stays, is discussed or forwarded: the pathway's ``stable`` table today."""
    day = timezone.localdate(at)
    pathway = pathway_of(episode, on=day)
    if INCLUSION in pathway.tables:
        every = facts_with_scores(episode, pathway, at=at)
    else:
        taken = undoubted_facts(episode, pathway, at=at)
        every = [taken.facts, *taken.readings]
    if HOLDS in pathway.dictionary:
        hold = FactValue(second_pathway_holds(episode, at=at).value, day, "calculated")
        every = [{**facts, HOLDS: hold} for facts in every]
    if episode.ended_at is None and OPEN_DANGER in pathway.dictionary:
        found = danger_of(episode.patient, episode.network_id, at=at)
        every = [{**facts, OPEN_DANGER: FactValue(bool(found), day, "danger")} for facts in every]
    return decided(pathway, STABLE, every, on=day)


def second_pathway_holds(episode: Episode, *, at: datetime) -> Hold:
    """Whether a second pathway that runs along keeps this patient; OPEN goes before NO, and YES before both."""
    found = set()
    for pathway in pathways_beside(episode, on=timezone.localdate(at)):
        if pathway.key == episode.pathway or STABLE not in pathway.tables:
            continue
        first, *readings = facts_included(episode, pathway, at=at) or [None]
        if first is not None:
            on, table = timezone.localdate(at), pathway.table(STABLE)
            found |= {holds(table, facts, on=on) for facts in readings or (first,)}
    return next((one for one in (Hold.YES, Hold.OPEN) if one in found), Hold.NO)


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
    if decision.value(ADVICE) == RETURN:
        return False
    return not waits_only(pathway_of(episode, on=timezone.localdate(at)).table(STABLE), decision)
