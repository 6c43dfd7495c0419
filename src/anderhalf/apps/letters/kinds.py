"""Which letter goes with which end of a period of care."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anderhalf.apps.clinic.errors import OutcomeRefused
from anderhalf.apps.clinic.models import Outcome

from .models import Letter

KIND_OF_OUTCOME = {
    Outcome.Kind.RETURNED: Letter.Kind.RETURN,
    Outcome.Kind.FORWARDED: Letter.Kind.FORWARD,
    Outcome.Kind.UNDER_CONTROL: Letter.Kind.INTERIM,
}
"""Every other outcome has the letter about the end of care."""


def letter_kind_of(outcome: str) -> str:
    """The kind of letter that goes with ``outcome``; raises ``OutcomeRefused`` for one that does not exist."""
    if outcome not in Outcome.Kind.values:
        raise OutcomeRefused(_("Deze uitkomst bestaat niet."))
    return KIND_OF_OUTCOME.get(Outcome.Kind(outcome), Letter.Kind.END)
