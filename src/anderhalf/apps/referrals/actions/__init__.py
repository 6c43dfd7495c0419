"""Steps of a referral, one verb each. ``AFTER_ACCEPT`` and ``AFTER_WITHDRAW`` let rooms above follow a step."""

from ..danger import Call
from ..errors import CallNeeded, EmergencyFound, NotToBeSent, ReasonNeeded, ReferralRefused, Stale
from ..steps import AFTER_ACCEPT, AFTER_ANSWER, AFTER_WITHDRAW, Allergy, Content
from .emergency import answer_emergency, record_emergency
from .forwarding import create_forward
from .messages import mark_messages_read, post_message
from .progress import close, end_unseen, link_episode, mark_booked, mark_seen, mark_unbooked, withdraw
from .sending import save, send, supplement
from .submitting import AFTER_SUBMIT, FORM, Submitted, submit
from .triage import accept, answer_advice, ask_more, redirect
from .unnamed import answer_unnamed, named_now
from .warning import warn_of_form
from .written import warn_of_text

__all__ = [
    "AFTER_ACCEPT",
    "AFTER_ANSWER",
    "AFTER_SUBMIT",
    "AFTER_WITHDRAW",
    "FORM",
    "Allergy",
    "Call",
    "CallNeeded",
    "Content",
    "EmergencyFound",
    "NotToBeSent",
    "ReasonNeeded",
    "ReferralRefused",
    "Stale",
    "Submitted",
    "accept",
    "answer_advice",
    "answer_emergency",
    "answer_unnamed",
    "ask_more",
    "close",
    "create_forward",
    "end_unseen",
    "link_episode",
    "mark_booked",
    "mark_messages_read",
    "mark_seen",
    "mark_unbooked",
    "named_now",
    "post_message",
    "record_emergency",
    "redirect",
    "save",
    "send",
    "submit",
    "supplement",
    "warn_of_form",
    "warn_of_text",
    "withdraw",
]
