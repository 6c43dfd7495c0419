"""A practice's searches and whom they found. Every question takes the viewer, and asks only about their practice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from anderhalf.apps.people.access import AccessDenied, Right, can_access, check_access
from anderhalf.apps.people.models import Organisation, Patient
from anderhalf.apps.people.permission import permit
from anderhalf.apps.people.viewer import Viewer

from .lists import LISTS, WorkList
from .models import FoundPerson, Search
from .states import PersonState, SearchState

PER_PAGE = 50
STALLED = timedelta(minutes=10)
"""A search that told nothing for this long was broken off together with the service."""
TO_DO = (PersonState.OPEN, PersonState.INVITED, PersonState.REFERRING)
"""Somebody in these states still asks something of the practice."""


def practices_of(viewer: Viewer) -> list[Organisation]:
    """The practices in which the viewer works."""
    check_access(viewer, Right.SEARCH_PRACTICE)
    return list(
        Organisation.objects.filter(
            pk__in=viewer.organisation_ids, kind=Organisation.Kind.PRACTICE, network=viewer.network
        )
    )


def searches_of(viewer: Viewer) -> QuerySet[Search]:
    """The searches of the viewer's own practice, newest first."""
    check_access(viewer, Right.SEARCH_PRACTICE)
    return (
        Search.objects.filter(practice__in=viewer.organisation_ids, network=viewer.network)
        .select_related("practice")
        .order_by("-started_at")
    )


def search_for(viewer: Viewer, search_id: UUID) -> Search:
    """One search; one that is not there is refused like another practice's."""
    found = searches_of(viewer).filter(pk=search_id).first()
    if found is None:
        raise AccessDenied
    return found


def has_stalled(search: Search, *, at: datetime) -> bool:
    """Whether a search that says it is running has stopped with the service that ran it."""
    told = search.progress.get("at")
    last = datetime.fromisoformat(told) if told else search.started_at
    return search.state == SearchState.RUNNING and at - last >= STALLED


def latest_of(viewer: Viewer) -> Search | None:
    """The search whose lists are shown."""
    return searches_of(viewer).filter(state=SearchState.DONE).first()


def _found_by(viewer: Viewer, search: Search) -> QuerySet[FoundPerson]:
    check_access(viewer, Right.SEARCH_PRACTICE)
    return FoundPerson.objects.filter(
        search=search, practice__in=viewer.organisation_ids, network=viewer.network
    )


@dataclass(frozen=True, kw_only=True)
class ListCount:
    """How many people are on a list: still to do, and dealt with."""

    listed: WorkList
    to_do: int
    done: int
    unseen: int


def counts_of(viewer: Viewer, search: Search) -> list[ListCount]:
    """Per list how much there is to do."""
    every: Counter[tuple[str, str]] = Counter()
    rows = _found_by(viewer, search).values_list("state", "lists")
    for state, lists in rows.iterator(chunk_size=500):
        every.update((name, state) for name in lists)
    return [
        ListCount(
            listed=one,
            to_do=sum(every[one.key, state] for state in TO_DO),
            done=sum(
                number for (name, state), number in every.items() if name == one.key and state not in TO_DO
            ),
            unseen=every[one.key, PersonState.OPEN],
        )
        for one in LISTS
    ]


def to_do_count(viewer: Viewer) -> tuple[Search | None, int]:
    """The latest search and how many people on its lists nobody has looked at; (None, 0) for who may not know."""
    if not can_access(viewer, Right.SEARCH_PRACTICE):
        return None, 0
    search = latest_of(viewer)
    if search is None:
        return None, 0
    return search, _found_by(viewer, search).filter(state=PersonState.OPEN).count()


def people_on(
    viewer: Viewer, search: Search, listed: WorkList, *, show: str, page: object, at: datetime
) -> Page[FoundPerson]:
    """A page of a list, and a line in the log that it was looked at. ``show`` is ``open``, ``done`` or ``all``."""
    permission = permit("casefinding", viewer, Right.SEARCH_PRACTICE, at=at)
    rows = _found_by(viewer, search).filter(lists__has_key=listed.key).select_related("search")
    if show == "done":
        rows = rows.exclude(state__in=TO_DO)
    elif show != "all":
        rows = rows.filter(state__in=TO_DO)
    found = Paginator(rows.order_by("birth_date", "pk"), PER_PAGE).get_page(page)
    permission.log("R", "list_viewed", search, list=listed.key, shown=len(found.object_list))
    return found


def registered(viewer: Viewer, person: FoundPerson) -> UUID | None:
    """The patient of the own practice with the same BSN, so that the log of that patient shows who looked."""
    if not person.bsn_index:
        return None
    return (
        Patient.objects.filter(
            practice__in=viewer.organisation_ids, network=viewer.network, bsn_index=person.bsn_index
        )
        .values_list("pk", flat=True)
        .first()
    )


def person_for(viewer: Viewer, person_id: UUID, *, at: datetime) -> FoundPerson:
    """Somebody on a list, and a line in the log; one of another practice is refused like one that is not there."""
    check_access(viewer, Right.SEARCH_PRACTICE)
    found = (
        FoundPerson.objects.filter(pk=person_id, practice__in=viewer.organisation_ids, network=viewer.network)
        .select_related("search", "practice")
        .prefetch_related("steps")
        .first()
    )
    if found is None:
        raise AccessDenied
    about = registered(viewer, found)
    permission = permit("casefinding", viewer, Right.SEARCH_PRACTICE, at=at, patient=about)
    permission.log("R", "person_viewed", found)
    return found


def neighbours(viewer: Viewer, person: FoundPerson, listed: WorkList) -> UUID | None:
    """Who comes next on a list and still waits to be looked at."""
    rows = (
        _found_by(viewer, person.search)
        .filter(lists__has_key=listed.key, state=PersonState.OPEN)
        .exclude(pk=person.pk)
        .order_by("birth_date", "pk")
    )
    after = rows.filter(birth_date__gte=person.birth_date).first() if person.birth_date else None
    found = after or rows.first()
    return found.pk if found is not None else None
