"""Stored decisions of the last year as cases without a person, to see what a change would have done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from anderhalf.apps.people.access import Right, can_access
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import StoredDecision
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.model import Pathway

from ..drafting.population import Population
from ..drafting.rehearsing import REFERRAL_TABLES, Case, Matrix, Pair, matrix_of, rehearse
from ..models import Draft
from .drafts import base_of, pathway_of_draft
from .versions import agreement_on

LOOK_BACK = timedelta(days=365)
MOST_CASES = 3000
"""More cases than these are not answered while somebody waits; the newest are."""
WITH_FACTS = ("exclusion", "referral", "to_do")
"""Tables whose stored decisions hold facts of a referral."""


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What the last year would have looked like. ``protected``: counts below ``threshold`` are not shown to this
    reader, and no cases."""

    table: str
    running: Pathway
    draft: Pathway
    pairs: tuple[Pair, ...]
    matrix: Matrix
    since: datetime
    until: datetime
    capped: bool
    protected: bool
    threshold: int
    population: Population | None = None
    """The file that the cases came from; None for the stored decisions of the last year."""


def rehearse_draft(
    viewer: Viewer, draft: Draft, table: str, *, at: datetime, population: Population | None = None
) -> Rehearsal:
    """Answer the network's stored cases (or those of a file) by the running tables and the draft's, and log it.

    Raises ``ContentErrors`` while the draft holds faults. Whoever may not sign (the project leader) sees no cases and
    no small counts.
    """
    permission = permit("network", viewer, Right.EDIT_AGREEMENT, at=at)
    running, changed = base_of(draft), pathway_of_draft(draft)
    since = at - LOOK_BACK
    cases = _cases(draft, table, since=since, until=at) if population is None else list(population.cases)
    pairs = rehearse(running, changed, table, cases[:MOST_CASES])
    permission.log("R", "draft_rehearsed", draft, table=table, cases=len(pairs), file=population is not None)
    agreement = agreement_on(viewer.network, on=at.date())
    return Rehearsal(
        table=table,
        running=running,
        draft=changed,
        pairs=pairs,
        matrix=matrix_of(pairs, running),
        since=since,
        until=at,
        capped=len(cases) > MOST_CASES or (population is not None and population.capped),
        population=population,
        protected=not can_access(viewer, Right.APPROVE_AGREEMENT),
        threshold=agreement.privacy.small_count_below,
    )


def _cases(draft: Draft, table: str, *, since: datetime, until: datetime) -> list[Case]:
    """Newest first. For the referral's tables one case per referral, with all that was known about it."""
    together = table in REFERRAL_TABLES
    rows = (
        StoredDecision.objects.filter(
            network=draft.network_id,
            pathway=draft.pathway,
            table__in=WITH_FACTS if together else (table,),
            at__gte=since,
            at__lte=until,
        )
        .order_by("-at", "pk")
        .values_list("pk", "table", "referral", "decision")
    )
    merged: dict[object, tuple[dict[str, FactValue], Decision]] = {}
    seen: set[tuple[object, str]] = set()
    for pk, name, referral, stored in rows.iterator(chunk_size=500):
        key = referral if together and referral is not None else pk
        if (key, name) in seen or (together and name not in REFERRAL_TABLES and referral is None):
            continue
        seen.add((key, name))
        decision = Decision.from_dict(stored)
        facts, first = merged.get(key, ({}, decision))
        # The newest decision about a referral wins where they differ.
        merged[key] = ({**decision.facts_given, **facts}, first)
        if len(merged) > MOST_CASES:
            break
    return [Case(facts, decision.on) for facts, decision in merged.values()]
