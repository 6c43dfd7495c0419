"""What the button under the referral form does: it never offers what would be refused for a danger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anderhalf.presentation.wording import says_something

if TYPE_CHECKING:
    from .desk import Desk

EMERGENCY, CALL, DOUBT, SEND = "emergency", "call", "doubt", "send"


def button_of(desk: Desk) -> str:
    """``emergency``: only the advice is kept. ``call``: first a call. ``doubt``: a value would be a danger if it is
    right. ``send``: no danger stands in the way, or the call about it was written down. The same questions as
    :func:`~anderhalf.apps.referrals.actions.send` asks, in its order."""
    answer, form = desk.answer(), desk.content_form
    called = all(says_something(form[name].value()) for name in ("called_with", "called_agreed"))
    if answer.is_emergency and not (called and form["chosen_line"].value()):
        return EMERGENCY
    if called:
        return SEND
    if answer.is_danger or desk.asks_call:
        return CALL
    return DOUBT if answer.alarms else SEND
