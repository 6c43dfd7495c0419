"""Beginning and ending a search. What it found is written in one transaction, or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anderhalf.apps.network.queries import NotPublished, pathway_on
from anderhalf.apps.people.access import Right
from anderhalf.apps.people.identifiers import search_index
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.viewer import Viewer

from ..errors import NoCriteria, NotOfAPractice, SearchRunning
from ..models import FoundPerson, FoundStep, Search
from ..queries import has_stalled
from ..states import PERSON_STATES, SEARCH_STATES, PersonState, SearchState

if TYPE_CHECKING:
    from ..found import Found

PATHWAY = "heart_failure"
FOUND, FACTS_CHANGED = "found", "facts_changed"
"""What a step that no person took says as its note."""


@transaction.atomic
def begin_search(*, by: Viewer, at: datetime, practice: UUID | None) -> Search:
    """Make room for one search of a practice of the viewer's own.

    Raises ``NotOfAPractice``, ``SearchRunning``, ``NoCriteria``.
    """
    permission = permit("casefinding", by, Right.SEARCH_PRACTICE, at=at)
    own = Organisation.objects.filter(
        pk__in=by.organisation_ids, kind=Organisation.Kind.PRACTICE, network=by.network
    )
    chosen = list(own.filter(pk=practice) if practice is not None else own[:2])
    if len(chosen) != 1:
        raise NotOfAPractice
    on = timezone.localdate(at)
    try:
        pathway = pathway_on(by.network, PATHWAY, on=on)
    except NotPublished:
        raise NoCriteria from None
    if "casefinding.toml" not in pathway.files:
        raise NoCriteria
    # The practice's row is the lock: of two colleagues who press at once one is refused.
    Organisation.objects.select_for_update().get(pk=chosen[0].pk)
    for running in Search.objects.filter(practice=chosen[0], state=SearchState.RUNNING):
        if not has_stalled(running, at=at):
            raise SearchRunning
        _end(running, SearchState.BROKEN_OFF, at)
    search = Search.objects.create(
        network_id=by.network,
        practice=chosen[0],
        pathway=PATHWAY,
        version=pathway.version,
        content_hash=pathway.hash,
        on=on,
        started_at=at,
        started_by=f"{by.name}, {by.role_label}",
        progress={"phase": "read", "done": 0, "total": 1, "at": at.isoformat()},
    )
    permission.log("C", "search_started", search, practice=str(chosen[0].pk), version=pathway.version)
    return search


def tell_progress(*, by: Viewer, at: datetime, search_id: UUID, phase: str, done: int, total: int) -> None:
    """How far a running search is; nothing about anybody, so without a line in the log."""
    mine = Search.objects.filter(pk=search_id, practice__in=by.organisation_ids)
    mine.filter(state=SearchState.RUNNING).update(
        progress={"phase": phase, "done": done, "total": total, "at": at.isoformat()}
    )


@transaction.atomic
def refuse_search(*, by: Viewer, at: datetime, search_id: UUID, file: str, why: str) -> None:
    """The extract as a whole cannot be used; nothing of it was kept."""
    permission = permit("casefinding", by, Right.SEARCH_PRACTICE, at=at)
    search = _running(search_id)
    search.refusal = {"file": file[:120], "why": why[:300]}
    _end(search, SearchState.REFUSED, at)
    permission.log("U", "search_refused", search, file=file[:120])


@transaction.atomic
def break_off_search(*, by: Viewer, at: datetime, search_id: UUID) -> None:
    """It went wrong in a way that nobody foresaw; nothing was kept."""
    permission = permit("casefinding", by, Right.SEARCH_PRACTICE, at=at)
    search = _running(search_id)
    _end(search, SearchState.BROKEN_OFF, at)
    permission.log("U", "search_broken_off", search)


@transaction.atomic
def finish_search(
    *,
    by: Viewer,
    at: datetime,
    search_id: UUID,
    people: Sequence[Found],
    particulars: Mapping[str, Mapping[str, str]],
    report: Mapping[str, Any],
    aside: Sequence[Mapping[str, Any]],
) -> Search:
    """Put everybody who was found on the lists. Who is not found any more falls off them; what was done stays.

    Somebody judged not suitable comes back only when the answer rests on other facts than it did then.
    """
    permission = permit("casefinding", by, Right.SEARCH_PRACTICE, at=at)
    search = _running(search_id)
    index = {one.number: search_index(f"{search.practice_id}:{one.number}") for one in people}
    known = {
        row.number_index: row
        for row in FoundPerson.objects.select_for_update().filter(
            practice=search.practice_id, number_index__in=list(index.values())
        )
    }
    returned = 0
    new: list[FoundPerson] = []
    for one in people:
        row = known.get(index[one.number])
        if row is None:
            row = FoundPerson(
                network_id=search.network_id,
                practice_id=search.practice_id,
                number=one.number,
                number_index=index[one.number],
                state_since=at,
            )
            new.append(row)
        elif row.state == PersonState.NOT_SUITABLE and row.basis != one.basis:
            returned += 1
            _back_on_the_lists(row, at)
        _fill(row, one, particulars.get(one.number, {}), search)
        if row.number_index in known:
            row.version += 1
            row.save()
    FoundPerson.objects.bulk_create(new, batch_size=200)
    FoundStep.objects.bulk_create(
        [
            FoundStep(person=row, state=PersonState.OPEN, at=at, by=search.started_by, note=FOUND)
            for row in new
        ],
        batch_size=500,
    )
    search.counts, search.missing = dict(report["counts"]), dict(report["missing"])
    search.read = {**report["read"], "aside_rows": [dict(row) for row in aside]}
    _end(search, SearchState.DONE, at)
    permission.log("U", "search_finished", search, found=len(people), new=len(new), returned=returned)
    return search


def _fill(row: FoundPerson, one: Found, given: Mapping[str, str], search: Search) -> None:
    row.search = search
    row.birth_date, row.sex = one.born, one.sex
    row.particulars = json.dumps(dict(given), ensure_ascii=False) if given else ""
    row.bsn_index = search_index(given["bsn"]) if given.get("bsn") else ""
    row.lists, row.facts, row.basis = one.lists, one.facts, one.basis


def _back_on_the_lists(row: FoundPerson, at: datetime) -> None:
    PERSON_STATES.check(row.state, PersonState.OPEN)
    row.state, row.state_since = PersonState.OPEN, at
    FoundStep.objects.create(person=row, state=PersonState.OPEN, at=at, by="", note=FACTS_CHANGED)


def _running(search_id: UUID) -> Search:
    search = Search.objects.select_for_update().get(pk=search_id)
    SEARCH_STATES.check(search.state, SearchState.DONE)
    return search


def _end(search: Search, state: SearchState, at: datetime) -> None:
    SEARCH_STATES.check(search.state, state)
    search.state, search.finished_at = state, at
    search.save()
