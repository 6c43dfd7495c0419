"""Blocks about figures: the patient's own questionnaire, and claims by state."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anderhalf.apps.billing import queries as billing
from anderhalf.apps.insight import queries as insight
from anderhalf.apps.insight.links import token_of
from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.viewer import Viewer
from anderhalf.presentation.formatting import euro
from anderhalf.presentation.language import day_label

from .home_blocks import Block, Row, link

TONES = {"blocked": "danger", "rejected": "attention", "ready": "info", "submitted": "info"}


def questionnaire(viewer: Viewer, *, at: datetime) -> Block | None:
    """The questionnaire that this patient can still answer; a carer is not asked in the patient's place."""
    if viewer.role != Role.PATIENT:
        return None
    invitation = insight.own_invitation(viewer, at=at)
    rows = []
    if invitation is not None:
        rows.append(
            Row(
                title=_("Hoe was de zorg? Geef een cijfer"),
                sub=_("twee minuten, open tot en met %(day)s") % {"day": day_label(invitation.expires_at)},
                url=link("insight:experience", token_of(invitation.pk)),
            )
        )
    return Block(
        key="questionnaire", title=_("Uw mening"), icon="check-circle", rows=rows, count=len(rows), calm=True
    )


def claims(viewer: Viewer, *, at: datetime) -> Block:
    """What waits for this viewer, by state: the number and the amount."""
    waiting = billing.waiting(viewer)
    rows = [
        Row(
            title=str(one.status.label).capitalize(),
            sub=euro(one.amount),
            url=f"{link('billing:claims')}?stand={one.status}",
            badge=ngettext("%(n)d declaratie", "%(n)d declaraties", one.count) % {"n": one.count},
            tone=TONES.get(one.status, ""),
        )
        for one in waiting
    ]
    return Block(
        key="claims",
        title=_("Declaraties"),
        icon="money",
        rows=rows,
        count=sum(one.count for one in waiting),
        empty=_("Er wacht geen declaratie op u."),
        more_url=link("billing:claims"),
        more_label=_("Naar de declaraties"),
    )
