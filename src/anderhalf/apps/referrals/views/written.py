"""What the texts of the referral form say of a danger: asked before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.forms import BoundField

from anderhalf.core.pathway.mentions import to_ask
from anderhalf.presentation.written import Written, ask_written, written_in

from ..steps import TEXTS

if TYPE_CHECKING:
    from .desk import Desk


def written_of(desk: Desk) -> Written:
    """The mentions of every text of the form, with what was answered."""
    given = desk.data if desk.data is not None else desk.initial
    return written_in(desk.pathway.dictionary, [str(given.get(name) or "") for name in TEXTS], given)


def questions_of(desk: Desk) -> list[BoundField]:
    """The questions that stand open, and those that were answered, as fields of the letter's form."""
    found, _invalid = desk.routing()
    return ask_written(
        desk.content_form,
        desk.written,
        to_ask(desk.written.unanswered, found.danger),
        facts=desk.pathway.facts,
        form_id="referral-form",
    )
