"""The worklists, in the order in which a practice works through them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class WorkList:
    """One list: ``key`` is its name in ``population.worklists``, ``tables`` are the decision tables behind it."""

    key: str
    slug: str
    title: str | Promise
    note: str | Promise
    tables: tuple[str, ...]
    icon: str
    refer: bool = False
    """Whether referring is what a practice would do with somebody on it."""


LISTS: tuple[WorkList, ...] = (
    WorkList(
        key="urgent",
        slug="mag-niet-wachten",
        title=_("Mag niet wachten"),
        note=_("Een reden om niet op een verwijzing te wachten. Bel de patiënt of de cardioloog."),
        tables=("exclusion", "referral"),
        icon="danger",
        refer=True,
    ),
    WorkList(
        key="refer",
        slug="anderhalve-lijn",
        title=_("Komt in aanmerking voor de 1,5 lijn"),
        note=_("Bekend hartfalen dat volgens de afspraak in de 1,5 lijn hoort."),
        tables=("exclusion", "referral"),
        icon="refer",
        refer=True,
    ),
    WorkList(
        key="second_line",
        slug="tweede-lijn",
        title=_("Hoort bij de cardioloog"),
        note=_("Bekend hartfalen dat volgens de afspraak in de 2e lijn hoort."),
        tables=("exclusion", "referral"),
        icon="network",
        refer=True,
    ),
    WorkList(
        key="return",
        slug="terug",
        title=_("Kan terug naar de huisarts"),
        note=_("Stabiel volgens de afspraak; controle kan in de praktijk."),
        tables=("stable",),
        icon="undo",
    ),
    WorkList(
        key="possible",
        slug="mogelijk-hartfalen",
        title=_("Lijkt op hartfalen, zonder diagnose"),
        note=_("Aanwijzingen voor hartfalen bij wie geen K77 heeft."),
        tables=("possible", "exclusion", "referral"),
        icon="search",
        refer=True,
    ),
    WorkList(
        key="treatment",
        slug="onvolledig",
        title=_("Diagnose of behandeling onvolledig"),
        note=_("Bekend hartfalen waarbij een onderzoek of een middel ontbreekt, zonder vastgelegde reden."),
        tables=("treatment",),
        icon="medication",
        refer=True,
    ),
    WorkList(
        key="undecided",
        slug="onbeslist",
        title=_("Niet te beslissen"),
        note=_("Bekend hartfalen waarbij een gegeven ontbreekt dat de doorslag geeft."),
        tables=("exclusion", "referral", "stable"),
        icon="question",
    ),
)
BY_SLUG = {one.slug: one for one in LISTS}
BY_KEY = {one.key: one for one in LISTS}
