"""What the texts of the referral form say of a danger: asked before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.forms import BoundField
from django.http import HttpRequest
from django.utils import timezone

from anderhalf.core.pathway.mentions import to_ask
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.written import Written, ask_written, written_in

from ..listed import drugs_named
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
    answers = {name: given.get(f"f_{name}") for name in desk.pathway.facts}
    denied = [
        name for name, answer in answers.items() if answer == "false" or (not answer and _no_of(desk, name))
    ]
    listed = str(given.get(LISTED) or "")
    drugs = drugs_named(
        desk.pathway, texts, denied=denied, listed=listed, network=desk.viewer.network, on=desk.on, past=True
    )
    return written_in(desk.pathway.dictionary, texts, given, beside=drugs)


def written_of_line(request: HttpRequest, pathway: Pathway, text: str) -> Written:
    """The mentions of a text that goes with a referral, with what was answered."""
    drugs = drugs_named(pathway, (text,), network=request.viewer.network, on=timezone.localdate(request.now))
    return written_in(pathway.dictionary, (text,), request.POST, beside=drugs)


def _no_of(desk: Desk, name: str) -> bool:
    """Whether the record says no about a fact that this form was not posted with yet."""
    return desk.data is None and name in desk.known and desk.known[name].value is False


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
