"""The danger in a form that is not sent yet stands on Today while somebody fills it in, or walks away from it."""

from __future__ import annotations

from collections.abc import Mapping

from anderhalf.apps.people import actions as people

from .. import actions
from ..actions.submitting import FORM
from .desk import Desk


def keep_warning(desk: Desk) -> bool:
    """Keep what stands in the form now as a task when it is, or could be, a danger; True when it is new there. What
    was typed waits as a draft then, so that the task leads back to it."""
    routing, _invalid = desk.routing()
    new = actions.warn_of_form(
        by=desk.viewer, at=desk.at, key=desk.key, routing=routing,
        patient=desk.patient.pk if desk.patient is not None else None, person=_known_of(desk),
    )  # fmt: skip
    if new and desk.data is not None:
        people.save_draft(by=desk.viewer, at=desk.at, form=FORM, about=desk.key, data=dict(desk.data.lists()))
    return new


def _known_of(desk: Desk) -> str:
    """Who it is, as far as the form has it. No BSN: this stands in a list."""
    given: Mapping[str, str] = desk.data if desk.data is not None else desk.initial

    def part(name: str) -> str:
        return str(given.get(name) or "").strip()

    name = " ".join(part(one) for one in ("initials", "given_name", "prefix", "family_name"))
    parts = (" ".join(name.split()), part("birth_date"), part("phone"))
    return ", ".join(one for one in parts if one)
