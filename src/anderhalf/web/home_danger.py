"""Blocks that stand above everything else: what can't wait, at the centre and with who refers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.people.models import Patient
from anderhalf.apps.people.roles import SPECIALISTS
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.referrals import queries as referrals
from anderhalf.presentation.language import moment_label

from .home_blocks import SHOWN, Block, Row, link


def dangers(viewer: Viewer, *, at: datetime) -> Block:
    """What can't wait, each patient once: it stands above everything else. A line leads with what is certain."""
    found: dict[UUID, list[Said]] = {}
    for one in clinic.due_list(viewer, at=at):
        if one.urgent:
            acts = one.role or one.owner
            said = Said(one.patient, one.title, one.rank, certain=one.certain, due_at=one.due_at, acts=acts)
            found.setdefault(one.patient.pk, []).append(said)
    rows = [
        _row_of(mine, link("clinic:danger", patient), at=at) for patient, mine in list(found.items())[:SHOWN]
    ]
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


def dangers_elsewhere(viewer: Viewer, *, at: datetime) -> Block:
    """Dangers of patients whom a centre treats: the practice, the supervising specialist and the care
    team see what it is, and who acts before when."""
    found: dict[UUID, list[Said]] = {}
    for one in clinic.open_dangers(viewer, at=at):
        acts = f"{one.organisation.name}, {one.role}" if one.role else one.organisation.name
        said = Said(one.patient, one.title, one.rank, certain=one.certain, due_at=one.due_at, acts=acts)
        found.setdefault(one.patient.pk, []).append(said)
    page = "clinic:danger" if viewer.role in SPECIALISTS else "clinic:plan"
    ordered = sorted(found.items(), key=lambda item: min(one.rank for one in item[1]))
    rows = [_row_of(mine, link(page, patient), at=at) for patient, mine in ordered[:SHOWN]]
    return Block(
        key="danger",
        title=_("Gevaar bij uw patiënten"),
        icon="danger",
        rows=rows,
        count=len(found),
        calm=True,
    )


@dataclass(frozen=True)
class Said:
    """One open danger of a patient, and who acts."""

    patient: Patient
    title: str
    rank: int
    certain: bool
    due_at: datetime | None
    acts: str


def _row_of(mine: Sequence[Said], url: str, *, at: datetime) -> Row:
    """The dangers of one patient in a line: see `named_first`."""
    named, rest = clinic.named_first(mine, at=at)
    first, others = named[0], len(rest)
    lines = [one.title for one in named]
    if others:
        lines.append(
            ngettext("en nog %(n)s ander gevaar", "en nog %(n)s andere gevaren", others) % {"n": others}
        )
    lines.append(_("Wie handelt: %(who)s") % {"who": first.acts})
    due_at = min((one.due_at for one in mine if one.due_at is not None), default=None)
    return _row(first.patient.full_name, "\n".join(lines), due_at, url, at=at)


def emergencies(viewer: Viewer, *, at: datetime) -> Block:
    """Emergencies of the own patients that were not sent: until it is written down what was done, they stand on top."""
    found, unnamed = referrals.emergencies(viewer, at=at), list(referrals.unnamed_emergencies(viewer))
    # All of them: nowhere else is there a list.
    rows = [
        _row(
            one.person or _("nog zonder naam"),
            one.title_shown,
            one.due_at,
            link("referrals:unnamed", one.pk),
            at=at,
        )
        for one in unnamed
    ]
    rows += [
        _row(
            task.patient.full_name, task.title_shown, task.due_at, link("referrals:emergency", task.pk), at=at
        )
        for task in found
    ]
    return Block(
        key="danger",
        title=_("Spoed: bel, en leg vast wat u deed"),
        icon="danger",
        rows=rows,
        count=found.count() + len(unnamed),
        calm=True,
    )


def _row(name: str, text: str, due_at: datetime | None, url: str, *, at: datetime) -> Row:
    """Somebody's danger, and before when it must be dealt with; past that moment it says so."""
    if due_at is None:
        badge = _("gevaar")
    elif due_at < at:
        badge = _("te laat: had gemoeten voor %(when)s") % {"when": moment_label(due_at)}
    else:
        badge = _("voor %(when)s") % {"when": moment_label(due_at)}
    return Row(title=name, sub=text, url=url, badge=badge, tone="danger")
