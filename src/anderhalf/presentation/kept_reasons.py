"""Reasons that the service itself writes beside a step: kept in one language, shown in the reader's.

Beside the same step stands what a person typed, and that stays as it was typed. So a reason of the service is kept as
one of the sentences here, filled in in Dutch, and recognised when it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop, override

KEPT = (
    gettext_noop("afspraak afgezegd"),
    gettext_noop("contract gevonden"),
    gettext_noop("De stap is er niet geweest."),
    gettext_noop("De uitslag is binnen."),
    gettext_noop("gezien zonder afspraak"),
    gettext_noop("niet verschenen"),
    gettext_noop("patiënt overleden"),
    gettext_noop("spreekuur vervallen: %(why)s"),
    gettext_noop("verwijzing ingetrokken"),
    gettext_noop("volgens het contract in een andere prestatie begrepen"),
    gettext_noop("zorg afgesloten: %(outcome)s"),
    gettext_noop("zorg in het centrum afgesloten"),
)
_PATTERNS = {
    text: re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(text)), re.DOTALL) for text in KEPT
}
_OWN_WORDS = ("outcome",)
"""What is filled in and is a word of the service too; the rest was typed."""


def kept(reason: str, **values: str) -> str:
    """One of the reasons as it is stored, whatever the language of who takes the step."""
    if reason not in KEPT:
        raise ValueError(f"{reason!r} is no reason of KEPT")
    return reason % values if values else reason


def kept_label(label: str | Promise) -> str:
    """A word of a closed list as a stored reason; `shown_reason` gets the list."""
    with override("nl"):
        return str(label)


def shown_reason(text: str, labels: Iterable[str | Promise] = ()) -> str:
    """A stored reason in the reader's language; what a person typed comes back as it was."""
    for label in labels:
        if text == kept_label(label):
            return str(label)
    for reason, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(text):
            filled = {
                name: gettext(value) if name in _OWN_WORDS else value
                for name, value in found.groupdict().items()
            }
            return gettext(reason) % filled if filled else gettext(reason)
    return text
