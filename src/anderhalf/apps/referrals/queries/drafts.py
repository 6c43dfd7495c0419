"""The referrals that somebody began and has not sent, danger first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from anderhalf.apps.people import queries as people
from anderhalf.apps.people.models import Draft, Organisation
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import Task

from ..danger import EMERGENCY, IN_A_FORM
from ..imported import FORM as RECORD_FORM
from ..models import UnnamedEmergency
from .details import patient_to_refer, saved_draft

FORM = "referral"
"""Name of the draft in which the form waits."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """One draft: whom it is about (empty: nobody knows yet), and the danger in it that nobody dealt with."""

    name: str
    parameter: str
    about: str
    saved_at: datetime
    reason: str
    danger: str
    rank: int
    practice: Organisation | None = None
    """Of the patient, as far as known."""

    @property
    def address(self) -> str:
        """What the address of the form says behind the question mark."""
        return f"{self.parameter}={self.about}"


def begun(viewer: Viewer, *, at: datetime) -> list[Begun]:
    """The viewer's own drafts: those with an open danger first, then the newest."""
    dangers = _dangers(viewer)
    typed = list(people.drafts(viewer, FORM))
    keys = {draft.about for draft in typed}
    read = [draft for draft in people.drafts(viewer, RECORD_FORM) if draft.about not in keys]
    found = [_begun(viewer, draft, dangers, at=at) for draft in [*typed, *read]]
    return sorted(found, key=lambda one: one.rank)


def _begun(viewer: Viewer, draft: Draft, dangers: dict[str, tuple[int, str]], *, at: datetime) -> Begun:
    data = people.draft_of(viewer, draft.form, draft.about) or {}
    if draft.form == RECORD_FORM:
        data = {name: [str(text)] for name, text in (data.get("person") or {}).items()}
    typed = (_first(data, part) for part in ("initials", "prefix", "family_name"))
    name, parameter = " ".join(part for part in typed if part), "concept"
    about = _uuid(draft.about)
    patient = patient_to_refer(viewer, about, at=at)
    saved = None if patient else saved_draft(viewer, about, at=at)
    if patient is not None:
        name, parameter = patient.full_name, "patient"
    elif saved is not None:
        name, parameter = saved.patient.full_name, "verwijzing"
    known = patient or (saved.patient if saved is not None else None)
    rank, danger = dangers.get(draft.about, (Task.ORDINARY, ""))
    return Begun(
        name=name, parameter=parameter, about=draft.about, saved_at=draft.saved_at, reason=_first(data, "reason"),
        danger=danger, rank=rank, practice=known.practice if known is not None else None,
    )  # fmt: skip


def _dangers(viewer: Viewer) -> dict[str, tuple[int, str]]:
    """Key of a form -> rank and title of the danger in it."""
    tasks = Task.objects.filter(
        kind=EMERGENCY, status=Task.Status.OPEN, owner_organisation__in=viewer.organisation_ids
    )
    found: dict[str, tuple[int, str]] = {}
    for task in tasks:
        key = task.about.removeprefix(IN_A_FORM) or str(task.patient_id)
        found[key] = min(found.get(key, (Task.ORDINARY, "")), (task.rank, task.title_shown))
    for row in UnnamedEmergency.objects.filter(
        organisation__in=viewer.organisation_ids, network=viewer.network, done_at=None
    ):
        found[row.draft] = (row.rank, row.title_shown)
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _first(data: dict[str, list[str]], name: str) -> str:
    values = data.get(name) or [""]
    return values[0] if isinstance(values, list) else ""
