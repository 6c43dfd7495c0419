"""Blocks for those who see no patients: figures, accounts, oversight."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.network import queries as network
from anderhalf.apps.people import queries as people
from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.viewer import Viewer
from anderhalf.content import ContentErrors
from anderhalf.presentation.language import day_label, moment_label

from .home_blocks import SHOWN, Block, Row, link


def emergencies(viewer: Viewer, *, at: datetime) -> Block:
    """Uses of the noodknop that the privacy officer has not looked at."""
    page = people.emergencies(viewer, open_only=True)
    rows = [
        Row(
            title=access.professional.full_name,
            sub=f"{moment_label(access.at)} · {access.reason}",
            url=link("people:emergencies"),
            badge=_("te beoordelen"),
            tone="attention",
        )
        for access in page.object_list[:SHOWN]
    ]
    return Block(
        key="emergencies",
        title=_("Noodtoegang te beoordelen"),
        icon="shield",
        rows=rows,
        count=page.paginator.count,
        empty=_("Niemand heeft de noodknop gebruikt zonder dat u het beoordeelde."),
        more_url=link("people:emergencies"),
        more_label=_("Alle noodtoegang"),
    )


def accounts(viewer: Viewer, *, at: datetime) -> Block:
    """Locked accounts, and accounts that are not fully set up."""
    waiting = people.accounts_needing_help(viewer, at=at)
    rows = [
        Row(
            title=account.name,
            sub=account.username,
            url=f"{link('people:accounts')}?q={account.username}",
            badge=_("vergrendeld") if account.locked else _("tijdelijk wachtwoord"),
            tone="danger" if account.locked else "attention",
        )
        for account in waiting[:SHOWN]
    ]
    return Block(
        key="accounts",
        title=_("Accounts die hulp nodig hebben"),
        icon="key",
        rows=rows,
        count=len(waiting),
        empty=_("Niemand is buitengesloten."),
        more_url=link("people:accounts"),
        more_label=_("Alle accounts"),
    )


def orphaned_sessions(viewer: Viewer, *, at: datetime) -> Block:
    """Coming sessions of somebody who left, with patients in them: for who plans, and for the project leader."""
    waiting = clinic.orphaned(viewer, at=at)
    leads = viewer.role == Role.PROJECT_LEADER
    rows = [
        Row(
            title=_("%(name)s werkt hier niet meer") % {"name": one.session.professional.full_name},
            sub=f"{moment_label(one.session.starts_at)} · {one.session.centre.name}",
            url="" if leads else link("clinic:session", one.session.pk),
            badge=ngettext("%(n)d afspraak", "%(n)d afspraken", one.appointments) % {"n": one.appointments},
            tone="danger",
        )
        for one in waiting[:SHOWN]
    ]
    return Block(
        key="orphaned",
        title=_("Spreekuren zonder behandelaar: regel een vervanger"),
        icon="clock",
        rows=rows,
        count=len(waiting),
        calm=True,
    )


def results(viewer: Viewer, *, at: datetime) -> Block:
    """The way to the figures."""
    return Block(
        key="results",
        title=_("Resultaten"),
        icon="results",
        rows=[
            Row(
                title=_("Verwijzingen, uitkomsten, wachttijden en rapportcijfer"),
                sub=_("Berekend uit wat er echt gebeurde, met betrouwbaarheidsintervallen"),
                url=link("insight:results"),
            )
        ],
        more_url=link("insight:results"),
        more_label=_("Naar de resultaten"),
    )


def agreement(viewer: Viewer, *, at: datetime) -> Block | None:
    """Which version of the agreement is in force, and the next evaluation."""
    today = timezone.localdate(at)
    try:
        present = network.agreement_on(viewer.network, on=today)
    except (network.NotPublished, ContentErrors):
        return None
    rows = [
        Row(
            title=_("Versie %(version)s") % {"version": present.version},
            sub=_("geldig vanaf %(day)s") % {"day": day_label(present.valid_from)},
            url=link("network:agreement"),
        )
    ]
    coming = sorted(day for day in present.pilot.evaluations if day >= today) if present.pilot else []
    if coming:
        days = (coming[0] - today).days
        when = ngettext("over %(n)d dag", "over %(n)d dagen", days) % {"n": days}
        rows.append(
            Row(
                title=_("Volgende evaluatie"),
                sub=f"{day_label(coming[0])}, {when}",
                url=link("network:agreement"),
            )
        )
    return Block(
        key="agreement",
        title=_("De afspraak"),
        icon="agreement",
        rows=rows,
        more_url=link("network:agreement"),
        more_label=_("De hele afspraak"),
    )
