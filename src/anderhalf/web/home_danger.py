"""Blocks that stand above everything else: what can't wait, at the centre and with who refers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.people.models import Organisation, Patient
from anderhalf.apps.people.roles import SPECIALISTS
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.referrals import queries as referrals
from anderhalf.presentation.clocks import clock_label
from anderhalf.presentation.numbers import Number

from .home_blocks import SHOWN, Block, Row, link


def dangers(viewer: Viewer, *, at: datetime) -> Block:
    """What can't wait, each patient once: it stands above everything else. A line leads with what is certain."""
    found: dict[UUID, list[Said]] = {}
    for one in clinic.due_list(viewer, at=at):
        if one.urgent:
            acts = one.role or one.owner
            said = Said(
                one.patient, one.title, one.rank, certain=one.certain, due_at=one.due_at, acts=acts,
                organisation=one.organisation,
            )  # fmt: skip
            found.setdefault(one.patient.pk, []).append(said)
    shown = list(found.items())[:SHOWN]
    wishes = clinic.wishes_among(patient for patient, _mine in shown)
    rows = [
        _row_of(mine, link("clinic:danger", patient), wishes.get(patient, ""), at=at)
        for patient, mine in shown
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
        said = Said(
            one.patient, one.title, one.rank, certain=one.certain, due_at=one.due_at, acts=acts,
            organisation=one.organisation, elsewhere=True,
        )  # fmt: skip
        found.setdefault(one.patient.pk, []).append(said)
    page = "clinic:danger" if viewer.role in SPECIALISTS else "clinic:plan"
    ordered = sorted(found.items(), key=lambda item: min(one.rank for one in item[1]))
    wishes = clinic.wishes_among(patient for patient, _mine in ordered[:SHOWN])
    rows = [
        _row_of(mine, link(page, patient), wishes.get(patient, ""), at=at)
        for patient, mine in ordered[:SHOWN]
    ]
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
    organisation: Organisation | None
    """Where somebody acts."""
    elsewhere: bool = False
    """Whoever reads this is not of that centre."""


def _row_of(mine: Sequence[Said], url: str, wishes: str, *, at: datetime) -> Row:
    """The dangers of one patient in a line: see `named_first`."""
    named, rest = clinic.named_first(mine, at=at)
    first, others = named[0], len(rest)
    lines = [one.title for one in named]
    if others:
        lines.append(
            ngettext("en nog %(n)s ander gevaar", "en nog %(n)s andere gevaren", others) % {"n": others}
        )
    lines.append(_("Wie handelt: %(who)s") % {"who": first.acts})
    if wishes:
        lines.append(wishes)
    clock = clock_label(((one.due_at, one.rank) for one in mine if one.due_at is not None), at=at)
    rank, where = min(one.rank for one in mine), first.organisation
    numbers = (
        clinic.numbers_beside(where, rank, at=at, elsewhere=first.elsewhere) if where is not None else ()
    )
    return _row(first.patient.full_name, "\n".join(lines), clock, url, numbers, patient=first.patient)


def emergencies(viewer: Viewer, *, at: datetime) -> Block:
    """Emergencies of the own patients that were not sent: until it is written down what was done, they stand on top."""
    found, unnamed = referrals.emergencies(viewer, at=at), list(referrals.unnamed_emergencies(viewer))
    # All of them: nowhere else is there a list.
    rows = [
        _row(
            one.person or _("nog zonder naam"),
            one.title_shown,
            clock_label([(one.due_at, one.rank)], at=at),
            link("referrals:unnamed", one.pk),
            referrals.numbers_on_duty(viewer, one.rank, practice=one.organisation, at=at),
        )
        for one in unnamed
    ]
    for task in found:
        others = referrals.who_acts(viewer, task.patient_id, at=at)
        who = "\n" + _("Wie handelt: %(who)s") % {"who": ", ".join(others)} if others else ""
        row = _row(
            task.patient.full_name,
            task.title_shown + who,
            clock_label([(task.due_at, task.rank)], at=at) if task.due_at is not None else "",
            "" if others else link("referrals:emergency", task.pk),
            referrals.numbers_on_duty(viewer, task.rank, practice=task.patient.practice, at=at),
            patient=task.patient,
        )
        rows.append(row)
    return Block(
        key="danger",
        title=_("Spoed: bel, en leg vast wat u deed"),
        icon="danger",
        rows=rows,
        count=found.count() + len(unnamed),
        calm=True,
    )


def _row(
    name: str,
    text: str,
    clock: str,
    url: str,
    numbers: tuple[Number, ...],
    *,
    patient: Patient | None = None,
) -> Row:
    """Somebody's danger, and before when it must be dealt with; past that moment it says so."""
    badge = clock or _("gevaar")
    return Row(title=name, sub=text, url=url, patient=patient, badge=badge, tone="danger", numbers=numbers)
