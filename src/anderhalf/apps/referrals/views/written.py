"""What the texts of the referral form say of a danger: asked before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.forms import BoundField

from anderhalf.core.pathway.mentions import to_ask
from anderhalf.presentation.written import Written, ask_written, written_in

from ..listed import contradicted
from ..steps import TEXTS

LISTED = "treatment_so_far"
"""The text that lists what is used."""

if TYPE_CHECKING:
    from .desk import Desk


def written_of(desk: Desk) -> Written:
    """The mentions of every text of the form, with what was answered; a drug that one of them names while its field
    says no among them."""
    given = desk.data if desk.data is not None else desk.initial
    # of a file also when a draft of before filled the letter: what its reports say is never silent
    reports = desk.imported.reports if desk.imported is not None else ()
    texts = [*(str(given.get(name) or "") for name in TEXTS), *reports]
    denied = [name for name in desk.pathway.facts if given.get(f"f_{name}") == "false"]
    drugs = contradicted(
        desk.pathway,
        texts,
        denied,
        listed=str(given.get(LISTED) or ""),
        network=desk.viewer.network,
        on=desk.on,
    )
    return written_in(desk.pathway.dictionary, texts, given, beside=drugs)


def other_texts(desk: Desk) -> list[str]:
    """The texts beside the list of drugs: a drug that one of them names may be in use."""
    given = desk.data if desk.data is not None else desk.initial
    return [str(given.get(name) or "") for name in TEXTS if name != LISTED]


def questions_of(desk: Desk) -> list[BoundField]:
    """The questions that stand open, and those that were answered, as fields of the letter's form."""
    found, _invalid = desk.routing()
    return ask_written(
        desk.content_form,
        desk.written,
        to_ask(desk.written.unanswered, found.danger),
        facts=desk.pathway.facts,
        form_id="referral-form",
        listed=desk.imported.medication if desk.imported is not None else (),
    )
