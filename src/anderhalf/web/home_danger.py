"""Blocks that stand above everything else: what can't wait, at the centre and with who refers."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals import queries as referrals
from anderhalf.presentation.formatting import format_datetime

from .home_blocks import SHOWN, Block, Row, link


def dangers(viewer: Viewer, *, at: datetime) -> Block:
    """What can't wait, the most urgent first: it stands above everything else."""
    found = [one for one in clinic.due_list(viewer, at=at) if one.urgent]
    rows = [_row(one, link("clinic:danger", one.patient.pk)) for one in found[:SHOWN]]
    return Block(
        key="danger",
        title=_("Gevaar: nu doen"),
        icon="danger",
        rows=rows,
        count=len(found),
        more_url=link("clinic:due"),
        more_label=_("Alles om op te volgen"),
        calm=True,
    )


def emergencies(viewer: Viewer, *, at: datetime) -> Block:
    """Emergencies of the own patients that were not sent: until it is written down what was done, they stand on top."""
    found = referrals.emergencies(viewer, at=at)
    rows = [_row(task, link("referrals:emergency", task.pk)) for task in found[:SHOWN]]
    return Block(
        key="danger",
        title=_("Spoed: bel, en leg vast wat u deed"),
        icon="danger",
        rows=rows,
        count=found.count(),
        calm=True,
    )


def _row(one: clinic.DueItem | Task, url: str) -> Row:
    """Somebody's danger, and before when it must be dealt with."""
    return Row(
        title=one.patient.full_name,
        sub=one.title,
        url=url,
        badge=_("voor %(when)s") % {"when": format_datetime(one.due_at)} if one.due_at else _("gevaar"),
        tone="danger",
    )
