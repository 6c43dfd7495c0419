"""The rail: which rooms of the service a role sees, in which order, with which go-to key.

Pure but for ``reverse``: the viewer, the counts and the path come in, groups of entries come out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anderhalf.apps.people.roles import (
    CARE_TEAM,
    CENTRE,
    FIRST_LINE,
    LEAD_PRACTITIONERS,
    SELF,
    SPECIALISTS,
    Role,
)
from anderhalf.apps.people.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room that the rail can lead to. ``key`` follows ``g``; ``attention`` colours the count amber."""

    url_name: str
    label: str | Promise
    icon: str
    key: str = ""
    roles: frozenset[str]
    attention: bool = False
    search: bool = False
    under: tuple[str, ...] = ()
    """More path beginnings that belong to this room, for ``aria-current``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RailEntry:
    """One line of the rail, ready to draw."""

    name: str
    label: str
    url: str
    icon: str
    key: str
    count: int
    count_label: str
    attention: bool
    search: bool
    current: bool


@dataclass(frozen=True, slots=True)
class RailGroup:
    """Entries under one small heading; the first group has none."""

    label: str
    entries: tuple[RailEntry, ...]


_FIRST_LINE = frozenset(FIRST_LINE)
_CENTRE = frozenset(CENTRE)
_SPECIALISTS = frozenset(SPECIALISTS)
_CLINICIANS = _FIRST_LINE | _CENTRE | _SPECIALISTS | frozenset(CARE_TEAM)
_STAFF = _CLINICIANS | {Role.PROJECT_LEADER}

WORK: tuple[Place, ...] = (
    Place(
        url_name="people:my_record", label=_("Mijn overzicht"), icon="home", key="m", roles=frozenset(SELF)
    ),
    Place(url_name="clinic:today", label=_("Vandaag"), icon="today", key="v", roles=_CENTRE),
    Place(url_name="referrals:new", label=_("Verwijzen"), icon="refer", key="w", roles=_FIRST_LINE),
    Place(
        url_name="referrals:down",
        label=_("Verwijzen naar centrum"),
        icon="refer",
        key="w",
        roles=_SPECIALISTS,
    ),
    Place(
        url_name="referrals:triage", label=_("Triage"), icon="route", key="t", roles=_CENTRE, attention=True
    ),
    Place(
        url_name="referrals:list",
        label=_("Verwijzingen"),
        icon="referrals",
        key="r",
        roles=_FIRST_LINE | _CENTRE | _SPECIALISTS,
    ),
    Place(
        url_name="casefinding:overview",
        label=_("Opsporen"),
        icon="search",
        key="z",
        roles=_FIRST_LINE,
    ),
    Place(
        url_name="people:patients",
        label=_("Patiënten"),
        icon="patients",
        key="p",
        roles=_CLINICIANS,
        search=True,
        under=("/dossier/",),
    ),
    Place(url_name="clinic:agenda", label=_("Agenda"), icon="calendar", key="a", roles=_CENTRE),
    Place(url_name="clinic:waiting", label=_("Wachtlijst"), icon="clock", key="l", roles=_CENTRE),
    Place(
        url_name="supervision:meetings",
        label=_("Bespreking"),
        icon="meeting",
        key="b",
        roles=frozenset(LEAD_PRACTITIONERS) | _SPECIALISTS,
    ),
    Place(
        url_name="letters:inbox",
        label=_("Brieven"),
        icon="letter",
        key="i",
        roles=_FIRST_LINE | _CENTRE | _SPECIALISTS,
        attention=True,
    ),
    Place(
        url_name="billing:claims",
        label=_("Declaraties"),
        icon="money",
        key="d",
        roles=frozenset({Role.BILLING, Role.INSURER}),
    ),
    Place(
        url_name="people:accounts",
        label=_("Accounts"),
        icon="key",
        key="c",
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
    Place(
        url_name="people:emergencies",
        label=_("Noodtoegang"),
        icon="shield",
        key="n",
        roles=frozenset({Role.PRIVACY_OFFICER}),
        attention=True,
    ),
)

NETWORK: tuple[Place, ...] = (
    Place(
        url_name="network:agreement",
        label=_("Afspraak"),
        icon="agreement",
        key="f",
        roles=_STAFF | {Role.BILLING, Role.INSURER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER},
    ),
    Place(url_name="network:partners", label=_("Partners"), icon="network", key="o", roles=_STAFF),
    Place(
        url_name="insight:results",
        label=_("Resultaten"),
        icon="results",
        key="u",
        roles=_FIRST_LINE | _CENTRE | _SPECIALISTS | {Role.PROJECT_LEADER, Role.INSURER},
    ),
    Place(url_name="network:training", label=_("Scholing"), icon="training", key="s", roles=_STAFF),
)


def rail(viewer: Viewer, counts: Mapping[str, int], path: str) -> list[RailGroup]:
    """The groups of the rail for this viewer; ``counts`` is keyed by URL name, ``path`` is the page shown."""
    groups = []
    for label, places in (("", WORK), (gettext("Netwerk"), NETWORK)):
        mine = [place for place in places if viewer.role in place.roles]
        entries = tuple(_entry(place, counts.get(place.url_name, 0), path) for place in mine)
        if entries:
            groups.append(RailGroup(label, entries))
    return _mark_current(groups, path)


def _entry(place: Place, count: int, path: str) -> RailEntry:
    url = reverse(place.url_name)
    return RailEntry(
        name=place.url_name,
        label=str(place.label),
        url=url,
        icon=place.icon,
        key=place.key,
        count=count,
        count_label=gettext("wacht op u") if place.attention else gettext("open"),
        attention=place.attention,
        search=place.search,
        current=any(path.startswith(start) for start in (url, *place.under)),
    )


def _mark_current(groups: list[RailGroup], path: str) -> list[RailGroup]:
    """Only the entry with the longest matching address is current."""
    matching = [entry for group in groups for entry in group.entries if entry.current]
    if len(matching) < 2:
        return groups
    best = max(matching, key=lambda entry: len(entry.url) if path.startswith(entry.url) else 0)
    return [
        RailGroup(group.label, tuple(replace(e, current=e.name == best.name) for e in group.entries))
        for group in groups
    ]
