"""Writing letters: drafted from what happened, changed, signed with its PDF, delivered, read."""

from .closing import close_care
from .drafts import discard_letter, draft_letter, edit_letter, refresh_letter
from .signing import mark_read, sign_and_deliver

__all__ = [
    "close_care",
    "discard_letter",
    "draft_letter",
    "edit_letter",
    "mark_read",
    "refresh_letter",
    "sign_and_deliver",
]
